"""The Laplace (double exponential) distribution."""

from __future__ import annotations

from math import log
from typing import Any

from anglipy.runtime.cumulative import Tails, tails_of_lower, tails_of_upper
from anglipy.runtime.distributions.base import Distribution, Reals
from anglipy.runtime.distributions.checks import finite, positive, value_number
from anglipy.runtime.random_source import Rng

__all__ = ["Laplace"]

_LOG_TWO = log(2.0)


class Laplace(Distribution):
    """`(laplace loc scale)`: density exp(-|x - loc| / scale) / (2 scale) on the reals; the variance
    is 2 scale^2.

    Johnson, Kotz and Balakrishnan 1995, ch. 24.
    """

    __slots__ = ("loc", "scale")
    name = "laplace"
    fields = ("loc", "scale")

    def __init__(self, loc: Any, scale: Any) -> None:
        self.given = (loc, scale)
        self.loc = finite("laplace", "loc", loc)
        self.scale = positive("laplace", "scale", scale)

    def sample(self, rng: Rng) -> float:
        """An exponential to the left or to the right of loc."""
        distance = rng.standard_exponential() * self.scale
        return self.loc - distance if rng.random() < 0.5 else self.loc + distance

    def log_prob(self, value: Any) -> float:
        """-|x - loc| / scale - log(2 scale)."""
        x = value_number("laplace", value)
        return -abs(x - self.loc) / self.scale - log(self.scale) - _LOG_TWO

    def log_tails(self, x: float) -> Tails:
        """Half an exponential on either side."""
        z = (x - self.loc) / self.scale
        return tails_of_lower(z - _LOG_TWO) if z < 0.0 else tails_of_upper(-z - _LOG_TWO)

    @property
    def support(self) -> Reals:
        """The reals."""
        return Reals()
