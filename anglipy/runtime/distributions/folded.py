"""Normals folded at zero: positive numbers near a mean, and counts near a mean."""

from __future__ import annotations

from math import floor, inf, log, pi
from typing import Any

from anglipy.runtime.cumulative import (
    IMPOSSIBLE,
    Tails,
    log_add,
    log_normal_between,
    normal_tails,
)
from anglipy.runtime.distributions.base import Distribution, Naturals, Positive
from anglipy.runtime.distributions.checks import finite, positive, value_number
from anglipy.runtime.random_source import Rng

__all__ = ["FoldedNormal", "FoldedNormalDiscrete", "FoldedNormalPositive"]

_HALF_LOG_TWO_PI = 0.5 * log(2.0 * pi)
_SMALLEST = 5e-324


class _Folded(Distribution):
    __slots__ = ("mean", "std")
    fields = ("mean", "std")

    def __init__(self, mean: Any, std: Any) -> None:
        self.given = (mean, std)
        self.mean = finite(self.name, "mean", mean)
        self.std = positive(self.name, "std", std)

    def _log_density(self, x: float) -> float:
        """Log of the sum of the normal densities at x and at -x."""
        near, far = (x - abs(self.mean)) / self.std, (x + abs(self.mean)) / self.std
        sum_ = log_add(-0.5 * near * near, -0.5 * far * far)
        return sum_ - log(self.std) - _HALF_LOG_TWO_PI

    def _log_between(self, low: float, high: float) -> float:
        """Log probability that the normal is between two numbers."""
        return log_normal_between((low - self.mean) / self.std, (high - self.mean) / self.std)


class FoldedNormal(_Folded):
    """`(folded-normal mean std)`: the distribution of |x|, where x is `(normal mean std)`; x >= 0.

    `std` > 0 is the standard deviation of the normal. Leone, Nelson and Nottingham 1961, "The
    folded normal distribution".
    """

    __slots__ = ()
    name = "folded-normal"

    def sample(self, rng: Rng) -> float:
        """The distance of a normal from zero."""
        return abs(rng.standard_normal() * self.std + self.mean)

    def log_prob(self, value: Any) -> float:
        """Log of the sum of the normal densities at x and -x; -inf below zero."""
        x = value_number(self.name, value)
        return self._log_density(x) if 0.0 <= x < inf else -inf

    def log_tails(self, x: float) -> Tails:
        """That the normal is between -x and x, or beyond."""
        if x <= 0.0:
            return IMPOSSIBLE
        above = normal_tails((x - self.mean) / self.std)[1]
        below = normal_tails((-x - self.mean) / self.std)[0]
        return self._log_between(-x, x), log_add(above, below)

    @property
    def support(self) -> Positive:
        """The numbers from zero up."""
        return Positive()


class FoldedNormalPositive(FoldedNormal):
    """`(folded-normal-positive mean std)`: `(folded-normal mean std)` on the numbers above zero: a
    draw of zero is rounded up to the smallest double.
    """

    __slots__ = ()
    name = "folded-normal-positive"

    def sample(self, rng: Rng) -> float:
        """The distance of a normal from zero, at least the smallest double."""
        return super().sample(rng) or _SMALLEST

    def log_prob(self, value: Any) -> float:
        """That of the folded normal, -inf at zero."""
        x = value_number(self.name, value)
        return self._log_density(x) if 0.0 < x < inf else -inf


class FoldedNormalDiscrete(_Folded):
    """`(folded-normal-discrete mean std)`: the distribution of |x| rounded to an integer, halves
    up, where x is `(normal mean std)`: k = 0, 1, 2, ...

    Whole doubles such as 2.0 count as their integer; other values have no mass.
    """

    __slots__ = ()
    name = "folded-normal-discrete"

    def sample(self, rng: Rng) -> int:
        """The distance of a normal from zero, rounded."""
        return floor(abs(rng.standard_normal() * self.std + self.mean) + 0.5)

    def log_prob(self, value: Any) -> float:
        """Log of the normal probability of the bins around k and -k."""
        k = value_number(self.name, value)
        if not 0.0 <= k < inf or k != floor(k):
            return -inf
        if k == 0.0:
            return self._log_between(-0.5, 0.5)
        right = self._log_between(k - 0.5, k + 0.5)
        return log_add(right, self._log_between(-k - 0.5, 0.5 - k))

    @property
    def support(self) -> Naturals:
        """0, 1, 2, ..."""
        return Naturals()
