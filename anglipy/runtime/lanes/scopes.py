"""Where branches come together again.

When a group splits, a scope is opened: the parts run in it, with an arrival at the scope as their
continuation. Whoever arrives waits; when no part is running any more (each has arrived, stopped at
a checkpoint that parks it, or died), the scope closes, those who wait become one group, and the
real continuation runs once for all. An arrival at a closed scope goes straight on.
"""

from __future__ import annotations

from typing import Any

from anglipy.runtime.lanes.groups import Group

__all__ = [
    "Arrival",
    "Choosing",
    "Recalling",
    "Scope",
    "Unwinding",
    "arrive",
    "choose",
    "recall",
    "remember",
    "through",
]


class Scope:
    """A split whose parts have not come together yet."""

    __slots__ = (
        "active", "base", "closed", "k", "parent", "pending", "predicts", "united", "waiting",
    )  # fmt: skip

    def __init__(
        self, parent: Scope | None, base: Group | None, k: Any, predicts: Any = None
    ) -> None:
        self.parent, self.base, self.k = parent, base, k
        self.predicts = predicts
        """What the base had predicted when it was split."""
        self.active = 0
        """Groups running in it; a scope inside counts as one."""
        self.waiting: list[tuple[Any, Any]] = []
        """(state, value) of the groups that have arrived."""
        self.pending: list[Any] = []
        """Calls held back until others come to the same function."""
        self.closed = False
        self.united = False
        """Whether groups in it were united, or were one after the split: what is the same for all
        who arrive may yet be unknown to the base."""


class Arrival:
    """What the machine is told when a group arrives at an open scope."""

    __slots__ = ("scope", "state", "value")

    def __init__(self, scope: Scope, state: Any, value: Any) -> None:
        self.scope, self.state, self.value = scope, state, value


def arrive(frame: Any, state: Any, value: Any) -> Any:
    """The code of the continuation `(arrive, scope, k)`."""
    scope = frame[1]
    if scope.closed:
        k = frame[2]
        return k[0], k, state, value
    return Arrival(scope, state, value)


class Unwinding:
    """What the machine is told when a group leaves its scope for the handler of an outer one."""

    __slots__ = ("k", "scope", "state", "value")

    def __init__(self, state: Any, scope: Scope, k: Any, value: Any) -> None:
        self.state, self.scope, self.k, self.value = state, scope, k, value


class Choosing:
    """What the machine is told when a group is to go on in several ways."""

    __slots__ = ("choice", "state", "value")

    def __init__(self, choice: Any, state: Any, value: Any) -> None:
        self.choice, self.state, self.value = choice, state, value


def choose(frame: Any, state: Any, value: Any) -> Any:
    """The code of the continuation `(choose, choice of continuations)`."""
    return Choosing(frame[1], state, value)


class Recalling:
    """What the machine is told when a memoised function is called."""

    __slots__ = ("frame", "state", "value")

    def __init__(self, frame: Any, state: Any, value: Any) -> None:
        self.frame, self.state, self.value = frame, state, value


def recall(frame: Any, state: Any, value: Any) -> Any:
    """The code of memoised functions, whose captured values are (function, memory, recursive,
    recalled): `recalled(frame, state, value)` is the step after a call.
    """
    return Recalling(frame, state, value)


def remember(frame: Any, state: Any, value: Any) -> Any:
    """The code of the continuation `(remember, key, k)` of what a memoised function calls."""
    _, key, k = frame
    return k[0], k, state.remembered(state.memo.set(key, value)), value


def through(frame: Any) -> Any:
    """A continuation without the closed scopes in front of it."""
    while frame[0] is arrive and frame[1].closed:
        frame = frame[2]
    return frame
