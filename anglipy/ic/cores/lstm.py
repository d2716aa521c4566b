"""The LSTM, as published: its input at a step is the summary of the observations, the value and
address of the step before, and the step's own address, family, instance and prior. A head sees its
state, its input once more (a linear path past the saturating cell), and what both find among the
observations.
"""

from __future__ import annotations

import torch
from torch import Tensor

from anglipy.ic.batches import Batch
from anglipy.ic.cores.base import Core, Told, inputs_width, numbered, padded, places
from anglipy.ic.cores.states import State
from anglipy.ic.layers import Shape
from anglipy.ic.reader import Reading
from anglipy.ic.recurrent import PackedLSTM

__all__ = ["LSTM"]


class LSTM(Core):
    """The state: hidden and cell, both (n, hidden)."""

    def __init__(self, shape: Shape) -> None:
        inputs = inputs_width(shape)
        super().__init__(shape, inputs)
        self.lstm = PackedLSTM(inputs, shape.hidden)

    def unroll(self, told: Told, reading: Reading, batch: Batch) -> Tensor:
        """All steps of a batch."""
        at = places(batch)
        inputs = self.full_inputs(reading.summary[batch.trace_of], told)
        packed = self.lstm.over_runs(inputs[batch.packed], batch.sizes)
        states = torch.empty_like(packed).index_copy(0, batch.packed, packed)
        both = torch.cat([states, inputs], 1)
        numbers = numbered(batch, at)
        found = self.look(padded(batch, both, at), reading, numbers).flatten(0, 1)[at]
        return torch.cat([both, found], 1)

    def begin(self, reading: Reading) -> State:
        """Zeros."""
        nothing = reading.summary.new_zeros(len(reading.summary), self.shape.hidden)
        return nothing, nothing

    def advance(self, reading: Reading, state: State, told: Told) -> tuple[Tensor, State]:
        """One step of the LSTM."""
        hidden, cell = state
        assert isinstance(hidden, Tensor)
        assert isinstance(cell, Tensor)
        inputs = self.full_inputs(reading.summaries(len(hidden)), told)
        hidden, cell = self.lstm.step(inputs, hidden, cell)
        seen = self.heads_see(hidden[None], inputs[None], reading, told.number[None])[0]
        return seen, (hidden, cell)
