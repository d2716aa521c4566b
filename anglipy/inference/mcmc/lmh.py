"""Lightweight Metropolis-Hastings: one choice of the last run is drawn anew, and the run goes on
from there with the other choices as they were, where that is possible.

Wingate, Stuhlmueller & Goodman 2011, "Lightweight implementations of probabilistic programming
languages via transformational compilation"; what is reused, and the ratio, are those of `traces`
and `moves`. Any program will do; the draws are correlated, the more the more choices there are. As
in Anglican the chain gives a draw after every move, accepted or not.

A single chain goes on from the choice that it changes. What a program changes in place, such as an
atom made before that choice, is then as the run before left it; many chains in lockstep run the
program from its start, where every run has its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from anglipy.inference.engine import register
from anglipy.inference.mcmc.chain import ChainEngine
from anglipy.inference.mcmc.moves import Rules
from anglipy.inference.mcmc.options import ChainOptions

__all__ = ["Lmh", "LmhOptions"]


@dataclass(frozen=True, slots=True)
class LmhOptions(ChainOptions):
    """Those of every chain."""


class Lmh(ChainEngine):
    """The engine `lmh`."""

    name = "lmh"
    options_type = LmhOptions

    def rules(self, options: Any) -> Rules:
        """Every choice is as likely to be changed, to a value drawn from its distribution."""
        return Rules()


register(Lmh())
