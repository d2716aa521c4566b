;; gorilla-repl.fileformat = 1

;; **
;;; # Hidden Markov model
;;;
;;; Three states, Gaussian emissions, sixteen observations: inference by sequential Monte Carlo, and
;;; exactly by forward-backward.
;; **

;; @@
(ns hmm
  (:require [gorilla-plot.core :as plot]
            [clojure.core.matrix
             :as mat :refer [matrix identity-matrix zero-vector
                             shape inverse transpose
                             mul mmul add sub div]])
  (:use [anglican core emit runtime stat
         [state :only [get-predicts get-log-weight get-result]]]))

(defn index->ind
  "converts a collection of indices to a matrix of indicator vectors"
  [values]
  (let [max-v (reduce max values)
        zero-vec (into [] (repeat (inc max-v) 0))]
    (matrix (map #(assoc zero-vec % 1) values))))

(defn square [x] (mul x x))
;; @@

;; **
;;; ## Define model
;; **

;; @@
(defquery hmm
  [observations init-dist trans-dists obs-dists]
  (predict
    :states
    (reduce
      (fn [states obs]
        (let [state (sample (get trans-dists
                                 (peek states)))]
          (observe (get obs-dists state) obs)
          (conj states state)))
      [(sample init-dist)]
      observations)))
;; @@

;; **
;;; ## Define data
;; **

;; @@
(def data
  "observation sequence (16 points)"
  [0.9 0.8 0.7 0.0
   -0.025 -5.0 -2.0 -0.1
   0.0 0.13 0.45 6
   0.2 0.3 -1 -1])

(def init-dist
  (discrete [1.0 1.0 1.0]))

(def trans-dists
  "transition distribution for each state"
  {0 (discrete [0.1 0.5 0.4])
   1 (discrete [0.2 0.2 0.6])
   2 (discrete [0.15 0.15 0.7])})

(def obs-dists
  "observation distribution for each state"
  {0 (normal -1 1)
   1 (normal 1 1)
   2 (normal 0 1)})
;; @@

;; **
;;; ## Calculate exact posterior
;; **

;; @@
(defn forward-backward
  "posterior marginals of all states, by the forward-backward algorithm"
  [observations init-dist trans-dists obs-dists]
  (let [states (range (count trans-dists))
        trans (matrix (for [i states] (for [j states]
                (Math/exp (observe* (trans-dists i) j)))))
        likelihood (fn [obs] (mapv #(Math/exp (observe* (obs-dists %) obs)) states))
        normalise (fn [xs] (let [total (reduce + xs)] (mapv #(/ % total) xs)))
        forward (reductions
                  (fn [belief obs]
                    (normalise (mul (mmul belief trans) (likelihood obs))))
                  (mapv #(Math/exp (observe* init-dist %)) states)
                  observations)
        backward (reverse
                   (reductions
                     (fn [message obs]
                       (normalise (mmul trans (mul message (likelihood obs)))))
                     [1. 1. 1.]
                     (reverse observations)))]
    (mapv (comp normalise mul) forward backward)))

(def posterior
  (matrix (forward-backward data init-dist trans-dists obs-dists)))

(println (mat/shape posterior))
;; @@

;; **
;;; ## Run inference
;; **

;; @@
(def number-of-particles 500)
(def number-of-samples 10000)

(def samples
  (->> (doquery :smc hmm
                [data init-dist trans-dists obs-dists]
                :number-of-particles number-of-particles)
       (take number-of-samples)
       doall
       time))
;; @@

;; **
;;; ## L2 error of the estimate
;; **

;; @@
(defn weighted-indicators [samples]
  (map (fn [s] [(index->ind (conj (:states (get-predicts s)) 2)) (get-log-weight s)]) samples))

(def num-sample-range (mapv (partial * number-of-particles) [1 5 20]))

(def L2-errors
  (map (fn [n]
         (->> (weighted-indicators (take n samples))
              empirical-mean
              butlast
              (sub posterior)
              square
              (map (partial reduce +))
              (reduce +)))
       num-sample-range))

(doseq [[n error] (map vector num-sample-range L2-errors)]
  (println n "samples, squared error" (format "%.4f" error)))

(plot/list-plot (map vector (map #(/ (log %) (log 10)) num-sample-range)
                     (map #(/ (log %) (log 10)) L2-errors))
                :joined true
                :color "#05A")
;; @@
