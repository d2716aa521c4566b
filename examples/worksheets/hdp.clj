;; gorilla-repl.fileformat = 1

;; **
;;; # A hierarchical Dirichlet process
;;;
;;; Topics of documents, their number unknown (Teh, Jordan, Beal and Blei 2006). In the Chinese
;;; restaurant franchise each document is a restaurant: a word sits down at a table, and a new table
;;; takes a dish (a topic) from a menu that all restaurants share. Words come from the topic's urn.
;; **

;; @@
(ns hdp
  (:use [anglican core runtime emit])
  (:require [anglican.stat :as s]
            [clojure.string :as str]))
;; @@

;; @@
(def documents
  (->> ["dog cat dog"
        "dog cat"
        "tax tax law"]
       (map #(str/split % #"\s+"))))

(def vocabulary (vec (sort (distinct (apply concat documents)))))
(def word->index (zipmap vocabulary (range)))
(def corpus (vec (map (fn [document] (vec (map word->index document))) documents)))

corpus
;; @@
;; =>
;;; {"type":"html","content":"<span class='clj-vector'>[[1 0 1] [1 0] [3 3 2]]</span>","value":"[[1 0 1] [1 0] [3 3 2]]"}
;; <=

;; **
;;; The menu and the urns of the topics are in the store, since all documents change them.
;; **

;; @@
(defm draw-topic []
  (let [menu (retrieve :menu)
        topic (sample (produce menu))]
    (store :menu (absorb menu topic))
    topic))

(defm read-word [topic word]
  (let [urn (or (retrieve :urns topic) (retrieve :fresh-urn))]
    (observe (produce urn) word)
    (store :urns topic (absorb urn word))))

(defm read-document [words alpha]
  (loop [words words
         restaurant (CRP alpha)
         dishes {}
         topics []]
    (if (empty? words)
      topics
      (let [table (sample (produce restaurant))
            topic (if (contains? dishes table) (get dishes table) (draw-topic))]
        (read-word topic (first words))
        (recur (rest words)
               (absorb restaurant table)
               (assoc dishes table topic)
               (conj topics topic))))))

(defquery hdp [corpus size & [hyper]]
  (let [alpha (:alpha hyper 1.0)
        gam (:gamma hyper 1.0)
        beta (:beta hyper 0.5)]
    (store :menu (CRP gam))
    (store :fresh-urn (dirichlet-discrete (vec (repeat size beta))))
    (map (fn [document] (read-document document alpha)) corpus)))
;; @@

;; @@
(def particles 500)
(def sweeps 30)

(def samples
  (take (* sweeps particles)
        (doquery :smc hdp [corpus (count vocabulary) {:beta 0.2}] :number-of-particles particles)))

(defn p-same-topic
  "the probability that the first words of two documents have one topic"
  [i j states]
  (let [first-topic (fn [document state] (first (nth (:result state) document)))]
    (-> (s/collect-by (fn [state] (= (first-topic i state) (first-topic j state))) states)
        s/empirical-distribution
        (get true 0.0))))

(defn mean-topics [states]
  (s/empirical-mean (s/collect-by (fn [state] (count (set (flatten (:result state))))) states)))

(println "the first words of the documents share their topic:")
(println "  first and second" (p-same-topic 0 1 samples))
(println "  first and third " (p-same-topic 0 2 samples))
(println "topics on average:" (mean-topics samples))
;; @@
