;; gorilla-repl.fileformat = 1

;; **
;;; # An infinite relational model
;;;
;;; Who likes whom? People are in groups, how many is not known, and whether one likes another
;;; depends on their groups only (Kemp, Tenenbaum, Griffiths, Yamada and Ueda 2006).
;; **

;; @@
(ns relations
  (:require [anglican.stat :refer :all]
            [gorilla-repl.table :as table])
  (:use [anglican core emit]
        [anglican.runtime :exclude [sum mean std]]))
;; @@

;; @@
(def people ["ann" "bob" "cat" "dan" "eve"])

(def likes
  #{["ann" "bob"] ["bob" "ann"] ["ann" "cat"] ["cat" "ann"] ["bob" "cat"]
    ["dan" "eve"] ["eve" "dan"] ["dan" "ann"]})

(def links
  (for [a people b people :when (not= a b)]
    [a b (contains? likes [a b])]))

(table/table-view (for [a people] (cons a (for [b people] (if (likes [a b]) "x" ".")))))
;; @@

;; @@
(defquery irm [people links]
  (let [group (loop [people people
                     crp (CRP 1.0)
                     groups {}]
                (if (empty? people)
                  groups
                  (let [g (sample (produce crp))]
                    (recur (rest people) (absorb crp g) (assoc groups (first people) g)))))
        theta (mem (fn [g h] (sample (beta 0.5 0.5))))]
    (map (fn [[a b linked?]]
           (observe (flip (theta (get group a) (get group b))) linked?))
         links)
    (predict :groups (count (distinct (vals group))))
    group))
;; @@

;; @@
(def particles 500)
(def sweeps 40)
(def samples
  (doall (take (* particles sweeps)
               (doquery :smc irm [people links] :number-of-particles particles))))

(defn together [samples a b]
  (->> samples
       (collect-by (fn [{group :result}] (= (group a) (group b))))
       empirical-distribution
       (#(get % true 0.0))))

(def ann-bob (together samples "ann" "bob"))
(def ann-dan (together samples "ann" "dan"))
(def mean-groups (empirical-mean (collect-predicts :groups samples)))

(println (str "ann and bob " (format "%.2f" ann-bob) ", ann and dan " (format "%.2f" ann-dan)))
;; @@
