"""Engines that walk: Markov chains over the runs of a program, one draw per move.

All draws have weight one. A chain begins with a run from the prior; until it has found a run that
the observes allow, its draws have weight zero. A few chains run one after the other, many in
lockstep (`groups`), unless the option `scalar` is set. With several the posterior tells whether
they agree.
"""

from __future__ import annotations

import math
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol, Self

import numpy as np

from anglipy.diagnostics import AnglipyError
from anglipy.inference.draws import NO_DRAWS, Draws
from anglipy.inference.engine import Startable, StepInfo
from anglipy.inference.lockstep import for_groups
from anglipy.inference.log_space import FloatArray
from anglipy.inference.mcmc.groups import GroupWalk, flocks_of
from anglipy.inference.mcmc.moves import Rules, moved
from anglipy.inference.mcmc.options import ChainOptions
from anglipy.inference.mcmc.traces import Trace, begun
from anglipy.inference.posterior import Posterior
from anglipy.runtime.checkpoints import Checkpoint, Observe
from anglipy.runtime.equality import equal

__all__ = ["ChainEngine", "ChainState", "Walk"]

LOCKSTEP_FROM = 32
"""Fewer chains are faster one after the other: in lockstep every move runs the whole program."""
_STEP_SECONDS = 0.05
"""A step makes moves for about this long."""


class Walk(Protocol):
    """The chains between two moves. A value: a move makes another one."""

    def moved(self, rng: Any) -> tuple[Self, int]:
        """After a move of every chain, the first of which begins it; and how many were
        accepted.
        """

    def noted(
        self, draws: Draws, walks: Sequence[Any], log_weights: FloatArray | None = None
    ) -> Draws:
        """The draws with the state of every chain in each of these walks, which are of this kind;
        the family of a draw is the number of its chain. Or of one walk with these log weights, of
        runs on their own; those of weight zero are left out, and not counted.
        """


@dataclass(frozen=True, slots=True)
class SingleWalk:
    """Chains that move one after the other."""

    first: Checkpoint
    count: int
    rules: Rules
    traces: tuple[Trace, ...] = ()

    def moved(self, rng: Any) -> tuple[SingleWalk, int]:
        """See `Walk`."""
        if not self.traces:
            first = tuple(begun(self.first, rng) for _ in range(self.count))
            return replace(self, traces=first), 0
        after: list[Trace] = []
        rules, accepted = self.rules, 0
        for old in self.traces:
            move = moved(old, rules, rng)
            if move.key is not None:
                different = move.accepted and not _same_outcome(old, move.trace)
                picking = rules.picking.learned(move.key, different)
                if picking is not rules.picking:
                    rules = replace(rules, picking=picking)
            accepted += move.accepted
            after.append(move.trace)
        return replace(self, traces=tuple(after), rules=rules), accepted

    def noted(
        self, draws: Draws, walks: Sequence[SingleWalk], log_weights: FloatArray | None = None
    ) -> Draws:
        """See `Walk`."""
        ended, families, died = [], [], []
        for walk in walks:
            for place, trace in enumerate(walk.traces):
                if log_weights is not None and log_weights[place] == -math.inf:
                    continue
                if isinstance(trace.end, Observe):
                    died.append((trace.end, 1))
                else:
                    ended.append((trace.end, walk.rules.announced(trace.end.state.predicts)))
                    families.append(place)
        weights = np.zeros(len(ended)) if log_weights is None else log_weights[families]
        return draws.and_also(
            [end.value for end, _ in ended],
            weights,
            [predicts for _, predicts in ended],
            died,
            families=np.array(families, dtype=np.intp) if log_weights is None else None,
        )

    def log_likelihoods(self) -> FloatArray:
        """Of the runs, shape (count,); -inf for impossible ones."""
        return np.array([trace.log_likelihood for trace in self.traces])

    def deaths(self) -> list[Observe]:
        """The observes that make runs impossible, one for each such run."""
        return [trace.end for trace in self.traces if isinstance(trace.end, Observe)]


