;; gorilla-repl.fileformat = 1

;; **
;;; # A process of one's own
;;;
;;; An urn with reinforcement: whatever is drawn goes back with `extra` more of its kind. Written
;;; with `defproc`, so that `produce` gives what may be drawn and `absorb` what is in the urn then.
;;; A text is written by one of two such urns per position; which of them learns what?
;; **

;; @@
(ns polya-urn
  (:require [anglican.stat :as stat]
            [clojure.string :as str])
  (:use [anglican core runtime emit]))
;; @@

;; @@
(defproc urn
  "an urn with n kinds, one of each to begin with"
  [n extra]
  [counts (vec (repeat n 1.))]
  (produce [this] (discrete counts))
  (absorb [this kind] (urn n extra (update-in counts [kind] + extra))))

(:counts (absorb (absorb (urn 3 2.) 1) 1))
;; @@
;; =>
;;; {"type":"html","content":"<span class='clj-vector'>[1.0 5.0 1.0]</span>","value":"[1.0 5.0 1.0]"}
;; <=

;; @@
(with-primitive-procedures [urn]
  (defquery two-urns [letters]
    (let [share (sample (beta 1 1))]
      (loop [letters letters
             urns [(urn 3 2.) (urn 3 2.)]
             picks []]
        (if (empty? letters)
          (let [which (if (sample (flip share)) 1 0)]
            (predict :picks picks)
            (sample (produce (nth urns which))))
          (let [which (if (sample (flip share)) 1 0)
                chosen (nth urns which)
                letter (first letters)]
            (observe (produce chosen) letter)
            (recur (rest letters)
                   (assoc urns which (absorb chosen letter))
                   (conj picks which))))))))
;; @@

;; @@
(def text "aabac")
(def letters (map {\a 0 \b 1 \c 2} text))

(def particles 500)
(def sweeps 40)
(def samples
  (take (* sweeps particles) (doquery :smc two-urns [letters] :number-of-particles particles)))

(defn next-letters [states]
  (let [p (stat/empirical-distribution (stat/collect-results states))]
    (mapv #(get p % 0.) (range 3))))

(def p-same
  (get (stat/empirical-distribution
         (stat/collect-by (fn [state] (apply = (take 2 (:picks (get-predicts state))))) samples))
       true))

(println (str/join " " (map #(format "%s %.2f" (str %1) %2) "abc" (next-letters samples))))
(println "the first two from one urn:" p-same)
;; @@
