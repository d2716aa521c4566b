"""How the value of the one choice that a move changes is proposed: from its distribution, or from
near its present value.

With probability alpha the new value comes from a kernel around the present one, otherwise from the
distribution; the density of a proposal is that of the mixture of both:

    q(x -> x') = alpha k(x') + (1 - alpha) p(x'),    k around x

Le 2015, "Random walk Lightweight Metropolis-Hastings"; the kernels are those of Anglican, chosen
by the support: a normal on the reals, a folded normal on the positive numbers and, rounded, on the
counts, a uniform on (0, 1). Other values are proposed from their distributions alone.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from anglipy.inference.mcmc.traces import Choice, chance
from anglipy.inference.runs import draw
from anglipy.runtime.cumulative import log_add
from anglipy.runtime.distributions import (
    FoldedNormalDiscrete,
    FoldedNormalPositive,
    Normal,
    UniformContinuous,
)
from anglipy.runtime.distributions.base import (
    Distribution,
    Naturals,
    Positive,
    Reals,
    Support,
    UnitInterval,
)

__all__ = ["LOCAL", "Proposing", "kernel_of"]

Kernel = Callable[[Any, float], tuple[type[Distribution], tuple[Any, ...]]]
"""From the present value and the spread, the class of the kernel and its parameters."""

LOCAL: dict[type[Support], Kernel] = {
    Reals: lambda x, sigma: (Normal, (x, sigma)),
    Positive: lambda x, sigma: (FoldedNormalPositive, (x, sigma)),
    Naturals: lambda x, sigma: (FoldedNormalDiscrete, (x, sigma)),
    UnitInterval: lambda x, sigma: (UniformContinuous, (0.0, 1.0)),
}
"""The kernels by the kind of the support."""


def kernel_of(dist: Distribution) -> Kernel | None:
    """The kernel for values of a distribution, None where there is none."""
    return LOCAL.get(dist.support.__class__)


@dataclass(frozen=True, slots=True)
class Proposing:
    """From where a new value for a choice comes."""

    alpha: float = 0.0
    """The probability of the kernel; 0: always the distribution."""
    sigma: float = 1.0
    """The standard deviation of the kernels."""

    def proposed(self, choice: Choice, rng: Any) -> tuple[Any, float, float]:
        """A value, its log probability, and what counts of it in the ratio of the move: log of
        p(x') q(x' -> x) / (p(x) q(x -> x')).
        """
        sample, present = choice.sample, choice.value
        kernel = kernel_of(sample.dist) if self.alpha > 0.0 else None
        if kernel is None or choice.log_prob == -math.inf:
            value = draw(sample, rng)
            return value, chance(sample, value), 0.0
        forward = _built(kernel, present, self.sigma)
        near = rng.random() < self.alpha
        value = forward.sample(rng) if near else draw(sample, rng)
        log_prob = chance(sample, value)
        if log_prob == -math.inf:
            return value, log_prob, -math.inf
        there = self.log_density(forward.log_prob(value), log_prob)
        backward = _built(kernel, value, self.sigma).log_prob(present)
        back = self.log_density(backward, choice.log_prob)
        return value, log_prob, log_prob - choice.log_prob + back - there

    def log_density(self, log_kernel: float, log_prob: float) -> float:
        """log(alpha exp(log_kernel) + (1 - alpha) exp(log_prob))."""
        near = math.log(self.alpha) + log_kernel
        far = math.log1p(-self.alpha) + log_prob if self.alpha < 1.0 else -math.inf
        return log_add(near, far)


def _built(kernel: Kernel, value: Any, sigma: float) -> Distribution:
    family, parameters = kernel(value, sigma)
    return family(*parameters)
