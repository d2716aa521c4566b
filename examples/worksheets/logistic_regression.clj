;; gorilla-repl.fileformat = 1

;; **
;;; # Logistic regression
;;;
;;; Hours of study, and whether the examination was passed. The posterior of two coefficients has no
;;; closed form, but two dimensions are few enough for a grid.
;; **

;; @@
(ns logistic-regression
  (:require [gorilla-plot.core :as plot])
  (:use [anglican core emit runtime stat
         [state :only [get-result get-log-weight]]
         [inference :only [log-marginal]]]))
;; @@

;; @@
(def students
  [[0.5 false] [1.0 false] [1.5 false] [1.75 true] [2.0 false]
   [2.75 true] [3.0 false] [3.5 true] [4.0 true] [5.0 true]])

(def hours (map first students))
(def center (mean hours))
(def passed (mapv second students))

(defn sigmoid [x] (/ 1.0 (+ 1.0 (Math/exp (- x)))))
;; @@

;; @@
(with-primitive-procedures [sigmoid]
  (defquery logistic-regression [xs ys]
    (let [w0 (sample :w0 (normal 0 1.5))
          w1 (sample :w1 (normal 0 1.5))
          p  (fn [x] (sigmoid (+ w0 (* w1 (- x center)))))]
      (map (fn [x y] (observe (flip (p x)) y)) xs ys)
      (predict :passes-with-two-hours (p 2.0))
      (list w0 w1))))

(def states
  (->> (doquery :is logistic-regression [hours passed])
       (take 8000)
       doall))

(def coefficients (empirical-mean (collect-results states)))
(def deviations (empirical-std (collect-results states)))
(def evidence (log-marginal states))

(println "w0" (first coefficients) "w1" (second coefficients))
(println "with two hours:"
         (empirical-mean (collect-predicts :passes-with-two-hours states)))
;; @@

;; **
;;; ## By quadrature
;; **

;; @@
(defn log-joint [w0 w1]
  (+ (observe* (normal 0 1.5) w0)
     (observe* (normal 0 1.5) w1)
     (reduce + (for [[x y] students]
                 (let [p (sigmoid (+ w0 (* w1 (- x center))))]
                   (Math/log (if y p (- 1 p))))))))

(def axis (range -6 6.2 0.25))

(def cells
  (for [w0 axis w1 axis]
    [w0 w1 (Math/exp (log-joint w0 w1))]))

(def total (reduce + (map last cells)))

(def by-quadrature
  (reduce (fn [[a b] [w0 w1 mass]]
            [(+ a (* w0 (/ mass total))) (+ b (* w1 (/ mass total)))])
          [0. 0.] cells))

(println "quadrature" by-quadrature)

(plot/compose
  (plot/list-plot (map (fn [[x y]] [x (if y 1 0)]) students))
  (plot/plot #(sigmoid (+ (first coefficients) (* (second coefficients) (- % center)))) [0 6]))
;; @@
