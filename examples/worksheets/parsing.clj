;; gorilla-repl.fileformat = 1

;; **
;;; # Parsing with a grammar
;;;
;;; Who has the telescope? A probabilistic context-free grammar generates sentences from left to
;;; right; each word that it generates must be the next word of the sentence that we heard.
;; **

;; @@
(ns parsing
  (:require [anglican.stat :as stat]
            [clojure.string :as str])
  (:use [anglican core runtime emit]))

(def grammar
  {:S   {[:NP :VP] 1.0}
   :NP  {[:Det :N] 0.7, [:NP' :PP] 0.3}
   :NP' {[:Det :N] 1.0}
   :VP  {[:V :NP] 0.6, [:V :NP :PP] 0.4}
   :PP  {[:P :NP] 1.0}
   :Det {"the" 0.6, "a" 0.4}
   :N   {"girl" 0.4, "man" 0.4, "telescope" 0.2}
   :V   {"saw" 0.5, "met" 0.5}
   :P   {"with" 0.8, "near" 0.2}})

(def sentence "the girl saw the man with a telescope")
;; @@
;; =>
;;; {"type":"html","content":"<span class='clj-var'>#&#x27;parsing/sentence</span>","value":"#'parsing/sentence"}
;; <=

;; @@
(declare generate)

(defm say
  "say a word: it must be the one that was heard"
  [word]
  (let [[heard & others] (retrieve :heard)]
    (observe (flip (if (= word heard) 1. 0.)) true)
    (store :heard others)
    word))

(defm generate [category]
  (let [production (sample (categorical (get grammar category)))]
    (if (string? production)
      (list category (say production))
      (cons category (map generate production)))))

(defquery parse [sentence]
  (store :heard sentence)
  (let [tree (generate :S)]
    (observe (flip (if (empty? (retrieve :heard)) 1. 0.)) true)
    tree))
;; @@

;; @@
(def words (str/split sentence #" "))

(defn sweep []
  (doall (take 200 (doquery :smc parse [words] :number-of-particles 400))))

(def sweeps (doall (repeatedly 25 sweep)))

(defn attached-to-verb? [[_ _ [_ _ _ pp]]]
  (some? pp))

(defn p-with-verb [states]
  (get (stat/empirical-distribution (stat/collect-by (comp attached-to-verb? :result) states))
       true
       0.))

(def estimates (map p-with-verb sweeps))
(def trees (keys (stat/collect-results (apply concat sweeps))))

(println (count trees) "parses")
(doseq [tree trees] (println (pr-str tree)))
(println "saw with the telescope:" (format "%.2f" (mean estimates))
         "up to" (format "%.2f" (/ (std estimates) (sqrt (count estimates)))))
;; @@
