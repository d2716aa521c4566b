"""Batches of particles that branch at every observe, in lockstep and one by one.

The two do the same. After each observe a function decides who goes on: it is told the number of the
observe, the log weights of those who live, and how many died of it, and gives the ancestors of the
next generation in ascending order with their log weights. A batch ends when all have come to their
results or have died; nobody waits for anybody.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeAlias

import numpy as np

from anglipy.diagnostics import AnglipyError
from anglipy.inference.lockstep import GroupPredicts, GroupValues, drawn, log_weights_of, next_stop
from anglipy.inference.log_space import FloatArray, IntArray
from anglipy.inference.runs import answer_samples, log_prob_of, resume_observed
from anglipy.inference.smc_groups import all_weighed, offspring, onwards
from anglipy.runtime.checkpoints import Checkpoint, Observe, Result, Sample
from anglipy.runtime.lanes.groups import QUIET
from anglipy.runtime.lanes.machine import Machine
from anglipy.runtime.lanes.values import Lane, rows_at
from anglipy.runtime.machine import Query

__all__ = ["Branch", "Finished", "GroupBatches", "ParticleBatches"]

Branch: TypeAlias = Callable[[int, FloatArray, int], tuple[IntArray, FloatArray]]


class Finished(NamedTuple):
    """Particles that have come to the end."""

    values: Sequence[Any]
    log_weights: FloatArray
    predicts: Sequence[Any]
    roots: IntArray
    """From which of the particles that started each descends."""


Died: TypeAlias = list[tuple[Observe, int]]


@dataclass(frozen=True, slots=True)
class GroupBatches:
    """Batches of a query that was compiled for groups; `State.extra` holds the roots."""

    query: Query
    value: Any
    lanes: int

    def run(self, size: int, branch: Branch, rng: Any) -> tuple[list[Finished], Died]:
        """One batch."""
        with QUIET:
            return self._run(Machine(self.lanes), size, branch, rng)

    def _run(
        self, machine: Machine, size: int, branch: Branch, rng: Any
    ) -> tuple[list[Finished], Died]:
        for first in range(0, size, self.lanes):
            number = min(self.lanes, size - first)
            machine.start(self.query.frame, self.value, number)
            code, frame, state, argument = machine.ready.pop()
            roots = Lane(np.arange(first, first + number), state.group.stamp)
            machine.ready.append((code, frame, state.weighted(0.0, roots), argument))
        finished: list[Finished] = []
        deaths: Died = []
        stops: Sequence[Any] = ()
        place = 0
        while waiting := _to_observes(machine, stops, rng, finished):
            survivors, died = all_weighed(machine, waiting)
            deaths += died
            stops = onwards(machine, self.lanes, survivors)
            states: list[Any] = [stop.state for stop in stops]
            log_weights = np.concatenate([np.empty(0), *map(log_weights_of, states)])
            ancestors, after = branch(place, log_weights, sum(count for _, count in died))
            stops = _children(stops, ancestors, after)
            place += 1
        return finished, deaths


def _to_observes(
    machine: Machine, stops: Sequence[Any], rng: Any, finished: list[Finished]
) -> list[Observe]:
    """The groups at their next observes; those that have ended are added to the finished."""
    waiting: list[Observe] = []
    ended: list[Any] = []
    for stop in stops:
        if isinstance(stop, Sample):
            machine.unpark(stop.k, stop.state, drawn(machine, stop, rng))  # type: ignore[arg-type]
        else:
            (waiting if isinstance(stop, Observe) else ended).append(stop)
    while (found := next_stop(machine, rng)) is not None:
        machine.park(found)
        (waiting if isinstance(found, Observe) else ended).append(found)  # type: ignore[arg-type]
    for result in ended:
        state = result.state
        roots = rows_at(state.extra, state.group)
        values, predicts = GroupValues(result.value, state.group), GroupPredicts(state)
        finished.append(Finished(values, log_weights_of(state), predicts, roots))
    return waiting


def _children(stops: Sequence[Any], ancestors: IntArray, log_weights: FloatArray) -> list[Any]:
    after, first = [], 0
    for stop in offspring(stops, ancestors, 0.0):
        state: Any = stop.state
        last = first + state.group.n
        state = state.weighted(Lane(log_weights[first:last], state.group.stamp))
        after.append(stop._replace(state=state))
        first = last
    return after


class _Particle(NamedTuple):
    checkpoint: Checkpoint
    log_weight: float
    root: int


@dataclass(frozen=True, slots=True)
class ParticleBatches:
    """Batches of single particles."""

    first: Checkpoint

    def run(self, size: int, branch: Branch, rng: Any) -> tuple[list[Finished], Died]:
        """One batch."""
        particles = [_Particle(self.first, 0.0, root) for root in range(size)]
        finished: list[_Particle] = []
        deaths: Died = []
        place = 0
        while particles:
            living: list[_Particle] = []
            died = 0
            for checkpoint, log_weight, root in particles:
                try:
                    checkpoint = answer_samples(checkpoint, rng)
                    if isinstance(checkpoint, Result):
                        finished.append(_Particle(checkpoint, log_weight, root))
                        continue
                    log_prob = log_prob_of(checkpoint)
                    if log_prob == -math.inf:
                        deaths.append((checkpoint, 1))
                        died += 1
                        continue
                    after = resume_observed(checkpoint)
                except AnglipyError as error:
                    error.noted(f"in particle {root + 1} of {size}")
                    raise
                living.append(_Particle(after, log_weight + log_prob, root))
            particles = []
            if living or died:
                log_weights = np.array([particle.log_weight for particle in living])
                ancestors, weights = branch(place, log_weights, died)
                pairs = zip(ancestors.tolist(), weights.tolist(), strict=True)
                particles = [living[a]._replace(log_weight=weight) for a, weight in pairs]
            place += 1
        return _finished(finished), deaths


def _finished(particles: Sequence[_Particle]) -> list[Finished]:
    if not particles:
        return []
    ended: list[Any] = [particle.checkpoint for particle in particles]
    return [
        Finished(
            [result.value for result in ended],
            np.array([particle.log_weight for particle in particles]),
            [result.state.predicts for result in ended],
            np.array([particle.root for particle in particles]),
        )
    ]
