"""The half-normal distribution."""

from __future__ import annotations

from math import inf, log, pi
from typing import Any

from anglipy.runtime.cumulative import IMPOSSIBLE, Tails, normal_tails, tails_of_upper
from anglipy.runtime.distributions.base import Distribution, Positive
from anglipy.runtime.distributions.checks import positive, value_number
from anglipy.runtime.random_source import Rng

__all__ = ["HalfNormal"]

_HALF_LOG_HALF_PI = 0.5 * log(0.5 * pi)
_LOG_TWO = log(2.0)


class HalfNormal(Distribution):
    """`(half-normal sd)`: the distribution of |x|, where x is `(normal 0 sd)`; density sqrt(2 / pi)
    exp(-(x / sd)^2 / 2) / sd, x >= 0.

    `sd` > 0 is the standard deviation of the whole normal; that of the half is 0.603 sd. Johnson,
    Kotz and Balakrishnan 1994, ch. 13.
    """

    __slots__ = ("sd",)
    name = "half-normal"
    fields = ("sd",)

    def __init__(self, sd: Any) -> None:
        self.given = (sd,)
        self.sd = positive("half-normal", "sd", sd)

    def sample(self, rng: Rng) -> float:
        """The distance of a normal from zero."""
        return abs(rng.standard_normal() * self.sd)

    def log_prob(self, value: Any) -> float:
        """-z^2/2 - log sd - log sqrt(pi / 2) with z = x / sd, -inf below zero."""
        x = value_number("half-normal", value)
        if x < 0.0:
            return -inf
        z = x / self.sd
        return -0.5 * z * z - log(self.sd) - _HALF_LOG_HALF_PI

    def log_tails(self, x: float) -> Tails:
        """Twice the upper tail of the normal."""
        if x <= 0.0:
            return IMPOSSIBLE
        return tails_of_upper(min(0.0, normal_tails(x / self.sd)[1] + _LOG_TWO))

    @property
    def support(self) -> Positive:
        """The numbers from zero up."""
        return Positive()
