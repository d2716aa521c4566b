"""Runs of a query in lockstep, as training and the engine need them: numbered, sample by sample.

A query that the compiler made runs in groups, any other (one written by hand in Python) in groups
of one particle each. Either way `Runs.waiting` says who the particles of a sample are and which
prior they draw from, and `Waiting` draws, encodes and decodes for all of them at once. This module
imports no torch.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from anglipy.ic.priors import Floats, Prior, describe_lanes
from anglipy.ic.singles import Singles
from anglipy.inference.lockstep import for_groups
from anglipy.runtime.checkpoints import Observe, Sample
from anglipy.runtime.distributions.checks import elements
from anglipy.runtime.lanes.families.weighted import Weights
from anglipy.runtime.lanes.gathering import from_rows
from anglipy.runtime.lanes.groups import CURRENT, Group, Index, using
from anglipy.runtime.lanes.machine import Machine
from anglipy.runtime.lanes.merging import Merger
from anglipy.runtime.lanes.state import State
from anglipy.runtime.lanes.values import Choice, Lane, NotLanes, numbers, rows, rows_at
from anglipy.runtime.machine import Query
from anglipy.runtime.vectors import Vector

__all__ = ["Runs", "Waiting", "encoded", "instances_of"]


class Runs:
    """n runs of a query. `first` and `total`: which particle of how many the first one is, for
    messages. `apart`: one by one, which is faster for very few. With `codes`, (n,), run i has the
    argument `value[codes[i]]`.
    """

    def __init__(
        self,
        query: Query,
        value: Any,
        n: int,
        first: int = 0,
        total: int = 0,
        *,
        apart: bool = False,
        codes: Index | None = None,
    ) -> None:
        self.n = n
        self.origin: Group | None = None
        self.machine: Any
        grouped = None if apart else for_groups(query)
        if grouped is None:
            self.machine = Singles(query, value, n, first, total or n, codes)
            return
        self.machine = Machine()
        self.machine.start(grouped.frame, value, n, codes=codes)
        self.origin = self.machine.origins[0][0]
        self.machine.origins, self.machine.total = [(self.origin, first)], total or n

    def numbers(self, state: State) -> Index:
        """Which of the n runs the particles of a group are, from 0."""
        if self.origin is None:
            return np.array([state.extra])
        if state.group is self.origin:
            return np.arange(self.n)
        return state.group.positions(self.origin.stamp)

    def waiting(self, sample: Sample) -> list[Waiting]:
        """Who waits at a sample: particles whose priors have one family and size together."""
        state: State = sample.state  # type: ignore[assignment]
        group, runs = state.group, self.numbers(state)
        with using(group):
            parts = describe_lanes(sample.dist)
        instances = instances_of(sample, group)
        found = []
        for places, prior in parts:
            if places is None:
                found.append(Waiting(sample.site.id, sample.dist, prior, group, runs, instances))
                continue
            child = group.child(places)
            at = runs[places], instances[places]
            found.append(Waiting(sample.site.id, sample.dist, prior, child, *at))
        return found

    def answer(self, sample: Sample, waiting: list[Waiting], values: list[Any]) -> Any:
        """The value of the sample's group, from those of the parts that it was taken apart in."""
        if len(waiting) == 1:
            return values[0]
        group: Group = sample.state.group  # type: ignore[attr-defined]
        origin = group.stamp
        places = [(part.group.positions(origin), part.group) for part in waiting]
        return Merger(group, places).merge(values)


def instances_of(checkpoint: Sample | Observe, group: Group) -> Index:
    """Which visit to the site it is for each particle, (n,) int64."""
    instance: Any = checkpoint.instance
    if instance.__class__ is Lane:
        found: Index = rows_at(instance, group)
        return found
    return np.full(group.n, instance, dtype=np.int64)


class Waiting(NamedTuple):
    """Particles at a sample whose priors have one family and size."""

    site: str
    dist: Any
    prior: Prior
    group: Group
    runs: Index
    """Which runs they are."""
    instances: Index

    def draw_index(self, masses: Floats, rng: Any, codes: Index | None = None) -> Index:
        """An index each from a table of masses, (n, K) or (1, K), or, with codes, by its rows. One
        uniform per particle, compared with cumulative probabilities and with nothing else.
        """
        if codes is not None:
            found: Index = Weights(masses).draw_at(codes, rng)
            return found
        found = Weights(masses[0] if len(masses) == 1 else masses).draw(rng, self.group.n)
        return found

    def log_mass(self, index: Index) -> Floats:
        """The prior's log probability of an index each, (n,)."""
        table = self.prior.numbers
        if len(table) == 1:
            return table[0][index]
        return table[np.arange(len(table)), index]

    def encode(self, value: Any) -> Floats:
        """Values of the program as the proposal family takes them, (n,) or (n, D); not for tables,
        whose index is drawn.
        """
        with using(self.group):
            return encoded(self.prior.family, value, self.group.n)

    def decode(self, drawn: Any) -> Any:
        """The inverse, for tables too: what the program goes on with."""
        prior, stamp = self.prior, self.group.stamp
        if prior.family == "categorical":
            index = drawn + prior.first
            if prior.values is None:
                return Lane(index, stamp)
            with using(self.group):
                return from_rows(prior.values, index)
        if prior.family == "integers":
            if np.abs(drawn).max() < 2.0**62:
                return Lane(drawn.astype(np.int64), stamp)
            with using(self.group):
                return from_rows([int(x) for x in drawn.tolist()])
        if prior.family in ("mvn", "dirichlet"):
            columns = np.ascontiguousarray(drawn.T)
            return Vector([Lane(column, stamp) for column in columns])
        return Lane(drawn, stamp)


def encoded(family: str, value: Any, n: int) -> Floats:
    """Values of the running group, of n particles, as the proposal family takes them."""
    if family in ("mvn", "dirichlet"):
        if value.__class__ is Choice:
            return np.array([[float(x) for x in elements(v) or ()] for v in rows(value)])
        found = np.empty((n, len(value)))
        for place, element in enumerate(elements(value) or ()):
            found[:, place] = numbers(element)
        return found
    if value.__class__ is Lane:
        return rows_at(value, CURRENT.group).astype(np.float64)
    try:
        number = float(value) if value.__class__ is bool else numbers(value)
    except NotLanes:
        number = 0.0
    return np.broadcast_to(np.asarray(number, dtype=np.float64), n)
