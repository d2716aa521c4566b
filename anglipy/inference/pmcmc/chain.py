"""What the engines of particle MCMC have in common: a chain of sweeps, all of whose particles are
draws.

A subclass says how one sweep follows from the last. Until a sweep has found a particle that the
observes allow, its draws have weight zero.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np

from anglipy.inference.draws import NO_DRAWS, NO_MOMENTS, Draws
from anglipy.inference.engine import Startable, StepInfo
from anglipy.inference.lockstep import for_groups
from anglipy.inference.log_space import FloatArray, IntArray, Moments
from anglipy.inference.pmcmc.groups import GroupSweeps
from anglipy.inference.pmcmc.nodes import Sweeping, Swept
from anglipy.inference.pmcmc.options import SweepOptions
from anglipy.inference.pmcmc.particles import ParticleSweeps
from anglipy.inference.posterior import Posterior
from anglipy.runtime.checkpoints import Observe

__all__ = ["Block", "SweepEngine", "SweepState", "Turn", "equally"]

_TRIES = 1_000
"""Sweeps from the prior before the search for a particle that lives is given up."""


class Block(NamedTuple):
    """Draws that a sweep gave."""

    values: Sequence[Any]
    log_weights: FloatArray
    predicts: Sequence[Any]
    families: IntArray | None = None
    """Numbers of what has ancestors in common, where draws have weights of their own."""


class Turn(NamedTuple):
    """What one sweep gave."""

    chain: Any
    """What the next one goes on from; None if no particle lives."""
    blocks: Sequence[Block] = ()
    died: Sequence[tuple[Observe, int]] = ()
    """If no particle lives, where they died."""
    log_evidences: FloatArray = np.empty(0)
    """Unbiased estimates, one per sweep from the prior."""
    accepted: bool | None = None
    """Whether a proposal was, where one was made."""


@dataclass(frozen=True, slots=True)
class SweepState:
    """The chain, and the draws so far."""

    options: SweepOptions
    sweeping: Sweeping
    chain: Any = None
    length: int = 0
    """Draws so far, those that are left out among them."""
    failed: int = 0
    """Sweeps before the first that gave a draw."""
    proposed: int = 0
    accepted: int = 0
    evidence: Moments = NO_MOMENTS
    draws: Draws = NO_DRAWS


class SweepEngine(ABC):
    """An engine without its rule, `turn`."""

    name: str
    options_type: type[SweepOptions]
    in_any_order = True
    """The draws of a sweep come in the order of the ways that runs took, which tells nothing."""
    has_weights = False
    """Whether draws have weights of their own; otherwise they are a chain."""

    @abstractmethod
    def turn(self, state: SweepState, rng: Any) -> Turn:
        """One more sweep of the chain."""

    def init(self, query: Startable, value: Any, options: Any) -> SweepState:
        """No draw yet."""
        grouped = None if options.scalar else for_groups(query)
        if grouped is None:
            return SweepState(options, ParticleSweeps(query.start(value)))
        return SweepState(options, GroupSweeps(grouped, value))

    def step(self, state: SweepState, rng: Any) -> tuple[SweepState, StepInfo]:
        """One sweep."""
        state = self._turned(state, rng)
        return state, StepInfo(state.draws.count, state.options.samples)

    def _turned(self, state: SweepState, rng: Any) -> SweepState:
        turn = self.turn(state, rng)
        draws, length, first = state.draws, state.length, state.draws.count
        for block in turn.blocks:
            draws = _with_kept(draws, length, state.options, block, first)
            length += len(block.values)
        if length == state.length:
            draws = draws.and_also((), (), (), turn.died)
        if len(turn.log_evidences):
            found = Moments.of(turn.log_evidences, len(turn.log_evidences))
            state = replace(state, evidence=state.evidence.and_also(found))
        return replace(
            state,
            chain=turn.chain,
            length=length,
            failed=state.failed + (length == 0),
            proposed=state.proposed + (turn.accepted is not None),
            accepted=state.accepted + bool(turn.accepted),
            draws=draws,
        )

    def walked(self, state: SweepState, rng: Any, count: int) -> tuple[SweepState, Draws]:
        """After one more sweep, or some until a draw is kept: the state, and these draws, however
        many are asked for. The state keeps none, so that this can go on for ever.
        """
        state = self._turned(replace(state, draws=NO_DRAWS), rng)
        while state.draws.count == 0:
            state = self._turned(state, rng)
        return replace(state, draws=NO_DRAWS), state.draws

    def is_done(self, state: SweepState) -> bool:
        """Whether the chain is as long as it shall be, or cannot begin."""
        return state.length >= state.options.length or (
            state.length == 0 and state.failed >= _TRIES
        )

    def result(self, state: SweepState) -> Posterior:
        """The draws so far. Raises InferenceError AQ501 if no particle lived, AQ507 if there is no
        draw.
        """
        made, evidence = state.draws.posterior(self.name, state.options), state.evidence
        return replace(
            made,
            log_evidence=evidence.log_mean if evidence.count else None,
            log_evidence_standard_error=evidence.standard_error if evidence.count else None,
            chains=None if self.has_weights else np.zeros(len(made.values), dtype=np.intp),
            acceptance=state.accepted / state.proposed if state.proposed else None,
        )


def _with_kept(draws: Draws, length: int, options: SweepOptions, block: Block, first: int) -> Draws:
    """The draws with those of a block that are kept, `length` having been made before; the
    families of a sweep are numbered from `first`.
    """
    values, log_weights, predicts, families = block
    if families is not None:
        families = first + families
    if options.thin == 1 and length >= options.burn:
        return draws.and_also(values, log_weights, predicts, families=families)
    places = [i for i in range(len(values)) if options.keeps(length + i)]
    if not places:
        return draws
    return draws.and_also(
        [values[i] for i in places],
        log_weights[places],
        [predicts[i] for i in places],
        families=None if families is None else families[places],
    )


def equally(swept: Swept) -> list[Block]:
    """The draws of a sweep, each of which weighs 1."""
    return [Block(values, np.zeros(len(values)), predicts) for values, predicts, _ in swept.blocks]
