"""The engine `ic`: importance sampling with the network beside the program.

All particles of a block advance in waves: each runs the program on its own to its next choice, then
the network takes one step for all of them together, and each slot's head gives the proposals of the
particles that wait there.

    log weight = sum over choices of (log prior - log q')  +  sum over observes of log p(value)

so E[weight] = p(data) and weighted averages are consistent whatever the network has learned; a
network that has learned well gives weights of low variance. What the network sees of the data are
the values that the program observes; they are collected before the first choice by running the
program once on its priors (several times, if in training the observed addresses changed from run to
run).
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import torch

from anglipy.diagnostics import AnglipyError, ArtifactError, OptionError
from anglipy.ic.artifact import Artifact
from anglipy.ic.batches import SlotKey, group_observations, slot_key
from anglipy.ic.network import FAMILY_NUMBERS, Memory, Network, Waiting
from anglipy.ic.priors import Prior, describe, encode
from anglipy.ic.proposals import draw_all, numbers_of, values_of
from anglipy.ic.reader import Reading
from anglipy.ic.store import network_of
from anglipy.ic.threads import fitting_threads
from anglipy.ic.traces import Observation, observation_of
from anglipy.inference.draws import NO_DRAWS, Draws
from anglipy.inference.engine import (
    Options,
    Startable,
    StepInfo,
    infer,
    register,
    whole_number,
)
from anglipy.inference.log_space import log_mean_exp_standard_error
from anglipy.inference.posterior import Posterior
from anglipy.inference.runs import draw, log_prob_of, resume_observed, resume_with
from anglipy.runtime.checkpoints import Checkpoint, Observe, Result, Sample

__all__ = ["Compiled", "CompiledOptions", "CompiledState", "ProposalWarning", "infer_compiled"]

BLOCK = 2_000
"""Particles that advance together at most."""
SCOUTS = 16
"""Runs that look for observes, where these changed from run to run in training."""


class ProposalWarning(UserWarning):
    """The network cannot propose somewhere, and the prior does instead: correct, but less
    efficient.
    """


@dataclass(frozen=True, slots=True)
class CompiledOptions(Options):
    """Which artifact, and how many particles."""

    artifact: Any = None
    """An `Artifact`, or the path of one."""
    particles: int = 100

    def __post_init__(self) -> None:
        object.__setattr__(self, "particles", whole_number("particles", self.particles))
        if not isinstance(self.artifact, Artifact):
            if self.artifact is None:
                raise ArtifactError(
                    "AQ610",
                    "the algorithm `ic` needs an artifact",
                    help="train one with `anglipy compile`, and give it with --ic",
                )
            object.__setattr__(self, "artifact", Artifact.load(self.artifact))

    @classmethod
    def names(cls) -> tuple[str, ...]:
        """The fields, and `samples`, which means the same as `particles` here."""
        return (*super(CompiledOptions, cls).names(), "samples")

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> Self:
        """Every particle is a draw, so their number may be given by either name, not by both."""
        rest = dict(given)
        samples = rest.pop("samples", None)
        if samples is not None:
            if "particles" in rest:
                raise OptionError("AQ303", "give `samples` or `particles`, not both")
            rest["particles"] = samples
        return cls(**rest)


@dataclass(frozen=True, slots=True)
class CompiledState:
    """The first checkpoint, which all runs share, the network, and the draws so far."""

    first: Checkpoint
    options: CompiledOptions
    network: Network
    reading: Reading | None = None
    draws: Draws = NO_DRAWS
    unknown: frozenset[str] = frozenset()


class Compiled:
    """The engine `ic`."""

    name = "ic"
    options_type = CompiledOptions

    def init(self, query: Startable, value: Any, options: CompiledOptions) -> CompiledState:
        """Build the network, and run the program to its first checkpoint, once."""
        return CompiledState(query.start(value), options, network_of(options.artifact))

    def step(self, state: CompiledState, rng: Any) -> tuple[CompiledState, StepInfo]:
        """One block of particles."""
        network, options = state.network, state.options
        reading, unknown = state.reading, set(state.unknown)
        with fitting_threads(network):
            if reading is None:
                reading = _read(network, state.first)
            count = min(BLOCK, options.particles - state.draws.count)
            block = _Block(network, reading, options.artifact.epsilon, state.first, count, rng)
            block.run()
        _warn(block.unknown - unknown)
        draws = state.draws.and_also(*block.results())
        after = CompiledState(
            state.first, options, network, reading, draws, frozenset(unknown | block.unknown)
        )
        return after, StepInfo(draws.count, options.particles)

    def is_done(self, state: CompiledState) -> bool:
        """Whether all particles have run."""
        return state.draws.count >= state.options.particles

    def result(self, state: CompiledState) -> Posterior:
        """The draws so far. Raises InferenceError AQ501 if every weight is zero, AQ507 if there is
        no draw.
        """
        draws = state.draws
        error = log_mean_exp_standard_error(draws.all_log_weights(), draws.count)
        return draws.posterior(self.name, state.options, error)


register(Compiled())


def infer_compiled(
    query: Startable,
    value: Any,
    artifact: Artifact,
    particles: int = 100,
    rng: Any = None,
    *,
    seed: int | None = None,
    on_progress: Callable[[StepInfo], object] | None = None,
    **given: Any,
) -> Posterior:
    """The posterior of `query` on `value` by importance sampling with the artifact's proposals.

    E[exp(log_evidence)] = p(data). Arguments and errors are those of `inference.engine.infer`.
    """
    return infer(
        query,
        value,
        Compiled.name,
        rng=rng,
        seed=seed,
        on_progress=on_progress,
        artifact=artifact,
        particles=particles,
        **given,
    )


@torch.inference_mode()
def _read(network: Network, first: Checkpoint) -> Reading:
    """What the network makes of the data. The runs that look for it have their own generator."""
    rng = np.random.default_rng(0)
    found: dict[tuple[str, int], Observation] = {}
    runs = 1 if _always_the_same(network) else SCOUTS
    for _ in range(runs):
        for observation in _scout(first, rng):
            found.setdefault((observation.site, observation.instance), observation)
    observations = list(found.values())
    groups = group_observations([observations])
    for group in groups:
        if group.key not in network.reader.index:
            shapes = [key.kind.shape for key in network.reader.index if key.site == group.key.site]
            expected = f"; in training it was {' or '.join(map(str, shapes))}" if shapes else ""
            warnings.warn(
                f"the network never saw an observation of shape {group.key.kind.shape} at "
                f"{group.key.site}{expected}: the proposals do not take it into account",
                ProposalWarning,
                stacklevel=2,
            )
    return network.reader(groups, 1, max(1, len(observations)))


def _always_the_same(network: Network) -> bool:
    """Whether in training every run made the same observes of numbers, or one observe only."""
    reader = network.reader
    fixed = {number.observer for number in reader.fixed}
    return len(reader.index) <= 1 or len(fixed) == len(reader.index)


def _scout(first: Checkpoint, rng: Any) -> list[Observation]:
    """The observations of one run that draws from the prior."""
    observations = []
    point = first
    while not isinstance(point, Result):
        if isinstance(point, Sample):
            point = resume_with(point, draw(point, rng))
        else:
            observations.append(observation_of(point, point.value))
            point = resume_observed(point)
    return observations


def _warn(sites: set[str]) -> None:
    if sites:
        warnings.warn(
            f"the network has no proposal for {', '.join(sorted(sites))}: the prior proposes there",
            ProposalWarning,
            stacklevel=3,
        )


class _Block:
    """Particles that advance together. Lists are indexed by particle; `live` are those still under
    way.
    """

    def __init__(
        self,
        network: Network,
        reading: Reading,
        epsilon: float,
        first: Checkpoint,
        count: int,
        rng: Any,
    ) -> None:
        self.network, self.reading, self.epsilon, self.rng = network, reading, epsilon, rng
        self.points: list[Checkpoint] = [first] * count
        self.log_weights = [0.0] * count
        self.live = list(range(count))
        self.memory = self._start()
        self.unknown: set[str] = set()

    @torch.inference_mode()
    def _start(self) -> Memory:
        return self.network.start(self.reading, len(self.points))

    @torch.inference_mode()
    def run(self) -> None:
        """All particles to their ends."""
        while True:
            self._to_next_samples()
            if not self.live:
                return
            self._propose()

    def results(self) -> tuple[list[Any], list[float], list[tuple[Any, ...]], list[Observe]]:
        """Values, log weights and predicts of the runs that ended, and the observes at which others
        died.
        """
        ended = [
            (p, w)
            for p, w in zip(self.points, self.log_weights, strict=True)
            if isinstance(p, Result)
        ]
        died = [p for p in self.points if isinstance(p, Observe)]
        return (
            [p.value for p, _ in ended],
            [w for _, w in ended],
            [p.state.predicts for p, _ in ended],
            died,
        )

    def _to_next_samples(self) -> None:
        """Score observes until every live particle waits for a choice; drop those that ended or
        died.
        """
        kept = []
        for row, particle in enumerate(self.live):
            point = self.points[particle]
            try:
                while isinstance(point, Observe):
                    log_prob = log_prob_of(point)
                    if log_prob == -math.inf:
                        break
                    self.log_weights[particle] += log_prob
                    point = resume_observed(point)
            except AnglipyError as error:
                error.noted(f"in particle {particle + 1} of {len(self.points)}")
                raise
            self.points[particle] = point
            if isinstance(point, Sample):
                kept.append(row)
        if len(kept) < len(self.live):
            self.live = [self.live[row] for row in kept]
            self.memory = Memory(*(part[kept] for part in self.memory))

    def _propose(self) -> None:
        """One step of the network for all live particles, then draws, weights and answers slot by
        slot.
        """
        samples: list[Sample] = [self.points[particle] for particle in self.live]  # type: ignore[misc]
        priors = [describe(sample.dist) for sample in samples]
        groups: dict[SlotKey, list[int]] = {}
        for row, (sample, prior) in enumerate(zip(samples, priors, strict=True)):
            groups.setdefault(slot_key(sample.site.id, prior), []).append(row)
        waiting, numbers = self._waiting(samples, priors, groups)
        seen, memory = self.network.advance(self.reading, self.memory, waiting)
        embedded = torch.zeros_like(memory.previous_value)
        for key, rows in groups.items():
            encoded = self._answer(key, rows, samples, priors, seen)
            embedded[rows] = self.network.embed_values(
                self.network.slot(key), numbers[key], values_of(encoded)
            )
        self.memory = memory._replace(previous_value=embedded, previous_address=waiting.address)

    def _waiting(
        self, samples: list[Sample], priors: list[Prior], groups: dict[SlotKey, list[int]]
    ) -> tuple[Waiting, dict[SlotKey, torch.Tensor]]:
        """The network's inputs for this wave, and the numbers of the priors by slot."""
        network, order = self.network, []
        addresses, embedded, families, numbers = [], [], [], {}
        for key, rows in groups.items():
            slot = network.slot(key)
            numbers[key] = numbers_of([priors[row] for row in rows])
            order += rows
            addresses.append(network.address_of(slot).expand(len(rows), -1))
            embedded.append(network.embed_priors(slot, numbers[key]))
            families.append(torch.full((len(rows),), FAMILY_NUMBERS[key.family]))
        back = torch.argsort(torch.tensor(order))
        instances = torch.tensor([sample.instance for sample in samples])
        waiting = Waiting(
            torch.cat(addresses)[back],
            torch.cat(families)[back],
            instances,
            torch.cat(embedded)[back],
        )
        return waiting, numbers

    def _answer(
        self,
        key: SlotKey,
        rows: list[int],
        samples: list[Sample],
        priors: list[Prior],
        seen: torch.Tensor,
    ) -> list[Any]:
        """Draw for the particles that wait at one slot, weigh, resume; the encoded values."""
        slot = self.network.slot(key)
        dists = [samples[row].dist for row in rows]
        if slot is None or slot.head is None:
            if slot is None:
                self.unknown.add(key.site)
            values = [draw(samples[row], self.rng) for row in rows]
            encoded = [
                encode(dist, priors[row], value)
                for dist, row, value in zip(dists, rows, values, strict=True)
            ]
            log_weights = [0.0] * len(rows)
        else:
            raw = slot.head(seen[rows]).double()
            values, encoded, log_weights = draw_all(
                raw, dists, [priors[row] for row in rows], self.epsilon, self.rng
            )
        for row, value, log_weight in zip(rows, values, log_weights, strict=True):
            particle = self.live[row]
            self.log_weights[particle] += log_weight
            self.points[particle] = resume_with(samples[row], value)
        return encoded
