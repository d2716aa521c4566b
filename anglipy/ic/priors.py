"""What the network must know of a prior: a proposal family, and the numbers that place its
proposals.

`describe(dist)` gives a `Prior`: the name of the proposal family, the number of its categories or
coordinates, and a fixed layout of numbers per family (see `LAYOUTS`). Proposals are parametrised
relative to these numbers, so an untrained network proposes roughly what the prior does, and a prior
whose parameters change from visit to visit is followed. `encode` and `decode` translate between
values of the program and what the families work with: category indices, floats, or arrays of
floats. A distribution without a family (one defined by the user, say) is proposed by itself: family
`prior`.

Families by prior follow the table of proposal families used since Le, Baydin and Wood (2017),
except that counts are proposed by distributions on the integers, never by densities. This module
imports no torch.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import lru_cache
from numbers import Real
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from anglipy.runtime.distributions import CONSTRUCTORS
from anglipy.runtime.distributions.base import Distribution

__all__ = ["LARGEST_TABLE", "LAYOUTS", "Prior", "decode", "describe", "encode", "log_prior"]

Floats = NDArray[np.float64]

LARGEST_TABLE = 256
"""Finite priors up to this size are proposed by a table of probabilities, larger ones by a mixture
on the integers.
"""

UNBOUNDED = 1e15
"""Stands for the missing upper end of the natural numbers; every double below it has its neighbours
at distance < 1.
"""

LAYOUTS = {
    "categorical": "log probability of each category",
    "integers": "location, scale, lowest, highest",
    "normal": "location, scale",
    "interval": "low, high",
    "beta": "a, b",
    "positive": "shape, rate of the gamma distribution",
    "mvn": "mean (D), lower Cholesky factor of the covariance (D * D, row by row)",
    "dirichlet": "concentrations (D)",
    "prior": "nothing",
}
"""The proposal families, and what `Prior.numbers` holds for each."""


class Prior(NamedTuple):
    """A prior as the network sees it."""

    family: str
    size: int
    """Categories of `categorical`, coordinates of `mvn` and `dirichlet`, 1 for the rest."""
    numbers: Floats | tuple[float, ...]
    """Laid out as `LAYOUTS[family]` says."""


_ITSELF = Prior("prior", 1, ())


def describe(dist: Distribution) -> Prior:
    """The proposal family and the numbers for this prior."""
    describer = _describers().get(dist.__class__)
    return _ITSELF if describer is None else describer(dist)


def encode(dist: Distribution, prior: Prior, value: Any) -> Any:
    """A value of the program as the family's own: an index, a float, or an array of floats (D,)."""
    family = prior.family
    if family == "categorical":
        return _index_of(dist, value)
    if family in ("mvn", "dirichlet"):
        return np.array([float(x) for x in value])
    if family == "prior":
        return float(value) if isinstance(value, Real) else 0.0
    return float(value)


def decode(dist: Distribution, prior: Prior, encoded: Any) -> Any:
    """The inverse of `encode` for values that a proposal has drawn."""
    family = prior.family
    if family == "categorical":
        return _value_at(dist, int(encoded))
    if family == "integers":
        return int(encoded)
    if family in ("mvn", "dirichlet"):
        return _vector(encoded.tolist())
    return float(encoded)


def log_prior(dist: Distribution, prior: Prior, value: Any, encoded: Any) -> float:
    """The log probability with which the program itself would draw this value."""
    if prior.family == "categorical":
        return float(prior.numbers[encoded])
    return dist.log_prob(value)


# -- one describer per constructor ---------------------------------------------------------------


def _flip(dist: Any) -> Prior:
    p = float(dist.given[0])
    return Prior("categorical", 2, (_log(1.0 - p), _log(p)))


@lru_cache(maxsize=512)
def _equal_categories(size: int) -> Floats:
    return np.full(size, -math.log(size))


def _uniform_discrete(dist: Any) -> Prior:
    size = dist.high - dist.low
    if size <= LARGEST_TABLE:
        return Prior("categorical", size, _equal_categories(size))
    middle = (dist.low + dist.high - 1) / 2
    return Prior("integers", 1, (middle, size / math.sqrt(12), dist.low, dist.high - 1))


def _log_probabilities(weights: Any) -> Floats:
    masses = np.array(weights, dtype=np.float64)
    with np.errstate(divide="ignore"):
        return np.log(masses / masses.sum())


def _discrete(dist: Any) -> Prior:
    return Prior("categorical", len(dist.weights), _log_probabilities(dist.weights))


@lru_cache(maxsize=512)
def _positions(values: tuple[Any, ...], kinds: tuple[type, ...]) -> tuple[int, ...] | None:
    """For each value the index of the first one equal to it; None if all differ. `kinds` keeps 1
    and 1.0 apart.
    """
    dist: Any = CONSTRUCTORS["categorical"]([[value, 1.0] for value in values])  # type: ignore[call-arg]
    positions = tuple(dist.position(value) for value in values)
    return None if positions == tuple(range(len(values))) else positions


