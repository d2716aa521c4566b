"""Where a network is trained and in which precision: the CPU in float32, unless options say other.

Batches are made on the CPU and moved. In bfloat16 layers compute with half the bits, weights and
what the optimiser keeps stay in float32; densities are float64 everywhere: heads give raw numbers,
families take them as doubles. Inference runs on the CPU, in float32.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import fields, is_dataclass
from typing import Any

import torch

from anglipy.diagnostics import OptionError

__all__ = ["computing", "device_of", "forked_rng", "moved"]


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
    elif device.type == "mps":
        raise _no_device(name, "it has no float64, in which densities are computed")
    elif device.type != "cpu":
        raise _no_device(name, "networks are trained on cpu or cuda")
    return device


def _no_device(name: str, reason: str) -> OptionError:
    return OptionError(
        "AQ303", f"the option `device`: cannot use `{name}`, {reason}", help="cpu, cuda, auto"
    )


@contextmanager
def computing(device: torch.device, precision: str = "float32") -> Iterator[None]:
    """New tensors are made on this device, and layers compute in this precision: `float32`, `bf16`,
    or `auto`, which is bf16 on GPUs that have units for it, and else float32.
    """
    with ExitStack() as stack:
        if device.type != "cpu":
            stack.enter_context(device)
        if precision == "bf16" or (precision == "auto" and _has_bf16(device)):
            stack.enter_context(torch.autocast(device.type, torch.bfloat16))
        yield


def _has_bf16(device: torch.device) -> bool:
    if device.type != "cuda":
        return False
    with torch.cuda.device(device):
        return torch.cuda.is_bf16_supported(including_emulation=False)


@contextmanager
def forked_rng() -> Iterator[None]:
    """Torch's random generators, which training seeds, are afterwards as they were: that of the CPU
    and, if the process uses GPUs, theirs.
    """
    gpus = range(torch.cuda.device_count()) if torch.cuda.is_initialized() else ()
    with torch.random.fork_rng(devices=gpus):
        yield


def moved(value: Any, device: torch.device) -> Any:
    """A batch, or any tuple or dataclass of tensors, on this device."""
    if isinstance(value, torch.Tensor):
        # The copy back must have arrived when the CPU reads it.
        return value.to(device, non_blocking=device.type != "cpu")
    if isinstance(value, tuple):
        parts = [moved(part, device) for part in value]
        return type(value)(*parts) if hasattr(value, "_fields") else tuple(parts)
    if is_dataclass(value) and not isinstance(value, type):
        return type(value)(**{f.name: moved(getattr(value, f.name), device) for f in fields(value)})
    return value
