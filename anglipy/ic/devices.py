"""Where a network computes: the CPU, which is the default, or a GPU.

Batches are made on the CPU and moved. On a GPU layers compute in bfloat16 (densities stay in
float64: heads give raw numbers, families take them as doubles); on the CPU nothing changes.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields, is_dataclass
from typing import Any

import torch

from anglipy.diagnostics import OptionError

__all__ = ["computing", "device_of", "moved"]


def device_of(name: str) -> torch.device:
    """The device of this name; `auto` is the GPU, if there is one.

    Raises OptionError AQ303 for a name that is none, or a device that is not there.
    """
    if name == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    try:
        device = torch.device(name)
    except (RuntimeError, ValueError) as error:
        raise _no_device(name, "it is no device") from error
    if device.type == "cuda":
        if not torch.cuda.is_available():
            raise _no_device(name, "there is no GPU that torch can use")
        if (device.index or 0) >= torch.cuda.device_count():
            raise _no_device(name, f"there are {torch.cuda.device_count()} GPUs, from 0")
    elif device.type != "cpu":
        raise _no_device(name, "networks are trained on cpu or cuda")
    return device


def _no_device(name: str, reason: str) -> OptionError:
    return OptionError(
        "AQ303", f"the option `device`: cannot use `{name}`, {reason}", help="cpu, cuda, auto"
    )


@contextmanager
def computing(device: torch.device, bf16: bool) -> Iterator[None]:
    """New tensors are made on this device, and layers compute in bfloat16 if it is a GPU."""
    if device.type == "cpu":
        yield
        return
    with device, torch.autocast(device.type, torch.bfloat16, enabled=bf16):
        yield


def moved(value: Any, device: torch.device) -> Any:
    """A batch, or any tuple or dataclass of tensors, on this device."""
    if isinstance(value, torch.Tensor):
        return value.to(device, non_blocking=True)
    if isinstance(value, tuple):
        parts = [moved(part, device) for part in value]
        return type(value)(*parts) if hasattr(value, "_fields") else tuple(parts)
    if is_dataclass(value) and not isinstance(value, type):
        return type(value)(**{f.name: moved(getattr(value, f.name), device) for f in fields(value)})
    return value
