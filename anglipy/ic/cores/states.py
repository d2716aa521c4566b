"""What a core remembers of n runs: a tuple of parts with a row per run.

A part is a tensor, or a cache of keys and values, whose rows may be of different lengths. Rows are
chosen and put together without knowing which core they belong to; parts are values, so that a step
may be taken twice from the same state.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional

__all__ = ["Cache", "State", "joined", "selected"]


class Cache(NamedTuple):
    """Keys and values of the steps that each of n runs has taken. What lies beyond the length of a
    row means nothing.

    Steps are appended in place where there is room and nobody has appended to the same tensors
    before: older caches that share them do not look there.
    """

    keys: Tensor
    """(n, heads, room, d)."""
    values: Tensor
    """(n, heads, room, d)."""
    lengths: Tensor
    """(n,) int64."""
    turn: int = 0
    """How often the tensors had been appended to when this cache was made."""
    turns: list[int] | None = None
    """How often they have been by now, the only element; None: this cache must not write."""

    @classmethod
    def empty(cls, heads: int, d: int, like: Tensor) -> Cache:
        """That of runs which have taken no step, one for each row of `like`: (n, heads, 0, d) where
        and of what that is.
        """
        nothing = like.new_zeros(len(like), heads, 0, d)
        return cls(nothing, nothing, torch.zeros(len(like), dtype=torch.int64, device=like.device))

    @property
    def longest(self) -> int:
        """Steps of the run with most."""
        return int(self.lengths.max()) if len(self.lengths) else 0

    def appended(self, keys: Tensor, values: Tensor) -> Cache:
        """One step more for every row: keys and values (n, heads, d)."""
        longest = self.longest
        last = self.turns is not None and self.turns[0] == self.turn
        room = self if last and longest < self.keys.shape[2] else self.padded(2 * longest + 4)
        assert room.turns is not None
        rows = torch.arange(len(keys), device=keys.device)
        room.keys[rows, :, self.lengths] = keys
        room.values[rows, :, self.lengths] = values
        room.turns[0] += 1
        return room._replace(lengths=self.lengths + 1, turn=room.turns[0])

    def padded(self, steps: int) -> Cache:
        """A copy with room for so many steps, zeros where there are none."""
        longest = self.longest

        def copy(part: Tensor) -> Tensor:
            room = part.new_zeros(*part.shape[:2], steps, part.shape[3])
            room[:, :, :longest] = part[:, :, :longest]
            return room

        return Cache(copy(self.keys), copy(self.values), self.lengths, 0, [0])

    def select(self, rows: Tensor) -> Cache:
        """That of the runs with these numbers, (m,) int64, which may repeat."""
        longest = self.longest
        keys, values = (part[:, :, :longest][rows] for part in (self.keys, self.values))
        return Cache(keys, values, self.lengths[rows])

    def attended(self, queries: Tensor) -> Tensor:
        """What one query per row and head, (n, heads, d), finds: (n, heads * d)."""
        steps = self.longest
        mask = None
        if int(self.lengths.min()) < steps:
            present = torch.arange(steps, device=queries.device) < self.lengths[:, None]
            mask = present[:, None, None, :]
        found = functional.scaled_dot_product_attention(
            queries[:, :, None], self.keys[:, :, :steps], self.values[:, :, :steps], attn_mask=mask
        )
        return found.flatten(1)


State = tuple[Tensor | Cache, ...]


def selected(state: State, rows: Tensor) -> State:
    """The rows with these numbers, (m,) int64, which may repeat."""
    return tuple(part.select(rows) if isinstance(part, Cache) else part[rows] for part in state)


def joined(states: Sequence[State]) -> State:
    """The rows of several states of one core, one after the other."""
    return tuple(_joined(parts) for parts in zip(*states, strict=True))


def _joined(parts: Sequence[Tensor | Cache]) -> Tensor | Cache:
    caches = [part for part in parts if isinstance(part, Cache)]
    if not caches:
        return torch.cat([part for part in parts if isinstance(part, Tensor)])
    longest = max(cache.longest for cache in caches)
    padded = [cache.padded(longest) for cache in caches]
    keys, values, lengths = (
        torch.cat(columns)
        for columns in zip(*((c.keys, c.values, c.lengths) for c in padded), strict=True)
    )
    return Cache(keys, values, lengths)
