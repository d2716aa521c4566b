"""Functions of elements of elements, and of booleans."""

from __future__ import annotations

from typing import Any

from anglipy.runtime.access import is_lazy
from anglipy.runtime.lanes.gathering import per_distinct
from anglipy.runtime.lanes.groups import CURRENT
from anglipy.runtime.lanes.primitives.spread import Function, is_lane, one_by_one, spread
from anglipy.runtime.lanes.primitives.structural import structural
from anglipy.runtime.lanes.values import Choice, Lane, lane, rows_at
from anglipy.runtime.primitives import predicates, sequences

__all__ = ["LANES"]

_first = structural(sequences.first, "c", (1, 1))
_next = structural(sequences.next_, "c", (1, 1))


def ffirst(collection: Any) -> Any:
    """`(first (first collection))`."""
    return _first(_first(collection))


def nfirst(collection: Any) -> Any:
    """`(next (first collection))`."""
    return _next(_first(collection))


def flatten(collection: Any) -> Any:
    """`(flatten collection)`: an element that differs between particles may be a collection."""
    if is_lane(collection):
        return per_distinct(flatten, (collection,), (0,))
    flat = sequences.flatten(collection)
    if not is_lazy(flat) and any(item.__class__ is Choice for item in flat):
        return one_by_one(sequences.flatten, (collection,))
    return flat


def true(value: Any) -> Any:
    """`(true? value)`."""
    if value.__class__ is Lane:
        return value if value.array.dtype.kind == "b" else False
    if value.__class__ is Choice:
        return spread(true, predicates.is_true, (value,))
    return predicates.is_true(value)


def false(value: Any) -> Any:
    """`(false? value)`."""
    if value.__class__ is Lane:
        if value.array.dtype.kind == "b":
            return lane(~rows_at(value, CURRENT.group))
        return False
    if value.__class__ is Choice:
        return spread(false, predicates.is_false, (value,))
    return predicates.is_false(value)


LANES: dict[Function, Function] = {
    sequences.ffirst: ffirst,
    sequences.nfirst: nfirst,
    sequences.flatten: flatten,
    predicates.is_true: true,
    predicates.is_false: false,
}
"""Scalar function -> lane version."""
