"""Positive numbers of the gamma family for n particles at once: `gamma` and `chi-squared`.
Prepared: the parameters themselves.
"""

from __future__ import annotations

from math import inf
from typing import Any

import numpy as np

from anglipy.runtime.lanes.families.base import (
    Array,
    log_of,
    number_values,
)
from anglipy.runtime.lanes.families.scaled import ScaledFamily, TwoPositiveFamily
from anglipy.runtime.lanes.families.special import has_nan, log_gamma, log_poisson_mass

__all__ = ["ChiSquaredFamily", "GammaFamily"]

_UNDERFLOW = 1e-290
"""Where the product of value and rate loses digits by underflow, their logs are added."""
_SMALLEST = 5e-324
"""A draw below the smallest positive double is rounded up to it."""


class GammaFamily(TwoPositiveFamily):
    """`(gamma shape rate)`; the mean is shape / rate."""

    def plain(self, dist: Any) -> Any:
        """Shape and rate."""
        return dist.shape, dist.rate

    def sample(self, prepared: Any, rng: Any, n: int) -> Any:
        """Standard gammas, divided by the rate."""
        shape, rate = prepared
        drawn = rng.standard_gamma(shape, n)
        drawn /= rate
        return np.maximum(drawn, _SMALLEST, out=drawn)

    def log_prob(self, prepared: Any, value: Any) -> Any:
        """Shape log rate + (shape - 1) log x - rate x - log Gamma(shape)."""
        shape, rate = prepared
        return _log_density(shape, rate, number_values(value))


class ChiSquaredFamily(ScaledFamily):
    """`(chi-squared nu)`: gamma(nu / 2, 1 / 2); nu degrees of freedom."""

    def plain(self, dist: Any) -> Any:
        """The degrees of freedom."""
        return (dist.nu,)

    def sample(self, prepared: Any, rng: Any, n: int) -> Any:
        """Twice a standard gamma of shape nu / 2."""
        drawn = rng.standard_gamma(0.5 * prepared[0], n)
        drawn *= 2.0
        return np.maximum(drawn, _SMALLEST, out=drawn)

    def log_prob(self, prepared: Any, value: Any) -> Any:
        """That of gamma(nu / 2, 1 / 2)."""
        (nu,) = prepared
        shape = (
            max(0.5 * nu, _SMALLEST) if nu.__class__ is float else np.maximum(0.5 * nu, _SMALLEST)
        )
        return _log_density(shape, 0.5, number_values(value))


def _log_density(shape: Array, rate: Array, x: Array) -> Any:
    """Log density of gamma(shape, rate), by way of the Poisson mass of shape - 1."""
    mean = x * rate
    log_mean = log_of(mean)
    if np.any(mean < _UNDERFLOW):
        log_mean = np.where(mean < _UNDERFLOW, log_of(x) + log_of(rate), log_mean)
    log_rate = log_of(rate)
    found = log_poisson_mass(shape - 1.0, mean, log_mean, log_gamma(shape))
    found += log_rate
    outside = (x <= 0.0) | (x == inf)
    if np.any(outside):
        found[np.broadcast_to(outside, found.shape)] = -inf
        at_zero = np.broadcast_to((x == 0.0) & (shape == 1.0), found.shape)
        found[at_zero] = np.broadcast_to(log_rate, found.shape)[at_zero]
    if has_nan(found):
        found[np.isnan(found)] = -inf
    return found
