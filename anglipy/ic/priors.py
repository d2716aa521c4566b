"""The proposal family and the numbers of every prior of the language.

`describe(dist)` gives the `Prior` of a plain distribution, `describe_lanes` those of a distribution
that differs between the particles of a group. A distribution without a family (one defined by the
user, say) is proposed by itself, with a weight of exactly one: family `prior`; so is one that the
program tags `:prior-only`.

Families by prior follow the table of proposal families used since Le, Baydin and Wood (2017),
except that counts are proposed by distributions on the integers, never by densities. This module
imports no torch.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from anglipy.ic.composite_priors import COMPOSITES, SINGLES
from anglipy.ic.layouts import ITSELF, LARGEST_TABLE, LAYOUTS, Ask, Floats, Part, Prior, stack
from anglipy.ic.plain_priors import DESCRIBERS
from anglipy.runtime.distributions import CONSTRUCTORS
from anglipy.runtime.distributions.base import Distribution, UserDistribution
from anglipy.runtime.lanes.families import FAMILIES
from anglipy.runtime.lanes.families.parameters import parameter
from anglipy.runtime.lanes.groups import CURRENT, Index
from anglipy.runtime.lanes.values import (
    Choice,
    LaneDistribution,
    NotLanes,
    codes_at,
    has_lanes,
    rows,
)
from anglipy.runtime.scalars import Keyword

__all__ = [
    "LARGEST_TABLE",
    "LAYOUTS",
    "PRIOR_ONLY",
    "Floats",
    "Part",
    "Prior",
    "describe",
    "describe_lanes",
    "why_not_learned",
]

PRIOR_ONLY = "prior-only"
"""The tag, as a keyword or a string, of what is to be drawn from the prior: `(tag :prior-only
dist)`. Such a choice is an input of the network, and nothing that it learns.
"""


def describe(dist: Distribution) -> Prior:
    """The proposal family and the numbers of a plain distribution."""
    if is_prior_only(dist):
        return ITSELF
    cls = dist.__class__
    describers = _describers()
    with np.errstate(all="ignore"):
        if (describer := describers.get(cls)) is not None:
            ((_, prior),) = describer(*_parameters(cls, dist.given))
            return prior
        if (single := _singles().get(cls)) is not None:
            return single(dist)
        if (composite := _composites().get(cls)) is not None:
            try:
                return composite(dist.given, describe)
            except NotLanes:
                pass
    return ITSELF


def is_prior_only(dist: Any) -> bool:
    """Whether the program says that it is not to be learned."""
    tag = getattr(dist, "tag", None)
    return tag is not None and (tag.text if isinstance(tag, Keyword) else tag) == PRIOR_ONLY


def why_not_learned(dist: Any) -> str:
    """Why a distribution whose proposal family is `prior` has no other."""
    if dist.__class__ is Choice:
        alone = (part for part in dist.parts if describe(part).family == ITSELF.family)
        return why_not_learned(next(alone, dist.parts[0]))
    if is_prior_only(dist):
        return f"tagged :{PRIOR_ONLY}"
    if dist.__class__ is CONSTRUCTORS["dirac"]:
        return "it has one value"
    if isinstance(dist, UserDistribution):
        return f"`{dist.name}` is a distribution of the program's own"
    return f"no proposals are known for such a `{dist.name}`"


def describe_lanes(dist: Any) -> list[Part]:
    """The priors of the particles of the running group: several where families or sizes differ."""
    if dist.__class__ is Choice:
        there, codes = np.unique(codes_at(dist, CURRENT.group), return_inverse=True)
        return stacked([describe(dist.parts[code]) for code in there.tolist()], codes.reshape(-1))
    if not has_lanes(dist):
        return [(None, describe(dist))]
    if is_prior_only(dist):
        return [(None, ITSELF)]
    cls = dist.family if dist.__class__ is LaneDistribution else dist.__class__
    try:
        with np.errstate(all="ignore"):
            if (describer := _describers().get(cls)) is not None:
                return describer(*_parameters(cls, dist.given))
            if (composite := _composites().get(cls)) is not None:
                return [(None, composite(dist.given, _alike))]
    except NotLanes:
        return stacked([describe(one) for one in rows(dist)], np.arange(CURRENT.group.n))
    return [(None, ITSELF)]


def _alike(dist: Any) -> Prior:
    """The prior of a part of a distribution, if all particles have one of one family and size."""
    parts = describe_lanes(dist)
    if len(parts) > 1:
        raise NotLanes
    return parts[0][1]


def _parameters(cls: Any, given: Sequence[Any]) -> list[Any]:
    """Floats where they are the same for all particles, else arrays with one element or row each;
    vectors are arrays (K,) or (n, K).
    """
    family = FAMILIES[cls]
    return [parameter(family, *pair)[0] for pair in zip(family.shapes, given, strict=True)]


def stacked(priors: Sequence[Prior], codes: Index) -> list[Part]:
    """The priors of particles of which i has `priors[codes[i]]`, those of one slot together."""
    slots = [(p.family, 0 if p.family == "categorical" else p.size) for p in priors]
    if len(set(slots)) == 1:
        return [(None, stack(priors).at(codes))]
    parts: list[Part] = []
    for slot in dict.fromkeys(slots):
        members = [number for number, other in enumerate(slots) if other == slot]
        place_of = np.full(len(priors), -1)
        place_of[members] = np.arange(len(members))
        places = np.flatnonzero(place_of[codes] >= 0)
        prior = stack([priors[number] for number in members]).at(place_of[codes[places]])
        parts.append((places, prior))
    return parts


@lru_cache(maxsize=1)
def _describers() -> dict[type, Callable[..., list[Part]]]:
    """By class, so that a user's own distribution called `normal` is not taken for ours."""
    return {CONSTRUCTORS[name]: made for name, made in DESCRIBERS.items()}


@lru_cache(maxsize=1)
def _singles() -> dict[type, Callable[[Any], Prior]]:
    return {CONSTRUCTORS[name]: made for name, made in SINGLES.items()}


@lru_cache(maxsize=1)
def _composites() -> dict[type, Callable[[Sequence[Any], Ask], Prior]]:
    return {CONSTRUCTORS[name]: made for name, made in COMPOSITES.items()}
