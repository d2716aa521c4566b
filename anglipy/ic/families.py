"""Proposal families: densities whose parameters a network gives, relative to the numbers of the
prior.

A family is a stateless description: how many outputs a head has, with what biases they start (so
that an untrained head proposes about what the prior does), what the log density of a value is, and
how to draw. `raw` is always (n, outputs), `numbers` (n, numbers) as laid out in `priors.LAYOUTS`,
both float64; `log_prob` is used for training and for the weights alike, so that a weight is
computed from the very parameters that were drawn from. Drawing happens in numpy.

Every density is normalised on the prior's own support: truncated on intervals, a mass on integers,
on the simplex for Dirichlet. Mixtures are finite sums, computed by log-sum-exp. What a single value
is proposed by is here and in `lines`, `bounded` and `integers`; vectors and matrices in `vectors`,
`multinomials`, `matrices` and `independent`.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

__all__ = [
    "HALF_LOG_TWO_PI",
    "TINY",
    "Categorical",
    "Family",
    "Mixture",
    "Warped",
    "choose",
    "normal_members",
]

HALF_LOG_TWO_PI = 0.5 * math.log(2.0 * math.pi)
TINY = 1e-300
FARTHEST = 1e100
"""Coordinates beyond this count as this: their squares must be finite."""


class Family:
    """The base: the family of priors that are proposed by themselves."""

    name = "prior"
    kind = "prior"
    """What the network is told of the family: one of `proposals.KINDS`."""

    def outputs(self, size: int, components: int) -> int:
        """How many numbers a head must give."""
        return 0

    def biases(self, size: int, components: int) -> Tensor:
        """Where the outputs start, (outputs,)."""
        return torch.zeros(self.outputs(size, components))

    def prior_width(self, size: int) -> int:
        """Columns of `prior_features`."""
        return 0

    def prior_features(self, numbers: Tensor, size: int) -> Tensor:
        """The prior's numbers on scales a network can read, (n, prior_width)."""
        return numbers.new_zeros(len(numbers), 0)

    def relative(self, numbers: Tensor, values: Tensor) -> Tensor:
        """Values relative to the prior, (n, size)."""
        return values.reshape(len(values), -1)

    def log_prob(self, raw: Tensor, numbers: Tensor, values: Tensor) -> Tensor:
        """The log density or mass of values, (n,)."""
        raise TypeError(f"the family {self.name} has no density of its own")

    def draw(self, raw: Tensor, numbers: Tensor, rng: Any) -> NDArray[np.float64]:
        """One value per row, (n,) or (n, size)."""
        raise TypeError(f"the family {self.name} does not draw")

    def shift_width(self, size: int) -> int:
        """Columns of the shifts that move proposals by what was drawn before, in a product."""
        return 0

    def shifted(self, raw: Tensor, shift: Tensor) -> Tensor:
        """Outputs of proposals that are moved by shifts, (n, shift_width)."""
        return raw


class Categorical(Family):
    """Logits relative to the prior: log q = log softmax(log prior + raw). A category of prior mass
    zero keeps it.

    Rows may have fewer categories than the head has outputs (padded with -inf), or more: those
    beyond have raw = 0.
    """

    name = "categorical"
    kind = "categorical"

    def outputs(self, size: int, components: int) -> int:
        """One per category."""
        return size

    def prior_width(self, size: int) -> int:
        """The probabilities, unless there are very many."""
        return size if size <= 64 else 0

    def prior_features(self, numbers: Tensor, size: int) -> Tensor:
        """Probabilities of the first `size` categories."""
        if size > 64:
            return numbers.new_zeros(len(numbers), 0)
        return _resized(numbers, size, -math.inf).exp()

    def log_table(self, raw: Tensor, numbers: Tensor) -> Tensor:
        """Log probabilities of all categories, (n, categories)."""
        return torch.log_softmax(numbers + _resized(raw, numbers.shape[1], 0.0), 1)

    def relative(self, numbers: Tensor, values: Tensor) -> Tensor:
        """The place in the table, -1 to 1."""
        return (2.0 * values / max(1, numbers.shape[1] - 1) - 1.0)[:, None]

    def draw(self, raw: Tensor, numbers: Tensor, rng: Any) -> NDArray[np.float64]:
        """An index, by one uniform."""
        return choose(self.log_table(raw, numbers), rng).astype(np.float64)

    def shift_width(self, size: int) -> int:
        """One per category."""
        return size

    def shifted(self, raw: Tensor, shift: Tensor) -> Tensor:
        """Each logit has its own."""
        return raw + shift

    def log_prob(self, raw: Tensor, numbers: Tensor, values: Tensor) -> Tensor:
        """The entry of the table."""
        return self.log_table(raw, numbers).gather(1, values.long()[:, None])[:, 0]