def _categorical(dist: Any) -> Prior:
    weights = dist.weights
    positions = _positions(dist.values, tuple(value.__class__ for value in dist.values))
    if positions is not None:
        merged = [0.0] * len(weights)
        for position, weight in zip(positions, weights, strict=True):
            merged[position] += weight
        weights = merged
    return Prior("categorical", len(weights), _log_probabilities(weights))


@lru_cache(maxsize=64)
def _log_choices(n: int) -> Floats:
    return np.array(
        [math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1) for k in range(n + 1)]
    )


def _binomial(dist: Any) -> Prior:
    n, p = int(dist.given[0]), float(dist.given[1])
    if n < LARGEST_TABLE:
        if p in (0.0, 1.0):
            masses = np.zeros(n + 1)
            masses[n if p else 0] = 1.0
            return Prior("categorical", n + 1, _log_probabilities(masses))
        k = np.arange(n + 1)
        return Prior(
            "categorical", n + 1, _log_choices(n) + k * math.log(p) + (n - k) * math.log1p(-p)
        )
    return Prior("integers", 1, (n * p, max(math.sqrt(n * p * (1.0 - p)), 0.5), 0.0, float(n)))


def _poisson(dist: Any) -> Prior:
    mean = float(dist.given[0])
    return Prior("integers", 1, (mean, max(math.sqrt(mean), 0.5), 0.0, UNBOUNDED))


def _normal(dist: Any) -> Prior:
    return Prior("normal", 1, (dist.mean, dist.sd))


def _laplace(dist: Any) -> Prior:
    loc, scale = dist.given
    return Prior("normal", 1, (float(loc), math.sqrt(2.0) * float(scale)))


def _student(dist: Any) -> Prior:
    nu, loc, scale = (*dist.given, 0.0, 1.0) if len(dist.given) == 1 else dist.given
    widening = math.sqrt(float(nu) / (float(nu) - 2.0)) if nu > 3 else math.sqrt(3.0)
    return Prior("normal", 1, (float(loc), float(scale) * widening))


def _uniform_continuous(dist: Any) -> Prior:
    return Prior("interval", 1, (dist.low, dist.high))


def _beta(dist: Any) -> Prior:
    a, b = dist.given
    return Prior("beta", 1, (float(a), float(b)))


def _gamma(dist: Any) -> Prior:
    shape, rate = dist.given
    return Prior("positive", 1, (float(shape), float(rate)))


def _exponential(dist: Any) -> Prior:
    return Prior("positive", 1, (1.0, float(dist.given[0])))


def _chi_squared(dist: Any) -> Prior:
    return Prior("positive", 1, (float(dist.given[0]) / 2.0, 0.5))


def _mvn(dist: Any) -> Prior:
    mean = np.array([float(x) for x in dist.given[0]])
    covariance = np.array([[float(x) for x in row] for row in dist.given[1]])
    factor = np.linalg.cholesky(covariance)
    return Prior("mvn", len(mean), np.concatenate([mean, factor.ravel()]))


def _dirichlet(dist: Any) -> Prior:
    alpha = np.array([float(x) for x in dist.given[0]])
    return Prior("dirichlet", len(alpha), alpha)


_BY_NAME: dict[str, Callable[[Any], Prior]] = {
    "flip": _flip,
    "bernoulli": _flip,
    "uniform-discrete": _uniform_discrete,
    "discrete": _discrete,
    "categorical": _categorical,
    "binomial": _binomial,
    "poisson": _poisson,
    "normal": _normal,
    "laplace": _laplace,
    "student-t": _student,
    "student-t-loc-scale": _student,
    "uniform-continuous": _uniform_continuous,
    "beta": _beta,
    "gamma": _gamma,
    "exponential": _exponential,
    "chi-squared": _chi_squared,
    "mvn": _mvn,
    "dirichlet": _dirichlet,
}


@lru_cache(maxsize=1)
def _describers() -> dict[type, Callable[[Any], Prior]]:
    """By class, so that a user's own distribution called `normal` is not taken for ours."""
    return {CONSTRUCTORS[name]: fn for name, fn in _BY_NAME.items() if name in CONSTRUCTORS}


def _index_of(dist: Any, value: Any) -> int:
    name = dist.name
    if name == "uniform-discrete":
        return int(value) - dist.low
    if name == "categorical":
        return dist.position(value)
    return int(value)


def _value_at(dist: Any, index: int) -> Any:
    name = dist.name
    if name == "uniform-discrete":
        return dist.low + index
    if name == "categorical":
        return dist.values[index]
    return bool(index) if name == "flip" else index


def _log(x: float) -> float:
    return math.log(x) if x > 0.0 else -math.inf


def _vector(numbers: list[float]) -> Any:
    from anglipy.runtime.values import Vector

    return Vector(numbers)
