"""The beta distribution."""

from __future__ import annotations

from math import inf, lgamma, log, log1p
from typing import Any

from anglipy.runtime.cumulative import Tails, beta_tails
from anglipy.runtime.distributions.base import Distribution, UnitInterval
from anglipy.runtime.distributions.checks import parameter_error, positive, value_number
from anglipy.runtime.random_source import Rng
from anglipy.runtime.special import log_binomial_mass

__all__ = ["Beta"]

_SMALLEST, _BELOW_ONE = 5e-324, 1.0 - 2.0**-53
_DIRECT = 250.0


class Beta(Distribution):
    """`(beta a b)`: density x^(a - 1) (1 - x)^(b - 1) / B(a, b), 0 < x < 1, shapes a, b > 0.

    Draws that round to 0 or 1 are rounded inwards. At the end points the density is taken to be its
    limit where that is finite, so beta(1, 1) is uniform on [0, 1]; where it grows without bound
    they are outside of the support, as in Anglican. Johnson, Kotz and Balakrishnan 1995, ch. 25.
    """

    __slots__ = ("a", "b")
    name = "beta"
    fields = ("a", "b")

    def __init__(self, a: Any, b: Any) -> None:
        self.given = (a, b)
        self.a = positive("beta", "a", a)
        self.b = positive("beta", "b", b)
        if self.a + self.b == inf:
            raise parameter_error("beta", "a + b", "finite", inf)

    def sample(self, rng: Rng) -> float:
        """Numpy's beta, kept inside the open interval."""
        x = rng.beta(self.a, self.b)
        return x if 0.0 < x < 1.0 else (_SMALLEST if x <= 0.0 else _BELOW_ONE)

    def log_prob(self, value: Any) -> float:
        """(a - 1) log x + (b - 1) log(1 - x) - log B(a, b)."""
        x = value_number("beta", value)
        a, b = self.a, self.b
        if not 0.0 < x < 1.0:
            if (x == 0.0 and a == 1.0) or (x == 1.0 and b == 1.0):
                return log(b if x == 0.0 else a)
            return -inf
        if a < _DIRECT and b < _DIRECT:
            return (
                (a - 1.0) * log(x) + (b - 1.0) * log1p(-x) + lgamma(a + b) - lgamma(a) - lgamma(b)
            )
        return self._log_prob_by_binomial(x)

    def _log_prob_by_binomial(self, x: float) -> float:
        """The same for large shapes, by the binomial mass (Loader 2000)."""
        a, b = self.a, self.b
        if a < 1.0:
            return log(a) - log(x) + log_binomial_mass(a, b - 1.0, x, 1.0 - x)
        if b < 1.0:
            return log(b) - log1p(-x) + log_binomial_mass(a - 1.0, b, x, 1.0 - x)
        return log(a + b - 1.0) + log_binomial_mass(a - 1.0, b - 1.0, x, 1.0 - x)

    def log_tails(self, x: float) -> Tails:
        """The incomplete beta function."""
        return beta_tails(self.a, self.b, x, 1.0 - x)

    @property
    def support(self) -> UnitInterval:
        """0 < x < 1."""
        return UnitInterval()
