;; gorilla-repl.fileformat = 1

;; **
;;; # Counts: Poisson and gamma
;;;
;;; Goals of two teams. Rates have gamma priors, so the posterior is a gamma as well, and what
;;; remains is to ask it questions.
;; **

;; @@
(ns poisson-gamma
  (:require [gorilla-plot.core :as plot]
            [clojure.string :as string])
  (:use [anglican core emit runtime stat]))
;; @@

;; **
;;; The data come as text, as they would from a file.
;; **

;; @@
(def table "team,goals
lions,2
bears,0
lions,3
bears,1
lions,1
bears,1
lions,4")

(defn parse-row [line]
  (let [[team goals] (string/split line #",")]
    {:team (keyword team) :goals (Integer/parseInt goals)}))

(def rows
  (->> (string/split-lines table)
       rest
       (map string/trim)
       (remove string/blank?)
       (map parse-row)))

(def goals
  (reduce (fn [m {:keys [team goals]}]
            (update-in m [team] (fnil conj []) goals))
          {} rows))

(println goals)
;; @@
;; ->
;;; {:lions [2 3 1 4], :bears [0 1 1]}
;; <-

;; @@
(defquery league [goals]
  (let [rate (mem (fn [team] (sample (gamma 2 1))))]
    (doseq [[team counts] goals
            n counts]
      (observe (poisson (rate team)) n))
    (let [lions (sample (poisson (rate :lions)))
          bears (sample (poisson (rate :bears)))]
      {:rates [(rate :lions) (rate :bears)]
       :better (> (rate :lions) (rate :bears))
       :winner (cond (> lions bears) :lions
                     (< lions bears) :bears
                     :else :nobody)})))

(def states (doall (take 20000 (doquery :importance league [goals]))))

(def rates (empirical-mean (collect-by (comp :rates :result) states)))
(def p-better (get (empirical-distribution (collect-by (comp :better :result) states)) true))
(def winners (empirical-distribution (collect-by (comp :winner :result) states)))

(println "rates" rates)
(println "P(lions better)" p-better "next game" winners)
;; @@

;; **
;;; The posterior in closed form, as a distribution of Anglican's.
;; **

;; @@
(defn posterior-of [counts]
  (gamma (+ 2 (reduce + counts)) (+ 1 (count counts))))

(def posteriors (into {} (map (fn [[team counts]] [team (posterior-of counts)]) goals)))

(def density-at-two (exp (observe* (:lions posteriors) 2.0)))

(plot/histogram (repeatedly 1000 #(sample* (:lions posteriors))))

;; Monte Carlo without a query: how much of the posterior lies above that of the bears?
(def better-by-draws
  (let [n 20000
        better (count (filter (fn [_] (> (sample* (:lions posteriors))
                                         (sample* (:bears posteriors))))
                              (range n)))]
    (/ better n)))

(println "by draws" (double better-by-draws))
;; @@

;; **
;;; A rate that the data tell little of: exponential, and zeros inflated.
;; **

;; @@
(defdist zero-inflated
  "a Poisson variable that is zero more often than it should be"
  [p rate]
  [d (poisson rate)]
  (sample* [this] (if (< (rand) p) 0 (sample* d)))
  (observe* [this k]
    (if (= k 0)
      (Math/log (+ p (* (- 1 p) (Math/exp (observe* d 0)))))
      (+ (Math/log (- 1 p)) (observe* d k)))))

(with-primitive-procedures [zero-inflated]
  (defquery inflated [counts]
    (let [p (sample (uniform-continuous 0 1))
          rate (sample (exponential 0.5))]
      (map (fn [k] (observe (zero-inflated p rate) k)) counts)
      [p rate])))

(def inflated-mean
  (->> (doquery :importance inflated [[0 0 0 0 3 2 0 4]])
       (take 4000)
       collect-results
       empirical-mean))

(println "inflated" inflated-mean)
;; @@
