"""Attention to the tokens of the observations (Vaswani et al. 2017)."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from anglipy.ic.layers import Shape
from anglipy.ic.products import Linear
from anglipy.ic.reader import Reading

__all__ = ["Looking"]


class Looking(nn.Module):
    """Dot-product attention with several heads: what asks, (B, T, asking), looks at the tokens of a
    reading.
    """

    def __init__(self, asking: int, shape: Shape) -> None:
        super().__init__()
        self.shape = shape
        self.query = Linear(asking, shape.width)
        self.key = Linear(shape.width, shape.width)
        self.value = Linear(shape.width, shape.width)

    def look(self, asking: Tensor, reading: Reading) -> Tensor:
        """(B, T, width): what the steps of B runs find. Where runs share several readings B is 1,
        and T is the runs.
        """
        if reading.of is not None:
            return self._look_by_reading(asking[0], reading, reading.of)[None]
        times, heads = asking.shape[1], self.shape.attention_heads
        # The products of queries and keys are the same whichever side the matrix of keys is
        # multiplied with; so for values. What is smaller is multiplied.
        few = times * heads < times + self.shape.width
        return self._look_of_few(asking, reading) if few else self._look(asking, reading)

    def _look_by_reading(self, asking: Tensor, reading: Reading, of: Tensor) -> Tensor:
        """(n, width): runs that share a reading are steps of one run."""
        rows = len(reading.summary)
        places, longest = places_by_reading(of, rows)
        table = asking.new_zeros(rows * longest, asking.shape[1]).index_copy(0, places, asking)
        found = self.look(table.reshape(rows, longest, -1), reading._replace(of=None))
        return found.flatten(0, 1)[places]

    def _look(self, asking: Tensor, reading: Reading) -> Tensor:
        heads = self.shape.attention_heads

        def split(x: Tensor) -> Tensor:
            return x.reshape(x.shape[0], x.shape[1], heads, -1).transpose(1, 2)

        found = functional.scaled_dot_product_attention(
            split(self.query(asking)),
            split(self.key(reading.tokens)),
            split(self.value(reading.tokens)),
            attn_mask=reading.present[:, None, None, :],
        )
        return found.transpose(1, 2).flatten(2)

    def _look_of_few(self, asking: Tensor, reading: Reading) -> Tensor:
        """The same with the heads as so many more queries of one head, whose keys and values are
        the tokens. The bias of the keys adds the same to all products of a query, which is nothing.
        """
        runs, times, _ = asking.shape
        heads = self.shape.attention_heads
        queries = self.query(asking).reshape(runs, times, heads, -1)
        per_head = self.key.weight.reshape(heads, queries.shape[3], -1)
        searched = torch.einsum("bthd,hdw->bthw", queries, per_head).flatten(1, 2)
        found = functional.scaled_dot_product_attention(
            searched[:, None],
            reading.tokens[:, None],
            reading.tokens[:, None],
            attn_mask=reading.present[:, None, None, :],
            scale=queries.shape[3] ** -0.5,
        ).reshape(runs, times, heads, -1)
        values = self.value.weight.reshape(heads, queries.shape[3], -1)
        return torch.einsum("bthw,hdw->bthd", found, values).flatten(2) + self.value.bias


def places_by_reading(of: Tensor, readings: int) -> tuple[Tensor, int]:
    """Places of n runs in a table with a row for each reading, read row by row, (n,) int64; and the
    width of the table. Runs of one reading are in the order in which they are.

    >>> places_by_reading(torch.tensor([1, 0, 1]), 2)
    (tensor([2, 0, 3]), 2)
    """
    counts = torch.bincount(of, minlength=readings)
    longest = int(counts.max())
    order = torch.argsort(of, stable=True)
    firsts = counts.cumsum(0) - counts
    places = torch.empty_like(of)
    places[order] = (
        torch.arange(len(of), device=of.device) - firsts[of[order]] + of[order] * longest
    )
    return places, longest
