"""The gamma distribution and its special cases, the exponential and the chi-squared."""

from __future__ import annotations

from math import inf, lgamma, log
from typing import Any

from anglipy.runtime.cumulative import IMPOSSIBLE, Tails, gamma_tails, tails_of_upper
from anglipy.runtime.distributions.base import Distribution, Positive
from anglipy.runtime.distributions.checks import positive, value_number
from anglipy.runtime.random_source import Rng
from anglipy.runtime.special import log_poisson_mass

__all__ = ["ChiSquared", "Exponential", "Gamma"]

_UNDERFLOW = 1e-290
"""Where the product of value and rate loses digits by underflow, their logs are added."""
_GAMMA_LIMIT = 1e305
"""Above this the log of the gamma function is beyond the doubles."""
_SMALLEST = 5e-324
"""The smallest positive double: a draw below it is rounded up to it, since zero is outside of the
support.
"""


class Gamma(Distribution):
    """`(gamma shape rate)`: density rate^shape x^(shape - 1) exp(-rate x) / Gamma(shape), x > 0.

    `rate` is the inverse of the scale: the mean is shape / rate. At x = 0 the density is zero, but
    for shape 1, where it is `rate`; for shape < 1, where it grows without bound, zero is outside of
    the support, as in Anglican. Johnson, Kotz and Balakrishnan 1994, ch. 17.
    """

    __slots__ = ("rate", "shape")
    name = "gamma"
    fields = ("shape", "rate")

    def __init__(self, shape: Any, rate: Any) -> None:
        self.given = (shape, rate)
        self.shape = positive("gamma", "shape", shape)
        self.rate = positive("gamma", "rate", rate)

    def sample(self, rng: Rng) -> float:
        """A standard gamma, divided by the rate."""
        return rng.standard_gamma(self.shape) / self.rate or _SMALLEST

    def log_prob(self, value: Any) -> float:
        """Shape log rate + (shape - 1) log x - rate x - log Gamma(shape)."""
        return _log_density("gamma", self.shape, self.rate, value)

    def log_tails(self, x: float) -> Tails:
        """The incomplete gamma function."""
        return gamma_tails(self.shape, self.rate * x)

    @property
    def support(self) -> Positive:
        """The numbers above zero."""
        return Positive()


class ChiSquared(Distribution):
    """`(chi-squared nu)`: the gamma distribution with shape nu / 2 and rate 1 / 2; nu degrees of
    freedom, mean nu.
    """

    __slots__ = ("nu",)
    name = "chi-squared"
    fields = ("nu",)

    def __init__(self, nu: Any) -> None:
        self.given = (nu,)
        self.nu = positive("chi-squared", "nu", nu)

    def sample(self, rng: Rng) -> float:
        """Twice a standard gamma of shape nu / 2."""
        return 2.0 * rng.standard_gamma(0.5 * self.nu) or _SMALLEST

    def log_prob(self, value: Any) -> float:
        """That of gamma(nu / 2, 1 / 2)."""
        return _log_density("chi-squared", 0.5 * self.nu or _SMALLEST, 0.5, value)

    def log_tails(self, x: float) -> Tails:
        """Those of gamma(nu / 2, 1 / 2)."""
        return gamma_tails(0.5 * self.nu or _SMALLEST, 0.5 * x)

    @property
    def support(self) -> Positive:
        """The numbers above zero."""
        return Positive()


class Exponential(Distribution):
    """`(exponential rate)`: density rate exp(-rate x), x >= 0; the mean is 1 / rate."""

    __slots__ = ("rate",)
    name = "exponential"
    fields = ("rate",)

    def __init__(self, rate: Any) -> None:
        self.given = (rate,)
        if rate.__class__ is not float or not 0.0 < rate < inf:
            rate = positive("exponential", "rate", rate)
        self.rate: float = rate

    def sample(self, rng: Rng) -> float:
        """A standard exponential, divided by the rate."""
        return rng.standard_exponential() / self.rate

    def log_prob(self, value: Any) -> float:
        """Log rate - rate x, -inf below zero."""
        x: float = (
            value
            if value.__class__ is float and value == value
            else value_number("exponential", value)
        )
        return log(self.rate) - self.rate * x if x >= 0.0 else -inf

    def log_tails(self, x: float) -> Tails:
        """-rate x above."""
        return tails_of_upper(-self.rate * x) if x > 0.0 else IMPOSSIBLE

    @property
    def support(self) -> Positive:
        """The numbers from zero up."""
        return Positive()


def _log_density(name: str, shape: float, rate: float, value: Any) -> float:
    """The log density of gamma(shape, rate) by way of the Poisson mass of shape - 1 (or of shape,
    below 1).
    """
    x = value if value.__class__ is float and value == value else value_number(name, value)
    if x <= 0.0:
        return log(rate) if x == 0.0 and shape == 1.0 else -inf
    if x == inf:
        return -inf
    mean = x * rate
    if mean < _UNDERFLOW:
        log_gamma = lgamma(shape) if shape < _GAMMA_LIMIT else inf
        return (shape - 1.0) * (log(x) + log(rate)) + log(rate) - log_gamma
    if shape < 1.0:
        return log_poisson_mass(shape, mean) + log(shape) - log(x)
    return log_poisson_mass(shape - 1.0, mean) + log(rate)
