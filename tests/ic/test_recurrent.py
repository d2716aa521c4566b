"""The LSTM over packed runs and the products by oneDNN, against torch's own."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.utils.rnn import PackedSequence

from anglipy.ic import products
from anglipy.ic.products import WORTH_WHILE, Linear, linear, product
from anglipy.ic.recurrent import PackedLSTM

SIZES = [(1,), (4,), (4, 4, 3, 1, 1), (2, 1, 1, 1)]


@pytest.mark.parametrize("sizes", SIZES)
def test_an_lstm_over_packed_runs_is_torchs(sizes: tuple[int, ...]) -> None:
    torch.manual_seed(0)
    lstm = PackedLSTM(5, 7).double()
    packed = torch.randn(sum(sizes), 5, dtype=torch.float64, requires_grad=True)
    theirs = nn.LSTM.forward(lstm, PackedSequence(packed, torch.tensor(sizes)))[0].data
    ours = lstm.over_runs(packed, sizes)
    torch.testing.assert_close(ours, theirs)
    weights = torch.randn_like(ours)
    for wanted in (packed, *lstm.parameters()):
        own, its = (
            torch.autograd.grad((x * weights).sum(), wanted, retain_graph=True, allow_unused=True)
            for x in (ours, theirs)
        )
        torch.testing.assert_close(torch.zeros_like(wanted) if own[0] is None else own[0], its[0])


def test_a_step_is_a_step_of_a_run() -> None:
    torch.manual_seed(1)
    lstm = PackedLSTM(3, 4)
    inputs, hidden, cell = torch.randn(6, 3), torch.zeros(2, 4), torch.zeros(2, 4)
    whole = lstm.over_runs(inputs, (2, 2, 2))
    for time in range(3):
        hidden, cell = lstm.step(inputs[2 * time : 2 * time + 2], hidden, cell)
        torch.testing.assert_close(hidden, whole[2 * time : 2 * time + 2])


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("shape", [(64, 256), (3, 40, 256), (2, 256)])
def test_linear_layers_are_torchs(bias: bool, shape: tuple[int, ...]) -> None:
    torch.manual_seed(2)
    layer, x = Linear(256, 128, bias), torch.randn(*shape, requires_grad=True)
    assert x.numel() * 128 >= WORTH_WHILE or shape == (2, 256)
    weights = torch.randn(*shape[:-1], 128)

    def gradients(multiply: Callable[..., Tensor]) -> tuple[Tensor, ...]:
        found = multiply(x, layer.weight, layer.bias)
        return found, *torch.autograd.grad((found * weights).sum(), [x, *layer.parameters()])

    torch.testing.assert_close(
        gradients(linear), gradients(functional.linear), rtol=1e-4, atol=1e-4
    )


def test_what_needs_no_gradient_gets_none() -> None:
    layer, x = Linear(256, 128), torch.randn(64, 256)
    layer.weight.requires_grad_(False)
    layer(x).sum().backward()
    assert layer.weight.grad is None
    assert layer.bias.grad is not None
    with torch.inference_mode():
        torch.testing.assert_close(layer(x), product(x, layer.weight, layer.bias))


def test_without_onednn(monkeypatch: pytest.MonkeyPatch) -> None:
    torch.manual_seed(3)
    x, weight, bias = torch.randn(64, 256), torch.randn(128, 256), torch.randn(128)
    fast = linear(x, weight, bias)
    monkeypatch.setattr(products, "_AVAILABLE", False)
    torch.testing.assert_close(fast, linear(x, weight, bias), rtol=1e-4, atol=1e-4)
