"""A particle filter that gives what is known so far: after every observe the particles that have
predicted something since the last one, resampled, each of weight 1.

The draws of one observe are distributed by p(x_(1..t) | y_(1..t)) as far as n particles tell; those
of different observes are distributed differently, so that their union is a stream and no posterior.
The result of a draw is nil while its program runs. When the program has ended it begins anew, as in
Anglican. Gordon, Salmond & Smith 1993.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from anglipy.diagnostics import InferenceError
from anglipy.inference.draws import NO_DRAWS, Draws
from anglipy.inference.engine import (
    LockstepOptions,
    Startable,
    StepInfo,
    register,
    whole_number,
)
from anglipy.inference.lockstep import GroupPredicts, for_groups
from anglipy.inference.options import check_name
from anglipy.inference.posterior import Posterior
from anglipy.inference.resampling import SCHEMES
from anglipy.inference.smc_groups import GroupSweep
from anglipy.inference.smc_particles import ParticleSweep
from anglipy.inference.sweeps import Ended, SmcOptions

__all__ = ["Pfilter", "PfilterOptions", "PfilterState"]

_TRIES = 1_000
"""Sweeps in which all particles die before the filter is given up."""


@dataclass(frozen=True, slots=True)
class PfilterOptions(LockstepOptions):
    """How many particles are filtered, and how many draws are made."""

    samples: int = 10_000
    """Draws to make, over all observes and sweeps; rounded up to those of one observe."""
    particles: int = 1_000
    """Particles (`:number-of-particles`)."""
    resampling: str = "systematic"
    """How particles are resampled: the name of a scheme."""

    def __post_init__(self) -> None:
        LockstepOptions.__post_init__(self)
        for name in ("samples", "particles"):
            object.__setattr__(self, name, whole_number(name, getattr(self, name)))
        check_name("resampling", self.resampling, SCHEMES)


@dataclass(frozen=True, slots=True)
class PfilterState:
    """The sweep under way, and the draws so far."""

    options: PfilterOptions
    fresh: GroupSweep | ParticleSweep
    sweep: GroupSweep | ParticleSweep
    emitted: int = 0
    in_sweep: int = 0
    """Draws of the sweep under way."""
    failed: int = 0
    """Sweeps in a row in which all died."""
    draws: Draws = NO_DRAWS


class Pfilter:
    """The engine `pfilter`."""

    name = "pfilter"
    options_type = PfilterOptions
    in_any_order = True
    """The draws of an observe come in the order of the ways that runs took."""

    def init(self, query: Startable, value: Any, options: PfilterOptions) -> PfilterState:
        """All particles at the start."""
        smc = SmcOptions(
            particles=options.particles,
            resampling=options.resampling,
            scalar=options.scalar,
            lanes=options.lanes,
        )
        grouped = None if options.scalar else for_groups(query)
        if grouped is None:
            sweep: GroupSweep | ParticleSweep = ParticleSweep.begin(query.start(value), smc)
        else:
            sweep = GroupSweep(grouped, value, smc)
        return PfilterState(options, sweep, sweep)

    def step(self, state: PfilterState, rng: Any) -> tuple[PfilterState, StepInfo]:
        """Over the next observe, or to the end of the program."""
        found = state.sweep.step(rng, NO_DRAWS)
        if isinstance(found, Ended):
            state = _ended(state, found, rng)
        else:
            sweep, made, draws = _filtered(found[0], state.draws)
            state = replace(
                state,
                sweep=sweep,
                emitted=state.emitted + made,
                in_sweep=state.in_sweep + made,
                draws=draws,
            )
        return state, StepInfo(state.emitted, state.options.samples)

    def walked(self, state: PfilterState, rng: Any, count: int) -> tuple[PfilterState, Draws]:
        """After the next observe with draws: the state, and these draws. The state keeps none."""
        state, _ = self.step(replace(state, draws=NO_DRAWS), rng)
        while state.draws.count == 0:
            state, _ = self.step(state, rng)
        return replace(state, draws=NO_DRAWS), state.draws

    def is_done(self, state: PfilterState) -> bool:
        """Whether all draws are made, or nobody lives."""
        return state.emitted >= state.options.samples or state.failed >= _TRIES

    def result(self, state: PfilterState) -> Posterior:
        """The draws so far. Raises InferenceError AQ501 if all died, AQ507 if there is no draw."""
        made = state.draws.posterior(self.name, state.options)
        return replace(made, log_evidence=None, log_evidence_standard_error=None)


def _ended(state: PfilterState, ended: Ended, rng: Any) -> PfilterState:
    """The draws with the results of those that have predicted since the last observe; and a sweep
    from the start.
    """
    draws, last, made = state.draws, ended.draws, 0
    died = last.deaths.count == last.count
    if died:
        observe = last.deaths.last
        draws = draws if observe is None else draws.and_also((), (), (), [(observe, last.count)])
    else:
        results = last.posterior("pfilter", None)
        chosen = results.resample(state.options.particles, rng)
        kept = [place for place, predicts in enumerate(chosen.predicts) if predicts]
        made = len(kept)
        if not made and not state.in_sweep:
            raise InferenceError(
                "AQ510",
                "`pfilter` gives what a program predicts, and nothing was predicted",
                help="say what is to be filtered, as in (predict :state state), or use `smc`",
            )
        predicts = [_node(chosen.predicts[place]) for place in kept]
        values = [chosen.values[place] for place in kept]
        draws = draws.and_also(values, np.zeros(made), predicts) if made else draws
    return replace(
        state,
        sweep=state.fresh,
        emitted=state.emitted + made,
        in_sweep=0,
        failed=state.failed + 1 if died else 0,
        draws=draws,
    )


def _filtered(
    sweep: GroupSweep | ParticleSweep, draws: Draws
) -> tuple[GroupSweep | ParticleSweep, int, Draws]:
    """The sweep with its predicts cleared, how many particles had any, and the draws with them."""
    if isinstance(sweep, ParticleSweep):
        found = [p.checkpoint.state.predicts for p in sweep.particles]
        cleared = tuple(p._replace(checkpoint=_cleared(p.checkpoint)) for p in sweep.particles)
        sweep = replace(sweep, particles=cleared)
    else:
        states: list[Any] = [stop.state for stop in sweep.stops]
        several = [GroupPredicts(state) for state in states]
        found = [predicts for group in several if not group.none() for predicts in group]
        sweep = replace(sweep, stops=tuple(map(_cleared, sweep.stops)))
    kept = [predicts for predicts in found if predicts]
    if kept:
        draws = draws.and_also([None] * len(kept), np.zeros(len(kept)), kept)
    return sweep, len(kept), draws


def _cleared(checkpoint: Any) -> Any:
    return checkpoint._replace(state=checkpoint.state.without_predicts())


def _node(predicts: Any) -> tuple[Any, ...]:
    """Predicts, first to last, as `State.predicts` has them."""
    node: tuple[Any, ...] = ()
    for label, value in predicts:
        node = (label, value, node)
    return node


register(Pfilter())
