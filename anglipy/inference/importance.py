"""Likelihood weighting: independent runs from the prior, each weighted by the probability of what
was observed.

log weight of a run = sum over its observes of log p(value | dist); Fung & Chang 1989, "Weighing and
integrating evidence for stochastic simulation in Bayesian networks". The mean weight is an unbiased
estimate of the evidence p(y), and weight-averages are consistent. Memory holds the results and
nothing else of the runs.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from anglipy.diagnostics import AnglipyError
from anglipy.inference.draws import NO_DRAWS, Draws
from anglipy.inference.engine import LockstepOptions, Startable, StepInfo, register, whole_number
from anglipy.inference.lockstep import for_groups, run_group
from anglipy.inference.posterior import Posterior
from anglipy.inference.runs import run_weighted
from anglipy.runtime.checkpoints import Checkpoint, Observe
from anglipy.runtime.machine import Query

__all__ = ["Importance", "ImportanceOptions", "ImportanceState"]

_STEP_SECONDS = 0.05
"""A step makes single draws for about this long, so that progress and a stop are timely whatever a
run costs."""


@dataclass(frozen=True, slots=True)
class ImportanceOptions(LockstepOptions):
    """How many draws to make."""

    samples: int = 1_000
    """Draws to make."""

    def __post_init__(self) -> None:
        LockstepOptions.__post_init__(self)
        object.__setattr__(self, "samples", whole_number("samples", self.samples))


@dataclass(frozen=True, slots=True)
class ImportanceState:
    """Where all runs begin, and the draws so far."""

    begin: Checkpoint | tuple[Query, Any]
    """The first checkpoint; or the query for groups, and its argument."""
    options: ImportanceOptions
    draws: Draws = NO_DRAWS


class Importance:
    """The engine `importance`."""

    name = "importance"
    options_type = ImportanceOptions

    def init(self, query: Startable, value: Any, options: ImportanceOptions) -> ImportanceState:
        """Find where runs begin."""
        grouped = None if options.scalar else for_groups(query)
        if grouped is None:
            return ImportanceState(query.start(value), options)
        return ImportanceState((grouped, value), options)

    def step(self, state: ImportanceState, rng: Any) -> tuple[ImportanceState, StepInfo]:
        """Make some draws: those of one group, or single ones for about 0.05 seconds."""
        begin, options, total = state.begin, state.options, state.options.samples
        if isinstance(begin, Checkpoint):
            draws = _one_by_one(begin, state.draws, total, rng)
        else:
            query, value = begin
            made = state.draws.count
            lanes = min(options.lanes, total - made)
            draws = run_group(query, value, lanes, rng, state.draws, total)
        info = StepInfo(draws.count, total, draws_ess=draws.ess)
        return ImportanceState(begin, options, draws), info

    def is_done(self, state: ImportanceState) -> bool:
        """Whether all draws are made."""
        return state.draws.count >= state.options.samples

    def result(self, state: ImportanceState) -> Posterior:
        """The draws so far. Raises InferenceError AQ501 if every weight is zero, AQ507 if there is
        no draw.
        """
        return state.draws.posterior(self.name, state.options, independent=True)


def _one_by_one(first: Checkpoint, draws: Draws, total: int, rng: Any) -> Draws:
    """The draws with some more, each a run of its own."""
    values: list[Any] = []
    log_weights: list[float] = []
    predicts: list[tuple[Any, ...]] = []
    died: list[tuple[Observe, int]] = []
    deadline = time.monotonic() + _STEP_SECONDS
    for number in range(draws.count, total):
        try:
            end, log_weight = run_weighted(first, rng)
        except AnglipyError as error:
            error.noted(f"in particle {number + 1} of {total}")
            raise
        if isinstance(end, Observe):
            died.append((end, 1))
        else:
            values.append(end.value)
            log_weights.append(log_weight)
            predicts.append(end.state.predicts)
        if time.monotonic() > deadline:
            break
    return draws.and_also(values, log_weights, predicts, died)


register(Importance())
