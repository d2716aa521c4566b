"""The Cauchy distribution, and its upper half."""

from __future__ import annotations

from math import atan2, inf, log, log1p, pi
from typing import Any

from anglipy.runtime.cumulative import IMPOSSIBLE, Tails, tails_of_lower, tails_of_upper
from anglipy.runtime.distributions.base import Distribution, Positive, Reals
from anglipy.runtime.distributions.checks import finite, positive, value_number
from anglipy.runtime.random_source import Rng

__all__ = ["Cauchy", "HalfCauchy"]

_LOG_PI = log(pi)
_LOG_TWO = log(2.0)
_SQUARABLE = 1e150


class Cauchy(Distribution):
    """`(cauchy loc scale)`: density 1 / (pi scale (1 + ((x - loc) / scale)^2)) on the reals.

    `loc` is the median, `scale` > 0 half the distance between the quartiles. Johnson, Kotz and
    Balakrishnan 1994, ch. 16.
    """

    __slots__ = ("loc", "scale")
    name = "cauchy"
    fields = ("loc", "scale")

    def __init__(self, loc: Any, scale: Any) -> None:
        self.given = (loc, scale)
        self.loc = finite("cauchy", "loc", loc)
        self.scale = positive("cauchy", "scale", scale)

    def sample(self, rng: Rng) -> float:
        """Student's t with one degree of freedom, scaled and shifted."""
        return self.loc + self.scale * rng.standard_t(1.0)

    def log_prob(self, value: Any) -> float:
        """-log pi - log scale - log(1 + z^2) with z = (x - loc) / scale."""
        x = value_number("cauchy", value)
        return _log_density((x - self.loc) / self.scale) - log(self.scale)

    def log_tails(self, x: float) -> Tails:
        """The angle of (z, 1), by pi."""
        z = (x - self.loc) / self.scale
        return _log_angle(-z) - _LOG_PI, _log_angle(z) - _LOG_PI

    @property
    def support(self) -> Reals:
        """The reals."""
        return Reals()


class HalfCauchy(Distribution):
    """`(half-cauchy scale)`: the distribution of |x|, where x is `(cauchy 0 scale)`; density 2 /
    (pi scale (1 + (x / scale)^2)), x >= 0.

    `scale` > 0 is the median. Gelman 2006, "Prior distributions for variance parameters".
    """

    __slots__ = ("scale",)
    name = "half-cauchy"
    fields = ("scale",)

    def __init__(self, scale: Any) -> None:
        self.given = (scale,)
        self.scale = positive("half-cauchy", "scale", scale)

    def sample(self, rng: Rng) -> float:
        """The distance of a Cauchy from zero."""
        return abs(self.scale * rng.standard_t(1.0))

    def log_prob(self, value: Any) -> float:
        """Log 2 more than the Cauchy's, -inf below zero."""
        x = value_number("half-cauchy", value)
        if x < 0.0:
            return -inf
        return _log_density(x / self.scale) - log(self.scale) + _LOG_TWO

    def log_tails(self, x: float) -> Tails:
        """The angle of (z, 1), by pi / 2."""
        if x <= 0.0:
            return IMPOSSIBLE
        z = x / self.scale
        if z > 1.0:
            return tails_of_upper(_log_angle(z) - _LOG_PI + _LOG_TWO)
        angle = atan2(z, 1.0)
        return tails_of_lower(log(angle) - _LOG_PI + _LOG_TWO if angle > 0.0 else -inf)

    @property
    def support(self) -> Positive:
        """The numbers from zero up."""
        return Positive()


def _log_density(z: float) -> float:
    distance = abs(z)
    tail = log1p(z * z) if distance < _SQUARABLE else 2.0 * log(distance)
    return -_LOG_PI - tail


def _log_angle(z: float) -> float:
    """Log of the angle between the axis of z and the point (z, 1): pi times P(Z > z)."""
    angle = atan2(1.0, z)
    return log(angle) if angle > 0.0 else -inf
