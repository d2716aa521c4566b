;; gorilla-repl.fileformat = 1

;; **
;;; # Bayesian linear regression
;;;
;;; A line through points, with normal priors on slope and intercept and known noise: the posterior
;;; is normal, and known. Then polynomials: of which degree?
;; **

;; @@
(ns linear-regression
  (:require [gorilla-plot.core :as plot]
            [clojure.core.matrix :as m])
  (:use [anglican core runtime emit stat
         [inference :only [log-marginal]]]))
;; @@

;; @@
(def data
  (map (fn [x y] {:x x :y y})
       [1.0 2.0 3.0 4.0 5.0 6.0]
       [2.1 3.9 5.3 7.7 10.2 12.9]))

(defquery linear-regression [data]
  (let [slope     (sample (normal 0.0 2.0))
        intercept (sample (normal 0.0 2.0))
        f         (fn [x] (+ (* slope x) intercept))]
    (loop [points data]
      (when-not (empty? points)
        (let [{:keys [x y]} (first points)]
          (observe (normal (f x) 1.0) y)
          (recur (next points)))))
    [slope intercept]))

(def samples (doall (take 30000 (doquery :importance linear-regression [data]))))

(def posterior-mean (empirical-mean (collect-results samples)))
(println "slope" (first posterior-mean) "intercept" (second posterior-mean))
;; @@

;; **
;;; The same by linear algebra.
;; **

;; @@
(def X (m/matrix (map (fn [{x :x}] [x 1.0]) data)))
(def y (m/array (map :y data)))

(def posterior-precision
  (m/add (m/mmul (m/transpose X) X)
         (m/mul 0.25 (m/identity-matrix 2))))

(def exact-mean
  (m/mmul (m/inverse posterior-precision) (m/transpose X) y))

(def exact-cov (m/inverse posterior-precision))

(println "exact" (m/to-nested-vectors exact-mean))

(plot/compose
  (plot/list-plot (map (juxt :x :y) data))
  (plot/plot (fn [x] (+ (second exact-mean) (* x (first exact-mean)))) [0 7]))
;; @@

;; **
;;; ## Degrees of polynomials
;;;
;;; The number of coefficients is unknown; the prior of each shrinks with its degree.
;; **

;; @@
(defn polynomial
  "Horner's rule"
  [coefficients x]
  (reduce (fn [total c] (+ c (* total x))) 0.0 (reverse coefficients)))

(def curve [[-1.0 1.2] [-0.5 0.1] [0.0 -0.3] [0.5 0.4] [1.0 0.9]])

(with-primitive-procedures [polynomial]
  (defquery polynomial-regression [points]
    (let [degree (sample (uniform-discrete 0 3))
          coefficients (repeatedly (inc degree) (fn [] (sample (normal 0 1))))]
      (doseq [[x y] points]
        (observe (normal (polynomial coefficients x) 0.4) y))
      (predict :degree degree)
      (predict :at-zero (first coefficients)))))

(def curve-states (doall (take 30000 (doquery :importance polynomial-regression [curve]))))

(def degrees
  (empirical-distribution (collect-predicts :degree curve-states)))

(def degree-probabilities (mapv #(get degrees % 0.) (range 3)))

(println (map (partial format "%.3f") degree-probabilities))
;; @@
