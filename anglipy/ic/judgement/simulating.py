"""Runs of the joint distribution that keep what inference needs to be tested on them: the choices,
the data as the program observed them, and the arguments if these are drawn too.

`Conditioned` is the network beside particles that are to explain such data: whatever the argument
says, a particle observes at an address what the simulated run observed there. A particle that
observes where the simulated run did not, or leaves out an observe that it made, cannot have made
these data: its weight is zero. So the particles' weights are for the posterior given all that was
observed and where, and (choices, data) of the simulated run is a draw from the very joint
distribution that this is the posterior of.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from anglipy.ic.judgement.recording import Recorded
from anglipy.ic.running import instances_of
from anglipy.ic.setup import Setup
from anglipy.ic.tapes import Tape, Witness, record
from anglipy.inference.log_space import FloatArray
from anglipy.runtime.checkpoints import Observe
from anglipy.runtime.lanes.distributions import score
from anglipy.runtime.lanes.gathering import from_rows
from anglipy.runtime.lanes.groups import Group, Index, using
from anglipy.runtime.lanes.values import Lane, number_kind, rows
from anglipy.runtime.machine import Query

__all__ = ["Conditioned", "Simulated", "simulated"]

_DTYPES = {"b": np.bool_, "i": np.int64, "f": np.float64}


@dataclass(slots=True)
class Site:
    """What simulated runs observed at one site."""

    values: list[Any] = field(default_factory=list)
    places: dict[tuple[int, int], int] = field(default_factory=dict)
    """(run, instance) -> place in `values`."""
    table: Any = None
    """(runs, instances) int: the same, -1 for none; made when it is first needed."""
    array: Any = None
    """`values` as an array, where they are numbers or booleans of one kind."""

    def at(self, runs: Index, instances: Index, count: int) -> Index:
        """Places of what was observed, (n,); -1 where nothing was."""
        if self.table is None:
            most = 1 + max(instance for _, instance in self.places)
            self.table = np.full((count, most + 1), -1)
            for (run, instance), place in self.places.items():
                self.table[run, instance] = place
            kinds = {number_kind(value) for value in self.values}
            if len(kinds) == 1 and None not in kinds:
                self.array = np.array(self.values, dtype=_DTYPES[kinds.pop()])  # type: ignore[index]
        found: Index = self.table[runs, np.minimum(instances, self.table.shape[1] - 1)]
        return found

    def value(self, places: Index, group: Group) -> Any:
        """What the particles of a group observe: those at these places."""
        if self.array is not None:
            return Lane(self.array[places], group.stamp)
        needed, codes = np.unique(places, return_inverse=True)
        with using(group):
            return from_rows([self.values[place] for place in needed.tolist()], codes.reshape(-1))


@dataclass(slots=True)
class Simulated(Witness):
    """Simulated runs."""

    count: int
    argument: Any = None
    """Of all runs, unless each has its own."""
    tape: Tape = field(init=False)
    sites: dict[str, Site] = field(default_factory=dict)
    arguments: dict[int, Any] = field(default_factory=dict)
    observes: Index = field(init=False)
    """How many each run made, (count,)."""
    log_likelihood: FloatArray = field(init=False)
    """Of its data given its choices, (count,)."""

    def __post_init__(self) -> None:
        self.observes = np.zeros(self.count, dtype=np.intp)
        self.log_likelihood = np.zeros(self.count)

    def generated(self, argument: Any, group: Group, numbers: Index) -> None:
        """Keep the arguments."""
        with using(group):
            self.arguments.update(zip(numbers.tolist(), rows(argument), strict=True))

    def observed(self, point: Observe, value: Any, numbers: Index) -> None:
        """Keep what was observed, and its probability."""
        group: Group = point.state.group  # type: ignore[attr-defined]
        instances = instances_of(point, group)
        with using(group):
            self.log_likelihood[numbers] += score(point.dist, value)
            single = rows(value)
        self.observes[numbers] += 1
        site = self.sites.setdefault(point.site.id, Site())
        keys = zip(numbers.tolist(), instances.tolist(), strict=True)
        for key, one in zip(keys, single, strict=True):
            site.places[key] = len(site.values)
            site.values.append(one)

    def argument_rows(self, first: int, last: int) -> list[Any]:
        """The arguments of runs that follow one another; one, if it is the same for all."""
        if not self.arguments:
            return [self.argument]
        return [self.arguments[run] for run in range(first, last)]


def simulated(query: Query, setup: Setup, rng: Any, count: int) -> Simulated:
    """So many runs. Raises what `tapes.record` does."""
    found = Simulated(count, setup.value)
    found.tape = record(query, setup._replace(missing=0.0), rng, count, found)
    return found


class Conditioned(Recorded):
    """Particles that are to explain simulated data, from run `first` on; `cases` counts from
    there.
    """

    data: Simulated
    first = 0

    def explaining(self, data: Simulated, first: int) -> Conditioned:
        """This block, with its data."""
        self.data, self.first = data, first
        self.made = np.zeros(self.runs.n, dtype=np.intp)
        return self

    def at_observe(self, point: Observe) -> None:
        """Particles observe what the simulated run did; those that cannot die."""
        assert self.cases is not None
        state: Any = point.state
        numbers = self.runs.numbers(state)
        site = self.data.sites.get(point.site.id)
        places = np.full(len(numbers), -1)
        if site is not None:
            instances = instances_of(point, state.group)
            places = site.at(self.cases[numbers] + self.first, instances, self.data.count)
        known = places >= 0
        if not known.all():
            self.live[numbers[~known]] = False
            if not known.any():
                self.runs.machine.park(point)
                return
            state = state.within(state.group.child(np.flatnonzero(known)), state.scope)
            point = point._replace(state=state)
        assert site is not None
        self.made[numbers[known]] += 1
        super().at_observe(point._replace(value=site.value(places[known], state.group)))

    def log_weights(self) -> FloatArray:
        """Of each particle, (n,); -inf for those that did not observe everything."""
        assert self.cases is not None
        found = super().log_weights()
        found[self.made != self.data.observes[self.cases + self.first]] = -math.inf
        return found
