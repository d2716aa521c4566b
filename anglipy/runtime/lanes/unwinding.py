"""`catch`, `throw`, `try`, `store` and `retrieve` for groups; see `runtime.unwinding`.

A body that may be left early is a split with one way: so whoever leaves it comes together again
with the others at the end of it. A handler is labelled with its scope, too, which is where a group
goes on that comes to it from further inside.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from anglipy.runtime import unwinding as scalar
from anglipy.runtime.checkpoints import Frame
from anglipy.runtime.equality import key_of
from anglipy.runtime.exceptions import NotCaught
from anglipy.runtime.lanes.closures import LaneClosure
from anglipy.runtime.lanes.functions import by_arguments, call, split_by
from anglipy.runtime.lanes.gathering import distinct_places
from anglipy.runtime.lanes.handlers import OF_FINALLY, OF_TRY, innermost
from anglipy.runtime.lanes.predicts import ALTERNATIVES, links
from anglipy.runtime.lanes.scopes import Unwinding
from anglipy.runtime.lanes.state import State
from anglipy.runtime.lanes.steps import Split
from anglipy.runtime.lanes.values import Choice, codes_at, has_lanes, row, rows
from anglipy.runtime.primitives import PRIMITIVES
from anglipy.runtime.vectors import Vector

__all__ = ["COUNTERPARTS"]

__library__ = True
"""Calls of these functions wait for no others."""

_CATCH = "catch"


# ---- entering and leaving


def _entering(body: Any, kind: Any, handler: Any, k: Any, state: State) -> Any:
    """The way into a body with one handler more, whose continuation `handler` makes of `k`."""
    label = (*kind, state.scope)
    state = state.handling((label, handler(k), state.handlers))
    return _enter, (_enter, body, (_leave, k)), state, None


def _enter(frame: Frame, state: State, value: Any) -> Any:
    _, body, k = frame
    return call(body, state, k, ())


def _leave(frame: Frame, state: State, value: Any) -> Any:
    k = frame[1]
    if state.handlers[0] is ALTERNATIVES:
        return _by_handlers(state, k, lambda state: _leave(frame, state, value), True)
    return k[0], k, state.handling(state.handlers[2]), value


def _all(state: State) -> Any:
    return np.arange(state.group.n)


def _by_handlers(state: State, k: Any, go: Any, leaves: bool) -> Split:
    """Particles whose handlers differ go different ways."""
    around, inner = state.handlers, []
    while around[0] is not ALTERNATIVES:
        inner.append(around[:2])
        around = around[2]
    _, choice, around = around
    codes = codes_at(choice, state.group)
    ways = []
    for code in np.unique(codes).tolist():
        handlers = around
        for label, handler in reversed([*inner, *links(choice.parts[code], ())]):
            handlers = (label, handler, handlers)
        ways.append((np.nonzero(codes == code)[0], partial(_with_handlers, go, handlers, leaves)))
    return Split(state, k, ways, "handler")


def _with_handlers(go: Any, handlers: Any, leaves: bool, k: Any, state: State) -> Any:
    step = go(state.handling(handlers))
    if leaves:  # It goes on at its own continuation, which is the one of the split.
        return k[0], k, step[2], step[3]
    return step


def _by_tag(state: State, k: Any, tag: Any, go: Any) -> Any:
    """Particles with different tags go different ways: `go(tag, k, state)`."""
    group = state.group
    places, codes = distinct_places([tag], group)
    if places is None or codes is None:
        places = codes = np.arange(group.n)
    tags = rows(tag, places)
    if len(tags) == 1:
        return go(tags[0], k, state)
    ways = [(np.nonzero(codes == code)[0], partial(go, one)) for code, one in enumerate(tags)]
    return Split(state, k, ways, "tag")


# ---- catch, throw, try


def _catching(frame: Any, state: State, value: Any) -> Any:
    k, tag, body = value

    def go(tag: Any, k: Any, state: State) -> Any:
        kind = (_CATCH, key_of(tag))
        return Split(state, k, [(_all(state), partial(_entering, body, kind, lambda k: k))])

    return _by_tag(state, k, tag, go) if has_lanes(tag) else go(tag, k, state)


def _throwing(frame: Any, state: State, value: Any) -> Any:
    k, tag, thrown = value

    def go(tag: Any, k: Any, state: State) -> Any:
        return _thrown(tag, thrown, k, state)

    return _by_tag(state, k, tag, go) if has_lanes(tag) else go(tag, k, state)


def _thrown(tag: Any, thrown: Any, k: Any, state: State) -> Any:
    wanted = (_CATCH, key_of(tag))
    handlers = innermost(state.handlers, wanted)
    if not handlers:
        error = NotCaught(tag, row(thrown, 0))
        if has_lanes(thrown) and state.group.n > 1:
            error.lane = 0  # type: ignore[attr-defined]
        raise error
    if handlers[0] is ALTERNATIVES:
        return _by_handlers(state, k, lambda state: _thrown(tag, thrown, k, state), False)
    handlers = innermost(state.handlers, wanted, OF_FINALLY)
    value = scalar.Leaving(tag, thrown) if handlers[0][:2] == OF_FINALLY else thrown
    return Unwinding(state.handling(handlers[2]), handlers[0][2], handlers[1], value)


def _finishing(frame: Any, state: State, value: Any) -> Any:
    k, body, last = value
    way = partial(_entering, body, OF_FINALLY, lambda k: (_rescued, last, k))
    return Split(state, k, [(_all(state), way)])


def _leaving_again(frame: Any, state: State, value: Any) -> Any:
    k, leaving = value
    if leaving.__class__ is Choice:
        return split_by(leaving, state, k, _again)
    return _again(leaving, k, state)


def _again(leaving: Any, k: Any, state: State) -> Any:
    if isinstance(leaving, scalar.Leaving):
        return _thrown(leaving.tag, leaving.value, k, state)
    raise leaving


def _trying(frame: Any, state: State, value: Any) -> Any:
    k, body, rescue = value
    way = partial(_entering, body, OF_TRY, lambda k: (_rescued, rescue, k))
    return Split(state, k, [(_all(state), way)])


def _rescued(frame: Frame, state: State, value: Any) -> Any:
    _, rescue, k = frame
    return call(rescue, state, k, (value,))


# ---- store, retrieve


def _lane_version(name: str) -> Any:
    from anglipy.runtime.lanes.primitives import lane_primitive

    return lane_primitive(PRIMITIVES[name].fn)


def _store(frame: Any, state: State, value: Any) -> Any:
    k, args = value
    if args.__class__ is Choice:
        return by_arguments(_store, frame, state, value)
    *path, kept = args
    store = _lane_version("assoc-in")(state.store, Vector(path), kept) if path else kept
    return k[0], k, state.stored(store), kept


def _retrieve(frame: Any, state: State, value: Any) -> Any:
    k, args = value
    if args.__class__ is Choice:
        return by_arguments(_retrieve, frame, state, value)
    path = Vector(args or ())
    return k[0], k, state, _lane_version("get-in")(state.store, path)


def _in_host(frame: Any, state: State, value: Any) -> Any:
    k = value[0]
    return k[0], k, state, False


COUNTERPARTS = {
    scalar.CATCHING: LaneClosure(_catching, (), "catch", 2),
    scalar.THROWING: LaneClosure(_throwing, (), "throw", 2),
    scalar.TRYING: LaneClosure(_trying, (), "try", 2),
    scalar.FINISHING: LaneClosure(_finishing, (), "finally", 2),
    scalar.LEAVING_AGAIN: LaneClosure(_leaving_again, (), "finally", 1),
    scalar.STORE: LaneClosure(_store, (), "store", 0, True),
    scalar.RETRIEVE: LaneClosure(_retrieve, (), "retrieve", 0, True),
    scalar.IN_HOST: LaneClosure(_in_host, (), "in-host?", 0),
}
"""Function of the machine -> its version for groups."""
