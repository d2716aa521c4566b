"""A random generator that takes every path: exact expectations over programs that draw uniforms.

`all_paths(run)` calls `run(rng)` once per possible outcome and yields each outcome with its exact
probability. `rng.random()` gives a `Uniform`, a number that is not known yet. Comparing it with a
constant decides as much as has to be decided: the interval that it can lie in is cut in two, and
one run goes on in each part. Affine arithmetic with a positive factor, as in systematic
resampling's (u + i) / n, is carried along exactly. Anything else is an error, so that no code under
test can look at a uniform in a way that the enumeration would miss.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Any, TypeVar

import numpy as np

__all__ = ["EnumeratingRng", "Uniform", "all_paths", "expectation"]

T = TypeVar("T")


class _Unknown:
    """One uniform: the half-open interval [low, high) that it is known to lie in."""

    __slots__ = ("high", "low", "rng")

    def __init__(self, rng: EnumeratingRng) -> None:
        self.rng, self.low, self.high = rng, Fraction(0), Fraction(1)

    def is_below(self, bound: Fraction) -> bool:
        if bound <= self.low:
            return False
        if bound >= self.high:
            return True
        if self.rng.decide():
            self.high = bound
            return True
        self.low = bound
        return False


class Uniform:
    """`factor * u + offset` for an unknown uniform u; factor > 0."""

    __array_ufunc__ = None
    __hash__ = None  # type: ignore[assignment]
    __slots__ = ("factor", "offset", "u")

    def __init__(self, u: _Unknown, factor: Fraction, offset: Fraction) -> None:
        self.u, self.factor, self.offset = u, factor, offset

    def _with(self, other: Any, factor: Any, offset: Any) -> Any:
        if isinstance(other, np.ndarray):
            made = np.empty(other.shape, dtype=object)
            made[...] = [self._with(x, factor, offset) for x in other.tolist()]
            return made
        x = _exact(other)
        new_factor = self.factor * factor(x)
        assert new_factor > 0
        return Uniform(self.u, new_factor, self.offset * factor(x) + offset(x))

    def __add__(self, other: Any) -> Any:
        return self._with(other, lambda _: 1, lambda x: x)

    def __sub__(self, other: Any) -> Any:
        return self._with(other, lambda _: 1, lambda x: -x)

    def __mul__(self, other: Any) -> Any:
        return self._with(other, lambda x: x, lambda _: 0)

    def __truediv__(self, other: Any) -> Any:
        return self._with(other, lambda x: 1 / x, lambda _: 0)

    __radd__, __rmul__ = __add__, __mul__

    def __lt__(self, other: Any) -> bool:
        if isinstance(other, Uniform):
            return self._is_below(other)
        return self.u.is_below((_exact(other) - self.offset) / self.factor)

    def __ge__(self, other: Any) -> bool:
        return not self < other

    # u == c has probability zero, so that > is >= and <= is <.
    __gt__, __le__ = __ge__, __lt__

    def _is_below(self, other: Uniform) -> bool:
        """Between two uniforms: decided if they are copies of one, or their ranges do not meet."""
        if self.u is other.u and self.factor == other.factor:
            return self.offset < other.offset
        if self.factor * self.u.high + self.offset <= other.factor * other.u.low + other.offset:
            return True
        if other.factor * other.u.high + other.offset <= self.factor * self.u.low + self.offset:
            return False
        raise TypeError("two uniforms were compared")

    def __eq__(self, other: object) -> bool:
        raise TypeError("a uniform was compared by ==")

    def __float__(self) -> float:
        raise TypeError("a uniform was turned into a number")


class EnumeratingRng:
    """Stands in for a numpy Generator along one path; offers `random` only."""

    def __init__(self, script: list[bool]) -> None:
        self.script = script
        self.decided = 0
        self.unknowns: list[_Unknown] = []

    def random(self, size: int | None = None) -> Any:
        if size is None:
            self.unknowns.append(_Unknown(self))
            return Uniform(self.unknowns[-1], Fraction(1), Fraction(0))
        made = np.empty(size, dtype=object)
        for i in range(size):
            made[i] = self.random()
        return made

    def decide(self) -> bool:
        """The next decision of the script; beyond its end, True is tried first."""
        if self.decided == len(self.script):
            self.script.append(True)
        self.decided += 1
        return self.script[self.decided - 1]

    def probability(self) -> Fraction:
        """The probability of this path."""
        product = Fraction(1)
        for unknown in self.unknowns:
            product *= unknown.high - unknown.low
        return product


def all_paths(run: Callable[[Any], T]) -> Iterator[tuple[Fraction, T]]:
    """Every outcome of `run(rng)` with its probability; the probabilities sum to 1."""
    script: list[bool] = []
    while True:
        rng = EnumeratingRng(script)
        outcome = run(rng)
        yield rng.probability(), outcome
        while script and not script[-1]:
            script.pop()
        if not script:
            return
        script[-1] = False


def expectation(run: Callable[[Any], Any]) -> Any:
    """The exact expectation of a number or an array of numbers over all paths of `run(rng)`."""
    return sum(float(probability) * outcome for probability, outcome in all_paths(run))


def _exact(number: Any) -> Fraction:
    if isinstance(number, Uniform):
        raise TypeError("arithmetic between two uniforms")
    return Fraction(int(number)) if isinstance(number, np.integer) else Fraction(number)
