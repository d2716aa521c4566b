"""Vectors of independent draws: from several distributions, or several from one."""

from __future__ import annotations

from typing import Any

from anglipy.runtime.distributions.base import Distribution, Product
from anglipy.runtime.distributions.checks import (
    elements,
    nonnegative_integer,
    parameter_error,
    value_error,
)
from anglipy.runtime.random_source import Rng
from anglipy.runtime.values import Vector

__all__ = ["Iid", "ProductOf"]


class _Independent(Distribution):
    """Draws side by side."""

    __slots__ = ("parts",)

    parts: list[Distribution]

    def sample(self, rng: Rng) -> Vector:
        """A draw from each, in order."""
        return Vector([part.sample(rng) for part in self.parts])

    def log_prob(self, value: Any) -> float:
        """The sum of the log densities."""
        point = elements(value)
        if point is None or len(point) != len(self.parts):
            raise value_error(self.name, f"a vector of {len(self.parts)} values", value)
        return sum((part.log_prob(x) for part, x in zip(self.parts, point, strict=True)), 0.0)

    @property
    def support(self) -> Product:
        """Where the elements lie."""
        return Product(tuple(part.support for part in self.parts))


class ProductOf(_Independent):
    """`(product dists)`: vectors of independent draws, the i-th from the i-th of the distributions;
    the density is the product of theirs.

    `dists` is a sequence of distributions of any kind.
    """

    __slots__ = ()
    name = "product"
    fields = ("dists",)

    def __init__(self, dists: Any) -> None:
        listed = elements(dists)
        if listed is None or not all(isinstance(part, Distribution) for part in listed):
            raise parameter_error("product", "dists", "a sequence of distributions", dists)
        self.given = (Vector(listed),)
        self.parts = listed


class Iid(_Independent):
    """`(iid dist n)`: vectors of n independent draws from the distribution `dist`; the density is
    the product of n of its densities.
    """

    __slots__ = ("dist",)
    name = "iid"
    fields = ("dist", "n")

    def __init__(self, dist: Any, n: Any) -> None:
        self.given = (dist, n)
        if not isinstance(dist, Distribution):
            raise parameter_error("iid", "dist", "a distribution", dist)
        self.dist = dist
        self.parts = [dist] * nonnegative_integer("iid", "n", n)
