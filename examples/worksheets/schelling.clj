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
(defdist same
  "the distribution of what equals x"
  [x]
  (sample* [this] x)
  (observe* [this value] (if (= value x) 0. (/ -1. 0.))))

(def habit (categorical {:popular-bar 0.55 :unpopular-bar 0.45}))

(with-primitive-procedures [same]

  ;; whoever goes, the other goes to a place of a known distribution
  (defquery meet [other]
    (let [place (sample habit)
          other-at (sample other)]
      (observe (same place) other-at)
      place))

  ;; Alice runs Bob in her head, who thinks of her as a creature of habit
  (defquery alice []
    (let [place (sample habit)
          bob ((conditional meet :smc :number-of-particles 40) habit)
          bob-at (sample bob)]
      (observe (same place) bob-at)
      place)))
;; @@
;; =>
;;; {"type":"html","content":"<span class='clj-var'>#&#x27;worksheets.schelling/alice</span>","value":"#'worksheets.schelling/alice"}
;; <=

;; @@
(def samples (take 1500 (doquery :importance alice nil)))

(def popular
  (get (stat/empirical-distribution (stat/collect-results samples)) :popular-bar))

(println "Alice goes to the popular bar with probability" (format "%.2f." popular))
;; @@

;; **
;;; The deeper they reason, the surer they meet there. Each level is asked many times by the next,
;;; so it is computed once.
;; **

;; @@
(def reason (conditional meet :smc :number-of-particles 2000))

(def levels (take 5 (iterate reason habit)))

(defn p-popular [place n]
  (double (/ (count (filter #{:popular-bar} (repeatedly n #(sample* place)))) n)))

(def by-depth (map #(p-popular % 2000) levels))

(doseq [[depth p] (map-indexed vector by-depth)]
  (println (format "depth %d: %.2f" depth p)))

(plot/bar-chart (range 5) by-depth :plot-range [:all [0 1]])
;; @@
