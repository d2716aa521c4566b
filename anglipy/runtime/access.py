"""One view of everything that holds values: strings, maps, arrays and Python collections as
sequences, and collections of Python as functions.

nil is the empty sequence; maps are sequences of [key value] vectors; strings of characters; an
iterator of Python is read once and remembered. Functions take the name of the primitive they work
for, for their messages.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from enum import IntEnum
from typing import Any

from anglipy.atoms import Char
from anglipy.diagnostics import ArityError, ProgramError
from anglipy.runtime.equality import MapLike, Sequential, SetLike, elements, is_sequential
from anglipy.runtime.foreign import is_numpy_scalar, is_tensor, plain
from anglipy.runtime.maps import PersistentMap
from anglipy.runtime.printing import describe, pr_str
from anglipy.runtime.scalars import look_up
from anglipy.runtime.seqs import EMPTY, ArraySeq, LazySeq, Seq
from anglipy.runtime.vectors import Vector

__all__ = [
    "EAGER_LIMIT",
    "CollectionFunction",
    "Demand",
    "count_of",
    "demand_of",
    "dropped",
    "element_at",
    "function_of",
    "get",
    "is_lazy",
    "out_of_range",
    "seq_of",
    "sequence",
    "values_of",
]

EAGER_LIMIT = 1_000_000
"""A sequence known to be at most this long is computed at once, a longer one on demand."""


class Demand(IntEnum):
    """How results over a collection are computed; over several, the least (or greatest) holds."""

    AT_ONCE = 0
    ON_DEMAND = 1
    """It may be endless, or is very long."""
    ENDLESS = 2
    """On demand, and it is known not to end."""


def sequence(values: list[Any] | tuple[Any, ...]) -> Seq:
    """The sequence of these values, which must not change afterwards."""
    return ArraySeq(values) if values else EMPTY


def values_of(collection: Any, name: str) -> Iterable[Any]:
    """The elements in order, for walking over them once. ProgramError AQ440 if it holds none by
    nature.
    """
    if isinstance(collection, Sequential):
        return collection
    if collection is None:
        return ()
    if isinstance(collection, str):
        return map(Char, collection)
    if isinstance(collection, (MapLike, dict)):
        return map(Vector, collection.items())
    inside = elements(collection)
    if inside is not None:
        return map(plain, inside) if isinstance(inside, (list, tuple)) else inside
    if isinstance(collection, (SetLike, set, frozenset, Iterator)):
        return collection
    if isinstance(collection, Iterable) and not hasattr(collection, "__array__"):
        return collection
    raise ProgramError("AQ440", f"{name}: expected a collection, got {describe(collection)}")


def seq_of(collection: Any, name: str) -> Seq:
    """The collection as a sequence, empty if there is nothing in it."""
    if isinstance(collection, Seq):
        return collection
    if collection.__class__ is Vector:
        return ArraySeq(collection.items) if len(collection) else EMPTY
    if collection is None:
        return EMPTY
    values = values_of(collection, name)
    return LazySeq(values) if isinstance(collection, Iterator) else sequence(tuple(values))


def is_lazy(collection: Any) -> bool:
    """True if results over this collection should be computed on demand: it may be endless or is
    very long.
    """
    if isinstance(collection, Seq):
        length = collection.known_length()
        return length is None or length > EAGER_LIMIT
    return isinstance(collection, Iterator)


def demand_of(collection: Any) -> Demand:
    """How results over this collection are computed."""
    if not is_lazy(collection):
        return Demand.AT_ONCE
    endless = isinstance(collection, Seq) and collection.is_endless()
    return Demand.ENDLESS if endless else Demand.ON_DEMAND


def count_of(collection: Any, name: str) -> int:
    """The number of elements; realises lazy sequences."""
    if collection is None:
        return 0
    if hasattr(collection, "__len__"):
        return len(collection)
    return sum(1 for _ in values_of(collection, name))


def dropped(collection: Any, count: int, name: str) -> Seq:
    """What follows the first `count` elements; realises those of a lazy sequence."""
    found = seq_of(collection, name)
    if isinstance(found, ArraySeq):
        return found.dropped(max(0, count))
    for _ in range(count):
        if found.is_empty():
            break
        found = found.rest()
    return found


def element_at(collection: Any, place: int) -> Any:
    """The element at an index from 0, of anything sequential or a string; IndexError outside."""
    if place < 0:
        raise IndexError(place)
    if isinstance(collection, str):
        return Char(collection[place])
    found = collection[place]
    if is_numpy_scalar(found) or (is_tensor(found) and found.ndim == 0):
        return found.item()
    return found


def get(collection: Any, key: Any, default: Any = None) -> Any:
    """`(get collection key default)`: maps by key, vectors and strings by index; never raises."""
    if collection.__class__ is PersistentMap:
        return collection.lookup(key, default)
    if hasattr(collection, "lookup") or isinstance(collection, dict):
        return look_up(collection, key, default)
    indexed = isinstance(collection, str) or _is_indexed(collection)
    if indexed and isinstance(key, int) and not isinstance(key, bool):
        return element_at(collection, key) if 0 <= key < len(collection) else default
    if isinstance(collection, (set, frozenset)):
        return key if key in collection else default
    return default


def _is_indexed(value: Any) -> bool:
    """Whether it is of Python and what a vector is here."""
    return is_sequential(value) and not isinstance(value, Sequential)


def out_of_range(name: str, place: int, collection: Any) -> ProgramError:
    """The error for an index that does not exist."""
    if isinstance(collection, Seq):
        kind = "list"
    else:
        kind = "string" if isinstance(collection, str) else "vector"
    size = count_of(collection, name)
    return ProgramError(
        "AQ441", f"{name}: index {pr_str(place)} is out of range for a {kind} of {size}"
    )


# ---- collections of Python as functions


class CollectionFunction:
    """A list, tuple, array, dictionary or set of Python as a function of an index, key or member,
    as the collections of the language are themselves.
    """

    __slots__ = ("collection",)

    def __init__(self, collection: Any) -> None:
        self.collection = collection

    def __call__(self, *args: Any) -> Any:
        """What the collection holds; ProgramError AQ441 for an index outside."""
        held = self.collection
        keyed = isinstance(held, (dict, set, frozenset))
        if not 1 <= len(args) <= 1 + keyed:
            what = "a map or set takes a key and perhaps a default" if keyed else "a vector takes"
            takes = what if keyed else f"{what} one index"
            raise ArityError("AQ405", f"as a function {takes}, got {len(args)} arguments")
        found = get(held, args[0], args[1] if len(args) > 1 else None if keyed else _MISSING)
        if found is _MISSING:
            size = f"a vector of {len(held)}"
            raise ProgramError("AQ441", f"index {pr_str(args[0])} is out of range for {size}")
        return found


_MISSING: Any = object()


def function_of(value: Any) -> CollectionFunction | None:
    """A collection of Python as a function; None for anything else."""
    if isinstance(value, (dict, set, frozenset)) or _is_indexed(value):
        return CollectionFunction(value)
    return None
