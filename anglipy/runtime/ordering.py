"""The total order of comparable values, `compare`, and sorting by it or by a user's function.

Numbers compare by value, strings, keywords and symbols by text, booleans false first, vectors by
length and then element by element, nil before everything. Anything else, or two values of different
kinds, is ProgramError AQ442.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import cmp_to_key
from typing import Any

from anglipy.atoms import Char
from anglipy.diagnostics import ProgramError
from anglipy.runtime.foreign import is_array
from anglipy.runtime.numbers import is_number, lt
from anglipy.runtime.printing import describe
from anglipy.runtime.scalars import Keyword, Symbol
from anglipy.runtime.vectors import Vector

__all__ = ["compare", "compare_with", "sorted_values"]


def compare(a: Any, b: Any) -> int:
    """-1, 0 or 1 as `a` comes before, with or after `b`."""
    pending: list[Iterator[tuple[Any, Any]]] = [iter(((a, b),))]
    while pending:
        pair = next(pending[-1], None)
        if pair is None:
            pending.pop()
            continue
        order = _order(pair[0], pair[1], pending)
        if order:
            return order
    return 0


def _order(a: Any, b: Any, pending: list[Iterator[tuple[Any, Any]]]) -> int:
    """The order of two values; 0 for two vectors means that it is that of the pairs put on
    `pending`.
    """
    if a is None or b is None:
        return (a is not None) - (b is not None)
    if is_number(a) and is_number(b):
        return -1 if lt(a, b) else int(bool(lt(b, a)))
    left, right = _text(a), _text(b)
    if a.__class__ is b.__class__ and left is not None and right is not None:
        return (left > right) - (left < right)
    if _is_vector(a) and _is_vector(b):
        if len(a) != len(b):
            return -1 if len(a) < len(b) else 1
        pending.append(zip(iter(a), iter(b), strict=True))
        return 0
    raise ProgramError("AQ442", f"compare: {describe(a)} and {describe(b)} have no order")


def _text(value: Any) -> tuple[Any, ...] | None:
    """What values other than numbers and vectors are compared by."""
    if isinstance(value, (str, bool)):
        return (value,)
    if isinstance(value, (Keyword, Symbol)):
        return (value.namespace or "", value.name)
    return (value.value,) if isinstance(value, Char) else None


def _is_vector(value: Any) -> bool:
    return isinstance(value, (Vector, list, tuple)) or is_array(value)


def compare_with(function: Callable[[Any, Any], Any]) -> Callable[[Any, Any], int]:
    """A three-way comparison from a comparator: a function that gives a number, or tells whether a
    is before b.
    """

    def three_way(a: Any, b: Any) -> int:
        answer = function(a, b)
        if is_number(answer):
            return -1 if answer < 0 else int(answer > 0)
        if answer is not None and answer is not False:
            return -1
        other = function(b, a)
        return int(other is not None and other is not False)

    return three_way


def sorted_values(
    values: Iterable[Any],
    comparator: Callable[[Any, Any], Any] | None = None,
    key: Callable[[Any], Any] | None = None,
) -> list[Any]:
    """The values in order, equal ones as they came; `key` is called once per value."""
    items = list(values)
    keys = items if key is None else [key(item) for item in items]
    if comparator is None and _python_sorts(keys):
        order = sorted(range(len(items)), key=lambda i: keys[i])
    else:
        three_way = compare if comparator is None else compare_with(comparator)

        def by_keys(i: int, j: int) -> int:
            return three_way(keys[i], keys[j])

        order = sorted(range(len(items)), key=cmp_to_key(by_keys))
    return [items[i] for i in order]


def _python_sorts(keys: list[Any]) -> bool:
    """True if Python's own order of these keys is `compare`: only strings, or only longs, or only
    doubles.
    """
    kinds = {type(key) for key in keys}
    if len(kinds) > 1:
        return False
    return not kinds or bool(kinds & {str, int}) or (kinds == {float} and all(k == k for k in keys))
