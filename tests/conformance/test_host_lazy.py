"""Sequences without end in host code, and namespaces."""

from __future__ import annotations

from pathlib import Path

import pytest

from anglipy.api import Session, check, load, loads
from anglipy.diagnostics import AnglipyError
from anglipy.runtime.printing import pr_str
from tests.conformance.host_cases import checking, parsed

LAZY = r"""
host:(take 3 (map inc (range))) => (1 2 3)
host:(take 3 (map + (range) (iterate inc 10))) => (10 12 14)
host:(take 3 (filter odd? (range))) => (1 3 5)
host:(take 3 (remove odd? (range))) => (0 2 4)
host:(take 2 (keep (fn [x] (if (> x 5) x)) (range))) => (6 7)
host:(take 4 (mapcat (fn [x] [x x]) (range))) => (0 0 1 1)
host:(take 2 (map-indexed vector (cycle [:a :b]))) => ([0 :a] [1 :b])
host:(take 3 (iterate (fn [x] (* 2 x)) 1)) => (1 2 4)
host:(take 3 (repeat :x)) => (:x :x :x)
host:(count (take 3 (repeatedly rand))) => 3
host:(take 5 (cycle [1 2])) => (1 2 1 2 1)
host:(take 5 (concat [1 2] (range))) => (1 2 0 1 2)
host:(take 4 (interleave (range) (repeat :a))) => (0 :a 1 :a)
host:(take 3 (interpose 0 (repeat 1))) => (1 0 1)
host:(take-while (fn [x] (< x 4)) (range)) => (0 1 2 3)
host:(first (drop-while (fn [x] (< x 4)) (range))) => 4
host:(take 2 (partition 2 (range))) => ((0 1) (2 3))
host:(take 2 (partition-all 2 (range))) => ((0 1) (2 3))
host:(take 2 (partition-by (fn [x] (quot x 3)) (range))) => ((0 1 2) (3 4 5))
host:(take 4 (reductions + (range))) => (0 1 3 6)
host:(take 3 (take-nth 5 (range))) => (0 5 10)
host:(take 3 (distinct (cycle [1 2 3]))) => (1 2 3)
host:(nth (iterate inc 0) 5000) => 5000
host:(first (filter (fn [x] (> x 100)) (map (fn [x] (* x x)) (range)))) => 121
host:(into [] (comp (filter odd?) (map inc) (take 3)) (range)) => [2 4 6]
host:(transduce (take 3) + (range)) => 3
host:(take 2 (sequence (map inc) (range))) => (1 2)
host:(some (fn [x] (if (> x 10) x)) (range)) => 11
host:(reduce (fn [a x] (if (> a 10) (reduced a) (+ a x))) (range)) => 15
host:(let [f (fn [g xs] (map g xs))] (take 2 (f inc (range)))) => (1 2)
host:(let [f (fn [p xs] (filter p xs))] (take 2 (f odd? (range)))) => (1 3)
host:(let [nats (fn nats [n] (lazy-seq (cons n (nats (inc n)))))] (nth (nats 0) 30000)) => 30000
host:(let [s (lazy-seq (cons 1 nil))] [(realized? s) (first s) (realized? s)]) => [false 1 true]
host:(let [seen (atom 0) s (map (fn [x] (swap! seen inc) x) (iterate inc 0))] (doall (take 3 s)) (doall (take 3 s)) @seen) => 3
host:(take 3 (tree-seq (constantly true) (fn [x] [(inc x)]) 0)) => (0 1 2)
host:(second (split-with (fn [x] (< x 2)) [1 2 3])) => (2 3)
host:(first (rest (lazy-cat [1] (range)))) => 0
host:(str (take 3 (map inc (range)))) => "(1 2 3)"
host:(realized? (range)) => false
host:(take 3 (for [x (range)] (* x x))) => (0 1 4)
host:(first (for [x (range)] x)) => 0
host:(nth (for [x (range)] x) 5000) => 5000
host:(take 2 (for [[a b] (map vector (range) (iterate dec 0))] (+ a b 1))) => (1 1)
host:(take 2 (for [{:keys [a]} (repeat {:a 1})] a)) => (1 1)
host:(take 3 (for [x (range) :when (odd? x)] (* x x))) => (1 9 25)
host:(take 2 (for [x (range) :let [y (* x x)] :when (odd? y)] [x y])) => ([1 1] [3 9])
host:(take 3 (for [x (range) :while (< x 2)] x)) => (0 1)
host:(take 4 (for [x (range) y [1 2]] [x y])) => ([0 1] [0 2] [1 1] [1 2])
host:(take 3 (for [x [1 2] y (range)] [x y])) => ([1 0] [1 1] [1 2])
host:(take 3 (for [x (range) y (range)] [x y])) => ([0 0] [0 1] [0 2])
host:(for [x [1 2] y (range) :while (< y 2)] [x y]) => ([1 0] [1 1] [2 0] [2 1])
host:(take 3 (for [x (range) :when (even? x) y [x (* 10 x)] :when (pos? y)] y)) => (2 20 4)
host:(take 2 (for [x [1 2] :let [ys (range)] y ys :when (> y x)] [x y])) => ([1 2] [1 3])
host:(take 2 (for [x (range)] (for [y [1 2]] (+ x y)))) => ((1 2) (2 3))
host:(for [x [1 2 3 4] :while (< x 3) y [x :a]] y) => (1 :a 2 :a)
host:(for [x [3 1] y (range x) :when (even? y)] [x y]) => ([3 0] [3 2] [1 0])
host:(let [f (fn [g] (take 2 (for [x (range)] (g x))))] (f inc)) => (1 2)
host:(let [f (fn [g] (take 2 (for [x [1 2] y (range)] (g x y))))] (f +)) => (1 2)
host:(let [f (fn [g] (take 2 (for [x (range) :when (g x)] x)))] (f odd?)) => (1 3)
host:(let [seen (atom 0) s (for [x (range)] (do (swap! seen inc) x))] (doall (take 3 s)) @seen) => 3
host:(let [seen (atom 0) s (for [x (range) :when (swap! seen inc) y [x x]] y)] (doall (take 3 s)) @seen) => 2
host:(let [seen (atom 0) f (fn [g] (for [x [1 2] y (do (swap! seen inc) (range))] (g x y)))] (doall (take 3 (f +))) @seen) => 1
host:(some (fn [x] (if (> x 3) x)) (for [x (range)] x)) => 4
host:(let [seen (atom [])] (doseq [x (range) :while (< x 3)] (swap! seen conj x)) @seen) => [0 1 2]
host:(let [seen (atom [])] (doseq [x [1 2] y (range) :while (< y x)] (swap! seen conj [x y])) @seen) => [[1 0] [2 0] [2 1]]
host:(let [seen (atom [])] (doseq [x (take 4 (range)) :when (odd? x)] (swap! seen conj x)) @seen) => [1 3]
host:(let [seen (atom 0)] (reduce (fn [a x] (if (> x 3) (reduced a) (do (swap! seen inc) (+ a x)))) 0 (for [x (range)] x)) @seen) => 4
"""

