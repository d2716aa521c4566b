"""Engines that look for the most probable run, one run after the other.

The draws are the runs that are better than all before, each with its log joint probability of
choices and observations as its log weight, so that the last one is the best.
"""

from __future__ import annotations

import math
import time
from abc import ABC, abstractmethod
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from anglipy.inference.draws import NO_DRAWS, Draws
from anglipy.inference.engine import UNREMARKABLE, Options, Startable, StepInfo, whole_number
from anglipy.inference.mcmc.traces import Trace
from anglipy.inference.posterior import Posterior
from anglipy.runtime.checkpoints import Checkpoint, Observe
from anglipy.runtime.scalars import Symbol
from anglipy.runtime.vectors import Vector

__all__ = ["SearchEngine", "SearchOptions", "SearchState"]

_STEP_SECONDS = 0.05
_TRACE = Symbol("$trace")


@dataclass(frozen=True, slots=True)
class SearchOptions(Options):
    """How long to search, and what to show."""

    samples: int = 1_000
    """Runs to try (`:number-of-samples`)."""
    predict_trace: bool = field(default=False, metadata=UNREMARKABLE)
    """Whether every draw also predicts its choices, as `$trace`."""
    predict_candidates: bool = field(default=False, metadata=UNREMARKABLE)
    """Whether every run is a draw, and not only those that are better than all before."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "samples", whole_number("samples", self.samples))


@dataclass(frozen=True, slots=True)
class SearchState:
    """Where a search is."""

    first: Checkpoint
    options: Any
    memory: Any
    """What the search remembers of the runs so far; its own affair."""
    best: float = -math.inf
    """The log joint of the best run so far."""
    tried: int = 0
    draws: Draws = NO_DRAWS


class SearchEngine(ABC):
    """What the searches have in common; a subclass says how the next run is found."""

    name: str
    options_type: type[SearchOptions] = SearchOptions

    @abstractmethod
    def memory(self, options: Any) -> Any:
        """Before the first run."""

    @abstractmethod
    def candidate(
        self, first: Checkpoint, memory: Any, options: Any, rng: Any
    ) -> tuple[Trace | None, Any]:
        """The next run, None if it cannot be had; and what is remembered then."""

    def facts(self, memory: Any, options: Any) -> list[tuple[Any, Any]]:
        """What a draw predicts besides, as pairs of label and value."""
        return []

    def init(self, query: Startable, value: Any, options: Any) -> SearchState:
        """Before the first run."""
        return SearchState(query.start(value), options, self.memory(options))

    def step(self, state: SearchState, rng: Any) -> tuple[SearchState, StepInfo]:
        """Runs for about 0.05 seconds."""
        deadline = time.monotonic() + _STEP_SECONDS
        while not self.is_done(state):
            state = self._after_one(state, rng)
            if time.monotonic() > deadline:
                break
        return state, StepInfo(state.tried, state.options.samples)

    def walked(self, state: SearchState, rng: Any, count: int) -> tuple[SearchState, Draws]:
        """After `count` runs, or fewer at the end, and the draws of them alone."""
        state = replace(state, draws=NO_DRAWS)
        for _ in range(count):
            state = self._after_one(state, rng)
        return replace(state, draws=NO_DRAWS), state.draws

    def _after_one(self, state: SearchState, rng: Any) -> SearchState:
        options = state.options
        trace, memory = self.candidate(state.first, state.memory, options, rng)
        best, draws = state.best, state.draws
        if trace is not None and isinstance(trace.end, Observe):
            draws = draws.and_also((), (), (), [(trace.end, 1)])
        elif trace is not None:
            log_joint = trace.log_joint
            if log_joint > best or options.predict_candidates:
                predicts = trace.end.state.predicts
                for label, value in self._predicted(trace, memory, options):
                    predicts = (label, value, predicts)
                draws = draws.and_also([trace.end.value], np.array([log_joint]), [predicts])
            best = max(best, log_joint)
        return SearchState(state.first, options, memory, best, state.tried + 1, draws)

    def _predicted(self, trace: Trace, memory: Any, options: Any) -> list[tuple[Any, Any]]:
        choices = Vector(choice.value for choice in trace.choices)
        own = [(_TRACE, choices)] if options.predict_trace else []
        return own + self.facts(memory, options)

    def is_done(self, state: SearchState) -> bool:
        """Whether all runs were tried."""
        return bool(state.tried >= state.options.samples)

    def result(self, state: SearchState) -> Posterior:
        """The draws so far; `mode` is the best. Raises InferenceError AQ501 if none is possible."""
        made = state.draws.posterior(self.name, state.options)
        return replace(made, log_evidence=None, log_evidence_standard_error=None)
