"""The distribution of correlation matrices of Lewandowski, Kurowicka and Joe."""

from __future__ import annotations

from math import inf, log, sqrt
from typing import Any

from anglipy.runtime.distributions.base import CorrelationMatrices, Distribution
from anglipy.runtime.distributions.checks import nonnegative_integer, parameter_error, positive
from anglipy.runtime.distributions.matrices import (
    nested_vectors,
    observed_square,
    root_or_none,
)
from anglipy.runtime.random_source import Rng
from anglipy.runtime.special import log_beta
from anglipy.runtime.values import Vector

__all__ = ["Lkj"]

_LOG_TWO = log(2.0)
_DIAGONAL_TOLERANCE = 1e-6
"""How far the diagonal of an observed matrix may be from one: single-precision data must pass."""


class Lkj(Distribution):
    """`(lkj d eta)`: density proportional to det(x)^(eta - 1) on d by d correlation matrices, by
    the elements below the diagonal.

    Correlation matrices are symmetric and positive definite with ones on the diagonal. `eta` = 1 is
    uniform, larger `eta` > 0 prefers weak correlations; each element is distributed as 2 b - 1 with
    b from beta(eta + d/2 - 1, eta + d/2 - 1). Draws are by the onion method. Lewandowski, Kurowicka
    and Joe 2009, "Generating random correlation matrices based on vines and extended onion method".
    """

    __slots__ = ("_log_normaliser", "d", "eta")
    name = "lkj"
    fields = ("d", "eta")

    def __init__(self, d: Any, eta: Any) -> None:
        self.given = (d, eta)
        self.d = nonnegative_integer("lkj", "d", d)
        if self.d < 1:
            raise parameter_error("lkj", "d", ">= 1", d)
        self.eta = positive("lkj", "eta", eta)
        self._log_normaliser = -sum(
            (self.d - k) * _log_slice(self.eta + 0.5 * (self.d - k - 1)) for k in range(1, self.d)
        )

    def sample(self, rng: Rng) -> Vector:
        """By the onion method. What rounds to a singular matrix is drawn again."""
        drawn = self._onion(rng)
        while root_or_none(drawn) is None:
            drawn = self._onion(rng)
        return nested_vectors(drawn)

    def _onion(self, rng: Rng) -> Any:
        """Row after row of a lower triangular root: a direction, and how far it goes."""
        import numpy as np

        shape = self.eta + 0.5 * (self.d - 2)
        root = np.zeros((self.d, self.d))
        root[0, 0] = 1.0
        for k in range(1, self.d):
            squared = float(rng.beta(0.5 * k, shape - 0.5 * (k - 1)))
            normals = np.array([rng.standard_normal() for _ in range(k)])
            root[k, :k] = normals * sqrt(squared / float(normals @ normals))
            root[k, k] = sqrt(1.0 - squared)
        drawn = root @ root.T
        np.fill_diagonal(drawn, 1.0)
        return drawn

    def log_prob(self, value: Any) -> float:
        """(eta - 1) log det x - log of the normalising constant (theorem 5 of the paper)."""
        import numpy as np

        x = observed_square("lkj", value, self.d)
        good = np.isfinite(x).all() and np.abs(np.diagonal(x) - 1.0).max() <= _DIAGONAL_TOLERANCE
        root = root_or_none(x) if good else None
        if root is None:
            return -inf
        log_det = 2.0 * float(np.log(np.diagonal(root)).sum())
        return (self.eta - 1.0) * log_det + self._log_normaliser

    @property
    def support(self) -> CorrelationMatrices:
        """Correlation matrices."""
        return CorrelationMatrices(self.d)


def _log_slice(shape: float) -> float:
    """Log of the integral of (1 - r^2)^(shape - 1) over -1 < r < 1."""
    return (2.0 * shape - 1.0) * _LOG_TWO + log_beta(shape, shape)
