"""Observed values -> tokens: an embedder per observe site and shape.

    numbers   standardised, through a perceptron: one token
    iid       the same, without the instance
    choice    a learned row: one token
    image     a convolutional network and a GRU over its columns: one token per column

A token says what was observed and at which instance of its site. This is the only file that knows
how pictures are read; `ragged` has the embedders of collections and text.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn

from anglipy.ic.batches import ObserverGroup, ObserverKey
from anglipy.ic.layers import INSTANCE_WIDTH, Dense, InstanceCode, Moments, Scales
from anglipy.ic.products import Linear

__all__ = [
    "ChoiceObserver",
    "Embedded",
    "IidObserver",
    "ImageReader",
    "NumbersObserver",
    "Observer",
]


class Embedded(NamedTuple):
    """What n observations of one observer are for the network."""

    tokens: Tensor
    """(n, tokens, width): to attend to."""
    digest: Tensor
    """(n, width): for the summary."""
    present: Tensor | None = None
    """(n, tokens) bool: which tokens are there; None: all."""


class Observer(nn.Module):
    """The base. `tokens` is how many tokens an observation gives."""

    def __init__(self, key: ObserverKey) -> None:
        super().__init__()
        self.key = key
        self.tokens = 1

    def adapt(self, group: ObserverGroup) -> None:
        """Take the moments of these values in."""

    def lay_out(self) -> None:
        """Put the weights in the order in memory that is fastest."""

    def forward(self, group: ObserverGroup, instances: InstanceCode) -> Embedded:
        """Tokens and digests of the observations of a group."""
        raise TypeError("an observer of no kind")


class NumbersObserver(Observer):
    """One number or a list of them."""

    def __init__(self, key: ObserverKey, width: int) -> None:
        super().__init__(key)
        count = key.kind.shape[0]
        self.scales = Scales(count)
        self.embed = Dense(2 * count + INSTANCE_WIDTH, width, width)

    def adapt(self, group: ObserverGroup) -> None:
        """Running mean and sd per number."""
        self.scales.update(group.values)

    def forward(self, group: ObserverGroup, instances: InstanceCode) -> Embedded:
        """One token each, its own digest."""
        token = self.embed(torch.cat([self.scales(group.values), instances(group.instances)], 1))
        return Embedded(token[:, None], token)


class IidObserver(Observer):
    """One number or a list of them, where the observations of a run are a set: none of them knows
    which one it is. How many there are is known from `reader`.
    """

    def __init__(self, key: ObserverKey, width: int) -> None:
        super().__init__(key)
        count = key.kind.shape[0]
        self.scales = Scales(count)
        self.embed = Dense(2 * count, width, width)

    def adapt(self, group: ObserverGroup) -> None:
        """Running mean and sd per number."""
        self.scales.update(group.values)

    def forward(self, group: ObserverGroup, instances: InstanceCode) -> Embedded:
        """One token each, its own digest."""
        token = self.embed(self.scales(group.values))
        return Embedded(token[:, None], token)


class ChoiceObserver(Observer):
    """One of finitely many things."""

    def __init__(self, key: ObserverKey, width: int) -> None:
        super().__init__(key)
        self.table = nn.Embedding(key.kind.shape[0], width)
        self.instance = Linear(INSTANCE_WIDTH, width)

    def forward(self, group: ObserverGroup, instances: InstanceCode) -> Embedded:
        """One token each, its own digest."""
        token = self.table(group.values) + self.instance(instances(group.instances))
        return Embedded(token[:, None], token)


def _block(
    inputs: int,
    outputs: int,
    kernel: int | tuple[int, int],
    stride: int | tuple[int, int],
    padding: int | tuple[int, int],
) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, kernel, stride, padding, bias=False),
        nn.BatchNorm2d(outputs),
        nn.ReLU(inplace=True),
    )


class ImageReader(Observer):
    """A picture, each standardised by itself, read as a line of columns.

    Five convolutions with batch normalisation take height by 16 and width by 4 and merge what is
    left of the rows; a bidirectional GRU goes over the columns. Each column is a token; the digest
    is made of their mean and of the GRU's last states. Mean and contrast of the picture, which the
    standardisation takes away, are part of the digest. About 38 million multiplications for 48 x
    160 pixels. Channels-last memory: convolutions on CPUs are faster that way.
    """

    def __init__(self, key: ObserverKey, width: int) -> None:
        super().__init__(key)
        height, across = key.kind.shape
        rows, self.tokens = -(-height // 16), -(-across // 4)
        self.body = nn.Sequential(
            _block(1, 24, 5, 2, 2),
            _block(24, 48, 3, 2, 1),
            _block(48, 96, 3, (2, 1), 1),
            _block(96, 128, 3, (2, 1), 1),
            _block(128, FEATURES, (rows, 3), 1, (0, 1)),
        )
        self.lay_out()
        self.places = nn.Parameter(0.1 * torch.randn(1, self.tokens, FEATURES))
        self.line = nn.GRU(FEATURES, width // 2, batch_first=True, bidirectional=True)
        self.moments = Moments(2)
        self.levels = Linear(2 + INSTANCE_WIDTH, width)
        self.sum_up = Linear(2 * width, width)

    def lay_out(self) -> None:
        """Channels last."""
        self.body.to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    def adapt(self, group: ObserverGroup) -> None:
        """Running moments of brightness and contrast."""
        self.moments.update(_levels(group.values, self.places.dtype)[0])

    def forward(self, group: ObserverGroup, instances: InstanceCode) -> Embedded:
        """A token per column, and a digest of the whole."""
        levels, standard = _levels(group.values, self.places.dtype)
        standard = standard.contiguous(memory_format=torch.channels_last)
        columns = self.body(standard).flatten(2).transpose(1, 2) + self.places
        tokens, last = self.line(columns)
        extra = self.levels(torch.cat([self.moments(levels), instances(group.instances)], 1))
        whole = torch.cat([tokens.mean(1), last[0], last[1]], 1)
        return Embedded(tokens, torch.relu(self.sum_up(whole) + extra))


FEATURES = 192
"""Channels of the last convolution."""


def _levels(images: Tensor, dtype: torch.dtype) -> tuple[Tensor, Tensor]:
    """Mean and sd of each picture (n, 2) float64, and the pictures standardised (n, 1, height,
    width).
    """
    pixels = images.to(dtype)[:, None]
    sd, mean = torch.std_mean(pixels, (2, 3), keepdim=True)
    levels = torch.cat([mean, sd], 1).flatten(1).double()
    return levels, (pixels - mean) / sd.clamp_min(1e-6)
