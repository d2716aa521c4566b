;; gorilla-repl.fileformat = 1

;; **
;;; # Tug of war
;;;
;;; People are strong or weak, and sometimes lazy, in which case they pull with half of their
;;; strength. Teams add up what their members pull (Goodman, Mansinghka et al. 2008; Gerstenberg
;;; and Goodman 2012).
;; **

;; @@
(ns tug-of-war
  (:require [gorilla-plot.core :as plot])
  (:use [anglican core emit runtime stat
         [state :only [get-predicts]]]))
;; @@

;; **
;;; Strengths are remembered, laziness is not: it is drawn anew in every match.
;; **

;; @@
(defquery tug-of-war [matches]
  (let [strength (mem (fn [person] (if (sample (flip 0.3)) 10 5)))
        lazy (fn [person] (sample (flip 0.25)))
        pulling (fn [person]
                  (if (lazy person)
                    (/ (strength person) 2)
                    (strength person)))
        total (fn [team] (apply + (map pulling team)))
        winner (fn [team1 team2]
                 (let [one (total team1) two (total team2)]
                   (cond (> one two) team1
                         (< one two) team2
                         :else :draw)))]
    (loop [matches matches]
      (when (seq matches)
        (let [[[team1 team2 result] & more] matches]
          (observe (categorical {(winner team1 team2) 1.0}) result)
          (recur more))))
    (predict 'alice (strength 'alice))
    (predict '(alice against bob) (winner '(alice) '(bob)))
    (strength 'alice)))
;; @@

;; @@
(def single '[[(alice) (sue) (alice)]])
(def more '[[(alice) (sue) (alice)]
            [(alice bob) (tom sue) (alice bob)]
            [(sue) (tom) :draw]])

(defn strong? [state] (= 10 (:result state)))

(defn p-strong [matches]
  (-> (collect-by strong? (take 20000 (doquery :importance tug-of-war [matches])))
      empirical-distribution
      (get true)))

(def p-strong-after-one (p-strong single))
(def p-strong-after-more (p-strong more))

(println "Alice is strong:" p-strong-after-one "then" p-strong-after-more)
;; @@

;; **
;;; The next match.
;; **

;; @@
(def next-match
  (->> (doquery :importance tug-of-war [more])
       (take 20000)
       (collect-predicts '(alice against bob))
       empirical-distribution))

(def next-probabilities (map #(get next-match % 0.) ['(alice) '(bob) :draw]))

(plot/bar-chart ["alice" "bob" "draw"] next-probabilities)
(println next-match)
;; @@

;; **
;;; Tournaments: everybody against everybody, drawn from the prior. How often does a strong person
;;; beat a weak one?
;; **

;; @@
(defquery duel []
  (let [lazy? (fn [] (sample (flip 0.25)))
        pull (fn [strength] (if (lazy?) (/ strength 2) strength))]
    (compare (pull 10) (pull 5))))

(def duels (frequencies (map :result (take 20000 (doquery :importance duel nil)))))
(def strong-wins (/ (get duels 1) 20000))
;; @@
