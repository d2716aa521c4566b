"""The Poisson distribution."""

from __future__ import annotations

from math import floor, inf
from typing import Any

from anglipy.runtime.cumulative import CERTAIN, IMPOSSIBLE, Tails, gamma_tails
from anglipy.runtime.distributions.base import Distribution, Naturals
from anglipy.runtime.distributions.checks import nonnegative, parameter_error, value_number
from anglipy.runtime.random_source import Rng
from anglipy.runtime.special import log_poisson_mass

__all__ = ["Poisson"]

_LARGEST_RATE = 9.2e18
"""Counts are drawn as 64-bit integers."""


class Poisson(Distribution):
    """`(poisson lambda)`: mass lambda^k exp(-lambda) / k!, k = 0, 1, 2, ...; lambda >= 0 is the
    mean.

    An observed value that is not whole is truncated, as in Anglican: 2.7 counts as 2. Negative
    values have no mass. Johnson, Kemp and Kotz 2005, ch. 4.
    """

    __slots__ = ("rate",)
    name = "poisson"
    fields = ("lambda",)

    def __init__(self, rate: Any) -> None:
        self.given = (rate,)
        self.rate = nonnegative("poisson", "lambda", rate)
        if self.rate > _LARGEST_RATE:
            raise parameter_error("poisson", "lambda", f"at most {_LARGEST_RATE}", rate)

    def sample(self, rng: Rng) -> int:
        """Numpy's Poisson."""
        return int(rng.poisson(self.rate))

    def log_prob(self, value: Any) -> float:
        """K log lambda - lambda - log k!."""
        x = value_number("poisson", value)
        if not 0.0 <= x < inf:
            return -inf
        return log_poisson_mass(float(int(x)), self.rate)

    def log_tails(self, x: float) -> Tails:
        """At most k events come if the gamma distributed time of the next one is past lambda."""
        if x < 0.0:
            return IMPOSSIBLE
        if x == inf or self.rate == 0.0:
            return CERTAIN
        more, at_most = gamma_tails(floor(x) + 1.0, self.rate)
        return at_most, more

    @property
    def support(self) -> Naturals:
        """0, 1, 2, ..."""
        return Naturals()
