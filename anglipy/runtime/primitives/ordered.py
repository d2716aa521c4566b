"""Sorted sets, and parts of sorted collections."""

from __future__ import annotations

from typing import Any

from anglipy.runtime.access import sequence, values_of
from anglipy.runtime.maps import SortedMap
from anglipy.runtime.ordering import compare, compare_with
from anglipy.runtime.primitives.checks import fail, function
from anglipy.runtime.primitives.registry import primitive
from anglipy.runtime.seqs import Seq
from anglipy.runtime.sets import SortedSet
from anglipy.runtime.vectors import Vector

__all__ = ["sorted_set"]


@primitive("sorted-set", arity=(0, None))
def sorted_set(*members: Any) -> SortedSet:
    """A set whose members are kept in order."""
    return SortedSet(compare, members)


@primitive("sorted-set-by", arity=(1, None), function_args=(0,))
def sorted_set_by(comparator: Any, *members: Any) -> SortedSet:
    """A set whose members are kept in the order of a comparator."""
    return SortedSet(compare_with(function(comparator, "sorted-set-by")), members)


@primitive("sorted?", arity=(1, 1))
def is_sorted(value: Any) -> bool:
    """True for sorted maps and sets."""
    return isinstance(value, (SortedMap, SortedSet))


def _part(name: str, collection: Any, bounds: tuple[Any, ...]) -> list[Any]:
    if not isinstance(collection, (SortedMap, SortedSet)):
        fail(name, "a sorted map or set", collection)
    if len(bounds) not in (2, 4):
        fail(name, "one or two tests with their bounds", Vector(bounds))
    whole = list(values_of(collection, name))
    keys = [entry[0] for entry in whole] if isinstance(collection, SortedMap) else whole
    order = collection.compare

    def holds(key: Any) -> bool:
        pairs = zip(bounds[::2], bounds[1::2], strict=True)
        return all(function(test, name)(order(key, bound), 0) is True for test, bound in pairs)

    return [entry for key, entry in zip(keys, whole, strict=True) if holds(key)]


@primitive("subseq", arity=(3, 5))
def subseq(collection: Any, *bounds: Any) -> Seq | None:
    """The elements of a sorted collection for whose keys the tests hold: `(subseq s >= 3 < 9)`."""
    found = _part("subseq", collection, bounds)
    return sequence(found) if found else None


@primitive("rsubseq", arity=(3, 5))
def rsubseq(collection: Any, *bounds: Any) -> Seq | None:
    """`subseq` from its end."""
    found = _part("rsubseq", collection, bounds)[::-1]
    return sequence(found) if found else None
