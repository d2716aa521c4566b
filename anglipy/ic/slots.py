"""One address of the network: its vector, the embedding of its values and of its prior, and its
proposal head.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from anglipy.ic.batches import SlotKey, StepGroup
from anglipy.ic.layers import Dense, Moments, Shape
from anglipy.ic.products import Linear
from anglipy.ic.proposals import family_named
from anglipy.ic.squash import squash

__all__ = ["ADDRESS_WIDTH", "PRIOR_WIDTH", "VALUE_WIDTH", "Slot"]

ADDRESS_WIDTH = 32
VALUE_WIDTH = 32
PRIOR_WIDTH = 16


class Slot(nn.Module):
    """What the network has for one site and family. Tables of categories grow when a larger prior
    is met.
    """

    def __init__(self, key: SlotKey, categories: int, inputs: int, shape: Shape) -> None:
        super().__init__()
        self.key = key
        self.family = family_named(key.family, shape.proposal)
        self.categories = categories
        self.address = nn.Parameter(0.3 * torch.randn(ADDRESS_WIDTH))
        size = categories or key.size
        outputs = self.family.outputs(size, shape.components)
        self.head: nn.Module | None = None
        if outputs:
            biases = self.family.biases(size, shape.components)
            self.head = _starting(Dense(inputs, shape.hidden, outputs), biases)
        self.table = nn.Embedding(categories, VALUE_WIDTH) if categories else None
        self.values = None if categories else Moments(key.size)
        self.perceptron = None if categories else Dense(2 * key.size, VALUE_WIDTH, VALUE_WIDTH)
        self.priors, self.prior = self._prior_reader(size)

    def _prior_reader(self, size: int) -> tuple[Moments | None, Linear | None]:
        columns = self.family.prior_width(size)
        return (Moments(columns), Linear(columns, PRIOR_WIDTH)) if columns else (None, None)

    @property
    def size(self) -> int:
        """Categories or coordinates."""
        return self.categories or self.key.size

    def adapt(self, group: StepGroup) -> bool:
        """Take values and priors into the moments; grow the table if it is too small. True if it
        grew.
        """
        grew = group.categories > self.categories
        if grew:
            self._grow(group.categories)
        if self.values is not None:
            self.values.update(group.values.reshape(len(group.values), -1))
        if self.priors is not None:
            self.priors.update(self.family.prior_features(group.numbers, self.size))
        return grew

    def embed(self, numbers: Tensor, values: Tensor) -> Tensor:
        """Values as vectors, (n, VALUE_WIDTH). Categories beyond the table count as its last."""
        if self.table is not None:
            return self.table(values.long().clamp_max(self.categories - 1))
        assert self.values is not None
        assert self.perceptron is not None
        absolute = self.values(values.reshape(len(values), -1))
        relative = squash(self.family.relative(numbers, values), 6.0).to(absolute.dtype)
        return self.perceptron(torch.cat([relative, absolute], 1))

    def read_prior(self, numbers: Tensor) -> Tensor:
        """The prior's numbers as a vector, (n, PRIOR_WIDTH)."""
        if self.priors is None or self.prior is None:
            return self.address.new_zeros(len(numbers), PRIOR_WIDTH)
        return self.prior(self.priors(self.family.prior_features(numbers, self.size)))

    def log_prob(self, seen: Tensor, group: StepGroup) -> Tensor:
        """Log q of the values of a group, (n,) float64, whose head sees (n, inputs)."""
        assert self.head is not None
        return self.family.log_prob(self.head(seen).double(), group.numbers, group.values)

    def _grow(self, categories: int) -> None:
        """More categories: old rows stay, new ones start small."""
        assert self.table is not None
        assert isinstance(self.head, Dense)
        with torch.no_grad():
            self.table = _wider_table(self.table, categories)
            self.head.output = _wider_linear(self.head.output, categories)
            self.head.direct = _wider_linear(self.head.direct, categories)
        self.categories = categories
        self.priors, self.prior = self._prior_reader(categories)


def _starting(head: Dense, biases: Tensor) -> Dense:
    """A head whose outputs start near these, so that the first proposals are about the prior."""
    with torch.no_grad():
        head.output.weight.mul_(0.1)
        head.direct.weight.mul_(0.1)
        head.output.bias.copy_(biases)
    return head


def _wider_table(old: nn.Embedding, rows: int) -> nn.Embedding:
    new = nn.Embedding(rows, old.embedding_dim)
    new.weight[: old.num_embeddings] = old.weight
    return new


def _wider_linear(old: Linear, outputs: int) -> Linear:
    new = Linear(old.in_features, outputs, bias=old.bias is not None)
    new.weight.mul_(0.1)
    new.weight[: old.out_features] = old.weight
    if old.bias is not None:
        new.bias.zero_()
        new.bias[: old.out_features] = old.bias
    return new
