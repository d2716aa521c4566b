"""How many threads torch may use: one for small networks, where handing work over costs more than
the work.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch

from anglipy.ic.network import Network

__all__ = ["fitting_threads"]


@contextmanager
def fitting_threads(network: Network, threads: int | None = None) -> Iterator[None]:
    """So many threads while this network computes, the setting before is restored.

    By default one, unless the network reads pictures: then the setting stays as it is.
    """
    pictures = any(key.kind.name == "image" for key in network.reader.index)
    before = torch.get_num_threads()
    torch.set_num_threads(threads or (before if pictures else 1))
    try:
        yield
    finally:
        torch.set_num_threads(before)
