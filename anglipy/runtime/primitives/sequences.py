"""Sequences: taking apart and building. `cutting` cuts them into pieces, `higher_order` applies
functions to them.

Over collections of known length everything is computed at once; over lazy sequences on demand.
"""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Iterable, Iterator
from typing import Any

from anglipy.runtime.access import (
    EAGER_LIMIT,
    Demand,
    count_of,
    demand_of,
    element_at,
    out_of_range,
    seq_of,
    sequence,
    values_of,
)
from anglipy.runtime.equality import MapLike, SetLike, elements, key_of
from anglipy.runtime.numbers import add, gt, lt, number
from anglipy.runtime.primitives.checks import fail, index
from anglipy.runtime.primitives.registry import primitive
from anglipy.runtime.primitives.transducers import TRANSDUCERS
from anglipy.runtime.seqs import EMPTY, ArraySeq, Cons, EndlessSeq, LazySeq, List, Seq
from anglipy.runtime.vectors import Vector

__all__ = [
    "concat",
    "cons",
    "finish",
    "first",
    "next_",
    "nth",
    "rest",
    "second",
    "seq",
    "vec",
]

_MISSING: Any = object()


def finish(values: Iterator[Any], demand: Demand | bool) -> Seq:
    """The sequence of what an iterator gives: now, or on demand (True)."""
    if demand is Demand.ENDLESS:
        return EndlessSeq(values)
    return LazySeq(values) if demand else sequence(list(values))


# --- taking apart ---------------------------------------------------------------------------------


@primitive("seq", arity=(1, 1))
def seq(collection: Any) -> Seq | None:
    """A sequence of the elements, or nil if there are none."""
    if collection.__class__ is Vector:
        return ArraySeq(collection.items) if collection.items else None
    found = seq_of(collection, "seq")
    return None if found.is_empty() else found


@primitive("first", arity=(1, 1))
def first(collection: Any) -> Any:
    """The first element, or nil."""
    if isinstance(collection, Seq):
        return collection.first_or(None)
    if collection.__class__ is Vector:
        items = collection.items
        return items[0] if items else None
    return seq_of(collection, "first").first_or(None)


@primitive("rest", arity=(1, 1))
def rest(collection: Any) -> Seq:
    """All but the first element; () if there are none."""
    return seq_of(collection, "rest").rest()


@primitive("next", arity=(1, 1))
def next_(collection: Any) -> Seq | None:
    """All but the first element, or nil if there are none."""
    found = seq_of(collection, "next").rest()
    return None if found.is_empty() else found


@primitive("second", arity=(1, 1))
def second(collection: Any) -> Any:
    """The second element, or nil."""
    return seq_of(collection, "second").rest().first_or(None)


@primitive("ffirst", arity=(1, 1))
def ffirst(collection: Any) -> Any:
    """`(first (first collection))`."""
    return first(first(collection))


@primitive("nfirst", arity=(1, 1))
def nfirst(collection: Any) -> Seq | None:
    """`(next (first collection))`."""
    return next_(first(collection))


@primitive("nnext", arity=(1, 1))
def nnext(collection: Any) -> Seq | None:
    """`(next (next collection))`."""
    return next_(next_(collection))


@primitive("fnext", arity=(1, 1))
def fnext(collection: Any) -> Any:
    """`(first (next collection))`."""
    return first(next_(collection))


@primitive("nth", arity=(2, 3))
def nth(collection: Any, place: Any, default: Any = _MISSING) -> Any:
    """The element at an index from 0; without a default, ProgramError AQ441 if there is none. nil
    gives nil.
    """
    if type(place) is not int:
        place = index(place, "nth")
    if collection.__class__ is Vector and 0 <= place < len(collection.items):
        return collection.items[place]
    if collection is None:
        return None if default is _MISSING else default
    if isinstance(collection, (MapLike, SetLike, dict, set, frozenset)):
        fail("nth", "a vector, list or string", collection, "maps and sets have no order: use get")
    if not isinstance(collection, str) and elements(collection) is None:
        collection = seq_of(collection, "nth")
    try:
        return element_at(collection, place)
    except IndexError:
        if default is not _MISSING:
            return default
    raise out_of_range("nth", place, collection)


