"""The LSTM, as published: its input at a step is the summary of the observations, the value and
address of the step before, and the step's own address, family, instance and prior. A head sees its
state, its input once more (a linear path past the saturating cell), and what both find among the
observations.
"""

from __future__ import annotations

import torch
from torch import Tensor

from anglipy.ic.batches import Batch
from anglipy.ic.cores.base import Core, Told, padded, places
from anglipy.ic.cores.states import State
from anglipy.ic.layers import Shape
from anglipy.ic.products import Linear
from anglipy.ic.reader import Reading
from anglipy.ic.recurrent import PackedLSTM

__all__ = ["LSTM"]


class LSTM(Core):
    """The state: hidden and cell, both (n, hidden)."""

    def __init__(self, shape: Shape) -> None:
        super().__init__(shape)
        self.input = Linear(self.inputs_width, shape.hidden)
        self.start = Linear(shape.width, 2 * shape.hidden)
        self.lstm = PackedLSTM(shape.hidden, shape.hidden)

    def unroll(self, told: Told, reading: Reading, batch: Batch) -> Tensor:
        """All steps of a batch."""
        at = places(batch)
        inputs = self.input(self.full_inputs(reading.summary[batch.trace_of], told))
        start = self._start_state(reading.summary[batch.by_length])
        packed = self.lstm.over_runs(inputs[batch.packed], batch.sizes, *start)
        states = torch.empty_like(packed).index_copy(0, batch.packed, packed)
        both = padded(batch, torch.cat([states, inputs], 1), at)
        found = self.look(both, reading).flatten(0, 1)[at]
        return torch.cat([states, inputs, found], 1)

    def begin(self, reading: Reading) -> State:
        """The state depends on the summary."""
        return self._start_state(reading.summary)

    def advance(self, reading: Reading, state: State, told: Told) -> tuple[Tensor, State]:
        """One step of the LSTM."""
        hidden, cell = state
        assert isinstance(hidden, Tensor)
        assert isinstance(cell, Tensor)
        inputs = self.input(self.full_inputs(reading.summaries(len(hidden)), told))
        hidden, cell = self.lstm.step(inputs, hidden, cell)
        return self.heads_see(hidden[None], inputs[None], reading)[0], (hidden, cell)

    def _start_state(self, summary: Tensor) -> tuple[Tensor, Tensor]:
        """Hidden and cell before the first step of runs with these summaries."""
        hidden, cell = self.start(summary).chunk(2, 1)
        return hidden.tanh(), cell
