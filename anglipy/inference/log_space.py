"""Arithmetic on log weights: the one place where -inf, +inf and nan among weights have a meaning.

A log weight is the natural logarithm of a weight that is not negative. What holds everywhere:

* -inf is an ordinary log weight: a weight of zero. The sum of nothing but zeros is zero:
  `log_sum_exp` gives -inf, not nan.
* nan is never an ordinary log weight. The functions here hand it on unchanged; whoever computes a
  log probability checks it with `is_log_weight` and reports it with its address, so that no nan
  ever reaches a posterior.
* +inf is an infinite density. It has no place in a weighted mean either and is refused by the same
  check.
* All weights zero is a condition with a name: `normalise` raises `AllWeightsZero`, which engines
  turn into a message.

Nothing here knows of particles, programs or engines.
"""

from __future__ import annotations

import math
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = [
    "AllWeightsZero",
    "FloatArray",
    "IntArray",
    "Weighed",
    "effective_sample_size",
    "is_log_weight",
    "log_mean_exp",
    "log_mean_exp_standard_error",
    "log_mean_exp_with_error",
    "log_sum_exp",
    "normalise",
    "weigh_all",
]

FloatArray: TypeAlias = NDArray[np.float64]
IntArray: TypeAlias = NDArray[np.intp]


class AllWeightsZero(ArithmeticError):
    """Every weight is zero, so that they cannot be normalised."""


def is_log_weight(log_prob: float) -> bool:
    """Whether a number may be used as a log weight: finite or -inf, neither nan nor +inf.

    >>> is_log_weight(-math.inf), is_log_weight(math.nan), is_log_weight(math.inf)
    (True, False, False)
    """
    return log_prob < math.inf


def log_sum_exp(log_weights: ArrayLike) -> float:
    """log(sum(exp(log_weights))) without overflow; shape (N,), N may be 0. All -inf gives -inf.

    The maximum is taken out of the sum (Blanchard, Higham & Higham 2021, "Accurately computing the
    log-sum-exp and softmax functions", algorithm 3.1).

    >>> log_sum_exp([-math.inf, -math.inf])
    -inf
    """
    array = np.asarray(log_weights, dtype=np.float64)
    if array.size == 0:
        return -math.inf
    peak = float(array.max())
    if not math.isfinite(peak):
        return peak
    return peak + math.log(float(np.exp(array - peak).sum()))


def log_mean_exp(log_weights: ArrayLike, count: int | None = None) -> float:
    """log(mean(exp(log_weights))): the estimate of the log evidence. Zero weights count in the
    mean.

    `count`, if given, is the number of weights including zeros that are not in the array.
    Law: for independent weights with expectation Z, E[exp(log_mean_exp)] = Z.

    >>> log_mean_exp([0.0, -math.inf]) == log_mean_exp([0.0], count=2) == -math.log(2)
    True
    """
    array = np.asarray(log_weights, dtype=np.float64)
    number = array.size if count is None else count
    return log_sum_exp(array) - math.log(number) if number else -math.inf


def normalise(log_weights: ArrayLike) -> FloatArray:
    """The linear weights, shape (N,), which sum to one.

    Raises:
        AllWeightsZero: every log weight is -inf, or there is none.

    """
    array = np.asarray(log_weights, dtype=np.float64)
    peak = float(array.max()) if array.size else -math.inf
    if peak == -math.inf:
        raise AllWeightsZero(f"all of {array.size} weights are zero")
    weights: FloatArray = np.exp(array - peak)
    weights /= weights.sum()
    return weights


class Weighed(NamedTuple):
    """Log weights, taken together."""

    weights: FloatArray
    """Linear and normalised, shape (N,)."""
    log_mean: float
    """`log_mean_exp`."""
    ess: float
    """`effective_sample_size`."""


def weigh_all(log_weights: FloatArray, count: int) -> Weighed:
    """`normalise`, `log_mean_exp` over `count` weights and `effective_sample_size` in one pass; all
    weights zero, or none, gives no weights, -inf and 0.
    """
    peak = float(log_weights.max()) if log_weights.size else -math.inf
    if peak == -math.inf:
        return Weighed(log_weights[:0], -math.inf, 0.0)
    weights: FloatArray = np.exp(log_weights - peak)
    total = float(weights.sum())
    weights /= total
    ess = 1.0 / float(np.dot(weights, weights))
    return Weighed(weights, peak + math.log(total) - math.log(count), ess)


def effective_sample_size(log_weights: ArrayLike) -> float:
    """1 / sum(w^2) for the normalised weights w: from 1 to N; 0 when every weight is zero (Kong
    1992; Liu 2001, sec. 2.5.3).

    >>> effective_sample_size([-5.0] * 4)
    4.0
    """
    array = np.asarray(log_weights, dtype=np.float64)
    peak = float(array.max()) if array.size else -math.inf
    if peak == -math.inf:
        return 0.0
    weights = np.exp(array - peak)
    total = float(weights.sum())
    return total * total / float(np.dot(weights, weights))


def log_mean_exp_with_error(log_weights: FloatArray, count: int) -> tuple[float, float | None]:
    """`log_mean_exp` and its standard error in one pass."""
    peak = float(log_weights.max()) if log_weights.size else -math.inf
    if not math.isfinite(peak):
        return log_mean_exp(log_weights, count), None
    weights = np.exp(log_weights - peak)
    mean = float(weights.sum()) / count
    log_mean = peak + math.log(mean)
    if count < 2:
        return log_mean, None
    weights -= mean
    squares = float(weights.dot(weights)) + (count - log_weights.size) * mean * mean
    return log_mean, math.sqrt(squares / (count - 1) / count) / mean


def log_mean_exp_standard_error(log_weights: ArrayLike, count: int | None = None) -> float | None:
    """The standard error of `log_mean_exp` for independent weights; None for fewer than two, or if
    all are zero. `count` as there.

    The delta method: sd(w) / (sqrt(N) mean(w)), with the unbiased variance of the weights.
    """
    array = np.asarray(log_weights, dtype=np.float64)
    number = array.size if count is None else count
    peak = float(array.max()) if array.size else -math.inf
    if number < 2 or peak == -math.inf:
        return None
    weights = np.exp(array - peak)
    mean = float(weights.sum()) / number
    squares = float(np.square(weights - mean).sum()) + (number - array.size) * mean * mean
    return math.sqrt(squares / (number - 1) / number) / mean
