"""Forms that need the state of the run or leave their place in it, as functions of the machine:
`catch` and `throw`, `try`, `store` and `retrieve`.

What the handlers of a state hold is (label, continuation, handlers around): a `catch` is labelled
with its tag, a `try` with `TRY`, a `finally` with `FINALLY`. All enter their body with one handler
more and leave it with that one gone; an exit goes on at the continuation of the handler that it
finds, and on its way at every `finally`. The counterparts for groups are in `lanes.unwinding`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from anglipy.runtime.checkpoints import Frame
from anglipy.runtime.composite import Composite
from anglipy.runtime.equality import key_of
from anglipy.runtime.exceptions import NotCaught
from anglipy.runtime.functions import Closure, call
from anglipy.runtime.machine import FINALLY, TRY, handlers_of
from anglipy.runtime.primitives import PRIMITIVES
from anglipy.runtime.state import State, is_host
from anglipy.runtime.vectors import Vector

__all__ = [
    "CATCHING",
    "FINISHING",
    "LEAVING_AGAIN",
    "MACHINE_FUNCTIONS",
    "RETRIEVE",
    "STORE",
    "THROWING",
    "TRYING",
    "Leaving",
    "label_of",
]


def label_of(tag: Any) -> Any:
    """The label of the handler of a `catch`."""
    return "catch", key_of(tag)


class Leaving(Composite):
    """A `throw` on its way to its `catch`, while a `finally` that it comes through is done."""

    __slots__ = ("tag", "value")

    def __init__(self, tag: Any, value: Any) -> None:
        self.tag, self.value = tag, value

    def parts(self) -> Sequence[Any]:
        """What was thrown."""
        return (self.value,)

    def with_parts(self, parts: Sequence[Any]) -> Leaving:
        """The same `throw` of another value."""
        return Leaving(self.tag, *parts)

    def kind(self) -> Any:
        """The tag."""
        return key_of(self.tag)


# ---- entering and leaving


def _enter(frame: Frame, state: State, value: Any) -> Any:
    _, body, k = frame
    return call(body, state, k, ())


def _leave(frame: Frame, state: State, value: Any) -> Any:
    k = frame[1]
    return k[0], k, state.handling(state.handlers[2]), value


def _entered(body: Any, state: State, k: Frame, label: Any, handler: Frame) -> Any:
    """The step into a body with one handler more."""
    state = state.handling((label, handler, state.handlers))
    return _enter, (_enter, body, (_leave, k)), state, None


# ---- catch, throw, try


def _catching(frame: Any, state: State, value: Any) -> Any:
    k, tag, body = value
    return _entered(body, state, k, label_of(tag), k)


def _throwing(frame: Any, state: State, value: Any) -> Any:
    _, tag, thrown = value
    return _thrown(tag, thrown, state)


def _thrown(tag: Any, thrown: Any, state: State) -> Any:
    label = label_of(tag)
    if not handlers_of(state.handlers, label):
        raise NotCaught(tag, thrown)
    handlers = handlers_of(state.handlers, label, FINALLY)
    k = handlers[1]
    value = Leaving(tag, thrown) if handlers[0] == FINALLY else thrown
    return k[0], k, state.handling(handlers[2]), value


def _trying(frame: Any, state: State, value: Any) -> Any:
    k, body, rescue = value
    return _entered(body, state, k, TRY, (_rescued, rescue, k))


def _finishing(frame: Any, state: State, value: Any) -> Any:
    k, body, last = value
    return _entered(body, state, k, FINALLY, (_rescued, last, k))


def _leaving_again(frame: Any, state: State, value: Any) -> Any:
    leaving = value[1]
    if isinstance(leaving, Leaving):
        return _thrown(leaving.tag, leaving.value, state)
    raise leaving


def _rescued(frame: Frame, state: State, value: Any) -> Any:
    _, rescue, k = frame
    return call(rescue, state, k, (value,))


# ---- store, retrieve


def _store(frame: Any, state: State, value: Any) -> Any:
    k, args = value
    *path, kept = args
    store = PRIMITIVES["assoc-in"].fn(state.store, Vector(path), kept) if path else kept
    return k[0], k, state.stored(store), kept


def _retrieve(frame: Any, state: State, value: Any) -> Any:
    k, args = value
    path = Vector(args or ())
    return k[0], k, state, PRIMITIVES["get-in"].fn(state.store, path)


# ---- the host


def _in_host(frame: Any, state: State, value: Any) -> Any:
    k = value[0]
    return k[0], k, state, is_host(state)


CATCHING = Closure(_catching, (), "catch", 2)
THROWING = Closure(_throwing, (), "throw", 2)
TRYING = Closure(_trying, (), "try", 2)
FINISHING = Closure(_finishing, (), "finally", 2)
LEAVING_AGAIN = Closure(_leaving_again, (), "finally", 1)
STORE = Closure(_store, (), "store", 0, True)
RETRIEVE = Closure(_retrieve, (), "retrieve", 0, True)
IN_HOST = Closure(_in_host, (), "in-host?", 0)

MACHINE_FUNCTIONS: dict[str, tuple[Closure, int, int | None]] = {
    "catching": (CATCHING, 2, 2),
    "throwing": (THROWING, 2, 2),
    "trying": (TRYING, 2, 2),
    "finishing": (FINISHING, 2, 2),
    "leaving-again": (LEAVING_AGAIN, 1, 1),
    "store": (STORE, 1, None),
    "retrieve": (RETRIEVE, 0, None),
    "in-host?": (IN_HOST, 0, 0),
}
"""The function, its least and its largest number of arguments, by its name in the language."""
