"""Counts and ranges of integers for n particles at once: `poisson`, `binomial`,
`uniform-discrete`. Prepared: the parameters themselves, integers as int or int64.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate
from math import comb, inf
from typing import Any

import numpy as np

from anglipy.runtime.distributions.base import Distribution
from anglipy.runtime.lanes.families.base import (
    Array,
    BadLane,
    Family,
    log_of,
    number_values,
    refuse,
)
from anglipy.runtime.lanes.families.special import (
    has_nan,
    log_binomial_mass,
    log_factorial,
    log_poisson_mass,
)
from anglipy.runtime.lanes.families.weighted import draw_by_comparison
from anglipy.runtime.lanes.values import NotLanes

__all__ = ["BinomialFamily", "PoissonFamily", "UniformDiscreteFamily"]

_LARGEST_RATE = 9.2e18
_ENUMERABLE = 30
"""Up to this many trials a draw is one uniform compared with the cumulative mass."""
_COMPARISON_LIMIT = 2**20
"""Ranges up to this size are drawn by one uniform."""
_LARGEST = 2**63


class PoissonFamily(Family):
    """`(poisson lambda)`; lambda is the mean."""

    shapes = ("number",)

    def plain(self, dist: Any) -> Any:
        """The mean."""
        return (dist.rate,)

    def prepare(self, rate: Array) -> Any:
        """A number >= 0 and below the range of 64-bit integers."""
        if not (np.min(rate) >= 0.0 and np.max(rate) <= _LARGEST_RATE):
            refuse((np.asarray(rate) >= 0.0) & (np.asarray(rate) <= _LARGEST_RATE))
        return (rate,)

    def sample(self, prepared: Any, rng: Any, n: int) -> Any:
        """Numpy's Poisson."""
        return rng.poisson(prepared[0], n)

    def log_prob(self, prepared: Any, value: Any) -> Any:
        """K log lambda - lambda - log k!, for values truncated to integers."""
        (rate,) = prepared
        x = number_values(value)
        good = (x >= 0.0) & (x < inf)
        if x.__class__ is float:
            if not good:
                return np.full(len(rate), -inf)
            k: Any = float(int(x))
        else:
            k = np.floor(x) if good.all() else np.where(good, np.floor(x), 0.0)
        found = log_poisson_mass(k, rate, log_of(rate), log_factorial(k))
        if has_nan(found):
            found[np.isnan(found)] = 0.0  # None were expected, none came.
        if k.__class__ is not float and not good.all():
            found[~good] = -inf
        return found


class BinomialFamily(Family):
    """`(binomial n p)`: successes in n trials of probability p."""

    shapes = ("integer", "number")

    def plain(self, dist: Any) -> Any:
        """Trials and probability."""
        return dist.n, dist.p

    def prepare(self, n: Any, p: Array) -> Any:
        """An integer >= 0 and a number in [0, 1]."""
        if not (np.min(n) >= 0 and np.min(p) >= 0.0 and np.max(p) <= 1.0):
            refuse(np.asarray(n) >= 0, (np.asarray(p) >= 0.0) & (np.asarray(p) <= 1.0))
        if n.__class__ is int and n >= _LARGEST:
            raise BadLane
        return n, p

    def sample(self, prepared: Any, rng: Any, n: int) -> Any:
        """Up to 30 trials by inversion, more by numpy's binomial."""
        trials, p = prepared
        if trials.__class__ is int:
            if trials > _ENUMERABLE:
                return rng.binomial(trials, p, n)
            if p.__class__ is float:
                return draw_by_comparison(rng.random(n), _thresholds(trials, p))
            return _inverted(rng.random(n), trials, p)
        p = np.broadcast_to(p, n)
        drawn = np.empty(n, dtype=np.int64)
        few = trials <= _ENUMERABLE
        if not few.all():
            drawn[~few] = rng.binomial(trials[~few], p[~few])
        if few.any():
            uniforms = rng.random(n)
            sizes = np.flatnonzero(np.bincount(trials[few])).tolist()
            if len(sizes) == 1 and few.all():
                return _inverted(uniforms, sizes[0], p)
            for size in sizes:
                chosen = trials == size
                drawn[chosen] = _inverted(uniforms[chosen], size, p[chosen])
        return drawn

    def log_prob(self, prepared: Any, value: Any) -> Any:
        """Log C(n, k) + k log p + (n - k) log(1 - p); -inf for values that are not whole."""
        trials, p = prepared
        trials = float(trials) if trials.__class__ is int else trials.astype(np.float64)
        x = number_values(value)
        good = (x >= 0.0) & (x <= trials) & (x < inf) & (np.floor(x) == x)
        k = np.where(good, x, 0.0)
        found = log_binomial_mass(k, trials - k, p, log_factorial)
        return np.where(good, found, -inf)


