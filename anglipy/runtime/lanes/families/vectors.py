"""Distributions of vectors of K numbers for n particles at once: `dirichlet` and `mvn`.

Draws are arrays (n, K) with contiguous columns; in the language they are vectors of K lanes.
"""

from __future__ import annotations

from math import fsum, inf, lgamma, log, pi
from typing import Any

import numpy as np

from anglipy.runtime.lanes.families.base import BadLane, Family, refuse
from anglipy.runtime.lanes.families.special import log_gamma
from anglipy.runtime.lanes.values import Lane
from anglipy.runtime.vectors import Vector

__all__ = [
    "DirichletFamily", "MvnFamily", "VectorFamily", "distance", "observed_points", "root_of",
    "times",
]  # fmt: skip

_HALF_LOG_TWO_PI = 0.5 * log(2.0 * pi)
_SUM_TOLERANCE = 1e-6
_SYMMETRY_TOLERANCE = 1e-9
_SMALLEST = 5e-324
_UNROLLED = 8
"""Up to this many dimensions triangular systems are solved by columns for all particles at once."""
_SMALL, _MANY = 4, 256
"""Roots of more than `_MANY` matrices of up to `_SMALL` dimensions are found element by element, as
LAPACK takes matrices one by one.
"""


class VectorFamily(Family):
    """What families of vectors share."""

    value = "vector"

    def box(self, prepared: Any, drawn: Any, stamp: Any) -> Vector:
        """A vector of lanes."""
        return Vector([Lane(column, stamp) for column in np.ascontiguousarray(drawn.T)])

    def take(self, prepared: Any, index: Any) -> Any:
        """Rows of the table, with contiguous columns."""
        return tuple(
            part if part.__class__ is float else np.take(part.T, index, axis=-1).T
            for part in prepared
        )


def observed_points(value: Any, size: int) -> Any:
    """Observed vectors (K,) or (n, K) of the right length, none with a nan in it."""
    if value.shape[-1] != size:
        raise BadLane
    unknown = np.isnan(value)
    if unknown.any():
        raise BadLane(int(np.argmax(unknown.any(axis=-1))) if value.ndim == 2 else 0)
    return value


class DirichletFamily(VectorFamily):
    """`(dirichlet alpha)`. Prepared: the concentrations."""

    shapes = ("vector",)

    def plain(self, dist: Any) -> Any:
        """The concentrations, (K,)."""
        return (np.array(dist.alpha),)

    def prepare(self, alpha: Any) -> Any:
        """All > 0."""
        if not (alpha.min() > 0.0 and alpha.max() < inf):
            refuse(((alpha > 0.0) & (alpha < inf)).all(axis=-1))
        return (alpha,)

    def sample(self, prepared: Any, rng: Any, n: int) -> Any:
        """Gamma variates over their sum, in logs: Gamma(a) is Gamma(a + 1) U^(1/a)."""
        alpha = prepared[0].T if prepared[0].ndim == 2 else prepared[0][:, None]
        size = (len(alpha), n)
        logs = rng.standard_gamma(alpha + 1.0, size)
        np.log(np.maximum(logs, _SMALLEST, out=logs), out=logs)
        logs -= rng.standard_exponential(size) / alpha
        logs -= logs.max(axis=0)
        masses = np.exp(logs, out=logs)
        masses /= masses.sum(axis=0)
        return np.maximum(masses, _SMALLEST, out=masses).T

    def log_prob(self, prepared: Any, value: Any) -> Any:
        """Log Gamma(sum alpha) + sum of (alpha_i - 1) log x_i - log Gamma(alpha_i)."""
        (alpha,) = prepared
        x = observed_points(value, alpha.shape[-1])
        powers = (alpha - 1.0) * np.log(x)
        if not x.all():
            powers = np.where(x == 0.0, np.where(alpha == 1.0, 0.0, -inf), powers)
        found = powers.sum(axis=-1)
        found += _log_normaliser(alpha)
        inside = (x.min(axis=-1) >= 0.0) & (np.abs(x.sum(axis=-1) - 1.0) <= _SUM_TOLERANCE)
        if not inside.all():
            found[np.broadcast_to(~inside, found.shape)] = -inf
        return found


def _log_normaliser(alpha: Any) -> Any:
    if alpha.ndim == 1:
        listed = alpha.tolist()
        return lgamma(fsum(listed)) - fsum(map(lgamma, listed))
    return log_gamma(alpha.sum(axis=-1)) - log_gamma(alpha).sum(axis=-1)


