"""Uniform distributions: on an interval, and on a range of integers."""

from __future__ import annotations

from bisect import bisect_right
from math import floor, inf, log, nextafter
from typing import Any

from anglipy.runtime.cumulative import CERTAIN, IMPOSSIBLE, Tails
from anglipy.runtime.distributions.base import Distribution, IntegerRange, Interval
from anglipy.runtime.distributions.checks import (
    exact_integer,
    finite,
    parameter_error,
    show,
    value_number,
)
from anglipy.runtime.distributions.finite import LINEAR_LIMIT
from anglipy.runtime.random_source import Rng

__all__ = ["UniformContinuous", "UniformDiscrete"]

_COMPARISON_LIMIT = 2**20
"""Ranges up to this size are drawn by comparing one uniform, whose 53 bits leave a bias below 2^-32
per value.
"""


class UniformContinuous(Distribution):
    """`(uniform-continuous min max)`: density 1 / (max - min).

    Draws lie in [min, max); the density is taken on the closed interval [min, max], so that an
    observed end point counts.
    """

    __slots__ = ("high", "low")
    name = "uniform-continuous"
    fields = ("min", "max")

    def __init__(self, low: Any, high: Any) -> None:
        self.given = (low, high)
        if low.__class__ is not float or not -inf < low < inf:
            low = finite("uniform-continuous", "min", low)
        if high.__class__ is not float or not -inf < high < inf:
            high = finite("uniform-continuous", "max", high)
        if not low < high:
            raise parameter_error(
                "uniform-continuous", "max", f"> min ({show(self.given[0])})", self.given[1]
            )
        if high - low == inf:
            raise parameter_error(
                "uniform-continuous", "max - min", "within the range of doubles", high - low
            )
        self.low: float = low
        self.high: float = high

    def sample(self, rng: Rng) -> float:
        """One uniform, stretched; rounding up to max is undone, since max itself is not drawn."""
        value = self.low + (self.high - self.low) * rng.random()
        return value if value < self.high else nextafter(self.high, self.low)

    def log_prob(self, value: Any) -> float:
        """-log(max - min) on [min, max], else -inf."""
        x: float = (
            value
            if value.__class__ is float and value == value
            else value_number("uniform-continuous", value)
        )
        return -log(self.high - self.low) if self.low <= x <= self.high else -inf

    def log_tails(self, x: float) -> Tails:
        """The parts of the interval on either side."""
        if x <= self.low:
            return IMPOSSIBLE
        if x >= self.high:
            return CERTAIN
        log_width = log(self.high - self.low)
        return log(x - self.low) - log_width, log(self.high - x) - log_width

    @property
    def support(self) -> Interval:
        """[min, max]."""
        return Interval(self.low, self.high)


class UniformDiscrete(Distribution):
    """`(uniform-discrete min max)`: each integer from min up to but not including max, with equal
    mass.

    An observed value between two integers is truncated towards zero, as in Anglican: 1.5 counts as
    1.
    """

    __slots__ = ("high", "low")
    name = "uniform-discrete"
    fields = ("min", "max")

    def __init__(self, low: Any, high: Any) -> None:
        self.given = (low, high)
        self.low = exact_integer("uniform-discrete", "min", low)
        self.high = exact_integer("uniform-discrete", "max", high)
        if self.low >= self.high:
            raise parameter_error("uniform-discrete", "max", f"> min ({show(low)})", high)

    def sample(self, rng: Rng) -> int:
        """One uniform and comparisons with the multiples of 1/n; for n above 2^20, uniform random
        bits.
        """
        n = self.high - self.low
        if n > _COMPARISON_LIMIT:
            return self.low + _random_below(rng, n)
        u = rng.random()
        if n > LINEAR_LIMIT:
            return self.low + bisect_right(range(n - 1), u, key=lambda index: (index + 1) / n)
        for index in range(1, n):
            if u < index / n:
                return self.low + index - 1
        return self.high - 1

    def log_prob(self, value: Any) -> float:
        """-log(max - min) inside, -inf outside."""
        if value.__class__ is not int:
            number = value_number("uniform-discrete", value)
            if isinstance(value, int):
                value = int(value)
            elif -inf < number < inf:
                value = int(number) if number >= self.low else self.low - 1
            else:
                return -inf
        return -log(self.high - self.low) if self.low <= value < self.high else -inf

    def log_tails(self, x: float) -> Tails:
        """The parts of the range on either side."""
        if x < self.low:
            return IMPOSSIBLE
        if x >= self.high - 1:
            return CERTAIN
        below = floor(x) + 1 - self.low
        log_size = log(self.high - self.low)
        return log(below) - log_size, log(self.high - self.low - below) - log_size

    @property
    def support(self) -> IntegerRange:
        """Min .. max - 1."""
        return IntegerRange(self.low, self.high - 1)


def _random_below(rng: Rng, n: int) -> int:
    """A uniform integer in [0, n) for any n: whole random bytes, thrown again while too large."""
    bits = (n - 1).bit_length()
    size = (bits + 7) // 8
    while True:
        value = int.from_bytes(rng.bytes(size), "big") >> (8 * size - bits)
        if value < n:
            return value
