"""What code for groups returns to the machine besides bounces and checkpoints."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from anglipy.runtime.lanes.groups import CURRENT, Index
from anglipy.runtime.lanes.state import State

__all__ = ["Pending", "Split", "Way"]

Way = tuple[Index, Callable[[Any, State], Any]]
"""Which particles of the group, and how they go on: `(continuation, state) -> next step`."""


class Split:
    """The particles of a group go different ways, which come together again at `k`. `why` is for
    those who watch: a word for what differs between them, or the choice itself.
    """

    __slots__ = ("k", "state", "ways")

    def __init__(self, state: State, k: Any, ways: Sequence[Way], why: Any = "") -> None:
        self.state, self.k, self.ways = state, k, ways
        watch = CURRENT.watch
        if watch is not None and len(ways) > 1:
            watch.split(why, len(ways), state.group, k)


class Pending:
    """A call that waits for other groups to come to the same function."""

    __slots__ = ("args", "f", "k", "state")

    def __init__(self, f: Any, state: State, k: Any, args: tuple[Any, ...]) -> None:
        self.f, self.state, self.k, self.args = f, state, k, args
