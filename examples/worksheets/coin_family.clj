;; gorilla-repl.fileformat = 1

;; **
;;; # Coins: beta, binomial, and a family of coins
;;;
;;; One coin has an answer in closed form. A bag of coins shares what the first ones teach.
;; **

;; @@
(ns coin-family
  (:refer-clojure :exclude [rand rand-nth rand-int name read])
  (:require [anglican.stat :as s :refer [empirical-mean empirical-variance collect-results]]
            [gorilla-plot.core :as plot])
  (:use [anglican core emit runtime
         [inference :only [rand rand-int rand-nth log-marginal]]]))
;; @@

;; @@
(def flips [true true false true true true false true])

(defquery one-coin
  "a beta prior and one flip after the other"
  [a b outcomes]
  (let [bias (sample (beta a b))]
    (loop [outcomes outcomes]
      (if (seq outcomes)
        (do
          (observe (flip bias) (first outcomes))
          (recur (rest outcomes)))
        bias))))

(def one (doall (take 20000 (doquery :importance one-coin [2 2 flips]))))

(def one-mean (s/empirical-mean (s/collect-results one)))
(def one-evidence (exp (log-marginal one)))

(println "bias" one-mean "+-" (s/empirical-std (s/collect-results one)))
;; @@

;; **
;;; All flips in one observation; the two must agree, apart from the number of orders.
;; **

;; @@
(defquery binomial-coin [n k]
  (let [bias (sample (beta 2 2))]
    (observe (binomial n bias) k)
    (predict :bias bias)
    (predict :next (sample (bernoulli bias)))))

(def heads (count (filter identity flips)))

(def binomial-states
  (doall (take 20000 (doquery :importance binomial-coin [(count flips) heads]))))

(def binomial-mean (empirical-mean (s/collect-predicts :bias binomial-states)))
(def next-is-heads
  (get (s/empirical-distribution (s/collect-predicts :next binomial-states)) 1))
;; @@

;; **
;;; Is the coin fair? Two hypotheses, one of them with a parameter of its own.
;; **

;; @@
(defn tally
  "How many are heads, and how many tails."
  [data]
  [(count (filter true? data)) (count (remove true? data))])

(with-primitive-procedures [tally]
  (defquery fair-or-bent [data]
    (let [fair (sample (flip 0.5))
          bias (if fair 0.5 (sample (uniform-continuous 0 1)))
          [heads tails] (tally data)]
      (observe (binomial (+ heads tails) bias) heads)
      (if fair :fair :bent))))

(def all-heads (repeat 6 true))

(def p-fair
  (->> (doquery :importance fair-or-bent [all-heads])
       (take 20000)
       (collect-results)
       (s/empirical-distribution)
       (:fair)))
;; @@

;; **
;;; The bag: every coin has a bias of its own, remembered with `mem`, around a common mean.
;; **

;; @@
(def bag
  {:penny  [true true true]
   :nickel [true true false]
   :dime   [false]})

(defquery bag-of-coins [bag]
  (let [mean (sample (discrete [0 1 2 1]))
        strength (sample (categorical [[2 1] [10 1]]))
        alpha (* strength (/ mean 4.))
        bias (mem (fn [coin] (sample (beta alpha (- strength alpha)))))]
    (map (fn [[coin outcomes]]
           (map (fn [x] (observe (flip (bias coin)) x)) outcomes))
         bag)
    (list mean strength (bias :quarter) (bias :penny))))

(def bag-states (doall (take 30000 (doquery :importance bag-of-coins [bag]))))

(def bag-means
  (mapv (fn [i] (empirical-mean (s/collect-by #(double (nth (:result %) i)) bag-states)))
        (range 4)))

(println (zipmap [:mean :strength :quarter :penny] bag-means))
(plot/histogram (map #(nth (:result %) 2) bag-states) :normalize :probability)
;; @@
