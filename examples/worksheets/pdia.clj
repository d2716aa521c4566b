;; gorilla-repl.fileformat = 1

;; **
;;; # A probabilistic deterministic infinite automaton
;;;
;;; A PDIA (Pfau, Bartlett and Wood 2010) has states without bound. In a state it emits a symbol;
;;; state and symbol decide the next state, for good. The table of transitions is drawn lazily, the
;;; states from a Chinese restaurant process, so that they are shared; each state has a Polya urn
;;; of symbols.
;; **

;; @@
(ns pdia
  (:require [gorilla-plot.core :as plot]
            [anglican.stat :as stat])
  (:use clojure.repl
        [anglican core runtime emit [state :only [get-predicts get-log-weight]]]))
;; @@
;; =>
;;; {"type":"html","content":"<span class='clj-nil'>nil</span>","value":"nil"}
;; <=

;; @@
(def alphabet [:a :b])
(def alpha 0.5)
(def gam 0.5)

(defquery pdia
  "the automaton of a text, and what comes next"
  [text]
  (let [K (count alphabet)
        fresh-urn (dirichlet-discrete (vec (repeat K gam)))]
    (loop [text text
           state 0
           urns {}
           delta {}
           states (absorb (CRP alpha) 0)]
      (let [urn (get urns state fresh-urn)]
        (if (empty? text)
          (let [next-symbol (nth alphabet (sample (produce urn)))]
            (predict :states (count (distinct (cons 0 (vals delta)))))
            next-symbol)
          (let [symbol (first text)
                index (.indexOf alphabet symbol)
                known (get delta [state symbol])
                to (if (nil? known) (sample (produce states)) known)]
            (observe (produce urn) index)
            (recur (rest text)
                   to
                   (assoc urns state (absorb urn index))
                   (assoc delta [state symbol] to)
                   (if (nil? known) (absorb states to) states))))))))
;; @@
;; =>
;;; {"type":"html","content":"<span class='clj-var'>#&#x27;pdia/pdia</span>","value":"#'pdia/pdia"}
;; <=

;; **
;;; A text in which a always follows b and b always follows a.
;; **

;; @@
(def text (map keyword (map str "abababab")))

(def particles 500)
(def sweeps 40)
(def samples (take (* sweeps particles) (doquery :smc pdia [text] :number-of-particles particles)))

(def next-symbol (stat/empirical-distribution (stat/collect-results samples)))

(def number-of-states
  (into (sorted-map) (stat/empirical-distribution (stat/collect-predicts :states samples))))

(println "what comes next:" (get next-symbol :a) "a," (get next-symbol :b) "b")
(doseq [[n p] (take 4 number-of-states)]
  (println n (if (= n 1) "state" "states") (format "%.3f" p)))
;; @@

;; @@
(plot/bar-chart (map first number-of-states) (map second number-of-states))
;; @@
