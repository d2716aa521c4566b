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

from anglipy.diagnostics import ArtifactError
from anglipy.ic.bounded import Betas, Circles, Intervals
from anglipy.ic.families import Categorical, Family
from anglipy.ic.independent import Products
from anglipy.ic.integers import Integers
from anglipy.ic.layouts import product_parts
from anglipy.ic.lines import Heavies, Normals, Positives
from anglipy.ic.matrices import Correlations, Wisharts
from anglipy.ic.multinomials import Multinomials
from anglipy.ic.priors import Floats
from anglipy.ic.running import Waiting
from anglipy.ic.splines import splined
from anglipy.ic.vectors import Dirichlets, Gaussians
from anglipy.runtime.lanes.distributions import score
from anglipy.runtime.lanes.groups import Index, using

__all__ = [
    "FAMILIES",
    "KINDS",
    "PROPOSALS",
    "Families",
    "defended",
    "family_named",
    "kind_number",
    "propose",
]

KINDS = (
    "prior",
    "categorical",
    "normal",
    "positive",
    "interval",
    "integers",
    "beta",
    "mvn",
    "dirichlet",
)
"""What the network is told of a family: those of one kind read and are read alike. The order is
part of the artifact's format.
"""
PROPOSALS = ("mixture", "spline")
"""What single numbers are proposed by."""

_MEMBERS: tuple[Family, ...] = (
    Family(),
    Categorical(),
    Normals(),
    Heavies(),
    Positives(),
    Intervals(),
    Circles(),
    Integers(),
    Betas(),
    Gaussians(),
    Dirichlets(),
    Multinomials(),
    Wisharts(),
    Correlations(),
)


class Families(dict[str, Family]):
    """Proposal families by name; those of products are made of their names when asked for."""

    def __missing__(self, name: str) -> Family:
        parts = product_parts(name)
        if parts is None:
            raise KeyError(name)
        self[name] = made = Products(name, parts, self)
        return made

    def __contains__(self, name: object) -> bool:
        return super().__contains__(name) or (
            isinstance(name, str) and product_parts(name) is not None
        )


FAMILIES = Families((family.name, family) for family in _MEMBERS)
"""Every proposal family by name; `layouts.LAYOUTS` says what its numbers are."""


def family_named(name: str, proposal: str = "mixture") -> Family:
    """The family that proposes, by mixtures or by splines. Raises KeyError for a name that is none,
    OptionError AQ316 for splines without the package that they need.
    """
    family = FAMILIES[name]
    return splined(family) if proposal == "spline" else family


def kind_number(name: str) -> int:
    """The row of a family in the network's table of kinds."""
    return KINDS.index(FAMILIES[name].kind)


def defended(log_q: Tensor, log_prior: Tensor, epsilon: float) -> Tensor:
    """log((1 - epsilon) q + epsilon prior), exact; (n,)."""
    if epsilon == 0.0:
        return log_q
    return torch.logaddexp(log_q + math.log1p(-epsilon), log_prior + math.log(epsilon))


def propose(
    raw: Tensor,
    of: Index | None,
    part: Waiting,
    epsilon: float,
    rng: Any,
    family: Family | None = None,
) -> tuple[Any, Any, Floats]:
    """Draw for particles that wait at one slot: a value of the program each, the same as the family
    takes it, and log prior - log q', their log weights (n,).

    Args:
        raw: (r, outputs) of the head, float64.
        of: which row of `raw` each of the n particles has; None if r = n and they are in order.
        part: the particles and their priors.
        epsilon: the weight of the prior in the proposal.
        rng: a numpy Generator or a test double.
        family: what proposes; by default that of the prior, by mixtures.

    Raises ArtifactError AQ603 if the network's numbers are not finite.

    """
    if not bool(raw.isfinite().all()):
        raise _no_numbers(part)
    family = family or FAMILIES[part.prior.family]
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


def _no_numbers(part: Waiting) -> ArtifactError:
    return ArtifactError(
        "AQ603",
        f"the network proposes at {part.site} what is not a number",
        help="are the data very far from what the program simulates? or compile the artifact again",
    )


def _some_from_prior(drawn: Floats, part: Waiting, epsilon: float, rng: Any) -> Floats:
    """With probability epsilon each, draws are replaced by draws from the prior."""
    places = np.flatnonzero(rng.random(len(drawn)) < epsilon)
    if len(places):
        child = part._replace(
            group=part.group.child(places), prior=part.prior.at(places), runs=part.runs[places]
        )
        drawn[places] = child.draw_prior(rng)[1]
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
