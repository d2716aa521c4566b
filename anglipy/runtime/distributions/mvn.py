"""The multivariate normal distribution."""

from __future__ import annotations

from math import inf, log, pi
from typing import Any

from anglipy.diagnostics import ProgramError
from anglipy.runtime.distributions.base import Distribution, RealVector
from anglipy.runtime.distributions.checks import (
    elements,
    finite,
    parameter_error,
    show,
    value_error,
    value_number,
)
from anglipy.runtime.random_source import Rng
from anglipy.runtime.values import Vector

__all__ = ["Mvn"]

_HALF_LOG_TWO_PI = 0.5 * log(2.0 * pi)
_SYMMETRY_TOLERANCE = 1e-9
"""Largest difference across the diagonal, relative to the largest element, that counts as rounding.
"""


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

        listed = elements(mean)
        if not listed:
            raise parameter_error("mvn", "mean", "a vector of numbers", mean)
        rows = _square("cov", cov, len(listed))
        self.given = (Vector(listed), Vector([Vector(row) for row in rows]))
        self.mean = np.array([finite("mvn", "each element of mean", x) for x in listed])
        matrix = np.array([[finite("mvn", "each element of cov", x) for x in row] for row in rows])
        self._lower = _cholesky(matrix, self.given[1])
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

        point = elements(value)
        if point is None or len(point) != len(self.mean):
            raise value_error("mvn", f"a vector of {len(self.mean)} numbers", value)
        x = [value_number("mvn", element) for element in point]
        with np.errstate(all="ignore"):
            z = np.linalg.solve(self._lower, x - self.mean)
            distance = float(z @ z)
        # A point so far away that the distance overflows may give nan: its density is zero.
        return self._log_normaliser - 0.5 * distance if distance == distance else -inf

    @property
    def support(self) -> RealVector:
        """Vectors of d reals."""
        return RealVector(len(self.mean))


def _square(parameter: str, matrix: Any, size: int) -> list[list[Any]]:
    """The rows of a size by size matrix."""
    rows = [elements(row) for row in elements(matrix) or []]
    if len(rows) != size or any(row is None or len(row) != size for row in rows):
        raise parameter_error(
            "mvn", parameter, f"a {size} by {size} matrix, as the mean has {size} elements", matrix
        )
    return [row for row in rows if row is not None]


def _cholesky(matrix: Any, given: Any) -> Any:
    """The lower triangular root of a symmetric positive definite matrix."""
    import numpy as np

    if np.abs(matrix - matrix.T).max() > _SYMMETRY_TOLERANCE * np.abs(matrix).max():
        raise parameter_error("mvn", "cov", "symmetric", given)
    try:
        return np.linalg.cholesky(matrix)
    except np.linalg.LinAlgError as failure:
        raise ProgramError(
            "AQ410",
            f"mvn: cov must be positive definite, got {show(given)}",
            help="a covariance has variances > 0 on its diagonal and no direction without variance",
        ) from failure
