"""Lockstep against the scalar path and against numpy written by hand: `make bench` prints a table.

All three run in turn in one process on the same data; a time is the least CPU time of a few runs.
The scalar path is mostly run with fewer particles and its time scaled up; `~` marks that. Limits
are on ratios only.
"""

from __future__ import annotations

import math
import time
import tracemalloc
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import pytest

from anglipy.api import load
from anglipy.inference.posterior import Posterior
from anglipy.model import Model
from tests.bench import by_hand as hand
from tests.bench.by_hand import Estimate

pytestmark = pytest.mark.bench

T = TypeVar("T")

PROGRAMS = Path(__file__).parent / "programs"
LEAST_ROUNDS, MOST_ROUNDS, ROUNDS_S = 5, 40, 1.5
SCALAR_ROUNDS = 3
LIMITS_AT = 10_000
"""The number of particles for which there are limits."""


# --- what is measured ---


@dataclass(frozen=True, slots=True)
class Case:
    """A program, what it is run with, and the same by hand: a row for each number of particles."""

    program: str
    algorithm: str
    sizes: tuple[int, ...]
    scalar: int
    """At most so many particles are timed on the scalar path."""
    by_hand: Callable[..., Estimate]
    data: tuple[Any, ...]
    note: str = ""

    def infer(self, particles: int, seed: int, scalar: bool = False) -> Posterior:
        """The posterior by anglipy."""
        count = "samples" if self.algorithm == IS else "particles"
        options = {count: particles, "seed": seed, "scalar": scalar}
        return model(self.program).infer(self.algorithm, list(self.data), **options)


def noise(count: int, sd: float) -> list[float]:
    """Data without structure, the same in every run."""
    return [float(y) for y in np.random.default_rng(count).normal(0, sd, count)]


def walk(count: int) -> list[float]:
    """Data of the model `state_space`."""
    x, ys = 0.0, []
    for step, error in np.random.default_rng(count).normal(0, [1, 0.5], (count, 2)).tolist():
        x = 0.9 * x + step
        ys.append(x + error)
    return ys


def in_groups(count: int) -> list[float]:
    """Data around -6, 0 and 6 in turn."""
    return [6 * (i % 3 - 1) + error for i, error in enumerate(noise(count, 1))]


def with_outliers(count: int) -> list[list[float]]:
    """Points near the line 1 + 2 x, but every seventh far above it."""
    xs = np.linspace(-3, 3, count).tolist()
    far = [10 if i % 7 == 3 else 0 for i in range(count)]
    return [[x, 1 + 2 * x + d + e] for x, d, e in zip(xs, far, noise(count, 0.5), strict=True)]


IS, SMC = "importance", "smc"
K1, K10, K100 = 1_000, 10_000, 100_000

TWO = (9.0, 8.0)
HMM_2014 = [0.9, 0.8, 0.7, 0, -0.025, -5, -2, -0.1, 0, 0.13, 0.45, 6, 0.2, 0.3, -1, -1]
LINEAR = walk(100)
LINE = with_outliers(30)
CRP, GMM = in_groups(60), in_groups(12)
COINS = noise(200, 1.5)

CASES = [
    Case("gaussian", IS, (K10, K100), 10_000, hand.gaussian, TWO),
    Case("hmm", SMC, (K1, K10), 1_000, hand.hmm, (HMM_2014,), "T=16"),
    Case("hmm", SMC, (K1,), 200, hand.hmm, (noise(256, 1.3),), "T=256"),
    Case("hmm", SMC, (K1,), 50, hand.hmm, (noise(1_024, 1.3),), "T=1,024"),
    Case("state_space", SMC, (K1, K10, K100), 500, hand.state_space, (LINEAR,), "T=100"),
    Case("geometric", IS, (K10,), 5_000, hand.geometric, (8.0,)),
    Case("marsaglia", IS, (K10,), 10_000, hand.marsaglia, TWO),
    Case("branching", IS, (K10,), 10_000, hand.branching, (6,)),
    Case("crp_mixture", SMC, (K1, K10), 200, hand.crp_mixture, (CRP,), "60 points"),
    Case("robust_regression", IS, (K10,), 2_000, hand.robust_regression, (LINE,)),
    Case("open_universe_gmm", IS, (K1, K10), 1_000, hand.open_universe_gmm, (GMM,)),
    Case("branch_observe", SMC, (K10,), 200, hand.branch_observe, (COINS,)),
    Case("branch_observe", IS, (K10,), 200, hand.branch_observe_importance, (COINS,)),
]

LEAST_SPEEDUP = {"crp_mixture": 8, "open_universe_gmm": 8, "branch_observe": 10}
"""Over the scalar path, where it is not 30."""
AT_MOST_HALF_AS_LONG_AGAIN = {"hmm", "state_space", "gaussian", "robust_regression"}
"""The programs that may take 1.5 times what they take by hand."""


# --- measuring ---


def seeded(by_hand: Callable[..., Estimate], seed: int, *args: Any) -> Estimate:
    """The estimate by hand, from a seed as anglipy takes one."""
    return by_hand(np.random.default_rng(seed), *args)