FIBONACCI = "(def fibs (lazy-cat [0 1] (map + fibs (rest fibs)))) (take 10 fibs)"
SIEVE = """
(defn sieve [s] (lazy-seq (cons (first s) (sieve (remove (fn [x] (zero? (mod x (first s)))) (rest s))))))
(take 8 (sieve (iterate inc 2)))
"""

test_lazy = checking(LAZY)


def value(text: str) -> str:
    return pr_str(Session().evaluate(text, "case.clj")[-1])


def test_sequences_defined_by_themselves() -> None:
    assert value(FIBONACCI) == "(0 1 1 2 3 5 8 13 21 34)"
    assert value(SIEVE) == "(2 3 5 7 11 13 17 19)"


ENDLESS = {
    "counting": ("(count (range))", "this sequence has no end"),
    "into a vector": ("(vec (map inc (filter odd? (cycle [1 2]))))", "this sequence has no end"),
    "behind what was put in front": ("(count (cons 1 (rest (iterate inc 0))))", "has no end"),
    "behind what is computed": (
        "(let [s (lazy-seq (repeat 1))] (first s) (count s))", "has no end"),
    "of several": ("(count (concat [1] (interleave (range) (repeat 0))))", "has no end"),
    "for": ("(count (for [x (range)] x))", "this sequence has no end"),
    "for with a test": ("(vec (for [x (range) :when (odd? x)] x))", "this sequence has no end"),
    "for within": ("(vec (for [x [1 2] y (range) :when (odd? y)] x))", "this sequence has no end"),
}  # fmt: skip


