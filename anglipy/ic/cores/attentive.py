"""The LSTM and the feed-forward core with attention over the earlier choices. What the attention
finds is part of what the LSTM's heads see, and of the input of the feed-forward core, which gets
the value of the choice before, too.
"""

from __future__ import annotations

import torch
from torch import Tensor

from anglipy.ic.batches import Batch
from anglipy.ic.cores.base import Told, places
from anglipy.ic.cores.feedforward import FeedForward
from anglipy.ic.cores.lstm import LSTM
from anglipy.ic.cores.past import Past
from anglipy.ic.cores.states import Cache, State
from anglipy.ic.layers import Shape
from anglipy.ic.reader import Reading
from anglipy.ic.slots import ADDRESS_WIDTH, VALUE_WIDTH

__all__ = ["AttentiveFeedForward", "AttentiveLSTM"]


class AttentiveLSTM(LSTM):
    """The state: hidden, cell, and the cache of the past."""

    def __init__(self, shape: Shape) -> None:
        super().__init__(shape)
        self.past = Past(shape)

    @property
    def outputs(self) -> int:
        """What the LSTM's heads see, and what was found."""
        return super().outputs + self.shape.width

    def unroll(self, told: Told, reading: Reading, batch: Batch) -> Tensor:
        """All steps of a batch."""
        found = self.past.unroll(self, told, batch, places(batch))
        return torch.cat([super().unroll(told, reading, batch), found], 1)

    def begin(self, reading: Reading) -> State:
        """The LSTM's state and an empty past."""
        return (*super().begin(reading), self.past.begin(reading.summary))

    def advance(self, reading: Reading, state: State, told: Told) -> tuple[Tensor, State]:
        """One step of both."""
        *recurrent, cache = state
        assert isinstance(cache, Cache)
        seen, after = super().advance(reading, tuple(recurrent), told)
        found, cache = self.past.advance(self, cache, told)
        return torch.cat([seen, found], 1), (*after, cache)


class AttentiveFeedForward(FeedForward):
    """The state: the cache of the past."""

    def __init__(self, shape: Shape) -> None:
        super().__init__(shape, more=shape.width + VALUE_WIDTH + ADDRESS_WIDTH)
        self.past = Past(shape)

    def unroll(self, told: Told, reading: Reading, batch: Batch) -> Tensor:
        """All steps of a batch."""
        at = places(batch)
        found = self.past.unroll(self, told, batch, at)
        parts = [*self.parts(reading.summary[batch.trace_of], told), *_last(told), found]
        return self.unrolled(torch.cat(parts, 1), reading, batch, at)

    def begin(self, reading: Reading) -> State:
        """An empty past."""
        return (self.past.begin(reading.summary),)

    def advance(self, reading: Reading, state: State, told: Told) -> tuple[Tensor, State]:
        """What is found in the past is part of the input."""
        (cache,) = state
        assert isinstance(cache, Cache)
        found, cache = self.past.advance(self, cache, told)
        parts = [*self.parts(reading.summaries(len(found)), told), *_last(told), found]
        return self.seen(torch.cat(parts, 1), reading, told.number), (cache,)


def _last(told: Told) -> list[Tensor]:
    """The choice before, which need not be found."""
    return [told.value, told.before.address]
