;; gorilla-repl.fileformat = 1

;; **
;;; # Marsaglia's polar method, with an exit
;;;
;;; A normal variable by rejection, as a loop that is left by `throw`; then the anytime estimate of
;;; its posterior mean as the samples come in.
;; **

;; @@
(ns marsaglia
  (:require [gorilla-plot.core :as plot]
            [anglican.stat :as stat])
  (:use [anglican core runtime emit]))
;; @@

;; @@
(defm marsaglia-normal [mean var]
  (catch :accepted
    (loop [tries 1]
      (let [d (uniform-continuous -1.0 1.0)
            x (sample d)
            y (sample d)
            s (+ (* x x) (* y y))]
        (when (and (< 0 s) (< s 1))
          (throw :accepted
                 [(+ mean (* (sqrt var) (* x (sqrt (* -2 (/ (log s) s)))))) tries]))
        (recur (inc tries))))))

(defquery marsaglia [ys]
  (let [[mu tries] (marsaglia-normal 1 5)]
    (map (fn [y] (observe (normal mu (sqrt 2)) y)) ys)
    (predict :tries tries)
    mu))
;; @@

;; @@
(def ys [1.5 0.5 2.5])
(def number-of-samples 20000)
(def samples (take number-of-samples (doquery :importance marsaglia [ys])))

;; the mean after 10, 100, ... samples
(defn anytime [f states]
  (map (fn [n] [n (stat/empirical-mean (stat/collect-by f (take n states)))])
       (take-while #(<= % number-of-samples) (iterate (partial * 10) 10))))

(doseq [[n m] (anytime :result samples)]
  (println n (format "%.2f" m)))

(def weighted (stat/collect-by :result samples))
(def posterior-mean (stat/empirical-mean weighted))
(def posterior-variance (stat/empirical-variance weighted))
(def mean-tries (stat/empirical-mean (stat/collect-predicts :tries samples)))

(println "mean" posterior-mean "variance" posterior-variance "tries" mean-tries)
;; @@

;; @@
(plot/histogram (map :result (take 1000 samples)))
;; @@
