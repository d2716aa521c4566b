"""Relatives of `mvn` for n particles at once: `multivariate-t`, `mvn-mean-var` and `mvn-mean-vars`.

Draws are arrays (n, d) with contiguous columns; in the language they are vectors of d lanes.
"""

from __future__ import annotations

from math import inf, log, pi
from typing import Any

import numpy as np

from anglipy.runtime.distributions.multivariate_t import log_gamma_ratio
from anglipy.runtime.lanes.families.base import (
    Array,
    BadLane,
    all_positive,
    is_positive,
    log_of,
    refuse,
)
from anglipy.runtime.lanes.families.vectors import (
    VectorFamily,
    distance,
    observed_points,
    root_of,
    times,
)

__all__ = ["MultivariateTFamily", "MvnMeanVarFamily", "MvnMeanVarsFamily"]

_HALF_LOG_TWO_PI = 0.5 * log(2.0 * pi)
_LOG_PI = log(pi)
_SMALLEST = 5e-324
_RATIO = np.frompyfunc(log_gamma_ratio, 2, 1)


class MultivariateTFamily(VectorFamily):
    """`(multivariate-t nu mu sigma)`. Prepared: mu, L with sigma = L L', nu, and the log density at
    mu.
    """

    shapes = ("number", "vector", "matrix")

    def plain(self, dist: Any) -> Any:
        """Mu (d,), L (d, d), nu and the log normaliser."""
        return dist.mu, dist._lower, dist.nu, dist._log_normaliser

    def prepare(self, nu: Array, mu: Any, sigma: Any) -> Any:
        """Nu > 0, numbers finite, sigma symmetric and positive definite."""
        if not all_positive(nu):
            refuse(is_positive(nu))
        lower, d = root_of(mu, sigma), mu.shape[-1]
        ratio = np.asarray(_RATIO(nu, d), dtype=np.float64)
        log_det = np.log(np.diagonal(lower, axis1=-2, axis2=-1)).sum(axis=-1)
        return mu, lower, nu, ratio - 0.5 * d * (log_of(nu) + _LOG_PI) - log_det

    def sample(self, prepared: Any, rng: Any, n: int) -> Any:
        """Multivariate normals, divided by roots of chi-squareds over their means."""
        mu, lower, nu, _ = prepared
        drawn = times(lower, rng.standard_normal((mu.shape[-1], n)))
        chi_squared = np.maximum(2.0 * rng.standard_gamma(0.5 * nu, n), _SMALLEST)
        drawn *= np.sqrt(nu / chi_squared)
        drawn += mu.T if mu.ndim == 2 else mu[:, None]
        return drawn.T

    def log_prob(self, prepared: Any, value: Any) -> Any:
        """The log density at mu, less (nu + d) / 2 log(1 + |L^-1 (x - mu)|^2 / nu)."""
        mu, lower, nu, log_normaliser = prepared
        squared = distance(mu, lower, value)
        found = log_normaliser - 0.5 * (nu + mu.shape[-1]) * np.log1p(squared / nu)
        # A point so far away that the distance overflows may give nan: its density is zero.
        return np.where(np.isnan(squared), -inf, found)


class MvnMeanVarsFamily(VectorFamily):
    """`(mvn-mean-vars mean vars)`. Prepared: mean and standard deviations."""

    shapes = ("vector", "vector")

    def plain(self, dist: Any) -> Any:
        """Mean (d,) and standard deviations (d,)."""
        return np.array(dist.mean), np.array(dist.sds)

    def prepare(self, mean: Any, variances: Any) -> Any:
        """Numbers finite, variances > 0."""
        if mean.shape[-1] != variances.shape[-1]:
            raise BadLane
        fine = np.isfinite(mean).all(axis=-1), is_positive(variances).all(axis=-1)
        if not (fine[0].all() and fine[1].all()):
            refuse(*fine)
        return mean, np.sqrt(variances)

    def sample(self, prepared: Any, rng: Any, n: int) -> Any:
        """A normal for each coordinate."""
        mean, sds = (part.T if part.ndim == 2 else part[:, None] for part in prepared)
        drawn = rng.standard_normal((len(mean), n))
        drawn *= sds
        drawn += mean
        return drawn.T

    def log_prob(self, prepared: Any, value: Any) -> Any:
        """The sum of the log densities of the coordinates."""
        mean, sds = prepared
        z = (observed_points(value, mean.shape[-1]) - mean) / sds
        found = -0.5 * z * z - np.log(sds)
        return found.sum(axis=-1) - mean.shape[-1] * _HALF_LOG_TWO_PI


class MvnMeanVarFamily(MvnMeanVarsFamily):
    """`(mvn-mean-var mean var)`. Prepared: mean and standard deviations."""

    shapes = ("vector", "number")

    def prepare(self, mean: Any, variance: Array) -> Any:
        """The same variance for all coordinates."""
        variances = np.repeat(np.asarray(variance)[..., None], mean.shape[-1], axis=-1)
        return super().prepare(mean, variances)
