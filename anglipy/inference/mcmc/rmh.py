"""Random-walk Metropolis-Hastings: `lmh` whose new value is often near the present one.

With probability `alpha` a number is moved by a random walk of spread `sigma`, otherwise it is
drawn from its distribution (see `kernels`); Le 2015. Where the posterior of a number is much
narrower than its prior, far more moves are accepted than with `lmh`.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf
from typing import Any

from anglipy.inference.engine import register
from anglipy.inference.mcmc.chain import ChainEngine
from anglipy.inference.mcmc.kernels import Proposing
from anglipy.inference.mcmc.moves import Rules
from anglipy.inference.mcmc.options import ChainOptions, real_number

__all__ = ["Rmh", "RmhOptions"]


@dataclass(frozen=True, slots=True)
class RmhOptions(ChainOptions):
    """How the random walk goes, and the options of every chain."""

    alpha: float = 0.5
    """The probability of a move near the present value, from 0 to 1."""
    sigma: float = 1.0
    """The standard deviation of such a move, in the units of the choice."""

    def __post_init__(self) -> None:
        ChainOptions.__post_init__(self)
        alpha = real_number("alpha", self.alpha, 0.0, 1.0, "0 is `lmh`, 1 moves only nearby")
        sigma = real_number(
            "sigma", self.sigma, 0.0, inf, "about the standard deviation that the posterior has"
        )
        object.__setattr__(self, "alpha", alpha)
        object.__setattr__(self, "sigma", sigma)


class Rmh(ChainEngine):
    """The engine `rmh`."""

    name = "rmh"
    options_type = RmhOptions

    def rules(self, options: Any) -> Rules:
        """Every choice is as likely to be changed."""
        return Rules(proposing=Proposing(options.alpha, options.sigma))


register(Rmh())
