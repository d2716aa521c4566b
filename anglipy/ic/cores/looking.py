"""Attention to the tokens of the observations (Vaswani et al. 2017).

Where sites are observed again and again, a step also asks by how far a token's number is from its
own: the third visit to a choice for the third observation, or for those next to it (relative
positions, Shaw, Uszkoreit and Vaswani 2018). So a network finds what belongs to a choice without
having learned the code of each instance, and also at instances beyond those of the training.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from anglipy.ic.layers import Shape
from anglipy.ic.products import Linear
from anglipy.ic.reader import Reading

__all__ = ["Looking"]

REACH = 2
"""Tokens whose number is up to so many above or below that of the step are told apart."""


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
        self.near = nn.Parameter(torch.zeros(2 * REACH + 1, shape.width))
        """What is added to the key of a token this far from the step."""

    def look(self, asking: Tensor, reading: Reading, numbers: Tensor) -> Tensor:
        """(B, T, width): what the steps of B runs find, whose instances are `numbers`, (B, T).
        Where runs share several readings B is 1, and T is the runs.
        """
        if reading.of is not None:
            return self._look_by_reading(asking[0], reading, reading.of, numbers[0])[None]
        times, heads = asking.shape[1], self.shape.attention_heads
        # The products of queries and keys are the same whichever side the matrix of keys is
        # multiplied with; so for values. What is smaller is multiplied.
        few = times * heads < times + self.shape.width
        look = self._look_of_few if few else self._look
        return look(asking, reading, numbers)

    def _look_by_reading(
        self, asking: Tensor, reading: Reading, of: Tensor, numbers: Tensor
    ) -> Tensor:
        """(n, width): runs that share a reading are steps of one run."""
        rows = len(reading.summary)
        places, longest = places_by_reading(of, rows)
        table = asking.new_zeros(rows * longest, asking.shape[1]).index_copy(0, places, asking)
        own = numbers.new_zeros(rows * longest).index_copy(0, places, numbers)
        shared = reading._replace(of=None)
        found = self.look(table.reshape(rows, longest, -1), shared, own.reshape(rows, longest))
        return found.flatten(0, 1)[places]

    def _look(self, asking: Tensor, reading: Reading, numbers: Tensor) -> Tensor:
        heads = self.shape.attention_heads

        def split(x: Tensor) -> Tensor:
            return x.reshape(x.shape[0], x.shape[1], heads, -1).transpose(1, 2)

        queries = split(self.query(asking))
        found = functional.scaled_dot_product_attention(
            queries,
            split(self.key(reading.tokens)),
            split(self.value(reading.tokens)),
            attn_mask=self._mask(queries.transpose(1, 2), reading, numbers),
        )
        return found.transpose(1, 2).flatten(2)

    def _mask(self, queries: Tensor, reading: Reading, numbers: Tensor) -> Tensor:
        """What is added to the products of queries (B, T, heads, d) and keys, (B, heads, T, P); or
        which tokens are there, (B, 1, 1, P) bool, if nothing is.
        """
        present = reading.present[:, None, None, :]
        if reading.numbers is None:
            return present
        runs, times, heads, d = queries.shape
        near = self.near.reshape(2 * REACH + 1, heads, d)
        products = torch.einsum("bthd,ohd->bhto", queries, near) * d**-0.5
        products = functional.pad(products, (0, 1))
        far = reading.numbers[:, None, :] - numbers[:, :, None]
        is_near = (far.abs() <= REACH) & (reading.numbers[:, None, :] > 0)
        place = torch.where(is_near, far + REACH, 2 * REACH + 1)
        place = place[:, None].expand(runs, heads, times, -1)
        added = torch.gather(products.expand(runs, -1, -1, -1), 3, place)
        return added.masked_fill(~present, -torch.inf)

    def _look_of_few(self, asking: Tensor, reading: Reading, numbers: Tensor) -> Tensor:
        """The same with the heads as so many more queries of one head, whose keys and values are
        the tokens. The bias of the keys adds the same to all products of a query, which is nothing.
        """
        runs, times, _ = asking.shape
        heads = self.shape.attention_heads
        queries = self.query(asking).reshape(runs, times, heads, -1)
        per_head = self.key.weight.reshape(heads, queries.shape[3], -1)
        searched = torch.einsum("bthd,hdw->bthw", queries, per_head).flatten(1, 2)
        mask = self._mask(queries, reading, numbers)
        if reading.numbers is not None:
            mask = mask.transpose(1, 2).flatten(1, 2)[:, None]
        found = functional.scaled_dot_product_attention(
            searched[:, None],
            reading.tokens[:, None],
            reading.tokens[:, None],
            attn_mask=mask,
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
