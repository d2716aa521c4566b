"""Unnormalised weights over K outcomes, for n particles or P rows of a table at once, and the draw
of an index by one uniform per particle and comparisons `u < c` with cumulative probabilities.

The uniforms may be an array of objects that know nothing but `<`.
"""

from __future__ import annotations

from math import inf
from typing import Any

import numpy as np

from anglipy.runtime.lanes.families.base import Array, refuse

__all__ = ["Weights", "checked", "draw_by_comparison"]

_SCANNED = 24
"""Up to this many outcomes are compared one after the other; among more, the place is bisected."""


class Weights:
    """Weights of shape (K,), the same for all particles, or (n, K); what drawing and scoring need
    of them is computed once, when it is first asked for.
    """

    __slots__ = ("_log_mass", "_thresholds", "size", "weights")

    def __init__(self, weights: Any) -> None:
        self.weights = weights
        self.size: int = weights.shape[-1]
        self._thresholds: Any = None
        self._log_mass: Any = None

    @property
    def thresholds(self) -> list[Array]:
        """The cumulative probabilities of the outcomes, each a float or an array (n,)."""
        if self._thresholds is None:
            shared = self.weights.ndim == 1
            partial: Any = 0.0
            sums = []
            for column in self.weights.tolist() if shared else self.weights.T:
                partial = partial + column
                sums.append(partial)
            self._thresholds = [partial / sums[-1] for partial in sums]
        found: list[Array] = self._thresholds
        return found

    @property
    def log_mass(self) -> Any:
        """The log probabilities, with an outcome more that has none: (K + 1,) or (n, K + 1)."""
        if self._log_mass is None:
            found = np.full((*self.weights.shape[:-1], self.size + 1), -inf)
            total = self.weights.sum(axis=-1, keepdims=True)
            found[..., :-1] = np.log(self.weights) - np.log(total)
            self._log_mass = found
        return self._log_mass

    def draw(self, rng: Any, n: int) -> Any:
        """An index per particle: (n,) int64."""
        thresholds, uniforms = self.thresholds, rng.random(n)
        if self.size <= _SCANNED:
            return draw_by_comparison(uniforms, thresholds[:-1])
        if self.weights.ndim == 2:
            return _bisect(uniforms, np.stack(thresholds, axis=1), np.arange(n))
        if uniforms.dtype.kind == "f":
            return np.searchsorted(thresholds[:-1], uniforms, side="right").astype(np.int64)
        return _bisect(uniforms, np.array([thresholds]), np.zeros(n, dtype=np.intp))

    def draw_at(self, codes: Any, rng: Any) -> Any:
        """An index per code, by that row of the table: (n,) int64."""
        thresholds, uniforms = self.thresholds, rng.random(len(codes))
        if self.size <= _SCANNED:
            return draw_by_comparison(uniforms, [column[codes] for column in thresholds[:-1]])
        return _bisect(uniforms, np.stack(thresholds, axis=1), codes)

    def log_mass_of(self, index: Any) -> Any:
        """Log probabilities of an index in 0 .. K per particle (K: none of the outcomes), or of one
        index for all.
        """
        mass = self.log_mass
        if mass.ndim == 1:
            return mass[index]
        if index.__class__ is int:
            return mass[:, index].copy()
        return mass[np.arange(len(mass)), index]

    def log_mass_at(self, codes: Any, index: Any) -> Any:
        """The same, by rows of the table."""
        return self.log_mass.ravel()[codes * (self.size + 1) + index]

    def take(self, index: Any) -> Weights:
        """The weights of some rows of the table."""
        return Weights(self.weights[index])

    def inside(self, value: Array) -> Any:
        """Numbers as indices: 0 .. K - 1, and K for what is no index."""
        size = self.size
        if value.__class__ is not np.ndarray:
            return int(value) if 0.0 <= value < size and value == int(value) else size
        if value.dtype.kind == "i":
            # Negative numbers, seen as unsigned, are large ones.
            return np.minimum(value.view(np.uint64), size).astype(np.intp)
        good = (value >= 0.0) & (value < size) & (value == np.floor(value))
        return np.where(good, value, size).astype(np.intp)


def checked(weights: Any) -> Weights:
    """Weights (K,) or (n, K): finite, none negative, at least one above zero.

    They are divided by the largest if their sum would overflow.
    """
    if weights.shape[-1] == 0:
        refuse(False)
    total = weights.sum(axis=-1)
    if not (weights.min() >= 0.0 and np.all((total > 0.0) & (total < inf))):
        fine = ((weights >= 0.0) & (weights < inf)).all(axis=-1)
        refuse(fine & (weights.max(axis=-1) > 0.0))
        largest = weights.max(axis=-1, keepdims=True)
        weights = np.where(np.expand_dims(total, -1) < inf, weights, weights / largest)
    return Weights(weights)


def draw_by_comparison(uniforms: Any, thresholds: list[Array]) -> Any:
    """For each particle the number of thresholds, of a rising row, that are not above its uniform:
    (n,) int64.
    """
    above: Any = np.zeros(len(uniforms), dtype=np.int8 if len(thresholds) < 128 else np.int64)
    for threshold in thresholds:
        below = uniforms < threshold
        above += below.view(np.int8) if below.dtype.kind == "b" else below.astype(np.int8)
    return np.subtract(len(thresholds), above, dtype=np.int64)


def _bisect(uniforms: Any, thresholds: Any, rows: Any) -> Any:
    """The first place in its row of thresholds (P, K), of which the last is one, that is above the
    uniform; K steps of the logarithm to base 2.
    """
    flat, size = np.ascontiguousarray(thresholds).ravel(), thresholds.shape[1]
    start = rows * size
    low = np.zeros(len(uniforms), dtype=np.int64)
    high = np.full(len(uniforms), size - 1, dtype=np.int64)
    for _ in range((size - 1).bit_length()):
        middle = (low + high) >> 1
        below = (uniforms < flat[start + middle]).astype(bool)
        high = np.where(below, middle, high)
        low = np.where(below, low, np.minimum(middle + 1, high))
    return low
