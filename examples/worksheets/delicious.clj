;; gorilla-repl.fileformat = 1

;; **
;;; # Where to eat
;;;
;;; A decision problem: three restaurants, a few meals rated good or bad at each. Go to the best one
;;; so far, or try another? Thompson sampling draws one world from the posterior and goes where it
;;; is best there; the expected utility of each is computed beside it.
;; **

;; @@
(ns delicious
  (:require [anglican.stat :as stat]
            [gorilla-plot.core :as plot])
  (:use [anglican core runtime emit inference]))
;; @@

;; @@
(def prices {:deli 8, :diner 12, :bistro 25})
(def pleasure 40)

(def meals
  [[:deli true] [:deli true] [:deli false]
   [:diner true]
   [:bistro true] [:bistro true] [:bistro true] [:bistro false]])

(defquery restaurants [meals]
  (let [quality (mem (fn [place] (sample (beta 1 1))))]
    (loop [meals meals]
      (if-let [[place good?] (first meals)]
        (do (observe (flip (quality place)) good?)
            (recur (rest meals)))))
    (let [places (keys prices)]
      (zipmap places (map quality places)))))
;; @@

;; @@
(def samples (take 20000 (doquery :importance restaurants [meals])))

(defn utility [place p] (- (* pleasure p) (prices place)))

(defn expected-utility [place]
  (->> samples
       (stat/collect-by (fn [state] (utility place (get (:result state) place))))
       stat/empirical-mean))

(def utilities (into {} (map (juxt identity expected-utility) (keys prices))))

(defn best-place [world]
  (apply max-key #(utility % (world %)) (keys world)))

;; where Thompson sampling goes, on the long run
(def thompson (stat/empirical-distribution (stat/collect-by (comp best-place :result) samples)))

(doseq [place (sort (keys prices))]
  (println (format "%-7s %6.2f %.2f" (name place) (utilities place) (get thompson place 0.0))))
;; @@

;; @@
;; a week of meals, each chosen by one draw
(def week
  (map best-place (map :result (take 7 (equalize samples)))))

(println (count week) "meals at" (count (set week)) "places")
(plot/bar-chart (map name (keys utilities)) (vals utilities))
;; @@