def _same_outcome(old: Trace, new: Trace) -> bool:
    """Whether two runs have the same result and the same predicts."""
    if old is new:
        return True
    if isinstance(old.end, Observe) or isinstance(new.end, Observe):
        return old.is_possible == new.is_possible
    same = equal(old.end.value, new.end.value)
    return same and equal(old.end.state.predict_list(), new.end.state.predict_list())


@dataclass(frozen=True, slots=True)
class ChainState:
    """The chains, and what they have given so far."""

    options: ChainOptions
    walk: Any
    length: int = 0
    """Draws of each chain so far, those that are left out among them."""
    accepted: int = 0
    draws: Draws = NO_DRAWS


class ChainEngine(ABC):
    """What the engines of chains have in common; a subclass says how it moves."""

    name: str
    options_type: type[ChainOptions] = ChainOptions

    @abstractmethod
    def rules(self, options: Any) -> Rules:
        """How the chains move at first."""

    def init(self, query: Startable, value: Any, options: Any) -> ChainState:
        """No draw yet."""
        return ChainState(options, self.walk(query, value, options))

    def walk(self, query: Startable, value: Any, options: Any) -> Walk:
        """The chains before their first draw."""
        few = options.chains < LOCKSTEP_FROM
        grouped = None if options.scalar or few else for_groups(query)
        if grouped is None:
            return SingleWalk(query.start(value), options.chains, self.rules(options))
        programs = flocks_of(grouped, value, options.chains, options.lanes)
        return GroupWalk(programs, self.rules(options))

    def step(self, state: ChainState, rng: Any) -> tuple[ChainState, StepInfo]:
        """Moves for about 0.05 seconds."""
        options = state.options
        deadline = time.monotonic() + _STEP_SECONDS
        state = self._advanced(
            state, rng, lambda after, _: self.is_done(after) or time.monotonic() > deadline
        )
        kept = -(-options.samples // options.chains) * options.chains
        return state, StepInfo(state.draws.count, kept)

    def walked(self, state: ChainState, rng: Any, count: int) -> tuple[ChainState, Draws]:
        """After moves of every chain until `count` draws of it are kept, and these draws alone. The
        state keeps none, so that this can go on for ever.
        """
        state = self._advanced(replace(state, draws=NO_DRAWS), rng, lambda _, kept: kept >= count)
        return replace(state, draws=NO_DRAWS), state.draws

    def _advanced(
        self, state: ChainState, rng: Any, is_enough: Callable[[ChainState, int], bool]
    ) -> ChainState:
        """After moves of every chain until it is enough; asked with the state, without its draws,
        and with how many draws of each chain are kept.
        """
        walks: list[Any] = []
        while True:
            try:
                walk, accepted = state.walk.moved(rng)
            except AnglipyError as error:
                error.noted(f"in move {state.length} of the chain")
                raise
            if state.options.keeps(state.length):
                walks.append(walk)
            length, total = state.length + 1, state.accepted + accepted
            state = replace(state, walk=walk, length=length, accepted=total)
            if is_enough(state, len(walks)):
                return replace(state, draws=walk.noted(state.draws, walks))

    def is_done(self, state: ChainState) -> bool:
        """Whether every chain is as long as it shall be."""
        return state.length >= state.options.length

    def result(self, state: ChainState) -> Posterior:
        """The draws so far. Raises InferenceError AQ501 if no chain has found a run that the
        observes allow, AQ507 if there is no draw.
        """
        made = state.draws.posterior(self.name, state.options)
        options = state.options
        moves = max(state.length - 1, 0) * options.chains
        remarks = made.remarks
        if made.draws > options.samples < options.chains:
            each = f"each of {options.chains} chains has at least one"
            remarks = (*remarks, f"{made.draws} draws, not {options.samples}: {each}")
        return replace(
            made,
            log_evidence=None,
            log_evidence_standard_error=None,
            families=None,
            chains=made.families,
            acceptance=state.accepted / moves if moves else None,
            remarks=remarks,
        )
