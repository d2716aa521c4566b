;; gorilla-repl.fileformat = 1

;; **
;;; # Gaussian process regression
;;;
;;; A function is unknown, and its values are normal together. `defproc` makes a process of our
;;; own; the built-in `GP` must say the same.
;; **

;; @@
(ns gp-regression
  (:require [gorilla-plot.core :as plot]
            [clojure.core.matrix :as m]
            [clojure.core.matrix.linear :as ml])
  (:use [anglican core emit runtime stat
         [inference :only [log-marginal]]]))

(m/set-current-implementation :vectorz)
;; @@

;; **
;;; Mean and kernel: squared exponential, with noise on the diagonal.
;; **

;; @@
(defn sq-exp
  "a kernel, given a length and an amplitude"
  [length amplitude noise]
  (fn [x y]
    (+ (* amplitude amplitude
          (Math/exp (- (/ (Math/pow (- x y) 2) (* 2 length length)))))
       (if (= x y) (* noise noise) 0.0))))

(defproc my-gp
  "Gaussian process: a mean function, a kernel, and what has been seen."
  [mean-fn kernel]
  [points []]
  (produce [this]
    (let [xs (mapv first points)
          residuals (mapv (fn [[x y]] (- y (mean-fn x))) points)
          K (mapv (fn [x] (mapv (fn [y] (kernel x y)) xs)) xs)
          K-inv (when (seq xs) (m/inverse (m/matrix K)))]
      (fn [x]
        (if (empty? xs)
          (normal (mean-fn x) (Math/sqrt (kernel x x)))
          (let [k (mapv (fn [y] (kernel x y)) xs)
                weights (m/mmul k K-inv)]
            (normal (+ (mean-fn x) (m/dot weights residuals))
                    (Math/sqrt (- (kernel x x) (m/dot weights k)))))))))
  (absorb [this point]
    (my-gp mean-fn kernel (conj points point))))
;; @@

;; **
;;; Host code may use a process as well as a query does.
;; **

;; @@
(def data [[-2.0 -0.9] [-1.0 -0.8] [0.0 0.1] [1.5 1.1]])

(def noisy (sq-exp 1.0 1.0 0.1))

(def after-data (reduce absorb (my-gp (fn [x] 0.0) noisy) data))

(def grid (range -2.75 3 0.5))

(def predictive-means (mapv (fn [x] (:mean ((produce after-data) x))) grid))
(def predictive-sds   (mapv (fn [x] (:sd ((produce after-data) x))) grid))

(plot/compose
  (plot/list-plot data)
  (plot/list-plot (map vector grid predictive-means) :joined true))

(def log-likelihood
  (loop [process (my-gp (fn [x] 0.0) noisy)
         points data
         total 0.0]
    (if-let [[[x y :as point] & more] (seq points)]
      (recur (absorb process point)
             more
             (+ total (observe* ((produce process) x) y)))
      total)))

(println "log likelihood" log-likelihood)
;; @@

;; **
;;; Which length scale? The built-in process, inside of a query. Its functions are those of the
;;; program.
;; **

;; @@
(defm kernel-of [length]
  (fn [x y]
    (+ (exp (- (/ (* (- x y) (- x y)) (* 2 length length))))
       (if (= x y) 0.01 0.0))))

(defquery which-length [data]
  (let [length (sample (categorical [[0.3 1] [1.0 1] [3.0 1]]))
        process (GP (fn [x] 0.0) (kernel-of length))]
    (loop [process process
           points data]
      (if (empty? points)
        (do (predict :length length)
            (let [f (produce process)]
              (predict :at-half (sample (f 0.5)))))
        (let [[x y] (first points)]
          (observe ((produce process) x) y)
          (recur (absorb process [x y]) (rest points)))))))

(def length-states (doall (take 4000 (doquery :importance which-length [data]))))

(def lengths (empirical-distribution (collect-predicts :length length-states)))
(def length-probabilities (mapv lengths [0.3 1.0 3.0]))
(def at-half (empirical-mean (collect-predicts :at-half length-states)))

(println (zipmap [:short :medium :long] length-probabilities))
;; @@
