"""Unnormalised weights over finitely many outcomes, and the draw by comparisons that `discrete` and
`categorical` share.
"""

from __future__ import annotations

from bisect import bisect_right
from itertools import accumulate
from math import inf
from typing import Any

from anglipy.diagnostics import ProgramError
from anglipy.runtime.distributions.checks import as_float, parameter_error

__all__ = ["LINEAR_LIMIT", "checked_weights", "cumulative", "draw"]

LINEAR_LIMIT = 64
"""Up to this many outcomes are compared left to right; more are bisected, which also only asks `u <
c`.
"""


def checked_weights(name: str, what: str, given: list[Any]) -> list[float]:
    """The weights as floats, finite, none negative, at least one above zero, their sum finite.

    Weights are unnormalised, so they are divided by the largest if their sum would overflow.
    """
    if not given:
        raise ProgramError("AQ410", f"{name}: needs at least one weight, got none")
    weights = []
    for weight in given:
        number = weight if weight.__class__ is float else as_float(weight)
        if number is None:
            raise parameter_error(name, what, "a number", weight)
        if not number < inf:
            raise parameter_error(name, what, "finite", weight)
        if number < 0.0:
            raise parameter_error(name, what, ">= 0", weight)
        weights.append(number)
    if not any(weights):
        raise ProgramError("AQ410", f"{name}: at least one weight must be > 0, all are zero")
    if sum(weights) == inf:
        largest = max(weights)
        weights = [weight / largest for weight in weights]
    return weights


def cumulative(weights: list[float]) -> list[float]:
    """Cumulative probabilities up to and without the last outcome that has weight: u >= all of them
    draws that one.
    """
    sums = list(accumulate(weights))
    total = sums[-1]
    last = len(weights) - 1
    while weights[last] == 0.0:
        last -= 1
    return [partial / total for partial in sums[:last]]


def draw(thresholds: list[float], u: Any) -> int:
    """The index of the first threshold above u, found by comparisons `u < c` only."""
    if len(thresholds) > LINEAR_LIMIT:
        return bisect_right(thresholds, u)
    for index, threshold in enumerate(thresholds):
        if u < threshold:
            return index
    return len(thresholds)
