"""Products with matrices of weights, in float32 on a CPU by oneDNN instead of MKL.

PyTorch multiplies float32 matrices with MKL, which on processors that are not Intel's uses half of
their vector units; the library that it brings along for convolutions uses all of them, at about
twice the speed. What is computed is the same, to rounding. On other devices, for other types, for
small products, and where torch was built without oneDNN, it is `torch.nn.functional.linear`.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

__all__ = ["Linear", "linear", "product"]

WORTH_WHILE = 1 << 20
"""Multiplications of a product below which calling anything but torch's own costs more than it
gains.
"""
_AVAILABLE = torch.backends.mkldnn.is_available() and hasattr(
    getattr(torch.ops, "mkldnn", None), "_linear_pointwise"
)


def product(x: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    """`x @ weight.T + bias` of (n, inputs) and (outputs, inputs), without gradients."""
    if _fast(x, weight):
        found: Tensor = torch.ops.mkldnn._linear_pointwise(x, weight, bias, "none", [], "")
        return found
    return functional.linear(x, weight, bias)


def linear(x: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
    """`x @ weight.T + bias` of (..., inputs) and (outputs, inputs), with gradients."""
    if not _fast(x, weight):
        return functional.linear(x, weight, bias)
    flat = x.reshape(-1, x.shape[-1])
    if torch.is_grad_enabled():
        found: Tensor = _Linear.apply(flat, weight, bias)
    else:
        found = product(flat, weight, bias)
    return found.reshape(*x.shape[:-1], len(weight))


class Linear(nn.Linear):
    """`torch.nn.Linear`, multiplied by `linear`."""

    def forward(self, x: Tensor) -> Tensor:
        """(..., inputs) -> (..., outputs)."""
        return linear(x, self.weight, self.bias)


def _fast(x: Tensor, weight: Tensor) -> bool:
    return (
        _AVAILABLE
        and x.numel() * len(weight) >= WORTH_WHILE
        and x.dtype is weight.dtype is torch.float32
        and x.device.type == weight.device.type == "cpu"
        and not torch.is_autocast_enabled("cpu")
    )


class _Linear(torch.autograd.Function):
    """The three products of a linear layer and its gradients."""

    @staticmethod
    def forward(context: Any, x: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
        context.save_for_backward(x, weight)
        return product(x, weight, bias)

    @staticmethod
    def backward(context: Any, *errors: Tensor) -> tuple[Tensor | None, ...]:
        x, weight = context.saved_tensors
        (error,) = errors
        of_x, of_weight, of_bias = context.needs_input_grad
        return (
            product(error, weight.t()) if of_x else None,
            product(error.t(), x.t()) if of_weight else None,
            error.sum(0) if of_bias else None,
        )
