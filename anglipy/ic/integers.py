"""The proposal family for counts: mixtures of rounded, truncated logistics; exact masses on the
integers.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from anglipy.ic.families import TINY, Mixture
from anglipy.ic.squash import squash

__all__ = ["Integers"]


class Integers(Mixture):
    """Logistic components rounded to integers and truncated to lowest..highest; an exact mass
    function.

    mass(n) = F(n + 1/2) - F(n - 1/2) over F(highest + 1/2) - F(lowest - 1/2), F the logistic
    distribution function.
    """

    name = "integers"
    kind = "integers"

    def prior_features(self, numbers: Tensor, size: int) -> Tensor:
        """Location and log scale."""
        return torch.stack([squash(numbers[:, 0], 100.0), numbers[:, 1].log()], 1)

    def members(self, raw: Tensor, numbers: Tensor) -> tuple[Tensor, Tensor]:
        """Centre and scale of the logistic, the scale at least 1/20 so that it can still move."""
        place, width = raw.chunk(3, 1)[1:]
        centre = numbers[:, :1] + numbers[:, 1:2] * place
        scale = numbers[:, 1:2] * width.clamp(-12.0, 4.0).exp()
        low, high = numbers[:, 2:3] - 0.5, numbers[:, 3:4] + 0.5
        return torch.minimum(torch.maximum(centre, low), high), 0.55 * scale + 0.05

    def relative(self, numbers: Tensor, values: Tensor) -> Tensor:
        """(value - location) / scale."""
        return ((values - numbers[:, 0]) / numbers[:, 1])[:, None]

    def log_members(self, raw: Tensor, numbers: Tensor, values: Tensor) -> Tensor:
        """The log mass."""
        centre, scale = self.members(raw, numbers)
        x = values[:, None]
        inside = _log_logistic_between((x - 0.5 - centre) / scale, (x + 0.5 - centre) / scale)
        low, high = numbers[:, 2:3] - 0.5, numbers[:, 3:4] + 0.5
        mass = inside - _log_logistic_between((low - centre) / scale, (high - centre) / scale)
        return torch.where((low < x) & (x < high), mass, -torch.inf)

    def draw_members(
        self,
        first: NDArray[np.float64],
        second: NDArray[np.float64],
        numbers: NDArray[np.float64],
        rng: Any,
    ) -> NDArray[np.float64]:
        """By inversion of the truncated logistic, then rounding. The centre is inside, so nothing
        cancels.
        """
        low, high = numbers[:, 2], numbers[:, 3]
        below = _logistic((low - 0.5 - first) / second)
        missing = _logistic(-(high + 0.5 - first) / second)
        u = rng.random(len(first))
        lower = below + u * (1.0 - missing - below)
        upper = missing + (1.0 - u) * (1.0 - missing - below)
        x = first + second * (np.log(np.maximum(lower, TINY)) - np.log(np.maximum(upper, TINY)))
        return np.clip(np.floor(x + 0.5), low, high)


def _log_logistic_between(a: Tensor, b: Tensor) -> Tensor:
    """log(F(b) - F(a)) for a < b: F(b) - F(a) = F(b) F(-a) (1 - exp(a - b)), in which nothing
    cancels.
    """
    gap = (a - b).clamp_max(-1e-12)
    return functional.logsigmoid(b) + functional.logsigmoid(-a) + torch.log(-torch.expm1(gap))


def _logistic(x: NDArray[np.float64]) -> NDArray[np.float64]:
    return 1.0 / (1.0 + np.exp(-np.clip(x, -700.0, 700.0)))
