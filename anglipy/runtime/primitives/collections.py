"""Vectors, maps and sets: building, looking up, changing. None of these changes its argument.

Python lists, tuples, dicts, sets and arrays given by interop are taken as vectors, maps and sets;
the results are collections of the language.
"""

from __future__ import annotations

from typing import Any

from anglipy.diagnostics import ProgramError
from anglipy.runtime.access import get, seq_of, sequence, values_of
from anglipy.runtime.equality import MapLike, Sequential, SetLike, elements
from anglipy.runtime.maps import PersistentMap, PythonMap, SortedMap
from anglipy.runtime.ordering import compare, compare_with
from anglipy.runtime.primitives.checks import fail, function, index
from anglipy.runtime.primitives.registry import primitive
from anglipy.runtime.primitives.sequences import cons, vec
from anglipy.runtime.primitives.transducers import TRANSDUCERS, transduced
from anglipy.runtime.printing import pr_str
from anglipy.runtime.seqs import EMPTY, Seq
from anglipy.runtime.sets import PersistentSet, SortedSet
from anglipy.runtime.vectors import Vector

__all__ = ["as_map", "conj", "get_in", "into", "own", "paired"]

_MISSING: Any = object()


def own(collection: Any) -> Any:
    """A collection of the language for one of Python; anything else as it is."""
    if collection is None or isinstance(collection, (Sequential, MapLike, SetLike)):
        return collection
    if isinstance(collection, dict):
        return PythonMap.of(collection.items())
    if isinstance(collection, (set, frozenset)):
        return PersistentSet(collection)
    inside = elements(collection)
    return collection if inside is None else Vector(inside)


def _pair(entry: Any, name: str) -> tuple[Any, Any]:
    """(key, value) of a vector of two."""
    inside = elements(entry)
    pair = tuple(inside) if inside is not None else ()
    return (pair[0], pair[1]) if len(pair) == 2 else fail(name, "a [key value] pair", entry)


def as_map(collection: Any, name: str) -> PersistentMap | None:
    """The collection if it is a map or nil; ProgramError AQ440 otherwise."""
    held = own(collection)
    return (
        held if held is None or isinstance(held, PersistentMap) else fail(name, "a map", collection)
    )


# --- building -------------------------------------------------------------------------------------


@primitive("hash-map", "array-map", arity=(0, None))
def hash_map(*keys_and_values: Any) -> PersistentMap:
    """A map of alternating keys and values."""
    return PersistentMap.of(paired("hash-map", keys_and_values))


def paired(name: str, keys_and_values: tuple[Any, ...]) -> list[tuple[Any, Any]]:
    """Alternating keys and values as pairs; ProgramError AQ440 if one is left over."""
    if len(keys_and_values) % 2:
        raise ProgramError("AQ440", f"{name}: the key {pr_str(keys_and_values[-1])} has no value")
    return list(zip(keys_and_values[::2], keys_and_values[1::2], strict=True))


@primitive("sorted-map", arity=(0, None))
def sorted_map(*keys_and_values: Any) -> SortedMap:
    """A map whose keys are kept in order."""
    return SortedMap.sorted_by(compare, paired("sorted-map", keys_and_values))


@primitive("sorted-map-by", arity=(1, None), function_args=(0,))
def sorted_map_by(comparator: Any, *keys_and_values: Any) -> SortedMap:
    """A map whose keys are kept in the order of a comparator."""
    order = compare_with(function(comparator, "sorted-map-by"))
    return SortedMap.sorted_by(order, paired("sorted-map-by", keys_and_values))


@primitive("hash-set", arity=(0, None))
def hash_set(*members: Any) -> PersistentSet:
    """A set of the arguments."""
    return PersistentSet(members)


@primitive("set", arity=(1, 1))
def set_(collection: Any) -> PersistentSet:
    """The set of the elements."""
    return PersistentSet(values_of(collection, "set"))


@primitive("zipmap", arity=(2, 2))
def zipmap(keys: Any, values: Any) -> PersistentMap:
    """A map from the first key to the first value, and so on, to the end of the shorter."""
    return PersistentMap.of(
        zip(values_of(keys, "zipmap"), values_of(values, "zipmap"), strict=False)
    )


