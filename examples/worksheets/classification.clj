;; gorilla-repl.fileformat = 1

;; **
;;; # Classification of flowers
;;;
;;; A decision stump with noise: one of four measurements is compared with a threshold, and tells
;;; the kind apart except for a share of errors. The data are in a CSV file.
;; **

;; @@
(ns classification
  (:require [clojure.java.io :as io]
            [clojure.string :as str]
            [clojure.core.matrix :as m]
            [gorilla-plot.core :as plot]
            [anglican.stat :as stat])
  (:use [anglican core emit runtime]))
;; @@

;; @@
(defn read-csv
  "the rows of a CSV file with a header, as maps"
  [path]
  (with-open [reader (io/reader path)]
    (let [[header & lines] (line-seq reader)
          fields (map keyword (str/split header #","))]
      (->> lines
           (remove str/blank?)
           (mapv (fn [line] (zipmap fields (map str/trim (str/split line #",")))))))))

(def rows (read-csv (io/resource "data/flowers.csv")))

(def features [:sepal-length :sepal-width :petal-length :petal-width])

(defn measurements [row]
  (mapv #(Float/parseFloat (% row)) features))

(println (count rows) "rows," (frequencies (map :species rows)))
;; @@
;; ->
;;; 40 rows, {azure 20, violet 20}
;;;
;; <-

;; @@
(def data (map (fn [row] [(measurements row) (= "violet" (:species row))]) rows))

;; every fourth row is for testing
(def testing (take-nth 4 data))
(def training (keep-indexed (fn [i row] (when-not (zero? (mod i 4)) row)) data))

;; candidates for thresholds: the quartiles of each feature
(def thresholds
  (vec (for [column (m/transpose (map first training))]
         (let [sorted (vec (sort column))
               n (count sorted)]
           (mapv #(nth sorted (quot (* % n) 4)) [1 2 3])))))
;; @@

;; @@
(defquery stump [thresholds training]
  (let [feature (sample (uniform-discrete 0 4))
        threshold (nth (nth thresholds feature) (sample (uniform-discrete 0 3)))
        above? (sample (flip 0.5))
        noise (sample (categorical {0.05 1 0.1 1 0.2 1 0.3 1}))]
    (map (fn [[x violet?]]
           (let [above (> (nth x feature) threshold)]
             (observe (flip (if (= above above?) (- 1 noise) noise)) violet?)))
         training)
    {:feature feature :threshold threshold :above? above? :noise noise}))

(defn p-violet
  "the probability that x is violet, by one stump"
  [{:keys [feature threshold above? noise]} x]
  (if (= (> (nth x feature) threshold) above?) (- 1 noise) noise))
;; @@

;; @@
(def samples (take 20000 (doquery :importance stump [thresholds training])))
(def posterior (stat/empirical-distribution (stat/collect-results samples)))

(def by-feature
  (->> posterior
       (reduce (fn [sums [stump p]] (update-in sums [(:feature stump)] (fnil + 0) p)) {})
       (into (sorted-map))))

(defn classify [x]
  (reduce + (map (fn [[stump p]] (* p (p-violet stump x))) posterior)))

(def predictions (mapv (comp classify first) testing))

(def accuracy
  (/ (count (filter true? (map #(= (> %1 0.5) (second %2)) predictions testing)))
     (count testing)))

(doseq [[feature p] by-feature]
  (printf "%-13s %.3f%n" (name (features feature)) p))
(println "accuracy:" accuracy)
;; @@

;; @@
(plot/list-plot predictions)
;; @@
