"""Small programs whose runs can be listed, one for each thing that a move has to get right."""

from __future__ import annotations

from anglipy.api import loads
from anglipy.runtime.machine import Query

TEXTS = {
    "coin": """
      (let [biased (sample (flip 0.3))]
        (observe (flip (if biased 0.9 0.2)) true)
        (if biased 1 0))""",
    "two observes": """
      (let [a (sample (uniform-discrete 0 3)) b (sample (discrete [1 2]))]
        (observe (flip (/ (+ a b 1) 5)) true)
        (observe (flip (if (= a b) 0.9 0.3)) false)
        (+ a (* 3 b)))""",
    "branch": """
      (if (sample (flip 0.6))
        (let [a (sample (uniform-discrete 0 3))]
          (observe (discrete [(inc a) 2 1]) 0)
          (let [b (if (sample (flip 0.4)) 3 0)] (observe (flip 0.25) true) (+ a b)))
        (do (observe (flip 0.45) true) 9))""",
    "mem": """
      (let [colour (mem (fn [i] (sample (discrete [1 2 i]))))
            i (sample (uniform-discrete 1 3))]
        (observe (flip (if (= (colour i) 1) 0.8 0.3)) true)
        (observe (flip (if (= (colour 1) (colour 2)) 0.9 0.4)) true)
        (+ (colour i) (* 3 i)))""",
    "geometric": """
      (loop [n 0]
        (if (or (= n 4) (sample (flip 0.4)))
          (do (observe (flip (/ (inc n) 6)) true) n)
          (recur (inc n))))""",
    "shrinking support": """
      (let [n (sample (uniform-discrete 1 4)) x (sample (uniform-discrete 0 n))]
        (observe (flip (/ (inc x) 5)) true)
        (+ (* 4 n) x))""",
    "shrinking twice": """
      (let [n (sample (uniform-discrete 1 4))
            x (sample (uniform-discrete 0 n))
            y (sample (uniform-discrete 0 (inc x)))]
        (observe (flip (if (= x y) 0.7 0.2)) true)
        (+ (* 16 n) (* 4 x) y))""",
    "unreachable by reuse": """
      (let [k (sample (flip 0.5)) x (sample (uniform-discrete 0 (if k 2 1)))]
        (observe (flip (if (and k (= x 0)) 0 0.5)) true)
        (if k (+ 10 x) x))""",
    "other kinds of value": """
      (let [k (sample (flip 0.3))
            x (sample (if k (uniform-discrete 0 2) (categorical {:a 1 :b 3})))]
        (observe (flip (case x 0 0.1 1 0.5 :a 0.6 :b 0.2)) true)
        [k x])""",
    "moved support": """
      (let [k (sample (uniform-discrete 0 3)) x (sample (uniform-discrete k (+ k 2)))]
        (observe (flip (/ (inc x) 6)) true)
        [k x])""",
    "a weight of zero": """
      (let [k (sample (flip 0.5)) x (sample (discrete (if k [0 1 2] [1 1 0])))]
        (observe (flip (if (= x 1) 0.3 0.8)) true)
        [k x])""",
    "dead ends": """
      (let [x (sample (discrete [1 2 1]))]
        (observe (discrete (nth [[1 0] [1 1] [1 3]] x)) 1)
        (let [y (sample (flip 0.5))]
          (observe (discrete (if y [1 2] [1 0])) 1)
          (if y (+ x 10) x)))""",
    "instances": """
      (let [n (sample (uniform-discrete 1 3))
            xs (repeatedly n (fn [] (sample (flip 0.3))))]
        (observe (flip (if (every? true? xs) 0.9 0.25)) true)
        (count (filter true? xs)))""",
}


def load(body: str) -> Query:
    """The query of this body."""
    return loads(f"(defquery model [] {body})").queries["model"].query


ALL = {name: load(text) for name, text in TEXTS.items()}
