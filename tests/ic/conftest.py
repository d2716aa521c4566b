"""What tests of inference compilation share: networks in double precision."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
import torch


@pytest.fixture
def default_dtype() -> Iterator[Callable[[torch.dtype], None]]:
    """Sets torch's default dtype; what it was comes back."""
    yield torch.set_default_dtype
    torch.set_default_dtype(torch.float32)


@pytest.fixture
def in_double_precision(default_dtype: Callable[[torch.dtype], None]) -> None:
    """Everything that networks compute is in double precision, in which nothing but a mistake makes
    a difference: in single precision the last digits of a proposal depend on how many runs it is
    made for at once.
    """
    default_dtype(torch.float64)
