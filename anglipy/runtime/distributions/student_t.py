"""Student's t distribution: standard, and with location and scale."""

from __future__ import annotations

from math import lgamma, log, log1p, pi, sqrt
from typing import Any

from anglipy.runtime.cumulative import Tails, beta_tails, tails_of_lower, tails_of_upper
from anglipy.runtime.distributions.base import Distribution, Reals
from anglipy.runtime.distributions.checks import finite, positive, value_number
from anglipy.runtime.random_source import Rng
from anglipy.runtime.special import deviance, stirling_error

__all__ = ["StudentT", "StudentTLocScale"]

_LOG_PI = log(pi)
_LOG_TWO = log(2.0)
_HALF_LOG_TWO_PI = 0.5 * log(2.0 * pi)
_DIRECT = 500.0
_SQUARABLE = 1e150
_SMALLEST = 5e-324


class StudentT(Distribution):
    """`(student-t nu)`: density Gamma((nu+1)/2) / (Gamma(nu/2) sqrt(nu pi)) (1 + x^2 /
    nu)^(-(nu+1)/2) on the reals.

    nu > 0 degrees of freedom. Johnson, Kotz and Balakrishnan 1995, ch. 28.
    """

    __slots__ = ("nu",)
    name = "student-t"
    fields = ("nu",)

    def __init__(self, nu: Any) -> None:
        self.given = (nu,)
        self.nu = positive("student-t", "nu", nu)

    def sample(self, rng: Rng) -> float:
        """Numpy's standard t."""
        return rng.standard_t(self.nu)

    def log_prob(self, value: Any) -> float:
        """The log of the density above."""
        return _log_density(self.nu, value_number("student-t", value))

    def log_tails(self, x: float) -> Tails:
        """By the incomplete beta function."""
        return _log_tails(self.nu, x)

    @property
    def support(self) -> Reals:
        """The reals."""
        return Reals()


class StudentTLocScale(Distribution):
    """`(student-t-loc-scale nu loc scale)`: the distribution of loc + scale t, where t is
    `(student-t nu)`.
    """

    __slots__ = ("loc", "nu", "scale")
    name = "student-t-loc-scale"
    fields = ("nu", "loc", "scale")

    def __init__(self, nu: Any, loc: Any, scale: Any) -> None:
        self.given = (nu, loc, scale)
        self.nu = positive("student-t-loc-scale", "nu", nu)
        self.loc = finite("student-t-loc-scale", "loc", loc)
        self.scale = positive("student-t-loc-scale", "scale", scale)

    def sample(self, rng: Rng) -> float:
        """Numpy's standard t, scaled and shifted."""
        return self.loc + self.scale * rng.standard_t(self.nu)

    def log_prob(self, value: Any) -> float:
        """Log density of t at (x - loc) / scale, less log scale."""
        x = value_number("student-t-loc-scale", value)
        return _log_density(self.nu, (x - self.loc) / self.scale) - log(self.scale)

    def log_tails(self, x: float) -> Tails:
        """Those of t at (x - loc) / scale."""
        return _log_tails(self.nu, (x - self.loc) / self.scale)

    @property
    def support(self) -> Reals:
        """The reals."""
        return Reals()


def _log_density(nu: float, t: float) -> float:
    """The log density of the standard t: by lgamma for small nu, in Loader's form for large nu (as
    R's dt does).
    """
    ratio = abs(t) / sqrt(nu)
    tail = log1p(ratio * ratio) if ratio < _SQUARABLE else 2.0 * log(abs(t)) - log(nu)
    if nu < _DIRECT:
        constant = (
            lgamma(0.5 * (nu + 1.0)) - lgamma(0.5 * nu or _SMALLEST) - 0.5 * (log(nu) + _LOG_PI)
        )
        return constant - 0.5 * (nu + 1.0) * tail
    constant = (
        -deviance(0.5 * nu, 0.5 * (nu + 1.0))
        + stirling_error(0.5 * (nu + 1.0))
        - stirling_error(0.5 * nu)
    )
    return constant - _HALF_LOG_TWO_PI - 0.5 * nu * tail - 0.5 * tail


def _log_tails(nu: float, t: float) -> Tails:
    """Of the standard t: t^2 / (nu + t^2) is a beta (Abramowitz and Stegun 26.7.1)."""
    ratio = abs(t) / sqrt(nu)
    if ratio < _SQUARABLE:
        inner, outer = ratio * ratio / (1.0 + ratio * ratio), 1.0 / (1.0 + ratio * ratio)
    else:
        inner, outer = 1.0, (1.0 / ratio) ** 2
    tail = beta_tails(0.5 * nu or _SMALLEST, 0.5, outer, inner)[0] - _LOG_TWO
    return tails_of_upper(tail) if t > 0.0 else tails_of_lower(tail)
