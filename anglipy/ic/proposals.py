"""The proposal an engine draws from and weighs with: the family's density, defended by the prior.

    q'(x) = (1 - epsilon) q(x) + epsilon prior(x)

so a site's weight prior / q' is at most 1 / epsilon, whatever the network says (defensive
importance sampling; Hesterberg 1995). Training minimises -log q' itself: what is trained is what is
used, one far-out value cannot dominate a gradient, and where q fits the posterior the mixture costs
nothing to first order, since E_q[prior / q] = 1.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from anglipy.ic.families import (
    Betas,
    Categorical,
    Family,
    Intervals,
    Normals,
    Positives,
)
from anglipy.ic.integers import Integers
from anglipy.ic.priors import Prior, decode, encode
from anglipy.ic.vectors import Dirichlets, Gaussians
from anglipy.runtime.distributions.base import Distribution

__all__ = ["FAMILIES", "defended", "draw_all", "draw_index", "numbers_of", "values_of"]

_MEMBERS: tuple[Family, ...] = (
    Family(),
    Categorical(),
    Normals(),
    Positives(),
    Intervals(),
    Integers(),
    Betas(),
    Gaussians(),
    Dirichlets(),
)
FAMILIES: dict[str, Family] = {family.name: family for family in _MEMBERS}
"""Every proposal family by name; `priors.LAYOUTS` says what its numbers are."""

LEFT_TO_RIGHT = 64
"""Tables up to this size are searched from the left, larger ones by bisection; both only ask `u <
c`.
"""


def defended(log_q: Tensor, log_prior: Tensor, epsilon: float) -> Tensor:
    """log((1 - epsilon) q + epsilon prior), exact; (n,)."""
    if epsilon == 0.0:
        return log_q
    return torch.logaddexp(log_q + math.log1p(-epsilon), log_prior + math.log(epsilon))


def numbers_of(priors: Sequence[Prior]) -> Tensor:
    """The numbers of priors of one family, (n, numbers), float64; rows of fewer categories are
    padded with -inf.
    """
    rows = [prior.numbers for prior in priors]
    width = len(rows[0])
    if all(len(row) == width for row in rows):
        return torch.from_numpy(np.array(rows, dtype=np.float64).reshape(len(rows), width))
    padded = np.full((len(rows), max(map(len, rows))), -math.inf)
    for row, target in zip(rows, padded, strict=True):
        target[: len(row)] = row
    return torch.from_numpy(padded)


def values_of(values: Sequence[Any]) -> Tensor:
    """Encoded values as a tensor, (n,) or (n, D), float64."""
    return torch.from_numpy(np.array(values, dtype=np.float64))


def draw_all(
    raw: Tensor,
    dists: Sequence[Distribution],
    priors: Sequence[Prior],
    epsilon: float,
    rng: Any,
) -> tuple[list[Any], list[Any], list[float]]:
    """A value of the program for each row, its encoding, and log prior - log q' (the step's log
    weight).

    Args:
        raw: (n, outputs) of one head, float64.
        dists: the priors in the program, one per row.
        priors: the same as seen by the network; all of one family and size.
        epsilon: the weight of the prior in the proposal.
        rng: a numpy Generator or a test double.

    """
    family = FAMILIES[priors[0].family]
    numbers = numbers_of(priors)
    if isinstance(family, Categorical):
        return _draw_from_table(
            family.log_table(raw, numbers), numbers, dists, priors, epsilon, rng
        )
    drawn = list(family.draw(raw, numbers, rng))
    values = [decode(d, p, x) for d, p, x in zip(dists, priors, drawn, strict=True)]
    if epsilon > 0.0:
        for row in np.flatnonzero(rng.random(len(values)) < epsilon).tolist():
            values[row] = dists[row].sample(rng)
    encoded = [encode(d, p, x) for d, p, x in zip(dists, priors, values, strict=True)]
    log_priors = [d.log_prob(x) for d, x in zip(dists, values, strict=True)]
    log_q = defended(
        family.log_prob(raw, numbers, values_of(encoded)),
        torch.tensor(log_priors, dtype=torch.float64),
        epsilon,
    )
    return values, encoded, [p - q for p, q in zip(log_priors, log_q.tolist(), strict=True)]


def _draw_from_table(
    log_q: Tensor,
    numbers: Tensor,
    dists: Sequence[Distribution],
    priors: Sequence[Prior],
    epsilon: float,
    rng: Any,
) -> tuple[list[Any], list[Any], list[float]]:
    """Finite priors: one uniform per row, compared with cumulative probabilities of q' and with
    nothing else.
    """
    masses = log_q.exp() * (1.0 - epsilon) + numbers.exp() * epsilon
    masses = masses / masses.sum(1, keepdim=True)
    log_masses = masses.log()
    values, encoded, log_weights = [], [], []
    for row, cumulative in enumerate(masses.cumsum(1).tolist()):
        index = draw_index(cumulative, numbers[row], rng)
        values.append(decode(dists[row], priors[row], index))
        encoded.append(index)
        log_weights.append(float(numbers[row, index] - log_masses[row, index]))
    return values, encoded, log_weights


def draw_index(cumulative: list[float], log_prior: Tensor, rng: Any) -> int:
    """The first index whose cumulative mass is above one uniform; never one of prior mass zero."""
    last = len(cumulative) - 1
    while log_prior[last] == -math.inf:
        last -= 1
    u = rng.random()
    if last > LEFT_TO_RIGHT:
        return bisect_right(cumulative, u, 0, last)
    for index in range(last):
        if u < cumulative[index]:
            return index
    return last
