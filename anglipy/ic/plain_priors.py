"""Priors of numbers and of things to choose from, for many particles at once: one describer per
constructor, from its parameters to parts.

Parameters are floats where they are the same for all particles, else arrays with one element or row
each; vectors are arrays (K,) or (n, K). Location and scale are about those of the prior: they place
the proposals, and no density depends on their being exact. This module imports no torch.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np

from anglipy.ic.layouts import (
    ITSELF,
    LARGEST_TABLE,
    UNBOUNDED,
    Floats,
    Part,
    Prior,
    column,
    either,
    interval,
    side_by_side,
)
from anglipy.ic.polygamma import digamma, trigamma
from anglipy.runtime.distributions import CONSTRUCTORS
from anglipy.runtime.lanes.families.special import log_factorial
from anglipy.runtime.lanes.values import NotLanes, has_lanes

__all__ = ["DESCRIBERS", "counts", "listed", "positive"]

LARGEST_MEAN = 1e12
"""Counts with a larger mean are proposed by their prior."""
LEAST_SPREAD = 0.5
"""Of counts: the scale of one whose sd is less."""


def _all(family: str, *columns: Any) -> list[Part]:
    return [(None, Prior(family, 1, side_by_side(*columns)))]


# ---- things to choose from


def _flip(p: Any) -> list[Part]:
    return [(None, Prior("categorical", 2, _coin(p), 0, (False, True)))]


def _bernoulli(p: Any) -> list[Part]:
    return [(None, Prior("categorical", 2, _coin(p)))]


def _coin(p: Any) -> Floats:
    with np.errstate(divide="ignore"):
        return np.log(side_by_side(1.0 - p, p))


def _uniform_discrete(low: Any, high: Any) -> list[Part]:
    return either(high - low <= LARGEST_TABLE, _range_as_table, _range, low, high)


@lru_cache(maxsize=512)
def _equal_categories(size: int) -> Floats:
    return np.full((1, size), -math.log(size))


def _range_as_table(low: Any, high: Any) -> Prior:
    size = high - low
    if size.__class__ is int:
        return Prior("categorical", size, _equal_categories(size), low)
    largest = int(size.max())
    there = np.arange(largest) < size[:, None]
    numbers = np.where(there, -np.log(size)[:, None], -math.inf)
    return Prior("categorical", largest, numbers, low)


def _range(low: Any, high: Any) -> Prior:
    size = high - low
    sd = size / math.sqrt(12)
    return Prior("integers", 1, side_by_side((low + high - 1) / 2, sd, low, high - 1))


def _log_masses(weights: Any) -> Floats:
    """(K,) or (n, K) weights, normalised; with at least one row."""
    with np.errstate(divide="ignore"):
        found: Floats = np.log(np.atleast_2d(weights / weights.sum(axis=-1, keepdims=True)))
    return found


def _discrete(weights: Any) -> list[Part]:
    return [(None, Prior("categorical", weights.shape[-1], _log_masses(weights)))]


@lru_cache(maxsize=512)
def _positions(values: tuple[Any, ...], kinds: tuple[type, ...]) -> tuple[int, ...] | None:
    """For each value the index of the first one equal to it; None if all differ. `kinds` keeps 1
    and 1.0 apart.
    """
    dist: Any = CONSTRUCTORS["categorical"]([[value, 1.0] for value in values])  # type: ignore[call-arg]
    # What is not equal to itself (nan) has no place but its own.
    found = [dist.position(value) for value in values]
    positions = tuple(at if place is None else place for at, place in enumerate(found))
    return None if positions == tuple(range(len(values))) else positions


def _categorical(pairs: Any) -> list[Part]:
    values, weights = pairs
    if has_lanes(values):
        raise NotLanes
    positions = _first_places(values)
    if positions is not None:
        merged = np.zeros_like(weights)
        for place, position in enumerate(positions):
            merged[..., position] += weights[..., place]
        weights = merged
    return [(None, Prior("categorical", len(values), _log_masses(weights), 0, values))]


def _first_places(values: tuple[Any, ...]) -> tuple[int, ...] | None:
    kinds = tuple([value.__class__ for value in values])
    try:
        return _positions(values, kinds)
    except TypeError:  # Python objects without a hash.
        return _positions.__wrapped__(values, kinds)


def listed(values: tuple[Any, ...], log_masses: Any) -> Prior:
    """A table of plain values, each once, with these log probabilities; a range of integers is
    listed by its first.
    """
    numbers = np.array([log_masses], dtype=np.float64)
    first = values[0]
    if all(v.__class__ is int for v in values) and values == tuple(
        range(first, first + len(values))
    ):
        return Prior("categorical", len(values), numbers, first)
    return Prior("categorical", len(values), numbers, 0, values)


# ---- counts


def _binomial(n: Any, p: Any) -> list[Part]:
    return either(n < LARGEST_TABLE, _binomial_table, _many_trials, n, p)


def _binomial_table(n: Any, p: Any) -> Prior:
    trials, p = column(n), column(p)
    k = np.arange(int(trials.max()) + 1.0)[None]
    left = np.maximum(trials - k, 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        log_p, log_q = np.log(p), np.log1p(-p)
        powers = np.where(k > 0.0, k * log_p, 0.0) + np.where(left > 0.0, left * log_q, 0.0)
    choices = log_factorial(trials) - log_factorial(k) - log_factorial(left)
    numbers = np.where(k <= trials, choices + powers, -math.inf)
    return Prior("categorical", k.shape[1], numbers)


def _many_trials(n: Any, p: Any) -> Prior:
    mean = n * p
    return Prior("integers", 1, _count(mean, np.sqrt(mean * (1.0 - p)), n))


def _count(mean: Any, sd: Any, highest: Any = UNBOUNDED) -> Floats:
    return side_by_side(mean, np.maximum(sd, LEAST_SPREAD), 0.0, highest)


def counts(mean: Any, sd: Any) -> list[Part]:
    """Natural numbers of this mean; by themselves where it is beyond all measure."""

    def made(mean: Any, sd: Any) -> Prior:
        return Prior("integers", 1, _count(mean, sd))

    return either(mean <= LARGEST_MEAN, made, lambda *_: ITSELF, mean, sd)


def _poisson(mean: Any) -> list[Part]:
    return counts(mean, np.sqrt(mean))


def _negative_binomial(r: Any, p: Any) -> list[Part]:
    return counts(r * (1.0 - p) / p, np.sqrt(r * (1.0 - p)) / p)


def _geometric(p: Any) -> list[Part]:
    return counts((1.0 - p) / p, np.sqrt(1.0 - p) / p)


# ---- the real line


def _normal(mean: Any, sd: Any) -> list[Part]:
    return _all("normal", mean, sd)


def _laplace(loc: Any, scale: Any) -> list[Part]:
    return _all("normal", loc, math.sqrt(2.0) * scale)


def _cauchy(loc: Any, scale: Any) -> list[Part]:
    return _all("heavy", loc, scale)


def _student(nu: Any, loc: Any = 0.0, scale: Any = 1.0) -> list[Part]:
    return _all("heavy", loc + 0.0 * nu, scale)


def _von_mises(mu: Any, kappa: Any) -> list[Part]:
    return _all("circle", mu, kappa)


# ---- intervals


def _uniform_continuous(low: Any, high: Any) -> list[Part]:
    return [(None, interval(low, high))]


def _beta(a: Any, b: Any) -> list[Part]:
    return _all("beta", a, b)


def _beta2(mode: Any, certainty: Any) -> list[Part]:
    more = certainty - 2.0
    return _all("beta", mode * more + 1.0, (1.0 - mode) * more + 1.0)


# ---- positive numbers: location and scale of the logarithm


def positive(location: Any, scale: Any, origin: Any = 0.0, sign: float = 1.0) -> Prior:
    """Numbers on one side of an origin; what the logarithms are is kept within the doubles."""
    location = np.clip(location, -650.0, 650.0)
    return Prior("positive", 1, side_by_side(location, np.clip(scale, 1e-12, 100.0), origin, sign))


def _positive(location: Any, scale: Any, origin: Any = 0.0) -> list[Part]:
    return [(None, positive(location, scale, origin))]


def _log_of_gamma(shape: Any) -> tuple[Any, Any]:
    """Mean and sd of log x for x ~ gamma(shape, 1)."""
    return digamma(shape), np.sqrt(trigamma(shape))


def _gamma(shape: Any, rate: Any) -> list[Part]:
    location, scale = _log_of_gamma(shape)
    return _positive(location - np.log(rate), scale)


def _exponential(rate: Any) -> list[Part]:
    return _gamma(1.0, rate)


def _chi_squared(nu: Any) -> list[Part]:
    return _gamma(nu / 2.0, 0.5)


def _inverse_gamma(shape: Any, scale: Any) -> list[Part]:
    location, spread = _log_of_gamma(shape)
    return _positive(np.log(scale) - location, spread)


def _lognormal(mu: Any, sigma: Any) -> list[Part]:
    return _positive(mu, sigma)


def _weibull(shape: Any, scale: Any) -> list[Part]:
    return _positive(np.log(scale) - np.euler_gamma / shape, math.pi / math.sqrt(6.0) / shape)


def _half_normal(sd: Any) -> list[Part]:
    location, spread = _log_of_gamma(0.5)
    return _positive(np.log(sd) + 0.5 * (location + math.log(2.0)), 0.5 * spread)


def _half_cauchy(scale: Any) -> list[Part]:
    return _positive(np.log(scale), math.pi / 2.0)


def _folded_normal(mean: Any, std: Any) -> list[Part]:
    z = np.abs(mean) / std
    # Between that of a half normal, for a mean of zero, and that of a normal far from zero.
    location = np.log(std) + 0.5 * np.log(z * z + 0.28)
    return _positive(location, 1.0 / (0.9 + z))


def _pareto(scale: Any, shape: Any) -> list[Part]:
    # (x - scale) / scale is the ratio of a gamma(1) to a gamma(shape).
    first, second = _log_of_gamma(1.0), _log_of_gamma(shape)
    spread = np.sqrt(first[1] ** 2 + second[1] ** 2)
    return _positive(np.log(scale) + first[0] - second[0], spread, scale)


# ---- vectors


def _mvn(mean: Any, covariance: Any) -> list[Part]:
    return _vectors(mean, np.linalg.cholesky(np.asarray(covariance)))


def _vectors(mean: Any, factor: Any) -> list[Part]:
    """Mean (D,) or (n, D) and factor (D, D) or (n, D, D)."""
    size = mean.shape[-1]
    factor, mean = factor.reshape(-1, size * size), np.atleast_2d(mean)
    n = max(len(mean), len(factor))
    numbers = [np.broadcast_to(part, (n, part.shape[1])) for part in (mean, factor)]
    return [(None, Prior("mvn", size, np.concatenate(numbers, axis=1)))]


def _mvn_mean_var(mean: Any, variance: Any) -> list[Part]:
    size = mean.shape[-1]
    return _vectors(mean, np.sqrt(column(variance))[:, :, None] * np.eye(size))


def _mvn_mean_vars(mean: Any, variances: Any) -> list[Part]:
    roots = np.sqrt(np.atleast_2d(variances))
    return _vectors(mean, roots[:, :, None] * np.eye(roots.shape[1]))


def _multivariate_t(nu: Any, mean: Any, scales: Any) -> list[Part]:
    nu = column(nu)[:, :, None]
    widening = np.sqrt(np.where(nu > 3.0, nu / np.maximum(nu - 2.0, 0.5), 3.0))
    return _vectors(mean, widening * np.linalg.cholesky(np.asarray(scales)))


def _dirichlet(alpha: Any) -> list[Part]:
    return [(None, Prior("dirichlet", alpha.shape[-1], np.atleast_2d(alpha)))]


DESCRIBERS: dict[str, Callable[..., list[Part]]] = {
    "bernoulli": _bernoulli,
    "beta": _beta,
    "beta2": _beta2,
    "binomial": _binomial,
    "categorical": _categorical,
    "cauchy": _cauchy,
    "chi-squared": _chi_squared,
    "dirichlet": _dirichlet,
    "discrete": _discrete,
    "exponential": _exponential,
    "flip": _flip,
    "folded-normal": _folded_normal,
    "folded-normal-positive": _folded_normal,
    "gamma": _gamma,
    "geometric": _geometric,
    "half-cauchy": _half_cauchy,
    "half-normal": _half_normal,
    "inverse-gamma": _inverse_gamma,
    "laplace": _laplace,
    "lognormal": _lognormal,
    "multivariate-t": _multivariate_t,
    "mvn": _mvn,
    "mvn-mean-var": _mvn_mean_var,
    "mvn-mean-vars": _mvn_mean_vars,
    "negative-binomial": _negative_binomial,
    "normal": _normal,
    "pareto": _pareto,
    "poisson": _poisson,
    "student-t": _student,
    "student-t-loc-scale": _student,
    "uniform-continuous": _uniform_continuous,
    "uniform-discrete": _uniform_discrete,
    "von-mises": _von_mises,
    "weibull": _weibull,
}
"""By name of the constructor: parameters, in order, to parts."""
