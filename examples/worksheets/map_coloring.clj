;; gorilla-repl.fileformat = 1

;; **
;;; # Colouring a map
;;;
;;; Constraint satisfaction by conditioning: colours are drawn one country after the other, and each
;;; border that a country has with those before is an observation that the colours differ.
;;; Sequential Monte Carlo drops a partial colouring as soon as it breaks a constraint.
;; **

;; @@
(ns map-coloring
  (:require [clojure.set :as set]
            [anglican.stat :as stat])
  (:use [anglican core runtime emit inference]))

(def neighbours
  "states of Australia with those before them that they touch"
  (array-map
    :wa  []
    :nt  [:wa]
    :sa  [:wa :nt]
    :q   [:nt :sa]
    :nsw [:q :sa]
    :v   [:sa :nsw]
    :t   []))

(def colors [:red :green :blue :yellow])
;; @@

;; @@
(defn proper? [coloring]
  (every? (fn [[state touching]]
            (not-any? #(= (coloring state) (coloring %)) touching))
          neighbours))

(defquery color-map [neighbours]
  (loop [todo (seq neighbours)
         coloring {}]
    (if (nil? todo)
      coloring
      (let [[state touching] (first todo)
            color (nth colors (sample (uniform-discrete 0 (count colors))))
            clash (some (fn [other] (= color (get coloring other))) touching)]
        (observe (flip (if clash 0. 1.)) true)
        (recur (next todo) (assoc coloring state color))))))
;; @@
;; =>
;;; {"type":"html","content":"<span class='clj-var'>#&#x27;map-coloring/color-map</span>","value":"#'map-coloring/color-map"}
;; <=

;; @@
(def particles 200)
(def sweeps 40)
(def samples
  (take (* sweeps particles) (doquery :smc color-map [neighbours] :number-of-particles particles)))

(println "all are proper:" (every? proper? (map :result samples)))
(println "for example:" (into (sorted-map) (:result (first samples))))

(def number-of-colors
  (->> samples
       (stat/collect-by (comp count set vals :result))
       stat/empirical-distribution
       (into (sorted-map))))

(def p-wa-is-q
  (get (stat/empirical-distribution
         (stat/collect-by #(= (:wa (:result %)) (:q (:result %))) samples))
       true))

;; colourings in all: the evidence times the number of assignments
(def log-count
  (+ (log-marginal samples) (* (count neighbours) (log (count colors)))))

(println "colours used:" number-of-colors)
(println "about" (Math/round (Math/exp log-count)) "colourings")
;; @@
