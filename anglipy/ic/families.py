"""Proposal families: densities whose parameters a network gives, relative to the numbers of the
prior.

A family is a stateless description: how many outputs a head has, with what biases they start (so
that an untrained head proposes about what the prior does), what the log density of a value is, and
how to draw. `raw` is always (n, outputs), `numbers` (n, numbers) as laid out in `priors.LAYOUTS`,
both float64; `log_prob` is used for training and for the weights alike, so that a weight is
computed from the very parameters that were drawn from. Drawing happens in numpy.

Every density here is normalised on the prior's own support: truncated on intervals, a mass on
integers, on the simplex for Dirichlet. Mixtures are finite sums, computed by log-sum-exp.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from anglipy.ic.squash import squash

__all__ = [
    "HALF_LOG_TWO_PI",
    "TINY",
    "Betas",
    "Categorical",
    "Family",
    "Intervals",
    "Mixture",
    "Normals",
    "Positives",
    "choose",
]

HALF_LOG_TWO_PI = 0.5 * math.log(2.0 * math.pi)
TINY = 1e-300


class Family:
    """The base: the family of priors that are proposed by themselves."""

    name = "prior"

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


class Categorical(Family):
    """Logits relative to the prior: log q = log softmax(log prior + raw). A category of prior mass
    zero keeps it.

    Rows may have fewer categories than the head has outputs (padded with -inf), or more: those
    beyond have raw = 0.
    """

    name = "categorical"

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

    def relative(self, numbers: Tensor, values: Tensor) -> Tensor:
        """(value - location) / scale."""
        return ((values - numbers[:, 0]) / numbers[:, 1])[:, None]

    def members(self, raw: Tensor, numbers: Tensor) -> tuple[Tensor, Tensor]:
        """The two parameters of each component, both (n, components)."""
        place, width = raw.chunk(3, 1)[1:]
        loc, scale = numbers[:, :1], numbers[:, 1:2]
        return loc + scale * place, scale * width.clamp(-12.0, 4.0).exp()

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


class Normals(Mixture):
    """Normal components: location + scale * place, scale * width."""

    name = "normal"

    def prior_features(self, numbers: Tensor, size: int) -> Tensor:
        """Location and log scale."""
        return torch.stack([squash(numbers[:, 0], 100.0), numbers[:, 1].log()], 1)

    def log_members(self, raw: Tensor, numbers: Tensor, values: Tensor) -> Tensor:
        """The normal log density."""
        mean, sd = self.members(raw, numbers)
        z = (values[:, None] - mean) / sd
        return -0.5 * z * z - sd.log() - HALF_LOG_TWO_PI

    def draw_members(
        self,
        first: NDArray[np.float64],
        second: NDArray[np.float64],
        numbers: NDArray[np.float64],
        rng: Any,
    ) -> NDArray[np.float64]:
        """Mean + sd * standard normal."""
        return first + second * rng.standard_normal(len(first))


class Positives(Mixture):
    """Log-normal components, for gamma-like priors: location and scale are those of log x under the
    prior.
    """

    name = "positive"

    def prior_features(self, numbers: Tensor, size: int) -> Tensor:
        """Log shape and log rate."""
        return numbers.log()

    def relative(self, numbers: Tensor, values: Tensor) -> Tensor:
        """Standardised log value."""
        return super().relative(_log_moments(numbers), values.clamp_min(TINY).log())

    def members(self, raw: Tensor, numbers: Tensor) -> tuple[Tensor, Tensor]:
        """Mean and sd of log x."""
        return super().members(raw, _log_moments(numbers))

    def log_members(self, raw: Tensor, numbers: Tensor, values: Tensor) -> Tensor:
        """The log-normal log density."""
        mean, sd = self.members(raw, numbers)
        log_value = values.clamp_min(TINY).log()[:, None]
        z = (log_value - mean) / sd
        return -0.5 * z * z - sd.log() - HALF_LOG_TWO_PI - log_value

    def draw_members(
        self,
        first: NDArray[np.float64],
        second: NDArray[np.float64],
        numbers: NDArray[np.float64],
        rng: Any,
    ) -> NDArray[np.float64]:
        """Exp of a normal; kept away from 0 and infinity, where a gamma has no density."""
        logs = first + second * rng.standard_normal(len(first))
        return np.exp(np.clip(logs, math.log(TINY), 700.0))


def _log_moments(numbers: Tensor) -> Tensor:
    """Mean and sd of log x for x ~ gamma(shape, rate): digamma(shape) - log rate,
    sqrt(trigamma(shape)).
    """
    shape, rate = numbers[:, 0], numbers[:, 1]
    return torch.stack([torch.digamma(shape) - rate.log(), torch.polygamma(1, shape).sqrt()], 1)


class Intervals(Mixture):
    """Normal components truncated to [low, high], their means inside; all computed on the unit
    interval.

    With the mean inside, the truncated mass is a sum of two terms of equal sign: nothing cancels.
    """

    name = "interval"

    def biases(self, size: int, components: int) -> Tensor:
        """Means spread over the interval."""
        at = torch.linspace(0.05, 0.95, components) if components > 1 else torch.tensor([0.5])
        width = math.log(0.15) if components > 1 else 0.0
        return torch.cat(
            [torch.zeros(components), torch.logit(at), torch.full((components,), width)]
        )

    def prior_features(self, numbers: Tensor, size: int) -> Tensor:
        """Middle and log width."""
        low, high = numbers[:, 0], numbers[:, 1]
        return torch.stack([squash((low + high) / 2.0, 100.0), (high - low).log()], 1)

    def relative(self, numbers: Tensor, values: Tensor) -> Tensor:
        """Place in the interval, -1 to 1."""
        return (2.0 * self._unit(numbers, values) - 1.0)[:, None]

    @staticmethod
    def _unit(numbers: Tensor, values: Tensor) -> Tensor:
        return (values - numbers[:, 0]) / (numbers[:, 1] - numbers[:, 0])

    def members(self, raw: Tensor, numbers: Tensor) -> tuple[Tensor, Tensor]:
        """Mean and sd before truncation, on the unit interval."""
        place, width = raw.chunk(3, 1)[1:]
        return torch.sigmoid(place), width.clamp(-14.0, 3.0).exp()

    def log_members(self, raw: Tensor, numbers: Tensor, values: Tensor) -> Tensor:
        """The normal log density over the mass inside the interval, and the log Jacobian."""
        mean, sd = self.members(raw, numbers)
        z = (self._unit(numbers, values)[:, None] - mean) / sd
        root = sd * math.sqrt(2.0)
        log_inside = (0.5 * (torch.erf((1.0 - mean) / root) + torch.erf(mean / root))).log()
        log_width = (numbers[:, 1:2] - numbers[:, :1]).log()
        return -0.5 * z * z - sd.log() - HALF_LOG_TWO_PI - log_inside - log_width

    def draw_members(
        self,
        first: NDArray[np.float64],
        second: NDArray[np.float64],
        numbers: NDArray[np.float64],
        rng: Any,
    ) -> NDArray[np.float64]:
        """By inversion of the truncated normal's distribution function."""
        mean, sd = torch.from_numpy(first), torch.from_numpy(second)
        below, above = torch.special.ndtr(-mean / sd), torch.special.ndtr((1.0 - mean) / sd)
        u = torch.from_numpy(rng.random(len(first)))
        unit = (
            (mean + sd * torch.special.ndtri(below + u * (above - below))).clamp(0.0, 1.0).numpy()
        )
        low, high = numbers[:, 0], numbers[:, 1]
        return np.clip(low + unit * (high - low), low, high)


class Betas(Mixture):
    """Beta components whose two shapes are the prior's times exp(outputs)."""

    name = "beta"

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
        return (
            numbers[:, :1] * first.clamp(-10.0, 16.0).exp(),
            numbers[:, 1:2] * second.clamp(-10.0, 16.0).exp(),
        )

    def log_members(self, raw: Tensor, numbers: Tensor, values: Tensor) -> Tensor:
        """The beta log density; the end points count as the nearest doubles inside."""
        a, b = self.members(raw, numbers)
        x = values.clamp(TINY, 1.0 - 2.0**-53)[:, None]
        log_normaliser = torch.lgamma(a) + torch.lgamma(b) - torch.lgamma(a + b)
        return (a - 1.0) * x.log() + (b - 1.0) * torch.log1p(-x) - log_normaliser

    def draw_members(
        self,
        first: NDArray[np.float64],
        second: NDArray[np.float64],
        numbers: NDArray[np.float64],
        rng: Any,
    ) -> NDArray[np.float64]:
        """Beta draws, kept off the end points."""
        return np.clip(rng.beta(first, second), TINY, 1.0 - 2.0**-53)
