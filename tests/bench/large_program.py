"""A long program as people write them: functions, queries, data, macros, tests of all of it.

`program(lines)` gives the text of at least that many lines. It is made of numbered copies of a few
pages, each of which uses what the page before it defined.
"""

from __future__ import annotations

__all__ = ["program"]

_HEAD = """\
;; A long program, made for measuring.
(ns long.program
  (:require [clojure.string :as str]
            [clojure.core.matrix :as m])
  (:use [anglican core runtime emit stat]))

(defmacro unless
  "The body, if the test fails."
  [test & body]
  `(if ~test nil (do ~@body)))

(defmacro with-total [[name xs] & body]
  `(let [~name (reduce + 0 ~xs)] ~@body))

(def table0 {:xs [1.0 2.0 3.0] :name "start" :size 3})
(defn scale0 [x] (* 2.0 x))
"""

_PAGE = """\

;; ## Page {n}

(def table{n}
  "Measurements of page {n}."
  {{:name "page {n}"
   :tags #{{:a :b :c{n}}}
   :xs [[{n} 1.5 -2.25 3e-2]
        [4 5.125 6/7 0.5]
        [{n}.25 -1 0x1F \\a]
        ["text with \\"quotes\\" and {n}" :key nil true]]
   :weights {{:low 0.25, :middle 0.5, :high 0.25}}}})

(defn column{n}
  "The numbers of a column of the table."
  [i]
  (->> (:xs table{n})
       (map (fn [row] (nth row i)))
       (filter number?)
       (map double)
       vec))

(defn scale{n}
  ([x] (scale{n} x 1.0))
  ([x by]
   (let [[low high] [(- (scale{m} x)) (scale{m} x)]
         {{:keys [name size] :or {{size {n}}} :as all}} table{m}]
     (cond
       (< x low) (* by low)
       (> x high) (* by high)
       (and (string? name) (not (map? all))) (/ x size)
       :else (+ x by size)))))

(defn summary{n} [xs]
  (loop [xs xs total 0.0 count 0]
    (if (empty? xs)
      {{:mean (if (pos? count) (/ total count) 0.0) :count count}}
      (let [x (first xs)]
        (recur (rest xs)
               (unless (nil? x) (+ total x))
               (inc count))))))

(defm kernel{n} [x y]
  (let [d (- x y)
        scale (sample (gamma 2.0 {n}))]
    (exp (- (/ (* d d) (* 2 scale scale))))))

(defquery model{n} [ys & [options]]
  (let [k (or (:k options) 3)
        means (mem (fn [i] (sample (normal 0 (+ 1 i)))))
        weights (sample (dirichlet (vec (repeat k 1.0))))
        noise (sample (gamma 1 1))
        assign (fn [y]
                 (let [z (sample (discrete weights))]
                   (observe (normal (means z) noise) y)
                   z))
        zs (map assign ys)]
    (predict :k k)
    (predict :zs zs)
    (when (some (fn [z] (> z 1)) zs)
      (predict :many true))
    (loop [i 0 acc []]
      (if (< i k)
        (recur (inc i) (conj acc (means i)))
        acc))))

(with-primitive-procedures [column{n} summary{n} m/mmul]
  (defquery chain{n} [n]
    (let [start (sample (uniform-continuous -1 1))
          step (fn step [x t]
                 (if (= t n)
                   (list x)
                   (let [x' (sample "step" (normal x 0.5))]
                     (observe (normal x' 1.0) (nth (column{n} 1) (mod t 3)))
                     (cons x (step x' (inc t))))))
          xs (step start 0)
          how (case (count xs) 0 :none (1 2) :few :many)]
      (with-total [total xs]
        {{:total total :how how
         :shown (str/join ", " (map (fn [x] (str "x=" x)) xs))
         :best (apply max xs)
         :pairs (for [x xs y [1 2] :when (> x y)] [x y])}}))))

(defn report{n} [samples]
  (doseq [[i s] (map-indexed vector samples) :let [r (:result s)]]
    (when-let [m (:mean r)]
      (println (format "%d: %.3f" i (double m)))))
  (if-not (seq samples)
    (throw (Exception. "nothing to report on page {n}"))
    (-> samples
        first
        :result
        (get :mean 0.0)
        (scale{n} 2.0))))
"""


def program(lines: int) -> str:
    """A program of at least this many lines."""
    parts, count, page = [_HEAD], _HEAD.count("\n"), 0
    while count < lines:
        page += 1
        parts.append(_PAGE.format(n=page, m=page - 1))
        count += parts[-1].count("\n")
    return "".join(parts)
