"""The lognormal distribution."""

from __future__ import annotations

from math import inf, log, pi
from typing import Any

from anglipy.runtime.cumulative import IMPOSSIBLE, Tails, normal_tails
from anglipy.runtime.distributions.base import Distribution, Positive
from anglipy.runtime.distributions.checks import finite, positive, value_number
from anglipy.runtime.random_source import Rng
from anglipy.runtime.special import positive_exp

__all__ = ["Lognormal"]

_HALF_LOG_TWO_PI = 0.5 * log(2.0 * pi)


class Lognormal(Distribution):
    """`(lognormal mean sd)`: the distribution of exp(y), where y is `(normal mean sd)`; density
    exp(-((log x - mean) / sd)^2 / 2) / (x sd sqrt(2 pi)), x > 0.

    `mean` and `sd` are those of log x; the median of x is exp(mean). Johnson, Kotz and Balakrishnan
    1994, ch. 14.
    """

    __slots__ = ("mean", "sd")
    name = "lognormal"
    fields = ("mean", "sd")

    def __init__(self, mean: Any, sd: Any) -> None:
        self.given = (mean, sd)
        self.mean = finite("lognormal", "mean", mean)
        self.sd = positive("lognormal", "sd", sd)

    def sample(self, rng: Rng) -> float:
        """The exponential of a normal."""
        return positive_exp(rng.standard_normal() * self.sd + self.mean)

    def log_prob(self, value: Any) -> float:
        """That of log x under the normal, less log x."""
        x = value_number("lognormal", value)
        if not 0.0 < x < inf:
            return -inf
        log_x = log(x)
        z = (log_x - self.mean) / self.sd
        return -0.5 * z * z - log(self.sd) - _HALF_LOG_TWO_PI - log_x

    def log_tails(self, x: float) -> Tails:
        """Those of the normal at log x."""
        return normal_tails((log(x) - self.mean) / self.sd) if x > 0.0 else IMPOSSIBLE

    @property
    def support(self) -> Positive:
        """The numbers above zero."""
        return Positive()
