"""The Dirichlet distribution."""

from __future__ import annotations

from math import exp, fsum, inf, lgamma, log
from typing import Any

from anglipy.runtime.distributions.base import Distribution, Simplex
from anglipy.runtime.distributions.checks import (
    elements,
    parameter_error,
    positive,
    value_error,
    value_number,
)
from anglipy.runtime.random_source import Rng
from anglipy.runtime.values import Vector

__all__ = ["Dirichlet"]

_SUM_TOLERANCE = 1e-6
"""How far the sum of an observed vector may be from one: single-precision data must pass."""
_SMALLEST = 5e-324


class Dirichlet(Distribution):
    """`(dirichlet alpha)`: density Gamma(sum alpha) prod x_i^(alpha_i - 1) / Gamma(alpha_i) on the
    simplex.

    `alpha` is a sequence of concentrations > 0. Draws are vectors of doubles that sum to one up to
    rounding. The density is with respect to the first n - 1 coordinates. Where a coordinate is zero
    the density is taken to be its limit if that is finite, else the point is outside of the
    support. Kotz, Balakrishnan and Johnson 2000, ch. 49.
    """

    __slots__ = ("alpha",)
    name = "dirichlet"
    fields = ("alpha",)

    def __init__(self, alpha: Any) -> None:
        given = elements(alpha)
        if not given:
            raise parameter_error("dirichlet", "alpha", "a sequence of numbers > 0", alpha)
        self.given = (Vector(given),)
        self.alpha = [positive("dirichlet", "each element of alpha", element) for element in given]

    def sample(self, rng: Rng) -> Vector:
        """Gamma variates over their sum, in logs: Gamma(a) is Gamma(a + 1) U^(1/a), which does not
        underflow.
        """
        logs = [
            log(rng.standard_gamma(a + 1.0) or _SMALLEST) - rng.standard_exponential() / a
            for a in self.alpha
        ]
        largest = max(logs)
        masses = [exp(value - largest) for value in logs]
        total = fsum(masses)
        return Vector([mass / total or _SMALLEST for mass in masses])

    def log_prob(self, value: Any) -> float:
        """Log Gamma(sum alpha) + sum of (alpha_i - 1) log x_i - log Gamma(alpha_i)."""
        point = elements(value)
        if point is None or len(point) != len(self.alpha):
            raise value_error("dirichlet", f"a vector of {len(self.alpha)} numbers", value)
        x = [value_number("dirichlet", element) for element in point]
        if min(x) < 0.0 or abs(fsum(x) - 1.0) > _SUM_TOLERANCE:
            return -inf
        terms = [lgamma(fsum(self.alpha))]
        for a, element in zip(self.alpha, x, strict=True):
            if element > 0.0:
                terms.append((a - 1.0) * log(element))
            elif a != 1.0:
                return -inf
            terms.append(-lgamma(a))
        return fsum(terms)

    @property
    def support(self) -> Simplex:
        """The simplex."""
        return Simplex(len(self.alpha))
