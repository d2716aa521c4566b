"""The programs of `programs/` as a numpy programmer would write them, the particles in arrays.

Each function takes a generator, the number of particles and the data, and gives its estimates of
the log evidence and of the mean result, averaged over the elements of a result that is a vector.
Model and algorithm are those of the program: likelihood weighting, or the bootstrap filter with
systematic resampling after every observe but the last. So are the choices: where a program draws
by rejection or recursion, there is a loop over the particles that are not done, though numpy has
the distribution ready. No trick beyond that: densities are functions, resampling is `searchsorted`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

Array: TypeAlias = NDArray[np.float64]
Integers: TypeAlias = NDArray[np.intp]
Rng: TypeAlias = np.random.Generator

HALF_LOG_TWO_PI = 0.5 * math.log(2 * math.pi)


class Estimate(NamedTuple):
    """What every function here gives."""

    log_evidence: float
    mean: float


# --- densities, weights, resampling ---


def normal_log_prob(x: float | Array, mean: float | Array, sd: float) -> Array:
    z = (x - mean) / sd
    return -0.5 * z * z - math.log(sd) - HALF_LOG_TWO_PI


def student_t_log_prob(x: float, nu: float, loc: Array, scale: Array) -> Array:
    z = (x - loc) / scale
    constant = math.lgamma(0.5 * (nu + 1)) - math.lgamma(0.5 * nu) - 0.5 * math.log(nu * math.pi)
    return constant - np.log(scale) - 0.5 * (nu + 1) * np.log1p(z * z / nu)


def poisson_log_prob(k: int, rate: Array) -> Array:
    return k * np.log(rate) - rate - math.lgamma(k + 1)


def normalised(log_weights: Array) -> tuple[float, Array]:
    """The log of the mean weight, and weights that sum to one."""
    peak = log_weights.max()
    weights = np.exp(log_weights - peak)
    total = weights.sum()
    return float(peak + math.log(total / len(weights))), weights / total


def systematic(rng: Rng, weights: Array) -> Integers:
    """The ancestors of as many particles as there are weights."""
    n = len(weights)
    cumulative = np.cumsum(weights)
    cumulative /= cumulative[-1]
    return np.searchsorted(cumulative, (rng.random() + np.arange(n)) / n)


def weighted(log_weights: Array, results: Array | Integers) -> Estimate:
    """The estimate of likelihood weighting."""
    log_evidence, weights = normalised(log_weights)
    return Estimate(log_evidence, float(weights @ results))


# --- likelihood weighting ---


def gaussian(rng: Rng, n: int, y1: float, y2: float) -> Estimate:
    mu = 1 + math.sqrt(5) * rng.standard_normal(n)
    sd = math.sqrt(2)
    return weighted(normal_log_prob(y1, mu, sd) + normal_log_prob(y2, mu, sd), mu)


def marsaglia(rng: Rng, n: int, y1: float, y2: float) -> Estimate:
    mu = np.empty(n)
    open_ = np.arange(n)
    while len(open_):
        x, y = rng.uniform(-1, 1, (2, len(open_)))
        s = x * x + y * y
        inside = (s > 0) & (s < 1)
        x, s = x[inside], s[inside]
        mu[open_[inside]] = 1 + math.sqrt(5) * x * np.sqrt(-2 * np.log(s) / s)
        open_ = open_[~inside]
    sd = math.sqrt(2)
    return weighted(normal_log_prob(y1, mu, sd) + normal_log_prob(y2, mu, sd), mu)


def geometric(rng: Rng, n: int, y: float) -> Estimate:
    failures = np.zeros(n)
    open_ = np.arange(n)
    while len(open_):
        open_ = open_[rng.random(len(open_)) >= 0.1]
        failures[open_] += 1
    return weighted(normal_log_prob(y, failures, 1), failures)


FIBONACCI = np.array([1, 1, 2, 3, 5, 8, 13, 21, 34, 55, 89, 144, 233])


def branching(rng: Rng, n: int, y: int) -> Estimate:
    r = rng.poisson(4, n)
    rate = np.full(n, 6.0)
    few = np.flatnonzero(r <= 4)
    rate[few] = FIBONACCI[3 * r[few]] + rng.poisson(4, len(few))
    return weighted(poisson_log_prob(y, rate), r)


def robust_regression(rng: Rng, n: int, points: Sequence[tuple[float, float]]) -> Estimate:
    slope = 2 * rng.standard_normal(n)
    intercept = 5 * rng.standard_normal(n)
    scale = rng.gamma(2, 1 / 2, n)
    log_weights = np.zeros(n)
    for x, y in points:
        log_weights += student_t_log_prob(y, 4, intercept + slope * x, scale)
    return weighted(log_weights, (slope + intercept + scale) / 3)


def open_universe_gmm(rng: Rng, n: int, ys: Sequence[float]) -> Estimate:
    k = 1 + rng.poisson(2, n)
    means = 5 * rng.standard_normal((k.max(), n))
    each = np.arange(n)
    log_weights = np.zeros(n)
    for y in ys:
        z = (rng.random(n) * k).astype(np.intp)
        log_weights += normal_log_prob(y, means[z, each], 2)
    return weighted(log_weights, k)


# --- bootstrap filters ---


def state_space(rng: Rng, n: int, ys: Sequence[float]) -> Estimate:
    log_evidence, weights = 0.0, np.full(n, 1 / n)
    x = rng.standard_normal(n)
    for t, y in enumerate(ys):
        if t > 0:
            x = x[systematic(rng, weights)]
        x = 0.9 * x + rng.standard_normal(n)
        increment, weights = normalised(normal_log_prob(y, x, 0.5))
        log_evidence += increment
    return Estimate(log_evidence, float(weights @ x))


TRANSITIONS = np.array([[0.10, 0.50, 0.40], [0.20, 0.20, 0.60], [0.15, 0.15, 0.70]])
THRESHOLDS = np.cumsum(TRANSITIONS, axis=1)[:, :2].T.copy()
EMISSION_MEANS = np.array([-1.0, 1.0, 0.0])


def hmm(rng: Rng, n: int, ys: Sequence[float]) -> Estimate:
    """The history is kept as states and ancestors by step, and traced back from the end."""
    log_evidence, weights = 0.0, np.full(n, 1 / n)
    state, ancestors = rng.integers(0, 3, n), np.arange(n)
    history = [state]
    parents = []
    for t, y in enumerate(ys):
        if t > 0:
            ancestors = systematic(rng, weights)
            state = state[ancestors]
        parents.append(ancestors)
        state = (rng.random(n) >= THRESHOLDS.take(state, axis=1)).sum(axis=0)
        history.append(state)
        increment, weights = normalised(normal_log_prob(y, EMISSION_MEANS, 1)[state])
        log_evidence += increment
    paths = np.empty((len(history), n), dtype=np.intp)
    paths[-1], line = history[-1], np.arange(n)
    for t in reversed(range(len(parents))):
        line = parents[t][line]
        paths[t] = history[t][line]
    return Estimate(log_evidence, float((paths @ weights).mean()))


def crp_mixture(rng: Rng, n: int, ys: Sequence[float]) -> Estimate:
    """Tables are rows: `seats[k]` is the number of points at table k, and alpha = 1 at the next."""
    log_evidence, weights = 0.0, np.full(n, 1 / n)
    clusters, each = np.zeros(n, dtype=np.intp), np.arange(n)
    seats, means = np.ones((1, n)), np.empty((1, n))
    for t, y in enumerate(ys):
        if t > 0:
            ancestors = systematic(rng, weights)
            clusters = clusters[ancestors]
            seats, means = seats.take(ancestors, axis=1), means.take(ancestors, axis=1)
        k = (rng.random(n) * (t + 1) >= seats.cumsum(axis=0)).sum(axis=0)
        new = np.flatnonzero(k == clusters)
        clusters[new] += 1
        if clusters.max() == len(seats):
            seats, means = np.vstack([seats, np.zeros(n)]), np.vstack([means, np.zeros(n)])
        means[k[new], new] = 5 * rng.standard_normal(len(new))
        seats[k, each] += 1
        seats[k[new], new] = 1
        seats[clusters[new], new] = 1
        increment, weights = normalised(normal_log_prob(y, means[k, each], 1))
        log_evidence += increment
    return Estimate(log_evidence, float(weights @ clusters))


def branch_observe(rng: Rng, n: int, ys: Sequence[float]) -> Estimate:
    log_evidence, weights = 0.0, np.full(n, 1 / n)
    heads = np.zeros(n)
    for t, y in enumerate(ys):
        if t > 0:
            heads = heads[systematic(rng, weights)]
        head = rng.random(n) < 0.5
        heads = heads + head
        increment, weights = normalised(normal_log_prob(y, np.where(head, 1.0, -1.0), 1))
        log_evidence += increment
    return Estimate(log_evidence, float(weights @ heads))


def branch_observe_importance(rng: Rng, n: int, ys: Sequence[float]) -> Estimate:
    """`branch_observe` by likelihood weighting."""
    log_weights, heads = np.zeros(n), np.zeros(n)
    for y in ys:
        head = rng.random(n) < 0.5
        heads += head
        log_weights += normal_log_prob(y, np.where(head, 1.0, -1.0), 1)
    return weighted(log_weights, heads)
