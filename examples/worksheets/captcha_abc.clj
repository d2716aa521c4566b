;; gorilla-repl.fileformat = 1

;; **
;;; # A captcha in miniature
;;;
;;; Three letters in a small bitmap font, shifted, with noise. There is no likelihood of an image
;;; given a text, only a renderer: approximate Bayesian computation compares the image with what the
;;; renderer draws (Mansinghka, Kulkarni, Perov and Tenenbaum 2013).
;; **

;; @@
(ns captcha-abc
  (:require [clojure.string :as str]
            [clojure.core.matrix :as m]
            [anglican.stat :as stat])
  (:use [anglican core runtime emit]))
;; @@

;; @@
(def font
  {\A [" # "
       "# #"
       "###"
       "# #"]
   \E ["###"
       "## "
       "#  "
       "###"]
   \F ["###"
       "## "
       "#  "
       "#  "]
   \L ["#  "
       "#  "
       "#  "
       "###"]
   \O ["###"
       "# #"
       "# #"
       "###"]})

(def letters (sort (keys font)))
(def image-width 13)

(defn bitmap [c] (mapv (fn [line] (mapv {\space 0 \# 1} line)) (font c)))

(defn render
  "the picture of a text: rows of zeros and ones"
  [text shift]
  (let [line (fn [y] (concat (repeat shift 0)
                             (mapcat (fn [c] (conj (nth (bitmap c) y) 0)) text)))]
    (mapv (fn [y] (vec (take image-width (concat (line y) (repeat 0))))) (range 4))))

(defn show [image]
  (doseq [row image] (println (apply str (map {0 \. 1 \#} row)))))

(show (render "FOE" 1))
;; @@
;; ->
;;; .###.###.###.
;;; .##..#.#.##..
;;; .#...#.#.#...
;;; .#...###.###.
;;;
;; <-

;; @@
(defdist abc-image
  "an image that is compared pixel by pixel"
  [rendered sd] [dist (normal 0 sd)]
  (sample* [this] rendered)
  (observe* [this image]
    (reduce + (map (fn [a b] (observe* dist (- a b))) (flatten rendered) (flatten image)))))

(with-primitive-procedures [render abc-image]
  (defquery captcha [image]
    (let [text (apply str (repeatedly 3 (fn [] (sample (categorical (zipmap letters (repeat 1)))))))
          shift (sample (uniform-discrete 0 2))]
      (predict :shift shift)
      (observe (abc-image (render text shift) 0.5) image)
      text)))
;; @@

;; **
;;; Someone has spilled something over the last letter.
;; **

;; @@
(def image
  (-> (render "FOE" 1)
      (assoc-in [3 10] 0)
      (assoc-in [3 11] 0)
      (assoc-in [0 4] 1)))

(show image)

(def samples (take 20000 (doquery :importance captcha [image])))

(def texts
  (->> samples
       (stat/collect-results)
       (stat/empirical-distribution)
       (sort-by val >)))

(def shifts (stat/empirical-distribution (stat/collect-predicts :shift samples)))

(doseq [[text p] (take 3 texts)]
  (println text (format "%.3f" p)))
;; @@
