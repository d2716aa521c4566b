"""A distribution of numbers, truncated to an interval."""

from __future__ import annotations

import struct
from math import ceil, exp, floor, inf, log
from typing import Any

from anglipy.diagnostics import ProgramError
from anglipy.runtime.cumulative import (
    CERTAIN,
    IMPOSSIBLE,
    Tails,
    log_add,
    log_complement_of,
    log_difference,
)
from anglipy.runtime.distributions.base import (
    Distribution,
    IntegerRange,
    IntegersFrom,
    Interval,
    Naturals,
    Positive,
    Reals,
    Support,
    UnitInterval,
    Unknown,
)
from anglipy.runtime.distributions.checks import (
    as_float,
    parameter_error,
    show,
    value_number,
)
from anglipy.runtime.distributions.finite import cumulative, draw
from anglipy.runtime.random_source import Rng

__all__ = ["LIKELY", "Truncated"]

_TABLE = 1024
"""Up to this many integers are drawn from a table of their masses."""
LIKELY = log(0.2)
"""Draws with at least this log probability to be between the bounds are repeated until they are."""
_REPEATS = 500
_LOG_HALF = log(0.5)
_NARROW = -14.0
"""Log share of a tail below which a difference of tails has lost too many digits."""
_LEGENDRE = (
    (-0.9061798459386640, 0.2369268850561891),
    (-0.5384693101056831, 0.4786286704993665),
    (0.0, 0.5688888888888889),
    (0.5384693101056831, 0.4786286704993665),
    (0.9061798459386640, 0.2369268850561891),
)
"""Nodes and weights of Gauss and Legendre (Abramowitz and Stegun 25.4.30)."""


class Truncated(Distribution):
    """`(truncated dist min max)`: the numbers of the distribution `dist` that lie between min and
    max, both included: its density there, divided by the probability of being there.

    A bound that is nil or infinite is none. `dist` is a distribution of integers, or one of numbers
    whose distribution function is known: all built-in ones but `von-mises`; of those written by
    users, the ones with a method `log_tails`.
    """

    __slots__ = ("_log_mass", "_masses", "_thresholds", "_whole", "dist", "high", "low")
    name = "truncated"
    fields = ("dist", "min", "max")

    def __init__(self, dist: Any, low: Any, high: Any) -> None:
        self.given = (dist, low, high)
        if not isinstance(dist, Distribution):
            raise parameter_error("truncated", "dist", "a distribution", dist)
        self.dist = dist
        self.low, self.high = _bound("min", low, -inf), _bound("max", high, inf)
        if self.low > self.high:
            raise parameter_error("truncated", "max", f">= min ({show(low)})", high)
        self._whole = self._meet(dist.support)
        self._masses: list[float] | None = None
        self._thresholds: list[float] | None = None
        if self._whole and self.high - self.low < _TABLE:
            self._log_mass = self._tabulate()
        elif dist.log_tails(0.0) is None:
            raise _unknown(dist)
        else:
            self._log_mass = self._log_between(self.low, self.high)
        if self._log_mass == -inf:
            raise ProgramError(
                "AQ410", f"truncated: {show(dist)} is never between {show(low)} and {show(high)}"
            )

    def _meet(self, support: Support) -> bool:
        """Narrow the bounds to the support; whether it consists of integers."""
        match support:
            case IntegerRange(least, most):
                lowest, highest, whole = float(least), float(most), True
            case Naturals():
                lowest, highest, whole = 0.0, inf, True
            case IntegersFrom(least):
                lowest, highest, whole = float(least), inf, True
            case Interval(least, most):
                lowest, highest, whole = least, most, False
            case UnitInterval():
                lowest, highest, whole = 0.0, 1.0, False
            case Positive():
                lowest, highest, whole = 0.0, inf, False
            case Reals() | Unknown():
                return False
            case _:
                raise parameter_error("truncated", "dist", "a distribution of numbers", self.dist)
        self.low, self.high = max(self.low, lowest), min(self.high, highest)
        if whole:
            self.low = float(ceil(self.low)) if self.low < inf else inf
            self.high = float(floor(self.high)) if self.high < inf else inf
        return whole

    def _tabulate(self) -> float:
        """Note the mass of every integer; the log of their sum."""
        integers = range(int(self.low), int(self.high) + 1)
        logs = [self.dist.log_prob(k) for k in integers]
        largest = max(logs, default=-inf)
        if largest == -inf:
            return -inf
        self._masses = [exp(log_mass - largest) for log_mass in logs]
        self._thresholds = cumulative(self._masses)
        return largest + log(sum(self._masses))

    # ---- probabilities of intervals

    def _tails(self, x: float) -> Tails:
        tails = self.dist.log_tails(x)
        if tails is None:
            raise _unknown(self.dist)
        return tails

    def _log_between(self, low: float, high: float) -> float:
        """Log P(low <= X <= high) of the whole distribution; for integers, low is one of them."""
        if low > high:
            return -inf
        below, above = self._tails(low - 1.0 if self._whole else low), self._tails(high)
        if below[0] < _LOG_HALF and above[1] < _LOG_HALF:
            found, tail = log_complement_of(log_add(below[0], above[1])), 0.0
        elif above[0] < below[1]:
            found, tail = log_difference(above[0], below[0]), above[0]
        else:
            found, tail = log_difference(below[1], above[1]), below[1]
        if found - tail < _NARROW and not self._whole and high - low < inf:
            return self._by_quadrature(low, high)
        return found

    def _by_quadrature(self, low: float, high: float) -> float:
        """The log of the integral of the density over a narrow interval."""
        middle, half = 0.5 * (low + high), 0.5 * (high - low)
        if half == 0.0:
            return -inf
        total = -inf
        for node, weight in _LEGENDRE:
            total = log_add(total, self.dist.log_prob(middle + half * node) + log(weight))
        return total + log(half)

    # ---- the distribution

    def sample(self, rng: Rng) -> Any:
        """Integers from their table; else draws repeated until one is between the bounds, or the
        inverse of the distribution function, where that would take long.
        """
        if self._thresholds is not None:
            return int(self.low) + draw(self._thresholds, rng.random())
        if self._log_mass > LIKELY:
            for _ in range(_REPEATS):
                drawn = self.dist.sample(rng)
                if self.low <= drawn <= self.high:
                    return drawn
        return self._inverse(rng.random())

    def _inverse(self, u: float) -> Any:
        """The least number between the bounds at which the distribution function reaches u."""
        below = self._tails(self.low - 1.0 if self._whole else self.low)
        above = self._tails(self.high)
        side = 0 if above[0] < below[1] else 1
        log_u, log_rest = log(u) if u > 0.0 else -inf, log(1.0 - u)
        target = log_add(below[side] + log_rest, above[side] + log_u)

        def reached(x: float) -> bool:
            tail = self._tails(x)[side]
            return tail >= target if side == 0 else tail <= target

        if self._whole:
            return _least_integer(int(self.low), self.high, reached)
        return _least_double(self.low, self.high, reached)

    def log_prob(self, value: Any) -> float:
        """That of the distribution, less the log probability of being between the bounds."""
        x = value_number("truncated", value)
        if not self.low <= x <= self.high:
            return -inf
        return self.dist.log_prob(value) - self._log_mass

    def log_tails(self, x: float) -> Tails:
        """The parts of the probability on either side."""
        if x < self.low:
            return IMPOSSIBLE
        if x >= self.high:
            return CERTAIN
        if self._masses is not None:
            place, total = floor(x) - int(self.low) + 1, sum(self._masses)
            parts = sum(self._masses[:place]), sum(self._masses[place:])
            return _log(parts[0] / total), _log(parts[1] / total)
        after = floor(x) + 1.0 if self._whole else x
        lower = self._log_between(self.low, floor(x) if self._whole else x)
        upper = self._log_between(after, self.high)
        return min(0.0, lower - self._log_mass), min(0.0, upper - self._log_mass)

    @property
    def support(self) -> Support:
        """What is left of that of the distribution."""
        if self._whole:
            if self.high < inf:
                return IntegerRange(int(self.low), int(self.high))
            return IntegersFrom(int(self.low)) if self.low > 0.0 else Naturals()
        if self.high == inf and self.low in (0.0, -inf):
            return Positive() if self.low == 0.0 else self.dist.support
        return Interval(self.low, self.high)


