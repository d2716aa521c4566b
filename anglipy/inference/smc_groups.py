"""A sweep of SMC in lockstep: all particles as a few groups, from observe to observe.

The same algorithm as `smc` runs on single particles. Every group is taken to its next observe and
weighted; groups that wait at the same place are united; all are taken to the checkpoint that
follows, where nothing has been drawn yet, and there resampled together. The offspring of a group
stay one group, made of index arrays; a group of which nobody survives is dropped.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from anglipy.inference.draws import Draws
from anglipy.inference.lockstep import (
    drawn,
    log_weights_of,
    next_stop,
    weighed,
    with_results,
)
from anglipy.inference.log_space import IntArray, Weighed, weigh_all
from anglipy.inference.resampling import SCHEMES
from anglipy.inference.sweeps import Ended, SmcOptions, out_of_step
from anglipy.runtime.checkpoints import Checkpoint, Observe, Result, Sample
from anglipy.runtime.lanes.groups import QUIET
from anglipy.runtime.lanes.machine import Machine
from anglipy.runtime.lanes.scopes import through
from anglipy.runtime.lanes.state import State
from anglipy.runtime.lanes.values import Lane, rows_at
from anglipy.runtime.machine import Query

__all__ = [
    "GroupSweep", "all_weighed", "check_in_step", "count_origins", "numbered", "offspring",
    "onwards",
]  # fmt: skip

Deaths = tuple[tuple[Observe, int], ...]


@dataclass(frozen=True, slots=True)
class GroupSweep:
    """The groups of a sweep between two steps."""

    query: Query
    value: Any
    options: SmcOptions
    stops: tuple[Checkpoint, ...] = ()
    """Where the groups are; at the start there is none."""
    died: Deaths = ()

    def step(self, rng: Any, draws: Draws) -> tuple[GroupSweep, Weighed, bool] | Ended:
        """Over the next observe: the sweep after it, the weights, and whether it resampled; or the
        end, with `draws` and the results.
        """
        with QUIET:
            return self._step(Machine(self.options.lanes), rng, draws)

    def _step(
        self, machine: Machine, rng: Any, draws: Draws
    ) -> tuple[GroupSweep, Weighed, bool] | Ended:
        after, waiting, ended = self._to_observes(machine, rng)
        if not waiting:
            return after._ended(ended, draws, self.died)
        survivors, died = all_weighed(machine, waiting)
        deaths = (*self.died, *died)
        stops: Sequence[Checkpoint] = onwards(machine, self.options.lanes, survivors)
        if all(isinstance(stop, Result) for stop in stops):
            return after._ended(stops, draws, deaths)
        stops = self._marked(stops)
        log_weights = np.concatenate([log_weights_of(stop.state) for stop in stops])  # type: ignore[arg-type]
        found = weigh_all(log_weights, self.options.particles)
        threshold = self.options.ess_threshold
        if threshold != 1 and found.ess >= threshold * self.options.particles:
            return replace(after, stops=tuple(stops), died=deaths), found, False
        scheme = SCHEMES[self.options.resampling]
        ancestors = scheme(rng, found.weights, self.options.particles)
        chosen = offspring(stops, ancestors, found.log_mean)
        return replace(after, stops=chosen, died=()), found, True

    def _to_observes(
        self, machine: Machine, rng: Any
    ) -> tuple[GroupSweep, list[Observe], list[Checkpoint]]:
        """Every group at its next observe or its result; and this sweep with what it remembers of
        the way.
        """
        waiting: list[Observe] = []
        ended: list[Checkpoint] = []
        self._begin(machine, rng, waiting, ended)
        while (stop := next_stop(machine, rng)) is not None:
            machine.park(stop)
            if isinstance(stop, Observe):
                waiting.append(stop)
            else:
                ended.append(stop)
        check_in_step(waiting, ended)
        return self, waiting, ended

    def _marked(self, stops: Sequence[Checkpoint]) -> Sequence[Checkpoint]:
        """Groups after an observe; after the first one their particles are numbered."""
        return stops if self.stops else numbered(stops)

    def _families_of(self, state: State) -> IntArray | None:
        """Which particle of the first generation each of a group descends from; None before there
        was a second.
        """
        found: IntArray | None
        found = None if state.extra is None else rows_at(state.extra, state.group)
        return found

    def _begin(
        self, machine: Machine, rng: Any, waiting: list[Observe], ended: list[Checkpoint]
    ) -> None:
        particles = self.options.particles
        if not self.stops:
            for first in range(0, particles, self.options.lanes):
                lanes = min(self.options.lanes, particles - first)
                machine.start(self.query.frame, self.value, lanes)
            return
        count_origins(machine, [stop.state for stop in self.stops])  # type: ignore[misc]
        machine.total = particles
        for stop in self.stops:
            if isinstance(stop, Sample):
                machine.unpark(stop.k, stop.state, drawn(machine, stop, rng))  # type: ignore[arg-type]
            else:
                (waiting if isinstance(stop, Observe) else ended).append(stop)  # type: ignore[arg-type]

    def _ended(self, ended: Sequence[Checkpoint], draws: Draws, died: Deaths) -> Ended:
        states: list[State] = [result.state for result in ended]  # type: ignore[misc]
        log_weights = np.concatenate([np.empty(0), *map(log_weights_of, states)])
        found = weigh_all(log_weights, self.options.particles)
        lineage = any(self._families_of(state) is not None for state in states)
        families = (lambda state: draws.count + self._families_of(state)) if lineage else None  # type: ignore[operator]
        return Ended(
            with_results(draws, ended, died, families),  # type: ignore[arg-type]
            found.log_mean,
            found.ess,
        )


def onwards(
    machine: Machine, lanes: int, survivors: Sequence[tuple[Any, State, Any]]
) -> list[Checkpoint]:
    """Every group at the checkpoint after its observe. Groups that wait at the same place are
    united, up to the number of lanes that run at a time.
    """
    batches: list[list[tuple[Any, State, Any]]] = []
    open_batches: dict[Any, tuple[int, list[tuple[Any, State, Any]]]] = {}
    for frame, state, value in survivors:
        frame = through(frame)
        room, batch = open_batches.get(frame[0], (0, []))
        if room < state.group.n:
            room, batch = lanes, []
            batches.append(batch)
        batch.append((frame, state, value))
        open_batches[frame[0]] = (room - state.group.n, batch)
    for batch in batches:
        _, frame, state, value = machine.united(batch, machine.scope)
        machine.unpark(frame, state, value)
    stops: list[Checkpoint] = []
    while (stop := machine.next()) is not None:
        machine.park(stop)
        stops.append(stop)
    return stops


def count_origins(machine: Machine, states: Sequence[State]) -> None:
    """Number the particles for messages."""
    first = 0
    for state in states:
        machine.origins.append((state.group, first))
        first += state.group.n


def check_in_step(waiting: Sequence[Observe], ended: Sequence[Checkpoint]) -> None:
    """Groups that wait and groups that have ended do not go together. Raises InferenceError
    AQ502.
    """
    if waiting and ended:
        raise out_of_step(
            Counter({stop.site: stop.state.group.n for stop in waiting}),  # type: ignore[attr-defined]
            sum(stop.state.group.n for stop in ended),  # type: ignore[attr-defined]
        )


def numbered(stops: Sequence[Checkpoint]) -> list[Checkpoint]:
    """Groups with a number in each particle, in `State.extra`, in order: its offspring inherit
    it.
    """
    after: list[Checkpoint] = []
    first = 0
    for stop in stops:
        state: State = stop.state  # type: ignore[assignment]
        last = first + state.group.n
        numbers = Lane(np.arange(first, last), state.group.stamp)
        after.append(stop._replace(state=state.weighted(state.log_weight, numbers)))  # type: ignore[arg-type]
        first = last
    return after


def all_weighed(
    machine: Machine, waiting: Sequence[Observe]
) -> tuple[list[tuple[Any, State, Any]], list[tuple[Observe, int]]]:
    """(continuation, state, answer) of the groups after their observes, and who died there."""
    survivors: list[tuple[Any, State, Any]] = []
    died: list[tuple[Observe, int]] = []
    for stop in waiting:
        state = weighed(machine, stop, died)
        if state is not None:
            survivors.append((stop.k, state, stop.value))
    return survivors, died


def offspring(
    stops: Sequence[Checkpoint], ancestors: Any, log_weight: float
) -> tuple[Checkpoint, ...]:
    """The groups of the particles chosen, all of one log weight."""
    after: list[Checkpoint] = []
    first = 0
    for stop in stops:
        state: State = stop.state  # type: ignore[assignment]
        last = first + state.group.n
        start, end = np.searchsorted(ancestors, (first, last))
        if end > start:
            group = state.group.child(ancestors[start:end] - first)
            state = state.within(group, state.scope).weighted(log_weight)
            after.append(stop._replace(state=state))  # type: ignore[arg-type]
        first = last
    return tuple(after)