class MvnFamily(VectorFamily):
    """`(mvn mean cov)`. Prepared: mean, L with cov = L L', and -log det L - d log sqrt(2 pi)."""

    shapes = ("vector", "matrix")

    def plain(self, dist: Any) -> Any:
        """Mean (d,), L (d, d) and the log normaliser."""
        return _with_normaliser(dist.mean, dist._lower)

    def prepare(self, mean: Any, cov: Any) -> Any:
        """Numbers finite, cov symmetric and positive definite."""
        return _with_normaliser(mean, root_of(mean, cov))

    def sample(self, prepared: Any, rng: Any, n: int) -> Any:
        """Mean + L z."""
        mean, lower, _ = prepared
        d = mean.shape[-1]
        drawn = times(lower, rng.standard_normal((d, n)))
        drawn += mean.T if mean.ndim == 2 else mean[:, None]
        return drawn.T

    def log_prob(self, prepared: Any, value: Any) -> Any:
        """-|L^-1 (x - mean)|^2 / 2 - log det L - d log sqrt(2 pi)."""
        mean, lower, log_normaliser = prepared
        squared = distance(mean, lower, value)
        # A point so far away that the distance overflows may give nan: its density is zero.
        return np.where(np.isnan(squared), -inf, log_normaliser - 0.5 * squared)


def root_of(mean: Any, cov: Any) -> Any:
    """L with cov = L L', of checked matrices."""
    if mean.shape[-1] != cov.shape[-1]:
        raise BadLane
    exact = (cov == np.swapaxes(cov, -2, -1)).all()
    if not (exact and np.isfinite(mean).all() and np.isfinite(cov).all()):
        _refuse_unless_fine(mean, cov)
    if cov.ndim == 3 and len(cov) > _MANY and cov.shape[-1] <= _SMALL:
        return _roots(cov)
    try:
        return np.linalg.cholesky(cov)
    except np.linalg.LinAlgError:
        refuse(_has_root(cov))
        raise


def _roots(cov: Any) -> Any:
    """L with cov = L L' of many small matrices, element by element (Cholesky and Banachiewicz)."""
    lower, d = np.zeros(cov.shape), cov.shape[-1]
    for j in range(d):
        rest = cov[:, j, j]
        for k in range(j):
            rest = rest - lower[:, j, k] ** 2
        if not (rest > 0.0).all():
            refuse(_has_root(cov))
        pivot = lower[:, j, j] = np.sqrt(rest)
        for i in range(j + 1, d):
            rest = cov[:, i, j]
            for k in range(j):
                rest = rest - lower[:, i, k] * lower[:, j, k]
            lower[:, i, j] = rest / pivot
    return lower


def _refuse_unless_fine(mean: Any, cov: Any) -> None:
    """Numbers are finite, and what differs across the diagonal is rounding."""
    fine = np.isfinite(mean).all(axis=-1), np.isfinite(cov).all(axis=(-2, -1))
    skew = np.abs(cov - np.swapaxes(cov, -2, -1)).max(axis=(-2, -1))
    symmetric = skew <= _SYMMETRY_TOLERANCE * np.abs(cov).max(axis=(-2, -1))
    if not (fine[0].all() and fine[1].all() and symmetric.all()):
        refuse(*fine, symmetric, _has_root(cov))


def _with_normaliser(mean: Any, lower: Any) -> Any:
    log_det = np.log(np.diagonal(lower, axis1=-2, axis2=-1)).sum(axis=-1)
    return mean, lower, -log_det - lower.shape[-1] * _HALF_LOG_TWO_PI


def distance(mean: Any, lower: Any, value: Any) -> Any:
    """|L^-1 (x - mean)|^2 for observed vectors x."""
    apart = (observed_points(value, mean.shape[-1]) - mean).T
    z = _solve(lower, apart if apart.ndim == 2 else apart[:, None])
    return (z * z).sum(axis=0)


def times(lower: Any, z: Any) -> Any:
    """L z (d, n) for every particle."""
    if lower.ndim == 2:
        return lower @ z
    found = np.empty_like(z)
    for i in range(len(z)):
        found[i] = lower[:, i, 0] * z[0]
        for j in range(1, i + 1):
            found[i] += lower[:, i, j] * z[j]
    return found


def _solve(lower: Any, apart: Any) -> Any:
    """Z (d, n) with L z = apart for every particle, by forward substitution."""
    d, shared = len(apart), lower.ndim == 2
    if d > _UNROLLED:
        if shared:
            return np.linalg.solve(lower, apart)
        right = np.broadcast_to(apart.T, lower.shape[:-1])[..., None]
        return np.linalg.solve(lower, right)[..., 0].T
    z = np.empty((d, apart.shape[1] if shared else len(lower)))
    for i in range(d):
        rest = apart[i]
        for j in range(i):
            rest = rest - lower[..., i, j] * z[j]
        z[i] = rest / lower[..., i, i]
    return z


def _has_root(cov: Any) -> Any:
    """For each matrix whether it is positive definite, as Cholesky's algorithm sees it."""
    matrices = cov.reshape(-1, *cov.shape[-2:])
    found = np.ones(len(matrices), dtype=bool)
    for place, matrix in enumerate(matrices):
        try:
            np.linalg.cholesky(matrix)
        except np.linalg.LinAlgError:
            found[place] = False
    return found
