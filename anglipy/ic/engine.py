"""The engine `ic`: importance sampling with the network beside the program.

All particles of a block advance in waves: each group of them runs to its next choice, then the
network takes one step for all of them together, and each slot's head gives the proposals of the
particles that wait there.

    log weight = sum over choices of (log prior - log q')  +  sum over observes of log p(value)

so E[weight] = p(data) and weighted averages are consistent whatever the network has learned; a
network that has learned well gives weights of low variance. What the network sees of the data are
the values that the program observes; they are collected before the first choice by running the
program once on its priors (several times, if in training the observed addresses changed from run to
run).
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np
import torch

from anglipy.diagnostics import ArtifactError, OptionError
from anglipy.ic.artifact import Artifact
from anglipy.ic.batches import group_observations
from anglipy.ic.beside import Beside
from anglipy.ic.network import Network
from anglipy.ic.observing import Observations
from anglipy.ic.reader import Reading
from anglipy.ic.running import Runs
from anglipy.ic.store import network_of
from anglipy.ic.tapes import scout
from anglipy.ic.threads import fitting_threads
from anglipy.inference.draws import NO_DRAWS, Draws
from anglipy.inference.engine import (
    Options,
    Startable,
    StepInfo,
    infer,
    register,
    whole_number,
)
from anglipy.inference.lockstep import with_results
from anglipy.inference.log_space import log_mean_exp_standard_error
from anglipy.inference.posterior import Posterior
from anglipy.runtime.machine import Query

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
    """The query and its argument, the network, and the draws so far."""

    query: Query
    value: Any
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
        """Build the network."""
        return CompiledState(query, value, options, network_of(options.artifact))  # type: ignore[arg-type]

    def step(self, state: CompiledState, rng: Any) -> tuple[CompiledState, StepInfo]:
        """One block of particles."""
        network, options, total = state.network, state.options, state.options.particles
        reading, unknown, draws = state.reading, set(state.unknown), state.draws
        with fitting_threads(network), torch.inference_mode():
            if reading is None:
                reading = _read(network, state.query, state.value)
            runs = Runs(
                state.query, state.value, min(BLOCK, total - draws.count), draws.count, total
            )
            block = Beside(network, reading, options.artifact.epsilon, runs, rng)
            block.run()
        _warn(block.unknown - unknown)
        draws = with_results(draws, block.ended, block.died)
        after = replace(
            state, reading=reading, draws=draws, unknown=frozenset(unknown | block.unknown)
        )
        return after, StepInfo(draws.count, total, draws_ess=draws.ess)

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


def _read(network: Network, query: Query, value: Any) -> Reading:
    """What the network makes of the data. The runs that look for it have their own generator."""
    count = 1 if _always_the_same(network) else SCOUTS
    tape = scout(query, value, np.random.default_rng(0), count)
    observations = tape.observations if count == 1 else _first_of_each(tape.observations)
    groups, widest = group_observations(observations, 1)
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
    return network.reader(groups, 1, max(1, widest))


def _first_of_each(observations: Sequence[Observations]) -> list[Observations]:
    """For every address the value that was observed there first, all as of one run."""
    seen: dict[str, set[int]] = {}
    found = []
    for event in observations:
        known = seen.setdefault(event.site, set())
        for row, instance in enumerate(event.instances.tolist()):
            if instance not in known:
                known.add(instance)
                one = slice(row, row + 1)
                values, instances = event.values[one], event.instances[one]
                found.append(
                    Observations(event.site, event.kind, np.zeros(1, np.intp), instances, values)
                )
    return found


def _always_the_same(network: Network) -> bool:
    """Whether in training every run made the same observes of numbers, or one observe only."""
    reader = network.reader
    fixed = {number.observer for number in reader.fixed}
    return len(reader.index) <= 1 or len(fixed) == len(reader.index)


def _warn(sites: set[str]) -> None:
    if sites:
        warnings.warn(
            f"the network has no proposal for {', '.join(sorted(sites))}: the prior proposes there",
            ProposalWarning,
            stacklevel=3,
        )
