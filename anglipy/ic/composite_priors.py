"""Priors that are made of other distributions (`truncated`, `mixture`, `product`, `iid`), and those
that only exist for one particle at a time.

A describer of the first kind takes the parameters of a distribution and `ask`, which describes
those it is made of, for as many particles; it raises NotLanes where these have not got one
description. This module imports no torch.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from anglipy.ic.layouts import (
    ITSELF,
    LARGEST_TABLE,
    UNBOUNDED,
    Ask,
    Floats,
    Prior,
    column,
    interval,
    product,
    side_by_side,
)
from anglipy.ic.plain_priors import counts, listed, positive
from anglipy.runtime.distributions.base import Distribution
from anglipy.runtime.distributions.checks import elements
from anglipy.runtime.lanes.families.base import BadLane
from anglipy.runtime.lanes.families.parameters import number
from anglipy.runtime.lanes.values import Choice, NotLanes

__all__ = ["COMPOSITES", "SINGLES", "element_dists"]


# ---- truncated


def _truncated(given: Sequence[Any], ask: Ask) -> Prior:
    """By the family of what is truncated: tables and counts stay what they are, numbers get an
    interval, or one end.
    """
    inner = ask(given[0])
    low, high = _bound(given[1], -math.inf), _bound(given[2], math.inf)
    if inner.family == "categorical":
        return _some_of_table(inner, low, high)
    if inner.family == "integers":
        return _some_counts(inner.numbers, low, high)
    if inner.family in _ABOUT:
        return _some_numbers(_ABOUT[inner.family](inner.numbers), low, high)
    return ITSELF


def _bound(given: Any, none: float) -> Any:
    if given is None:
        return none
    try:
        return number(given)
    except BadLane:
        raise NotLanes from None


def _some_of_table(inner: Prior, low: Any, high: Any) -> Prior:
    """A table of integers, what is out of bounds without mass. The first index stays."""
    if inner.values is not None:
        return ITSELF
    at = column(inner.first) + np.arange(inner.numbers.shape[1])
    there = (at >= column(low)) & (at <= column(high))
    with np.errstate(divide="ignore"):
        masses = np.where(there, np.exp(inner.numbers), 0.0)
        numbers = np.log(masses / masses.sum(axis=1, keepdims=True))
    # Where nothing is left by rounding, the masses are below the least double.
    return inner._replace(numbers=numbers) if np.isfinite(numbers).any(axis=1).all() else ITSELF


def _some_counts(numbers: Floats, low: Any, high: Any) -> Prior:
    least = np.maximum(numbers[:, 2], np.ceil(low))
    most = np.minimum(numbers[:, 3], np.floor(np.minimum(high, UNBOUNDED)))
    middle = np.clip(numbers[:, 0], least, most)
    return Prior("integers", 1, side_by_side(middle, numbers[:, 1], least, most))


def _some_numbers(about: tuple[Any, ...], low: Any, high: Any) -> Prior:
    """Of numbers about a location, spread by a scale, in least..most, those in low..high."""
    location, scale, least, most = about
    low, high = np.maximum(low, least), np.minimum(high, most)
    # Far out in a tail, what is left lies at the bound, the closer the farther.
    beyond = np.maximum(np.maximum(low - location, location - high), 0.0)
    scale = scale / (1.0 + beyond / scale)
    at = np.clip(location, low, high)
    ends = np.isfinite(low), np.isfinite(high)
    if ends[0].all() and ends[1].all():
        inside = np.minimum(scale, (high - low) / 4.0)
        return interval(low, high, np.clip(at, low + inside, high - inside), 2.0 * inside)
    if ends[0].all() and not ends[1].any():
        return positive(np.log(np.maximum(at - low, 0.7 * scale)), 1.0, low)
    if ends[1].all() and not ends[0].any():
        return positive(np.log(np.maximum(high - at, 0.7 * scale)), 1.0, high, -1.0)
    if not ends[0].any() and not ends[1].any():
        return Prior("normal", 1, side_by_side(location, scale))
    raise NotLanes


def _of_line(numbers: Floats) -> tuple[Any, ...]:
    return numbers[:, 0], numbers[:, 1], -math.inf, math.inf


def _of_interval(numbers: Floats) -> tuple[Any, ...]:
    low, high = numbers[:, 0], numbers[:, 1]
    at = low + (high - low) / (1.0 + np.exp(-numbers[:, 2]))
    return at, 0.3 * (high - low) * np.exp(numbers[:, 4]), low, high


def _of_beta(numbers: Floats) -> tuple[Any, ...]:
    a, b = numbers[:, 0], numbers[:, 1]
    mean = a / (a + b)
    return mean, np.sqrt(mean * (1.0 - mean) / (a + b + 1.0)), 0.0, 1.0


def _of_positive(numbers: Floats) -> tuple[Any, ...]:
    size, origin = np.exp(numbers[:, 0]), numbers[:, 2]
    scale = size * np.minimum(numbers[:, 1], 2.0)
    if (numbers[:, 3] > 0.0).all():
        return origin + size, scale, origin, math.inf
    if (numbers[:, 3] < 0.0).all():
        return origin - size, scale, -math.inf, origin
    raise NotLanes


_ABOUT: dict[str, Callable[[Floats], tuple[Any, ...]]] = {
    "normal": _of_line,
    "heavy": _of_line,
    "interval": _of_interval,
    "beta": _of_beta,
    "positive": _of_positive,
}
"""Location, scale, least and largest value of priors of numbers."""


# ---- mixture


def _mixture(given: Sequence[Any], ask: Ask) -> Prior:
    """The family that the components have in common, placed by the moments of all; `ITSELF` if they
    have none.
    """
    weights, components = given
    listed_weights = None if weights.__class__ is Choice else elements(weights)
    dists = None if components.__class__ is Choice else elements(components)
    if not listed_weights or not dists:
        raise NotLanes
    parts = [ask(dist) for dist in dists]
    try:
        shares = np.concatenate(
            np.broadcast_arrays(*[column(number(each)) for each in listed_weights]), axis=1
        )
    except BadLane:
        raise NotLanes from None
    shares = shares / shares.sum(axis=1, keepdims=True)
    families = {part.family for part in parts}
    if families == {"categorical"}:
        return _mixed_tables(shares, parts)
    if families <= {"normal", "heavy"}:
        family = "heavy" if "heavy" in families else "normal"
        return Prior(family, 1, side_by_side(*_moments(shares, parts)))
    family = families.pop()
    same_ends = not families and _same_ends(family, parts)
    if same_ends and family == "interval":
        low, high = (parts[0].numbers[:, place] for place in (0, 1))
        return interval(low, high)
    if same_ends and family == "beta":
        return interval(0.0, 1.0)
    if same_ends and family in ("positive", "integers"):
        ends = [parts[0].numbers[:, place] for place in (2, 3)]
        return Prior(family, 1, side_by_side(*_moments(shares, parts), *ends))
    return ITSELF


_ENDS = {"interval": (0, 1), "positive": (2, 3), "integers": (2, 3), "beta": ()}


def _same_ends(family: str, parts: Sequence[Prior]) -> bool:
    """Whether the components have one support."""
    ends = _ENDS.get(family)
    if ends is None:
        return False
    first = parts[0].numbers[:, list(ends)]
    return all(np.all(part.numbers[:, list(ends)] == first) for part in parts)


def _moments(shares: Floats, parts: Sequence[Prior]) -> tuple[Any, Any]:
    """Location and scale of all, from those of the components, (1,) or (n,) each."""
    places, scales = (
        np.concatenate(np.broadcast_arrays(*[part.numbers[:, at : at + 1] for part in parts]), 1)
        for at in (0, 1)
    )
    location = (shares * places).sum(axis=1)
    apart = places - location[:, None]
    return location, np.sqrt((shares * (scales**2 + apart**2)).sum(axis=1))


def _mixed_tables(shares: Floats, parts: Sequence[Prior]) -> Prior:
    """Tables of the same things, each times its weight. What they stand for must be the same."""
    one = parts[0]
    for part in parts:
        same = part.values == one.values and np.array_equal(part.first, one.first)
        if not same or part.numbers.shape[1] != one.numbers.shape[1]:
            return ITSELF
    masses = sum(shares[:, [place]] * np.exp(part.numbers) for place, part in enumerate(parts))
    with np.errstate(divide="ignore"):
        return one._replace(numbers=np.log(masses))


# ---- product and iid


def _product(given: Sequence[Any], ask: Ask) -> Prior:
    return product([ask(dist) for dist in _listed(given[0])])


def _iid(given: Sequence[Any], ask: Ask) -> Prior:
    dist, count = given
    if count.__class__ is not int:
        raise NotLanes
    return product([ask(dist)] * count) if 0 < count <= LARGEST_TABLE else ITSELF


def _listed(dists: Any) -> list[Any]:
    found = None if dists.__class__ is Choice else elements(dists)
    if found is None:
        raise NotLanes
    return found


def element_dists(dist: Any) -> list[Any]:
    """The distributions of the elements of a `product` or `iid`, or of a table of such."""
    if dist.__class__ is Choice:
        columns = zip(*[part.parts for part in dist.parts], strict=True)
        return [Choice(dist.codes, list(each), dist.stamp, dist.plain) for each in columns]
    dists, *count = dist.given
    return [dists] * count[0] if count else _listed(dists)


COMPOSITES: dict[str, Callable[[Sequence[Any], Ask], Prior]] = {
    "iid": _iid,
    "mixture": _mixture,
    "product": _product,
    "truncated": _truncated,
}
"""By name of the constructor: parameters, and what describes those among them, to a prior."""


# ---- one at a time


def _finite(dist: Distribution) -> Prior:
    """A table of the values of a finite support."""
    values = getattr(dist.support, "values", None)
    if not values or len(values) > LARGEST_TABLE:
        return ITSELF
    return listed(tuple(values), [dist.log_prob(value) for value in values])


def _discrete_min_max(dist: Any) -> Prior:
    size = len(dist.weights)
    if size > LARGEST_TABLE:
        return ITSELF
    return listed(
        tuple(range(dist.low, dist.low + size)), [dist.log_mass(place) for place in range(size)]
    )


def _continuous_min_max(dist: Any) -> Prior:
    at, share, *_ = _of_beta(np.array([[dist._beta.a, dist._beta.b]]))
    width = dist.high - dist.low
    return interval(dist.low, dist.high, dist.low + width * at, width * share)


def _folded_normal_discrete(dist: Any) -> Prior:
    far, sd = abs(dist.mean), dist.std
    z = far / sd
    # The mean of a folded normal, and what is left of its second moment.
    mean = sd * math.sqrt(2.0 / math.pi) * math.exp(-0.5 * z * z) + far * math.erf(z / math.sqrt(2))
    return counts(mean, math.sqrt(max(far * far + sd * sd - mean * mean, 0.0)))[0][1]


def _multinomial(dist: Any) -> Prior:
    weights = np.array([float(weight) for weight in dist.given[1]])
    if len(weights) < 2 or dist.n == 0 or dist.n >= UNBOUNDED:
        return ITSELF
    with np.errstate(divide="ignore"):
        logs = np.log(weights / weights.sum())
    return Prior("multinomial", len(weights), np.array([[float(dist.n), *logs]]))


def _wishart(dist: Any) -> Prior:
    root = dist._lower
    size = len(root)
    return Prior("wishart", size * (size + 1) // 2, np.array([[dist.n, *root.reshape(-1)]]))


def _lkj(dist: Any) -> Prior:
    if dist.d < 2:
        return ITSELF
    return Prior("correlation", dist.d * (dist.d - 1) // 2, np.array([[dist.eta, float(dist.d)]]))


SINGLES: dict[str, Callable[[Any], Prior]] = {
    "categorical-crp": _finite,
    "categorical-dp": _finite,
    "continuous-min-max": _continuous_min_max,
    "discrete-min-max": _discrete_min_max,
    "folded-normal-discrete": _folded_normal_discrete,
    "lkj": _lkj,
    "multinomial": _multinomial,
    "wishart": _wishart,
}
"""By name of the constructor: a plain distribution to its prior."""
