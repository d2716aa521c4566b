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
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = [
    "AllWeightsZero",
    "FloatArray",
    "IntArray",
    "Moments",
    "Weighed",
    "effective_sample_size",
    "is_log_weight",
    "log_mean_exp",
    "log_mean_exp_standard_error",
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


@dataclass(frozen=True, slots=True)
class Moments:
    """Sums over weights, zeros among them, from which their mean, its error and the effective
    sample size follow. The weights are divided by exp(peak).
    """

    count: int = 0
    """How many, those of weight zero too."""
    peak: float = -math.inf
    """The largest log weight; -inf if all weights are zero."""
    total: float = 0.0
    """Of the weights."""
    about: float = 0.0
    """Of the squared distances to the mean."""

    @classmethod
    def of(cls, log_weights: FloatArray, count: int) -> Moments:
        """Those of `count` weights, all of which but the given ones are zero."""
        peak = float(log_weights.max()) if log_weights.size else -math.inf
        if not math.isfinite(peak):
            return cls(count, peak)
        weights = np.exp(log_weights - peak)
        total = float(weights.sum())
        mean = total / count
        weights -= mean
        zeros = count - log_weights.size
        return cls(count, peak, total, float(weights.dot(weights)) + zeros * mean * mean)

    def and_also(self, other: Moments) -> Moments:
        """Those of both together (Chan, Golub and LeVeque 1983)."""
        if self.count == 0 or other.count == 0:
            return other if self.count == 0 else self
        count, peak = self.count + other.count, max(self.peak, other.peak)
        if not math.isfinite(peak):
            return Moments(count, peak)
        own, its = math.exp(self.peak - peak), math.exp(other.peak - peak)
        apart = self.total * own / self.count - other.total * its / other.count
        about = self.about * own**2 + other.about * its**2
        about += apart**2 * self.count * other.count / count
        return Moments(count, peak, self.total * own + other.total * its, about)

    @property
    def log_mean(self) -> float:
        """`log_mean_exp`."""
        if self.total == 0.0:
            return self.peak
        return self.peak + math.log(self.total) - math.log(self.count)

    @property
    def standard_error(self) -> float | None:
        """`log_mean_exp_standard_error`."""
        if self.count < 2 or self.total == 0.0:
            return None
        return math.sqrt(self.about / (self.count - 1) * self.count) / self.total

    @property
    def ess(self) -> float:
        """`effective_sample_size`."""
        squared = self.total * self.total
        return squared / (self.about + squared / self.count) if squared else 0.0


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
