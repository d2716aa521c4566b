;; gorilla-repl.fileformat = 1

;; **
;;; # Terms that compute
;;;
;;; A random generator of programs with functions in them: terms with variables, numbers, `if`,
;;; arithmetic, and lambdas, run by an interpreter that is itself written in the probabilistic
;;; program. We ask for a function of one argument by examples of what it does.
;; **

;; @@
(ns lambda-terms
  (:require [anglican.stat :as stat]
            [clojure.string :refer [join]])
  (:use [anglican core runtime emit]))
;; @@

;; @@
(declare evaluate)

(defm apply-closure [[_ param body env] argument]
  (evaluate body (assoc env param argument)))

(defm evaluate [term env]
  (cond
    (number? term) term
    (symbol? term) (get env term)
    :else
    (case (first term)
      lambda (let [[_ param body] term] (list :closure param body env))
      if-pos (let [[_ test yes no] term]
               (if (> (evaluate test env) 0) (evaluate yes env) (evaluate no env)))
      call (let [[_ f x] term] (apply-closure (evaluate f env) (evaluate x env)))
      add (+ (evaluate (nth term 1) env) (evaluate (nth term 2) env))
      neg (- (evaluate (second term) env)))))

;; numbers come as leaves; a function may be applied twice
(defm leaf [vars]
  (if (sample (flip 0.7))
    (nth vars (sample (uniform-discrete 0 (count vars))))
    (sample (uniform-discrete 0 3))))

(defm term [depth vars]
  (if (= depth 0)
    (leaf vars)
    (case (sample (discrete [3 2 1 1 1]))
      0 (leaf vars)
      1 (list 'add (term (dec depth) vars) (term (dec depth) vars))
      2 (list 'neg (term (dec depth) vars))
      3 (list 'if-pos (leaf vars) (term (dec depth) vars) (term (dec depth) vars))
      4 (let [v (symbol (str "v" (count vars)))]
          (list 'call
                (list 'lambda v (term (dec depth) (conj vars v)))
                (leaf vars))))))
;; @@

;; @@
(defquery by-example [examples]
  (let [body (term 2 '[v0])
        f (evaluate (list 'lambda 'v0 body) {})]
    (loop [examples examples]
      (when (seq examples)
        (let [[[x y] & others] examples]
          (observe (flip (if (= y (apply-closure f x)) 0.99 0.01)) true)
          (recur others))))
    (predict :at-minus-5 (apply-closure f -5))
    body))
;; @@

;; **
;;; The absolute value, by three examples; what is it at -5?
;; **

;; @@
(def samples (doall (take 20000 (doquery :importance by-example ['([3 3] [-2 2] [0 0])]))))

(def at-minus-5
  (stat/empirical-distribution (stat/collect-predicts :at-minus-5 samples)))

(def p-abs (get at-minus-5 5 0))

(def best (key (apply max-key val (stat/collect-results samples))))

(println "a most probable program:" (pr-str best))
(println "P(f(-5) = 5) =" (format "%.2f" (double p-abs)))
;; @@
