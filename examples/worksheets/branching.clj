;; gorilla-repl.fileformat = 1

;; **
;;; # Branching, recursion, and the number of steps
;;;
;;; Programs of which the number of choices is random: a Poisson model with two branches, geometric
;;; variables by recursion, and a family tree that dies out or does not.
;; **

;; @@
(ns branching
  (:require [gorilla-plot.core :as plot]
            [anglican.stat :as s])
  (:use [anglican core emit runtime
         [inference :only [log-marginal infer]]]
        clojure.pprint))
;; @@

;; @@
(defn fib [n]
  (loop [a 1 b 1 m 0]
    (if (= m n)
      a
      (recur b (+ a b) (inc m)))))

(with-primitive-procedures [fib]
  (defquery branching
    []
    (let [count-prior (poisson 4)
          r (sample count-prior)
          l (if (< 4 r)
              6
              (+ (fib (* 3 r))
                 (sample count-prior)))]
      (observe (poisson l) 6)
      (predict :r r)
      r)))

(def branching-states (doall (take 20000 (doquery :importance branching nil))))

(def r-posterior (s/empirical-distribution (s/collect-predicts :r branching-states)))
(def r-probabilities (map #(get r-posterior % 0.0) (range 10)))

(pprint (into (sorted-map) r-posterior))
(plot/bar-chart (keys r-posterior) (vals r-posterior))
;; @@

;; **
;;; ## Geometric
;; **

;; @@
(defm geometric
  "failures before a success of probability p"
  [p]
  (if (sample (flip p))
    0
    (inc (geometric p))))

(defquery noisy-geometric [p y]
  (let [n (geometric p)]
    (observe (normal n 1) y)
    n))

(def geometric-states (doall (take 20000 (infer :importance noisy-geometric [0.3 5.0]))))
(def geometric-mean (s/empirical-mean (s/collect-results geometric-states)))
(println "mean" geometric-mean)
;; @@

;; **
;;; ## Galton and Watson
;;;
;;; Everybody has a number of children that is drawn from a Poisson distribution. We see how large a
;;; family has become after three generations: how many children had its founder?
;; **

;; @@
(defm generation
  "the next generation of so many people"
  [people mean-children]
  (reduce + 0 (repeatedly people (fn [] (sample (poisson mean-children))))))

(defquery family [mean-children generations]
  (let [first-generation (sample (poisson mean-children))]
    (loop [people first-generation
           remaining (dec generations)]
      (if (or (= remaining 0) (= people 0))
        (do (observe (flip (if (= people 0) 1.0 0.0)) true)
            first-generation)
        (recur (generation people mean-children) (dec remaining))))))

(def extinct (take 20000 (doquery :importance family [0.9 3] :drop-invalid false)))
(def extinction (exp (log-marginal extinct)))
(def founder-given-extinct (s/empirical-mean (s/collect-results extinct)))

(println (format "extinct after three generations: %.3f" extinction))
;; @@
