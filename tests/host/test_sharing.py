"""What a program shares with its surroundings: files beside it, values remembered for all runs."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from anglipy.api import Session, loads

REMEMBERING = """
(def remembered (memoize (fn [n] (slow n))))
(defquery q []
  (let [n (sample (uniform-discrete 0 3))]
    (observe (normal (remembered n) 1) 0)
    (observe (normal (remembered n) 1) 0)
    n))
"""


@pytest.mark.parametrize("scalar", [False, True])
def test_what_is_memoized_outside_is_remembered_for_all_particles(scalar: bool) -> None:
    calls: Counter[int] = Counter()

    def slow(n: int) -> int:
        calls[n] += 1
        return n

    program = loads(REMEMBERING, python={"slow": slow})
    program.queries["q"].infer("importance", samples=500, seed=1, scalar=scalar)
    assert calls == {0: 1, 1: 1, 2: 1}


def test_doubles_that_differ_are_not_remembered_one_by_one() -> None:
    text = """
    (def remembered (memoize (fn [x] (* 2 x))))
    (defquery q [] (let [x (sample (normal 0 1))] (- (remembered x) (* 2 x))))
    """
    posterior = loads(text).queries["q"].infer("importance", samples=500, seed=1)
    assert len(posterior.values) == 500
    assert {float(v) for v in posterior.values} == {0.0}


def test_a_resource_is_found_beside_the_program(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    (there / "data").mkdir(parents=True)
    (here / "resources").mkdir(parents=True)
    (there / "data" / "a.csv").write_text("1,2\n")
    (here / "resources" / "b.csv").write_text("3,4\n")
    (there / "program.clj").write_text("""
(ns program (:require [clojure.java.io :as io]))
(def beside (slurp (io/resource "data/a.csv")))
(def below (slurp (io/resource "b.csv")))
(def nowhere (io/resource "c.csv"))
""")
    monkeypatch.chdir(here)
    session = Session()
    session.load(there / "program.clj")
    assert list(session.evaluate("[beside below nowhere]", "case.clj")[-1]) == [
        "1,2\n",
        "3,4\n",
        None,
    ]
