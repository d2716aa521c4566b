"""Proposal families for numbers between two ends, and for angles."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from anglipy.ic.families import HALF_LOG_TWO_PI, TINY, Mixture
from anglipy.ic.squash import squash

__all__ = ["Betas", "Circles", "Intervals", "shaped"]

Numbers = NDArray[np.float64]
NEAR_ONE = 1.0 - 2.0**-53
LARGEST_SHAPE = 1e8
"""Of a beta density: beyond it too many digits are lost in its normaliser."""


class Intervals(Mixture):
    """Normal components truncated to [low, high], their means inside; all computed on the unit
    interval.

    With the mean inside, the truncated mass is a sum of two terms of equal sign: nothing cancels.
    """

    name = "interval"
    kind = "interval"

    def biases(self, size: int, components: int) -> Tensor:
        """Means spread over the interval."""
        at = torch.linspace(0.05, 0.95, components) if components > 1 else torch.tensor([0.5])
        width = math.log(0.15) if components > 1 else 0.0
        return torch.cat(
            [torch.zeros(components), torch.logit(at), torch.full((components,), width)]
        )

    def prior_width(self, size: int) -> int:
        """Five numbers."""
        return 5

    def prior_features(self, numbers: Tensor, size: int) -> Tensor:
        """Middle and log width, and where in between the prior is."""
        low, high, centre, spread, log_width = numbers.unbind(1)
        middle = squash(low / 2.0 + high / 2.0, 100.0)
        return torch.stack([middle, (high - low).log(), centre, spread.log(), log_width], 1)

    def relative(self, numbers: Tensor, values: Tensor) -> Tensor:
        """Place in the interval, -1 to 1."""
        return (2.0 * self.unit(numbers, values) - 1.0)[:, None]

    @staticmethod
    def unit(numbers: Tensor, values: Tensor) -> Tensor:
        """Place in the interval, 0 to 1."""
        return (values - numbers[:, 0]) / (numbers[:, 1] - numbers[:, 0])

    def members(self, raw: Tensor, numbers: Tensor) -> tuple[Tensor, Tensor]:
        """Mean and sd before truncation, on the unit interval."""
        place, width = raw.chunk(3, 1)[1:]
        centre, spread, log_width = numbers[:, 2:3], numbers[:, 3:4], numbers[:, 4:5]
        sd = (width + log_width).clamp(-24.0, 3.0).exp()
        return torch.sigmoid(centre + spread * place), sd

    def log_members(self, raw: Tensor, numbers: Tensor, values: Tensor) -> Tensor:
        """The normal log density over the mass inside the interval, and the log Jacobian."""
        mean, sd = self.members(raw, numbers)
        z = (self.unit(numbers, values)[:, None] - mean) / sd
        root = sd * math.sqrt(2.0)
        log_inside = (0.5 * (torch.erf((1.0 - mean) / root) + torch.erf(mean / root))).log()
        log_width = (numbers[:, 1:2] - numbers[:, :1]).log()
        return -0.5 * z * z - sd.log() - HALF_LOG_TWO_PI - log_inside - log_width

    def draw_members(self, first: Numbers, second: Numbers, numbers: Numbers, rng: Any) -> Numbers:
        """By inversion of the truncated normal's distribution function."""
        mean, sd = torch.from_numpy(first), torch.from_numpy(second)
        below, above = torch.special.ndtr(-mean / sd), torch.special.ndtr((1.0 - mean) / sd)
        u = torch.from_numpy(rng.random(len(first)))
        at = mean + sd * torch.special.ndtri(below + u * (above - below))
        unit = at.clamp(0.0, 1.0).numpy()
        low, high = numbers[:, 0], numbers[:, 1]
        return np.clip(low + unit * (high - low), low, high)


