;; gorilla-repl.fileformat = 1

;; **
;;; # The deli dilemma
;;;
;;; A customer wearing round sunglasses came in at 1:13 pm and took a sandwich and a coffee. Later
;;; on the same day a customer wearing round sunglasses came in at 6:09 pm and ordered dinner. Was
;;; it the same customer?
;;;
;;; We believe that a customer comes at lunch time and at dinner time with habits of his own: his
;;; mean time is normal about 1 pm (and 6:30 pm), and he keeps to it up to a quarter of an hour.
;; **

;; @@
(ns deli
  (:require [anglican.stat :as s])
  (:use [anglican core runtime emit [inference :only [log-marginal]]]))
;; @@
;; =>
;;; {"type":"html","content":"<span class='clj-nil'>nil</span>","value":"nil"}
;; <=

;; @@
(defn minutes
  "minutes since midnight of a time like \"13:13\""
  [time]
  (let [[h m] (map #(Integer/parseInt %) (clojure.string/split time #":"))]
    (+ (* 60 h) m)))

(def lunch (minutes "13:13"))
(def dinner (minutes "18:09"))

(def p-same 0.5)
(def p-sunglasses 0.1)
(def habit-sd 30.)
(def visit-sd 15.)
;; @@

;; **
;;; A customer who comes early for lunch comes early for dinner: one offset for both visits. Two
;;; customers have an offset each.
;; **

;; @@
(defquery deli [lunch dinner]
  (let [same-customer? (sample (flip p-same))
        offset-1 (sample (normal 0 habit-sd))
        offset-2 (if same-customer? offset-1 (sample (normal 0 habit-sd)))]
    (observe (normal (+ 780 offset-1) visit-sd) lunch)
    (observe (normal (+ 1110 offset-2) visit-sd) dinner)
    ;; both wear round sunglasses
    (observe (flip p-sunglasses) true)
    (when (not same-customer?)
      (observe (flip p-sunglasses) true))
    (predict :same-customer? same-customer?)
    (predict :offset offset-1)))
;; @@

;; @@
(def N 20000)
(def samples (take N (doquery :importance deli [lunch dinner])))

(def p-same+
  (get (s/empirical-distribution (s/collect-predicts :same-customer? samples)) true))

(def mean-offset
  (s/empirical-mean (s/collect-predicts :offset samples)))

(printf "p(same customer) = %.3f, before the sunglasses %.1f%n" p-same+ p-same)
(println "log marginal" (log-marginal samples))
;; @@
