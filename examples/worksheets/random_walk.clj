;; gorilla-repl.fileformat = 1

;; **
;;; # Random walks
;;;
;;; A drunkard on a lattice, the gambler's ruin, and a walker whose position we see now and then.
;; **

;; @@
(ns random-walk
  (:require [gorilla-plot.core :as plot]
            [clojure.core.matrix :as m])
  (:use [anglican core emit runtime stat
         [inference :only [log-marginal]]
         [state :only [get-predicts get-result]]]))
;; @@

;; @@
(def steps {:north [0 1] :south [0 -1] :east [1 0] :west [-1 0]})

(defn add-step [position direction]
  (mapv + position (steps direction)))

(with-primitive-procedures [add-step]
  (defquery drunkard
    "home is at the origin: where does a walk of n steps that ends there go?"
    [n]
    (loop [n n
           path [[0 0]]]
      (if (zero? n)
        (do
          (observe (flip (if (= (peek path) [0 0]) 1 0)) true)
          (predict :returns (dec (count (filter (fn [p] (= p [0 0])) path))))
          (apply max (map (fn [[x y]] (+ (abs x) (abs y))) path)))
        (let [direction (sample (categorical [[:north 1/4] [:south 1/4] [:east 1/4] [:west 1/4]]))]
          (recur (dec n) (conj path (add-step (peek path) direction))))))))

(def walks (doall (take 20000 (doquery :importance drunkard [6] :drop-invalid false))))

(def return-probability (exp (log-marginal walks)))
(def farthest (empirical-mean (collect-results walks)))
(def returns (empirical-mean (collect-predicts :returns walks)))

(println "P(home after 6 steps)" return-probability "farthest" farthest)
;; @@

;; **
;;; ## The gambler's ruin
;; **

;; @@
(defm gamble
  "plays until the purse is empty or full; the number of games, and whether it is full"
  [purse goal p games]
  (cond
    (= purse 0) {:won false :games games}
    (= purse goal) {:won true :games games}
    :else (if (sample (flip p))
            (gamble (inc purse) goal p (inc games))
            (gamble (dec purse) goal p (inc games)))))

(defquery ruin [purse goal p]
  (gamble purse goal p 0))

(def gambles (map :result (take 20000 (doquery :importance ruin [3 7 0.45]))))
(def p-won (/ (count (filter :won gambles)) (count gambles)))
(def mean-games (mean (map :games gambles)))

(println "wins with" (double p-won) "after" (double mean-games) "games")
;; @@

;; **
;;; ## A walker on a line
;;;
;;; The walker stays or goes to a neighbour, and never leaves the ten places. Three reports of its
;;; position, by a witness who is wrong at times.
;; **

;; @@
(def places 10)

(def neighbours
  (into {} (for [i (range places)]
             [i (vec (filter #(<= 0 % (dec places)) [(dec i) i (inc i)]))])))

(defm step
  "a neighbour, or the same place"
  [position]
  (let [options (get neighbours position)]
    (nth options (sample (uniform-discrete 0 (count options))))))

(defquery walker [reports]
  (let [start (sample (uniform-discrete 0 places))]
    (loop [t 0
           path [start]]
      (let [position (peek path)
            report (get reports t)]
        (when report
          (observe (categorical [[position 0.8] [(mod (inc position) places) 0.2]]) report))
        (if (= t 8)
          path
          (recur (inc t) (conj path (step position))))))))

(def walks-seen
  (doall (take 30000 (doquery :smc walker [{0 3, 4 6, 7 8}] :number-of-particles 1000))))

(def last-place (empirical-mean (collect-by (comp double peek :result) walks-seen)))
(def first-place (empirical-distribution (collect-by (comp first :result) walks-seen)))

(println "starts at" (sort-by (comp - val) first-place) "ends near" last-place)
(plot/list-plot (:result (first walks-seen)) :joined true)
;; @@
