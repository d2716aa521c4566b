"""A sweep of particle MCMC in lockstep: the particles of all nodes as a few groups.

Particle i of node m has the slot m n + i, which `State.extra` carries through splits and unions. A
particle that repeats a path is a lane like the others: at a sample its value is put in the place of
the one that was drawn for it. Weights start from 0 after every resampling; what a node has gathered
so far is its log evidence.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from anglipy.inference.lockstep import (
    GroupPredicts,
    GroupValues,
    drawn,
    log_weights_of,
)
from anglipy.inference.log_space import FloatArray, IntArray, weigh_all
from anglipy.inference.pmcmc.conditional import CONDITIONAL, any_ancestor, any_of
from anglipy.inference.pmcmc.futures import log_futures, rest_of
from anglipy.inference.pmcmc.nodes import Shape, Swept
from anglipy.inference.pmcmc.paths import Path, given_at, not_the_same
from anglipy.inference.pmcmc.tape import Tape
from anglipy.inference.resampling import SCHEMES
from anglipy.inference.smc_groups import all_weighed, check_in_step, offspring, onwards
from anglipy.runtime.checkpoints import Checkpoint, Observe, Result, Sample
from anglipy.runtime.lanes.gathering import from_rows
from anglipy.runtime.lanes.groups import QUIET, Group, using
from anglipy.runtime.lanes.machine import Machine
from anglipy.runtime.lanes.merging import DTYPES, Merger
from anglipy.runtime.lanes.state import State
from anglipy.runtime.lanes.values import Lane, number_kind, rows_at
from anglipy.runtime.machine import Query

__all__ = ["GroupSweeps", "slots_of"]

Stops = Sequence[Any]
_NOWHERE = np.empty(0, dtype=np.intp)


@dataclass(frozen=True, slots=True)
class GroupSweeps:
    """Sweeps of a query that was compiled for groups."""

    query: Query
    value: Any

    def sweep(self, shape: Shape, paths: Sequence[Path], rng: Any, record: bool) -> Swept:
        """See `Sweeping`."""
        with QUIET:
            return _Sweep(self, shape, paths, rng, record).run()


class _Sweep:
    """One sweep while it runs."""

    def __init__(
        self, of: GroupSweeps, shape: Shape, paths: Sequence[Path], rng: Any, record: bool
    ) -> None:
        self.of, self.shape, self.paths, self.rng = of, shape, paths, rng
        self.count = shape.nodes * shape.particles
        self.tape = Tape(self.count) if record else None
        self.machine = Machine(shape.lanes)
        self.log_evidences: FloatArray = np.zeros(shape.nodes)
        self.died: list[tuple[Observe, int]] = []
        self.block = 0
        """Observes so far."""
        self.held = [m * shape.particles + any_of(rng, shape.particles) for m in range(len(paths))]
        """The slots of the particles that repeat a path."""

    def run(self) -> Swept:
        """To the end."""
        self._start()
        stops: Stops = ()
        while True:
            waiting, ended = self._to_observes(stops)
            if not waiting:
                return self._ended(ended)
            survivors, died = all_weighed(self.machine, waiting)
            self.died += died
            stops = onwards(self.machine, self.shape.lanes, survivors)
            if all(isinstance(stop, Result) for stop in stops):
                self._mark_block()
                return self._ended(stops)
            stops = self._resampled(stops)

    # ---- running

    def _start(self) -> None:
        machine, lanes = self.machine, self.shape.lanes
        for first in range(0, self.count, lanes):
            number = min(lanes, self.count - first)
            machine.start(self.of.query.frame, self.of.value, number)
            code, frame, state, argument = machine.ready.pop()
            slots = Lane(np.arange(first, first + number), state.group.stamp)
            machine.ready.append((code, frame, state.weighted(0.0, slots), argument))
        self._new_block()

    def _new_block(self) -> None:
        self.is_held = np.zeros(self.count, dtype=bool)
        self.is_held[self.held] = True
        self.used = [0] * len(self.paths)
        """Choices of the block that each path has given."""

    def _to_observes(self, stops: Stops) -> tuple[list[Observe], list[Any]]:
        """Every group at its next observe or its result."""
        machine = self.machine
        waiting: list[Observe] = []
        ended: list[Any] = []
        for before in stops:
            if isinstance(before, Sample):
                machine.unpark(before.k, before.state, self._answer(before))  # type: ignore[arg-type]
            else:
                (waiting if isinstance(before, Observe) else ended).append(before)
        while (stop := machine.next()) is not None:
            if isinstance(stop, Sample):
                machine.resume(stop, stop.state, self._answer(stop))  # type: ignore[arg-type]
                continue
            machine.park(stop)
            (waiting if isinstance(stop, Observe) else ended).append(stop)  # type: ignore[arg-type]
        check_in_step(waiting, ended)
        return waiting, ended

    def _answer(self, sample: Sample) -> Any:
        """Values for the particles of a group: drawn, or given by a path."""
        state: State = sample.state  # type: ignore[assignment]
        group, slots = state.group, slots_of(state)
        places = np.flatnonzero(self.is_held[slots]) if self.paths else _NOWHERE
        if len(places) == 0:
            answer = drawn(self.machine, sample, self.rng)
        else:
            given = [self._given(int(slots[place]), sample) for place in places]
            if len(places) == group.n:
                with using(group):
                    answer = from_rows(given)
            else:
                answer = with_given(drawn(self.machine, sample, self.rng), group, places, given)
        if self.tape is not None:
            self.tape.add(sample.site.id, slots, answer, group)
        return answer

    def _given(self, slot: int, sample: Sample) -> Any:
        node = slot // self.shape.particles
        path, place = self.paths[node], self.used[node]
        self.used[node] = place + 1
        return given_at(path[self.block] if self.block < len(path) else (), place, sample)

    # ---- resampling

    def _resampled(self, stops: Stops) -> Stops:
        """The offspring, each node's among itself."""
        slots = _all_slots(stops)
        chosen, parents, held = [], np.full(self.count, -1), []
        for node, places, weights in self._nodes(stops, slots):
            ancestors, place = self._ancestors(node, stops, slots[places], weights)
            first = node * self.shape.particles
            parents[first : first + len(ancestors)] = slots[places[ancestors]]
            chosen.append((places[ancestors], first + np.arange(len(ancestors))))
            if node < len(self.paths):
                held.append(first + place)
        self.held, self.block, self.died = held, self.block + 1, []
        self._new_block()
        if self.tape is not None:
            self.tape.resampled(parents)
        return _children(stops, chosen)

    def _nodes(self, stops: Stops, slots: IntArray) -> list[tuple[int, IntArray, FloatArray]]:
        """(node, places of its particles, their normalised weights) of the nodes that live. What
        they weigh goes into their evidences.
        """
        log_weights = np.concatenate([np.empty(0), *(log_weights_of(s.state) for s in stops)])
        found = []
        for node, places in enumerate(self._places_by_node(slots)):
            weighed = weigh_all(log_weights[places], self.shape.particles)
            self.log_evidences[node] += weighed.log_mean
            if len(weighed.weights):
                found.append((node, places, weighed.weights))
            elif node < len(self.paths):
                raise not_the_same()
        return found

    def _places_by_node(self, slots: IntArray) -> list[IntArray]:
        nodes = self.shape.nodes
        if nodes == 1:
            return [np.arange(len(slots))]
        of_each = slots // self.shape.particles
        order = np.argsort(of_each, kind="stable")
        ends = np.cumsum(np.bincount(of_each, minlength=nodes))
        return np.split(order, ends[:-1])

    def _ancestors(
        self, node: int, stops: Stops, slots: IntArray, weights: FloatArray
    ) -> tuple[IntArray, int]:
        """Places among the particles of a node, and which of them goes on with its path."""
        n, name = self.shape.particles, self.shape.resampling
        if node >= len(self.paths):
            return SCHEMES[name](self.rng, weights, n), 0
        if self.used[node] < len(self.paths[node][self.block]):
            raise not_the_same()
        places = np.flatnonzero(slots == self.held[node])
        if len(places) == 0:
            raise not_the_same()
        retained = int(places[0])
        if self.shape.ancestors:
            rest = rest_of(self.paths[node], self.block + 1)
            futures = log_futures(stops, self.count, rest, self.held[node], self.shape.lanes)
            retained = any_ancestor(self.rng, weights, futures[slots], retained)
        return CONDITIONAL[name](self.rng, weights, n, retained)

    # ---- the end

    def _mark_block(self) -> None:
        """The last block is empty: nothing is chosen after the last observe."""
        if self.tape is not None:
            self.tape.resampled(np.arange(self.count))

    def _ended(self, ended: Stops) -> Swept:
        slots = _all_slots(ended)
        sources = np.full(self.count, -1)
        chosen = []
        for node, places, weights in self._nodes(ended, slots):
            ancestors = SCHEMES[self.shape.resampling](self.rng, weights, self.shape.particles)
            first = node * self.shape.particles
            sources[first : first + len(ancestors)] = slots[places[ancestors]]
            chosen.append((places[ancestors], first + np.arange(len(ancestors))))
        blocks = [
            (
                GroupValues(stop.value, stop.state.group),
                GroupPredicts(stop.state),
                slots_of(stop.state),
            )
            for stop in _children(ended, chosen)
        ]

        def path(slot: int) -> Path:
            assert self.tape is not None
            return self.tape.path(int(sources[slot]))

        return Swept(self.log_evidences, blocks, self.died, path)


