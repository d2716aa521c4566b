"""The multivariate t distribution."""

from __future__ import annotations

from math import inf, lgamma, log, log1p, pi, sqrt
from typing import Any

from anglipy.runtime.distributions.base import Distribution, RealVector
from anglipy.runtime.distributions.checks import positive
from anglipy.runtime.distributions.matrices import (
    checked_square,
    checked_vector,
    lower_root,
    observed_vector,
)
from anglipy.runtime.random_source import Rng
from anglipy.runtime.special import log_gamma_growth
from anglipy.runtime.values import Vector

__all__ = ["MultivariateT", "log_gamma_ratio"]

_SMALLEST = 5e-324


class MultivariateT(Distribution):
    """`(multivariate-t nu mu sigma)`: density Gamma((nu+d)/2) / (Gamma(nu/2) sqrt((nu pi)^d det
    sigma)) (1 + (x-mu)' sigma^-1 (x-mu) / nu)^(-(nu+d)/2) on vectors of d numbers.

    `nu` > 0 degrees of freedom, location `mu`, and `sigma` the scale matrix, symmetric positive
    definite: the covariance is nu / (nu - 2) sigma. Draws are mu + y sqrt(nu / u) with y from `(mvn
    0 sigma)` and u from `(chi-squared nu)`. Kotz and Nadarajah 2004, ch. 1.
    """

    __slots__ = ("_log_normaliser", "_lower", "mu", "nu")
    name = "multivariate-t"
    fields = ("nu", "mu", "sigma")

    def __init__(self, nu: Any, mu: Any, sigma: Any) -> None:
        import numpy as np

        self.nu = positive("multivariate-t", "nu", nu)
        listed, numbers = checked_vector("multivariate-t", "mu", mu)
        rows, matrix = checked_square("multivariate-t", "sigma", sigma, len(listed), "mu")
        self.given = (nu, Vector(listed), rows)
        self.mu = np.array(numbers)
        self._lower = lower_root("multivariate-t", "sigma", matrix, rows)
        log_det = float(np.log(np.diagonal(self._lower)).sum())
        d = len(listed)
        self._log_normaliser = log_gamma_ratio(self.nu, d) - 0.5 * d * log(self.nu * pi) - log_det

    def sample(self, rng: Rng) -> Vector:
        """A multivariate normal, divided by the root of a chi-squared over its mean."""
        z = [rng.standard_normal() for _ in range(len(self.mu))]
        chi_squared = 2.0 * rng.standard_gamma(0.5 * self.nu) or _SMALLEST
        stretch = sqrt(self.nu / chi_squared)
        return Vector((self.mu + stretch * (self._lower @ z)).tolist())

    def log_prob(self, value: Any) -> float:
        """The log of the density above."""
        import numpy as np

        x = observed_vector("multivariate-t", value, len(self.mu))
        with np.errstate(all="ignore"):
            z = np.linalg.solve(self._lower, x - self.mu)
            distance = float(z @ z)
        # A point so far away that the distance overflows may give nan: its density is zero.
        if distance != distance:
            return -inf
        return self._log_normaliser - 0.5 * (self.nu + len(self.mu)) * log1p(distance / self.nu)

    @property
    def support(self) -> RealVector:
        """Vectors of d reals."""
        return RealVector(len(self.mu))


def log_gamma_ratio(nu: float, d: int) -> float:
    """Log of Gamma((nu + d) / 2) / Gamma(nu / 2)."""
    if nu > 2.0:
        return log_gamma_growth(0.5 * nu - 1.0, 0.5 * d)
    return lgamma(0.5 * (nu + d)) - lgamma(0.5 * nu or _SMALLEST)
