;; gorilla-repl.fileformat = 1

;; **
;;; # Searching for a hash
;;;
;;; Inference as deterministic search: which words of four letters from `abcdef` have an MD5 digest
;;; that begins with a given prefix? The program guesses letters; the digest is ordinary code, and
;;; the observation allows only what fits.
;; **

;; @@
(ns md5
  (:import [java.security MessageDigest])
  (:require [clojure.string :as str])
  (:use [anglican core runtime emit]))
;; @@

;; @@
(defn md5
  "hexadecimal MD5 digest of a string"
  [s]
  (let [algorithm (MessageDigest/getInstance "MD5")
        size (* 2 (.getDigestLength algorithm))
        raw (.digest algorithm (.getBytes s))
        sig (.toString (BigInteger. 1 raw) 16)
        padding (apply str (repeat (- size (count sig)) "0"))]
    (str padding sig)))

(md5 "anglican")
;; @@

;; @@
(def letters (vec "abcdef"))
(def prefix "00")

(with-primitive-procedures [md5]
  (defquery guess-word [prefix]
    (let [word (apply str (repeatedly 4 (fn [] (nth letters (sample (uniform-discrete 0 (count letters)))))))
          digest (md5 word)]
      (observe (flip (if (= prefix (subs digest 0 (count prefix))) 1. 0.)) true)
      (predict :digest digest)
      word)))
;; @@

;; @@
(def found
  (->> (doquery :importance guess-word [prefix])
       (take 100)
       (map (juxt :result (comp :digest get-predicts)))
       (into (sorted-map))))

(doseq [[word digest] found]
  (println word digest))

(assert (every? #(.startsWith % prefix) (vals found)))
;; @@