def _thresholds(trials: int, p: float) -> list[float]:
    """The cumulative masses of 0 .. trials - 1 successes."""
    masses = [comb(trials, k) * p**k * (1.0 - p) ** (trials - k) for k in range(trials)]
    return list(accumulate(masses))


def _inverted(uniforms: Any, trials: int, p: Any) -> Any:
    """Draws for probabilities (n,), by comparison with cumulative masses of the rarer outcome,
    success or failure: the mass of none of it cannot underflow.
    """
    often = p > 0.5
    rare = np.where(often, 1.0 - p, p)
    odds = rare / (1.0 - rare)
    mass = np.exp(trials * np.log1p(-rare))
    total = np.zeros_like(mass)
    more = np.zeros(len(mass), dtype=np.int8)
    for k in range(trials):
        total += mass
        more += np.asarray(uniforms < total, dtype=bool).view(np.int8)
        mass *= odds
        mass *= (trials - k) / (k + 1)
    return np.where(often, more, trials - more).astype(np.int64)


class UniformDiscreteFamily(Family):
    """`(uniform-discrete min max)`: min .. max - 1."""

    shapes = ("integer", "integer")
    value = "raw"

    def plain(self, dist: Any) -> Any:
        """Min and max; NotLanes beyond 64 bits."""
        if dist.low < -_LARGEST or dist.high >= _LARGEST or dist.high - dist.low >= _LARGEST:
            raise NotLanes
        return dist.low, dist.high

    def prepare(self, low: Any, high: Any) -> Any:
        """Min < max; NotLanes if their difference is beyond 64 bits."""
        if not np.all(low < high):
            refuse(np.asarray(low) < high)
        if not np.all(high - low > 0):
            raise NotLanes
        return low, high

    def stack(self, parts: Sequence[Distribution]) -> Any:
        """Arrays of the bounds."""
        rows = [self.plain(part) for part in parts]
        return tuple(np.array(column, dtype=np.int64) for column in zip(*rows, strict=True))

    def sample(self, prepared: Any, rng: Any, n: int) -> Any:
        """One uniform for each; for ranges above 2^20, random bits."""
        low, high = prepared
        size = high - low
        if np.max(size) > _COMPARISON_LIMIT:
            return rng.integers(low, high, n)
        uniforms = rng.random(n)
        if uniforms.dtype.kind != "f":
            largest = int(np.max(size))
            # Places at and above the size have thresholds that no uniform reaches.
            return low + draw_by_comparison(uniforms, [i / size for i in range(1, largest)])
        drawn = (uniforms * size).astype(np.int64)
        drawn += low
        return drawn

    def log_prob(self, prepared: Any, value: Any) -> Any:
        """-log(max - min) inside, -inf outside; values are truncated towards zero."""
        low, high = prepared
        array = value.__class__ is np.ndarray
        if not (value.dtype.kind == "i" if array else value.__class__ is int):
            value = number_values(value)
            value = np.where(value >= low, np.trunc(value), -inf)
        size = high - low
        log_size = log_of(float(size) if size.__class__ is int else size)
        return np.where((low <= value) & (value < high), -log_size, -inf)
