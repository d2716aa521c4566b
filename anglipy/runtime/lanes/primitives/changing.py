"""Collections with something changed at a place, or something added, that differs between
particles: assoc, update, conj, into, merge.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from anglipy.runtime.lanes.gathering import distinct, per_distinct
from anglipy.runtime.lanes.groups import CURRENT
from anglipy.runtime.lanes.primitives.callables import lane_function
from anglipy.runtime.lanes.primitives.indexing import get
from anglipy.runtime.lanes.primitives.spread import (
    Function,
    is_lane,
    one_by_one,
    where,
)
from anglipy.runtime.lanes.primitives.structural import FLAT, lanes_inside
from anglipy.runtime.lanes.values import Choice, Lane, rows_at
from anglipy.runtime.maps import PersistentMap
from anglipy.runtime.primitives import changes, collections
from anglipy.runtime.primitives.checks import function
from anglipy.runtime.seqs import Seq
from anglipy.runtime.vectors import Vector

__all__ = ["LANES", "assoc", "conj"]


def assoc(collection: Any, *keys_and_values: Any) -> Any:
    """`(assoc collection key value ...)`."""
    args = (collection, *keys_and_values)
    if len(args) == 3 and args[1].__class__ in FLAT and not is_lane(collection):
        return changes.assoc(*args)
    keys = keys_and_values[::2]
    if not is_lane(collection) and not any(is_lane(key) or lanes_inside(key) for key in keys):
        return changes.assoc(*args)
    if len(keys_and_values) % 2:
        return changes.assoc(*args)
    for key, value in collections.paired("assoc", keys_and_values):
        collection = _assoc_one(collection, key, value)
    return collection


def _assoc_one(collection: Any, key: Any, value: Any) -> Any:
    if collection.__class__ is Vector and key.__class__ is Lane:
        index = rows_at(key, CURRENT.group)
        size = len(collection)
        if index.dtype.kind == "i" and not ((index < 0) | (index >= size)).any():
            for place in distinct(index)[0].tolist():
                element = where(index == place, value, collection.items[place])
                collection = collection.assoc(place, element)
            return collection
    active = [place for place, arg in enumerate((collection, key)) if is_lane(arg)]
    if active:
        return per_distinct(assoc, (collection, key, value), active)
    if lanes_inside(key):
        return one_by_one(changes.assoc, (collection, key, value))
    return changes.assoc(collection, key, value)


def assoc_in(collection: Any, path: Any, value: Any) -> Any:
    """`(assoc-in collection path value)`."""
    if is_lane(path):
        return one_by_one(changes.assoc_in, (collection, path, value))
    return changes.changed_in("assoc-in", collection, path, lambda _: value, get, assoc)


def update(collection: Any, key: Any, f: Any, *arguments: Any) -> Any:
    """`(update collection key f arguments...)`."""
    if f.__class__ is Choice:
        return per_distinct(update, (collection, key, f, *arguments), (2,))
    call = function(lane_function(f), "update")
    return assoc(collection, key, call(get(collection, key), *arguments))


def update_in(collection: Any, path: Any, f: Any, *arguments: Any) -> Any:
    """`(update-in collection path f arguments...)`."""
    if is_lane(path):
        return one_by_one(changes.update_in, (collection, path, f, *arguments))
    if f.__class__ is Choice:
        return per_distinct(update_in, (collection, path, f, *arguments), (2,))
    call = function(lane_function(f), "update-in")

    def change(value: Any) -> Any:
        return call(value, *arguments)

    return changes.changed_in("update-in", collection, path, change, get, assoc)


# ---- adding to collections


def _is_keyed(collection: Any) -> bool:
    """Whether what is added to it is compared by value: to a map or set."""
    return not (collection is None or isinstance(collection, (Vector, Seq, list, tuple)))


def conj(*args: Any) -> Any:
    """`(conj collection values...)`."""
    if not args or args[0].__class__ is Vector:
        return collections.conj(*args)
    collection = args[0]
    if is_lane(collection):
        return per_distinct(conj, args, (0,))
    if _is_keyed(collection) and not all(_goes_into(collection, v) for v in args[1:]):
        return one_by_one(collections.conj, args)
    return collections.conj(*args)


def _goes_into(collection: Any, entry: Any) -> bool:
    """Whether it can be put into a map or set as it is: what is compared has no lanes inside."""
    if isinstance(collection, PersistentMap):
        if isinstance(entry, PersistentMap):
            return True
        if entry.__class__ is Vector and len(entry) == 2:
            return not lanes_inside(entry.items[0])
    return not lanes_inside(entry)


def into(*args: Any) -> Any:
    """`(into target source)`, `(into target transducer source)`."""
    if len(args) == 3:
        deep = any(map(lanes_inside, args))
        return one_by_one(collections.into, args) if deep else collections.into(*args)
    active = [place for place, arg in enumerate(args) if is_lane(arg)]
    if active:
        return per_distinct(into, args, active)
    if len(args) == 2 and _is_keyed(args[0]) and lanes_inside(args[1]):
        pairs: Iterable[Any] = () if isinstance(args[1], PersistentMap) else args[1]
        if not all(_goes_into(args[0], entry) for entry in pairs):
            return one_by_one(collections.into, args)
    return collections.into(*args)


def merge(*mappings: Any) -> Any:
    """`(merge maps...)`."""
    active = [place for place, arg in enumerate(mappings) if is_lane(arg)]
    if active:
        return per_distinct(merge, mappings, active)
    present = [mapping for mapping in mappings if mapping is not None]
    return conj(*present) if present else None


LANES: dict[Function, Function] = {
    changes.assoc: assoc,
    changes.assoc_in: assoc_in,
    changes.update: update,
    changes.update_in: update_in,
    collections.conj: conj,
    collections.into: into,
    changes.merge: merge,
}
"""Scalar function -> lane version."""
