"""How many threads torch may use: one for small networks, where handing work over costs more than the work."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch

from anglipy.ic.network import Network

__all__ = ["fitting_threads"]


@contextmanager
def fitting_threads(network: Network) -> Iterator[None]:
    """One thread while this network computes, unless it reads pictures; the setting before is restored."""
    if any(key.kind.name == "image" for key in network.reader.index):
        yield
        return
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)
