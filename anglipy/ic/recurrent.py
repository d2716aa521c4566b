"""An LSTM over runs of different lengths that are packed by time, with its backward pass by hand.

Hochreiter and Schmidhuber 1997, with the forget gate of Gers, Schmidhuber and Cummins 2000; gates
in `torch.nn.LSTM`'s order (input, forget, cell, output) and its parameters. Rows are sorted by time
and, within a time, by run, longer runs first, so that the runs still under way at a time are the
first of those before. Nothing is padded, and the gradients of the weights are one product each for
all times together: on a CPU this trains two to three times faster than `torch.nn.LSTM` on padded
batches. On a GPU, and in other precisions than that of the weights, its packed sequences are used.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import PackedSequence

from anglipy.ic.products import product

__all__ = ["PackedLSTM"]


class PackedLSTM(nn.LSTM):
    """One layer. `inputs` and `hidden` are widths."""

    weight_ih_l0: Tensor
    weight_hh_l0: Tensor
    bias_ih_l0: Tensor
    bias_hh_l0: Tensor

    def __init__(self, inputs: int, hidden: int) -> None:
        super().__init__(inputs, hidden)

    def over_runs(self, packed: Tensor, sizes: Sequence[int]) -> Tensor:
        """The states (N, hidden) after each of N packed inputs (N, inputs), of runs that begin with
        zeros. `sizes` says how many runs are under way at each time.
        """
        if packed.device.type != "cpu" or torch.is_autocast_enabled("cpu"):
            states, _ = self(PackedSequence(packed, torch.tensor(sizes, device="cpu")))
            return states.data
        bias = self.bias_ih_l0 + self.bias_hh_l0
        found: Tensor = _OverRuns.apply(
            packed, self.weight_ih_l0, self.weight_hh_l0, bias, tuple(sizes)
        )
        return found

    def step(self, inputs: Tensor, hidden: Tensor, cell: Tensor) -> tuple[Tensor, Tensor]:
        """One step of n runs, (n, .) each: their states after it. For inference."""
        bias = self.bias_ih_l0 + self.bias_hh_l0
        gates = product(inputs, self.weight_ih_l0, bias).add_(product(hidden, self.weight_hh_l0))
        into, keep, new, out = _activated(gates)
        cell = torch.addcmul(keep * cell, into, new)
        return out * cell.tanh(), cell


def _activated(gates: Tensor) -> Sequence[Tensor]:
    """Apply the gates' functions in place to (n, 4 hidden); views of the four."""
    width = gates.shape[1] // 4
    gates[:, : 2 * width].sigmoid_()
    gates[:, 2 * width : 3 * width].tanh_()
    gates[:, 3 * width :].sigmoid_()
    return gates.chunk(4, 1)


class _OverRuns(torch.autograd.Function):
    """Backpropagation through time, Werbos 1990: errors at the gates first, back from the last
    time, then everything that is a product with them at once. Before the first time there is
    nothing to multiply with.
    """

    @staticmethod
    def forward(
        context: Any,
        packed: Tensor,
        into_weight: Tensor,
        back_weight: Tensor,
        bias: Tensor,
        sizes: tuple[int, ...],
    ) -> Tensor:
        gates = product(packed, into_weight, bias)
        shape = len(gates), back_weight.shape[1]
        states, cells, bent = (gates.new_empty(shape) for _ in range(3))
        before = kept = None
        for rows in _times(sizes):
            if before is not None:
                gates[rows] += product(before[: rows.stop - rows.start], back_weight)
            into, keep, new, out = _activated(gates[rows])
            cell = torch.mul(into, new, out=cells[rows])
            if kept is not None:
                cell.addcmul_(keep, kept[: rows.stop - rows.start])
            before = torch.mul(out, torch.tanh(cell, out=bent[rows]), out=states[rows])
            kept = cell
        context.save_for_backward(packed, into_weight, back_weight, gates, states, cells, bent)
        context.sizes = sizes
        return states

    @staticmethod
    def backward(context: Any, *errors: Tensor) -> tuple[Tensor | None, ...]:
        packed, into_weight, back_weight, gates, states, cells, bent = context.saved_tensors
        times, width = _times(context.sizes), back_weight.shape[1]
        nothing = torch.zeros_like(states[times[0]])
        at_gates, slopes = torch.empty_like(gates), gates.new_empty(len(nothing), 3, width)
        from_state, from_cell = nothing.clone(), nothing.clone()
        for rows, earlier in zip(reversed(times), [*reversed(times[:-1]), None], strict=True):
            size = rows.stop - rows.start
            before = (nothing if earlier is None else cells[earlier])[:size]
            by_state, out_by_state = _slopes(gates[rows], before, bent[rows], slopes[:size])
            error = errors[0][rows] + from_state[:size]
            at_cell = from_cell[:size].addcmul_(error, by_state)
            here = at_gates[rows].view(size, 4, width)
            torch.mul(at_cell[:, None], slopes[:size], out=here[:, :3])
            torch.mul(error, out_by_state, out=here[:, 3])
            at_cell.mul_(gates[rows, width : 2 * width])
            if earlier is not None:
                from_state[:size] = product(at_gates[rows], back_weight.t())
        return (
            product(at_gates, into_weight.t()),
            product(at_gates.t(), packed.t()),
            _times_before(at_gates, states, context.sizes) if len(times) > 1 else None,
            at_gates.sum(0),
            None,
        )


def _times_before(at_gates: Tensor, states: Tensor, sizes: tuple[int, ...]) -> Tensor:
    """The gradient of the matrix that multiplies the state before each step but the first ones."""
    followed = zip(_times(sizes), sizes[1:], strict=False)
    before = torch.cat([states[rows][:size] for rows, size in followed])
    return product(at_gates[sizes[0] :].t(), before.t())


def _times(sizes: tuple[int, ...]) -> list[slice]:
    """The rows of each time.

    >>> _times((3, 2))
    [slice(0, 3, None), slice(3, 5, None)]
    """
    ends = list(accumulate(sizes))
    return [slice(end - size, end) for end, size in zip(ends, sizes, strict=True)]


def _slopes(gates: Tensor, before: Tensor, bent: Tensor, by_cell: Tensor) -> tuple[Tensor, Tensor]:
    """What a small change does in a step of n runs: of the cell to the input, forget and cell gates
    before their functions, into `by_cell` (n, 3, hidden); of the state to the cell and to the
    output gate before its function, (n, hidden) each.
    """
    into, keep, new, out = gates.chunk(4, 1)
    torch.mul(new, into - into * into, out=by_cell[:, 0])
    torch.mul(before, keep - keep * keep, out=by_cell[:, 1])
    torch.mul(into, 1.0 - new * new, out=by_cell[:, 2])
    return out * (1.0 - bent * bent), bent * (out - out * out)
