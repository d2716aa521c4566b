"""Forms that need the state of the run or leave their place in it, as functions of the machine:
`catch` and `throw`, `try`, `store` and `retrieve`.

What the handlers of a state hold is (label, continuation, handlers around): a `catch` is labelled
with its tag, a `try` with `TRY`. Both enter their body with one handler more and leave it with that
one gone; an exit goes on at the continuation of the handler that it finds. The counterparts for
groups are in `lanes.unwinding`.
"""

from __future__ import annotations

from typing import Any

from anglipy.diagnostics import ProgramError
from anglipy.runtime.checkpoints import Frame
from anglipy.runtime.equality import key_of
from anglipy.runtime.functions import Closure, call
from anglipy.runtime.machine import TRY, handlers_of
from anglipy.runtime.primitives import PRIMITIVES
from anglipy.runtime.printing import pr_str
from anglipy.runtime.state import State, is_host
from anglipy.runtime.vectors import Vector

__all__ = [
    "CATCHING",
    "MACHINE_FUNCTIONS",
    "RETRIEVE",
    "STORE",
    "THROWING",
    "TRYING",
    "label_of",
    "not_caught",
]


def label_of(tag: Any) -> Any:
    """The label of the handler of a `catch`."""
    return "catch", key_of(tag)


def not_caught(tag: Any) -> ProgramError:
    """The error of a `throw` without a `catch` around."""
    return ProgramError(
        "AQ413",
        f"nothing catches {pr_str(tag)}",
        help=f"(catch {pr_str(tag)} ...) around the `throw` takes its value",
    )


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
    handlers = handlers_of(label_of(tag), state.handlers)
    if not handlers:
        raise not_caught(tag)
    k = handlers[1]
    return k[0], k, state.handling(handlers[2]), thrown


def _trying(frame: Any, state: State, value: Any) -> Any:
    k, body, rescue = value
    return _entered(body, state, k, TRY, (_rescued, rescue, k))


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
STORE = Closure(_store, (), "store", 0, True)
RETRIEVE = Closure(_retrieve, (), "retrieve", 0, True)
IN_HOST = Closure(_in_host, (), "in-host?", 0)

MACHINE_FUNCTIONS: dict[str, tuple[Closure, int, int | None]] = {
    "catching": (CATCHING, 2, 2),
    "throwing": (THROWING, 2, 2),
    "trying": (TRYING, 2, 2),
    "store": (STORE, 1, None),
    "retrieve": (RETRIEVE, 0, None),
    "in-host?": (IN_HOST, 0, 0),
}
"""The function, its least and its largest number of arguments, by its name in the language."""
