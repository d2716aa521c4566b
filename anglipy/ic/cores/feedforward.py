"""The feed-forward core: no history. Every choice is proposed given the observations, its address
and its prior, independently of the choices before it.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from anglipy.ic.batches import Batch
from anglipy.ic.cores.base import IDENTITY_WIDTH, Core, Told, numbered, padded, places
from anglipy.ic.cores.states import State
from anglipy.ic.layers import Shape
from anglipy.ic.products import Linear
from anglipy.ic.reader import Reading
from anglipy.ic.slots import PRIOR_WIDTH

__all__ = ["FeedForward"]


class FeedForward(Core):
    """The state is empty. `more`: columns that a subclass adds to the input of a step."""

    def __init__(self, shape: Shape, more: int = 0) -> None:
        inputs = shape.width + IDENTITY_WIDTH + PRIOR_WIDTH + more
        super().__init__(shape, inputs)
        self.input = Linear(inputs, shape.hidden)
        self.tower = nn.Sequential(
            nn.ReLU(), Linear(shape.hidden, shape.hidden), nn.ReLU(),
            Linear(shape.hidden, shape.hidden),
        )  # fmt: skip

    def unroll(self, told: Told, reading: Reading, batch: Batch) -> Tensor:
        """All steps of a batch; they are put in a table for the attention to the observations."""
        at = places(batch)
        parts = self.parts(reading.summary[batch.trace_of], told)
        return self.unrolled(torch.cat(parts, 1), reading, batch, at)

    def begin(self, reading: Reading) -> State:
        """Nothing."""
        return ()

    def advance(self, reading: Reading, state: State, told: Told) -> tuple[Tensor, State]:
        """What the heads see depends on the step itself only."""
        parts = self.parts(reading.summaries(len(told.prior)), told)
        return self.seen(torch.cat(parts, 1), reading, told.number), ()

    def parts(self, summary: Tensor, told: Told) -> list[Tensor]:
        """What is side by side in the input of n steps."""
        return [summary, self.identified(told.now), told.prior]

    def unrolled(self, inputs: Tensor, reading: Reading, batch: Batch, at: Tensor) -> Tensor:
        """What the heads of all N steps of a batch see, (N, outputs), whose places are `at`."""
        table = padded(batch, inputs, at)
        seen = self.heads_see(self.tower(self.input(table)), table, reading, numbered(batch, at))
        return seen.flatten(0, 1)[at]

    def seen(self, inputs: Tensor, reading: Reading, numbers: Tensor) -> Tensor:
        """What the heads of n steps see that share one reading, (n, outputs)."""
        states = self.tower(self.input(inputs))
        return self.heads_see(states[None], inputs[None], reading, numbers[None])[0]
