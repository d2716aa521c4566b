;; gorilla-repl.fileformat = 1

;; **
;;; # A Dirichlet process mixture by stick breaking
;;;
;;; The sticks are broken when a point falls beyond the pieces that are there: `mem` remembers
;;; every break, so that the infinitely many weights exist as far as anybody has looked.
;; **

;; @@
(ns dp-mixture
  (:require [gorilla-plot.core :as plot])
  (:use [anglican core runtime emit stat
         [state :only [get-predicts]]]))
;; @@

;; @@
(defm pick-a-stick [stick v l k]
  ;; picks a stick given a stick generator
  ;; given a value v ~ uniform-continuous(0,1)
  ;; should be called with l = 0.0, k = 1
  (let [u (+ l (stick k))]
    (if (> u v)
      k
      (pick-a-stick stick v u (+ k 1)))))

(defm remaining [b k]
  (if (<= k 0)
    1
    (* (- 1 (b k)) (remaining b (- k 1)))))

(defm polyaurn
  "a random partition: a function of no arguments that draws a natural number"
  [alpha]
  (let [b (mem (fn [x] (sample (beta 1 alpha))))
        stick (mem (fn [k] (* (b k) (remaining b (- k 1)))))]
    (fn [] (pick-a-stick stick (sample (uniform-continuous 0 1)) 0. 1))))
;; @@

;; **
;;; Clusters are independent of what they are called, so that a partition is written with the
;;; labels in the order of their first appearance.
;; **

;; @@
(defn canonical
  "Labels by first appearance: [7 3 7] becomes [0 1 0]."
  [labels]
  (loop [labels labels seen {} out []]
    (if-let [[label & more] (seq labels)]
      (let [seen (if (contains? seen label) seen (assoc seen label (count seen)))]
        (recur more seen (conj out (seen label))))
      out)))

(def data [-2.1 -1.8 2.0 2.2])

(with-primitive-procedures [canonical]
  (defquery dp-mixture [data alpha]
    (let [draw (polyaurn alpha)
          class (mem (fn [i] (draw)))
          mean (mem (fn [c] (sample (normal 0 3))))
          points (map vector (range (count data)) data)]
      (map (fn [[i y]]
             (observe (normal (mean (class i)) 0.5) y))
           points)
      (predict :first-mean (mean (class 0)))
      (canonical (map class (range (count data)))))))
;; @@

;; @@
(def states
  (time
    (doall
      (take 30000
            (doquery :smc dp-mixture [data 1.0] :number-of-particles 500)))))

(def partitions
  (empirical-distribution (collect-results states)))

(doseq [[partition p] (take 5 (reverse (sort-by val partitions)))]
  (println partition p))

(def first-mean (empirical-mean (collect-predicts :first-mean states)))

(plot/histogram (map (fn [s] (:first-mean (get-predicts s))) states) :bins 40)
;; @@
