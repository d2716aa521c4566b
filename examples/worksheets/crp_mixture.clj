;; gorilla-repl.fileformat = 1

;; **
;;; # CRP Gaussian mixture
;;;
;;; A mixture of Gaussians with an unknown number of components: points sit down at the tables of a
;;; Chinese restaurant, and the points of a table share mean and variance.
;; **

;; @@
(ns crp-gaussian
  (:require [gorilla-plot.core :as plot]
            [clojure.core.matrix :as m]
            [anglican.stat :as s])
  (:use [anglican core emit runtime
         [state :only [get-predicts get-log-weight get-result]]]))

(defn kl-categorical
  "KL divergence between two categorical distributions"
  [p-categories q-categories]
  (let [p-norm (reduce + (map second p-categories))
        q-norm (reduce + (map second q-categories))
        q (into {} (for [[c w] q-categories] [c (/ w q-norm)]))]
    (reduce +
            (for [[c w] p-categories]
              (if (> w 0.0)
                (* (/ w p-norm) (Math/log (/ (double (/ w p-norm)) (double (get q c 0.0)))))
                0.0)))))
;; @@

;; **
;;; Means have a normal prior whose precision is scaled by that of the component, precisions a
;;; gamma prior.
;; **

;; @@
(def data [1.1 1.0 1.2 -10 -15 -20 0.01 0.1 0.05 0])
(def few [1.1 1.0 -4.0 0.05 -5.0])

(defquery crp-gaussian [observations & [hyper-priors]]
  (let [alpha (:alpha hyper-priors 1.0)
        mu    (:mu hyper-priors 0.0)
        beta  (:beta hyper-priors 1.0)
        a     (:a hyper-priors 2.0)
        b     (:b hyper-priors 2.0)
        precision-prior (gamma a b)
        component-dist
        (mem (fn [k]
               (let [precision (sample precision-prior)
                     sigma (sqrt (/ precision))
                     mean (sample (normal mu (/ sigma (sqrt beta))))]
                 (normal mean sigma))))]
    (loop [observations observations
           state-proc (CRP alpha)
           states []]
      (if (empty? observations)
        (do
          (predict :states states)
          (predict :num-clusters (count (distinct states)))
          (count (distinct states)))
        (let [state (sample (produce state-proc))
              obs-dist (component-dist state)]
          (observe obs-dist (first observations))
          (recur (rest observations)
                 (absorb state-proc state)
                 (conj states state)))))))
;; @@

;; **
;;; With five points the answer can be found by adding up all 52 partitions.
;; **

;; @@
(def number-of-particles 500)
(def number-of-samples (* 60 number-of-particles))

(def samples
  (->> (doquery :smc crp-gaussian [few]
                :number-of-particles number-of-particles)
       (take number-of-samples)
       (doall)))

(def number-of-clusters
  (s/empirical-distribution (s/collect-results samples)))

(doseq [[k p] (sort number-of-clusters)]
  (println k "clusters:" (format "%.3f" p)))

(def partitions
  (->> (s/collect-predicts :states samples)
       (s/empirical-distribution)
       (sort-by val >)))

(println "most probable partitions:")
(doseq [[partition p] (take 3 partitions)]
  (println partition (format "%.3f" p)))

(plot/bar-chart (keys number-of-clusters) (vals number-of-clusters))
;; @@

;; **
;;; Do two points share a cluster? The posterior similarity matrix.
;; **

;; @@
(defn together [i j]
  (fn [state]
    (let [states (:states (get-predicts state))]
      (= (nth states i) (nth states j)))))

(defn similarity [states n]
  (m/matrix
    (for [i (range n)]
      (for [j (range n)]
        (get (s/empirical-distribution (s/collect-by (together i j) states)) true 0.0)))))

(def co-clustering (similarity samples (count few)))
(m/shape co-clustering)
;; @@

;; **
;;; A sharper concentration, as an optional argument; the divergence from the first posterior.
;; **

;; @@
(def concentrated-samples
  (take number-of-samples
        (doquery :smc crp-gaussian [few {:alpha 0.1}] :number-of-particles number-of-particles)))

(def concentrated
  (s/empirical-distribution (s/collect-results concentrated-samples)))

(def divergence (kl-categorical (seq concentrated) (seq number-of-clusters)))
(println "divergence" divergence)
;; @@
