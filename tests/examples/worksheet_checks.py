"""What is said of a worksheet, and how it is held against the truth.

A worksheet is a `.clj` file in `examples/worksheets`; a table lists, for each, expressions to be
evaluated after it has run, and what they must give. Every true value is computed by the tests
themselves: by enumeration, by quadrature or in closed form.

    Exact      what is computed, not sampled: equal up to rounding
    Prints     a text that must be among what is printed
    Estimate   an average over independent draws of importance sampling
    Sweeps     an average over independent sweeps of SMC

Estimates share the budget for false alarms of `tests.statistical.assertions`: each may fail with
probability LEVEL. Each states the smallest error that it must see; that the worksheet draws enough
to see it with probability 1 - MISS is part of the check.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from scipy import stats

from anglipy.api import Session
from anglipy.runtime.access import values_of
from anglipy.runtime.equality import elements
from anglipy.runtime.numbers import is_number, to_double
from anglipy.runtime.printing import pr_str
from tests.statistical.assertions import LEVEL, MISS

__all__ = [
    "Check", "Estimate", "Exact", "Known", "Prints", "Run", "Sweeps", "Worksheet", "of_draws",
    "of_evidence", "of_joint", "together",
]  # fmt: skip


@dataclass(frozen=True)
class Run:
    """A worksheet that has been evaluated."""

    session: Session
    printed: str

    def value(self, expression: str) -> Any:
        """What an expression is, in the namespace of the worksheet."""
        return self.session.evaluate(expression, "check.clj")[-1]

    def numbers(self, expression: str) -> np.ndarray:
        """A number, or a sequence of numbers, as an array of one axis."""
        found = self.value(expression)
        rows = [found] if elements(found) is None else list(values_of(found, "check"))
        assert all(is_number(row) for row in rows), f"{expression} is {pr_str(found)[:200]}"
        return np.array([to_double(row) for row in rows])


@dataclass(frozen=True)
class Known:
    """Posterior expectations, and how much one draw of importance sampling tells of them.

    `sd` is that of the self-normalised estimate times the root of the number of draws, as that
    grows: sqrt(E[w^2 (f - mean)^2]) / E[w] under the prior (Owen, Monte Carlo theory, eq. 9.8).
    """

    mean: np.ndarray
    sd: np.ndarray


def of_joint(values: Any, prior: Any, likelihood: Any, dropped: bool = True) -> Known:
    """Of functions f of a finite prior, or of one on a grid.

    Args:
        values: of f, shape (n,) or (n, k) for k of them.
        prior: probabilities, shape (n,), or masses of the cells of a grid.
        likelihood: weights of importance sampling, shape (n,); linear, not logarithms.
        dropped: whether draws of weight zero are left out, so that they do not count as draws.

    """
    f = np.asarray(values, dtype=float).reshape(len(prior), -1)
    p, w = np.asarray(prior, dtype=float), np.asarray(likelihood, dtype=float)
    evidence = p @ w
    mean = (p * w) @ f / evidence
    share = p @ (w > 0) if dropped else 1.0
    return Known(mean, np.sqrt(share * ((p * w**2) @ (f - mean) ** 2)) / evidence)


def of_evidence(prior: Any, likelihood: Any) -> Known:
    """Of the average weight of draws, none of which are dropped; arguments as of `of_joint`."""
    p, w = np.asarray(prior, dtype=float), np.asarray(likelihood, dtype=float)
    return of_draws(p @ w, p @ w**2 - (p @ w) ** 2)


def of_draws(means: Any, variances: Any) -> Known:
    """Of draws without weights."""
    return Known(np.atleast_1d(means).astype(float), np.sqrt(np.atleast_1d(variances)))


def together(*known: Known) -> Known:
    """Several of the same number of draws."""
    return Known(np.concatenate([k.mean for k in known]), np.concatenate([k.sd for k in known]))


class Check(Protocol):
    """One statement about a worksheet that has run. Raises AssertionError if it does not hold."""

    def hold(self, run: Run) -> None:
        """Hold it against the run."""


@dataclass(frozen=True)
class Exact:
    """A value that is computed without chance.

    Numbers agree to a relative 1e-9, or the difference that is stated; all else as it prints.
    """

    expression: str
    truth: Callable[[], Any]
    within: float | None = None

    def hold(self, run: Run) -> None:
        truth = self.truth()
        if isinstance(truth, str):
            assert pr_str(run.value(self.expression)) == truth, self.expression
            return
        found, known = run.numbers(self.expression), np.atleast_1d(truth)
        tolerance = 1e-9 * np.maximum(1.0, np.abs(known)) if self.within is None else self.within
        assert found.shape == known.shape, f"{self.expression}: {found} for {known}"
        assert (np.abs(found - known) <= tolerance).all(), f"{self.expression}: {found} != {known}"


@dataclass(frozen=True)
class Prints:
    """A text among what the worksheet prints."""

    truth: Callable[[], str]

    def hold(self, run: Run) -> None:
        assert self.truth() in run.printed, f"{self.truth()!r} is not in:\n{run.printed}"


@dataclass(frozen=True)
class Estimate:
    """Averages over so many independent draws.

    Normal approximation: the estimate is off by more than z sd / sqrt(draws) with probability
    LEVEL, divided by the number of averages.
    """

    expression: str
    truth: Callable[[], Known]
    draws: int
    discrepancy: float
    """An error that must be seen in any of the averages."""

    def hold(self, run: Run) -> None:
        known, found = self.truth(), run.numbers(self.expression)
        assert found.shape == known.mean.shape, f"{self.expression}: {found} for {known.mean}"
        alarm = float(stats.norm.isf(LEVEL / 2 / len(known.mean)))
        miss = float(stats.norm.isf(MISS / 2))
        error = known.sd / math.sqrt(self.draws)
        blind = (alarm + miss) * error.max()
        assert blind <= self.discrepancy, f"{self.expression}: sees errors of {blind} only"
        off = np.abs(found - known.mean)
        assert (off <= alarm * error).all(), (
            f"{self.expression} is {found}, should be {known.mean} +- {alarm * error}"
        )


@dataclass(frozen=True)
class Sweeps:
    """Averages over sweeps of so many states each, by Student's t.

    `function` gives the estimate of one sweep, a number. Its bias, of the order of 1 / particles,
    must be small against the discrepancy.
    """

    function: str
    states: str
    """An expression for the states of all sweeps, one after the other."""
    particles: int
    truth: Callable[[], float]
    discrepancy: float

    def hold(self, run: Run) -> None:
        truth = self.truth()
        found = run.numbers(f"(mapv {self.function} (partition {self.particles} {self.states}))")
        count = len(found)
        error = float(found.std(ddof=1)) / math.sqrt(count)
        alarm = float(stats.t.isf(LEVEL / 2, count - 1))
        blind = (alarm + float(stats.norm.isf(MISS / 2))) * error
        assert blind <= self.discrepancy, f"{self.function}: sees errors of {blind} only"
        mean = float(found.mean())
        assert abs(mean - truth) <= alarm * error, (
            f"{self.function} is {mean} over {count} sweeps, should be {truth} +- {alarm * error}"
        )


@dataclass(frozen=True)
class Worksheet:
    """A file of `examples/worksheets`, without `.clj`, and what must come of it."""

    name: str
    checks: Sequence[Check]
    seed: int = 1
    """Of the host generator, from which the seeds of `doquery` are drawn."""
