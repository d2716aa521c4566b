"""Observed collections and text -> tokens: embedders of values with any number of elements.

    sequence  a bidirectional GRU over the elements: one token each
    string    characters as learned rows, then the same
    set       a perceptron per element, then attention of each to all (Lee et al. 2019, one block):
              one token each, whose order changes nothing

The digest is made of the mean of the tokens (a sum would grow with their number; Zaheer et al.
2017), their largest values, how many there are, and the instance. Elements are rows of numbers; nan
in the first column means that there is no element.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from anglipy.ic.batches import ObserverGroup, ObserverKey
from anglipy.ic.embedders import (
    ChoiceObserver,
    Embedded,
    IidObserver,
    ImageReader,
    NumbersObserver,
    Observer,
)
from anglipy.ic.layers import INSTANCE_WIDTH, Dense, InstanceCode, Moments

__all__ = ["SequenceReader", "SetReader", "StringReader", "observer_for"]

HEADS = 4
CHARACTER_WIDTH = 32


class Ragged(Observer):
    """The base: `elements` gives what there is of each element, and which elements there are."""

    def __init__(self, key: ObserverKey, width: int) -> None:
        super().__init__(key)
        self.about = nn.Linear(1 + INSTANCE_WIDTH, width)
        self.sum_up = nn.Linear(3 * width, width)

    def digested(
        self, tokens: Tensor, present: Tensor, group: ObserverGroup, instances: InstanceCode
    ) -> Embedded:
        """Tokens (n, elements, width) and a digest of them."""
        count = present.sum(1, keepdim=True).to(tokens.dtype)
        there = present[:, :, None]
        mean = (tokens * there).sum(1) / count
        largest = tokens.masked_fill(~there, -torch.inf).amax(1)
        about = self.about(torch.cat([count.log(), instances(group.instances)], 1))
        digest = self.sum_up(torch.cat([mean, largest, about], 1))
        return Embedded(tokens + about[:, None], torch.relu(digest), present)


class SequenceReader(Ragged):
    """Rows of numbers in an order."""

    def __init__(self, key: ObserverKey, width: int) -> None:
        super().__init__(key, width)
        columns = key.kind.shape[0]
        self.moments = Moments(columns)
        self.line = nn.GRU(columns, width // 2, batch_first=True, bidirectional=True)

    def adapt(self, group: ObserverGroup) -> None:
        """Running mean and sd per column."""
        self.moments.update(_elements(group.values))

    def forward(self, group: ObserverGroup, instances: InstanceCode) -> Embedded:
        """A token per element."""
        present = ~group.values[:, :, 0].isnan()
        tokens = _both_ways(self.line, _standard(self.moments, group.values), present)
        return self.digested(tokens, present, group, instances)


class StringReader(Ragged):
    """Text, of which the codes of the characters are given."""

    def __init__(self, key: ObserverKey, width: int) -> None:
        super().__init__(key, width)
        self.table = nn.Embedding(key.kind.shape[0], CHARACTER_WIDTH)
        self.line = nn.GRU(CHARACTER_WIDTH, width // 2, batch_first=True, bidirectional=True)

    def forward(self, group: ObserverGroup, instances: InstanceCode) -> Embedded:
        """A token per character."""
        codes = group.values[:, :, 0]
        present = ~codes.isnan()
        rows = self.table(codes.nan_to_num(0.0).long().clamp(0, self.table.num_embeddings - 1))
        return self.digested(_both_ways(self.line, rows, present), present, group, instances)


class SetReader(Ragged):
    """Rows of numbers in no order."""

    def __init__(self, key: ObserverKey, width: int) -> None:
        super().__init__(key, width)
        columns = key.kind.shape[0]
        self.moments = Moments(columns)
        self.embed = Dense(columns, width, width)
        self.three = nn.Linear(width, 3 * width)
        self.output = Dense(width, width, width)

    def adapt(self, group: ObserverGroup) -> None:
        """Running mean and sd per column."""
        self.moments.update(_elements(group.values))

    def forward(self, group: ObserverGroup, instances: InstanceCode) -> Embedded:
        """A token per element."""
        present = ~group.values[:, :, 0].isnan()
        tokens = self.embed(_standard(self.moments, group.values).flatten(0, 1))
        tokens = tokens.reshape(*present.shape, -1)
        query, key, value = (
            part.reshape(*present.shape, HEADS, -1).transpose(1, 2)
            for part in self.three(tokens).chunk(3, 2)
        )
        found = functional.scaled_dot_product_attention(
            query, key, value, attn_mask=present[:, None, None, :]
        )
        found = self.output(found.transpose(1, 2).flatten(2).flatten(0, 1))
        tokens = tokens + found.reshape(tokens.shape)
        return self.digested(tokens, present, group, instances)


def _elements(values: Tensor) -> Tensor:
    """The elements that there are, (count, columns)."""
    return values[~values[:, :, 0].isnan()]


def _standard(moments: Moments, values: Tensor) -> Tensor:
    """Elements standardised, (n, elements, columns); 0 where there is none."""
    return moments(values.flatten(0, 1).nan_to_num(0.0)).reshape(values.shape)


def _both_ways(line: nn.GRU, rows: Tensor, present: Tensor) -> Tensor:
    """States of a bidirectional GRU after each element, (n, elements, width); zeros where there is
    none.
    """
    lengths = present.sum(1).cpu()
    packed = pack_padded_sequence(rows, lengths, batch_first=True, enforce_sorted=False)
    states, _ = pad_packed_sequence(
        line(packed)[0], batch_first=True, total_length=present.shape[1]
    )
    return states


_OBSERVERS: dict[str, type[Observer]] = {
    "numbers": NumbersObserver,
    "iid": IidObserver,
    "choice": ChoiceObserver,
    "image": ImageReader,
    "sequence": SequenceReader,
    "set": SetReader,
    "string": StringReader,
}


def observer_for(key: ObserverKey, width: int) -> Observer:
    """A new embedder for values of this shape at this site."""
    return _OBSERVERS[key.kind.name](key, width)  # type: ignore[call-arg]
