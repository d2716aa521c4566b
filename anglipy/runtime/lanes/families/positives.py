"""Positive numbers for n particles at once: `lognormal`, `half-normal`, `half-cauchy`,
`folded-normal`, `inverse-gamma`, `weibull` and `pareto`. Prepared: the parameters themselves.
"""

from __future__ import annotations

from math import inf, log, pi
from typing import Any

import numpy as np

from anglipy.runtime.lanes.families.base import (
    Array,
    log_of,
    log_of_scale,
    number_values,
)
from anglipy.runtime.lanes.families.lines import log_cauchy, log_cauchy_tail
from anglipy.runtime.lanes.families.scaled import LocatedFamily, ScaledFamily, TwoPositiveFamily
from anglipy.runtime.lanes.families.special import (
    log_complement_of,
    log_gamma,
    log_normal_tail,
    log_poisson_mass,
)

__all__ = [
    "FoldedNormalFamily", "HalfCauchyFamily", "HalfNormalFamily", "InverseGammaFamily",
    "LognormalFamily", "ParetoFamily", "WeibullFamily",
]  # fmt: skip

_HALF_LOG_TWO_PI = 0.5 * log(2.0 * pi)
_HALF_LOG_HALF_PI = 0.5 * log(0.5 * pi)
_LOG_TWO = log(2.0)
_UNDERFLOW = 1e-290
"""Where a ratio loses digits by underflow, logs are subtracted."""
_SMALLEST, _LARGEST = 5e-324, 1.7976931348623157e308


def _upper(tail: Any, inside: Any) -> Any:
    """Both log tails of the upper one, which holds inside of the support."""
    upper = np.where(inside, tail, 0.0)
    return log_complement_of(upper), upper


class LognormalFamily(LocatedFamily):
    """`(lognormal mean sd)`: the exponential of a normal."""

    def plain(self, dist: Any) -> Any:
        """Mean and sd of the log."""
        return dist.mean, dist.sd

    def sample(self, prepared: Any, rng: Any, n: int) -> Any:
        """Exponentials of normals, within the doubles."""
        mean, sd = prepared
        drawn = rng.standard_normal(n) * sd + mean
        return np.clip(np.exp(drawn, out=drawn), _SMALLEST, _LARGEST, out=drawn)

    def log_prob(self, prepared: Any, value: Any) -> Any:
        """That of log x under the normal, less log x."""
        mean, sd = prepared
        x = number_values(value)
        log_x = log_of(x)
        z = (log_x - mean) / sd
        found = -0.5 * z * z - (log_of_scale(sd) + _HALF_LOG_TWO_PI) - log_x
        return np.where((x > 0.0) & (x < inf), found, -inf)

    def log_tails(self, prepared: Any, x: Array) -> Any:
        """Those of the normal at log x."""
        mean, sd = prepared
        z = (log_of(x) - mean) / sd
        z = np.where(x > 0.0, z, -inf)
        return log_normal_tail(-z), log_normal_tail(z)


class HalfNormalFamily(ScaledFamily):
    """`(half-normal sd)`: the distance of a normal from zero."""

    def plain(self, dist: Any) -> Any:
        """The sd of the whole normal."""
        return (dist.sd,)

    def sample(self, prepared: Any, rng: Any, n: int) -> Any:
        """Distances of normals from zero."""
        return np.abs(rng.standard_normal(n) * prepared[0])

    def log_prob(self, prepared: Any, value: Any) -> Any:
        """-z^2/2 - log sd - log sqrt(pi / 2) with z = x / sd, -inf below zero."""
        (sd,) = prepared
        x = number_values(value)
        z = x / sd
        return np.where(x >= 0.0, -0.5 * z * z - (log_of_scale(sd) + _HALF_LOG_HALF_PI), -inf)

    def log_tails(self, prepared: Any, x: Array) -> Any:
        """Twice the upper tail of the normal."""
        tail = np.minimum(log_normal_tail(x / prepared[0]) + _LOG_TWO, 0.0)
        return _upper(tail, x > 0.0)


class HalfCauchyFamily(ScaledFamily):
    """`(half-cauchy scale)`: the distance of a Cauchy from zero."""

    def plain(self, dist: Any) -> Any:
        """The scale."""
        return (dist.scale,)

    def sample(self, prepared: Any, rng: Any, n: int) -> Any:
        """Distances of Cauchys from zero."""
        return np.abs(rng.standard_t(1.0, n) * prepared[0])

    def log_prob(self, prepared: Any, value: Any) -> Any:
        """Log 2 more than the Cauchy's, -inf below zero."""
        (scale,) = prepared
        x = number_values(value)
        found = log_cauchy(x / scale) - log_of_scale(scale) + _LOG_TWO
        return np.where(x >= 0.0, found, -inf)

    def log_tails(self, prepared: Any, x: Array) -> Any:
        """Twice the upper tail of the Cauchy."""
        tail = np.minimum(log_cauchy_tail(x / prepared[0]) + _LOG_TWO, 0.0)
        return _upper(tail, x > 0.0)


