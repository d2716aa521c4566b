"""Vectors of independent normals: with one variance for all, or a variance for each."""

from __future__ import annotations

from math import log, pi, sqrt
from typing import Any

from anglipy.runtime.distributions.base import Distribution, RealVector
from anglipy.runtime.distributions.checks import elements, parameter_error, positive
from anglipy.runtime.distributions.matrices import checked_vector, observed_vector
from anglipy.runtime.random_source import Rng
from anglipy.runtime.values import Vector

__all__ = ["MvnMeanVar", "MvnMeanVars"]

_HALF_LOG_TWO_PI = 0.5 * log(2.0 * pi)


class _Independent(Distribution):
    """Normals side by side; `mean` and `sds` are lists of floats."""

    __slots__ = ("mean", "sds")

    mean: list[float]
    sds: list[float]

    def sample(self, rng: Rng) -> Vector:
        """A normal for each coordinate."""
        pairs = zip(self.mean, self.sds, strict=True)
        return Vector([mean + sd * rng.standard_normal() for mean, sd in pairs])

    def log_prob(self, value: Any) -> float:
        """The sum of the log densities of the coordinates."""
        point = observed_vector(self.name, value, len(self.mean))
        total = 0.0
        for x, mean, sd in zip(point, self.mean, self.sds, strict=True):
            z = (x - mean) / sd
            total -= 0.5 * z * z + log(sd) + _HALF_LOG_TWO_PI
        return total

    @property
    def support(self) -> RealVector:
        """Vectors of d reals."""
        return RealVector(len(self.mean))


class MvnMeanVar(_Independent):
    """`(mvn-mean-var mean var)`: vectors of independent normals with these means, each with
    variance `var` > 0: `(mvn mean cov)` with cov = var times the identity.
    """

    __slots__ = ()
    name = "mvn-mean-var"
    fields = ("mean", "var")

    def __init__(self, mean: Any, var: Any) -> None:
        listed, self.mean = checked_vector("mvn-mean-var", "mean", mean)
        self.given = (Vector(listed), var)
        self.sds = [sqrt(positive("mvn-mean-var", "var", var))] * len(listed)


class MvnMeanVars(_Independent):
    """`(mvn-mean-vars mean vars)`: vectors of independent normals with these means and variances:
    `(mvn mean cov)` with the variances on the diagonal of cov, and zeros elsewhere.
    """

    __slots__ = ()
    name = "mvn-mean-vars"
    fields = ("mean", "vars")

    def __init__(self, mean: Any, variances: Any) -> None:
        listed, self.mean = checked_vector("mvn-mean-vars", "mean", mean)
        given = elements(variances)
        if given is None or len(given) != len(listed):
            raise parameter_error(
                "mvn-mean-vars", "vars", f"a vector of {len(listed)} numbers, as mean is", variances
            )
        self.given = (Vector(listed), Vector(given))
        self.sds = [sqrt(positive("mvn-mean-vars", "each element of vars", v)) for v in given]
