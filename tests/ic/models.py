"""Programs for the tests of inference compilation, each made by hand and as text for the compiler,
and networks for them that nobody trained.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from anglipy.api import loads
from anglipy.ic.artifact import Artifact
from anglipy.ic.batches import batch_of
from anglipy.ic.layers import Shape
from anglipy.ic.network import Network
from anglipy.ic.options import TrainingOptions, TrainingRecord
from anglipy.ic.store import artifact_of
from anglipy.ic.tapes import record
from anglipy.runtime.machine import Query
from tests.inference.programs import Body, dist, done, observe, query, sample

TINY = {"hidden": 16, "width": 16, "components": 3, "validation": 64, "batch": 16}


def gaussian(argument: Any) -> Body:
    """mu ~ normal(1, sqrt 5), two observations with sd sqrt 2."""
    ys = argument if argument is not None else (None, None)

    def second(mu: float) -> Body:
        return observe("gauss/observe#2", dist("normal", mu, math.sqrt(2)), ys[1], lambda: done(mu))

    return sample(
        "gauss/mu",
        dist("normal", 1.0, math.sqrt(5)),
        lambda mu: observe(
            "gauss/observe#1", dist("normal", mu, math.sqrt(2)), ys[0], lambda: second(mu)
        ),
    )


def coin(argument: Any) -> Body:
    """r ~ uniform(0, 1), three flips at one site."""
    ys = argument if argument is not None else (None,) * 3

    def toss(r: float, number: int) -> Body:
        if number == 3:
            return done(r)
        return observe("coin/toss", dist("flip", r), ys[number], lambda: toss(r, number + 1))

    return sample("coin/r", dist("uniform-continuous", 0.0, 1.0), lambda r: toss(r, 0))


def wandering(argument: Any) -> Body:
    """Branches, a rejection loop of at most three turns, tables of several sizes: all finite. y is
    true.
    """
    y = True if argument is None else argument

    def finish(value: int, chance: float) -> Body:
        return observe("w/y", dist("flip", chance), y, lambda: done(value))

    def reject(turn: int, low: int) -> Body:
        return sample(
            "w/try",
            dist("uniform-discrete", low, low + 3),
            lambda x: finish(x, 0.2 + 0.1 * x) if x != low or turn == 3 else reject(turn + 1, low),
        )

    def branch(side: bool) -> Body:
        if side:
            return reject(1, 1)
        return sample(
            "w/kind",
            dist("categorical", [["a", 1.0], ["b", 2.0], ["c", 0.0]]),
            lambda kind: finish(7, 0.9) if kind == "a" else finish(8, 0.05),
        )

    return sample("w/side", dist("flip", 0.4), branch)


def growing(argument: Any) -> Body:
    """Meets a new site with probability 1/50, and tables whose size grows."""

    def rare(size: int) -> Body:
        return sample(
            "g/rare",
            dist("gamma", 2.0, 1.0),
            lambda x: observe("g/y", dist("normal", x, 1.0), 0.5, lambda: done(size)),
        )

    def common(size: int) -> Body:
        return observe("g/y", dist("normal", float(size), 1.0), 0.5, lambda: done(size))

    def table(n: int) -> Body:
        return sample(
            "g/table",
            dist("uniform-discrete", 0, n + 2),
            lambda i: rare(i) if n == 6 else common(i),
        )

    return sample("g/n", dist("discrete", [20, 10, 5, 5, 5, 4, 1]), table)


def mixture(argument: Any) -> Body:
    """Up to four means, as many as a choice says, and one number near one of them."""

    def means(count: int, found: tuple[float, ...]) -> Body:
        if len(found) < count:
            return sample("m/mean", dist("normal", 0.0, 5.0), lambda x: means(count, (*found, x)))
        return sample(
            "m/which",
            dist("uniform-discrete", 0, count),
            lambda z: observe("m/y", dist("normal", found[z], 1.0), 0.5, lambda: done(found[z])),
        )

    return sample("m/count", dist("uniform-discrete", 1, 5), lambda count: means(count, ()))


PROGRAMS = loads("""
(defquery wandering [y]
  (let [reject (fn reject [turn low]
                 (let [x (sample "w/try" (uniform-discrete low (+ low 3)))]
                   (if (or (not= x low) (= turn 3)) x (reject (inc turn) low))))
        [value chance] (if (sample "w/side" (flip 0.4))
                         (let [x (reject 1 1)] [x (+ 0.2 (* 0.1 x))])
                         (if (= "a" (sample "w/kind" (categorical [["a" 1.0] ["b" 2.0] ["c" 0.0]])))
                           [7 0.9]
                           [8 0.05]))]
    (observe "w/y" (flip chance) (if (nil? y) true y))
    value))

(defquery gaussian [y1 y2]
  (let [mu (sample "gauss/mu" (normal 1.0 (sqrt 5)))]
    (observe "gauss/observe#1" (normal mu (sqrt 2)) y1)
    (observe "gauss/observe#2" (normal mu (sqrt 2)) y2)
    mu))

(defquery coin [a b c]
  (let [r (sample "coin/r" (uniform-continuous 0.0 1.0))]
    (doseq [y [a b c]]
      (observe "coin/toss" (flip r) y))
    r))

(defquery mixture []
  (let [count (sample "m/count" (uniform-discrete 1 5))
        means (vec (repeatedly count (fn [] (sample "m/mean" (normal 0.0 5.0)))))
        z (sample "m/which" (uniform-discrete 0 count))]
    (observe "m/y" (normal (get means z) 1.0) 0.5)
    (get means z)))

(defquery growing []
  (let [n (sample "g/n" (discrete [20 10 5 5 5 4 1]))
        i (sample "g/table" (uniform-discrete 0 (+ n 2)))]
    (if (= n 6)
      (observe "g/y" (normal (sample "g/rare" (gamma 2.0 1.0)) 1.0) 0.5)
      (observe "g/y" (normal i 1.0) 0.5))
    i))
""")

PLAIN = {
    "gaussian": gaussian,
    "coin": coin,
    "wandering": wandering,
    "growing": growing,
    "mixture": mixture,
}
MADE = ("by hand", "compiled")
"""How a program was made: runs of the first go one by one, of the second in groups."""


def program(name: str, made: str) -> Query:
    """One of the programs above."""
    return PROGRAMS.queries[name].query if made == "compiled" else query(name, PLAIN[name])


def model(name: str, body: Callable[[Any], Body]) -> Query:
    return query(name, body)


def untrained(
    asked: Query,
    seed: int = 0,
    epsilon: float = 0.01,
    wild: float = 0.0,
    traces: int = 200,
    network: str = "lstm",
    argument: Any = None,
) -> Artifact:
    """An artifact whose network has met the addresses of some runs, its heads, and how it looks for
    observations of the same number, moved about by noise of size `wild`.
    """
    rng = np.random.default_rng(seed)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        grown = Network(Shape(16, 16, 4, 3), network)
        grown.grow(batch_of(record(asked, argument, rng, traces)))
        with torch.no_grad():
            for slot in grown.all_slots():
                if slot.head is not None:
                    for parameter in slot.head.parameters():
                        parameter += wild * torch.randn_like(parameter)
            for name, parameter in grown.named_parameters():
                if name.endswith("near"):
                    parameter += 10.0 * wild * torch.randn_like(parameter)
    empty = TrainingRecord(0, 0.0, 0.0, 0, 0.0, True)
    options = TrainingOptions(epsilon=epsilon, network=network)
    return artifact_of(grown, asked.name, "hash", None, options, empty)
