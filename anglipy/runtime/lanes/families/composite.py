"""Distributions made of others, for n particles at once: `mixture`, `product` and `iid`.

A part is one of the distributions it is made of: its family, what the family prepared of it, and
the distribution itself if it is the same for all particles. Where a part has no family, or one that
arrays cannot hold, all particles go one by one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import inf
from typing import Any, NamedTuple, TypeAlias

import numpy as np

from anglipy.runtime.distributions.base import Distribution
from anglipy.runtime.distributions.checks import elements
from anglipy.runtime.lanes.families.base import BadLane, Family
from anglipy.runtime.lanes.families.parameters import observed, parameter
from anglipy.runtime.lanes.families.vectors import VectorFamily
from anglipy.runtime.lanes.families.weighted import checked
from anglipy.runtime.lanes.groups import CURRENT
from anglipy.runtime.lanes.values import Choice, LaneDistribution, NotLanes, codes_at, has_lanes
from anglipy.runtime.vectors import Vector

__all__ = ["CompositeFamily", "IidFamily", "MixtureFamily", "Part", "ProductFamily"]

Families: TypeAlias = Mapping[type[Distribution], Family]


class Part(NamedTuple):
    """One of the distributions that a distribution is made of."""

    family: Family
    prepared: Any
    dist: Distribution | None
    """The distribution, if it is the same for all particles."""

    def draw(self, rng: Any, n: int) -> Any:
        """N draws, as the family gives them."""
        return self.family.sample(self.prepared, rng, n)

    def score(self, value: Any) -> Any:
        """Log densities at a value of the language: (n,), or a float where nothing differs."""
        if self.dist is not None and not has_lanes(value):
            return self.dist.log_prob(value)
        return self.family.log_prob(self.prepared, observed(self.family, value))


class CompositeFamily(Family):
    """What families of distributions made of others share. `families` is where to look up those of
    the parts.
    """

    value = "whole"

    def __init__(self, families: Families) -> None:
        self.families = families

    def part(self, dist: Any) -> Part:
        """A distribution as a part; NotLanes if it has to go one by one."""
        if dist.__class__ is Choice:
            return self._part_of_table(dist)
        if not isinstance(dist, Distribution):
            raise NotLanes
        lanes = isinstance(dist, LaneDistribution)
        family = self._family_of(dist.family if isinstance(dist, LaneDistribution) else type(dist))
        if not lanes:
            if has_lanes(dist):
                raise NotLanes
            return Part(family, family.plain(dist), dist)
        pairs = zip(family.shapes, dist.given, strict=True)
        prepared = family.prepare(*[parameter(family, *pair)[0] for pair in pairs])
        return Part(family, prepared, None)

    def _part_of_table(self, choice: Choice) -> Part:
        cls = choice.parts[0].__class__
        if not choice.plain or any(part.__class__ is not cls for part in choice.parts):
            raise NotLanes
        family = self._family_of(cls)
        try:
            table = family.stack(choice.parts)
        except ValueError:
            raise NotLanes from None
        return Part(family, family.take(table, codes_at(choice, CURRENT.group)), None)

    def _family_of(self, cls: Any) -> Family:
        family = self.families.get(cls)
        if family is None:
            raise NotLanes
        return family

    def parts(self, dists: Any) -> list[Part]:
        """A sequence of distributions as parts."""
        listed = None if dists.__class__ is Choice else elements(dists)
        if listed is None:
            raise NotLanes
        return [self.part(dist) for dist in listed]

    def stack(self, parts: Sequence[Distribution]) -> Any:
        """There are no tables of these."""
        raise NotLanes


class MixtureFamily(CompositeFamily):
    """`(mixture weights components)`. Prepared: `Weights` and the parts."""

    shapes = ("vector", "any")
    sequence = tuple

    def plain(self, dist: Any) -> Any:
        """The weights (K,) and the parts."""
        return self.prepare(np.array([float(w) for w in dist.given[0]]), dist.components)

    def prepare(self, weights: Any, components: Any) -> Any:
        """Weights none negative, at least one above zero, a component for each."""
        parts = self.parts(components)
        if len(parts) != weights.shape[-1]:
            raise BadLane
        return checked(weights), parts

    def sample(self, prepared: Any, rng: Any, n: int) -> Any:
        """Draws of all components, of which each particle takes one."""
        weights, parts = prepared
        if not all(_is_array(part.family) for part in parts):
            raise NotLanes
        places = weights.draw(rng, n)
        drawn = [part.draw(rng, n) for part in parts]
        first = drawn[0]
        if any(each.dtype != first.dtype or each.shape != first.shape for each in drawn):
            raise NotLanes
        found = first.T.copy().T
        for place, each in enumerate(drawn[1:], 1):
            chosen = places == place
            found[chosen] = each[chosen]
        return found

    def box(self, prepared: Any, drawn: Any, stamp: Any) -> Any:
        """As the components do."""
        part = prepared[1][0]
        return part.family.box(part.prepared, drawn, stamp)

    def log_prob(self, prepared: Any, value: Any) -> Any:
        """Log of the sum of the densities, each times its weight."""
        weights, parts = prepared
        n = CURRENT.group.n
        logs = np.empty((len(parts), n))
        for place, part in enumerate(parts):
            log_weight = weights.log_mass[..., place]
            impossible = np.max(log_weight) == -inf
            logs[place] = -inf if impossible else part.score(value) + log_weight
        largest = logs.max(axis=0)
        safe = np.where(np.isfinite(largest), largest, 0.0)
        found = np.log(np.exp(logs - safe).sum(axis=0)) + safe
        return np.where(np.isfinite(largest), found, largest)


class _IndependentFamily(CompositeFamily):
    """Prepared: the parts."""

    def plain(self, dist: Any) -> Any:
        """The parts."""
        return self.parts(dist.parts)

    def sample(self, prepared: Any, rng: Any, n: int) -> Any:
        """Draws of each part, as their families give them."""
        return [part.draw(rng, n) for part in prepared]

    def box(self, prepared: Any, drawn: Any, stamp: Any) -> Vector:
        """A vector of what was drawn."""
        pairs = zip(prepared, drawn, strict=True)
        return Vector([part.family.box(part.prepared, each, stamp) for part, each in pairs])

    def log_prob(self, prepared: Any, value: Any) -> Any:
        """The sum of the log densities."""
        point = None if value.__class__ is Choice else elements(value)
        if point is None or len(point) != len(prepared):
            raise NotLanes
        total = np.zeros(CURRENT.group.n)
        for part, x in zip(prepared, point, strict=True):
            total += part.score(x)
        return total


class ProductFamily(_IndependentFamily):
    """`(product dists)`. Prepared: the parts."""

    shapes = ("any",)

    def prepare(self, dists: Any) -> Any:
        """A sequence of distributions."""
        return self.parts(dists)


class IidFamily(_IndependentFamily):
    """`(iid dist n)`. Prepared: the same part, n times."""

    shapes = ("any", "any")

    def prepare(self, dist: Any, n: Any) -> Any:
        """A distribution, and a count that is the same for all particles."""
        if n.__class__ is not int or n < 0:
            raise NotLanes
        return [self.part(dist)] * n


def _is_array(family: Family) -> bool:
    """Whether draws are arrays that mean the same for all distributions of the family."""
    return type(family).box in (Family.box, VectorFamily.box)
