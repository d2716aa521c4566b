"""The Wishart distribution of positive definite matrices."""

from __future__ import annotations

from math import inf, lgamma, log, pi, sqrt
from typing import Any

from anglipy.runtime.distributions.base import Distribution, PositiveDefinite
from anglipy.runtime.distributions.checks import parameter_error, positive
from anglipy.runtime.distributions.matrices import (
    checked_square,
    lower_root,
    nested_vectors,
    observed_square,
    root_or_none,
)
from anglipy.runtime.random_source import Rng
from anglipy.runtime.values import Vector

__all__ = ["Wishart"]

_LOG_TWO, _LOG_PI = log(2.0), log(pi)


class Wishart(Distribution):
    """`(wishart n v)`: density det(x)^((n-p-1)/2) exp(-trace(v^-1 x) / 2) / (2^(np/2) det(v)^(n/2)
    Gamma_p(n/2)) on symmetric positive definite p by p matrices.

    `n` > p - 1 degrees of freedom, `v` the scale matrix, symmetric positive definite: the mean is n
    v. For whole n the sum of n squares y y' with y from `(mvn 0 v)`. Draws are by the decomposition
    of Bartlett. A matrix that is not symmetric positive definite has no density. Anderson 2003,
    sec. 7.2.
    """

    __slots__ = ("_log_normaliser", "_lower", "n")
    name = "wishart"
    fields = ("n", "v")

    def __init__(self, n: Any, v: Any) -> None:
        import numpy as np

        self.n = positive("wishart", "n", n)
        rows, matrix = checked_square("wishart", "v", v, None)
        p = len(rows)
        if self.n <= p - 1:
            raise parameter_error("wishart", "n", f"> {p - 1} for a {p} by {p} matrix", n)
        self.given = (n, rows)
        self._lower = lower_root("wishart", "v", matrix, rows)
        log_det = 2.0 * float(np.log(np.diagonal(self._lower)).sum())
        gammas = sum(lgamma(0.5 * (self.n - j)) for j in range(p))
        self._log_normaliser = (
            -0.5 * self.n * (p * _LOG_TWO + log_det) - 0.25 * p * (p - 1) * _LOG_PI - gammas
        )

    def sample(self, rng: Rng) -> Vector:
        """By the decomposition of Bartlett. What rounds to a singular matrix is drawn again."""
        drawn = self._bartlett(rng)
        while root_or_none(drawn) is None:
            drawn = self._bartlett(rng)
        return nested_vectors(drawn)

    def _bartlett(self, rng: Rng) -> Any:
        """L A A' L', where A has roots of chi-squareds on its diagonal and normals below it."""
        import numpy as np

        p = len(self._lower)
        a = np.zeros((p, p))
        for i in range(p):
            for j in range(i):
                a[i, j] = rng.standard_normal()
            a[i, i] = sqrt(2.0 * rng.standard_gamma(0.5 * (self.n - i)))
        root = self._lower @ a
        return root @ root.T

    def transform_sample(self, lower: Any) -> Vector:
        """L A A' L' for a lower triangular matrix A."""
        import numpy as np

        root = self._lower @ np.asarray(_rows(lower))
        return nested_vectors(root @ root.T)

    def log_prob(self, value: Any) -> float:
        """The log of the density above."""
        import numpy as np

        p = len(self._lower)
        x = observed_square("wishart", value, p)
        root = root_or_none(x) if np.isfinite(x).all() else None
        if root is None:
            return -inf
        log_det = 2.0 * float(np.log(np.diagonal(root)).sum())
        z = np.linalg.solve(self._lower, root)
        return (
            self._log_normaliser + 0.5 * (self.n - p - 1.0) * log_det - 0.5 * float((z * z).sum())
        )

    @property
    def support(self) -> PositiveDefinite:
        """Symmetric positive definite matrices."""
        return PositiveDefinite(len(self._lower))


def _rows(matrix: Any) -> list[list[float]]:
    return [[float(x) for x in row] for row in matrix]
