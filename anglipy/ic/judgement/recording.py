"""The network beside runs, with every choice written down, as tapes have it: to learn from what was
proposed, or to compare it with what is true.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from anglipy.ic.beside import Beside
from anglipy.ic.network import Network
from anglipy.ic.reader import Reading
from anglipy.ic.running import Runs, Waiting
from anglipy.ic.tapes import Choices
from anglipy.inference.lockstep import log_weights_of
from anglipy.inference.log_space import FloatArray
from anglipy.runtime.lanes.distributions import score
from anglipy.runtime.lanes.groups import Index, using

__all__ = ["Recorded"]


class Recorded(Beside):
    """A block of runs, its choices, and their log q'."""

    def __init__(
        self,
        network: Network,
        reading: Reading,
        epsilon: float,
        runs: Runs,
        rng: Any,
        cases: Index | None = None,
    ) -> None:
        super().__init__(network, reading, epsilon, runs, rng, cases)
        self.choices: list[Choices] = []
        self.log_q = np.zeros(runs.n)
        """Of all choices of each run, (n,)."""

    def chosen(self, part: Waiting, value: Any, drawn: Any, log_weights: Any) -> None:
        """Write a choice down."""
        if part.prior.family == "categorical":
            log_prior: Any = part.log_mass(drawn)
        else:
            with using(part.group):
                log_prior = score(part.dist, value)
        self.log_q[part.runs] += log_prior - log_weights
        self.choices.append(
            Choices(part.site, part.runs, part.instances, part.prior, drawn, log_prior)
        )

    def log_weights(self) -> FloatArray:
        """Of each run, (n,); -inf for those that died."""
        found = np.full(self.runs.n, -math.inf)
        for result in self.ended:
            state: Any = result.state
            found[self.runs.numbers(state)] = log_weights_of(state)
        return found
