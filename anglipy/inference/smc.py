"""Sequential Monte Carlo: the bootstrap particle filter over the observes of a program.

All particles are advanced to their next observe, weighted by it, and resampled; Gordon, Salmond &
Smith 1993; for programs Wood, van de Meent & Mansinghka 2014, "A new approach to probabilistic
programming inference". As in Anglican, every survivor's weight becomes the mean weight, so that
weights accumulate the estimate of the evidence:

    Zhat = product over observes of the mean of the incremental weights,     E[Zhat] = p(y).

Unlike Anglican, a resampling that nothing would follow is left out: when every particle is at its
result right after an observe, the weights of that observe are kept as they are. Replacing a
resampling by its expectation is a Rao-Blackwellisation (Chopin & Papaspiliopoulos 2020, sec. 10.2.3
on using weights before resampling): same expectation, no larger variance.

Particles run in groups (`smc_groups`), or one by one with the option `scalar` (`smc_particles`).
Memory is O(particles) plus the results. Sweeps are independent; their draws are pooled by weight,
so that a sweep counts as exp(its log evidence).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from anglipy.inference.draws import NO_DRAWS, Draws
from anglipy.inference.engine import Startable, StepInfo, register
from anglipy.inference.lockstep import for_groups
from anglipy.inference.log_space import log_mean_exp_standard_error
from anglipy.inference.posterior import Posterior
from anglipy.inference.smc_groups import GroupSweep
from anglipy.inference.smc_particles import ParticleSweep
from anglipy.inference.sweeps import Ended, SmcOptions

__all__ = ["Smc", "SmcOptions", "SmcState"]

Sweep = GroupSweep | ParticleSweep


@dataclass(frozen=True, slots=True)
class SmcState:
    """The sweep under way, and the draws and log evidences of the sweeps before."""

    options: SmcOptions
    fresh: Sweep
    """A sweep before its first step."""
    sweep: Sweep
    draws: Draws = NO_DRAWS
    log_evidences: tuple[float, ...] = ()


class Smc:
    """The engine `smc`."""

    name = "smc"
    options_type = SmcOptions

    def init(self, query: Startable, value: Any, options: SmcOptions) -> SmcState:
        """All particles at the start."""
        grouped = None if options.scalar else for_groups(query)
        if grouped is None:
            sweep: Sweep = ParticleSweep.begin(query.start(value), options)
        else:
            sweep = GroupSweep(grouped, value, options)
        return SmcState(options, sweep, sweep)

    def step(self, state: SmcState, rng: Any) -> tuple[SmcState, StepInfo]:
        """Advance every particle over its next observe, or to the end of the sweep."""
        options, found = state.options, state.sweep.step(rng, state.draws)
        total = options.particles * options.sweeps
        if isinstance(found, Ended):
            evidences = (*state.log_evidences, found.log_evidence)
            after = SmcState(options, state.fresh, state.fresh, found.draws, evidences)
            info = StepInfo(found.draws.count, total, found.ess, found.log_evidence)
            return after, info
        sweep, weighed, resampled = found
        after = SmcState(options, state.fresh, sweep, state.draws, state.log_evidences)
        made = state.draws.count
        return after, StepInfo(made, total, weighed.ess, weighed.log_mean, resampled)

    def is_done(self, state: SmcState) -> bool:
        """Whether all sweeps are complete."""
        return len(state.log_evidences) >= state.options.sweeps

    def result(self, state: SmcState) -> Posterior:
        """The draws of the complete sweeps. Raises InferenceError AQ501 if every weight is zero,
        AQ507 if there is none.
        """
        error = log_mean_exp_standard_error(state.log_evidences)
        return state.draws.posterior(self.name, state.options, error)


register(Smc())
