"""Counts of failures before successes: the negative binomial and the geometric distribution."""

from __future__ import annotations

from math import floor, inf, log, log1p
from typing import Any

from anglipy.runtime.cumulative import CERTAIN, IMPOSSIBLE, Tails, beta_tails, tails_of_upper
from anglipy.runtime.distributions.base import Distribution, Naturals
from anglipy.runtime.distributions.checks import (
    parameter_error,
    positive,
    probability,
    value_number,
)
from anglipy.runtime.random_source import Rng
from anglipy.runtime.special import log_binomial_mass

__all__ = ["Geometric", "NegativeBinomial"]

_LARGEST_MEAN = 1e16
"""Counts are drawn as 64-bit integers, which a Poisson mean of this times a standard gamma leaves
with a probability below exp(-500).
"""


class NegativeBinomial(Distribution):
    """`(negative-binomial r p)`: mass Gamma(k + r) / (k! Gamma(r)) p^r (1 - p)^k, k = 0, 1, 2, ...:
    failures before the r-th success in trials with success probability p.

    r > 0 need not be an integer; the mean is r (1 - p) / p. Whole doubles such as 2.0 count as
    their integer; other values have no mass. Johnson, Kemp and Kotz 2005, ch. 5.
    """

    __slots__ = ("p", "r")
    name = "negative-binomial"
    fields = ("r", "p")

    def __init__(self, r: Any, p: Any) -> None:
        self.given = (r, p)
        self.r = positive("negative-binomial", "r", r)
        self.p = _above_zero("negative-binomial", p)
        if max(1.0, self.r) * (1.0 - self.p) > _LARGEST_MEAN * self.p:
            raise parameter_error("negative-binomial", "r (1 - p) / p", "at most 1e16", p)

    def sample(self, rng: Rng) -> int:
        """A Poisson whose mean is a gamma."""
        return int(rng.poisson(rng.standard_gamma(self.r) * ((1.0 - self.p) / self.p)))

    def log_prob(self, value: Any) -> float:
        """By way of the binomial mass of r successes and k failures, times r / (r + k)."""
        k = value_number("negative-binomial", value)
        if not 0.0 <= k < inf or k != floor(k):
            return -inf
        return log_binomial_mass(self.r, k, self.p, 1.0 - self.p) - log1p(k / self.r)

    def log_tails(self, x: float) -> Tails:
        """The incomplete beta function."""
        if x < 0.0:
            return IMPOSSIBLE
        if x == inf:
            return CERTAIN
        return beta_tails(self.r, floor(x) + 1.0, self.p, 1.0 - self.p)

    @property
    def support(self) -> Naturals:
        """0, 1, 2, ..."""
        return Naturals()


class Geometric(Distribution):
    """`(geometric p)`: mass p (1 - p)^k, k = 0, 1, 2, ...: failures before the first success in
    trials with success probability p.

    The mean is (1 - p) / p. Those who count the successful trial, too, add one. Whole doubles such
    as 2.0 count as their integer; other values have no mass. Johnson, Kemp and Kotz 2005, ch. 5.
    """

    __slots__ = ("p",)
    name = "geometric"
    fields = ("p",)

    def __init__(self, p: Any) -> None:
        self.given = (p,)
        self.p = _above_zero("geometric", p)
        if 1.0 - self.p > _LARGEST_MEAN * self.p:
            raise parameter_error("geometric", "p", "at least 1e-16", p)

    def sample(self, rng: Rng) -> int:
        """An exponential with rate -log(1 - p), rounded down."""
        return int(rng.standard_exponential() / -log1p(-self.p)) if self.p < 1.0 else 0

    def log_prob(self, value: Any) -> float:
        """Log p + k log(1 - p)."""
        k = value_number("geometric", value)
        if not 0.0 <= k < inf or k != floor(k):
            return -inf
        if self.p == 1.0:
            return 0.0 if k == 0.0 else -inf
        return log(self.p) + k * log1p(-self.p)

    def log_tails(self, x: float) -> Tails:
        """More than k failures are k + 1 in a row."""
        if x < 0.0:
            return IMPOSSIBLE
        if x == inf or self.p == 1.0:
            return CERTAIN
        return tails_of_upper((floor(x) + 1.0) * log1p(-self.p))

    @property
    def support(self) -> Naturals:
        """0, 1, 2, ..."""
        return Naturals()


def _above_zero(name: str, p: Any) -> float:
    number = probability(name, "p", p)
    if number == 0.0:
        raise parameter_error(name, "p", "> 0", p)
    return number
