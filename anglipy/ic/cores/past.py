"""Dot-product attention over the earlier choices of a run (Harvey, Munk, Baydin, Bergholm and Wood
2019).

Queries and keys are made of identities (address, family, instance), not of values, so the network
learns which earlier choice matters for a choice; what is found there are values. Before the first
choice there is a learned one, so that there is always something to find.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from anglipy.ic.batches import Batch
from anglipy.ic.cores.base import IDENTITY_WIDTH, Core, Told, padded
from anglipy.ic.cores.states import Cache
from anglipy.ic.layers import Dense, Shape
from anglipy.ic.products import Linear
from anglipy.ic.slots import VALUE_WIDTH

__all__ = ["Past", "by_head"]


class Past(nn.Module):
    """Keys, values and queries of the choices of a run. A step's own entry is the choice before it,
    so a step finds what came before, and nothing else.
    """

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.shape = shape
        self.key = Linear(IDENTITY_WIDTH, shape.width)
        self.value = Linear(VALUE_WIDTH + IDENTITY_WIDTH, shape.width)
        self.query = Dense(IDENTITY_WIDTH, shape.width, shape.width)

    def unroll(self, core: Core, told: Told, batch: Batch, at: Tensor) -> Tensor:
        """What each of the N steps of a batch finds, (N, width)."""
        heads = self.shape.attention_heads
        query, key, value = (by_head(padded(batch, x, at), heads) for x in self._three(core, told))
        found = functional.scaled_dot_product_attention(query, key, value, is_causal=True)
        return found.transpose(1, 2).flatten(2).flatten(0, 1)[at]

    def begin(self, summary: Tensor) -> Cache:
        """One run, which knows nothing yet; its summary says where and of what the cache is."""
        heads = self.shape.attention_heads
        return Cache.empty(heads, self.shape.width // heads, summary)

    def advance(self, core: Core, cache: Cache, told: Told) -> tuple[Tensor, Cache]:
        """What one step of n runs finds, (n, width), and the cache with the step before it."""
        query, key, value = (
            x.reshape(len(x), self.shape.attention_heads, -1) for x in self._three(core, told)
        )
        cache = cache.appended(key, value)
        return cache.attended(query), cache

    def _three(self, core: Core, told: Told) -> tuple[Tensor, Tensor, Tensor]:
        """Query, key and value of n steps, each (n, width)."""
        before = core.identified(told.before)
        return (
            self.query(core.identified(told.now)),
            self.key(before),
            self.value(torch.cat([told.value, before], 1)),
        )


def by_head(table: Tensor, heads: int) -> Tensor:
    """(B, T, heads * d) -> (B, heads, T, d)."""
    return table.reshape(*table.shape[:2], heads, -1).transpose(1, 2)
