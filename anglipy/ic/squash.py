"""Keeping numbers of any size readable for a network."""

from __future__ import annotations

import torch
from torch import Tensor

__all__ = ["squash"]


def squash(x: Tensor, linear: float) -> Tensor:
    """The identity up to `linear` in absolute value, logarithmic beyond; smooth, monotone, odd.

    >>> squash(torch.tensor([-3.0, 4.0]), 4.0).tolist()
    [-3.0, 4.0]
    """
    size = x.abs()
    beyond = linear * (1.0 + torch.log(size.clamp_min(linear) / linear))
    return torch.where(size <= linear, x, torch.sign(x) * beyond)
