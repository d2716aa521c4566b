"""The LSTM, as published: its input at a step is the summary of the observations, the value and
address of the step before, and the step's own address, family, instance and prior. A head sees its
state, its input once more (a linear path past the saturating cell), and what both find among the
observations.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

from anglipy.ic.batches import Batch
from anglipy.ic.cores.base import Core, Told, padded, places
from anglipy.ic.cores.states import State
from anglipy.ic.layers import Shape
from anglipy.ic.reader import Reading

__all__ = ["LSTM"]


class LSTM(Core):
    """The state: hidden and cell, both (n, hidden)."""

    def __init__(self, shape: Shape) -> None:
        super().__init__(shape)
        self.input = nn.Linear(self.inputs_width, shape.hidden)
        self.start = nn.Linear(shape.width, 2 * shape.hidden)
        self.lstm = nn.LSTM(shape.hidden, shape.hidden, batch_first=True)

    def unroll(self, told: Told, reading: Reading, batch: Batch) -> Tensor:
        """All steps of a batch, run by run."""
        at = places(batch)
        inputs = self.input(self.full_inputs(reading.summary[batch.trace_of], told))
        table = padded(batch, inputs, at)
        if len(batch.segments) == 1:
            states = self._states(reading.summary, table, batch.segments)
        else:
            order = batch.by_length
            states = self._states(reading.summary[order], table[order], batch.segments)
            states = states[torch.argsort(order)]
        return self.heads_see(states, table, reading).flatten(0, 1)[at]

    def begin(self, reading: Reading) -> State:
        """The state depends on the summary."""
        return self._start_state(reading.summary)

    def advance(self, reading: Reading, state: State, told: Told) -> tuple[Tensor, State]:
        """One step of the LSTM."""
        hidden, cell = state
        assert isinstance(hidden, Tensor)
        assert isinstance(cell, Tensor)
        inputs = self.input(self.full_inputs(reading.summary.expand(len(hidden), -1), told))
        states, (hidden, cell) = self.lstm(
            inputs[:, None], (hidden[None].contiguous(), cell[None].contiguous())
        )
        seen = self.heads_see(states.transpose(0, 1), inputs[None], reading)[0]
        return seen, (hidden[0], cell[0])

    def _start_state(self, summary: Tensor) -> tuple[Tensor, Tensor]:
        """Hidden and cell before the first step of runs with these summaries."""
        hidden, cell = self.start(summary).chunk(2, 1)
        return hidden.tanh(), cell

    def _states(
        self, summary: Tensor, table: Tensor, segments: Sequence[tuple[int, int]]
    ) -> Tensor:
        """The LSTM's state after every step of B runs with inputs (B, T, hidden), those with more
        steps first: (B, T, hidden). Segments are (runs, steps): the runs that take so many steps
        further, after which the last of them end; zeros follow.
        """
        hidden, cell = (state[None].contiguous() for state in self._start_state(summary))
        found, time = [], 0
        for runs, steps in segments:
            here = table[:runs, time : time + steps]
            states, (hidden, cell) = self.lstm(
                here, (hidden[:, :runs].contiguous(), cell[:, :runs].contiguous())
            )
            found.append(functional.pad(states, (0, 0, 0, 0, 0, len(table) - runs)))
            time += steps
        return found[0] if len(found) == 1 else torch.cat(found, 1)
