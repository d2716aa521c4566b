;; gorilla-repl.fileformat = 1

;; **
;;; # Birthdays and polls
;;;
;;; Questions that are answered by simulation, by conditioning, or by a formula.
;; **

;; @@
(ns birthdays-and-polls
  (:require [gorilla-plot.core :as plot]
            [anglican.stat :as stat])
  (:use [anglican core emit runtime]))

(defn probability
  "of a predicate of results"
  [pred states]
  (get (stat/empirical-distribution (stat/collect-by (comp boolean pred :result) states))
       true 0.0))
;; @@

;; **
;;; ## Do two of twenty-three share a birthday?
;; **

;; @@
(defquery birthdays [n]
  (let [days (repeatedly n #(sample (uniform-discrete 0 365)))]
    (< (count (set days)) n)))

(def shared (probability true? (take 10000 (doquery :importance birthdays [23]))))

(def exact-shared
  (- 1 (reduce * (map #(/ (- 365 %) 365) (range 23)))))

(println "shared:" shared "exact:" (double exact-shared))
;; @@

;; **
;;; How many people are there in the room, if no birthday is shared?
;; **

;; @@
(defquery room [shared?]
  (let [n (sample (uniform-discrete 2 41))
        days (repeatedly n (fn [] (sample (uniform-discrete 0 365))))]
    (observe (flip (if (= (apply distinct? days) (not shared?)) 1 0)) true)
    n))

(def people-in-room
  (stat/empirical-mean
    (stat/collect-results (take 20000 (doquery :importance room [false] :drop-invalid false)))))

(println "people:" people-in-room)
;; @@

;; **
;;; ## A poll
;;;
;;; 80 voters were asked; who wins? Undecided voters decide at random.
;; **

;; @@
(def poll {:ayes 41 :noes 31 :undecided 8})

(defquery election [{:keys [ayes noes undecided]}]
  (let [support (sample (beta 10 10))]
    (observe (binomial (+ ayes noes) support) ayes)
    (let [deciding-for (sample (binomial undecided 0.5))]
      {:support support
       :poll (+ ayes deciding-for)
       :wins (> support 0.5)})))

(def election-states (doall (take 20000 (doquery :importance election [poll]))))

(def p-wins (probability :wins election-states))
(def expected-support
  (stat/empirical-mean (stat/collect-by (comp :support :result) election-states)))
(def sd-support
  (stat/empirical-std (stat/collect-by (comp :support :result) election-states)))

(println (format "wins with probability %.3f, support %.3f +- %.3f"
                 p-wins expected-support sd-support))
(plot/histogram (map (comp :support :result) election-states))
;; @@

;; **
;;; ## An embarrassing question
;;;
;;; Everybody throws a coin, and says yes if it shows heads, the truth otherwise. 67 of 100 said
;;; yes.
;; **

;; @@
(defm answer [true-share]
  (let [heads 0.5]
    (+ heads (* (- 1 heads) true-share))))

(defquery survey [yes total]
  (let [share (sample (uniform-continuous 0 1))]
    (observe (binomial total (answer share)) yes)
    share))

(def share
  (->> (doquery :importance survey [67 100])
       (take 20000)
       stat/collect-results
       stat/empirical-mean))

(println "share" share)
;; @@

;; **
;;; ## How many tanks?
;;;
;;; Serial numbers were read from some of them, all different.
;; **

;; @@
(def serials [37 14 61 52])

(defdist serial-numbers
  "so many different numbers from 1 to n, in any order"
  [n k]
  (sample* [this] (take k (shuffle (range 1 (inc n)))))
  (observe* [this xs]
    (if (<= (apply max xs) n)
      (- (reduce + (map (fn [i] (log (- n i))) (range k))))
      Double/NEGATIVE_INFINITY)))

(with-primitive-procedures [serial-numbers]
  (defquery tanks [serials]
    (let [n (sample (uniform-discrete (count serials) 201))]
      (observe (serial-numbers n (count serials)) serials)
      (predict n))))

(def tanks-distribution
  (->> (take 20000 (doquery :importance tanks [serials]))
       (stat/collect-predicts 'n)
       stat/empirical-distribution))

(def expected-tanks (reduce + (for [[n p] tanks-distribution] (* n p))))
(def at-most-80 (reduce + (vals (filter #(<= (key %) 80) tanks-distribution))))
(println "tanks:" expected-tanks)
;; @@
