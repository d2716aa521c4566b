"""Sequences without end in host code, and namespaces."""

from __future__ import annotations

from pathlib import Path

import pytest

from anglipy.api import Session, check, load
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
    "for": ("(first (for [x (range)] x))", "`for` goes through the whole sequence"),
    "for within": ("(first (for [x [1 2] y (range) :when (odd? y)] x))", "`for` goes through"),
}  # fmt: skip


@pytest.mark.parametrize("name", ENDLESS)
def test_what_goes_through_an_endless_sequence_is_refused(name: str) -> None:
    text, message = ENDLESS[name]
    with pytest.raises(AnglipyError) as caught:
        value(text)
    assert caught.value.diagnostic.code == "AQ444"
    assert message in caught.value.diagnostic.message


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
