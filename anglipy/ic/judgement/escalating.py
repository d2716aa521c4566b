"""More particles until there are enough, then SMC, then an honest failure.

    1  particles of importance sampling are added as long as those that are there say that the
       target can be reached with half of what may be used;
    2  then sweeps of `ic-smc`, which resamples at observes, with the other half;
    3  then it says how far it came, why, and what to do next.

Enough are there when the effective sample size is at least the target and, where a Pareto k can be
fitted, the weights have a tail that this many draws can stand (an effective sample size under a
heavy tail is not to be believed). Stopping by what was drawn makes the estimate of the evidence
consistent, no longer exactly unbiased; without `escalate` it is.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

from anglipy.diagnostics import InferenceError
from anglipy.ic.guided import Guide, GuidedOptions, GuidedSmc, guided
from anglipy.inference.draws import Draws
from anglipy.inference.engine import StepInfo
from anglipy.inference.log_space import log_mean_exp_standard_error
from anglipy.inference.pareto import pareto_k, trusted_up_to
from anglipy.inference.posterior import Posterior
from anglipy.inference.smc import SmcState
from anglipy.runtime.machine import Query

__all__ = ["Escalation", "begun", "escalated"]

LEAST_BUDGET = 20_000
TIMES = 100
"""What may be used by default: so many times the particles asked for."""
MARGIN = 1.25
"""How many more draws are made than the ones so far say are needed."""
SWEEPS = 4
"""At least, over which the second half is spent."""
LARGEST_SWEEP = 16_384


@dataclass(frozen=True, slots=True, eq=False)
class Escalation:
    """What was decided so far."""

    target: float
    most: int
    """Particles that may be used in all."""
    artifact: Any
    goal: int
    """Draws of importance sampling to make."""
    smc: SmcState | None = None
    reason: str = ""
    """Why SMC could not be used, or did not end."""
    outcome: str | None = None
    """None while it goes on; then "" if there are enough, or a sentence that says why not."""

    def better_than(self, draws: Draws) -> Posterior | None:
        """The posterior of SMC, if it is worth more than these draws."""
        found = None if self.smc is None else _posterior(self.smc)
        return found if found is not None and found.ess > draws.ess else None


def begun(options: Any) -> Escalation:
    """Before the first decision; `options` are those of the engine `ic`."""
    most = options.most or max(LEAST_BUDGET, TIMES * options.particles)
    return Escalation(options.escalate, most, options.artifact, options.particles)


def escalated(
    before: Escalation, draws: Draws, query: Query, value: Any, guide: Guide, rng: Any
) -> tuple[Escalation, StepInfo]:
    """The next decision, where `goal` draws are made, or the next step of SMC."""
    if before.smc is not None:
        return _step(before, draws, rng)
    info = StepInfo(draws.count, None, draws_ess=draws.ess)
    if _is_enough(draws, before.target):
        return replace(before, outcome=""), info
    needed = _needed(draws, before.target)
    room = before.most // 2
    if needed is not None and needed <= room and draws.count < room:
        return replace(before, goal=max(needed, min(2 * draws.count, room))), info
    try:
        smc = guided(query, value, _smc_options(before, draws), guide)
    except InferenceError as error:
        return _failed(replace(before, reason=error.diagnostic.message), draws), info
    return replace(before, smc=smc), info


def _is_enough(draws: Draws, target: float) -> bool:
    if not draws.ess >= target:
        return False
    k = pareto_k(draws.all_log_weights(), draws.count)
    return k is None or k <= trusted_up_to(draws.count)


def _needed(draws: Draws, target: float) -> int | None:
    """Draws with which the target should be reached, if things go on as they did; None if that
    cannot be said.
    """
    share = draws.ess / draws.count if draws.count else 0.0
    if not share > 0.0:
        return None
    return max(math.ceil(MARGIN * target / share), draws.count + 1)


def _smc_options(escalation: Escalation, draws: Draws) -> GuidedOptions:
    left = max(escalation.most - draws.count, 2)
    wanted = max(math.ceil(2 * escalation.target), 100)
    particles = max(1, min(wanted, left // SWEEPS, LARGEST_SWEEP))
    return GuidedOptions(
        particles=particles, sweeps=max(1, left // particles), artifact=escalation.artifact
    )


def _step(before: Escalation, draws: Draws, rng: Any) -> tuple[Escalation, StepInfo]:
    engine = GuidedSmc()
    assert before.smc is not None
    try:
        smc, info = engine.step(before.smc, rng)
    except InferenceError as error:
        after = replace(before, smc=None, reason=error.diagnostic.message)
        return _failed(after, draws), StepInfo(draws.count, None)
    after = replace(before, smc=smc)
    if len(smc.log_evidences) > len(before.smc.log_evidences):
        found = _posterior(smc)
        if found is not None and found.ess >= before.target:
            return replace(after, outcome=""), info
        if engine.is_done(smc) or (found is not None and found.families is None):
            # Without families nothing was ever resampled: these are importance samples again.
            return _failed(after, draws), info
    return after, info


def _posterior(smc: SmcState) -> Posterior | None:
    """Of the complete sweeps; None if there is none of positive weight."""
    try:
        error = log_mean_exp_standard_error(smc.log_evidences)
        return smc.draws.posterior(GuidedSmc.name, smc.options, error)
    except InferenceError:
        return None


def _failed(escalation: Escalation, draws: Draws) -> Escalation:
    """With the sentence that says how far it came."""
    found = None if escalation.smc is None else _posterior(escalation.smc)
    ess = max(draws.ess, 0.0 if found is None else found.ess)
    used = f"{draws.count:,} particles of importance sampling"
    if escalation.smc is not None and escalation.smc.log_evidences:
        sweeps, options = len(escalation.smc.log_evidences), escalation.smc.options
        used += f" and {sweeps} sweeps of ic-smc with {options.particles:,} particles"
    why = f" (no ic-smc: {escalation.reason})" if escalation.reason else ""
    sentence = (
        f"escalation ended at an effective sample size of {ess:.1f}, asked were "
        f"{escalation.target:g}, after {used}{why}; {_advice(draws)}"
    )
    return replace(escalation, outcome=sentence)


def _advice(draws: Draws) -> str:
    """What to do next."""
    if draws.moments.peak == -math.inf:
        return "no particle can explain the data: check them, and the program's support"
    k = pareto_k(draws.all_log_weights(), draws.count)
    if k is not None and k > trusted_up_to(draws.count):
        return (
            "the proposals miss a part of the posterior: adapt them to these data (refine 5), "
            "train the network longer, or see what `anglipy calibrate` says of each address"
        )
    return "allow more particles (most), adapt the proposals to these data (refine 5), or train on"
