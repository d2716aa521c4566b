"""What the network must know of a prior: a proposal family, and the numbers that place its
proposals.

`describe(dist)` gives the `Prior` of a plain distribution, `describe_lanes` those of a distribution
that differs between the particles of a group: the name of the proposal family, the number of its
categories or coordinates, and a fixed layout of numbers per family (see `LAYOUTS`), one row per
particle. Proposals are parametrised relative to these numbers, so an untrained network proposes
roughly what the prior does, and a prior whose parameters change from visit to visit is followed. A
distribution without a family (one defined by the user, say) is proposed by itself: family `prior`.

Families by prior follow the table of proposal families used since Le, Baydin and Wood (2017),
except that counts are proposed by distributions on the integers, never by densities. This module
imports no torch.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from anglipy.runtime.distributions import CONSTRUCTORS
from anglipy.runtime.distributions.base import Distribution
from anglipy.runtime.lanes.families import FAMILIES
from anglipy.runtime.lanes.families.parameters import parameter
from anglipy.runtime.lanes.families.special import log_factorial
from anglipy.runtime.lanes.groups import CURRENT, Index
from anglipy.runtime.lanes.values import (
    Choice,
    LaneDistribution,
    NotLanes,
    codes_at,
    has_lanes,
    rows,
)

__all__ = ["LARGEST_TABLE", "LAYOUTS", "Part", "Prior", "describe", "describe_lanes"]

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
    """The prior of n particles as the network sees it."""

    family: str
    size: int
    """Categories of `categorical`, coordinates of `mvn` and `dirichlet`, 1 for the rest."""
    numbers: Floats
    """Laid out as `LAYOUTS[family]` says: (n, .), or (1, .) where they are the same for all. Rows
    of fewer categories are padded with -inf."""
    first: Any = 0
    """Of `categorical`: what is added to the index of a category, an integer or (n,)."""
    values: tuple[Any, ...] | None = None
    """Of `categorical`: the values that an index (with `first` added) stands for; None: itself."""

    def at(self, places: Any) -> Prior:
        """That of some particles."""
        one = len(self.numbers) == 1
        return self._replace(
            numbers=self.numbers if one else self.numbers[places],
            first=self.first if self.first.__class__ is int else self.first[places],
        )


Part = tuple[Index | None, Prior]
"""Which particles of a group (None: all), and their prior."""

_ITSELF = Prior("prior", 1, np.zeros((1, 0)))


def describe(dist: Distribution) -> Prior:
    """The proposal family and the numbers of a plain distribution."""
    describer = _describers().get(dist.__class__)
    if describer is None:
        return _ITSELF
    ((_, prior),) = describer(*_parameters(dist.__class__, dist.given))
    return prior


def describe_lanes(dist: Any) -> list[Part]:
    """The priors of the particles of the running group: several where families or sizes differ."""
    if dist.__class__ is Choice:
        there, codes = np.unique(codes_at(dist, CURRENT.group), return_inverse=True)
        return stacked([describe(dist.parts[code]) for code in there.tolist()], codes.reshape(-1))
    if not has_lanes(dist):
        return [(None, describe(dist))]
    cls = dist.family if dist.__class__ is LaneDistribution else dist.__class__
    describer = _describers().get(cls)
    if describer is None:
        return [(None, _ITSELF)]
    try:
        with np.errstate(all="ignore"):
            return describer(*_parameters(cls, dist.given))
    except NotLanes:
        return stacked([describe(one) for one in rows(dist)], np.arange(CURRENT.group.n))


def _parameters(cls: Any, given: Sequence[Any]) -> list[Any]:
    """Floats where they are the same for all particles, else arrays with one element or row each;
    vectors are arrays (K,) or (n, K).
    """
    family = FAMILIES[cls]
    return [parameter(family, *pair)[0] for pair in zip(family.shapes, given, strict=True)]


def stacked(priors: Sequence[Prior], codes: Index) -> list[Part]:
    """The priors of particles of which i has `priors[codes[i]]`, those of one slot together."""
    slots = [(p.family, 0 if p.family == "categorical" else p.size) for p in priors]
    if len(set(slots)) == 1:
        return [(None, _stack(priors).at(codes))]
    parts: list[Part] = []
    for slot in dict.fromkeys(slots):
        members = [number for number, other in enumerate(slots) if other == slot]
        place_of = np.full(len(priors), -1)
        place_of[members] = np.arange(len(members))
        places = np.flatnonzero(place_of[codes] >= 0)
        prior = _stack([priors[number] for number in members]).at(place_of[codes[places]])
        parts.append((places, prior))
    return parts


def _stack(priors: Sequence[Prior]) -> Prior:
    """Plain priors of one slot as rows; a single row if they are the same."""
    one = priors[0]
    if len(priors) == 1:
        return one
    size = max(prior.size for prior in priors)
    width = max(prior.numbers.shape[1] for prior in priors)
    numbers = np.full((len(priors), width), -math.inf)
    for row, prior in zip(numbers, priors, strict=True):
        row[: prior.numbers.shape[1]] = prior.numbers[0]
    first = np.array([prior.first for prior in priors])
    values = one.values
    if values is not None and any(prior.values != values for prior in priors):
        lengths = [len(prior.values or ()) for prior in priors]
        first = first + np.cumsum([0, *lengths[:-1]])
        values = tuple(value for prior in priors for value in prior.values or ())
    return Prior(one.family, size, numbers, first, values)


# -- one describer per constructor: parameters, floats or arrays, to parts ------------------------


def _side_by_side(*parts: Any) -> Floats:
    """Floats and arrays (n,) as columns, (n, .) or (1, .)."""
    if all(part.__class__ is not np.ndarray for part in parts):
        return np.array([parts], dtype=np.float64)
    return np.stack(np.broadcast_arrays(*parts), axis=1).astype(np.float64, copy=False)


def _all(family: str, *columns: Any) -> list[Part]:
    return [(None, Prior(family, 1, _side_by_side(*columns)))]


def _either(
    is_table: Any, table: Callable[..., Prior], other: Callable[..., Prior], *args: Any
) -> list[Part]:
    """`table(...)` for the particles where that is so, `other(...)` for the rest."""
    some = np.atleast_1d(is_table)
    if some.all():
        return [(None, table(*args))]
    if not some.any():
        return [(None, other(*args))]
    parts: list[Part] = []
    for make, mask in ((table, some), (other, ~some)):
        chosen = [arg[mask] if arg.__class__ is np.ndarray else arg for arg in args]
        parts.append((np.flatnonzero(mask), make(*chosen)))
    return parts


def _flip(p: Any) -> list[Part]:
    return [(None, Prior("categorical", 2, _coin(p), 0, (False, True)))]


def _bernoulli(p: Any) -> list[Part]:
    return [(None, Prior("categorical", 2, _coin(p)))]


def _coin(p: Any) -> Floats:
    with np.errstate(divide="ignore"):
        return np.log(_side_by_side(1.0 - p, p))


def _uniform_discrete(low: Any, high: Any) -> list[Part]:
    return _either(high - low <= LARGEST_TABLE, _range_as_table, _range, low, high)


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
    return Prior("integers", 1, _side_by_side((low + high - 1) / 2, sd, low, high - 1))


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


def _binomial(n: Any, p: Any) -> list[Part]:
    return _either(n < LARGEST_TABLE, _binomial_table, _many_trials, n, p)


def _binomial_table(n: Any, p: Any) -> Prior:
    trials = np.atleast_1d(np.asarray(n, dtype=np.float64))[:, None]
    p = np.atleast_1d(np.asarray(p, dtype=np.float64))[:, None]
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
    sd = np.maximum(np.sqrt(mean * (1.0 - p)), 0.5)
    return Prior("integers", 1, _side_by_side(mean, sd, 0.0, n))


def _poisson(mean: Any) -> list[Part]:
    return _all("integers", mean, np.maximum(np.sqrt(mean), 0.5), 0.0, UNBOUNDED)


def _normal(mean: Any, sd: Any) -> list[Part]:
    return _all("normal", mean, sd)


def _laplace(loc: Any, scale: Any) -> list[Part]:
    return _all("normal", loc, math.sqrt(2.0) * scale)


def _student(nu: Any, loc: Any = 0.0, scale: Any = 1.0) -> list[Part]:
    widening = np.sqrt(np.where(nu > 3.0, nu / np.maximum(nu - 2.0, 0.5), 3.0))
    return _all("normal", loc, scale * (widening if widening.ndim else float(widening)))


def _uniform_continuous(low: Any, high: Any) -> list[Part]:
    return _all("interval", low, high)


def _beta(a: Any, b: Any) -> list[Part]:
    return _all("beta", a, b)


def _gamma(shape: Any, rate: Any) -> list[Part]:
    return _all("positive", shape, rate)


def _exponential(rate: Any) -> list[Part]:
    return _all("positive", 1.0, rate)


def _chi_squared(nu: Any) -> list[Part]:
    return _all("positive", nu / 2.0, 0.5)


def _mvn(mean: Any, covariance: Any) -> list[Part]:
    size = mean.shape[-1]
    factor = np.linalg.cholesky(np.asarray(covariance)).reshape(-1, size * size)
    mean = np.atleast_2d(mean)
    n = max(len(mean), len(factor))
    numbers = [np.broadcast_to(part, (n, part.shape[1])) for part in (mean, factor)]
    return [(None, Prior("mvn", size, np.concatenate(numbers, axis=1)))]


def _dirichlet(alpha: Any) -> list[Part]:
    return [(None, Prior("dirichlet", alpha.shape[-1], np.atleast_2d(alpha)))]


_BY_NAME: dict[str, Callable[..., list[Part]]] = {
    "flip": _flip,
    "bernoulli": _bernoulli,
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
def _describers() -> dict[type, Callable[..., list[Part]]]:
    """By class, so that a user's own distribution called `normal` is not taken for ours."""
    return {CONSTRUCTORS[name]: fn for name, fn in _BY_NAME.items() if name in CONSTRUCTORS}
