"""`mem` for groups: each particle computes `(f arguments...)` once and remembers it."""

from __future__ import annotations

from typing import Any

import numpy as np

from anglipy.runtime.lanes.closures import LaneClosure
from anglipy.runtime.lanes.functions import by_arguments, call
from anglipy.runtime.lanes.gathering import distinct_places
from anglipy.runtime.lanes.groups import CURRENT
from anglipy.runtime.lanes.scopes import recall, remember
from anglipy.runtime.lanes.state import Partial, State, known_rows
from anglipy.runtime.lanes.steps import Split
from anglipy.runtime.lanes.values import Choice, has_lanes, rows
from anglipy.runtime.vectors import Vector

__all__ = ["mem", "mem_recursive", "memoised", "recalled"]

_ABSENT = object()


def memoised(
    f: Any, memory: Any, recursive: bool = False, name: str = "memoised function"
) -> LaneClosure:
    """The version of `f` that keeps under `memory` what it gave; if it is `recursive`, of what `f`
    gives for that version.
    """
    return LaneClosure(recall, (f, memory, recursive, recalled), name, 0, True)


def mem(f: Any) -> LaneClosure:
    """The memoised version of `f`."""
    return memoised(f, object())


def mem_recursive(function_of: Any) -> LaneClosure:
    """The memoised version m of the function `function_of(m)`."""
    return memoised(function_of, object(), recursive=True)


def recalled(frame: LaneClosure, state: State, value: Any) -> Any:
    """The step after a call of a memoised function. Particles with different arguments, and those
    that know the value and those that do not, go different ways.
    """
    k, args = value
    if args.__class__ is Choice:
        return by_arguments(recalled, frame, state, value)
    given = tuple(args or ())
    if has_lanes(given):
        return _by_arguments(frame, state, k, given)
    key = (frame.captures[1], Vector(given))
    found = state.memo.get(key, _ABSENT)
    if found is _ABSENT:
        return _compute(frame, key, given, k, state)
    if found.__class__ is not Partial:
        return k[0], k, state, found
    known: Any = known_rows(found, state.group)
    if known.all():
        return k[0], k, state, found.value
    if not known.any():
        return _compute(frame, key, given, k, state)

    def tell(k: Any, state: State) -> Any:
        return k[0], k, state, found.value

    def compute(k: Any, state: State) -> Any:
        return _compute(frame, key, given, k, state)

    ways = [(np.nonzero(known)[0], tell), (np.nonzero(~known)[0], compute)]
    return Split(state, k, ways, "remembered")


def _compute(frame: LaneClosure, key: Any, given: Any, k: Any, state: State) -> Any:
    f, _, recursive, _ = frame.captures
    return call(f(frame) if recursive else f, state, (remember, key, k), given)


def _by_arguments(frame: LaneClosure, state: State, k: Any, given: tuple[Any, ...]) -> Any:
    group = CURRENT.group
    places, codes = distinct_places(list(given), group)
    if places is None:
        places = codes = np.arange(group.n)
    columns = [rows(arg, places) for arg in given]
    combos = list(zip(*columns, strict=True))

    def way(args: tuple[Any, ...]) -> Any:
        return lambda k, state: recalled(frame, state, (k, args))

    if len(combos) == 1:
        return recalled(frame, state, (k, combos[0]))
    which = np.asarray(codes)
    ways = [(np.nonzero(which == code)[0], way(args)) for code, args in enumerate(combos)]
    return Split(state, k, ways, "memory")