@primitive("subvec", arity=(2, 3))
def subvec(vector: Any, start: Any, end: Any = None) -> Vector:
    """The elements of a vector from `start` up to but not including `end` (its end)."""
    whole = vec(vector)
    low = index(start, "subvec")
    high = len(whole) if end is None else index(end, "subvec")
    if not 0 <= low <= high <= len(whole):
        raise ProgramError(
            "AQ441", f"subvec: {low} to {high} is out of range for a vector of {len(whole)}"
        )
    return whole.subvec(low, high)


# --- adding ---------------------------------------------------------------------------------------


@primitive("conj", arity=(0, None))
def conj(*arguments: Any) -> Any:
    """The collection with the elements added: at the end of a vector, in front of a list, into a
    map or set.
    """
    if not arguments:
        return Vector()
    collection = arguments[0]
    if collection.__class__ is Vector and len(arguments) == 2:
        return collection.conj(arguments[1])
    result = own(collection)
    for value in arguments[1:]:
        result = _conj_one(result, value)
    return result


def _conj_one(collection: Any, value: Any) -> Any:
    if isinstance(collection, (Vector, PersistentSet)):
        return collection.conj(value)
    if collection is None:
        return EMPTY.cons(value)
    if isinstance(collection, Seq):
        return cons(value, collection)
    if isinstance(collection, PersistentMap):
        if value is None or isinstance(value, (MapLike, dict)):
            return _joined(collection, value)
        return collection.assoc(*_pair(value, "conj"))
    return fail("conj", "a collection", collection)


def _joined(mapping: PersistentMap, other: Any) -> PersistentMap:
    """The map with the entries of another. With those of a dictionary of Python it is found in as
    that was.
    """
    if other is None:
        return mapping
    if isinstance(other, (PythonMap, dict)) and mapping.__class__ is PersistentMap:
        mapping = PythonMap.like(mapping)
    return mapping.with_pairs(other.items())


@primitive("into", arity=(0, 3))
def into(*arguments: Any) -> Any:
    """The first collection with all elements of the second added, as by `conj`."""
    if not arguments:
        return Vector()
    target = own(arguments[0])
    if len(arguments) == 1:
        return target
    if len(arguments) == 3:
        values: Any = transduced(arguments[1], arguments[2])
    elif isinstance(target, PersistentMap) and isinstance(arguments[1], (MapLike, dict)):
        return _joined(target, arguments[1])
    else:
        values = values_of(arguments[1], "into")
    if isinstance(target, Vector):
        return target.extend(values)
    if isinstance(target, PersistentSet):
        return target.union(values)
    if isinstance(target, PersistentMap):
        return target.with_pairs(_pair(entry, "into") for entry in values)
    for value in values:
        target = _conj_one(target, value)
    return target


@primitive("disj", arity=(1, None))
def disj(members: Any, *values: Any) -> Any:
    """The set without these members."""
    result = own(members)
    if result is None:
        return None
    if not isinstance(result, PersistentSet):
        fail("disj", "a set", members)
    for value in values:
        result = result.disj(value)
    return result


@primitive("peek", arity=(1, 1))
def peek(collection: Any) -> Any:
    """The last element of a vector, the first of a list; nil if there is none."""
    held = own(collection)
    if isinstance(held, Vector):
        return held[-1] if len(held) else None
    if held is not None and not isinstance(held, Seq):
        fail("peek", "a vector or list", collection)
    return seq_of(held, "peek").first_or(None)


@primitive("pop", arity=(1, 1))
def pop(collection: Any) -> Any:
    """A vector without its last element, a list without its first. ProgramError AQ441 if there is
    none.
    """
    held = own(collection)
    if held is None:
        return None
    if not isinstance(held, (Vector, Seq)):
        fail("pop", "a vector or list", collection)
    if not held:
        raise ProgramError(
            "AQ441", f"pop: the {'vector' if isinstance(held, Vector) else 'list'} is empty"
        )
    return held.pop() if isinstance(held, Vector) else held.rest()


# --- looking up -----------------------------------------------------------------------------------

primitive("get", arity=(2, 3))(get)


@primitive("get-in", arity=(2, 3))
def get_in(collection: Any, path: Any, default: Any = None) -> Any:
    """The value found by going along a path of keys; `default` if a step of it does not exist."""
    for key in values_of(path, "get-in"):
        collection = get(collection, key, _MISSING)
        if collection is _MISSING:
            return default
    return collection


