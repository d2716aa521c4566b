"""What tests of inference compilation share: networks in double precision."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import torch


@pytest.fixture
def in_double_precision(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Everything that networks compute is in double precision, in which nothing but a mistake makes
    a difference: in single precision the last digits of a proposal depend on how many runs it is
    made for at once.
    """
    monkeypatch.setattr(torch.Tensor, "float", torch.Tensor.double)
    torch.set_default_dtype(torch.float64)
    yield
    torch.set_default_dtype(torch.float32)
