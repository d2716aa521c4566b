"""Whole programs in lockstep against the scalar path, by exact enumeration."""

from __future__ import annotations

import pytest

from anglipy.api import loads
from tests.lanes.enumeration import assert_same
from tests.lanes.following import assert_same_runs

PROGRAMS = {
    "if": "(if (sample (flip 0.3)) 1 2)",
    "kinds": "(if (sample (flip 0.3)) 1 (if (sample (flip 0.5)) 1.5 :a))",
    "shapes": "(let [v (if (sample (flip 0.3)) [1 2] [3])] (conj v (count v)))",
    "numbers of both kinds": "(let [x (if (sample (flip 0.3)) 1 2.5)] [(+ x 1) (* x x) (= x 1) x])",
    "observe in branches": """
      (let [a (sample (flip 0.3))]
        (if a (observe (flip 0.9) true) (observe (flip 0.2) true))
        (if (sample (flip 0.5)) (do (observe (flip 0.1) a) a) :other))""",
    "loop of random length": """
      (loop [i 0 out []]
        (if (and (< i 4) (sample (flip 0.6))) (recur (inc i) (conj out i)) out))""",
    "two ways to recur": """
      (loop [i 0 s 0]
        (if (< i 5) (if (sample (flip 0.4)) (recur (inc i) (+ s 1)) (recur (inc i) (* s 2))) s))""",
    "recursion": """
      (let [f (fn f [n] (if (or (= n 4) (sample (flip 0.4))) 0 (+ 1 (f (inc n)))))] (f 0))""",
    "recursion on both sides": """
      (let [f (fn f [n] (if (= n 0) [] (if (sample (flip 0.4)) (conj (f (dec n)) :l)
                                          (cons :r (f (dec n))))))]
        (f 4))""",
    "tree": """
      (let [t (fn t [d] (if (or (= d 2) (sample (flip 0.5))) (sample (discrete [1 2]))
                            [(t (inc d)) (t (inc d))]))] (t 0))""",
    "index": "(let [i (sample (discrete [1 2 3]))] (nth [10 20 30] i))",
    "index into records": """
      (let [i (sample (discrete [1 2 3]))] (:p (get [{:p 1} {:p 2.5} {:p :x}] i)))""",
    "distributions by index": """
      (let [i (sample (discrete [1 2]))
            j (sample (get [(discrete [1 2 3]) (discrete [3 1 1])] i))]
        [i j (sample (nth [(flip 0.2) (discrete [1 1])] i))])""",
    "distribution parameters": """
      (let [a (sample (discrete [1 2 1]))]
        [(sample (flip (/ (inc a) 5.0))) (sample (discrete [1 a 2]))
         (sample (uniform-discrete 0 (inc a)))])""",
    "keywords": """
      (let [k (sample (categorical {:a 1 :b 2 :c 1}))]
        (observe (flip (get {:a 0.1 :b 0.5 :c 0.9} k)) true)
        (case k :a 1 :b "two" k))""",
    "map": """
      (let [m {:x (sample (flip 0.5)) :y 2} k (if (sample (flip 0.5)) :x :z)]
        (assoc (dissoc m :y) k 7))""",
    "functions as values": """
      (let [f (if (sample (flip 0.3)) (fn [x] (+ x 1)) (fn [x] (sample (discrete [x 1]))))]
        (f 2))""",
    "closures over lanes": """
      (let [a (sample (discrete [1 1])) f (fn [x] (if (= x a) :same (sample (flip 0.25))))]
        [(f 0) (f 1)])""",
    "mem": """
      (let [f (mem (fn [k] (sample (discrete [1 k 1]))))
            i (sample (discrete [1 1])) j (sample (discrete [1 1]))]
        [(f i) (f j) (f 0)])""",
    "recursive mem": """
      (let [f (mem (fn f [n] (if (= n 0) 1 (+ (f (dec n)) (sample (discrete [1 1]))))))]
        [(f (sample (discrete [1 1 1]))) (f 2)])""",
    "mem made in branches": """
      (let [f (if (sample (flip 0.5)) (mem (fn [k] (sample (flip 0.1)))) (mem (fn [k] k)))]
        [(f 1) (f 1)])""",
    "higher-order": """
      (let [xs (map (fn [p] (sample (flip p))) [0.1 0.5 0.9])]
        [(filter identity xs) (reduce (fn [a x] (if x (inc a) a)) 0 xs) (some identity xs)
         (count (remove identity xs)) (frequencies xs) (map vector xs (range))])""",
    "repeatedly": """
      (let [n (sample (discrete [1 1 1])) xs (repeatedly n (fn [] (sample (flip 0.5))))]
        [(count xs) (apply + (map (fn [x] (if x 1 0)) xs))])""",
    "apply": "(apply + (if (sample (flip 0.5)) [1 2] [3]))",
    "predict": """
      (let [x (sample (flip 0.5))]
        (predict :x x)
        (if x (predict :y (sample (flip 0.5))) nil)
        (predict :z 1)
        x)""",
    "names of sites": """
      (let [i (sample (discrete [1 1]))] (sample (str "site" i) (flip 0.5)))""",
    "strings": '(let [i (sample (discrete [1 1]))] (str "n" i (if (= i 0) :a nil)))',
    "sort": "(sort [(sample (discrete [1 1 1])) 1 (sample (discrete [1 1]))])",
    "sets": "(set [(sample (discrete [1 1 1])) 1])",
    "doseq": """
      (let [a (sample (flip 0.5))] (doseq [y [true false]] (observe (flip (if a 0.8 0.3)) y)) a)""",
    "division": "(let [i (sample (discrete [1 1 1]))] (/ 6 (+ i 4)))",
    "cond": """
      (let [i (sample (discrete [1 1 1 1]))]
        (cond (= i 0) :zero (odd? i) (sample (flip 0.5)) :else [i]))""",
    "nothing to observe with": "(let [a (sample (flip 0.5))] (if a (observe (flip 0.0) true) 1) a)",
    "lists": """
      (loop [i 0 xs ()] (if (= i 3) xs (recur (inc i) (if (sample (flip 0.5)) (cons i xs) xs))))""",
    "joins inside calls": """
      (let [g (fn [x] (let [y (if x 1 2)] (+ y (if (sample (flip 0.5)) 10 20))))]
        (if (sample (flip 0.5)) (g true) (* 2 (g false))))""",
    "two ways to one thing of the outer way": """
      (if (sample (flip 0.5))
        (let [x (sample (uniform-discrete 0 2)) v [x]] (if (sample (flip 0.5)) v v))
        [1 2])""",
    "a closure of the outer way": """
      (let [f (if (sample (flip 0.5))
                (let [x (sample (uniform-discrete 0 2)) v (fn [y] [x y])]
                  (if (sample (flip 0.5)) v v))
                inc)]
        (f 1))""",
    "composed functions": """
      (let [f (if (sample (flip 0.5))
                (comp inc (partial + (sample (uniform-discrete 0 2))))
                (juxt inc (constantly (sample (uniform-discrete 0 2)))))]
        (f 3))""",
    "function with a value inside": """
      (update {:a 1} :a (if (sample (flip 0.5)) (constantly (sample (flip 0.5))) inc))""",
    "endless sequences": """
      (let [s (if (sample (flip 0.5))
                (let [x (sample (uniform-discrete 0 2))] (map (fn [i] (+ i x)) (range)))
                (iterate inc (sample (uniform-discrete 0 2))))]
        (vec (take 3 s)))""",
    "a sequence and its rest": """
      (let [x (sample (uniform-discrete 0 2)) s (iterate (partial + x) x)
            y (if (sample (flip 0.5)) (first s) 3)]
        [(vec (take 3 (if (sample (flip 0.5)) s (cons y (rest s))))) y])""",
    "a lazy result": """
      (take-while (fn [i] (< i 4)) (iterate inc (sample (uniform-discrete 0 3))))""",
    "sorted maps": """
      (let [s (if (sample (flip 0.5)) (assoc (sorted-map) 1 (sample (flip 0.5))) (sorted-map 2 7))]
        (pr-str (assoc s 0 3)))""",
    "a collection as a function": """
      (let [i (sample (uniform-discrete 0 3))]
        [((nth [{:a 4} {:a 2} {:b 1}] i) :a i) ([7 8 9] i) ({0 :zero 1 :one} i) (#{0 1} i)
         ((if (= i 0) :a {:a i}) {:a 5})])""",
    "arguments of different number": """
      (let [x (sample (uniform-discrete 0 3)) f (fn [a & r] (if (sample (flip 0.5)) [a r] r))]
        [(if (= x 0) (f 1) (if (= x 1) (apply f [1 2 x]) (f 1 x)))
         (apply f (if (= x 0) [1] (if (= x 1) [1 2 x] [x x])))])""",
    "predicts in some turns": """
      (loop [i 0]
        (if (< i 6)
          (do (when (sample (flip 0.5)) (predict :turn i) (when (odd? i) (predict :odd true)))
              (recur (inc i)))
          (predict :end i)))""",
    "predicts and united calls": """
      (let [f (fn f [n] (when (> n 0)
                          (when (sample (flip 0.5)) (predict :n n))
                          (if (sample (flip 0.5)) (f (dec n)) (do (f (- n 2)) (predict :m n)))))]
        (f 3))""",
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_lockstep_has_the_distribution_of_the_scalar_path(name: str) -> None:
    query = loads(f"(defquery q [] {PROGRAMS[name]})").queries["q"].query
    assert_same(query)
    for seed in range(3):
        assert_same_runs(query, n=12, seed=seed)
    assert_same_runs(query, n=12, seed=3, lanes=4)


def test_global_functions() -> None:
    program = loads("""
      (defn small? [x] (if (< x 2) true false))
      (defn walk [n x]
        (if (= n 0) x (if (sample (flip 0.5)) (walk (dec n) (+ x 1)) (walk (dec n) (- x 1)))))
      (def fs [small? (fn [x] (if (odd? x) :odd :even)) (comp inc inc) (partial + 5)])
      (defquery q []
        (let [x (walk 4 0) f (nth fs (sample (discrete [1 1 1 1])))]
          [x (f x) (map small? [x 1])]))
    """)
    assert_same(program.queries["q"].query)
