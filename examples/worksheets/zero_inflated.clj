;; gorilla-repl.fileformat = 1

;; **
;;; # A distribution of one's own
;;;
;;; Fish caught by visitors of a park, some of whom did not fish: a Poisson distribution inflated
;;; at zero, which is not in the library, is written with `defdist`, and used both in the query and
;;; to simulate data.
;; **

;; @@
(ns zero-inflated
  (:require [anglican.stat :as stat]
            [gorilla-plot.core :as plot])
  (:use [anglican core runtime emit]))
;; @@

;; @@
(defdist zero-inflated-poisson
  "Poisson with probability p, else zero"
  [p rate]
  [gate (flip p)
   count (poisson rate)]
  (sample* [this]
    (if (sample* gate) (sample* count) 0))
  (observe* [this n]
    (if (= n 0)
      (log-sum-exp (log (- 1 p)) (+ (log p) (observe* count 0)))
      (+ (log p) (observe* count n)))))

(zero-inflated-poisson 0.6 3.0)
;; @@
;; =>
;;; {"type":"html","content":"<span class='clj-record'>(zero-inflated/zero-inflated-poisson 0.6 3.0)</span>","value":"(zero-inflated/zero-inflated-poisson 0.6 3.0)"}
;; <=

;; @@
(def mass (reduce + (map (fn [n] (exp (observe* (zero-inflated-poisson 0.6 3.0) n))) (range 60))))
(def log-probabilities (mapv #(observe* (zero-inflated-poisson 0.6 3.0) %) [0 1 5]))

(defn close? [a b] (< (abs (- a b)) 1e-9))
(println "sums to one:" (close? mass 1))
(println "rate:" (:rate (zero-inflated-poisson 0.6 3.0)))
;; @@

;; @@
(with-primitive-procedures [zero-inflated-poisson]
  (defquery fishing [catches]
    (let [p (sample (beta 2 2))
          rate (sample (gamma 2 0.5))
          d (zero-inflated-poisson p rate)]
      (reduce (fn [_ n] (observe d n)) nil catches)
      (predict :next (sample d))
      [p rate])))
;; @@

;; @@
(def catches [0 0 3 0 5 2 0 4])
(def samples (take 20000 (doquery :importance fishing [catches])))

(def means (stat/empirical-mean (stat/collect-by :result samples)))
(def p-nothing
  (get (stat/empirical-distribution (stat/collect-by #(zero? (:next (get-predicts %))) samples)) true))

(println (zipmap [:p :rate] (map #(format "%.1f" %) means)) p-nothing)
;; @@
