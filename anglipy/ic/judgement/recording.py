"""The network beside runs, with every choice written down, as tapes have it: to learn from what was
proposed, or to compare it with what is true. Of rejection loops the accepted turns are.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from anglipy.ic.beside import Beside, Within
from anglipy.ic.network import Network
from anglipy.ic.reader import Reading
from anglipy.ic.rejections import Turns
from anglipy.ic.running import Runs, Waiting
from anglipy.ic.tapes import Choices
from anglipy.inference.lockstep import log_weights_of
from anglipy.inference.log_space import FloatArray
from anglipy.runtime.lanes.distributions import score
from anglipy.runtime.lanes.groups import Index, using

__all__ = ["Recorded"]


class _Recording(Beside):
    """What is written down of runs, or of turns of a loop."""

    choices: list[Choices]
    log_weights_of_choices: list[FloatArray]
    """log prior - log q' of each, beside `choices`."""

    def chosen(self, part: Waiting, value: Any, drawn: Any, log_weights: Any) -> None:
        """Write a choice down."""
        if part.prior.family == "categorical":
            log_prior: Any = part.log_mass(drawn)
        else:
            with using(part.group):
                log_prior = score(part.dist, value)
        made = Choices(part.site, part.runs, part.instances, part.prior, drawn, log_prior)
        self.write(made, np.broadcast_to(log_weights, len(part.runs)))

    def write(self, made: Choices, log_weights: FloatArray) -> None:
        """Keep a choice."""
        self.choices.append(made)
        self.log_weights_of_choices.append(log_weights)

    def inside(self, turns: Turns, numbers: Index) -> Within:
        """A turn of a loop is written down, too, until it is known who is accepted."""
        return _RecordedWithin(self, turns, numbers)

    def accepted(self, inner: Within, turns: Index, numbers: Index) -> None:
        """Write down what accepted turns chose."""
        assert isinstance(inner, _RecordedWithin)
        run_of = np.full(inner.runs.n, -1)
        run_of[turns] = numbers
        for event, log_weights in zip(inner.choices, inner.log_weights_of_choices, strict=True):
            rows = np.flatnonzero(run_of[event.runs] >= 0)
            if len(rows):
                part = event.part(rows, 0)
                self.write(part._replace(runs=run_of[part.runs]), log_weights[rows])


class _RecordedWithin(_Recording, Within):
    """One turn of a loop."""

    def __init__(self, outer: Beside, turns: Turns, numbers: Index) -> None:
        Within.__init__(self, outer, turns, numbers)
        self.choices, self.log_weights_of_choices = [], []


class Recorded(_Recording):
    """A block of runs, its choices, and their probabilities."""

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
        self.choices, self.log_weights_of_choices = [], []
        self.log_q, self.log_prior = np.zeros(runs.n), np.zeros(runs.n)
        """Of the choices that are written down, (n,) each."""
        self.log_looped = np.zeros(runs.n)
        """What rejection loops added to log weights beyond those of accepted choices, (n,)."""

    def write(self, made: Choices, log_weights: FloatArray) -> None:
        """Keep a choice and its probabilities."""
        super().write(made, log_weights)
        self.log_prior[made.runs] += made.log_prior
        self.log_q[made.runs] += made.log_prior - log_weights

    def looped(self, numbers: Index, log_weights: Any) -> None:
        """Told what a loop adds in all."""
        self.log_looped[numbers] += log_weights

    def accepted(self, inner: Within, turns: Index, numbers: Index) -> None:
        """As told; the weights of its choices are part of what the loop adds."""
        before = self.log_prior - self.log_q
        super().accepted(inner, turns, numbers)
        self.log_looped -= self.log_prior - self.log_q - before

    def log_weights(self) -> FloatArray:
        """Of each run, (n,); -inf for those that died."""
        found = np.full(self.runs.n, -math.inf)
        for result in self.ended:
            state: Any = result.state
            found[self.runs.numbers(state)] = log_weights_of(state)
        return found

    def log_joint(self) -> FloatArray:
        """Of choices and data of each run, (n,); -inf for those that died. Rejection loops count
        with the prior of their accepted turns, not normalised.
        """
        choices = self.log_prior - self.log_q + self.log_looped
        return self.log_weights() - choices + self.log_prior
