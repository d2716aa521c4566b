"""Markov chain Monte Carlo over the runs of a program. Importing this package registers its
engines.
"""

from __future__ import annotations

from anglipy.inference.mcmc import ais, almh, bamc, lmh, rmh, siman

__all__ = ["ais", "almh", "bamc", "lmh", "rmh", "siman"]
