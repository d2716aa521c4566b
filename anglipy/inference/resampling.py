"""Resampling schemes: `scheme(rng, weights, n)` gives ancestors, an integer array of shape (n,)
that never decreases.

`ancestors[i]` is the parent of new particle i. `weights` has shape (N,), is linear and not
negative, and need not sum to one (only ratios count); N and n may differ. Every scheme here is
unbiased: parent j is expected n * weights[j] / sum(weights) times. A parent of weight zero is never
chosen. The schemes are compared in Douc, Cappe & Moulines 2005, "Comparison of resampling schemes
for particle filtering".

All randomness is `rng.random()` or `rng.random(n)`, used by affine arithmetic and comparisons only,
so a test may pass symbolic uniforms and sum over all outcomes exactly.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from anglipy.inference.log_space import FloatArray

__all__ = [
    "SCHEMES", "Ancestors", "Scheme", "multinomial", "parents_of", "residual", "stratified",
    "systematic",
]  # fmt: skip

Ancestors: TypeAlias = NDArray[np.intp]
Scheme: TypeAlias = Callable[[Any, FloatArray, int], Ancestors]


def systematic(rng: Any, weights: FloatArray, n: int) -> Ancestors:
    """One uniform u; the points (u + i) / n for i = 0..n-1. Kitagawa 1996, "Monte Carlo filter and
    smoother", appendix A.

    Parent j gets floor or ceil of its expected number of offspring.
    """
    return parents_of(weights, (rng.random() + np.arange(n)) / n)


def stratified(rng: Any, weights: FloatArray, n: int) -> Ancestors:
    """One uniform in each of n equal strata: the points (u_i + i) / n. Kitagawa 1996, appendix
    A.
    """
    return parents_of(weights, (rng.random(n) + np.arange(n)) / n)


def multinomial(rng: Any, weights: FloatArray, n: int) -> Ancestors:
    """N independent choices of a parent. Gordon, Salmond & Smith 1993, "Novel approach to nonlinear
    ... estimation".
    """
    return np.array(_independent_parents(rng, weights, n), dtype=np.intp)


def residual(rng: Any, weights: FloatArray, n: int) -> Ancestors:
    """floor(n w_j) offspring each, the rest multinomial on what is left over. Liu & Chen 1998, sec.
    2.4 (residual sampling).
    """
    expected = n * (weights / weights.sum())
    # A share such as 3 * (1/3) may fall short of its integer by rounding; the guard keeps it whole.
    sure = np.floor(expected + 1e-12).astype(np.intp)
    left_over = n - int(sure.sum())
    ancestors = np.repeat(np.arange(len(weights)), sure)
    if left_over > 0:
        rest = np.maximum(expected - sure, 0.0)
        drawn = np.array(_independent_parents(rng, rest, left_over), dtype=np.intp)
        ancestors = np.concatenate([ancestors, drawn])
        ancestors.sort()
    return ancestors


SCHEMES: dict[str, Scheme] = {
    "systematic": systematic,
    "stratified": stratified,
    "multinomial": multinomial,
    "residual": residual,
}
"""The schemes by the name that an engine's option takes."""


def parents_of(weights: FloatArray, points: Any) -> Ancestors:
    """The parents of points of [0, 1) in ascending order, shape (n,).

    Parent j owns the interval [w_0 + ... + w_(j-1), w_0 + ... + w_j), scaled to end at 1.
    """
    cumulative = np.cumsum(weights)
    total = cumulative[-1]
    parents = np.searchsorted(cumulative, points * total, side="right")
    ancestors: Ancestors = np.minimum(parents, _last_owner(cumulative))
    return ancestors


def _independent_parents(rng: Any, weights: FloatArray, n: int) -> list[int]:
    """The parents of n independent uniforms, in order. Each is searched by itself, because
    comparing two uniforms would tell more than which parents they fall on.
    """
    cumulative = np.cumsum(weights)
    total, last, ends = cumulative[-1], _last_owner(cumulative), cumulative.tolist()
    return sorted(min(bisect_right(ends, u * total), last) for u in rng.random(n))


def _last_owner(cumulative: FloatArray) -> int:
    """The last parent of positive weight. A point just below 1, times the total, may round up to
    the total; it belongs to this one.
    """
    return int(np.searchsorted(cumulative, cumulative[-1], side="left"))