@primitive("last", arity=(1, 1))
def last(collection: Any) -> Any:
    """The last element, or nil. O(n) but for vectors."""
    if collection.__class__ is Vector:
        return collection[-1] if len(collection) else None
    tail = deque(values_of(collection, "last"), maxlen=1)
    return tail[0] if tail else None


@primitive("butlast", arity=(1, 1))
def butlast(collection: Any) -> Seq | None:
    """All but the last element, or nil if there are none."""
    kept = tuple(values_of(collection, "butlast"))[:-1]
    return sequence(kept) if kept else None


@primitive("rseq", arity=(1, 1))
def rseq(vector: Any) -> Seq | None:
    """A sequence of a vector from its end, or nil if it is empty."""
    backwards = tuple(reversed(tuple(values_of(vector, "rseq"))))
    return sequence(backwards) if backwards else None


@primitive("reverse", arity=(1, 1))
def reverse(collection: Any) -> Seq:
    """The elements last to first, as a list."""
    return List.of(tuple(values_of(collection, "reverse"))[::-1])


# --- building -------------------------------------------------------------------------------------


@primitive("cons", arity=(2, 2))
def cons(value: Any, collection: Any) -> Seq:
    """A sequence of `value` and then the elements of the collection. O(1)."""
    tail = seq_of(collection, "cons")
    return tail.cons(value) if isinstance(tail, List) else Cons(value, tail)


@primitive("list", arity=(0, None))
def list_(*values: Any) -> List:
    """A list of the arguments."""
    return List.of(values)


@primitive("list*", arity=(1, None))
def list_star(*values: Any) -> Seq | None:
    """The arguments but the last, followed by the elements of the last."""
    result = seq(values[-1])
    for value in reversed(values[:-1]):
        result = cons(value, result)
    return result


@primitive("vector", arity=(0, None))
def vector(*values: Any) -> Vector:
    """A vector of the arguments."""
    return Vector(values)


@primitive("vec", arity=(1, 1))
def vec(collection: Any) -> Vector:
    """The elements as a vector."""
    return collection if collection.__class__ is Vector else Vector(values_of(collection, "vec"))


@primitive("doall", arity=(1, 1))
def doall(collection: Any) -> Any:
    """The collection itself, with every element computed."""
    if isinstance(collection, Seq):
        len(collection)
    return collection


@primitive("dorun", arity=(1, 1))
def dorun(collection: Any) -> None:
    """Compute every element; nil."""
    doall(collection)


@primitive("concat", arity=(0, None))
def concat(*collections: Any) -> Seq:
    """The elements of all collections, one after the other."""
    walks = [values_of(collection, "concat") for collection in collections]
    longest = max(map(demand_of, collections), default=Demand.AT_ONCE)
    return finish(itertools.chain.from_iterable(walks), longest)


@primitive("range", arity=(0, 3))
def range_(*bounds: Any) -> Seq:
    """`(range)`, `(range end)`, `(range start end)`, `(range start end step)`: the end is not
    included.
    """
    if not bounds:
        return EndlessSeq(itertools.count())
    start, end, step = ((0, bounds[0], 1), (*bounds, 1), bounds)[len(bounds) - 1]
    for bound in bounds:
        number(bound, "range")
    if type(start) is int and type(step) is int and type(end) is int and step:
        numbers = range(start, end, step)
        return ArraySeq(numbers) if numbers else EMPTY
    if not gt(step, 0) and not lt(step, 0):
        return EndlessSeq(itertools.repeat(start)) if lt(start, end) or gt(start, end) else EMPTY
    span = abs((float(end) - float(start)) / float(step))
    return finish(_steps(start, end, step), span > EAGER_LIMIT)


