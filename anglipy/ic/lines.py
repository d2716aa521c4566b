"""Proposal families for numbers on the real line and on half of it: mixtures of normals on a scale
that the prior gives.
"""

from __future__ import annotations

import math

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from anglipy.ic.families import TINY, Warped
from anglipy.ic.squash import squash

__all__ = ["Heavies", "Normals", "Positives"]

Numbers = NDArray[np.float64]


class Normals(Warped):
    """Normal components: location + scale * place, scale * width."""

    name = "normal"
    kind = "normal"

    def prior_features(self, numbers: Tensor, size: int) -> Tensor:
        """Location and log scale."""
        return torch.stack([squash(numbers[:, 0], 100.0), numbers[:, 1].log()], 1)

    def coordinate(self, numbers: Tensor, values: Tensor) -> tuple[Tensor, Tensor]:
        """(value - location) / scale."""
        return (values - numbers[:, 0]) / numbers[:, 1], -numbers[:, 1].log()

    def value(self, numbers: Numbers, coordinate: Numbers) -> Numbers:
        """Location + scale * coordinate."""
        return numbers[:, 0] + numbers[:, 1] * coordinate


class Heavies(Normals):
    """For Cauchy and Student priors: arsinh((value - location) / scale) is about normal, so that
    components have tails beyond those of a normal and are narrow where they need be.
    """

    name = "heavy"

    SPREAD = 1.25
    """About the sd of arsinh x for such an x."""

    def coordinate(self, numbers: Tensor, values: Tensor) -> tuple[Tensor, Tensor]:
        """Arsinh of the standardised value."""
        x, log_slope = super().coordinate(numbers, values)
        size = x.abs().clamp_max(1e300)
        # The formula of torch squares its argument.
        log_root = torch.where(
            size < 1e100, 0.5 * torch.log1p(size.clamp_max(1e100) ** 2), size.clamp_min(1.0).log()
        )
        grown = torch.where(
            size < 1e100,
            torch.asinh(size.clamp_max(1e100)),
            size.clamp_min(1.0).log() + math.log(2.0),
        )
        return x.sign() * grown / self.SPREAD, log_slope - log_root - math.log(self.SPREAD)

    def value(self, numbers: Numbers, coordinate: Numbers) -> Numbers:
        """The inverse; kept within the doubles."""
        x = np.sinh(np.clip(self.SPREAD * coordinate, -600.0, 600.0))
        return np.clip(super().value(numbers, x), -1e308, 1e308)


class Positives(Warped):
    """Log-normal components, for priors of positive numbers, or of numbers on one side of another
    origin: location and scale are those of the logarithm of the distance under the prior.
    """

    name = "positive"
    kind = "positive"

    def prior_width(self, size: int) -> int:
        """Three numbers."""
        return 3

    def prior_features(self, numbers: Tensor, size: int) -> Tensor:
        """Location, log scale and origin."""
        return torch.stack([numbers[:, 0], numbers[:, 1].log(), squash(numbers[:, 2], 100.0)], 1)

    def coordinate(self, numbers: Tensor, values: Tensor) -> tuple[Tensor, Tensor]:
        """The standardised logarithm of the distance from the origin. Distances below the spacing
        of doubles at the origin count as that.
        """
        location, scale, origin, sign = numbers.unbind(1)
        least = (origin.abs() * 2.0**-53).clamp_min(TINY)
        log_distance = torch.maximum(sign * (values - origin), least).log()
        return (log_distance - location) / scale, -scale.log() - log_distance

    def value(self, numbers: Numbers, coordinate: Numbers) -> Numbers:
        """Exp of a normal; kept away from the origin and from infinity, where the priors have no
        density.
        """
        location, scale, origin, sign = numbers.T
        logs = location + scale * coordinate
        least = np.maximum(np.abs(origin) * 2.0**-53, TINY)
        return origin + sign * np.maximum(np.exp(np.clip(logs, math.log(TINY), 700.0)), least)
