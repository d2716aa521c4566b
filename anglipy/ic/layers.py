"""Small layers: standardisation by running moments, also of logarithms, a perceptron with a linear
path, a code for instance numbers.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from anglipy.ic.products import Linear
from anglipy.ic.squash import squash

__all__ = ["INSTANCE_WIDTH", "Dense", "InstanceCode", "Moments", "Scales", "Shape"]

INSTANCE_WIDTH = 16
KNOWN_INSTANCES = 64
ENOUGH = 2048
"""Values of a column after which its moments stay as they are."""


@dataclass(frozen=True, slots=True)
class Shape:
    """The sizes of a network that do not depend on the program."""

    hidden: int = 128
    """Of the LSTM and of the heads."""
    width: int = 128
    """Of summary and tokens; a multiple of `attention_heads`."""
    attention_heads: int = 4
    components: int = 10
    """Of mixture proposals."""
    proposal: str = "mixture"
    """What single numbers are proposed by: one of `proposals.PROPOSALS`."""


class Moments(nn.Module):
    """Standardises columns by the mean and sd of the first values seen in training, then squashes
    beyond 6 sd.

    Before any value has been seen it only squashes. A column that never varied has sd 1. What comes
    out has torch's default dtype at the time it was made, as parameters made then have.
    """

    count: Tensor
    mean: Tensor
    squares: Tensor

    def __init__(self, columns: int) -> None:
        super().__init__()
        self.dtype = torch.get_default_dtype()
        self.register_buffer("count", torch.zeros(columns, dtype=torch.float64))
        self.register_buffer("mean", torch.zeros(columns, dtype=torch.float64))
        self.register_buffer("squares", torch.zeros(columns, dtype=torch.float64))

    @torch.no_grad()
    def update(self, x: Tensor, present: Tensor | None = None) -> None:
        """Take in rows, (n, columns) float64; `present` says which entries count. Chan, Golub and
        LeVeque 1983.
        """
        if len(x) == 0 or bool((self.count >= ENOUGH).all()):
            return
        mask = torch.ones_like(x) if present is None else present.to(x.dtype)
        added = mask.sum(0)
        mean = (x * mask).sum(0) / added.clamp_min(1.0)
        squares = (((x - mean) * mask) ** 2).sum(0)
        total = self.count + added
        shift = mean - self.mean
        share = added / total.clamp_min(1.0)
        self.squares += squares + shift**2 * self.count * share
        self.mean += shift * share
        self.count.copy_(total)

    def forward(self, x: Tensor) -> Tensor:
        """(n, columns) float64 -> (n, columns)."""
        sd = (self.squares / self.count.clamp_min(1.0)).sqrt()
        sd = torch.where(sd > 1e-9 * (1.0 + self.mean.abs()), sd, 1.0)
        return squash((x - self.mean) / sd, 6.0).to(self.dtype)


class Scales(nn.Module):
    """Columns twice, standardised: as they are, and sign(x) log(1 + |x|). Counts, sums of squares
    and the like may have so long a tail that what is usual differs by less than a thousandth of
    their sd; there the logarithms tell it apart.
    """

    def __init__(self, columns: int) -> None:
        super().__init__()
        self.columns = columns
        self.moments = Moments(2 * columns)

    def update(self, x: Tensor, present: Tensor | None = None) -> None:
        """Take in rows; arguments as those of `Moments.update`."""
        both = None if present is None else torch.cat([present, present], 1)
        self.moments.update(_with_logarithms(x), both)

    def forward(self, x: Tensor) -> Tensor:
        """(n, columns) float64 -> (n, 2 columns)."""
        return self.moments(_with_logarithms(x))


def _with_logarithms(x: Tensor) -> Tensor:
    return torch.cat([x, torch.sign(x) * torch.log1p(x.abs())], 1)


class Dense(nn.Module):
    """One hidden layer, and a linear path beside it so that linear relations extrapolate."""

    def __init__(self, inputs: int, hidden: int, outputs: int) -> None:
        super().__init__()
        self.hidden = Linear(inputs, hidden)
        self.output = Linear(hidden, outputs)
        self.direct = Linear(inputs, outputs, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        """(n, inputs) -> (n, outputs)."""
        return self.output(torch.relu(self.hidden(x))) + self.direct(x)


class InstanceCode(nn.Module):
    """Instance numbers as vectors: a learned row for the first ones, waves for all, so that unseen
    ones have a code.
    """

    waves: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.table = nn.Embedding(KNOWN_INSTANCES + 1, INSTANCE_WIDTH)
        nn.init.normal_(self.table.weight, std=0.3)
        self.mix = Linear(16, INSTANCE_WIDTH)
        # No parameter, so that it is there even where parameters are not (device "meta").
        lengths = 2.0 * torch.pi / (3.0 * 2.0 ** torch.arange(8, device="cpu"))
        self.register_buffer("waves", lengths, persistent=False)

    def forward(self, instances: Tensor) -> Tensor:
        """(n,) int64 -> (n, INSTANCE_WIDTH). Row 0 stands for every instance beyond the table."""
        known = torch.where(instances <= KNOWN_INSTANCES, instances, 0)
        angles = instances[:, None] * self.waves
        return self.table(known) + self.mix(torch.cat([angles.sin(), angles.cos()], 1))
