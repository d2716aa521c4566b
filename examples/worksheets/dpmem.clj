;; gorilla-repl.fileformat = 1

;; **
;;; # DPmem: memory that forgets
;;;
;;; A stochastic memoiser, after Goodman et al. 2008: asked again with the same arguments it
;;; returns a value that it has given before, or a fresh one with a probability that `alpha` says.
;;; `mem` is the limit of `alpha` to zero, a function without memory that of `alpha` to infinity.
;; **

;; @@
(ns dpmem
  (:use [anglican core emit runtime stat
         [inference :only [log-marginal]]]
        [anglib crp]))
;; @@

;; @@
(defm dp-mem
  "returns a function like f, which gives values in the way of a Dirichlet process"
  [alpha f]
  (let [;; the restaurant of every argument list is kept in the store
        get-value-from-cache-or-sample
        (mem (fn [args table]
               (apply f args)))]
    (fn [& args]
      (let [process (or (retrieve :tables args) (CRP alpha))
            table (sample (produce process))]
        (store :tables args (absorb process table))
        (get-value-from-cache-or-sample args table)))))
;; @@

;; **
;;; How often do three draws agree? For values from a continuous distribution: when the tables do.
;; **

;; @@
(defquery agreement [alpha n]
  (let [draw (dp-mem alpha (fn [x] (sample (normal x 1))))]
    (count (distinct (repeatedly n (fn [] (draw 10)))))))

(defn distribution-of-distinct [alpha n]
  (->> (doquery :importance agreement [alpha n])
       (take 20000)
       collect-results
       empirical-distribution
       (into (sorted-map))))

(def distinct-values
  (mapv (fn [alpha] (distribution-of-distinct alpha 3)) [0.1 1.0 10.0]))

(doseq [[alpha p] (map vector [0.1 1.0 10.0] distinct-values)]
  (println alpha (map (fn [[k v]] [k (format "%.2f" v)]) p)))
;; @@

;; **
;;; Different arguments have restaurants of their own.
;; **

;; @@
(defquery independent []
  (let [draw (dp-mem 1.0 (fn [who] (sample (uniform-discrete 0 4))))
        a (draw :a)
        b (draw :b)
        again (draw :a)]
    [(= a again) (= a b)]))

(def same
  (let [states (doall (take 20000 (doquery :importance independent nil)))]
    [(get (empirical-distribution (collect-by (comp first :result) states)) true)
     (get (empirical-distribution (collect-by (comp second :result) states)) true)]))
;; @@

;; **
;;; A language of three words, of which we have heard six: what comes next? The base distribution
;;; is discrete, so that several tables may serve the same word.
;; **

;; @@
(def heard '[the cat the the dog the])

(defquery next-word [heard]
  (let [word (dp-mem 2.0 (fn [] (sample (categorical '{the 1 cat 1 dog 1 fish 1}))))]
    (reduce (fn [n said]
              (observe (categorical [[(word) 0.9999] ['noise 0.0001]]) said)
              (inc n))
            0 heard)
    (word)))

(def next-states
  (take 20000 (doquery :smc next-word [heard] :number-of-particles 1000)))

(def next-words (empirical-distribution (collect-results next-states)))

(println (sort-by val > next-words))
;; @@
