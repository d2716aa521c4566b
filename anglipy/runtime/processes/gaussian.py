"""Gaussian processes."""

from __future__ import annotations

from functools import partial
from math import sqrt
from typing import Any

from anglipy.diagnostics import ProgramError
from anglipy.runtime.distributions.checks import (
    as_float,
    elements,
    parameter_error,
    show,
    value_error,
)
from anglipy.runtime.distributions.normal import Normal
from anglipy.runtime.processes.base import Process
from anglipy.runtime.values import Vector

__all__ = ["GP"]


class GP(Process):
    """`(GP m k)`: the Gaussian process with mean function `(m x)` and covariance function `(k x
    y)`.

    It produces a function: `((produce gp) x)` is the `(normal mean sd)` of the value at x, given
    the points absorbed; a point is a pair `[x y]`. There is no noise but what `k` adds on the
    diagonal, so that a point without noise can be absorbed once only. Points are whatever `m` and
    `k` take. `(GP m k points)` begins with a vector of points. Rasmussen and Williams 2006, sec.
    2.2.
    """

    __slots__ = ("_factors",)
    name = "GP"
    fields = ("m", "k", "points")

    def __init__(self, m: Any, k: Any, points: Any = None) -> None:
        listed = elements(points)
        if listed is None:
            raise parameter_error("GP", "points", "a sequence of pairs [x y]", points)
        for parameter, function in (("m", m), ("k", k)):
            if not callable(function):
                raise parameter_error("GP", parameter, "a function", function)
        pairs = []
        for point in listed:
            pair = elements(point)
            if pair is None or len(pair) != 2:
                raise parameter_error("GP", "points", "a sequence of pairs [x y]", points)
            pairs.append(Vector(pair))
        self.given = (m, k, Vector(pairs))
        self._factors: _Factors | None = None

    def produce(self) -> Any:
        """The function that gives the predictive normal at x."""
        return partial(_predictive, self)

    def absorb(self, value: Any) -> GP:
        """The process given one point more."""
        pair = elements(value)
        if pair is None or len(pair) != 2:
            raise value_error("GP", "a pair [x y]", value)
        m, k, points = self.given
        made = GP(m, k, Vector((*points, Vector(pair))))
        made._factors = self.factors().with_point(self, *pair)
        return made

    def factors(self) -> _Factors:
        """What predictions need of the points."""
        if self._factors is None:
            found = _Factors((), (), ())
            for point in self.given[2]:
                found = found.with_point(self, *point)
            self._factors = found
        return self._factors

    def mean_at(self, x: Any) -> float:
        """The mean function."""
        return self._number("m", self.given[0](x))

    def covariance(self, x: Any, y: Any) -> float:
        """The covariance function."""
        return self._number("k", self.given[1](x, y))

    def _number(self, function: str, answer: Any) -> float:
        number = as_float(answer)
        if number is None:
            raise parameter_error("GP", f"the value of {function}", "a number", answer)
        return number


class _Factors:
    """Of n points: the rows of the inverse of L, where L L' is their covariance matrix, and z, the
    standardised values L^-1 (y - m).

    With w = L^-1 k(points, x) the mean at x is m(x) + w'z and the variance k(x, x) - w'w, and a new
    point adds a row to the inverse: O(n^2) for each.
    """

    __slots__ = ("rows", "xs", "z")

    def __init__(
        self, xs: tuple[Any, ...], rows: tuple[tuple[float, ...], ...], z: tuple[float, ...]
    ) -> None:
        self.xs, self.rows, self.z = xs, rows, z

    def predict(self, gp: GP, x: Any) -> tuple[float, float, list[float]]:
        """Mean and variance at x, and w."""
        covariances = [gp.covariance(other, x) for other in self.xs]
        w = [sum(map(float.__mul__, row, covariances)) for row in self.rows]
        mean = gp.mean_at(x) + sum(map(float.__mul__, w, self.z))
        return mean, gp.covariance(x, x) - sum(each * each for each in w), w

    def with_point(self, gp: GP, x: Any, y: Any) -> _Factors:
        """The factors of one point more."""
        value = as_float(y)
        if value is None:
            raise value_error("GP", "a pair [x y] with a number y", Vector([x, y]))
        mean, variance, w = self.predict(gp, x)
        sd = _root(variance, x)
        row = [0.0] * len(w)
        for weight, other in zip(w, self.rows, strict=True):
            for place, element in enumerate(other):
                row[place] -= weight * element / sd
        rows = (*self.rows, (*row, 1.0 / sd))
        return _Factors((*self.xs, x), rows, (*self.z, (value - mean) / sd))


def _predictive(gp: GP, x: Any) -> Normal:
    mean, variance, _ = gp.factors().predict(gp, x)
    return Normal(mean, _root(variance, x))


def _root(variance: float, x: Any) -> float:
    if not variance > 0.0:
        raise ProgramError(
            "AQ410",
            f"GP: the variance at {show(x)} must be > 0, got {show(variance)}",
            help="add noise to the covariance of a point with itself: (if (= x y) 0.01 0)",
        )
    return sqrt(variance)