@dataclass(slots=True)
class Row:
    """The least times of a case, and its first few estimates."""

    case: Case
    particles: int
    by_hand_s: float = math.inf
    lockstep_s: float = math.inf
    scalar_s: float = math.inf
    by_hand: list[Estimate] = field(default_factory=list)
    lockstep: list[Estimate] = field(default_factory=list)

    @property
    def over_by_hand(self) -> float:
        """How many times as long as by hand lockstep takes."""
        return self.lockstep_s / self.by_hand_s

    @property
    def speedup(self) -> float:
        """How many times as long as lockstep the scalar path takes."""
        return self.scalar_s / self.lockstep_s

    @property
    def label(self) -> str:
        """What failures are reported under."""
        case = self.case
        return f"{case.program} {case.note} {case.algorithm} {self.particles:,}"

    def __str__(self) -> str:
        case = self.case
        mark = "~" if self.particles > case.scalar else ""
        return COLUMNS.format(
            f"{case.program} {case.note}",
            case.algorithm,
            f"{self.particles:,}",
            f"{1e3 * self.by_hand_s:,.2f} ms",
            f"{1e3 * self.lockstep_s:,.2f} ms",
            f"{mark}{1e3 * self.scalar_s:,.0f} ms",
            f"{self.over_by_hand:.2f}",
            f"{self.speedup:.1f}",
        )


COLUMNS = "{:<24} {:<10} {:>9} {:>12} {:>12} {:>12} {:>16} {:>15}"
TITLES = "program", "algorithm", "particles", "by hand", "lockstep", "scalar"
HEADER = COLUMNS.format(*TITLES, "lockstep/by hand", "scalar/lockstep")


@cache
def model(program: str) -> Model:
    """The only query of a program."""
    (query,) = load(PROGRAMS / f"{program}.aq").queries.values()
    return query


def timed(work: Callable[..., T], *args: Any) -> tuple[T, float]:
    """The outcome and the CPU time."""
    began = time.process_time()
    outcome = work(*args)
    return outcome, time.process_time() - began


def estimate(posterior: Posterior) -> Estimate:
    """What the functions by hand give, of a posterior."""
    assert posterior.log_evidence is not None
    if isinstance(posterior.values[0], (int, float)):
        return Estimate(posterior.log_evidence, posterior.mean())
    mean = posterior.expectation(lambda value: float(np.mean(list(value))))
    return Estimate(posterior.log_evidence, mean)


def measure(case: Case, particles: int) -> Row:
    """Run the three in turn, the quick ones more often."""
    row = Row(case, particles)
    scalar_particles = min(particles, case.scalar)
    spent = 0.0
    for seed in range(MOST_ROUNDS):
        found, by_hand_s = timed(seeded, case.by_hand, seed, particles, *case.data)
        posterior, lockstep_s = timed(case.infer, particles, seed)
        row.by_hand_s = min(row.by_hand_s, by_hand_s)
        row.lockstep_s = min(row.lockstep_s, lockstep_s)
        if seed < LEAST_ROUNDS:
            row.by_hand.append(found)
            row.lockstep.append(estimate(posterior))
        if seed < SCALAR_ROUNDS:
            _, scalar_s = timed(case.infer, scalar_particles, seed, True)
            row.scalar_s = min(row.scalar_s, scalar_s * particles / scalar_particles)
        spent += by_hand_s + lockstep_s
        if seed + 1 >= LEAST_ROUNDS and spent > ROUNDS_S:
            break
    return row


@pytest.fixture(scope="module")
def rows() -> list[Row]:
    """The table, printed row by row as it is measured."""
    print(f"\n\n{HEADER}")
    measured = []
    for case in CASES:
        for particles in case.sizes:
            measured.append(measure(case, particles))
            print(measured[-1])
    return measured


# --- limits ---


def test_lockstep_against_numpy_by_hand(rows: list[Row]) -> None:
    slow = {
        row.label: row.over_by_hand
        for row in rows
        if row.particles == LIMITS_AT
        and row.case.program in AT_MOST_HALF_AS_LONG_AGAIN
        and row.over_by_hand > 1.5
    }
    assert not slow


def test_lockstep_against_the_scalar_path(rows: list[Row]) -> None:
    slow = {
        row.label: row.speedup
        for row in rows
        if row.particles == LIMITS_AT and row.speedup < LEAST_SPEEDUP.get(row.case.program, 30)
    }
    assert not slow


def test_cost_in_the_number_of_observes(rows: list[Row]) -> None:
    lockstep_s = {row.case.note: row.lockstep_s for row in rows if row.case.program == "hmm"}
    ratio = lockstep_s["T=1,024"] / lockstep_s["T=256"]
    print(f"\nhmm, {K1:,} particles: T=1,024 against T=256: {ratio:.2f} times")
    assert ratio <= 4.4


def test_estimates_agree_with_those_by_hand(rows: list[Row]) -> None:
    """The averages over five seeds differ by less than one and a half times what the seeds do."""
    apart = {}
    for row in rows:
        ours, theirs = np.array(row.lockstep), np.array(row.by_hand)
        spread = np.maximum(np.ptp(ours, axis=0), np.ptp(theirs, axis=0))
        difference = np.abs(ours.mean(axis=0) - theirs.mean(axis=0))
        if np.any(difference > 1.5 * spread):
            apart[row.label] = (ours, theirs)
    assert not apart


def test_memory_of_a_filter_that_keeps_its_last_state() -> None:
    def peak(length: int) -> int:
        case = Case("state_space", SMC, (K100,), 0, hand.state_space, (walk(length),))
        tracemalloc.start()
        try:
            case.infer(K100, seed=1)
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    short, long = peak(50), peak(200)
    print(f"\nstate_space, {K100:,} particles: peak at T=50 {short / 2**20:.1f} MB", end="")
    print(f", at T=200 {long / 2**20:.1f} MB")
    assert long <= 1.1 * short
