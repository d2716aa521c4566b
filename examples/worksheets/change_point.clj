;; gorilla-repl.fileformat = 1

;; **
;;; # Change points: disasters in coal mines
;;;
;;; The number of disasters a year: at some time the rate fell. When, and by how much?
;; **

;; @@
(ns change-point
  (:require [gorilla-plot.core :as plot])
  (:use [anglican core emit runtime stat
         [state :only [get-predicts get-result]]]))

(def first-year 1881)
(def disasters [3 4 2 5 2 2 3 4 2 1 3 1 1 0 1 0 1 1 0 0])
;; @@

;; @@
(defquery switch-point [counts]
  (let [n (count counts)
        switch (sample (uniform-discrete 0 (inc n)))
        early (sample (gamma 2 1))
        late (sample (gamma 2 1))]
    (loop [year 0 counts counts]
      (when (seq counts)
        (observe (poisson (if (< year switch) early late)) (first counts))
        (recur (inc year) (rest counts))))
    (predict :switch switch)
    (predict :rates [early late])
    (predict :fell (< late early))))

(def states (doall (take 30000 (doquery :importance switch-point [disasters]))))

(def switch-posterior (empirical-distribution (collect-predicts :switch states)))
(def switch-probabilities (map #(get switch-posterior % 0.0) (range 21)))

(def rates (empirical-mean (collect-predicts :rates states)))
(def fell (get (empirical-distribution (collect-predicts :fell states)) true))

(doseq [[switch p] (take 5 (sort-by (comp - val) switch-posterior))]
  (println (+ first-year switch) (format "%.3f" p)))

(plot/bar-chart (range first-year (+ first-year 21)) switch-probabilities)
;; @@

;; **
;;; ## Any number of changes
;;;
;;; Every year the rate is drawn anew with a small probability. A sequential model, and so one for
;;; sequential Monte Carlo. Rates are one of three, so that the exact answer is a forward pass.
;; **

;; @@
(def levels [0.5 1.5 3.5])

(defm next-rate [rate]
  (if (sample (flip 0.1))
    (nth levels (sample (uniform-discrete 0 3)))
    rate))

(defquery changing [counts]
  (let [start (nth levels (sample (discrete [1 1 1])))]
    (loop [rate start
           counts counts
           changes 0]
      (if (empty? counts)
        {:rate rate :changes changes}
        (let [new-rate (next-rate rate)]
          (observe (poisson new-rate) (first counts))
          (recur new-rate
                 (rest counts)
                 (if (= new-rate rate) changes (inc changes))))))))

(def changing-states
  (doall (take 25000 (doquery :smc changing [disasters] :number-of-particles 1000))))

(def mean-changes
  (empirical-mean (collect-by (comp :changes :result) changing-states)))

(println "changes" mean-changes)
;; @@
