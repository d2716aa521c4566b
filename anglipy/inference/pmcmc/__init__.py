"""Particle Markov chain Monte Carlo: chains over whole sweeps of SMC.

Each engine is a module: `pimh`, `pgibbs`, `pgas`, `ipmcmc`; and `pcascade` and `pfilter`, which are
SMC of other kinds. What the chains share is in `chain` and `nodes`, the sweep itself in `groups`
(in lockstep) and `particles` (one by one).
"""

from __future__ import annotations

from anglipy.inference.pmcmc import ipmcmc, pcascade, pfilter, pgas, pgibbs, pimh

__all__ = ["ipmcmc", "pcascade", "pfilter", "pgas", "pgibbs", "pimh"]
