"""The proposal an engine draws from and weighs with: the family's density, defended by the prior.

    q'(x) = (1 - epsilon) q(x) + epsilon prior(x)

so a site's weight prior / q' is at most 1 / epsilon, whatever the network says (defensive
importance sampling; Hesterberg 1995). Training minimises -log q' itself: what is trained is what is
used, one far-out value cannot dominate a gradient, and where q fits the posterior the mixture costs
nothing to first order, since E_q[prior / q] = 1.
"""

from __future__ import annotations

import math
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
from anglipy.ic.priors import Floats
from anglipy.ic.running import Waiting
from anglipy.ic.vectors import Dirichlets, Gaussians
from anglipy.runtime.lanes.distributions import draw, score
from anglipy.runtime.lanes.groups import Index, using

__all__ = ["FAMILIES", "defended", "propose"]

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


def defended(log_q: Tensor, log_prior: Tensor, epsilon: float) -> Tensor:
    """log((1 - epsilon) q + epsilon prior), exact; (n,)."""
    if epsilon == 0.0:
        return log_q
    return torch.logaddexp(log_q + math.log1p(-epsilon), log_prior + math.log(epsilon))


def propose(
    raw: Tensor, of: Index | None, part: Waiting, epsilon: float, rng: Any
) -> tuple[Any, Any, Floats]:
    """Draw for particles that wait at one slot: a value of the program each, the same as the family
    takes it, and log prior - log q', their log weights (n,).

    Args:
        raw: (r, outputs) of the head, float64.
        of: which row of `raw` each of the n particles has; None if r = n and they are in order.
        part: the particles and their priors.
        epsilon: the weight of the prior in the proposal.
        rng: a numpy Generator or a test double.

    """
    family = FAMILIES[part.prior.family]
    if isinstance(family, Categorical):
        return _from_tables(family, raw, of, part, epsilon, rng)
    if of is not None:
        raw = raw[torch.from_numpy(of)]
    numbers = torch.from_numpy(part.prior.numbers).expand(len(raw), -1)
    drawn = family.draw(raw, numbers, rng)
    if epsilon > 0.0:
        drawn = _some_from_prior(drawn, part, epsilon, rng)
    value = part.decode(drawn)
    with using(part.group):
        log_prior = np.asarray(score(part.dist, value), dtype=np.float64)
    log_q = defended(
        family.log_prob(raw, numbers, torch.from_numpy(drawn)),
        torch.from_numpy(log_prior),
        epsilon,
    )
    return value, drawn, log_prior - log_q.numpy()


def _some_from_prior(drawn: Floats, part: Waiting, epsilon: float, rng: Any) -> Floats:
    """With probability epsilon each, draws are replaced by draws from the prior."""
    places = np.flatnonzero(rng.random(len(drawn)) < epsilon)
    if len(places):
        child = part._replace(group=part.group.child(places))
        with using(child.group):
            value = draw(part.dist, rng, len(places))
        drawn[places] = child.encode(value)
    return drawn


def _from_tables(
    family: Categorical, raw: Tensor, of: Index | None, part: Waiting, epsilon: float, rng: Any
) -> tuple[Any, Any, Floats]:
    """Finite priors: one uniform per particle, compared with cumulative probabilities of q' and
    with nothing else.
    """
    prior = part.prior.numbers
    if of is not None and len(prior) > 1:
        raw, of = raw[torch.from_numpy(of)], None
    numbers = torch.from_numpy(prior)
    log_q = family.log_table(raw, numbers)
    masses = log_q.exp() * (1.0 - epsilon) + numbers.exp() * epsilon
    masses = masses / masses.sum(1, keepdim=True)
    index = part.draw_index(masses.numpy(), rng, of)
    rows = np.arange(len(index)) if of is None else of
    log_mass = masses.log().numpy()[rows, index]
    return part.decode(index), index, part.log_mass(index) - log_mass
