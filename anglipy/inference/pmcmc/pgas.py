"""Particle Gibbs with ancestor sampling: the retained particle may take another past.

As `pgibbs`, but before each resampling the ancestor of the retained particle is drawn anew among
all particles, each by its weight times the probability of the rest of the path after it,

    w_i p(x'_(t+1..T), y_(t+1..T) | x^i_(1..t)),

which moves the beginnings of paths also where few particles have offspring at the end (Lindsten,
Jordan & Schoen 2014; for programs van de Meent et al. 2015, "Particle Gibbs with ancestor sampling
for probabilistic programs"). The rest is run once more for all particles after every observe, so
that a sweep over T observes costs O(T^2).
"""

from __future__ import annotations

from dataclasses import dataclass

from anglipy.inference.engine import register
from anglipy.inference.pmcmc.nodes import Shape
from anglipy.inference.pmcmc.options import ConditionalOptions
from anglipy.inference.pmcmc.pgibbs import PGibbs

__all__ = ["Pgas", "PgasOptions"]


@dataclass(frozen=True, slots=True)
class PgasOptions(ConditionalOptions):
    """Fewer particles than for `pgibbs` are enough."""

    particles: int = 20
    """Particles per sweep, all of which are draws (`:number-of-particles`)."""
    samples: int = 2_000
    """Draws to keep, rounded up to whole sweeps."""

    @property
    def shape(self) -> Shape:
        """Of a sweep that draws ancestors."""
        return Shape(self.particles, 1, self.resampling, self.lanes, ancestors=True)


class Pgas(PGibbs):
    """The engine `pgas`."""

    name = "pgas"
    options_type = PgasOptions


register(Pgas())
