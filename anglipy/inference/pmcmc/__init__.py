"""Particle Markov chain Monte Carlo: chains over whole sweeps of SMC.

Each engine is a module: `pimh`, `pgibbs`, `pgas`, `ipmcmc`. What they share is in `chain` and
`nodes`, the sweep itself in `groups` (in lockstep) and `particles` (one by one).
"""

from __future__ import annotations

from anglipy.inference.pmcmc import ipmcmc, pcascade, pgas, pgibbs, pimh

__all__ = ["ipmcmc", "pcascade", "pgas", "pgibbs", "pimh"]
