"""The engine `ic-smc`: sequential Monte Carlo whose particles are moved by the network's proposals.

Between two observes a particle is drawn from the proposals q' instead of the prior, and its
weight is multiplied by prior / q' for every choice; at an observe it is weighted by the probability
of the data, and the particles are resampled (as in `inference.smc_groups`, whose sweep this is).
The memory of the network is part of a particle: offspring inherit it.

    Zhat = product over observes of the mean of the incremental weights,     E[Zhat] = p(y)

for whatever the network proposes, since q' has the support of the prior (Doucet and Johansen 2009,
sec. 3.4; for networks Gu, Ghahramani and Turner 2015). That helps where importance sampling over
the whole run does not: errors of the proposals at early choices do not multiply with those at late
ones.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import torch

from anglipy.diagnostics import InferenceError
from anglipy.ic.beside import Beside
from anglipy.ic.network import Memory, Network
from anglipy.ic.preparing import given_artifact, read_data, warn_of_unknown
from anglipy.ic.reader import Reading
from anglipy.ic.running import Runs
from anglipy.ic.setup import Hook, hook_given
from anglipy.ic.store import network_of
from anglipy.ic.threads import fitting_threads
from anglipy.inference.engine import UNREMARKABLE, Startable, StepInfo, register
from anglipy.inference.lockstep import for_groups
from anglipy.inference.log_space import IntArray
from anglipy.inference.smc import Smc, SmcOptions, SmcState
from anglipy.inference.smc_groups import GroupSweep, check_in_step, numbered
from anglipy.runtime.checkpoints import Checkpoint, Observe, Result, Sample
from anglipy.runtime.lanes.groups import Index
from anglipy.runtime.lanes.machine import Machine
from anglipy.runtime.lanes.state import State
from anglipy.runtime.lanes.values import Lane, rows_at

__all__ = ["Guide", "GuidedOptions", "GuidedSmc", "GuidedSweep"]


@dataclass(frozen=True, slots=True)
class GuidedOptions(SmcOptions):
    """Which artifact; and particles, sweeps and resampling, as for `smc`."""

    particles: int = 100
    artifact: Any = None
    """An `Artifact`, or the path of one."""
    combine_observes: Hook | None = field(default=None, metadata=UNREMARKABLE)
    """What the artifact was trained with; `Model.infer` finds it in the program."""

    def __post_init__(self) -> None:
        SmcOptions.__post_init__(self)
        object.__setattr__(self, "combine_observes", hook_given(self.combine_observes))
        object.__setattr__(self, "artifact", given_artifact(self.artifact, GuidedSmc.name))

    @classmethod
    def names(cls) -> tuple[str, ...]:
        """Those of `smc`, but for `scalar`: there is no other way to run these particles."""
        known = super(GuidedOptions, cls).names()
        return ("artifact", *(name for name in known if name not in ("artifact", "scalar")))


@dataclass(frozen=True, slots=True)
class Guide:
    """Where proposals come from: a network, and what it read of the data."""

    network: Network
    reading: Reading
    epsilon: float


@dataclass(frozen=True, slots=True)
class GuidedSweep(GroupSweep):
    """A sweep between two steps. `State.extra` of a particle is its place in `history` and
    `families`.
    """

    guide: Guide | None = None
    memory: Memory | None = None
    """The rows of the network's memory."""
    history: Index | None = None
    """Which row each particle has."""
    families: IntArray | None = None
    """Which particle of the first generation each descends from; None for the first generation."""

    def _to_observes(
        self, machine: Machine, rng: Any
    ) -> tuple[GroupSweep, list[Observe], list[Checkpoint]]:
        """Every group at its next observe or its result, by the proposals."""
        assert self.guide is not None
        samples: list[Sample] = []
        families = None
        if not self.stops:
            walk = _Walk(self.guide, machine, self.options.particles, rng)
            self._start(machine)
        else:
            assert self.history is not None
            assert self.memory is not None
            places = np.concatenate([_places(stop.state) for stop in self.stops])  # type: ignore[arg-type]
            families = places if self.families is None else self.families[places]
            walk = _Walk(self.guide, machine, len(places), rng)
            walk.memory, walk.history = self.memory, self.history[places]
            machine.total = self.options.particles
            samples = walk.taken_up(numbered(self.stops))
        walk.run(samples)
        warn_of_unknown(walk.unknown)
        check_in_step(walk.waiting, walk.ended)
        after = replace(self, memory=walk.memory, history=walk.history, families=families)
        return after, walk.waiting, walk.ended  # type: ignore[return-value]

    def _start(self, machine: Machine) -> None:
        for first in range(0, self.options.particles, self.options.lanes):
            lanes = min(self.options.lanes, self.options.particles - first)
            machine.start(self.query.frame, self.value, lanes)
            code, frame, state, argument = machine.ready.pop()
            numbers = Lane(np.arange(first, first + lanes), state.group.stamp)
            machine.ready.append((code, frame, state.weighted(0.0, numbers), argument))

    def _marked(self, stops: Sequence[Checkpoint]) -> Sequence[Checkpoint]:
        """The particles are numbered when they go on."""
        return stops

    def _families_of(self, state: State) -> IntArray | None:
        """As for `GroupSweep`."""
        return None if self.families is None else self.families[_places(state)]


