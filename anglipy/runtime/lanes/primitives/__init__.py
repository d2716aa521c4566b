"""The primitives for groups of particles: `lane_primitive` gives the version of a primitive that
takes lane values. For plain arguments it does what the primitive does.

`table` says how each primitive meets lanes.
"""

from __future__ import annotations

from typing import Any

from anglipy.runtime.lanes.primitives import (
    arithmetic,
    calling,
    changes,
    changing,
    comparing,
    effects,
    indexing,
    integers,
    mathematics,
    matrices,
    methods,
    nesting,
    statistics,
    table,
)
from anglipy.runtime.lanes.primitives.spread import Function, with_first_failure
from anglipy.runtime.lanes.primitives.structural import deep, kind_of, structural
from anglipy.runtime.primitives import PRIMITIVES
from anglipy.runtime.primitives.registry import Primitive
from anglipy.runtime.primitives.transducers import TRANSDUCERS

__all__ = ["is_lane_aware", "lane_primitive"]

_KINDS = frozenset(table.KINDS.split())
_EFFECTS = frozenset(" ".join(table.EFFECTS).split())

_BY_HAND: dict[Function, Function] = {
    **arithmetic.LANES,
    **integers.LANES,
    **comparing.LANES,
    **mathematics.LANES,
    **indexing.LANES,
    **changing.LANES,
    **methods.LANES,
    **nesting.LANES,
    **calling.LANES,
    **statistics.LANES,
    **matrices.LANES,
}

_VERSIONS: dict[Function, Function] = {**calling.MAKERS, **effects.LANES, **changes.LANES}
"""Scalar function -> lane version, of those that were asked for."""

_AWARE: set[Function] = {*_VERSIONS.values(), *_BY_HAND.values()}

_ENTRIES: dict[Function, Primitive] = {}
for _entry in PRIMITIVES.values():
    _ENTRIES.setdefault(_entry.fn, _entry)


def lane_primitive(fn: Function) -> Function:
    """The lane version of the function of a primitive; a lane version is its own."""
    made = _VERSIONS.get(fn)
    if made is None:
        if fn in _AWARE:
            return fn
        made = _VERSIONS[fn] = _made(fn, _ENTRIES.get(fn))
        _AWARE.add(made)
    return made


def is_lane_aware(fn: Function) -> bool:
    """Whether it is a function that `lane_primitive` gives."""
    return fn in _AWARE


def _made(fn: Function, entry: Primitive | None) -> Function:
    """The lane version by hand, or the one that the tables say."""
    version = _BY_HAND.get(fn) or _by_tables(fn, entry)
    if version is fn or (entry is not None and entry.name in _EFFECTS):
        return version
    return with_first_failure(fn, version, bool(entry and entry.function_args))


def _by_tables(fn: Function, entry: Primitive | None) -> Function:
    if entry is None:
        return deep(fn, (0, None))
    if entry.name in _KINDS:
        return kind_of(fn)
    if entry.name in _EFFECTS:
        return effects.each_time(fn)
    if entry.name in table.CALLING:
        return _unless_transducer(fn, calling.calling(fn, table.CALLING[entry.name]), entry.name)
    if entry.name in table.STRUCTURAL:
        return structural(fn, table.STRUCTURAL[entry.name], entry.arity)
    return deep(fn, entry.arity)


def _unless_transducer(fn: Function, version: Function, name: str) -> Function:
    """Called without a collection, `map` and its kin make a transducer, which keeps its function as
    it is: what uses the transducer goes particle by particle.
    """
    if name not in TRANSDUCERS:
        return version

    def wrapped(*args: Any) -> Any:
        return fn(*args) if len(args) == 1 else version(*args)

    return wrapped