class FoldedNormalFamily(LocatedFamily):
    """`(folded-normal mean std)`, and `(folded-normal-positive mean std)`, which has no zero."""

    def __init__(self, least: float) -> None:
        self.least = least

    def plain(self, dist: Any) -> Any:
        """Mean and std of the normal."""
        return dist.mean, dist.std

    def sample(self, prepared: Any, rng: Any, n: int) -> Any:
        """Distances of normals from zero."""
        mean, std = prepared
        return np.maximum(np.abs(rng.standard_normal(n) * std + mean), self.least)

    def log_prob(self, prepared: Any, value: Any) -> Any:
        """Log of the sum of the normal densities at x and -x; -inf below zero."""
        mean, std = prepared
        x = number_values(value)
        near, far = (x - abs(mean)) / std, (x + abs(mean)) / std
        both = np.logaddexp(-0.5 * near * near, -0.5 * far * far)
        inside = (x >= 0.0) & (x < inf) & (x >= self.least)
        return np.where(inside, both - (log_of_scale(std) + _HALF_LOG_TWO_PI), -inf)


class InverseGammaFamily(TwoPositiveFamily):
    """`(inverse-gamma shape scale)`: one over a gamma."""

    def plain(self, dist: Any) -> Any:
        """Shape and scale."""
        return dist.shape, dist.scale

    def sample(self, prepared: Any, rng: Any, n: int) -> Any:
        """The scale over standard gammas, within the doubles."""
        shape, scale = prepared
        drawn = rng.standard_gamma(shape, n)
        np.divide(scale, np.maximum(drawn, _SMALLEST, out=drawn), out=drawn)
        return np.clip(drawn, _SMALLEST, _LARGEST, out=drawn)

    def log_prob(self, prepared: Any, value: Any) -> Any:
        """By way of the Poisson mass of shape, at the mean scale / x."""
        shape, scale = prepared
        x = number_values(value)
        inside = (x > 0.0) & (x < inf)
        x = np.where(inside, x, 1.0)
        mean, log_x = scale / x, np.log(x)
        log_mean = np.log(mean)
        if (mean < _UNDERFLOW).any():
            log_mean = np.where(mean < _UNDERFLOW, log_of_scale(scale) - log_x, log_mean)
        found = log_poisson_mass(shape, mean, log_mean, log_gamma(shape + 1.0))
        found = found + (log_of_scale(shape) - log_x)
        return np.where(inside & (mean < inf), found, -inf)


class WeibullFamily(TwoPositiveFamily):
    """`(weibull shape scale)`: a power of an exponential."""

    def plain(self, dist: Any) -> Any:
        """Shape and scale."""
        return dist.shape, dist.scale

    def sample(self, prepared: Any, rng: Any, n: int) -> Any:
        """Powers of standard exponentials, within the doubles."""
        shape, scale = prepared
        drawn = np.log(np.maximum(rng.standard_exponential(n), _SMALLEST))
        return np.clip(np.exp(drawn / shape + log_of_scale(scale)), _SMALLEST, _LARGEST)

    def log_prob(self, prepared: Any, value: Any) -> Any:
        """Log shape - log x + shape log z - z^shape with z = x / scale."""
        shape, scale = prepared
        x = number_values(value)
        log_x = log_of(x)
        log_power = shape * (log_x - log_of_scale(scale))
        power = np.exp(log_power)
        found = log_of_scale(shape) - log_x + log_power - power
        found = np.where((x > 0.0) & (x < inf) & (power < inf), found, -inf)
        at_zero = (x == 0.0) & (shape == 1.0)
        return np.where(at_zero, -log_of_scale(scale), found) if np.any(at_zero) else found

    def log_tails(self, prepared: Any, x: Array) -> Any:
        """-(x / scale)^shape above."""
        shape, scale = prepared
        return _upper(-np.exp(shape * (log_of(x) - log_of_scale(scale))), x > 0.0)


class ParetoFamily(TwoPositiveFamily):
    """`(pareto scale shape)`: the scale times the exponential of an exponential."""

    def plain(self, dist: Any) -> Any:
        """Scale and shape."""
        return dist.scale, dist.shape

    def sample(self, prepared: Any, rng: Any, n: int) -> Any:
        """Exponentials of exponentials, within the doubles."""
        scale, shape = prepared
        drawn = np.exp(rng.standard_exponential(n) / shape)
        drawn *= scale
        return np.minimum(drawn, _LARGEST, out=drawn)

    def log_prob(self, prepared: Any, value: Any) -> Any:
        """Log shape - log x - shape log(x / scale), -inf below the scale."""
        scale, shape = prepared
        x = number_values(value)
        found = log_of_scale(shape) - log_of(x) - shape * _log_ratio(x, scale)
        return np.where((x >= scale) & (x < inf), found, -inf)

    def log_tails(self, prepared: Any, x: Array) -> Any:
        """-shape log(x / scale) above."""
        scale, shape = prepared
        return _upper(-shape * _log_ratio(x, scale), x > scale)


def _log_ratio(x: Array, y: Array) -> Any:
    ratio = np.asarray(x / y)
    if (ratio == inf).any():
        return np.where(ratio < inf, np.log(ratio), log_of(x) - log_of(y))
    return np.log(ratio)
