"""However long a run is, the way back from a group to where its values were made stays short."""

from __future__ import annotations

import gc
from typing import Any

import numpy as np
import pytest

from anglipy.api import loads
from anglipy.inference.engine import engine_named, options_of
from anglipy.inference.lockstep import for_groups, next_stop
from anglipy.runtime.checkpoints import Result
from anglipy.runtime.lanes.groups import Link
from anglipy.runtime.lanes.machine import Machine
from anglipy.runtime.machine import Query

FILTER = """
(defquery q n
  (loop [t 0 x 0.0]
    (if (= t n)
      x
      (let [x (sample (normal x 1))]
        (observe (normal x 1) 0.5)
        (recur (inc t) x)))))
"""
BRANCHING_FILTER = """
(defquery q n
  (loop [t 0 x 0.0 y 0.0]
    (if (= t n)
      x
      (let [up (sample (flip 0.5))
            z (if up (+ x (sample (normal 0 1))) (if (> x 0) (- x 1) y))]
        (observe (normal z 1) 0.5)
        (recur (inc t) z x)))))
"""
BUILDING_FILTER = """
(defquery q n
  (loop [t 0 xs [0.0]]
    (if (= t n)
      (peek xs)
      (let [x (sample (normal (peek xs) 1))]
        (observe (normal x 1) 0.5)
        (recur (inc t) (if (= 0 (mod t 50)) [x] (conj xs x)))))))
"""
WINDOW_FILTER = """
(defquery q n
  (loop [t 0 xs [0.0]]
    (if (= t n)
      (peek xs)
      (let [x (sample (normal (first xs) 1))]
        (observe (normal x 1) 0.5)
        (recur (inc t) (vec (take-last 10 (conj xs x))))))))
"""
UNITED_FILTER = """
(defm turn [t n x]
  (if (= t n)
    x
    (let [x (sample (normal x 1))]
      (if (> x 0) (observe (normal x 1) 0.5) (observe (normal (- x) 2) 0.5))
      (turn (inc t) n x))))
(defquery q n (turn 0 n 0.0))
"""
TURNS = """
(defquery q n
  (loop [t 0 x 0 kept (sample (flip 0.5))]
    (if (= t n) [x kept] (recur (inc t) (if (sample (flip 0.5)) (inc x) x) kept))))
"""
UNEVEN_TURNS = """
(defquery q n
  (loop [t 0 x 0 kept (sample (flip 0.5))]
    (if (>= t n)
      [x kept]
      (if (sample (flip 0.5)) (recur (inc t) (inc x) kept) (recur (+ 1 t) (- x 1) kept)))))
"""


def query_of(text: str) -> Query:
    query: Query = loads(text).queries["q"].query
    return query


def links() -> int:
    gc.collect()
    return sum(type(thing) is Link for thing in gc.get_objects())


@pytest.mark.parametrize(
    "text", [FILTER, BRANCHING_FILTER, BUILDING_FILTER, WINDOW_FILTER, UNITED_FILTER]
)
def test_a_filter_holds_few_links(text: str) -> None:
    engine, options = engine_named("smc"), options_of("smc", particles=6)
    rng = np.random.default_rng(0)
    state: Any = engine.init(query_of(text), 210, options)
    counts = []
    before = links()
    for step in range(200):
        state, _ = engine.step(state, rng)
        if step % 50 == 49:
            counts.append(links() - before)
    assert max(counts) <= 70, counts


@pytest.mark.parametrize("text", [TURNS, UNEVEN_TURNS])
def test_a_loop_that_splits_at_every_turn_holds_few_links(text: str) -> None:
    grouped = for_groups(query_of(text))
    assert grouped is not None
    machine, rng = Machine(), Watched()
    before = links()
    machine.start(grouped.frame, 2_000, 20)
    stop = next_stop(machine, rng)
    assert isinstance(stop, Result)
    assert len(rng.counts) > 2
    assert max(rng.counts) - before <= 60, rng.counts


class Watched:
    """A source of randomness that counts the links now and then."""

    def __init__(self) -> None:
        self.rng = np.random.default_rng(0)
        self.calls = 0
        self.counts: list[int] = []

    def random(self, size: int | None = None) -> Any:
        self.calls += 1
        if self.calls % 500 == 0:
            self.counts.append(links())
        return self.rng.random(size)