def slots_of(state: State) -> IntArray:
    """The slots of the particles of a group, shape (n,)."""
    found: IntArray = rows_at(state.extra, state.group)
    return found


def _all_slots(stops: Stops) -> IntArray:
    return np.concatenate([np.empty(0, dtype=np.intp), *(slots_of(stop.state) for stop in stops)])


def _children(stops: Stops, chosen: Sequence[tuple[IntArray, IntArray]]) -> list[Any]:
    """The groups of particles chosen by (places, new slots), of log weight 0."""
    if not chosen:
        return []
    places = np.concatenate([places for places, _ in chosen])
    slots = np.concatenate([slots for _, slots in chosen])
    if len(chosen) > 1:
        order = np.argsort(places, kind="stable")
        places, slots = places[order], slots[order]
    after: list[Checkpoint] = []
    first = 0
    for stop in offspring(stops, places, 0.0):
        state: State = stop.state  # type: ignore[assignment]
        last = first + state.group.n
        state = state.weighted(0.0, Lane(slots[first:last], state.group.stamp))
        after.append(stop._replace(state=state))  # type: ignore[arg-type]
        first = last
    return after


def with_given(answer: Any, group: Group, places: IntArray, given: Sequence[Any]) -> Any:
    """The values of a group with those at some places replaced by plain ones."""
    if answer.__class__ is Lane:
        kind = answer.array.dtype.kind
        if answer.array.ndim == 1 and all(number_kind(value) == kind for value in given):
            array = rows_at(answer, group).astype(DTYPES[kind])
            array[places] = given
            return Lane(array, group.stamp)
    free = np.ones(group.n, dtype=bool)
    free[places] = False
    others = np.flatnonzero(free)
    parts = [(others, group.subset(others))]
    parts += [(place, group.subset(place)) for place in np.split(places, len(places))]
    return Merger(group, parts).merge([answer, *given])
