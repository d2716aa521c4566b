"""The engine `ic`: importance sampling with the network beside the program.

All particles of a block advance in waves: each group of them runs to its next choice, then the
network takes one step for all of them together, and each slot's head gives the proposals of the
particles that wait there.

    log weight = sum over choices of (log prior - log q')  +  sum over observes of log p(value)

so E[weight] = p(data) and weighted averages are consistent whatever the network has learned; a
network that has learned well gives weights of low variance. Where it has not, the proposals can be
adapted to the data at hand first (`refine`, see `judgement.refining`), and particles be added until
there are enough (`escalate`, see `judgement.escalating`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Self

import torch

from anglipy.diagnostics import OptionError
from anglipy.ic.artifact import Artifact
from anglipy.ic.beside import Beside
from anglipy.ic.guided import Guide
from anglipy.ic.judgement.escalating import Escalation, begun, escalated
from anglipy.ic.judgement.novelty import judged
from anglipy.ic.judgement.refining import Refinement, refined
from anglipy.ic.network import Network
from anglipy.ic.preparing import ProposalWarning, given_artifact, read_data, warn_of_unknown
from anglipy.ic.reader import Reading
from anglipy.ic.running import Runs
from anglipy.ic.setup import Hook, hook_given
from anglipy.ic.store import network_of
from anglipy.ic.threads import fitting_threads
from anglipy.inference.draws import NO_DRAWS, Draws
from anglipy.inference.engine import (
    UNREMARKABLE,
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


@dataclass(frozen=True, slots=True)
class CompiledOptions(Options):
    """Which artifact, and how many particles."""

    artifact: Any = None
    """An `Artifact`, or the path of one."""
    particles: int = 100
    """Draws to make."""
    refine: int = field(default=0, metadata=UNREMARKABLE)
    """Rounds in which the proposals are adapted to these data before the first draw that counts."""
    escalate: float | None = field(default=None, metadata=UNREMARKABLE)
    """The effective sample size to reach, with more particles and then with `ic-smc`."""
    most: int | None = field(default=None, metadata=UNREMARKABLE)
    """Particles that escalating may use in all; by default 100 times `particles`, and 20,000 at
    least."""
    combine_observes: Hook | None = field(default=None, metadata=UNREMARKABLE)
    """What the artifact was trained with; `Model.infer` finds it in the program."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "particles", whole_number("particles", self.particles))
        object.__setattr__(self, "refine", whole_number("refine", self.refine, 0))
        if self.most is not None:
            object.__setattr__(self, "most", whole_number("most", self.most))
        if self.escalate is not None:
            object.__setattr__(self, "escalate", _size(self.escalate))
        object.__setattr__(self, "combine_observes", hook_given(self.combine_observes))
        object.__setattr__(self, "artifact", given_artifact(self.artifact, Compiled.name))

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
    refinement: Refinement | None = None
    escalation: Escalation | None = None

    @property
    def goal(self) -> int:
        """Draws of importance sampling to make."""
        return self.options.particles if self.escalation is None else self.escalation.goal


class Compiled:
    """The engine `ic`."""

    name = "ic"
    options_type = CompiledOptions

    def init(self, query: Startable, value: Any, options: CompiledOptions) -> CompiledState:
        """Build the network."""
        return CompiledState(query, value, options, network_of(options.artifact))  # type: ignore[arg-type]

    def step(self, state: CompiledState, rng: Any) -> tuple[CompiledState, StepInfo]:
        """Read the data and, then or later, take the next step: a round of refining, a block of
        particles, or what escalating does.
        """
        with fitting_threads(state.network):
            if state.reading is None:
                with torch.inference_mode():
                    hook = state.options.combine_observes
                    reading = read_data(state.network, state.query, [state.value], hook)
                state = replace(state, reading=reading)
            if state.refinement is None and state.options.refine:
                state = replace(state, refinement=Refinement(state.network))
            if state.refinement is not None and state.refinement.rounds < state.options.refine:
                return _refine(state, rng)
            if state.draws.count < state.goal:
                return self._draw(state, rng)
            return _escalate(state, rng)

    def _draw(self, state: CompiledState, rng: Any) -> tuple[CompiledState, StepInfo]:
        """One block of particles."""
        network, options, total = state.network, state.options, state.goal
        reading, unknown, draws = state.reading, set(state.unknown), state.draws
        assert reading is not None
        with torch.inference_mode():
            runs = Runs(
                state.query, state.value, min(BLOCK, total - draws.count), draws.count, total
            )
            block = Beside(network, reading, options.artifact.epsilon, runs, rng)
            block.run()
        warn_of_unknown(block.unknown - unknown)
        draws = with_results(draws, block.ended, block.died)
        after = replace(state, draws=draws, unknown=frozenset(unknown | block.unknown))
        return after, StepInfo(draws.count, total, draws_ess=draws.ess)

    def is_done(self, state: CompiledState) -> bool:
        """Whether all particles have run, and there are enough of them."""
        if state.draws.count < state.goal:
            return False
        if state.options.escalate is None:
            return True
        return state.escalation is not None and state.escalation.outcome is not None

    def result(self, state: CompiledState) -> Posterior:
        """The draws so far. Raises InferenceError AQ501 if every weight is zero, AQ507 if there is
        no draw.
        """
        draws, escalation = state.draws, state.escalation
        posterior = None if escalation is None else escalation.better_than(draws)
        if posterior is None:
            error = log_mean_exp_standard_error(draws.all_log_weights(), draws.count)
            posterior = draws.posterior(self.name, state.options, error)
        remarks = (escalation.outcome,) if escalation and escalation.outcome else ()
        posterior = replace(posterior, remarks=remarks)
        return judged(posterior, state.options.artifact, state.reading)


register(Compiled())


def _refine(state: CompiledState, rng: Any) -> tuple[CompiledState, StepInfo]:
    """A round of adapting the proposals; after the last one the best of them are used."""
    options, reading = state.options, state.reading
    assert reading is not None
    assert state.refinement is not None
    epsilon = options.artifact.epsilon
    after = refined(state.refinement, state.query, state.value, reading, epsilon, options, rng)
    network = after.best if after.rounds >= options.refine else state.network
    info = StepInfo(0, options.particles, ess=after.ess)
    return replace(state, refinement=after, network=network), info


def _escalate(state: CompiledState, rng: Any) -> tuple[CompiledState, StepInfo]:
    """A decision, or a step of SMC."""
    options, escalation = state.options, state.escalation
    if escalation is None:
        escalation = begun(options)
    guide = Guide(state.network, state.reading, options.artifact.epsilon)  # type: ignore[arg-type]
    after, info = escalated(escalation, state.draws, state.query, state.value, guide, rng)
    return replace(state, escalation=after), info


def _size(value: Any) -> float:
    """As it was given: a report says 1000 if that was 1000."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not value >= 1:
        raise OptionError(
            "AQ303", f"the option `escalate` must be an effective sample size from 1, got {value!r}"
        )
    return value


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
