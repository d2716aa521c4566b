"""Observed values -> tokens: an embedder per observe site and shape.

    numbers   standardised, through a perceptron: one token
    choice    a learned row: one token
    image     a convolutional network: one token per column of features

A token says what was observed and at which instance of its site. This is the only file that knows how pictures are read.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from anglipy.ic.batches import ObserverGroup, ObserverKey
from anglipy.ic.layers import INSTANCE_WIDTH, Dense, InstanceCode, Moments

__all__ = ["ImageReader", "Observer", "observer_for"]


class Observer(nn.Module):
    """The base. `tokens` is how many tokens an observation gives."""

    def __init__(self, key: ObserverKey) -> None:
        super().__init__()
        self.key = key
        self.tokens = 1

    def adapt(self, group: ObserverGroup) -> None:
        """Take the moments of these values in."""

    def forward(self, group: ObserverGroup, instances: InstanceCode) -> Tensor:
        """(n, tokens, width)."""
        raise TypeError("an observer of no kind")


class NumbersObserver(Observer):
    """One number or a list of them."""

    def __init__(self, key: ObserverKey, width: int) -> None:
        super().__init__(key)
        count = key.kind.shape[0]
        self.moments = Moments(count)
        self.embed = Dense(count + INSTANCE_WIDTH, width, width)

    def adapt(self, group: ObserverGroup) -> None:
        """Running mean and sd per number."""
        self.moments.update(group.values)

    def forward(self, group: ObserverGroup, instances: InstanceCode) -> Tensor:
        """One token each."""
        x = torch.cat([self.moments(group.values), instances(group.instances)], 1)
        return self.embed(x)[:, None]


class ChoiceObserver(Observer):
    """One of finitely many things."""

    def __init__(self, key: ObserverKey, width: int) -> None:
        super().__init__(key)
        self.table = nn.Embedding(key.kind.shape[0], width)
        self.instance = nn.Linear(INSTANCE_WIDTH, width)

    def forward(self, group: ObserverGroup, instances: InstanceCode) -> Tensor:
        """One token each."""
        return (self.table(group.values) + self.instance(instances(group.instances)))[:, None]


def _block(inputs: int, outputs: int, kernel: int | tuple[int, int], stride: int | tuple[int, int],
           padding: int | tuple[int, int]) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, kernel, stride, padding, bias=False),
        nn.BatchNorm2d(outputs),
        nn.ReLU(inplace=True),
    )


class ImageReader(Observer):
    """A picture, each standardised by itself: seven convolutions with batch normalisation, down to columns of features.

    Every fourth pixel column gives a token; rows are merged into it. Mean and contrast of the picture, which the
    standardisation takes away, are added to every token.
    """

    def __init__(self, key: ObserverKey, width: int) -> None:
        super().__init__(key)
        height, across = key.kind.shape
        rows, columns = -(-height // 16), -(-across // 4)
        self.tokens = columns
        self.body = nn.Sequential(
            _block(1, 24, 5, 2, 2),
            _block(24, 48, 3, 2, 1),
            _block(48, 48, 3, 1, 1),
            _block(48, 96, 3, (2, 1), 1),
            _block(96, 96, 3, 1, 1),
            _block(96, 128, 3, (2, 1), 1),
            _block(128, width, (rows, 3), 1, (0, 1)),
        )
        self.places = nn.Parameter(0.1 * torch.randn(1, columns, width))
        self.moments = Moments(2)
        self.levels = nn.Linear(2 + INSTANCE_WIDTH, width)

    def adapt(self, group: ObserverGroup) -> None:
        """Running moments of brightness and contrast."""
        self.moments.update(_levels(group.values)[0])

    def forward(self, group: ObserverGroup, instances: InstanceCode) -> Tensor:
        """(n, columns, width)."""
        levels, standard = _levels(group.values)
        features = self.body(standard).flatten(2).transpose(1, 2)
        extra = torch.cat([self.moments(levels), instances(group.instances)], 1)
        return features + self.places + self.levels(extra)[:, None]


def _levels(images: Tensor) -> tuple[Tensor, Tensor]:
    """Mean and sd of each picture (n, 2) float64, and the pictures standardised (n, 1, height, width)."""
    pixels = images.float()[:, None]
    mean = pixels.mean((2, 3), keepdim=True)
    sd = pixels.std((2, 3), keepdim=True)
    levels = torch.cat([mean, sd], 1).flatten(1).double()
    return levels, (pixels - mean) / sd.clamp_min(1e-6)


def observer_for(key: ObserverKey, width: int) -> Observer:
    """A new embedder for values of this shape at this site."""
    if key.kind.name == "image":
        return ImageReader(key, width)
    return ChoiceObserver(key, width) if key.kind.name == "choice" else NumbersObserver(key, width)
