"""Log densities of the gamma family on arrays, as `anglipy.runtime.special` gives them on floats.

Below `DIRECT` the plain formulas are used, above it Loader's saddle-point form (C. Loader, "Fast
and accurate computation of binomial probabilities", 2000). Parameters are floats or arrays (n,);
floating-point warnings must be off.
"""

from __future__ import annotations

from collections.abc import Callable
from math import inf, isnan, lgamma, log, pi
from typing import Any

import numpy as np

from anglipy.runtime import special as scalar
from anglipy.runtime.cumulative import normal_tails
from anglipy.runtime.lanes.families.base import Array, log1p_of, log_of

__all__ = [
    "DIRECT", "deviance", "has_nan", "log_binomial_mass", "log_complement_of", "log_factorial",
    "log_gamma", "log_normal_tail", "log_poisson_mass", "replaced", "stirling_error",
]  # fmt: skip

DIRECT = 500.0
_HALF_LOG_TWO_PI = 0.5 * log(2.0 * pi)
_GAMMA_LIMIT = 1e305
"""Above this the log of the gamma function is beyond the doubles."""
_UNDERFLOW = 1e-290
_LOG_TWO = log(2.0)
_SHIFT = 8.0
_SERIES = (
    -3617.0 / 122400.0, 1.0 / 156.0, -691.0 / 360360.0, 1.0 / 1188.0, -1.0 / 1680.0, 1.0 / 1260.0,
    -1.0 / 360.0, 1.0 / 12.0,
)  # fmt: skip
"""Of log Gamma(x) - Stirling's formula, in odd powers of 1/x, the highest first: Abramowitz and
Stegun 1964, 6.1.41. From x = 8 on what is left out is below 1e-16.
"""
_LOG_FACTORIALS = np.array([lgamma(k + 1.0) for k in range(1024)])


def has_nan(x: Any) -> bool:
    """Whether an array (n,) has a nan in it."""
    return isnan(x.dot(x))


def replaced(found: Any, where: Any, compute: Callable[..., Any], *args: Array) -> None:
    """Put into `found` what `compute` gives of the arguments, where that is asked for."""
    where = np.broadcast_to(where, found.shape)
    if where.any():
        picked = [np.broadcast_to(arg, found.shape)[where] for arg in args]
        found[where] = compute(*picked)


def log_gamma(x: Array) -> Array:
    """Log Gamma(x), x > 0, with an error of some 1e-16 times the largest of 20 and itself."""
    if x.__class__ is float:
        return lgamma(x) if x < _GAMMA_LIMIT else inf
    small = x < _SHIFT
    shifts = small.any()
    z = np.where(small, x + _SHIFT, x) if shifts else x
    found = (z - 0.5) * np.log(z)
    found -= z
    found += _HALF_LOG_TWO_PI
    found += _stirling_series(z)
    if shifts:
        # Gamma(x + 8) / Gamma(x) is x (x + 1) ... (x + 7): the factors are taken in pairs.
        t = x * (x + 7.0)
        product = t * (t + 6.0)
        product *= t + 10.0
        product *= t + 12.0
        found -= np.log(np.where(small, product, 1.0))
    return found


def log_factorial(k: Array) -> Array:
    """Log k!, for whole numbers k >= 0."""
    if k.__class__ is float or k.max(initial=0.0) >= len(_LOG_FACTORIALS):
        return log_gamma(k + 1.0)
    return _LOG_FACTORIALS[k.astype(np.intp)]


def _stirling_series(z: Any) -> Any:
    inverse = 1.0 / z
    square = inverse * inverse
    found = np.full_like(z, _SERIES[0])
    for coefficient in _SERIES[1:]:
        found *= square
        found += coefficient
    found *= inverse
    return found


def stirling_error(n: Array) -> Array:
    """Log Gamma(n + 1) - (n + 1/2) log n + n - log sqrt(2 pi), n > 0."""
    if n.__class__ is float:
        return scalar.stirling_error(n)
    found = _stirling_series(np.maximum(n, _SHIFT))
    replaced(found, n < _SHIFT, _stirling_error_directly, n)
    return found


def _stirling_error_directly(n: Any) -> Any:
    return log_gamma(n + 1.0) - (n + 0.5) * np.log(n) + n - _HALF_LOG_TWO_PI