def _bound(parameter: str, given: Any, none: float) -> float:
    if given is None:
        return none
    number = as_float(given)
    if number is None or number != number:
        raise parameter_error("truncated", parameter, "a number, or nil for none", given)
    return number


def _unknown(dist: Distribution) -> ProgramError:
    return ProgramError(
        "AQ410",
        "truncated: dist must be a distribution of numbers whose distribution function is known, "
        f"got {show(dist)}",
        help="a loop that samples until the value is in range truncates any distribution, if "
        "nothing observes it",
    )


def _log(x: float) -> float:
    return log(x) if x > 0.0 else -inf


def _least_integer(low: int, high: float, reached: Any) -> int:
    """The least integer from low on for which that holds; high if there is none before."""
    step = 1
    while low + step < high and not reached(low + step - 1.0):
        low, step = low + step, 2 * step
    most = int(min(float(low + step), high))
    while low < most:
        middle = (low + most) // 2
        if reached(float(middle)):
            most = middle
        else:
            low = middle + 1
    return low


def _least_double(low: float, high: float, reached: Any) -> float:
    """The least double for which that holds, by bisection of the doubles in their order."""
    first = _place_of(max(low, -_LARGEST))
    last = _place_of(min(high, _LARGEST))
    while first < last:
        middle = (first + last) // 2
        if reached(_double_at(middle)):
            last = middle
        else:
            first = middle + 1
    return _double_at(last)


_LARGEST = 1.7976931348623157e308
_SIGN = 1 << 63


def _place_of(x: float) -> int:
    """The place of a double among all in order; zero has place 0."""
    bits: int = struct.unpack("<Q", struct.pack("<d", x))[0]
    return bits if bits < _SIGN else _SIGN - bits


def _double_at(place: int) -> float:
    bits = place if place >= 0 else _SIGN - place
    found: float = struct.unpack("<d", struct.pack("<Q", bits))[0]
    return found
