"""Proposals of single numbers by monotonic rational-quadratic splines, in the place of mixtures.

A spline maps the value, on the scale that the prior gives, to a standard normal (on the real line,
and half of it) or to a uniform number (between two ends), so that its derivative times the density
there is the density of the value. Outside of five standard deviations it is the identity: there the
prior proposes. Durkan, Bekasov, Murray and Papamakarios 2019, "Neural spline flows"; the splines
are those of the package zuko, which is needed for nothing else.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from anglipy.diagnostics import OptionError
from anglipy.ic.bounded import NEAR_ONE, Betas, Intervals
from anglipy.ic.families import FARTHEST, HALF_LOG_TWO_PI, TINY, Family, Mixture, Warped

__all__ = ["Splined", "require_zuko", "splined"]

BINS = 12
REACH = 5.0


def require_zuko() -> Any:
    """The package. Raises OptionError AQ316 if it is not there."""
    try:
        import zuko.transforms  # type: ignore[import-not-found,import-untyped,unused-ignore]
    except ImportError as error:
        raise OptionError(
            "AQ316",
            "proposals by splines need the package zuko",
            help="pip install 'anglipy[splines]', or leave out --proposal",
        ) from error
    return zuko.transforms


def splined(family: Family) -> Family:
    """The same family with splines; itself if it is not one of single continuous numbers."""
    if isinstance(family, (Warped, Intervals, Betas)):
        return Splined(family)
    return family


class Splined(Family):
    """A spline for each row. `raw` is [log widths, log heights, log slopes at inner knots]."""

    def __init__(self, base: Mixture) -> None:
        require_zuko()
        self.base = base
        self.name, self.kind = base.name, base.kind

    def outputs(self, size: int, components: int) -> int:
        """Of one spline, whatever the number of components."""
        return 3 * BINS - 1

    def biases(self, size: int, components: int) -> Tensor:
        """The identity: the prior, where it is what its family is about."""
        return torch.zeros(3 * BINS - 1)

    def prior_width(self, size: int) -> int:
        """That of the mixture."""
        return self.base.prior_width(size)

    def prior_features(self, numbers: Tensor, size: int) -> Tensor:
        """Those of the mixture."""
        return self.base.prior_features(numbers, size)

    def relative(self, numbers: Tensor, values: Tensor) -> Tensor:
        """Those of the mixture."""
        return self.base.relative(numbers, values)

    def log_prob(self, raw: Tensor, numbers: Tensor, values: Tensor) -> Tensor:
        """The log density of the mapped value, and the log of the map's derivative."""
        if isinstance(self.base, Warped):
            at, log_slope = self.base.coordinate(numbers, values)
            y, log_derivative = _spline(raw, REACH).call_and_ladj(at.clamp(-FARTHEST, FARTHEST))
            return log_derivative - 0.5 * y * y - HALF_LOG_TWO_PI + log_slope
        at = 2.0 * self._unit(numbers, values) - 1.0
        _, log_derivative = _spline(raw, 1.0).call_and_ladj(at)
        return log_derivative - self._log_width(numbers)

    def draw(self, raw: Tensor, numbers: Tensor, rng: Any) -> NDArray[np.float64]:
        """The inverse of the map at a draw from the standard normal or the uniform."""
        if isinstance(self.base, Warped):
            y = torch.from_numpy(rng.standard_normal(len(raw)))
            return self.base.value(numbers.numpy(), _spline(raw, REACH).inv(y).numpy())
        y = torch.from_numpy(2.0 * rng.random(len(raw)) - 1.0)
        unit = (0.5 * (_spline(raw, 1.0).inv(y).clamp(-1.0, 1.0) + 1.0)).numpy()
        if isinstance(self.base, Betas):
            return np.clip(unit, TINY, NEAR_ONE)
        low, high = numbers[:, 0].numpy(), numbers[:, 1].numpy()
        return np.clip(low + unit * (high - low), low, high)

    def _unit(self, numbers: Tensor, values: Tensor) -> Tensor:
        if isinstance(self.base, Intervals):
            return self.base.unit(numbers, values)
        return values

    def _log_width(self, numbers: Tensor) -> Tensor:
        if isinstance(self.base, Intervals):
            return (numbers[:, 1] - numbers[:, 0]).log()
        return torch.zeros(len(numbers), dtype=numbers.dtype)


def _spline(raw: Tensor, bound: float) -> Any:
    widths, heights, slopes = raw.split([BINS, BINS, BINS - 1], 1)
    return require_zuko().MonotonicRQSTransform(widths, heights, slopes, bound)