def deviance(x: Array, mean: Array) -> Array:
    """The sum x log(x / mean) + mean - x, for x > 0 and mean > 0; exact near x = mean, too."""
    if x.__class__ is float and mean.__class__ is float:
        return scalar.deviance(x, mean)
    difference = x - mean
    ratio = x / mean
    log_ratio = np.where((ratio > 0.0) & (ratio < inf), np.log(ratio), log_of(x) - log_of(mean))
    near = np.abs(difference) < 0.1 * x + 0.1 * mean
    return np.where(near, _near_deviance(x, mean, difference), x * log_ratio + mean - x)


def _near_deviance(x: Array, mean: Array, difference: Any) -> Any:
    """By the series in v = (x - mean) / (x + mean); ten terms are enough for abs(v) < 0.1."""
    v = 0.5 * difference / (0.5 * x + 0.5 * mean)
    square = v * v
    series = np.zeros_like(v)
    for odd in range(21, 1, -2):
        series += 1.0 / odd
        series *= square
    return difference * v + 2.0 * v * x * series


def log_poisson_mass(x: Array, mean: Array, log_mean: Array, log_gamma_next: Array) -> Any:
    """The sum x log mean - mean - log Gamma(x + 1), for x > -1; the two logs are given. One of x
    and mean must be an array. nan where mean is zero and x is, and perhaps where one is infinite.
    """
    found = x * log_mean
    found = found - mean
    found -= log_gamma_next
    large = ((x >= DIRECT) | (mean >= DIRECT)) & (x >= 1.0) & (mean < inf)
    if np.any(large):
        # A mean so small that it has lost digits is no help; its log has all of them.
        replaced(found, large & (mean > _UNDERFLOW), _poisson_saddle, x, mean)
    return found


def _poisson_saddle(x: Any, mean: Any) -> Any:
    return -stirling_error(x) - deviance(x, mean) - _HALF_LOG_TWO_PI - 0.5 * np.log(x)


def log_binomial_mass(
    x: Array, rest: Array, p: Array, log_factorial_of: Callable[[Array], Array]
) -> Any:
    """Log of Gamma(n + 1) / (Gamma(x + 1) Gamma(rest + 1)) p^x (1 - p)^rest with n = x + rest.

    x >= 0 and rest >= 0, one of the arguments an array; `log_factorial_of(x)` is log Gamma(x + 1).
    """
    n = x + rest
    found = log_factorial_of(n) - log_factorial_of(x)
    found = found - log_factorial_of(rest)
    found = found + _log_powers(x, rest, p)
    large = n >= DIRECT
    if np.any(large):
        replaced(found, large, _large_binomial, x, rest, p)
    return found


def _log_powers(x: Array, rest: Array, p: Array) -> Any:
    """Log of p^x (1 - p)^rest, where 0^0 is one."""
    successes, failures = x * log_of(p), rest * log1p_of(-p)
    if np.any((p == 0.0) | (p == 1.0)):
        successes = np.where(x == 0.0, 0.0, successes)
        failures = np.where(rest == 0.0, 0.0, failures)
    return successes + failures


def _large_binomial(x: Any, rest: Any, p: Any) -> Any:
    """For n >= DIRECT: by the saddle point, but where x or rest is below one."""
    n, q = x + rest, 1.0 - p
    corrections = stirling_error(n) - stirling_error(x) - stirling_error(rest)
    distances = deviance(x, n * p) + deviance(rest, n * q)
    logs = 0.5 * (np.log(n) - np.log(x) - np.log(rest)) - _HALF_LOG_TWO_PI
    found = corrections - distances + logs
    small, large = np.minimum(x, rest), np.maximum(x, rest)
    certain = (p == 0.0) | (q == 0.0)
    replaced(found, (small < 1.0) | certain, _lopsided_binomial, small, large, x, rest, p)
    return found


def _lopsided_binomial(small: Any, large: Any, x: Any, rest: Any, p: Any) -> Any:
    n = large + small
    growth = (large + 0.5) * np.log1p(small / large) + small * np.log(n) - small
    growth += stirling_error(n) - stirling_error(large) - log_gamma(small + 1.0)
    powers = _log_powers(x, rest, p)
    return np.where((small == 0.0) | (powers == -inf), powers, growth + powers)


# ---- tails


_NORMAL_TAILS = np.frompyfunc(lambda z: normal_tails(z)[1], 1, 1)


def log_normal_tail(z: Any) -> Any:
    """Log P(Z > z) of the standard normal, one by one: numpy has no error function."""
    return np.asarray(_NORMAL_TAILS(z), dtype=np.float64)


def log_complement_of(x: Any) -> Any:
    """Log(1 - exp(x)) for x <= 0."""
    return np.where(x > -_LOG_TWO, np.log(-np.expm1(x)), np.log1p(-np.exp(x)))
