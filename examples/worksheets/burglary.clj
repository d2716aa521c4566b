;; gorilla-repl.fileformat = 1

;; **
;;; # The burglary alarm
;;;
;;; Pearl's alarm goes off when there is a burglary, sometimes when the earth quakes, and rarely for
;;; no reason. Two neighbours call when they hear it, or think they do.
;; **

;; @@
(ns burglary
  (:require [gorilla-plot.core :as plot]
            [clojure.string :as str])
  (:use [anglican [core :exclude [-main]] runtime emit
         [state :only [get-predicts get-log-weight set-log-weight]]
         [inference :only [log-marginal collect-by]]
         [stat :only [empirical-distribution empirical-mean collect-predicts]]]))

(defn prob
  "The probability of true among weighted values."
  [weighted]
  (get (empirical-distribution weighted) true 0.))
;; @@

;; **
;;; The tables of the net are data, looked up by the values of the parents.
;; **

;; @@
(def p-burglary 0.05)
(def p-earthquake 0.02)

(def alarm-table
  {[true true] 0.95
   [true false] 0.94
   [false true] 0.29
   [false false] 0.01})

(defm call? [alarm p-hears p-imagines]
  (flip (if alarm p-hears p-imagines)))

(defquery burglary [john mary]
  (let [burglary (sample "burglary" (flip p-burglary))
        earthquake (sample "earthquake" (flip p-earthquake))
        alarm (sample "alarm" (flip (get alarm-table [burglary earthquake])))]
    (observe (call? alarm 0.9 0.05) john)
    (observe (call? alarm 0.7 0.01) mary)
    (predict 'burglary burglary)
    (predict 'earthquake earthquake)
    (predict 'alarm alarm)
    (predict (and burglary earthquake))))
;; @@

;; **
;;; Ask for every combination of calls.
;; **

;; @@
(def number-of-samples 20000)

(defn answers [john mary]
  (let [states (take number-of-samples
                     (doquery :importance burglary [john mary]))]
    {:calls [john mary]
     :burglary (prob (collect-predicts 'burglary states))
     :earthquake (prob (collect-predicts 'earthquake states))
     :alarm (prob (collect-predicts 'alarm states))
     :both (prob (collect-predicts '(and burglary earthquake) states))}))

(def table
  (vec (for [john [true false]
             mary [true false]]
         (answers john mary))))

(println (str/join "\t" ["John" "Mary" "burglary" "quake" "alarm"]))
(doseq [{[john mary] :calls :keys [burglary earthquake alarm]} table]
  (println (str/join "\t" [(if john "calls" "-") (if mary "calls" "-")
                           (format "%.3f" burglary)
                           (format "%.3f" earthquake)
                           (format "%.3f" alarm)])))
;; @@
;; ->
;;; John	Mary	burglary	quake	alarm
;;; calls	calls	0.759	0.096	0.988
;;; calls	-	0.208	0.040	0.269
;;; -	calls	0.252	0.044	0.326
;;; -	-	0.004	0.013	0.002
;; <-

;; **
;;; A radio report of an earthquake explains the alarm away.
;; **

;; @@
(defquery with-radio [john mary report]
  (let [burglary (sample (flip p-burglary))
        earthquake (sample (flip p-earthquake))
        alarm (sample (flip (alarm-table [burglary earthquake])))]
    (observe (call? alarm 0.9 0.05) john)
    (observe (call? alarm 0.7 0.01) mary)
    (when report
      (observe (flip (if earthquake 0.8 0.001)) true))
    {:burglary burglary :earthquake earthquake}))

(def radio-states
  (doall (take number-of-samples (doquery :importance with-radio [true true true]))))

(def burglary-with-radio
  (prob (collect-by (comp :burglary :result) radio-states)))

(plot/bar-chart ["silence" "report"] [(:burglary (first table)) burglary-with-radio])
;; @@