@primitive("contains?", arity=(2, 2))
def is_containing(collection: Any, key: Any) -> bool:
    """True if a map has the key, a set the member, a vector or string the index."""
    if isinstance(collection, Seq):
        fail("contains?", "a map, set or vector", collection, "(some #{x} list) searches a list")
    if not hasattr(collection, "lookup"):
        values_of(collection, "contains?")
    return get(collection, key, _MISSING) is not _MISSING


@primitive("find", arity=(2, 2))
def find(collection: Any, key: Any) -> Vector | None:
    """The [key value] entry of a map or vector, or nil."""
    held = own(collection)
    if isinstance(held, PersistentMap):
        entry = held.entry(key)
        return None if entry is None else Vector(entry)
    found = get(held, key, _MISSING)
    return None if found is _MISSING else Vector((key, found))


def _entries(mapping: Any, name: str) -> list[tuple[Any, Any]]:
    """The (key, value) pairs of a map, or of a sequence of its entries."""
    held = own(mapping)
    if isinstance(held, PersistentMap):
        return list(held.items())
    if held is None or isinstance(held, Sequential):
        return [_pair(entry, name) for entry in elements(held) or ()]
    return fail(name, "a map", mapping)


@primitive("keys", arity=(1, 1))
def keys(mapping: Any) -> Seq | None:
    """The keys of a map or of a sequence of map entries, or nil if it is empty."""
    found = [key for key, _ in _entries(mapping, "keys")]
    return sequence(found) if found else None


@primitive("vals", arity=(1, 1))
def vals(mapping: Any) -> Seq | None:
    """The values of a map or of a sequence of map entries, or nil if it is empty."""
    found = [value for _, value in _entries(mapping, "vals")]
    return sequence(found) if found else None


@primitive("key", arity=(1, 1))
def key_of_entry(entry: Any) -> Any:
    """The key of a map entry."""
    return _pair(entry, "key")[0]


@primitive("val", arity=(1, 1))
def value_of_entry(entry: Any) -> Any:
    """The value of a map entry."""
    return _pair(entry, "val")[1]


@primitive("select-keys", arity=(2, 2))
def select_keys(mapping: Any, wanted: Any) -> PersistentMap:
    """The map of only these keys."""
    entries = (find(mapping, key) for key in values_of(wanted, "select-keys"))
    return PersistentMap.of((entry[0], entry[1]) for entry in entries if entry is not None)


# --- kinds ----------------------------------------------------------------------------------------


@primitive("empty", arity=(1, 1))
def empty(collection: Any) -> Any:
    """An empty collection of the same kind; nil for anything else."""
    held = own(collection)
    if isinstance(held, (SortedMap, SortedSet)):
        return held.emptied()
    for kind, made in ((Vector, Vector()), (PersistentSet, PersistentSet()), (Seq, EMPTY)):
        if isinstance(held, kind):
            return made
    return PersistentMap.of(()) if isinstance(held, PersistentMap) else None


@primitive("distinct?", arity=(1, None))
def is_distinct(*values: Any) -> bool:
    """True if no two arguments are equal."""
    return len(PersistentSet(values)) == len(values)


@primitive("replace", arity=(1, 2))
def replace(replacements: Any, collection: Any = _MISSING) -> Any:
    """The elements, those that are keys of the map replaced by their values."""
    if collection is _MISSING:
        return TRANSDUCERS["replace"](replacements)
    replaced = [get(replacements, value, value) for value in values_of(collection, "replace")]
    return Vector(replaced) if isinstance(collection, Vector) else sequence(replaced)


@primitive("clojure.set/union", arity=(0, None))
def union(*collections: Any) -> PersistentSet:
    """The set of what is in any of the collections."""
    return PersistentSet(value for c in collections for value in values_of(c, "union"))


@primitive("clojure.set/intersection", arity=(1, None))
def intersection(*collections: Any) -> PersistentSet:
    """The set of what is in all of the collections."""
    members = [PersistentSet(values_of(c, "intersection")) for c in collections]
    return PersistentSet(value for value in members[0] if all(value in m for m in members[1:]))


@primitive("clojure.set/difference", arity=(1, None))
def difference(*collections: Any) -> PersistentSet:
    """The set of what is in the first collection and in none of the others."""
    members = [PersistentSet(values_of(c, "difference")) for c in collections]
    return PersistentSet(value for value in members[0] if not any(value in m for m in members[1:]))