def _places(state: State) -> Index:
    """The numbers of the particles of a group."""
    found: Index = rows_at(state.extra, state.group)
    return found


class _Numbered(Runs):
    """Particles of a sweep, which know their own numbers."""

    def __init__(self, machine: Machine, n: int) -> None:
        self.n, self.machine, self.origin = n, machine, None

    def numbers(self, state: State) -> Index:
        """Which particle of the sweep each of a group is."""
        return _places(state)


class _Walk(Beside):
    """The network beside particles that stop at their next observe."""

    def __init__(self, guide: Guide, machine: Machine, n: int, rng: Any) -> None:
        super().__init__(guide.network, guide.reading, guide.epsilon, _Numbered(machine, n), rng)
        self.waiting: list[Observe] = []

    def at_observe(self, point: Observe) -> None:
        """Wait there for the others."""
        self.waiting.append(point)
        self.runs.machine.park(point)

    def taken_up(self, stops: Sequence[Checkpoint]) -> list[Sample]:
        """Where groups were left: those that wait at choices are given back, to go on from."""
        samples = []
        for stop in stops:
            machine = self.runs.machine
            machine.origins.append((stop.state.group, int(_places(stop.state)[0])))  # type: ignore[arg-type,attr-defined]
            if isinstance(stop, Sample):
                samples.append(machine.adopted(stop))
            elif isinstance(stop, Observe):
                self.waiting.append(stop)
            elif isinstance(stop, Result):
                self.ended.append(stop)
        return samples


class GuidedSmc(Smc):
    """The engine `ic-smc`."""

    name = "ic-smc"
    options_type = GuidedOptions

    def init(self, query: Startable, value: Any, options: Any) -> SmcState:
        """All particles at the start, and what the network reads of the data. Raises InferenceError
        AQ620 for a query that the compiler did not make.
        """
        network = network_of(options.artifact)
        with fitting_threads(network), torch.inference_mode():
            reading = read_data(network, query, [value], options.combine_observes)  # type: ignore[arg-type]
        return guided(query, value, options, Guide(network, reading, options.artifact.epsilon))

    def step(self, state: SmcState, rng: Any) -> tuple[SmcState, StepInfo]:
        """Advance every particle over its next observe, or to the end of the sweep."""
        sweep: Any = state.sweep
        with fitting_threads(sweep.guide.network), torch.inference_mode():
            return super().step(state, rng)


def guided(query: Startable, value: Any, options: Any, guide: Guide) -> SmcState:
    """The state before the first step, with this guide."""
    grouped = for_groups(query)
    if grouped is None:
        raise InferenceError(
            "AQ620",
            f"`{GuidedSmc.name}` runs queries of programs, and `{query.name}` is written in Python",
            help="use `ic`, or write the query in the language (anglipy.query)",
        )
    sweep = GuidedSweep(grouped, value, options, guide=guide)
    return SmcState(options, sweep, sweep)


register(GuidedSmc())
