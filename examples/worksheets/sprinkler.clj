;; gorilla-repl.fileformat = 1

;; **
;;; # Bayes nets: the sprinkler
;;;
;;; It is cloudy or not; clouds bring rain, and keep us from using the sprinkler. Both make the
;;; grass wet. We saw the sprinkler running, and the grass is wet: did it rain?
;; **

;; @@
(ns sprinkler
  (:require [gorilla-plot.core :as plot]
            [anglican.stat :as s])
  (:use clojure.repl
        [anglican core runtime emit
         [inference :only [log-marginal]]
         [state :only [get-predicts get-log-weight]]]))
;; @@
;; =>
;;; {"type":"html","content":"<span class='clj-nil'>nil</span>","value":"nil"}
;; <=

;; @@
(defquery sprinkler-bayes-net
  "A Bayes net of four nodes."
  [sprinkler wet-grass]
  (let [is-cloudy (sample (flip 0.5))

        is-raining (cond (= is-cloudy true)
                         (sample (flip 0.8))
                         (= is-cloudy false)
                         (sample (flip 0.2)))
        sprinkler-dist (cond (= is-cloudy true)
                             (flip 0.1)
                             (= is-cloudy false)
                             (flip 0.5))
        wet-grass-dist (cond
                         (and (= sprinkler true) (= is-raining true))
                         (flip 0.99)
                         (and (= sprinkler false) (= is-raining false))
                         (flip 0.0)
                         (or (= sprinkler true) (= is-raining true))
                         (flip 0.9))]

    (observe sprinkler-dist sprinkler)
    (observe wet-grass-dist wet-grass)

    is-raining))
;; @@
;; =>
;;; {"type":"html","content":"<span class='clj-var'>#&#x27;sprinkler/sprinkler-bayes-net</span>","value":"#'sprinkler/sprinkler-bayes-net"}
;; <=

;; **
;;; Draw from the posterior, and look at how often it rained.
;; **

;; @@
(def N 40000)

(def samples
  (time
    (doall
      (take N (doquery :importance sprinkler-bayes-net [true true])))))

(def posterior
  (s/empirical-distribution (s/collect-results samples)))

(println "Rain given sprinkler and wet grass:" (float (get posterior true)))

(plot/bar-chart (keys posterior) (vals posterior))
;; @@
;; ->
;;; Rain given sprinkler and wet grass: 0.3202212344053862
;; <-

;; **
;;; The same by sequential Monte Carlo, whose states weigh the same within a sweep: counting is
;;; enough.
;; **

;; @@
(def by-smc
  (take 40000
        (doquery :smc sprinkler-bayes-net [true true] :number-of-particles 1000)))

(def counts (frequencies (map :result by-smc)))

(def rained (/ (counts true) (reduce + (vals counts))))
;; @@

;; **
;;; ## Explaining away
;;;
;;; All nodes as predicts. Nothing is known but that the grass is wet.
;; **

;; @@
(defquery wet-grass-only [wet]
  (let [cloudy    (sample (flip 0.5))
        raining   (sample (flip (if cloudy 0.8 0.2)))
        sprinkler (sample (flip (if cloudy 0.1 0.5)))
        p-wet     (cond (and sprinkler raining) 0.99
                        (or sprinkler raining)  0.9
                        :else                   0.0)]
    (observe (flip p-wet) wet)
    (predict :cloudy cloudy)
    (predict :raining raining)
    (predict :sprinkler sprinkler)))

(def wet-states
  (doall (take 40000 (doquery :importance wet-grass-only [true] :drop-invalid false))))

(defn probability-of [node states]
  (-> (s/collect-by #(get (get-predicts %) node) states)
      s/empirical-distribution
      (get true)))

(def marginals
  (into {} (for [node [:cloudy :raining :sprinkler]]
             [node (probability-of node wet-states)])))

(doseq [[node p] (sort-by key marginals)]
  (println (name node) (format "%.2f" p)))

(def log-evidence (log-marginal wet-states))
;; @@
;; ->
;;; cloudy 0.58
;;; raining 0.71
;;; sprinkler 0.43
;; <-
