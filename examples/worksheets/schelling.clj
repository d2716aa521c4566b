;; gorilla-repl.fileformat = 1

;; **
;;; # Schelling coordination
;;;
;;; Alice and Bob agreed to meet tonight, but not where. Each of them likes the popular bar a little
;;; better, knows this of the other, and reasons about how the other reasons: Alice chooses a place
;;; *given* that Bob, as she imagines him, chooses the same, and Bob, as she imagines him, reasons
;;; about her one level less deeply. This is nested inference, with `conditional`.
;; **

;; @@
(ns worksheets.schelling
  (:require [gorilla-plot.core :as plot]
            [anglican.stat :as stat])
  (:use [anglican core runtime emit]))
;; @@
;; =>
;;; {"type":"html","content":"<span class='clj-nil'>nil</span>","value":"nil"}
;; <=

;; @@
(declare alice bob)

(defdist same
  "the distribution of what equals x"
  [x]
  (sample* [this] x)
  (observe* [this value] (if (= value x) 0. (/ -1. 0.))))

(with-primitive-procedures [same]

  (defm location []
    (if (sample (flip 0.55)) :popular-bar :unpopular-bar))

  (defquery alice [depth]
    (let [place (location)
          bob-at (sample ((conditional bob :smc :number-of-particles 100) (dec depth)))]
      (observe (same place) bob-at)
      place))

  (defquery bob [depth]
    (let [place (location)]
      (if (> depth 0)
        (let [alice-at (sample ((conditional alice :smc :number-of-particles 100) depth))]
          (observe (same place) alice-at)
          place)
        place))))
;; @@
;; =>
;;; {"type":"html","content":"<span class='clj-var'>#&#x27;worksheets.schelling/bob</span>","value":"#'worksheets.schelling/bob"}
;; <=

;; **
;;; The deeper they reason, the surer they meet at the popular bar.
;; **

;; @@
(def number-of-samples 400)

(defn popular [depth]
  (let [samples (take number-of-samples (doquery :importance alice [depth]))
        places (stat/empirical-distribution (stat/collect-results samples))]
    (get places :popular-bar 0.)))

(def by-depth
  (into (sorted-map)
        (for [depth [1 2]]
          [depth (popular depth)])))

(doseq [[depth p] by-depth]
  (println (format "depth %d: popular bar %.3f" depth p)))
;; @@
;; ->
;;; depth 1: popular bar 0.618
;;; depth 2: popular bar 0.730
;;;
;; <-

;; @@
(plot/bar-chart (keys by-depth) (vals by-depth) :plot-range [:all [0 1]])
;; @@
