"""`beta`, `beta2`, `student-t` and `student-t-loc-scale` for n particles at once. Prepared: the
parameters themselves.
"""

from __future__ import annotations

from math import inf, isfinite, log, pi
from typing import Any

import numpy as np

from anglipy.runtime.lanes.families.base import (
    Array,
    Family,
    all_finite,
    all_positive,
    is_positive,
    log1p_of,
    log_of,
    log_of_scale,
    number_values,
    refuse,
)
from anglipy.runtime.lanes.families.scaled import ScaledFamily
from anglipy.runtime.lanes.families.special import (
    DIRECT,
    deviance,
    log_binomial_mass,
    log_gamma,
    replaced,
    stirling_error,
)

__all__ = ["Beta2Family", "BetaFamily", "StudentTFamily", "StudentTLocScaleFamily"]

_SMALLEST, _BELOW_ONE = 5e-324, 1.0 - 2.0**-53
_BETA_DIRECT = 250.0
_SQUARABLE = 1e150
_LOG_PI = log(pi)
_HALF_LOG_TWO_PI = 0.5 * log(2.0 * pi)


class BetaFamily(Family):
    """`(beta a b)`, a and b > 0."""

    shapes = ("number", "number")

    def plain(self, dist: Any) -> Any:
        """The two shapes."""
        return dist.a, dist.b

    def prepare(self, a: Array, b: Array) -> Any:
        """Both > 0, and their sum finite."""
        if not (all_positive(a) and all_positive(b) and all_finite(a + b)):
            refuse(is_positive(a), is_positive(b), np.isfinite(a + b))
        return a, b

    def sample(self, prepared: Any, rng: Any, n: int) -> Any:
        """Numpy's beta, kept inside the open interval."""
        a, b = prepared
        drawn = rng.beta(a, b, n)
        return np.clip(drawn, _SMALLEST, _BELOW_ONE, out=drawn)

    def log_prob(self, prepared: Any, value: Any) -> Any:
        """(a - 1) log x + (b - 1) log(1 - x) - log B(a, b)."""
        a, b = prepared
        x = number_values(value)
        found = (a - 1.0) * log_of(x) + (b - 1.0) * log1p_of(-x)
        found = found + (log_gamma(a + b) - log_gamma(a) - log_gamma(b))
        large = (a >= _BETA_DIRECT) | (b >= _BETA_DIRECT)
        if np.any(large):
            replaced(found, large, _by_binomial, a, b, x)
        inside = (x > 0.0) & (x < 1.0)
        if not np.all(inside):
            found = np.where(inside, found, _at_the_ends(a, b, x))
        return found


class Beta2Family(BetaFamily):
    """`(beta2 mode certainty)`: a beta distribution, whose shapes are prepared."""

    def plain(self, dist: Any) -> Any:
        """The two shapes."""
        return dist._beta.a, dist._beta.b

    def prepare(self, mode: Array, certainty: Array) -> Any:
        """Mode between 0 and 1, certainty >= 2."""
        fine = (np.asarray(mode) >= 0.0) & (np.asarray(mode) <= 1.0)
        refuse(fine, np.asarray(certainty) >= 2.0, np.isfinite(certainty))
        more = certainty - 2.0
        return mode * more + 1.0, (1.0 - mode) * more + 1.0


def _at_the_ends(a: Array, b: Array, x: Array) -> Any:
    """The limit of the log density at 0 and 1 where it is finite, else -inf."""
    at_one = np.where((x == 1.0) & (b == 1.0), log_of(a), -inf)
    return np.where((x == 0.0) & (a == 1.0), log_of(b), at_one)


def _by_binomial(a: Any, b: Any, x: Any) -> Any:
    """The log density for large shapes, by the binomial mass (Loader 2000)."""
    first = np.where(a < 1.0, a, a - 1.0)
    second = np.where((b < 1.0) | (a < 1.0), np.where(a < 1.0, b - 1.0, b), b - 1.0)
    factor = np.where(
        a < 1.0,
        np.log(a) - np.log(x),
        np.where(b < 1.0, np.log(b) - np.log1p(-x), np.log(a + b - 1.0)),
    )
    return factor + log_binomial_mass(first, second, x, lambda k: log_gamma(k + 1.0))


class StudentTFamily(ScaledFamily):
    """`(student-t nu)`; nu degrees of freedom."""

    def plain(self, dist: Any) -> Any:
        """The degrees of freedom."""
        return (dist.nu,)

    def sample(self, prepared: Any, rng: Any, n: int) -> Any:
        """Numpy's standard t."""
        return rng.standard_t(prepared[0], n)

    def log_prob(self, prepared: Any, value: Any) -> Any:
        """That of the standard t."""
        return _log_density(prepared[0], number_values(value))


class StudentTLocScaleFamily(Family):
    """`(student-t-loc-scale nu loc scale)`: loc + scale t."""

    shapes = ("number", "number", "number")

    def plain(self, dist: Any) -> Any:
        """Degrees of freedom, loc and scale."""
        return dist.nu, dist.loc, dist.scale

    def prepare(self, nu: Array, loc: Array, scale: Array) -> Any:
        """Nu and scale > 0, loc finite."""
        if not (all_positive(nu) and all_finite(loc) and all_positive(scale)):
            refuse(is_positive(nu), np.isfinite(loc), is_positive(scale))
        return nu, loc, scale

    def sample(self, prepared: Any, rng: Any, n: int) -> Any:
        """Numpy's standard t, scaled and shifted."""
        nu, loc, scale = prepared
        drawn = rng.standard_t(nu, n)
        drawn *= scale
        drawn += loc
        return drawn

    def log_prob(self, prepared: Any, value: Any) -> Any:
        """Log density of t at (x - loc) / scale, less log scale."""
        nu, loc, scale = prepared
        t = number_values(value) - loc
        t /= scale
        found = _log_density(nu, t)
        found -= log_of_scale(scale)
        return found


def _log_density(nu: Array, t: Array) -> Any:
    """The log density of the standard t: (n,), or a float where neither differs."""
    tail = t * t
    tail *= 1.0 / nu
    if not isfinite(tail.dot(tail) if tail.__class__ is np.ndarray else tail):
        distance = np.abs(t)
        far = distance / np.sqrt(nu) >= _SQUARABLE
        tail = np.where(far, 2.0 * np.log(distance) - np.log(nu), np.log1p(tail))
    else:
        tail = np.log1p(tail)
    tail *= -0.5 * (nu + 1.0)
    tail += _log_constant(nu)
    return tail


def _log_constant(nu: Array) -> Array:
    """The log density at zero: by the gamma function for small nu, in Loader's form for large."""
    half = 0.5 * nu
    if nu.__class__ is float:
        return _large_constant(nu) if nu >= DIRECT else _small_constant(nu, max(half, _SMALLEST))
    found = _small_constant(nu, np.maximum(half, _SMALLEST))
    replaced(found, nu >= DIRECT, _large_constant, nu)
    return found


def _small_constant(nu: Array, half: Array) -> Array:
    return log_gamma(0.5 * (nu + 1.0)) - log_gamma(half) - 0.5 * (log_of(nu) + _LOG_PI)


def _large_constant(nu: Array) -> Array:
    half, more = 0.5 * nu, 0.5 * (nu + 1.0)
    return stirling_error(more) - deviance(half, more) - stirling_error(half) - _HALF_LOG_TWO_PI
