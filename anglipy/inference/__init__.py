"""Inference engines and the posterior they share. Importing this package registers every engine of
this floor.
"""

from __future__ import annotations

from anglipy.inference import enumerate, importance, mcmc, pmcmc, smc
from anglipy.inference.engine import ENGINES, engine_named, infer, options_of
from anglipy.inference.posterior import Posterior

__all__ = [
    "ENGINES",
    "Posterior",
    "engine_named",
    "enumerate",
    "importance",
    "infer",
    "mcmc",
    "options_of",
    "pmcmc",
    "smc",
]
