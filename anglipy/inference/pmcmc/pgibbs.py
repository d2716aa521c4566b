"""Particle Gibbs: sweeps of SMC in which one particle repeats a path of the sweep before.

The path is one of the particles of the last sweep, each as likely; resampling keeps it (see
`conditional`). Andrieu, Doucet & Holenstein 2010, sec. 4.5; for programs Wood, van de Meent &
Mansinghka 2014. All particles of a sweep are draws of weight 1. The first sweep is one of SMC.
"""

from __future__ import annotations

from typing import Any

from anglipy.inference.engine import register
from anglipy.inference.pmcmc.chain import SweepEngine, SweepState, Turn, equally
from anglipy.inference.pmcmc.conditional import any_of
from anglipy.inference.pmcmc.options import ConditionalOptions

__all__ = ["PGibbs"]


class PGibbs(SweepEngine):
    """The engine `pgibbs`."""

    name = "pgibbs"
    options_type = ConditionalOptions

    def turn(self, state: SweepState, rng: Any) -> Turn:
        """A sweep given the path, and another path."""
        paths = () if state.chain is None else (state.chain,)
        swept = state.sweeping.sweep(state.options.shape, paths, rng, record=True)
        if not swept.blocks:
            return Turn(None, (), swept.died)
        path = swept.path(any_of(rng, state.options.particles))
        return Turn(path, equally(swept))


register(PGibbs())
