;; gorilla-repl.fileformat = 1

;; **
;;; # The student network
;;;
;;; After Koller and Friedman: the difficulty of a course and the intelligence of a student decide
;;; on the grade; the intelligence on the score in the SAT; the grade on the letter of
;;; recommendation.
;; **

;; @@
(ns student-network
  (:use [anglican core runtime emit stat])
  (:require [gorilla-plot.core :as plot]))
;; @@

;; @@
(def grade-given
  {[:low  :easy] [[:A 0.3]  [:B 0.4]  [:C 0.3]]
   [:low  :hard] [[:A 0.05] [:B 0.25] [:C 0.7]]
   [:high :easy] [[:A 0.9]  [:B 0.08] [:C 0.02]]
   [:high :hard] [[:A 0.5]  [:B 0.3]  [:C 0.2]]})

(def strong-letter-given {:A 0.9 :B 0.6 :C 0.01})

(defquery student [evidence]
  (let [difficulty   (sample (categorical {:easy 0.6 :hard 0.4}))
        intelligence (sample (categorical {:low 0.7 :high 0.3}))
        grade-dist   (categorical (get grade-given [intelligence difficulty]))
        grade        (if (:grade evidence)
                       (do (observe grade-dist (:grade evidence))
                           (:grade evidence))
                       (sample grade-dist))
        sat-dist     (flip (case intelligence
                             :low 0.05
                             :high 0.8))
        letter-dist  (flip (get strong-letter-given grade))]
    (if (not= (:sat evidence) nil)
      (observe sat-dist (:sat evidence)))
    (if (contains? evidence :letter)
      (observe letter-dist (get evidence :letter)))
    [intelligence difficulty grade]))
;; @@

;; **
;;; Four questions about George, who is looking for a job. Each adds to what we know.
;; **

;; @@
(def questions
  [{}
   {:letter false}
   {:letter false :grade :C}
   {:letter false :grade :C :sat true}
   {:letter true :sat false}])

(defn ask [evidence]
  (->> (doquery :importance student [evidence])
       (take 20000)
       collect-results
       empirical-distribution))

(defn marginal
  "Sum the joint probabilities of results of which an element is this value."
  [joint index value]
  (reduce + 0. (for [[result p] joint :when (= (nth result index) value)] p)))

(def joints (mapv ask questions))

(def intelligent (mapv #(marginal % 0 :high) joints))
(def hard        (mapv #(marginal % 1 :hard) joints))

(doseq [[evidence i h] (map vector questions intelligent hard)]
  (println evidence "intelligent" (format "%.3f" i) "hard" (format "%.3f" h)))
;; @@
;; ->
;;; {} intelligent 0.304 hard 0.402
;;; {:letter false} intelligent 0.139 hard 0.535
;;; {:letter false, :grade :C} intelligent 0.080 hard 0.629
;;; {:letter false, :grade :C, :sat true} intelligent 0.576 hard 0.758
;;; {:letter true, :sat false} intelligent 0.153 hard 0.222
;; <-

;; **
;;; The most probable explanation of a strong letter in spite of a bad test.
;; **

;; @@
(def best-explanation (key (apply max-key val (last joints))))
(println "best explanation:" best-explanation)

(def grade-of-best-explanation (peek best-explanation))

(def ranked (reverse (sort-by second (seq (last joints)))))
(def grades-ranked (distinct (map (comp last first) ranked)))
;; @@