class Betas(Mixture):
    """Beta components whose two shapes are the prior's times exp(outputs).

    Shapes below 0.3 are not proposed unless the prior has them: nearly all of such a density is
    within the rounding of the end points.
    """

    name = "beta"
    kind = "beta"

    def biases(self, size: int, components: int) -> Tensor:
        """Components around the prior's own shapes, leaning to either side."""
        lean = torch.linspace(-0.5, 0.5, components) if components > 1 else torch.zeros(1)
        return torch.cat([torch.zeros(components), lean, -lean])

    def prior_features(self, numbers: Tensor, size: int) -> Tensor:
        """Log shapes."""
        return numbers.log()

    def relative(self, numbers: Tensor, values: Tensor) -> Tensor:
        """-1 to 1."""
        return (2.0 * values - 1.0)[:, None]

    def members(self, raw: Tensor, numbers: Tensor) -> tuple[Tensor, Tensor]:
        """The two shapes."""
        first, second = raw.chunk(3, 1)[1:]
        return shaped(numbers[:, :1], first), shaped(numbers[:, 1:2], second)

    def log_members(self, raw: Tensor, numbers: Tensor, values: Tensor) -> Tensor:
        """The beta log density; the end points count as the nearest doubles inside."""
        a, b = self.members(raw, numbers)
        x = values.clamp(TINY, NEAR_ONE)[:, None]
        log_normaliser = torch.lgamma(a) + torch.lgamma(b) - torch.lgamma(a + b)
        return (a - 1.0) * x.log() + (b - 1.0) * torch.log1p(-x) - log_normaliser

    def draw_members(self, first: Numbers, second: Numbers, numbers: Numbers, rng: Any) -> Numbers:
        """Beta draws, kept off the end points."""
        return np.clip(rng.beta(first, second), TINY, NEAR_ONE)

    def shifted(self, raw: Tensor, shift: Tensor) -> Tensor:
        """One shape grows as the other shrinks."""
        logits, first, second = raw.chunk(3, 1)
        return torch.cat([logits, first + shift, second - shift], 1)


def shaped(prior: Tensor, factor: Tensor) -> Tensor:
    """A shape of a beta or a Dirichlet density: the prior's times exp(factor), within reason."""
    least = prior.clamp(1e-6, 0.3)
    found = prior.clamp(1e-6, LARGEST_SHAPE) * factor.clamp(-10.0, 16.0).exp()
    return torch.maximum(found, least).clamp_max(LARGEST_SHAPE)


class Circles(Mixture):
    """Von Mises components on angles in [-pi, pi]: directions relative to the prior's mean
    direction, concentrations relative to 1 + the prior's.
    """

    name = "circle"
    kind = "interval"

    def biases(self, size: int, components: int) -> Tensor:
        """Directions all around."""
        apart = 2.0 * math.pi / components
        at = (torch.arange(components) - 0.5 * (components - 1)) * apart
        return torch.cat([torch.zeros(components), at, torch.zeros(components)])

    def prior_width(self, size: int) -> int:
        """Three numbers."""
        return 3

    def prior_features(self, numbers: Tensor, size: int) -> Tensor:
        """The mean direction as a point of the circle, and the log concentration."""
        direction, concentration = numbers.unbind(1)
        return torch.stack([direction.cos(), direction.sin(), torch.log1p(concentration)], 1)

    def relative(self, numbers: Tensor, values: Tensor) -> Tensor:
        """The angle from the mean direction, over pi: -1 to 1."""
        apart = values - numbers[:, 0]
        return torch.atan2(apart.sin(), apart.cos())[:, None] / math.pi

    def members(self, raw: Tensor, numbers: Tensor) -> tuple[Tensor, Tensor]:
        """Direction and concentration."""
        place, log_factor = raw.chunk(3, 1)[1:]
        concentration = (1.0 + numbers[:, 1:2]) * log_factor.clamp(-10.0, 16.0).exp()
        # Closer to the prior's mean direction, the narrower the prior is.
        reach = (1.0 + numbers[:, 1:2]).rsqrt()
        return numbers[:, :1] + reach * place, concentration.clamp_max(1e8)

    def log_members(self, raw: Tensor, numbers: Tensor, values: Tensor) -> Tensor:
        """Kappa (cos(x - mu) - 1) - log(exp(-kappa) I0(kappa)) - log(2 pi)."""
        direction, concentration = self.members(raw, numbers)
        half = (0.5 * (values[:, None] - direction)).sin()
        log_bessel = torch.special.i0e(concentration).log()
        return -2.0 * concentration * half * half - log_bessel - math.log(2.0 * math.pi)

    def draw_members(self, first: Numbers, second: Numbers, numbers: Numbers, rng: Any) -> Numbers:
        """Numpy's von Mises draws, within [-pi, pi]."""
        return np.clip(rng.vonmises(first, second), -math.pi, math.pi)
