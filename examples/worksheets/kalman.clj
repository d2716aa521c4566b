;; gorilla-repl.fileformat = 1

;; **
;;; # Kalman smoother
;;;
;;; A point turns on a circle, with noise, and is seen through a matrix, with noise. Everything is
;;; linear and Gaussian, so that the exact answer is known: it is computed below as well, with
;;; core.matrix.
;; **

;; @@
(ns kalman-smoother
  (:require [gorilla-plot.core :as plot]
            [clojure.core.matrix :as m
             :refer [identity-matrix add sub mmul mul transpose inverse matrix]])
  (:use [anglican core runtime emit stat
         [state :only [get-predicts get-log-weight get-result]]]))
;; @@

;; **
;;; ## The model
;; **

;; @@
(with-primitive-procedures [mmul add m/zero-vector]
  (defquery kalman
    "A basic Kalman smoother. Predicts a sequence of latent states, given
    the matrices and covariances of observations and transitions."
    [observations obs-matrix obs-cov
     trans-matrix trans-cov init-mean init-cov]
    (let [;; noise that is added at every step
          trans-noise (mvn (zero-vector (count init-mean)) trans-cov)
          obs-noise (fn [mean] (mvn mean obs-cov))]
      (reduce
        (fn [states obs]
          (let [state (if (empty? states)
                        (sample (mvn init-mean init-cov))
                        (add (mmul trans-matrix (peek states))
                             (sample trans-noise)))]
            (observe (obs-noise (mmul obs-matrix state)) obs)
            (conj states state)))
        [] ; states
        observations))))
;; @@

;; **
;;; ## Data
;; **

;; @@
(def omega (/ Math/PI 6))
(def radius 0.9)

(def trans-matrix
  (mul radius
       (matrix [[(Math/cos omega) (- (Math/sin omega))]
                [(Math/sin omega) (Math/cos omega)]])))
(def trans-cov (mul 0.2 (identity-matrix 2)))
(def obs-matrix (matrix [[1.0 0.2] [0.0 1.0] [0.5 -0.5]]))
(def obs-cov (mul 0.5 (identity-matrix 3)))
(def init-mean [0 1])
(def init-cov (identity-matrix 2))

(def T 8)

(def observations
  (mapv (fn [t]
          (mapv #(+ (* 0.1 (mod (* 7 t) 3)) %)
                (m/mmul obs-matrix [(- (Math/sin (* omega t))) (Math/cos (* omega t))])))
        (range T)))

(plot/list-plot (map (juxt first second) observations))
;; @@

;; **
;;; ## The exact answer
;; **

;; @@
(defn kalman-step
  "Predict and update: mean, covariance and log likelihood so far."
  [[mean cov log-likelihood] obs]
  (let [S (add (mmul obs-matrix cov (transpose obs-matrix)) obs-cov)
        gain (mmul cov (transpose obs-matrix) (inverse S))
        innovation (sub obs (mmul obs-matrix mean))
        mean' (add mean (mmul gain innovation))
        cov' (sub cov (mmul gain obs-matrix cov))]
    [mean' cov' (+ log-likelihood (observe* (mvn (m/mmul obs-matrix mean) S) obs))]))

(defn kalman-predict [[mean cov log-likelihood]]
  [(mmul trans-matrix mean)
   (add (mmul trans-matrix cov (transpose trans-matrix)) trans-cov)
   log-likelihood])

(defn kalman-filter [observations]
  (reductions (fn [belief obs] (kalman-step (kalman-predict belief) obs))
              (kalman-step [init-mean init-cov 0.0] (first observations))
              (rest observations)))

(def filtered (kalman-filter observations))
(def exact-last-mean (vec (first (last filtered))))
(def exact-last-cov (m/to-nested-vectors (second (last filtered))))
(def exact-evidence (last (last filtered)))

(println "exact:" exact-last-mean "log evidence" exact-evidence)
;; @@

;; **
;;; ## Sequential Monte Carlo
;; **

;; @@
(def num-particles 1000)

(def samples
  (->> (doquery :smc kalman
                [observations obs-matrix obs-cov trans-matrix trans-cov init-mean init-cov]
                :number-of-particles num-particles)
       (take (* 25 num-particles))
       doall
       time))

(defn last-state [sample] (vec (peek (get-result sample))))

(def smc-last-mean
  (empirical-mean (map (fn [s] [(last-state s) (get-log-weight s)]) samples)))

(println "by SMC:" (vec smc-last-mean))
;; @@
