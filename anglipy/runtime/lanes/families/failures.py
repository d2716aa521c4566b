"""`negative-binomial` and `geometric` for n particles. Prepared: the parameters themselves."""

from __future__ import annotations

from math import inf
from typing import Any

import numpy as np

from anglipy.runtime.lanes.families.base import (
    Array,
    Family,
    all_positive,
    is_positive,
    log1p_of,
    log_of,
    number_values,
    refuse,
)
from anglipy.runtime.lanes.families.special import log_binomial_mass, log_gamma

__all__ = ["GeometricFamily", "NegativeBinomialFamily"]

_LARGEST_MEAN = 1e16


class NegativeBinomialFamily(Family):
    """`(negative-binomial r p)`: failures before the r-th success."""

    shapes = ("number", "number")

    def plain(self, dist: Any) -> Any:
        """R and p."""
        return dist.r, dist.p

    def prepare(self, r: Array, p: Array) -> Any:
        """Both > 0, p at most 1, the mean within the range of counts."""
        fine = np.maximum(1.0, r) * (1.0 - np.asarray(p)) <= _LARGEST_MEAN * np.asarray(p)
        if not (all_positive(r) and all_positive(p) and np.max(p) <= 1.0 and fine.all()):
            refuse(is_positive(r), is_positive(p), np.asarray(p) <= 1.0, fine)
        return r, p

    def sample(self, prepared: Any, rng: Any, n: int) -> Any:
        """Poissons whose means are gammas."""
        r, p = prepared
        return rng.poisson(rng.standard_gamma(r, n) * ((1.0 - p) / p))

    def log_prob(self, prepared: Any, value: Any) -> Any:
        """By way of the binomial mass of r successes and k failures, times r / (r + k)."""
        r, p = prepared
        k, good = _counts(number_values(value))
        found = log_binomial_mass(r, k, p, lambda each: log_gamma(each + 1.0))
        return np.where(good, found - log1p_of(k / r), -inf)


class GeometricFamily(Family):
    """`(geometric p)`: failures before the first success."""

    shapes = ("number",)

    def plain(self, dist: Any) -> Any:
        """The probability of success."""
        return (dist.p,)

    def prepare(self, p: Array) -> Any:
        """Above zero, at most one, not too small for the range of counts."""
        fine = 1.0 - np.asarray(p) <= _LARGEST_MEAN * np.asarray(p)
        if not (all_positive(p) and np.max(p) <= 1.0 and fine.all()):
            refuse(is_positive(p), np.asarray(p) <= 1.0, fine)
        return (p,)

    def sample(self, prepared: Any, rng: Any, n: int) -> Any:
        """Exponentials with rate -log(1 - p), rounded down."""
        drawn = rng.standard_exponential(n) / -log1p_of(-prepared[0])
        return drawn.astype(np.int64)

    def log_prob(self, prepared: Any, value: Any) -> Any:
        """Log p + k log(1 - p)."""
        (p,) = prepared
        k, good = _counts(number_values(value))
        failures = k * log1p_of(-p)
        if np.any(p == 1.0):
            failures = np.where(k == 0.0, 0.0, failures)
        return np.where(good, log_of(p) + failures, -inf)


def _counts(x: Array) -> tuple[Array, Any]:
    """Numbers as counts, and which of them are."""
    good = (x >= 0.0) & (x < inf) & (np.floor(x) == x)
    if x.__class__ is float:
        return (x if good else 0.0), bool(good)
    return np.where(good, x, 0.0), good