@pytest.mark.parametrize("name", ENDLESS)
def test_what_goes_through_an_endless_sequence_is_refused(name: str) -> None:
    text, message = ENDLESS[name]
    with pytest.raises(AnglipyError) as caught:
        value(text)
    assert caught.value.diagnostic.code == "AQ444"
    assert message in caught.value.diagnostic.message


def in_a_query(form: str, scalar: bool) -> str:
    text = f"(defn id [x] x) (defquery q (let [z (sample (flip 0.5))] {form}))"
    return pr_str(loads(text).q.infer(samples=3, seed=1, scalar=scalar).values[0])


@pytest.mark.parametrize("scalar", [True, False])
def test_in_a_query_for_is_lazy_where_it_cannot_sample(scalar: bool) -> None:
    assert in_a_query("(take 3 (for [x (range)] (* x x)))", scalar) == "(0 1 4)"
    assert in_a_query("(take 2 (for [x (range) y [1 2]] (+ x y)))", scalar) == "(1 2)"
    assert in_a_query("(take 2 (for [x [1 2] y (range)] (+ x y)))", scalar) == "(1 2)"
    assert in_a_query("(for [x (range) :while (< x 2)] (id x))", scalar) == "(0 1)"


@pytest.mark.parametrize("scalar", [True, False])
@pytest.mark.parametrize(
    "form",
    [
        "(take 2 (for [x (range)] (sample (flip 0.5))))",
        "(take 2 (for [x [1 2] y (range)] (sample (flip 0.5))))",
        "(let [f (if z inc dec)] (take 2 (for [x (range)] (f x))))",
        "(let [f (if z + -)] (take 2 (for [x [1 2] y (range)] (f x y))))",
    ],
)
def test_in_a_query_a_for_that_may_sample_goes_through_everything(form: str, scalar: bool) -> None:
    with pytest.raises(AnglipyError, match="`for` goes through the whole sequence") as caught:
        in_a_query(form, scalar)
    assert caught.value.diagnostic.code == "AQ444"
    assert "a `for` that may sample does so at once" in (caught.value.diagnostic.help or "")
    assert caught.value.diagnostic.span is not None


def test_a_for_that_samples_draws_in_its_order() -> None:
    """Also where nobody asks for the values."""
    model = loads(
        "(defquery q (let [s (for [x [1 2] y [3 4] :when (> y 3)] (sample [:d x y] (flip 1)))] 0))"
    ).q
    run = model()
    addresses = []
    checkpoint = next(run)
    while True:
        addresses.append(str(checkpoint.site.id))
        try:
            checkpoint = run.send(True)
        except StopIteration:
            break
    assert addresses == ["[:d 1 4]", "[:d 2 4]"]


def test_for_within_for_in_depth() -> None:
    """A recursion through `for` is limited by memory only."""
    text = "(defn f [g n] (if (= n 0) [0] (for [x (g n) y (f g (dec n))] (+ x y))))"
    assert value(f"{text} (count (f (fn [n] [n]) 3000))") == "1"


def test_a_loop_over_an_endless_sequence_may_end_by_itself() -> None:
    assert value("(for [x (range) :while (< x 3)] x)") == "(0 1 2)"
    assert value("(for [n [1 2] x (repeat n) :while false] x)") == "()"


def test_there_are_many_cases() -> None:
    assert len(parsed(LAZY)) >= 35


