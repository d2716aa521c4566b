"""Particle independent Metropolis-Hastings: a sweep of SMC from the prior is proposed as a whole.

It is accepted with probability min(1, Z' / Z), the ratio of the estimates of the evidence;
otherwise the particles of the last sweep are draws once more. Andrieu, Doucet & Holenstein 2010,
"Particle Markov chain Monte Carlo methods", sec. 4.2. All particles of a sweep are draws (their eq.
37). As every proposal is a sweep of its own, the mean of Z' is an unbiased estimate of the
evidence.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

from anglipy.inference.engine import register
from anglipy.inference.pmcmc.chain import SweepEngine, SweepState, Turn, equally
from anglipy.inference.pmcmc.options import SweepOptions

__all__ = ["Pimh"]


class _Accepted(NamedTuple):
    """The sweep that was accepted last."""

    log_evidence: float
    blocks: Any


class Pimh(SweepEngine):
    """The engine `pimh`."""

    name = "pimh"
    options_type = SweepOptions

    def turn(self, state: SweepState, rng: Any) -> Turn:
        """Propose a sweep."""
        swept = state.sweeping.sweep(state.options.shape, (), rng, record=False)
        log_evidence, last = float(swept.log_evidences[0]), state.chain
        if last is None:
            first = _Accepted(log_evidence, equally(swept))
            if log_evidence == -math.inf:
                return Turn(None, (), swept.died, swept.log_evidences)
            return Turn(first, first.blocks, (), swept.log_evidences)
        accepted = rng.random() < math.exp(min(log_evidence - last.log_evidence, 0.0))
        chain = _Accepted(log_evidence, equally(swept)) if accepted else last
        return Turn(chain, chain.blocks, (), swept.log_evidences, bool(accepted))


register(Pimh())
