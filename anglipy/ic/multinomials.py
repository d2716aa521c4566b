"""The proposal family of multinomial priors: one count after the other."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from anglipy.ic.families import Family
from anglipy.ic.integers import Integers

__all__ = ["Multinomials"]

COMPONENTS = 2
"""Of each count: it has the counts before it to lean on."""


class Multinomials(Family):
    """Each count but the last given those before it: a mixture of rounded logistics on 0..left,
    placed by the binomial that the prior is there; the last count is what is left.

    A category without mass gets nothing, and the last one that has mass gets all that is left.
    """

    name = "multinomial"
    kind = "dirichlet"
    _count = Integers()

    def outputs(self, size: int, components: int) -> int:
        """Weights, places and widths of each count but the last, in blocks."""
        return 3 * COMPONENTS * (size - 1)

    def biases(self, size: int, components: int) -> Tensor:
        """The prior's own binomials, about."""
        return self._count.biases(1, COMPONENTS).repeat(size - 1)

    def prior_width(self, size: int) -> int:
        """The total and the probabilities."""
        return 1 + size

    def prior_features(self, numbers: Tensor, size: int) -> Tensor:
        """Log total, probabilities."""
        return torch.cat([numbers[:, :1].log1p(), numbers[:, 1:].exp()], 1)

    def relative(self, numbers: Tensor, values: Tensor) -> Tensor:
        """Shares of the total, -1 to 1."""
        return 2.0 * values / numbers[:, :1].clamp_min(1.0) - 1.0

    def log_prob(self, raw: Tensor, numbers: Tensor, values: Tensor) -> Tensor:
        """The sum of the log masses of the counts; -inf for counts of another total."""
        left = numbers[:, 0]
        total = torch.zeros(len(values), dtype=values.dtype)
        for place, block in enumerate(raw.chunk(values.shape[1] - 1, 1)):
            prior = _binomial(numbers, place, left)
            total = total + self._count.log_prob(block, prior, values[:, place])
            left = left - values[:, place]
        return torch.where(left == values[:, -1], total, -torch.inf)

    def draw(self, raw: Tensor, numbers: Tensor, rng: Any) -> NDArray[np.float64]:
        """One count after the other for all rows, (n, D)."""
        size = numbers.shape[1] - 1
        counts, left = np.empty((len(raw), size)), numbers[:, 0]
        for place, block in enumerate(raw.chunk(size - 1, 1)):
            counts[:, place] = self._count.draw(block, _binomial(numbers, place, left), rng)
            left = left - torch.from_numpy(counts[:, place])
        counts[:, -1] = left.numpy()
        return counts


def _binomial(numbers: Tensor, place: int, left: Tensor) -> Tensor:
    """The numbers of `integers` for a count of what is left, (n, 4)."""
    later = numbers[:, 1 + place :]
    p = (later[:, 0] - later.logsumexp(1)).exp().nan_to_num(0.0)
    mean = left * p
    sd = (mean * (1.0 - p)).clamp_min(0.25).sqrt()
    last = torch.isinf(later[:, 1:]).all(1)
    low, high = torch.where(last & (p > 0.0), left, 0.0), torch.where(p > 0.0, left, 0.0)
    return torch.stack([mean, sd, low, high], 1)
