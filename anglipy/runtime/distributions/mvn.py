"""The multivariate normal distribution."""

from __future__ import annotations

from math import inf, log, pi
from typing import Any

from anglipy.runtime.distributions.base import Distribution, RealVector
from anglipy.runtime.distributions.matrices import (
    checked_square,
    checked_vector,
    lower_root,
    observed_vector,
)
from anglipy.runtime.random_source import Rng
from anglipy.runtime.values import Vector

__all__ = ["Mvn"]

_HALF_LOG_TWO_PI = 0.5 * log(2.0 * pi)


class Mvn(Distribution):
    """`(mvn mean cov)`: density exp(-(x-mean)' cov^-1 (x-mean) / 2) / sqrt((2 pi)^d det cov) on
    vectors of d numbers.

    `mean` is a vector of d numbers, `cov` the covariance (not its root, not the precision): a
    symmetric positive definite d by d matrix, as nested vectors or as an array. Draws are mean + L
    z with cov = L L' (Cholesky) and z standard normal. Kotz, Balakrishnan and Johnson 2000, ch. 45.
    """

    __slots__ = ("_log_normaliser", "_lower", "mean")
    name = "mvn"
    fields = ("mean", "cov")

    def __init__(self, mean: Any, cov: Any) -> None:
        import numpy as np

        listed, numbers = checked_vector("mvn", "mean", mean)
        rows, matrix = checked_square("mvn", "cov", cov, len(listed), "mean")
        self.given = (Vector(listed), rows)
        self.mean = np.array(numbers)
        self._lower = lower_root("mvn", "cov", matrix, rows)
        log_det = float(np.log(np.diagonal(self._lower)).sum())
        self._log_normaliser = -log_det - len(listed) * _HALF_LOG_TWO_PI

    def sample(self, rng: Rng) -> Vector:
        """Mean + L z."""
        return self.transform_sample([rng.standard_normal() for _ in range(len(self.mean))])

    def transform_sample(self, standard: Any) -> Vector:
        """Mean + L z for a vector z of standard normals."""
        return Vector((self.mean + self._lower @ standard).tolist())

    def log_prob(self, value: Any) -> float:
        """-|L^-1 (x - mean)|^2 / 2 - log det L - d log sqrt(2 pi)."""
        import numpy as np

        x = observed_vector("mvn", value, len(self.mean))
        with np.errstate(all="ignore"):
            z = np.linalg.solve(self._lower, x - self.mean)
            distance = float(z @ z)
        # A point so far away that the distance overflows may give nan: its density is zero.
        return self._log_normaliser - 0.5 * distance if distance == distance else -inf

    @property
    def support(self) -> RealVector:
        """Vectors of d reals."""
        return RealVector(len(self.mean))
