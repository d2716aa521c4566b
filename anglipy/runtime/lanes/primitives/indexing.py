"""Looking up elements at an index or key that differs between particles.

An index into a vector of numbers gathers them in one operation. What a vector of plain things gives
is merged by what the particles chose: rows of a table become one row of lanes, distributions a
table of distributions.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from anglipy.runtime import access
from anglipy.runtime.distributions.base import Distribution
from anglipy.runtime.foreign import is_array
from anglipy.runtime.lanes.gathering import distinct, from_rows, per_distinct
from anglipy.runtime.lanes.groups import CURRENT, Index
from anglipy.runtime.lanes.merging import DTYPES
from anglipy.runtime.lanes.primitives.spread import (
    Function,
    fail_at,
    is_lane,
    one_by_one,
    spread,
)
from anglipy.runtime.lanes.primitives.structural import lanes_inside
from anglipy.runtime.lanes.values import (
    Choice,
    Lane,
    NotLanes,
    has_lanes,
    lane,
    number_kind,
    rows_at,
)
from anglipy.runtime.primitives import collections, sequences
from anglipy.runtime.primitives.checks import function
from anglipy.runtime.scalars import Keyword
from anglipy.runtime.seqs import Seq
from anglipy.runtime.vectors import Vector

__all__ = ["LANES", "called_vector", "get", "nth"]

_MISSING: Any = object()
_ROOM = 4_000_000
"""Most numbers that are stacked in order to gather from them."""


# ---- tables


_TABLES: dict[int, tuple[Any, Any]] = {}
"""Of long plain vectors of numbers an array, of vectors of distributions a tuple, by the identity
of their items.
"""
_LONG, _KEPT = 16, 64


def _items(collection: Any) -> Any:
    """The elements that an index chooses from; None for what has no elements in order."""
    if collection.__class__ is Vector:
        return collection.items
    if isinstance(collection, Seq):
        return None if collection.known_length() is None else tuple(collection)
    if is_array(collection):
        numbers = collection.ndim == 1 and getattr(collection.dtype, "kind", "") in DTYPES
        return collection if numbers else None
    return collection if isinstance(collection, (list, tuple, range)) else None


def _kind(items: Sequence[Any]) -> str | None:
    """The kind of numbers that all elements are."""
    kinds = {number_kind(item) for item in items}
    return kinds.pop() if len(kinds) == 1 else None


def _gathered(items: Any, index: Index) -> Any:
    """For each particle the element at its index, which is in range."""
    if items.__class__ is np.ndarray:
        return lane(items[index].astype(DTYPES[items.dtype.kind]))
    known = _TABLES.get(id(items))
    if known is not None and known[0] is items:
        table = known[1]
        if table.__class__ is tuple:
            return Choice(index, table, CURRENT.group.stamp, plain=True)
        return lane(table[index])
    kind = _kind(items)
    if kind is None and not any(map(has_lanes, items)):
        if isinstance(items[0], Distribution) and len({item.__class__ for item in items}) == 1:
            _keep(items, tuple(items))
            return Choice(index, tuple(items), CURRENT.group.stamp, plain=True)
        there, places = distinct(index)
        return from_rows([items[at] for at in there.tolist()], places)
    if kind is not None and Lane not in map(type, items):
        table = np.array(tuple(items))
        if len(items) > _LONG:
            _keep(items, table)
        return lane(table[index])
    group = CURRENT.group
    if kind is None or len(items) * group.n > _ROOM:
        raise NotLanes
    stack = np.empty((len(items), group.n), dtype={"b": bool, "i": np.int64, "f": float}[kind])
    for place, item in enumerate(items):
        stack[place] = rows_at(item, group) if item.__class__ is Lane else item
    return lane(stack[index, np.arange(group.n)])


def _keep(items: Any, table: Any) -> None:
    """Remember what was made of an immutable vector."""
    if isinstance(items, (list, range)):
        return
    if len(_TABLES) >= _KEPT:
        _TABLES.clear()
    _TABLES[id(items)] = items, table


def _at(scalar: Function, collection: Any, place: Lane, fails: bool) -> Any:
    """The element at a lane index; NotLanes if arrays do not help. `fails`: an index out of range
    is an error of the scalar function.
    """
    items = _items(collection)
    index = rows_at(place, CURRENT.group)
    if items is None or index.dtype.kind != "i":
        raise NotLanes
    low, high = int(index.min()), int(index.max())
    if low >= 0 and high < len(items):
        return items[low] if low == high else _gathered(items, index)
    if fails:
        return fail_at(scalar, (collection, place), (index < 0) | (index >= len(items)))
    raise NotLanes


# ---- nth, get


def nth(collection: Any, place: Any, default: Any = _MISSING) -> Any:
    """`(nth collection place default)`."""
    args = (collection, place) if default is _MISSING else (collection, place, default)
    if is_lane(collection):
        return spread_first(nth, sequences.nth, args)
    if place.__class__ is Lane:
        try:
            return _at(sequences.nth, collection, place, default is _MISSING)
        except NotLanes:
            return spread_first(nth, sequences.nth, args)
    if place.__class__ is Choice:
        return spread_first(nth, sequences.nth, args)
    return sequences.nth(*args)


def get(collection: Any, key: Any, default: Any = None) -> Any:
    """`(get collection key default)`."""
    kind = key.__class__
    if collection.__class__ is Choice or collection.__class__ is Lane or kind is Choice:
        return spread_first(get, access.get, (collection, key, default))
    if kind is Lane:
        if collection.__class__ is Vector or is_array(collection):
            if key.array.dtype.kind != "i":
                return default
            try:
                return _at(access.get, collection, key, False)
            except NotLanes:
                pass
        return spread_first(get, access.get, (collection, key, default))
    if kind is int or kind is Keyword or kind is str or not lanes_inside(key):
        return access.get(collection, key, default)
    return one_by_one(access.get, (collection, key, default))


def spread_first(fn: Function, scalar: Function, args: tuple[Any, ...]) -> Any:
    """`fn` for each thing that its first two arguments may be; choices first, for which `fn` is
    asked again with the lanes that are left.
    """
    choices = [place for place in (0, 1) if args[place].__class__ is Choice]
    lanes = [place for place in (0, 1) if args[place].__class__ is Lane]
    if choices and not any(map(has_lanes, args[2:])):
        return spread(fn, scalar, args)
    return per_distinct(fn, args, choices or lanes)


def called_vector(vector: Any, *args: Any) -> Any:
    """A vector, or a list or array of Python, as a function of an index."""
    if len(args) == 1 and args[0].__class__ is Lane:
        try:
            return _at(_called, vector, args[0], True)
        except NotLanes:
            return spread_first(called_vector, _called, (vector, *args))
    if args and args[0].__class__ is Choice:
        return spread_first(called_vector, _called, (vector, *args))
    return _called(vector, *args)


def _called(vector: Any, *args: Any) -> Any:
    return function(vector, "a vector")(*args)


def get_in(collection: Any, path: Any, default: Any = None) -> Any:
    """`(get-in collection path default)`."""
    if is_lane(path):
        return one_by_one(collections.get_in, (collection, path, default))
    if default is not None and (lanes_inside(path) or has_lanes(collection)):
        return one_by_one(collections.get_in, (collection, path, default))
    if default is not None:
        return collections.get_in(collection, path, default)
    for key in access.values_of(path, "get-in"):
        collection = get(collection, key)
    return collection


LANES: dict[Function, Function] = {
    sequences.nth: nth,
    access.get: get,
    collections.get_in: get_in,
}
"""Scalar function -> lane version."""
