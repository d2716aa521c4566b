;; gorilla-repl.fileformat = 1

;; **
;;; # Program induction
;;;
;;; Which expression in `x` goes through these points? A grammar generates Clojure code; `eval` makes
;;; a function of it; and the data say how good it is.
;; **

;; @@
(ns program-induction
  (:require [gorilla-plot.core :as plot])
  (:use [anglican core runtime emit stat]))
;; @@
;; =>
;;; {"type":"html","content":"<span class='clj-nil'>nil</span>","value":"nil"}
;; <=

;; @@
(def max-depth 2)

(defm terminal []
  (if (sample (flip 0.6))
    'x
    (sample (uniform-discrete 1 4))))

(defm expression [depth]
  (if (or (= depth 0) (sample (flip 0.5)))
    (terminal)
    (let [op (sample (categorical {'+ 0.4 '* 0.4 '- 0.2}))
          left (expression (dec depth))
          right (expression (dec depth))]
      (list op left right))))
;; @@

;; @@
(def ->function
  (memoize (fn [body] (eval (list 'fn '[x] body)))))

(defn value-at
  "the value of an expression at a point"
  [body x]
  ((->function body) x))

(value-at '(+ x (* x 2)) 5)
;; @@
;; =>
;;; {"type":"html","content":"<span class='clj-long'>15</span>","value":"15"}
;; <=

;; @@
(with-primitive-procedures [value-at]
  (defquery induce [points]
    (let [body (expression max-depth)]
      (reduce (fn [_ [x y]] (observe (normal (value-at body x) 1) y))
              nil
              points)
      body)))
;; @@

;; @@
(def points [[0 1.2] [1 1.8] [2 5.3] [3 9.6]])

(def programs
  (->> (doquery :importance induce [points])
       (take 10000)
       (collect-results)
       (empirical-distribution)))

;; programs that compute the same are the same
(defn behaviour [body] (map (partial value-at body) (range -3 4)))

(def functions
  (->> programs
       (group-by (comp behaviour first))
       (map (fn [[values bodies]] [values (reduce + (map second bodies)) (first (sort-by (comp count str first) bodies))]))
       (sort-by (comp - second))))

(doseq [[_ p [body _]] (take 3 functions)]
  (println (format "%.3f" p) (pr-str body)))

(def p-square-plus-one
  (or (some (fn [[values p _]] (when (= values (map #(+ 1 (* % %)) (range -3 4))) p)) functions)
      0.0))

(def predicted
  (empirical-mean (map (fn [[body p]] [(value-at body 4) (log p)]) programs)))

(println "at 4:" predicted)
;; @@