def _steps(start: Any, end: Any, step: Any) -> Iterator[Any]:
    """start, start + step, ... while before the end; doubles accumulate."""
    inside = lt if gt(step, 0) else gt
    value = start
    while inside(value, end):
        yield value
        value = add(value, step)


@primitive("repeat", arity=(1, 2))
def repeat(*count_and_value: Any) -> Seq:
    """`(repeat n x)`: n times x; `(repeat x)`: x for ever."""
    if len(count_and_value) == 1:
        return EndlessSeq(itertools.repeat(count_and_value[0]))
    count, value = count_and_value
    return sequence((value,) * index(count, "repeat"))


@primitive("replicate", arity=(2, 2))
def replicate(count: Any, value: Any) -> Seq:
    """`(repeat count value)`."""
    return repeat(count, value)


@primitive("cycle", arity=(1, 1))
def cycle(collection: Any) -> Seq:
    """The elements over and over, for ever; () if there are none."""
    values = seq_of(collection, "cycle")
    return EMPTY if values.is_empty() else EndlessSeq(itertools.cycle(values))


@primitive("interleave", arity=(0, None))
def interleave(*collections: Any) -> Seq:
    """The first of each, the second of each, ..., to the end of the shortest."""
    walks = [values_of(collection, "interleave") for collection in collections]
    rounds = itertools.chain.from_iterable(zip(*walks))  # noqa: B905 (the shortest decides)
    shortest = min(map(demand_of, collections), default=Demand.AT_ONCE)
    return finish(rounds, shortest)


@primitive("interpose", arity=(1, 2))
def interpose(separator: Any, collection: Any = _MISSING) -> Any:
    """The elements with the separator between any two."""
    if collection is _MISSING:
        return TRANSDUCERS["interpose"](separator)
    walk = values_of(collection, "interpose")
    pairs = itertools.chain.from_iterable((separator, value) for value in walk)
    return finish(itertools.islice(pairs, 1, None), demand_of(collection))


@primitive("flatten", arity=(1, 1))
def flatten(collection: Any) -> Seq:
    """All elements of nested vectors, lists and sequences in one sequence; () for anything else."""
    if elements(collection) is None:
        return EMPTY
    return finish(_leaves(collection), demand_of(collection))


def _leaves(collection: Any) -> Iterator[Any]:
    stack: list[Iterator[Any]] = [iter(values_of(collection, "flatten"))]
    while stack:
        for value in stack[-1]:
            inside = elements(value)
            if inside is not None:
                stack.append(iter(inside))
                break
            yield value
        else:
            stack.pop()


@primitive("distinct", arity=(0, 1))
def distinct(collection: Any = _MISSING) -> Any:
    """The elements without repetitions, each where it came first."""
    if collection is _MISSING:
        return TRANSDUCERS["distinct"]()
    return finish(_distinct(values_of(collection, "distinct")), demand_of(collection))


def _distinct(values: Iterable[Any]) -> Iterator[Any]:
    seen = set()
    for value in values:
        key = key_of(value)
        if key not in seen:
            seen.add(key)
            yield value


@primitive("dedupe", arity=(0, 1))
def dedupe(collection: Any = _MISSING) -> Any:
    """The elements without those equal to the one before."""
    if collection is _MISSING:
        return TRANSDUCERS["dedupe"]()
    runs = itertools.groupby(values_of(collection, "dedupe"), key_of)
    return finish((next(run) for _, run in runs), demand_of(collection))


# --- size -----------------------------------------------------------------------------------------


@primitive("count", arity=(1, 1))
def count(collection: Any) -> int:
    """The number of elements; nil has none."""
    if collection.__class__ is Vector:
        return len(collection.items)
    return count_of(collection, "count")


@primitive("empty?", arity=(1, 1))
def is_empty(collection: Any) -> bool:
    """True if there is no element."""
    if collection.__class__ is Vector:
        return not collection.items
    return seq_of(collection, "empty?").is_empty()


@primitive("not-empty", arity=(1, 1))
def not_empty(collection: Any) -> Any:
    """The collection, or nil if it has no element."""
    return None if is_empty(collection) else collection
