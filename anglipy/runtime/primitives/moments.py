"""Weighted moments: the statistics of anglican.stat.

Values may be numbers, or vectors and matrices of one shape, whose moments are taken element by
element. Variances are population variances.
"""

from __future__ import annotations

import math
from typing import Any

from anglipy.runtime.equality import elements
from anglipy.runtime.numbers import number, to_double
from anglipy.runtime.primitives.checks import function, index
from anglipy.runtime.primitives.registry import primitive
from anglipy.runtime.primitives.statistics import both, each
from anglipy.runtime.primitives.weighted import shares
from anglipy.runtime.vectors import Vector

__all__ = ["empirical_expectation", "empirical_mean"]


def _double(value: Any) -> float:
    if isinstance(value, bool):
        return float(value)
    return to_double(number(value, "empirical-mean"))


def _plus(a: Any, b: Any) -> Any:
    return both(lambda x, y: x + y, a, b)


def _expectation(pairs: list[tuple[Any, float]]) -> Any:
    total: Any = None
    for value, share in pairs:
        term = each(lambda x, s=share: _double(x) * s, value)  # type: ignore[misc]
        total = term if total is None else _plus(total, term)
    return total


@primitive("empirical-expectation", arity=(2, 2), function_args=(0,))
def empirical_expectation(f: Any, weighted: Any) -> Any:
    """The weighted mean of f over weighted values."""
    call = function(f, "empirical-expectation")
    return _expectation([(call(v), s) for v, s in shares(weighted, "empirical-expectation")])


@primitive("empirical-mean", arity=(1, 1))
def empirical_mean(weighted: Any) -> Any:
    """The weighted mean."""
    return _expectation(shares(weighted, "empirical-mean"))


def _central(name: str, weighted: Any, order: int) -> Any:
    pairs = shares(weighted, name)
    centre = _expectation(pairs)
    return _expectation(
        [(both(lambda x, m: (_double(x) - m) ** order, v, centre), s) for v, s in pairs]
    )


@primitive("empirical-variance", arity=(1, 1))
def empirical_variance(weighted: Any) -> Any:
    """The weighted variance."""
    return _central("empirical-variance", weighted, 2)


@primitive("empirical-std", arity=(1, 1))
def empirical_std(weighted: Any) -> Any:
    """The weighted standard deviation."""
    return each(math.sqrt, _central("empirical-std", weighted, 2))


@primitive("empirical-moment", arity=(2, 2))
def empirical_moment(order: Any, weighted: Any) -> Any:
    """The weighted mean of the values to a power."""
    if elements(order) is not None or hasattr(order, "items"):
        order, weighted = weighted, order
    power = index(order, "empirical-moment")
    pairs = shares(weighted, "empirical-moment")
    return _expectation([(each(lambda x: _double(x) ** power, v), s) for v, s in pairs])


def _standardised(name: str, weighted: Any, order: int) -> Any:
    spread = each(math.sqrt, _central(name, weighted, 2))
    return both(
        lambda m, sd: m / sd**order if sd else math.nan, _central(name, weighted, order), spread
    )


@primitive("empirical-skew", arity=(1, 1))
def empirical_skew(weighted: Any) -> Any:
    """The weighted skewness."""
    return _standardised("empirical-skew", weighted, 3)


@primitive("empirical-kurtosis", arity=(1, 1))
def empirical_kurtosis(weighted: Any) -> Any:
    """The weighted kurtosis, 3 for a normal distribution."""
    return _standardised("empirical-kurtosis", weighted, 4)


@primitive("empirical-covariance", arity=(1, 1))
def empirical_covariance(weighted: Any) -> Any:
    """The weighted covariance matrix of vectors; the variance of numbers."""
    pairs = shares(weighted, "empirical-covariance")
    if elements(pairs[0][0]) is None:
        return _central("empirical-covariance", weighted, 2)
    rows = [([_double(x) for x in value], share) for value, share in pairs]
    size = range(len(rows[0][0]))
    centre = [math.fsum(s * row[i] for row, s in rows) for i in size]
    return Vector(
        [
            Vector(
                [
                    math.fsum(s * (r[i] - centre[i]) * (r[j] - centre[j]) for r, s in rows)
                    for j in size
                ]
            )
            for i in size
        ]
    )


@primitive("empirical-quantile", arity=(2, 2))
def empirical_quantile(level: Any, weighted: Any) -> Any:
    """The least value with at least this much probability at or below it."""
    wanted = to_double(number(level, "empirical-quantile"))
    total = 0.0
    pairs = sorted(shares(weighted, "empirical-quantile"), key=lambda pair: _double(pair[0]))
    for value, share in pairs:
        total += share
        if total >= wanted - 1e-12:
            return value
    return pairs[-1][0]


@primitive("meansd", arity=(1, 1))
def mean_and_sd(weighted: Any) -> Vector:
    """The weighted mean and standard deviation."""
    return Vector((empirical_mean(weighted), empirical_std(weighted)))
