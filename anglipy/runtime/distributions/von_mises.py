"""The von Mises distribution of angles."""

from __future__ import annotations

from math import inf, log, pi, sin
from typing import Any

from anglipy.runtime.distributions.base import Distribution, Interval
from anglipy.runtime.distributions.checks import finite, nonnegative, value_number
from anglipy.runtime.random_source import Rng
from anglipy.runtime.special import log_bessel

__all__ = ["VonMises"]

_LOG_TWO_PI = log(2.0 * pi)


class VonMises(Distribution):
    """`(von-mises mu kappa)`: density exp(kappa cos(x - mu)) / (2 pi I0(kappa)) on angles in
    radians.

    `mu` is the mean direction, `kappa` >= 0 the concentration: 0 is uniform, and for large kappa
    the distribution is near `(normal mu (/ 1 (sqrt kappa)))`. Draws lie in [-pi, pi]. An observed
    angle may be of any turn: x and x + 2 pi are the same. Mardia and Jupp 2000, sec. 3.5.4.
    """

    __slots__ = ("kappa", "mu")
    name = "von-mises"
    fields = ("mu", "kappa")

    def __init__(self, mu: Any, kappa: Any) -> None:
        self.given = (mu, kappa)
        self.mu = finite("von-mises", "mu", mu)
        self.kappa = nonnegative("von-mises", "kappa", kappa)

    def sample(self, rng: Rng) -> float:
        """Numpy's von Mises."""
        return float(rng.vonmises(self.mu, self.kappa))

    def log_prob(self, value: Any) -> float:
        """Kappa (cos(x - mu) - 1) - log(exp(-kappa) I0(kappa)) - log(2 pi)."""
        x = value_number("von-mises", value)
        if not -inf < x < inf:
            return -inf
        half = sin(0.5 * x - 0.5 * self.mu)
        return -2.0 * (self.kappa * half) * half - log_bessel(self.kappa) - _LOG_TWO_PI

    @property
    def support(self) -> Interval:
        """[-pi, pi]."""
        return Interval(-pi, pi)
