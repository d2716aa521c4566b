"""Maps and vectors with something changed: assoc, update, merge. None of these changes its
argument.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from anglipy.runtime.access import get, out_of_range, values_of
from anglipy.runtime.maps import PersistentMap
from anglipy.runtime.primitives.checks import fail, function, index
from anglipy.runtime.primitives.collections import as_map, conj, own, paired
from anglipy.runtime.primitives.registry import primitive
from anglipy.runtime.vectors import Vector

__all__ = ["assoc", "changed_in", "merge", "update"]

_MISSING: Any = object()


@primitive("assoc", arity=(3, None))
def assoc(collection: Any, *keys_and_values: Any) -> Any:
    """The map with these keys set, or the vector with these elements replaced; nil is the empty
    map.
    """
    result = PersistentMap.of(()) if collection is None else own(collection)
    for key, value in paired("assoc", keys_and_values):
        result = _assoc_one(result, key, value)
    return result


def _assoc_one(collection: Any, key: Any, value: Any) -> Any:
    if isinstance(collection, PersistentMap):
        return collection.assoc(key, value)
    if not isinstance(collection, Vector):
        fail("assoc", "a map or vector", collection)
    place = index(key, "assoc")
    try:
        return collection.assoc(place, value)
    except IndexError as error:
        raise out_of_range("assoc", place, collection) from error


@primitive("assoc-in", arity=(3, 3))
def assoc_in(collection: Any, path: Any, value: Any) -> Any:
    """The collection with the value at the end of a path of keys set; missing maps are made."""
    return changed_in("assoc-in", collection, path, lambda _: value)


@primitive("update", arity=(3, None), function_args=(2,))
def update(collection: Any, key: Any, f: Any, *arguments: Any) -> Any:
    """The collection with the value x under a key replaced by (f x arguments...)."""
    return assoc(collection, key, function(f, "update")(get(collection, key), *arguments))


@primitive("update-in", arity=(3, None), function_args=(2,))
def update_in(collection: Any, path: Any, f: Any, *arguments: Any) -> Any:
    """The collection with the value x at the end of a path replaced by (f x arguments...)."""
    call = function(f, "update-in")
    return changed_in("update-in", collection, path, lambda value: call(value, *arguments))


def changed_in(
    name: str,
    collection: Any,
    path: Any,
    change: Callable[[Any], Any],
    get: Callable[[Any, Any], Any] = get,
    assoc: Callable[[Any, Any, Any], Any] = assoc,
) -> Any:
    """The collection with the value at the end of a path changed, by these `get` and `assoc`."""
    steps = tuple(values_of(path, name)) or (None,)
    levels = [collection]
    for key in steps[:-1]:
        levels.append(get(levels[-1], key))
    value = change(get(levels[-1], steps[-1]))
    for level, key in zip(reversed(levels), reversed(steps), strict=True):
        value = assoc(level, key, value)
    return value


@primitive("dissoc", arity=(1, None))
def dissoc(mapping: Any, *unwanted: Any) -> Any:
    """The map without these keys."""
    result = as_map(mapping, "dissoc")
    if result is None:
        return None
    for key in unwanted:
        result = result.dissoc(key)
    return result


@primitive("merge", arity=(0, None))
def merge(*mappings: Any) -> Any:
    """All maps in one; of equal keys the last wins. nil if all are nil."""
    present = [mapping for mapping in mappings if mapping is not None]
    return conj(*present) if present else None


@primitive("merge-with", arity=(1, None), function_args=(0,))
def merge_with(f: Any, *mappings: Any) -> Any:
    """All maps in one; values of equal keys are combined by f, from left to right."""
    call = function(f, "merge-with")
    present = [mapping for mapping in mappings if mapping is not None]
    result = PersistentMap.of(())
    for mapping in present:
        for key, value in (as_map(mapping, "merge-with") or result).items():
            known = result.lookup(key, _MISSING)
            result = result.assoc(key, value if known is _MISSING else call(known, value))
    return result if present else None


@primitive("update-vals", arity=(2, 2), function_args=(1,))
def update_vals(mapping: Any, f: Any) -> PersistentMap:
    """The map with every value x replaced by (f x)."""
    call = function(f, "update-vals")
    whole = as_map(mapping, "update-vals")
    return PersistentMap.of((key, call(value)) for key, value in (whole.items() if whole else ()))


@primitive("update-keys", arity=(2, 2), function_args=(1,))
def update_keys(mapping: Any, f: Any) -> PersistentMap:
    """The map with every key k replaced by (f k)."""
    call = function(f, "update-keys")
    whole = as_map(mapping, "update-keys")
    return PersistentMap.of((call(key), value) for key, value in (whole.items() if whole else ()))
