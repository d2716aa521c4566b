"""Functions given to primitives: as functions for groups, and guarded where a primitive's own code
depends on their answers, which it may only do if all particles agree.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from anglipy.runtime.equality import MapLike, SetLike
from anglipy.runtime.lanes.groups import CURRENT, Group, using
from anglipy.runtime.lanes.primitives.indexing import called_vector, get
from anglipy.runtime.lanes.primitives.spread import Function, is_lane
from anglipy.runtime.lanes.values import Choice, NotLanes, codes_at, has_lanes, truth
from anglipy.runtime.primitives.reduced import Reduced
from anglipy.runtime.vectors import Vector

__all__ = ["GUARDS", "bound", "lane_function"]


def lane_function(f: Any) -> Any:
    """The version for groups of what is called as a function; anything else as it is."""
    if f.__class__ is Vector:
        return lambda *args: called_vector(f, *args)
    if isinstance(f, (MapLike, SetLike)):
        return lambda *args: get(f, *args)
    from anglipy.runtime.lanes.functions import lane_callable

    return lane_callable(f)


def bound(f: Function, group: Group) -> Function:
    """The function, run in this group whenever it is called: for sequences computed on demand."""

    def called(*args: Any) -> Any:
        with using(group):
            return f(*args)

    return called


def _agreed(answer: Any, holds: Any, opposite: Any) -> Any:
    """An answer that holds for all particles, or the opposite if it holds for none; NotLanes if
    particles disagree.
    """
    if holds.__class__ is not np.ndarray or holds.all():
        return answer
    if holds.any() or (opposite is False and answer.__class__ is Choice):
        raise NotLanes
    return opposite


def _true(answer: Any) -> Any:
    return _agreed(answer, truth(answer), False) if is_lane(answer) else answer


def _not_nil(answer: Any) -> Any:
    if answer.__class__ is not Choice:
        return answer
    present = np.array([part is not None for part in answer.parts])
    return _agreed(answer, present[codes_at(answer, CURRENT.group)], None)


def _seen(answer: Any) -> Any:
    if is_lane(answer):
        raise NotLanes
    return answer


def _plain(answer: Any) -> Any:
    if has_lanes(answer):
        raise NotLanes
    return answer


def _not_reduced(answer: Any) -> Any:
    if answer.__class__ is Choice and any(part.__class__ is Reduced for part in answer.parts):
        raise NotLanes
    return answer


_CHECKS: dict[str, Callable[[Any], Any]] = {
    "s": _true,
    "n": _not_nil,
    "v": _seen,
    "h": _plain,
    "r": _not_reduced,
}


def _guard(check: Callable[[Any], Any]) -> Callable[[Function], Function]:
    def guarded(f: Function) -> Function:
        return lambda *args: check(f(*args))

    return guarded


GUARDS: dict[str, Callable[[Function], Function]] = {
    "f": lambda f: f,
    **{role: _guard(check) for role, check in _CHECKS.items()},
}
"""Role of a function argument -> the function that raises NotLanes where particles disagree on
what matters to the caller.
"""
