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
from anglipy.inference.engine import Options, Startable, StepInfo, register, whole_number
from anglipy.inference.log_space import log_mean_exp_standard_error
from anglipy.inference.posterior import Posterior
from anglipy.inference.runs import run_weighted
from anglipy.runtime.checkpoints import Checkpoint, Observe

__all__ = ["Importance", "ImportanceOptions", "ImportanceState"]

_STEP_SECONDS = 0.05
"""A step makes draws for about this long, so that progress and a stop are timely whatever a run
costs."""


@dataclass(frozen=True, slots=True)
class ImportanceOptions(Options):
    """How many draws to make."""

    samples: int = 1_000

    def __post_init__(self) -> None:
        object.__setattr__(self, "samples", whole_number("samples", self.samples))


@dataclass(frozen=True, slots=True)
class ImportanceState:
    """The first checkpoint, which all runs share, and the draws so far."""

    first: Checkpoint
    options: ImportanceOptions
    draws: Draws = NO_DRAWS


class Importance:
    """The engine `importance`."""

    name = "importance"
    options_type = ImportanceOptions

    def init(self, query: Startable, value: Any, options: ImportanceOptions) -> ImportanceState:
        """Run the program to its first checkpoint, once."""
        return ImportanceState(query.start(value), options)

    def step(self, state: ImportanceState, rng: Any) -> tuple[ImportanceState, StepInfo]:
        """Make some draws: at least one, for about 0.05 seconds."""
        first, made, total = state.first, state.draws.count, state.options.samples
        values: list[Any] = []
        log_weights: list[float] = []
        predicts: list[tuple[Any, ...]] = []
        died: list[Observe] = []
        deadline = time.monotonic() + _STEP_SECONDS
        for number in range(made, total):
            try:
                end, log_weight = run_weighted(first, rng)
            except AnglipyError as error:
                error.noted(f"in particle {number + 1} of {total}")
                raise
            if isinstance(end, Observe):
                died.append(end)
            else:
                values.append(end.value)
                log_weights.append(log_weight)
                predicts.append(end.state.predicts)
            if time.monotonic() > deadline:
                break
        draws = state.draws.and_also(values, log_weights, predicts, died)
        return ImportanceState(first, state.options, draws), StepInfo(draws.count, total)

    def is_done(self, state: ImportanceState) -> bool:
        """Whether all draws are made."""
        return state.draws.count >= state.options.samples

    def result(self, state: ImportanceState) -> Posterior:
        """The draws so far. Raises InferenceError AQ501 if every weight is zero, AQ507 if there is
        no draw.
        """
        return state.draws.posterior(self.name, state.options, _standard_error(state.draws))


def _standard_error(draws: Draws) -> float | None:
    """The standard error of the log evidence, draws of weight zero included."""
    return log_mean_exp_standard_error(draws.all_log_weights(), draws.count)


register(Importance())
