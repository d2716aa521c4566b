"""What a core remembers of n runs: a tuple of parts with a row per run.

A part is a tensor, or a cache of keys and values, whose rows may be of different lengths. Rows are
chosen and put together without knowing which core they belong to; parts are values and never
changed in place, so that a step may be taken twice from the same state.
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
    """

    keys: Tensor
    """(n, heads, steps, d)."""
    values: Tensor
    """(n, heads, steps, d)."""
    lengths: Tensor
    """(n,) int64."""

    @classmethod
    def empty(cls, heads: int, d: int, like: Tensor) -> Cache:
        """That of runs which have taken no step, one for each row of `like`: (n, heads, 0, d) where
        and of what that is.
        """
        nothing = like.new_zeros(len(like), heads, 0, d)
        return cls(nothing, nothing, torch.zeros(len(like), dtype=torch.int64, device=like.device))

    def appended(self, keys: Tensor, values: Tensor) -> Cache:
        """One step more for every row: keys and values (n, heads, d)."""
        rows = torch.arange(len(keys), device=keys.device)
        longer = self.padded(self.keys.shape[2] + 1)
        longer.keys[rows, :, self.lengths] = keys
        longer.values[rows, :, self.lengths] = values
        longest = int(self.lengths.max()) + 1
        return Cache(longer.keys[:, :, :longest], longer.values[:, :, :longest], self.lengths + 1)

    def padded(self, steps: int) -> Cache:
        """A copy with room for so many steps."""
        more = (0, 0, 0, steps - self.keys.shape[2])
        return Cache(
            functional.pad(self.keys, more), functional.pad(self.values, more), self.lengths
        )

    def attended(self, queries: Tensor) -> Tensor:
        """What one query per row and head, (n, heads, d), finds: (n, heads * d)."""
        steps = self.keys.shape[2]
        present = torch.arange(steps, device=queries.device) < self.lengths[:, None]
        found = functional.scaled_dot_product_attention(
            queries[:, :, None], self.keys, self.values, attn_mask=present[:, None, None, :]
        )
        return found.flatten(1)


State = tuple[Tensor | Cache, ...]


def selected(state: State, rows: Tensor) -> State:
    """The rows with these numbers, (m,) int64, which may repeat."""
    return tuple(
        Cache(*(part[rows] for part in parts)) if isinstance(parts, Cache) else parts[rows]
        for parts in state
    )


def joined(states: Sequence[State]) -> State:
    """The rows of several states of one core, one after the other."""
    return tuple(_joined(parts) for parts in zip(*states, strict=True))


def _joined(parts: Sequence[Tensor | Cache]) -> Tensor | Cache:
    caches = [part for part in parts if isinstance(part, Cache)]
    if not caches:
        return torch.cat([part for part in parts if isinstance(part, Tensor)])
    longest = max(cache.keys.shape[2] for cache in caches)
    padded = [cache.padded(longest) for cache in caches]
    return Cache(*(torch.cat(columns) for columns in zip(*padded, strict=True)))
