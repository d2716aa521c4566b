"""Simulation-based calibration: is a number of the simulated truth where it should be among those
of the draws (Talts et al. 2018, "Validating Bayesian inference algorithms with simulation-based
calibration")?

For a function f of choices and data, a truth t and L draws of weights W (summing to one),

    u = (L sum W [f_i < f_t] + U (1 + L sum W [f_i = f_t])) / (L + 1),      U uniform on [0, 1].

For equal weights that is the randomised rank of the truth, and uniform exactly if the draws and the
truth have one distribution; for others it is uniform as far as the weighted draws are as good as L
equal ones. Whether n such numbers are uniform is judged by their empirical distribution function at
all of K points at once: the band around it contains the whole of it with probability 1 - alpha
(Säilynoja, Bürkner and Vehtari 2022, "Graphical test for discrete uniformity and its applications",
algorithm 2, with the adjustment found by simulation).
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from anglipy.inference.log_space import FloatArray, IntArray

__all__ = ["ALPHA", "Band", "band", "coverage", "distribution", "holm", "p_uniform", "ranks"]

ALPHA = 0.05
POINTS = 50
"""At which the distribution function is looked at."""
REPEATS = 10_000
"""Simulated samples of uniform numbers."""


def ranks(
    truth: FloatArray, draws: FloatArray, weights: FloatArray | None, u: FloatArray
) -> FloatArray:
    """The numbers u above, (n,): truths (n,), draws (n, L), weights (n, L) or None for equal ones,
    uniform numbers (n,).

    >>> ranks(np.array([2.0]), np.array([[1.0, 2.0, 3.0]]), None, np.array([0.5])).tolist()
    [0.5]
    """
    size = draws.shape[1]
    shares = np.full(draws.shape, 1.0 / size) if weights is None else weights
    below = (shares * (draws < truth[:, None])).sum(1)
    equal = (shares * (draws == truth[:, None])).sum(1)
    found: FloatArray = (size * below + u * (1.0 + size * equal)) / (size + 1)
    return np.clip(found, 0.0, 1.0)


def distribution(u: FloatArray) -> IntArray:
    """How many of the numbers are at most k / K, for k = 1 .. K - 1."""
    edges = np.arange(1, POINTS) / POINTS
    found: IntArray = np.searchsorted(np.sort(u), edges, side="right")
    return found


def coverage(u: FloatArray, levels: FloatArray) -> FloatArray:
    """How many of the truths are in the region of highest density that has this probability, for
    each level: `u` are ranks of the log density, by which a truth is inside if u >= 1 - level.

    >>> coverage(np.array([0.1, 0.6, 0.9]), np.array([0.5])).round(3).tolist()
    [0.667]
    """
    found: FloatArray = (u[:, None] >= 1.0 - levels).mean(0)
    return found


class Band(NamedTuple):
    """Where the distribution function of n uniform numbers is, all of it at once, with probability
    1 - `ALPHA`.
    """

    points: FloatArray
    """(K - 1,)."""
    low: FloatArray
    """(K - 1,), as a share."""
    high: FloatArray


def band(n: int) -> Band:
    """The band for n numbers."""
    tails, reference = _tables(n)
    level = reference[math.floor(ALPHA * len(reference))]
    inside = tails >= level
    low = inside.argmax(1) / n
    high = (inside.shape[1] - 1 - inside[:, ::-1].argmax(1)) / n
    return Band(np.arange(1, POINTS) / POINTS, low, high)


def p_uniform(u: FloatArray) -> float:
    """The probability that n uniform numbers have a distribution function that leaves as narrow a
    band at some point; by simulation, at least 1 / (`REPEATS` + 1).
    """
    tails, reference = _tables(len(u))
    least = tails[np.arange(POINTS - 1), distribution(u)].min()
    return (1 + int(np.searchsorted(reference, least * (1 + 1e-9), "right"))) / (1 + len(reference))


@lru_cache(maxsize=8)
def _tables(n: int) -> tuple[FloatArray, FloatArray]:
    """Two-sided tail probabilities of each count at each point, (K - 1, n + 1); and the smallest of
    a sample's, sorted, for `REPEATS` samples.
    """
    log_factorial = np.concatenate([[0.0], np.cumsum(np.log(np.arange(1, n + 1)))])
    counts = np.arange(n + 1)
    z = np.arange(1, POINTS)[:, None] / POINTS
    log_choose = log_factorial[n] - log_factorial[counts] - log_factorial[n - counts]
    mass = np.exp(log_choose + counts * np.log(z) + (n - counts) * np.log1p(-z))
    below = np.cumsum(mass, 1)
    above = np.cumsum(mass[:, ::-1], 1)[:, ::-1]
    tails = np.minimum(2.0 * np.minimum(below, above), 1.0)
    rng = np.random.default_rng(0)
    simulated = rng.multinomial(n, np.full(POINTS, 1.0 / POINTS), REPEATS).cumsum(1)[:, :-1]
    least = tails[np.arange(POINTS - 1), simulated].min(1)
    return tails, np.sort(least)


def holm(p_values: list[float]) -> list[bool]:
    """Which of several tests reject, all of them together wrongly with probability `ALPHA` at most
    (Holm 1979).

    >>> holm([0.001, 0.04, 0.3])
    [True, False, False]
    """
    order = np.argsort(p_values, kind="stable")
    rejected = [False] * len(p_values)
    for place, number in enumerate(order.tolist()):
        if p_values[number] > ALPHA / (len(p_values) - place):
            break
        rejected[number] = True
    return rejected
