;; gorilla-repl.fileformat = 1

;; **
;;; # Theory of mind: what did she want?
;;;
;;; Sally presses a button of a vending machine, which mostly (not always) gives what the button
;;; says. We watch her press, and infer what she wanted, by a model of how she decides: she imagines
;;; pressing a button, and takes one for which, in her imagination, she gets what she wants.
;; **

;; @@
(ns theory-of-mind
  (:require [gorilla-plot.core :as plot])
  (:use [anglican core runtime emit]
        [anglican.stat :exclude [mean variance]]))
;; @@

;; @@
(def machine
  "what comes out, by button"
  {:a {:bagel 0.9 :cookie 0.1}
   :b {:bagel 0.1 :cookie 0.9}
   :c {:bagel 0.5 :cookie 0.5}})

(defm vending-machine [button]
  (sample (categorical (get machine button))))

(defquery choose-button [goal]
  (let [button (sample (categorical [[:a 1] [:b 1] [:c 2]]))]
    (observe (flip (if (= goal (vending-machine button)) 1. 0.)) true)
    button))

(defquery infer-goal [presses]
  (let [likes-cookies (sample (beta 1 1))
        decide (conditional choose-button :smc :number-of-particles 50)]
    (loop [presses presses
           goals []]
      (if (empty? presses)
        {:goals goals :likes-cookies likes-cookies}
        (let [goal (if (sample (flip likes-cookies)) :cookie :bagel)
              press (sample (decide goal))]
          (observe (flip (if (= press (first presses)) 1. 0.)) true)
          (recur (rest presses) (conj goals goal)))))))
;; @@
;; =>
;;; {"type":"html","content":"<span class='clj-var'>#&#x27;theory-of-mind/infer-goal</span>","value":"#'theory-of-mind/infer-goal"}
;; <=

;; **
;;; She pressed b, then c.
;; **

;; @@
(def samples (doall (take 400 (doquery :importance infer-goal [[:b :c]]))))

(def p-last-cookie
  (->> samples
       (collect-by (comp peek :goals :result))
       empirical-distribution
       (#(get % :cookie))))

(def mean-liking (empirical-mean (collect-by (comp :likes-cookies :result) samples)))

(println "P(the last time she wanted a cookie):" p-last-cookie)
(println "how much she likes cookies:" mean-liking)
;; @@

;; @@
(plot/histogram (map (comp :likes-cookies :result) samples) :bins 20 :normalise :probability)
;; @@
