;; gorilla-repl.fileformat = 1

;; **
;;; # A mixture of two Gaussians
;;;
;;; How many points belong to each component is unknown, as are the means. Labels may be exchanged,
;;; so ask only what does not depend on them.
;; **

;; @@
(ns gaussian-mixture
  (:require [gorilla-plot.core :as plot]
            [clojure.core.matrix :as m])
  (:use [anglican core emit runtime stat
         [state :only [get-predicts get-log-weight]]]))
;; @@

;; @@
(def data [-1.9 -2.3 1.6 2.1 2.4])

(defquery mixture [data]
  (let [[p q] (sample (dirichlet [2 2]))
        means (vec (repeatedly 2 (fn [] (sample (normal 0 2)))))
        labels (mapv (fn [_] (sample (discrete [p q]))) data)]
    (doall (map (fn [y label] (observe (normal (nth means label) 0.5) y)) data labels))
    (predict :together (= (nth labels 0) (nth labels 1)))
    (predict :apart (not= (first labels) (last labels)))
    (predict :highest (apply max means))
    labels))
;; @@

;; **
;;; All labels are drawn before the first observation: a hard program for importance sampling, and
;;; no better with SMC. Integrating them out by hand, one observation for each point, is.
;; **

;; @@
(defdist two-normals
  "a mixture of two normal distributions"
  [p mean1 mean2 sd]
  [first-dist (normal mean1 sd)
   second-dist (normal mean2 sd)]
  (sample* [this] (if (sample* (flip p)) (sample* first-dist) (sample* second-dist)))
  (observe* [this y]
    (log-sum-exp (+ (log p) (observe* first-dist y))
                 (+ (log (- 1 p)) (observe* second-dist y)))))

(with-primitive-procedures [two-normals]
  (defquery collapsed [data]
    (let [p (sample (beta 2 2))
          mean1 (sample (normal 0 2))
          mean2 (sample (normal 0 2))]
      (loop [points data]
        (if (seq points)
          (do (observe (two-normals p mean1 mean2 0.5) (first points))
              (recur (rest points)))))
      {:highest (max mean1 mean2)
       :lowest (min mean1 mean2)})))

(def number-of-samples 8000)

(def explicit (doall (take number-of-samples (doquery :importance mixture [data]))))
(def implicit (doall (take number-of-samples (doquery :importance collapsed [data]))))

(def together
  (get (empirical-distribution (collect-predicts :together explicit)) true))
(def highest-explicit (empirical-mean (collect-predicts :highest explicit)))
(def highest (empirical-mean (collect-by (comp :highest :result) implicit)))
(def lowest (empirical-mean (collect-by (comp :lowest :result) implicit)))

(println "the first two points are together:" together)
(println "means:" lowest highest)
;; @@

;; **
;;; The effective number of samples of both.
;; **

;; @@
(defn effective-sample-size [states]
  (let [weights (map #(exp (get-log-weight %)) states)]
    (/ (Math/pow (reduce + weights) 2)
       (reduce + (map #(* % %) weights)))))

(println "effective:" (map (comp int effective-sample-size) [explicit implicit]))
(plot/histogram (map (comp :highest :result) implicit) :bins 50)
;; @@
