"""Simulated annealing: a search for the most probable run, by the moves of `lmh`.

A move is accepted with probability min(1, exp((J' - J) / T)), where J is the log joint probability
of the choices and the observations and T the temperature: 1 at first, lower after every move.
Kirkpatrick, Gelatt & Vecchi 1983; Lundy & Mees 1986, "Convergence of an annealing algorithm". The
draws are the runs that are better than all before, each with its log joint as its log weight, so
that the last one is the best, and nearly all of the weight is its own.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from anglipy.diagnostics import OptionError
from anglipy.inference.draws import NO_DRAWS, Draws
from anglipy.inference.engine import (
    UNREMARKABLE,
    Options,
    Startable,
    StepInfo,
    nearest,
    register,
    whole_number,
)
from anglipy.inference.mcmc.moves import REGENERATED, drawn_place
from anglipy.inference.mcmc.options import real_number
from anglipy.inference.mcmc.traces import Trace, begun, chance, changed
from anglipy.inference.posterior import Posterior
from anglipy.inference.runs import draw
from anglipy.runtime.checkpoints import Checkpoint, Observe
from anglipy.runtime.scalars import Symbol
from anglipy.runtime.vectors import Vector

__all__ = ["SCHEDULES", "Siman", "SimanOptions", "SimanState"]

_STEP_SECONDS = 0.05
_TRACE = Symbol("$trace")
SCHEDULES: dict[str, Callable[[float, float], float]] = {
    "exponential": lambda temperature, rate: rate * temperature,
    "lundy-mees": lambda temperature, rate: temperature / (1.0 + (1.0 - rate) * temperature),
}
"""The next temperature from the present one and the cooling rate."""


@dataclass(frozen=True, slots=True)
class SimanOptions(Options):
    """How long to search, and how fast to cool."""

    samples: int = 1_000
    """Runs to try (`:number-of-samples`)."""
    cooling_rate: float = 0.99
    """How slowly it cools, below 1."""
    cooling_schedule: str = "exponential"
    """`exponential`: T becomes rate T; `lundy-mees`: T / (1 + (1 - rate) T), slower and slower."""
    predict_trace: bool = field(default=False, metadata=UNREMARKABLE)
    """Whether every draw also predicts its choices, as `$trace`."""
    predict_candidates: bool = field(default=False, metadata=UNREMARKABLE)
    """Whether every run is a draw, and not only those that are better than all before."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "samples", whole_number("samples", self.samples))
        rate = real_number("cooling-rate", self.cooling_rate, 0.0, 1.0, "0.999 cools slowly")
        object.__setattr__(self, "cooling_rate", rate)
        if self.cooling_schedule not in SCHEDULES:
            raise OptionError(
                "AQ303",
                f"the option `cooling-schedule` has no value `{self.cooling_schedule}`",
                help=f"{nearest(str(self.cooling_schedule), SCHEDULES)}known: "
                f"{', '.join(SCHEDULES)}",
            )


@dataclass(frozen=True, slots=True)
class SimanState:
    """Where the search is."""

    first: Checkpoint
    options: SimanOptions
    trace: Trace | None = None
    temperature: float = 1.0
    best: float = -math.inf
    """The log joint of the best run so far."""
    tried: int = 0
    draws: Draws = NO_DRAWS


class Siman:
    """The engine `siman`."""

    name = "siman"
    options_type = SimanOptions

    def init(self, query: Startable, value: Any, options: SimanOptions) -> SimanState:
        """Before the first run."""
        return SimanState(query.start(value), options)

    def step(self, state: SimanState, rng: Any) -> tuple[SimanState, StepInfo]:
        """Moves for about 0.05 seconds."""
        deadline = time.monotonic() + _STEP_SECONDS
        while not self.is_done(state):
            state = _cooler(state, rng)
            if time.monotonic() > deadline:
                break
        return state, StepInfo(state.tried, state.options.samples)

    def walked(self, state: SimanState, rng: Any, count: int) -> tuple[SimanState, Draws]:
        """After `count` runs, and the draws of them alone."""
        state = replace(state, draws=NO_DRAWS)
        for _ in range(count):
            state = _cooler(state, rng)
        return replace(state, draws=NO_DRAWS), state.draws

    def is_done(self, state: SimanState) -> bool:
        """Whether all runs were tried."""
        return state.tried >= state.options.samples

    def result(self, state: SimanState) -> Posterior:
        """The draws so far; `mode` is the best. Raises InferenceError AQ501 if none is possible."""
        made = state.draws.posterior(self.name, state.options)
        return replace(made, log_evidence=None, log_evidence_standard_error=None)


def _cooler(state: SimanState, rng: Any) -> SimanState:
    """After one more run, and a lower temperature."""
    options, old = state.options, state.trace
    if old is None:
        new: Trace | None = begun(state.first, rng)
        trace: Trace = new  # type: ignore[assignment]
    else:
        new = _candidate(old, rng)
        trace = new if _accepts(old, new, state.temperature, rng) else old  # type: ignore[assignment]
    schedule = SCHEDULES[options.cooling_schedule]
    shown = new if options.predict_candidates else trace
    log_joint = -math.inf if shown is None or not shown.is_possible else shown.log_joint
    better = log_joint > state.best
    draws = state.draws
    if shown is not None and (
        better or options.predict_candidates or isinstance(shown.end, Observe)
    ):
        draws = _noted(draws, shown, log_joint, options.predict_trace)
    return SimanState(
        state.first, options, trace, schedule(state.temperature, options.cooling_rate),
        max(state.best, log_joint), state.tried + 1, draws,
    )  # fmt: skip


def _candidate(old: Trace, rng: Any) -> Trace | None:
    """A run with one choice drawn anew."""
    if not old.choices:
        return old
    place = drawn_place(rng, len(old.choices))
    sample = old.choices[place].sample
    reuse = not rng.random() < REGENERATED
    value = draw(sample, rng)
    return changed(old, place, value, chance(sample, value), reuse, rng)[0]


def _accepts(old: Trace, new: Trace | None, temperature: float, rng: Any) -> bool:
    if new is None or not old.is_possible:
        return new is not None
    if not new.is_possible:
        return False
    change = new.log_joint - old.log_joint
    if change >= 0.0 or temperature == 0.0:
        return change >= 0.0
    return bool(rng.random() < math.exp(change / temperature))


def _noted(draws: Draws, trace: Trace, log_joint: float, with_trace: bool) -> Draws:
    if isinstance(trace.end, Observe):
        return draws.and_also((), (), (), [(trace.end, 1)])
    predicts = trace.end.state.predicts
    if with_trace:
        predicts = (_TRACE, Vector(choice.value for choice in trace.choices), predicts)
    return draws.and_also([trace.end.value], np.array([log_joint]), [predicts])


register(Siman())