def _resized(x: Tensor, columns: int, fill: float) -> Tensor:
    missing = columns - x.shape[1]
    return functional.pad(x, (0, missing), value=fill) if missing > 0 else x[:, :columns]


class Mixture(Family):
    """A mixture of `components` members with two parameters each, of values on the real line.

    `raw` is [logit, place, log width] in three blocks of `components` columns.
    """

    def outputs(self, size: int, components: int) -> int:
        """Weight, place and width of each component."""
        return 3 * components

    def biases(self, size: int, components: int) -> Tensor:
        """Components spread over the prior, of equal weight."""
        places = torch.linspace(-1.2, 1.2, components) if components > 1 else torch.zeros(1)
        width = math.log(0.65) if components > 1 else 0.0
        return torch.cat([torch.zeros(components), places, torch.full((components,), width)])

    def prior_width(self, size: int) -> int:
        """Two numbers."""
        return 2

    def members(self, raw: Tensor, numbers: Tensor) -> tuple[Tensor, Tensor]:
        """The two parameters of each component, both (n, components)."""
        raise TypeError(f"the family {self.name} has no components")

    def shift_width(self, size: int) -> int:
        """One number for all components."""
        return 1

    def shifted(self, raw: Tensor, shift: Tensor) -> Tensor:
        """All places move alike."""
        logits, place, width = raw.chunk(3, 1)
        return torch.cat([logits, place + shift, width], 1)

    def log_members(self, raw: Tensor, numbers: Tensor, values: Tensor) -> Tensor:
        """The log density of each value under each component, (n, components)."""
        raise TypeError(f"the family {self.name} has no density of its own")

    def draw_members(
        self,
        first: NDArray[np.float64],
        second: NDArray[np.float64],
        numbers: NDArray[np.float64],
        rng: Any,
    ) -> NDArray[np.float64]:
        """One value per row from the component chosen for that row; the parameters are (n,)."""
        raise TypeError(f"the family {self.name} does not draw")

    def log_prob(self, raw: Tensor, numbers: Tensor, values: Tensor) -> Tensor:
        """Log sum_k weight_k density_k(value)."""
        log_weights = torch.log_softmax(raw.chunk(3, 1)[0], 1)
        return torch.logsumexp(log_weights + self.log_members(raw, numbers, values), 1)

    def draw(self, raw: Tensor, numbers: Tensor, rng: Any) -> NDArray[np.float64]:
        """A component by one uniform, then a value from it."""
        rows = np.arange(len(raw))
        chosen = choose(raw.chunk(3, 1)[0], rng)
        first, second = (
            parameter.numpy()[rows, chosen] for parameter in self.members(raw, numbers)
        )
        return self.draw_members(first, second, numbers.numpy(), rng)


def choose(logits: Tensor, rng: Any) -> NDArray[np.intp]:
    """One column index per row, with probabilities softmax(logits), (n,)."""
    cumulative = torch.softmax(logits, 1).cumsum(1).numpy()
    chosen = (rng.random(len(cumulative))[:, None] >= cumulative[:, :-1]).sum(1)
    return chosen


class Warped(Mixture):
    """Normal components on a scale of the value on which the prior is about standard normal."""

    def coordinate(self, numbers: Tensor, values: Tensor) -> tuple[Tensor, Tensor]:
        """Values on that scale, and the log of its derivative there, both (n,)."""
        raise TypeError(f"the family {self.name} has no scale")

    def value(
        self, numbers: NDArray[np.float64], coordinate: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """The inverse, (n,)."""
        raise TypeError(f"the family {self.name} has no scale")

    def relative(self, numbers: Tensor, values: Tensor) -> Tensor:
        """Values on that scale."""
        return self.coordinate(numbers, values)[0][:, None]

    def members(self, raw: Tensor, numbers: Tensor) -> tuple[Tensor, Tensor]:
        """Mean and sd."""
        place, width = raw.chunk(3, 1)[1:]
        return place, width.clamp(-12.0, 4.0).exp()

    def log_members(self, raw: Tensor, numbers: Tensor, values: Tensor) -> Tensor:
        """The normal log density, and the log Jacobian."""
        coordinate, log_slope = self.coordinate(numbers, values)
        return normal_members(*self.members(raw, numbers), coordinate) + log_slope[:, None]

    def draw_members(
        self,
        first: NDArray[np.float64],
        second: NDArray[np.float64],
        numbers: NDArray[np.float64],
        rng: Any,
    ) -> NDArray[np.float64]:
        """Mean + sd * standard normal, as a value."""
        return self.value(numbers, first + second * rng.standard_normal(len(first)))


def normal_members(mean: Tensor, sd: Tensor, x: Tensor) -> Tensor:
    """The normal log density of x (n,) under each component, (n, components)."""
    z = (x.clamp(-FARTHEST, FARTHEST)[:, None] - mean) / sd
    return -0.5 * z * z - sd.log() - HALF_LOG_TWO_PI
