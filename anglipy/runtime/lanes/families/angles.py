"""`von-mises` for n particles at once. Prepared: the parameters themselves."""

from __future__ import annotations

from math import inf, log, pi
from typing import Any

import numpy as np

from anglipy.runtime import special
from anglipy.runtime.lanes.families.base import (
    Array,
    Family,
    all_finite,
    number_values,
    refuse,
)

__all__ = ["VonMisesFamily"]

_LOG_TWO_PI = log(2.0 * pi)
_HALF_LOG_TWO_PI = 0.5 * _LOG_TWO_PI
_LARGE = 30.0
_TERMS = 20
"""Of the asymptotic series; the last one is below 1e-19 of the first."""
_SERIES_TERMS = 60


class VonMisesFamily(Family):
    """`(von-mises mu kappa)`: angles with mean direction mu and concentration kappa."""

    shapes = ("number", "number")

    def plain(self, dist: Any) -> Any:
        """Direction and concentration."""
        return dist.mu, dist.kappa

    def prepare(self, mu: Array, kappa: Array) -> Any:
        """Both finite, kappa >= 0."""
        if not (all_finite(mu) and all_finite(kappa) and np.min(kappa) >= 0.0):
            refuse(np.isfinite(mu), np.isfinite(kappa), np.asarray(kappa) >= 0.0)
        return mu, kappa

    def sample(self, prepared: Any, rng: Any, n: int) -> Any:
        """Numpy's von Mises."""
        return rng.vonmises(*prepared, n)

    def log_prob(self, prepared: Any, value: Any) -> Any:
        """Kappa (cos(x - mu) - 1) - log(exp(-kappa) I0(kappa)) - log(2 pi)."""
        mu, kappa = prepared
        x = number_values(value)
        half = np.sin(0.5 * x - 0.5 * mu)
        found = -2.0 * (kappa * half) * half - _log_bessel(kappa) - _LOG_TWO_PI
        return np.where((x > -inf) & (x < inf), found, -inf)


def _log_bessel(kappa: Array) -> Array:
    """`special.log_bessel` of arrays."""
    if kappa.__class__ is float:
        return special.log_bessel(kappa)
    small = np.minimum(kappa, _LARGE)
    square = 0.25 * small * small
    term = np.ones_like(kappa)
    total = term.copy()
    for k in range(1, _SERIES_TERMS):
        term *= square / (k * k)
        total += term
    found = np.log(total) - small
    large = kappa >= _LARGE
    if large.any():
        total = np.ones_like(kappa)
        term = np.ones_like(kappa)
        inverse = 0.125 / np.maximum(kappa, _LARGE)
        for k in range(1, _TERMS):
            term *= (2 * k - 1) ** 2 / k * inverse
            total += term
        asymptotic = np.log(total) - _HALF_LOG_TWO_PI - 0.5 * np.log(kappa)
        found = np.where(large, asymptotic, found)
    return found
