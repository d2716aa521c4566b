"""Distributions on the real line with location and scale, for n particles at once: `normal`,
`laplace`, `cauchy`, `uniform-continuous` and `exponential`. Prepared: the parameters themselves.
"""

from __future__ import annotations

from math import inf, log, nextafter, pi
from typing import Any

import numpy as np

from anglipy.runtime.lanes.families.base import (
    Array,
    Family,
    all_positive,
    is_positive,
    log_of,
    log_of_scale,
    number_values,
    refuse,
)
from anglipy.runtime.lanes.families.scaled import LocatedFamily, ScaledFamily
from anglipy.runtime.lanes.families.special import log_complement_of, log_normal_tail

__all__ = [
    "CauchyFamily", "ExponentialFamily", "LaplaceFamily", "NormalFamily", "UniformContinuousFamily",
    "log_cauchy", "log_cauchy_tail",
]  # fmt: skip

_HALF_LOG_TWO_PI = 0.5 * log(2.0 * pi)
_LOG_TWO, _LOG_PI = log(2.0), log(pi)
_SQUARABLE = 1e150


class NormalFamily(LocatedFamily):
    """`(normal mean sd)`; sd is the standard deviation."""

    def plain(self, dist: Any) -> Any:
        """Mean and sd."""
        return dist.mean, dist.sd

    def sample(self, prepared: Any, rng: Any, n: int) -> Any:
        """Standard normals, scaled and shifted."""
        mean, sd = prepared
        drawn = rng.standard_normal(n)
        drawn *= sd
        drawn += mean
        return drawn

    def log_prob(self, prepared: Any, value: Any) -> Any:
        """-z^2/2 - log sd - log sqrt(2 pi) with z = (value - mean) / sd."""
        mean, sd = prepared
        z = (number_values(value) - mean) / sd
        z *= z
        z *= -0.5
        z -= log_of_scale(sd) + _HALF_LOG_TWO_PI
        return z

    def log_tails(self, prepared: Any, x: Array) -> Any:
        """Those of the standard normal."""
        mean, sd = prepared
        z = (x - mean) / sd
        return log_normal_tail(-z), log_normal_tail(z)


class LaplaceFamily(LocatedFamily):
    """`(laplace loc scale)`; the sd is scale times the root of two."""

    def plain(self, dist: Any) -> Any:
        """Loc and scale."""
        return dist.loc, dist.scale

    def sample(self, prepared: Any, rng: Any, n: int) -> Any:
        """Exponentials to the left or to the right of loc."""
        loc, scale = prepared
        drawn = rng.standard_exponential(n)
        drawn *= scale
        np.negative(drawn, out=drawn, where=rng.random(n) < 0.5)
        drawn += loc
        return drawn

    def log_prob(self, prepared: Any, value: Any) -> Any:
        """-|x - loc| / scale - log(2 scale)."""
        loc, scale = prepared
        z = abs(number_values(value) - loc) / -scale
        z -= log_of_scale(scale) + _LOG_TWO
        return z

    def log_tails(self, prepared: Any, x: Array) -> Any:
        """Half an exponential on either side."""
        loc, scale = prepared
        z = (x - loc) / scale
        near = -np.abs(z) - _LOG_TWO
        far = log_complement_of(near)
        return np.where(z < 0.0, near, far), np.where(z < 0.0, far, near)


class CauchyFamily(LocatedFamily):
    """`(cauchy loc scale)`: Student's t with one degree of freedom."""

    def plain(self, dist: Any) -> Any:
        """Loc and scale."""
        return dist.loc, dist.scale

    def sample(self, prepared: Any, rng: Any, n: int) -> Any:
        """Student's t, scaled and shifted."""
        loc, scale = prepared
        drawn = rng.standard_t(1.0, n)
        drawn *= scale
        drawn += loc
        return drawn

    def log_prob(self, prepared: Any, value: Any) -> Any:
        """-log pi - log scale - log(1 + z^2) with z = (x - loc) / scale."""
        loc, scale = prepared
        return log_cauchy((number_values(value) - loc) / scale) - log_of_scale(scale)

    def log_tails(self, prepared: Any, x: Array) -> Any:
        """The angle of (z, 1), by pi."""
        loc, scale = prepared
        z = (x - loc) / scale
        return log_cauchy_tail(-z), log_cauchy_tail(z)


def log_cauchy(z: Any) -> Any:
    """The log density of the standard Cauchy."""
    distance = np.abs(z)
    tail = np.where(distance < _SQUARABLE, np.log1p(z * z), 2.0 * np.log(distance))
    return -_LOG_PI - tail


def log_cauchy_tail(z: Any) -> Any:
    """Log P(Z > z) of the standard Cauchy."""
    return np.log(np.arctan2(1.0, z)) - _LOG_PI


class UniformContinuousFamily(Family):
    """`(uniform-continuous min max)`: drawn from [min, max), density on [min, max]."""

    shapes = ("number", "number")

    def plain(self, dist: Any) -> Any:
        """Min and max."""
        return dist.low, dist.high

    def prepare(self, low: Array, high: Array) -> Any:
        """Both finite, min < max, their difference within the range of doubles."""
        # An infinite bound makes the width infinite or nan, so this sees all that can be wrong.
        if not all_positive(high - low):
            refuse(is_positive(np.asarray(high) - low))
        return low, high

    def sample(self, prepared: Any, rng: Any, n: int) -> Any:
        """Uniforms, stretched; rounding up to max is undone."""
        low, high = prepared
        drawn = rng.random(n)
        drawn *= high - low
        drawn += low
        if high.__class__ is float:
            return np.minimum(drawn, nextafter(high, -inf), out=drawn)
        if (drawn >= high).any():
            np.minimum(drawn, np.nextafter(high, low), out=drawn)
        return drawn

    def log_prob(self, prepared: Any, value: Any) -> Any:
        """-log(max - min) on [min, max], else -inf."""
        low, high = prepared
        x = number_values(value)
        return np.where((low <= x) & (x <= high), -log_of(high - low), -inf)

    def log_tails(self, prepared: Any, x: Array) -> Any:
        """The parts of the interval on either side."""
        low, high = prepared
        inside = np.clip(x, low, high)
        log_width = log_of(high - low)
        return np.log(inside - low) - log_width, np.log(high - inside) - log_width


class ExponentialFamily(ScaledFamily):
    """`(exponential rate)`; the mean is 1 / rate."""

    def plain(self, dist: Any) -> Any:
        """The rate."""
        return (dist.rate,)

    def sample(self, prepared: Any, rng: Any, n: int) -> Any:
        """Standard exponentials, divided by the rate."""
        drawn = rng.standard_exponential(n)
        drawn /= prepared[0]
        return drawn

    def log_prob(self, prepared: Any, value: Any) -> Any:
        """Log rate - rate x, -inf below zero."""
        (rate,) = prepared
        x = number_values(value)
        found = log_of(rate) - rate * x
        negative = x < 0.0
        if negative is True:
            found[:] = -inf
        elif negative is not False and negative.any():
            found[negative] = -inf
        return found

    def log_tails(self, prepared: Any, x: Array) -> Any:
        """-rate x above."""
        upper = np.where(x > 0.0, -prepared[0] * x, 0.0)
        return log_complement_of(upper), upper
