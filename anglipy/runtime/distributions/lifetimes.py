"""The Weibull and the Pareto distribution: powers and exponentials of exponentials."""

from __future__ import annotations

from math import exp, inf, log
from typing import Any

from anglipy.runtime.cumulative import IMPOSSIBLE, Tails, tails_of_upper
from anglipy.runtime.distributions.base import Distribution, Interval, Positive
from anglipy.runtime.distributions.checks import positive, value_number
from anglipy.runtime.random_source import Rng
from anglipy.runtime.special import positive_exp

__all__ = ["Pareto", "Weibull"]

_LARGEST_EXPONENT = 709.782712893384
_LARGEST = 1.7976931348623157e308
_SMALLEST = 5e-324


class Weibull(Distribution):
    """`(weibull shape scale)`: density (shape / scale) (x / scale)^(shape - 1) exp(-(x /
    scale)^shape), x >= 0.

    The distribution of scale e^(1 / shape), where e is a standard exponential. At x = 0 the density
    is zero, but for shape 1, where it is 1 / scale; for shape < 1, where it grows without bound,
    zero is outside of the support. Johnson, Kotz and Balakrishnan 1994, ch. 21.
    """

    __slots__ = ("scale", "shape")
    name = "weibull"
    fields = ("shape", "scale")

    def __init__(self, shape: Any, scale: Any) -> None:
        self.given = (shape, scale)
        self.shape = positive("weibull", "shape", shape)
        self.scale = positive("weibull", "scale", scale)

    def sample(self, rng: Rng) -> float:
        """A power of a standard exponential; what is beyond the doubles is the nearest of them."""
        exponential = rng.standard_exponential() or _SMALLEST
        return positive_exp(log(self.scale) + log(exponential) / self.shape)

    def log_prob(self, value: Any) -> float:
        """Log shape - log scale + (shape - 1) log z - z^shape with z = x / scale."""
        x = value_number("weibull", value)
        if not 0.0 < x < inf:
            return -log(self.scale) if x == 0.0 and self.shape == 1.0 else -inf
        log_power = self.shape * (log(x) - log(self.scale))
        power = _power(log_power)
        return log(self.shape) - log(x) + log_power - power if power < inf else -inf

    def log_tails(self, x: float) -> Tails:
        """-(x / scale)^shape above."""
        if x <= 0.0:
            return IMPOSSIBLE
        return tails_of_upper(-_power(self.shape * (log(x) - log(self.scale))))

    @property
    def support(self) -> Positive:
        """The numbers above zero."""
        return Positive()


class Pareto(Distribution):
    """`(pareto scale shape)`: density shape scale^shape / x^(shape + 1), x >= scale.

    `scale` > 0 is the least value, `shape` > 0 the exponent of the tail: the mean is shape scale /
    (shape - 1) for shape > 1. Johnson, Kotz and Balakrishnan 1994, ch. 20.
    """

    __slots__ = ("scale", "shape")
    name = "pareto"
    fields = ("scale", "shape")

    def __init__(self, scale: Any, shape: Any) -> None:
        self.given = (scale, shape)
        self.scale = positive("pareto", "scale", scale)
        self.shape = positive("pareto", "shape", shape)

    def sample(self, rng: Rng) -> float:
        """The scale times the exponential of an exponential; the largest double at most."""
        factor = positive_exp(rng.standard_exponential() / self.shape)
        return min(self.scale * factor, _LARGEST)

    def log_prob(self, value: Any) -> float:
        """Log shape - log x - shape log(x / scale), -inf below the scale."""
        x = value_number("pareto", value)
        if not self.scale <= x < inf:
            return -inf
        return log(self.shape) - log(x) - self.shape * _log_ratio(x, self.scale)

    def log_tails(self, x: float) -> Tails:
        """-shape log(x / scale) above."""
        if x <= self.scale:
            return IMPOSSIBLE
        return tails_of_upper(-self.shape * _log_ratio(x, self.scale))

    @property
    def support(self) -> Interval:
        """The numbers from the scale up."""
        return Interval(self.scale, inf)


def _power(log_power: float) -> float:
    return exp(log_power) if log_power < _LARGEST_EXPONENT else inf


def _log_ratio(x: float, y: float) -> float:
    ratio = x / y
    return log(ratio) if ratio < inf else log(x) - log(y)
