"""Distributions on intervals given by a mode and a certainty: the proposals of inference
compilation.
"""

from __future__ import annotations

from math import inf, log
from typing import Any

from anglipy.runtime.cumulative import Tails, beta_tails
from anglipy.runtime.distributions.base import Distribution, Interval, UnitInterval
from anglipy.runtime.distributions.beta import Beta
from anglipy.runtime.distributions.checks import (
    finite,
    nonnegative,
    parameter_error,
    probability,
    show,
    value_number,
)
from anglipy.runtime.random_source import Rng

__all__ = ["Beta2", "ContinuousMinMax"]


class Beta2(Distribution):
    """`(beta2 mode certainty)`: beta(mode (certainty - 2) + 1, (1 - mode) (certainty - 2) + 1) on 0
    < x < 1, with 0 <= mode <= 1 and certainty >= 2; certainty 2 is uniform.
    """

    __slots__ = ("_beta",)
    name = "beta2"
    fields = ("mode", "certainty")

    def __init__(self, mode: Any, certainty: Any) -> None:
        self.given = (mode, certainty)
        place, total = probability("beta2", "mode", mode), finite("beta2", "certainty", certainty)
        if total < 2.0:
            raise parameter_error("beta2", "certainty", ">= 2", certainty)
        self._beta = _beta_of(place, total)

    def sample(self, rng: Rng) -> float:
        """That of the beta distribution."""
        return self._beta.sample(rng)

    def log_prob(self, value: Any) -> float:
        """That of the beta distribution."""
        return self._beta.log_prob(value_number("beta2", value))

    def log_tails(self, x: float) -> Tails:
        """Those of the beta distribution."""
        return self._beta.log_tails(x)

    @property
    def support(self) -> UnitInterval:
        """0 < x < 1."""
        return UnitInterval()


class ContinuousMinMax(Distribution):
    """`(continuous-min-max min max mode certainty)`: min + (max - min) y, where y is `(beta2 (mode
    - min)/(max - min) (certainty + 2))`; certainty >= 0, and 0 is uniform on [min, max].
    """

    __slots__ = ("_beta", "high", "low")
    name = "continuous-min-max"
    fields = ("min", "max", "mode", "certainty")

    def __init__(self, low: Any, high: Any, mode: Any, certainty: Any) -> None:
        name = self.name
        self.given = (low, high, mode, certainty)
        self.low, self.high = finite(name, "min", low), finite(name, "max", high)
        if not self.low < self.high:
            raise parameter_error(name, "max", f"> min ({show(low)})", high)
        if self.high - self.low == inf:
            raise parameter_error(
                name, "max - min", "within the range of doubles", self.high - self.low
            )
        place = finite(name, "mode", mode)
        if not self.low <= place <= self.high:
            raise parameter_error(name, "mode", f"from {show(low)} to {show(high)}", mode)
        more = nonnegative(name, "certainty", certainty)
        self._beta = _beta_of((place - self.low) / (self.high - self.low), more + 2.0)

    def sample(self, rng: Rng) -> float:
        """A beta, stretched."""
        stretched = self.low + (self.high - self.low) * self._beta.sample(rng)
        return min(max(stretched, self.low), self.high)

    def log_prob(self, value: Any) -> float:
        """That of the beta distribution, less log(max - min)."""
        x = value_number(self.name, value)
        if not self.low <= x <= self.high:
            return -inf
        width = self.high - self.low
        return self._beta.log_prob((x - self.low) / width) - log(width)

    def log_tails(self, x: float) -> Tails:
        """Those of the beta distribution."""
        width = self.high - self.low
        inside = min(max(x, self.low), self.high)
        return beta_tails(
            self._beta.a, self._beta.b, (inside - self.low) / width, (self.high - inside) / width
        )

    @property
    def support(self) -> Interval:
        """[min, max]."""
        return Interval(self.low, self.high)


def _beta_of(mode: float, certainty: float) -> Beta:
    return Beta(mode * (certainty - 2.0) + 1.0, (1.0 - mode) * (certainty - 2.0) + 1.0)
