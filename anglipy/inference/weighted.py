"""Statistics of weighted values: mean, standard deviation, quantiles, and probabilities of distinct
values.

`weights` has shape (N,), is linear, not negative, and sums to one. Values of weight zero count for
nothing, whatever they are. Numbers of every kind (integers of any size, ratios, doubles, numpy
scalars) are taken as doubles.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from anglipy.inference.log_space import FloatArray
from anglipy.runtime.distributions.checks import as_float
from anglipy.runtime.equality import key_of

__all__ = ["grouped", "is_boolean", "numbers_of", "quantiles", "weighted_mean", "weighted_sd"]

_ROUNDING = 1e-12
"""Cumulative weights closer to a quantile's level than this reach it: sums of weights are
rounded."""


_NAN = object()
"""The key of every nan."""


def numbers_of(values: Sequence[Any]) -> FloatArray | None:
    """The values as doubles, shape (N,), booleans as 0 and 1; None if one of them is something
    else.
    """
    known = getattr(values, "numbers", None)
    if known is not None:
        found: FloatArray | None = known()
        if found is not None:
            return found
    numbers = np.empty(len(values))
    for i, value in enumerate(values):
        number = value if value.__class__ is float else as_float(value)
        if number is None:
            if not is_boolean(value):
                return None
            number = float(value)
        numbers[i] = number
    return numbers


def is_boolean(value: Any) -> bool:
    """Whether a value is true or false (Python's or numpy's)."""
    return value.__class__ is bool or isinstance(value, np.bool_)


def weighted_mean(numbers: FloatArray, weights: FloatArray) -> float:
    """sum(w x); shapes (N,). Infinite or nan where the numbers are."""
    kept = weights > 0.0
    with np.errstate(invalid="ignore", over="ignore"):
        return float(np.dot(weights[kept], numbers[kept]))


def weighted_sd(numbers: FloatArray, weights: FloatArray) -> float:
    """sqrt(sum(w (x - mean)^2)): the standard deviation of the weighted distribution itself,
    without a correction for N.
    """
    kept = weights > 0.0
    if numbers[kept].size and numbers[kept].min() == numbers[kept].max():
        return 0.0
    with np.errstate(invalid="ignore", over="ignore"):
        deviations = numbers[kept] - weighted_mean(numbers, weights)
        return math.sqrt(max(float(np.dot(weights[kept], deviations * deviations)), 0.0))


def quantiles(numbers: FloatArray, weights: FloatArray, levels: ArrayLike) -> FloatArray:
    """For each level q the least x with P(X <= x) >= q: the inverse of the weighted distribution
    function.

    Hyndman & Fan 1996, "Sample quantiles in statistical packages", definition 1, with weights in
    place of 1/N. It is always one of the values, so it is right for discrete results too. nan sorts
    last.
    """
    kept = weights > 0.0
    order = np.argsort(numbers[kept], kind="stable")
    cumulative = np.cumsum(weights[kept][order])
    targets = np.asarray(levels, dtype=np.float64) * cumulative[-1] - _ROUNDING
    places = np.minimum(np.searchsorted(cumulative, targets, side="left"), len(order) - 1)
    found: FloatArray = numbers[kept][order][places]
    return found


def grouped(
    values: Sequence[Any], weights: FloatArray, limit: int | None = None
) -> list[tuple[Any, float]] | None:
    """Distinct values with their probabilities, most probable first, ties in order of first
    occurrence.

    Values are the same if they are `=`; all nan count as one value. None if there are more than
    `limit` of them, found out without looking further.
    """
    totals: dict[Any, float] = {}
    firsts: list[Any] = []
    for value, weight in zip(values, weights.tolist(), strict=True):
        key = _NAN if isinstance(value, float) and math.isnan(value) else key_of(value)
        if key in totals:
            totals[key] += weight
            continue
        if len(totals) == limit:
            return None
        totals[key] = weight
        firsts.append(value)
    pairs = list(zip(firsts, totals.values(), strict=True))
    pairs.sort(key=lambda pair: -pair[1])
    return pairs
