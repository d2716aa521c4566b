"""The inverse gamma distribution."""

from __future__ import annotations

from math import inf, lgamma, log
from typing import Any

from anglipy.runtime.cumulative import CERTAIN, IMPOSSIBLE, Tails, gamma_tails
from anglipy.runtime.distributions.base import Distribution, Positive
from anglipy.runtime.distributions.checks import positive, value_number
from anglipy.runtime.random_source import Rng
from anglipy.runtime.special import log_poisson_mass

__all__ = ["InverseGamma"]

_UNDERFLOW = 1e-290
"""Where scale / x loses digits by underflow, logs are subtracted."""
_GAMMA_LIMIT = 1e305
"""Above this the log of the gamma function is beyond the doubles."""
_SMALLEST, _LARGEST = 5e-324, 1.7976931348623157e308


class InverseGamma(Distribution):
    """`(inverse-gamma shape scale)`: the distribution of 1 / y, where y is `(gamma shape scale)`;
    density scale^shape x^(-shape - 1) exp(-scale / x) / Gamma(shape), x > 0.

    The mean is scale / (shape - 1) for shape > 1. Johnson, Kotz and Balakrishnan 1994, ch. 17.
    """

    __slots__ = ("scale", "shape")
    name = "inverse-gamma"
    fields = ("shape", "scale")

    def __init__(self, shape: Any, scale: Any) -> None:
        self.given = (shape, scale)
        self.shape = positive("inverse-gamma", "shape", shape)
        self.scale = positive("inverse-gamma", "scale", scale)

    def sample(self, rng: Rng) -> float:
        """The scale over a standard gamma; what is beyond the doubles is the nearest of them."""
        return min(self.scale / (rng.standard_gamma(self.shape) or _SMALLEST), _LARGEST) or (
            _SMALLEST
        )

    def log_prob(self, value: Any) -> float:
        """By way of the Poisson mass of shape, at the mean scale / x."""
        x = value_number("inverse-gamma", value)
        if not 0.0 < x < inf:
            return -inf
        mean = self.scale / x
        if mean < _UNDERFLOW:
            log_gamma = lgamma(self.shape) if self.shape < _GAMMA_LIMIT else inf
            return self.shape * (log(self.scale) - log(x)) - log(x) - log_gamma
        return log_poisson_mass(self.shape, mean) + log(self.shape) - log(x)

    def log_tails(self, x: float) -> Tails:
        """Those of the gamma at scale / x, the other way round."""
        if x <= 0.0:
            return IMPOSSIBLE
        if x == inf:
            return CERTAIN
        lower, upper = gamma_tails(self.shape, self.scale / x)
        return upper, lower

    @property
    def support(self) -> Positive:
        """The numbers above zero."""
        return Positive()
