;; gorilla-repl.fileformat = 1

;; **
;;; # Planning: a ball and two ramps
;;;
;;; A ball is dropped and should land in a bucket. Where are the ramps to be put? Planning is
;;; inference: condition on the ball landing near the bucket. The simulator is ordinary Clojure: the
;;; ball falls through levels, and rolls off a ramp that it hits, to the side to which it tilts.
;; **

;; @@
(ns bounce
  (:require [gorilla-plot.core :as plot]
            [anglican.stat :as stat])
  (:use [anglican core runtime emit]))
;; @@

;; @@
(def width 8)

(defn roll
  "where a ball at x is after a level with a ramp"
  [x {:keys [at tilt]}]
  (if (<= (Math/abs (- x at)) 1)
    (+ at (if (= tilt :left) -2 2))
    x))

(defn simulate
  "positions of a ball, level by level, until it is out of the box or at the ground"
  [start ramps]
  (loop [x start
         [ramp & others] ramps
         path [start]]
    (if (or (nil? ramp) (neg? x) (>= x width))
      path
      (let [x' (roll x ramp)]
        (recur x' others (conj path x'))))))

(simulate 3 [{:at 4 :tilt :left} {:at 1 :tilt :left}])
;; @@
;; =>
;;; {"type":"html","content":"<span class='clj-vector'>[3 2 -1]</span>","value":"[3 2 -1]"}
;; <=

;; @@
(defquery place-ramps [start bucket]
  (declare :primitive simulate)
  (let [ramps (repeatedly 3 (fn []
                              {:at (sample (uniform-discrete 0 width))
                               :tilt (sample (categorical [[:left 1/2] [:right 1/2]]))}))
        path (simulate start ramps)]
    (predict :path path)
    (observe (normal (peek path) 0.5) bucket)
    ramps))
;; @@

;; @@
(def start 1)
(def bucket 6)
(def samples (doall (take 20000 (doquery :importance place-ramps [start bucket]))))

(def landing
  (into (sorted-map)
        (stat/empirical-distribution
          (stat/collect-by (fn [s] (last (:path (get-predicts s)))) samples))))

(def right-ramps
  (stat/empirical-mean
    (stat/collect-by (fn [s] (count (filter #(= :right (:tilt %)) (:result s)))) samples)))

(def good-plans
  (->> samples
       (filter #(= bucket (peek (:path (get-predicts %)))))
       (map :result)
       distinct))

(println "it lands at" (key (apply max-key val landing)) "with probability" (format "%.2f" (apply max (vals landing))))
(println "one way:" (map (juxt :at (comp name :tilt)) (first good-plans)))
;; @@

;; @@
(apply plot/compose
       (for [plan (take 5 good-plans)]
         (plot/list-plot (map-indexed (fn [level x] [x (- level)]) (simulate start plan)) :joined true)))
;; @@
