;; gorilla-repl.fileformat = 1

;; **
;;; # Scalar implicature
;;;
;;; Three children, some of whom got an apple. "Some of them got one" is true when all of them did,
;;; and still we hear "not all": a speaker who knew that all got one would have said so. The
;;; listener reasons about the speaker, who reasons about a literal listener (Goodman and
;;; Stuhlmueller 2013).
;; **

;; @@
(ns scalar-implicature
  (:require [anglican.stat :refer [collect-results empirical-distribution]]
            [clojure.string :as str])
  (:use [anglican core runtime emit]))

(def worlds [0 1 2 3])
(def utterances ["none" "some" "all"])

(defn literally-true?
  "whether an utterance is true when n of three got an apple"
  [utterance n]
  (case utterance
    "none" (= n 0)
    "some" (> n 0)
    "all"  (= n 3)
    (throw (IllegalArgumentException. (str "unknown utterance: " utterance)))))
;; @@
;; =>
;;; {"type":"html","content":"<span class='clj-var'>#&#x27;scalar-implicature/literally-true?</span>","value":"#'scalar-implicature/literally-true?"}
;; <=

;; @@
(with-primitive-procedures [literally-true?]
  (defquery literal-listener [utterance]
    (let [n (sample (uniform-discrete 0 4))]
      (observe (flip (if (literally-true? utterance n) 1.0 0.0)) true)
      n)))

;; what a literal listener thinks after each utterance; it is asked often, so it is computed once
(def literal
  (let [listen (conditional literal-listener :smc :number-of-particles 4000)]
    (zipmap utterances (map listen utterances))))

(defquery speaker [n]
  (let [utterance (nth utterances (sample (uniform-discrete 0 3)))
        understood (sample (get literal utterance))]
    (observe (flip (if (= n understood) 1.0 0.0)) true)
    utterance))

(def speaks
  (let [speak (conditional speaker :smc :number-of-particles 4000)]
    (mapv speak worlds)))

(defquery pragmatic-listener [utterance]
  (let [n (sample (uniform-discrete 0 4))
        said (sample (nth speaks n))]
    (observe (flip (if (= utterance said) 1.0 0.0)) true)
    n))
;; @@

;; @@
(def interpretation
  (->> (doquery :importance pragmatic-listener ["some"])
       (take 10000)
       collect-results
       empirical-distribution))

(println "some:" (str/join ", " (map (fn [n] (format "%d %.2f" n (get interpretation n 0.0))) worlds)))
;; @@