NAMESPACES = {
    "alias": ('(ns a (:require [clojure.string :as s])) (s/join "," [1 2])', '"1,2"'),
    "refer": ('(ns a (:require [clojure.string :refer [join]])) (join "," [1 2])', '"1,2"'),
    "refer all": (
        "(ns a (:require [clojure.set :refer :all])) (union #{1} #{2})", "#{1 2}"),
    "use": ("(ns a (:use [clojure.set])) (subset? #{1} #{1})", "true"),
    "use only": ('(ns a (:use [clojure.string :only [upper-case]])) (upper-case "a")', '"A"'),
    "use with exclude": (
        "(ns a (:use [clojure.core.matrix :exclude [add]])) (defn add [x] x) [(add 1) (sub 3 1)]",
        "[1 2]"),
    "prefix list": (
        "(ns a (:require (clojure [string :as s] [set :as t]))) (s/upper-case \"a\")", '"A"'),
    "prefix vector": ("(ns a (:use [anglican core runtime emit stat])) (mean [1 3])", "2"),
    "worksheet": (
        """(ns haze (:require [gorilla-plot.core :as plot] [anglican.rmh :as rmh])
             (:use [anglican core runtime emit [state :only [get-predicts get-log-weight]]
                    [stat :exclude [mean]]])
             (:refer-clojure :exclude [rand]) (:import [java.util Random]))
           (sum [1 2])""", "3"),
    "ns+": ("(ns+ template (:like anglican-user.worksheet)) (sqrt 4)", "2.0"),
    "require at the top": ("(require '[clojure.set :as st]) (st/union #{1} #{2})", "#{1 2}"),
    "use at the top": ("(use 'nstools.ns) (use '[clojure.string :only (split)]) (split \"a b\" #\" \")",
                       '["a" "b"]'),
    "refer at the top": ("(refer 'clojure.set :only '[union]) (union #{1})", "#{1}"),
    "full names": ("[(clojure.string/upper-case \"a\") (anglican.runtime/sqrt 4)"
                   " (clojure.core/inc 1) (anglican.stat/mean [2])]", '["A" 2.0 2 2]'),
    "own name": ("(ns my.space) (defn f [x] (inc x)) (my.space/f 1)", "2"),
    "import": ("(import java.util.Random 'java.io.File) 1", "1"),
}  # fmt: skip


@pytest.mark.parametrize("name", NAMESPACES)
def test_namespaces(name: str) -> None:
    text, expected = NAMESPACES[name]
    assert value(text) == expected


def test_an_unknown_namespace_is_an_error() -> None:
    with pytest.raises(AnglipyError) as caught:
        value("(ns a (:require [nowhere.at-all :as n]))")
    assert caught.value.diagnostic.code == "AQ226"
    assert "nowhere.at-all" in str(caught.value)


def test_clj_files_load_one_another(tmp_path: Path) -> None:
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib" / "models.clj").write_text(
        "(ns lib.models)\n(defn twice [x] (* 2 x))\n"
        "(defquery q [] (sample (flip 0.5)))\n(defmacro unless [c x] `(if ~c nil ~x))\n"
    )
    main = tmp_path / "main.clj"
    for clause in ("[lib.models :refer :all]", "[lib.models :refer [twice q unless]]"):
        main.write_text(f"(ns main (:require {clause}))\n(def x (unless false (twice 4)))\n")
        assert load(main).x == 8
    main.write_text("(ns main (:use lib.models))\n(def x (twice 4))\n")
    assert load(main).x == 8
    assert check(main) == []


def test_plots_leave_a_note(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    value(
        "(ns a (:require [gorilla-plot.core :as plot]) (:use [incanter charts]))"
        "(plot/histogram [1 2 2 3] :bins 3) (plot/list-plot [[1 2] [2 3]] :joined true)"
        "(plot/never-heard-of [1 2])"
        "(plot/compose (plot/list-plot [1 2]) (plot/plot (fn [x] (* x x)) [0 1]))"
    )
    notes = capsys.readouterr().err.splitlines()
    assert len(notes) == 6
    assert notes[0].startswith("histogram: ")
    for note in notes:
        if note.endswith(".png"):
            assert (tmp_path / note.split(": ")[1]).stat().st_size > 1000


def test_worksheet_comments_are_comments() -> None:
    text = ";; gorilla-repl.fileformat = 1\n;; **\n;;; # Title\n;; **\n;; @@\n(+ 1 2)\n;; @@\n"
    assert value(text + ';; =>\n;;; {"type":"html"}\n;; <=\n') == "3"
