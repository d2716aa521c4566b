"""Functions over sequences that call a function for each element: the direct versions.

They call ordinary Python callables, so they serve where the function is known not to sample or
observe; the compiler has versions of its own for the rest. Over collections of known length
everything is computed at once, in order; over lazy sequences on demand.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any

from anglipy.runtime.access import (
    EAGER_LIMIT,
    Demand,
    demand_of,
    is_lazy,
    seq_of,
    sequence,
    values_of,
)
from anglipy.runtime.equality import key_of
from anglipy.runtime.maps import PersistentMap
from anglipy.runtime.numbers import gt, lt
from anglipy.runtime.ordering import sorted_values
from anglipy.runtime.primitives.checks import function, index
from anglipy.runtime.primitives.exceptions import computed
from anglipy.runtime.primitives.reduced import Reduced
from anglipy.runtime.primitives.registry import primitive
from anglipy.runtime.primitives.sequences import finish
from anglipy.runtime.primitives.transducers import TRANSDUCERS
from anglipy.runtime.seqs import EndlessSeq, Seq
from anglipy.runtime.vectors import Vector

__all__ = ["Reduced", "filter_", "map_", "reduce"]

_MISSING: Any = object()


def _is_true(value: Any) -> bool:
    return value is not None and value is not False


# --- one result per element -----------------------------------------------------------------------


def _mapped(name: str, f: Any, collections: tuple[Any, ...]) -> Iterator[Any]:
    return map(function(f, name), *[values_of(collection, name) for collection in collections])


@primitive("map", arity=(1, None), function_args=(0,))
def map_(f: Any, *collections: Any) -> Any:
    """(f x1 y1 ...), (f x2 y2 ...), ... for each place; ends with the shortest collection."""
    if not collections:
        return TRANSDUCERS["map"](f)
    return finish(_mapped("map", f, collections), min(map(demand_of, collections)))


@primitive("mapv", arity=(2, None), function_args=(0,))
def mapv(f: Any, *collections: Any) -> Vector:
    """`map` into a vector."""
    return Vector(_mapped("mapv", f, collections))


@primitive("mapcat", arity=(1, None), function_args=(0,))
def mapcat(f: Any, *collections: Any) -> Any:
    """The concatenation of the collections that `map` gives."""
    if not collections:
        return TRANSDUCERS["mapcat"](f)
    pieces = _mapped("mapcat", f, collections)
    joined = itertools.chain.from_iterable(values_of(piece, "mapcat") for piece in pieces)
    return finish(joined, min(map(demand_of, collections)))


@primitive("for-all", arity=(2, 2), function_args=(0,))
def for_all(f: Any, collection: Any) -> Seq:
    """What a `for` is that gives a value for each element: `map`."""
    return finish(_mapped("for", f, (collection,)), demand_of(collection))


@primitive("for-some", arity=(3, 3), function_args=(1,))
def for_some(ends: bool, f: Any, collection: Any) -> Seq:
    """What any other `for` is: f gives what there is for an element, nil if nothing follows, which
    is so somewhere if it `ends`.
    """
    pieces = itertools.takewhile(_is_some, _mapped("for", f, (collection,)))
    joined = itertools.chain.from_iterable(pieces)
    demand = demand_of(collection)
    if demand is not Demand.AT_ONCE:
        return finish(joined, Demand.ON_DEMAND if ends else demand)
    found: list[Any] = []
    for piece in pieces:
        inside = demand_of(piece)
        if inside is not Demand.AT_ONCE:
            return finish(itertools.chain(found, piece, joined), inside)
        found.extend(piece)
    return sequence(found)


def _is_some(value: Any) -> bool:
    return value is not None


@primitive("map-indexed", arity=(1, 2), function_args=(0,))
def map_indexed(f: Any, collection: Any = _MISSING) -> Any:
    """(f index element) for each element, from index 0."""
    if collection is _MISSING:
        return TRANSDUCERS["map-indexed"](f)
    call = function(f, "map-indexed")
    values = values_of(collection, "map-indexed")
    return finish((call(i, value) for i, value in enumerate(values)), demand_of(collection))


@primitive("run!", arity=(2, 2), function_args=(0,), pure=False)
def run_all(f: Any, collection: Any) -> None:
    """Call f with each element, for its effect; nil."""
    call = function(f, "run!")
    for value in values_of(collection, "run!"):
        call(value)


# --- choosing elements ----------------------------------------------------------------------------


def _chosen(name: str, predicate: Any, collection: Any, wanted: bool) -> Iterator[Any]:
    test = function(predicate, name)
    return (value for value in values_of(collection, name) if _is_true(test(value)) is wanted)


@primitive("filter", arity=(1, 2), function_args=(0,))
def filter_(predicate: Any, collection: Any = _MISSING) -> Any:
    """The elements for which the predicate holds."""
    if collection is _MISSING:
        return TRANSDUCERS["filter"](predicate)
    return finish(_chosen("filter", predicate, collection, True), demand_of(collection))


@primitive("filterv", arity=(2, 2), function_args=(0,))
def filterv(predicate: Any, collection: Any) -> Vector:
    """`filter` into a vector."""
    return Vector(_chosen("filterv", predicate, collection, True))


@primitive("remove", arity=(1, 2), function_args=(0,))
def remove(predicate: Any, collection: Any = _MISSING) -> Any:
    """The elements for which the predicate does not hold."""
    if collection is _MISSING:
        return TRANSDUCERS["remove"](predicate)
    return finish(_chosen("remove", predicate, collection, False), demand_of(collection))


@primitive("keep", arity=(1, 2), function_args=(0,))
def keep(f: Any, collection: Any = _MISSING) -> Any:
    """The values of f that are not nil."""
    if collection is _MISSING:
        return TRANSDUCERS["keep"](f)
    results = _mapped("keep", f, (collection,))
    return finish((value for value in results if value is not None), demand_of(collection))


@primitive("keep-indexed", arity=(1, 2), function_args=(0,))
def keep_indexed(f: Any, collection: Any = _MISSING) -> Any:
    """The values of (f index element) that are not nil."""
    if collection is _MISSING:
        return TRANSDUCERS["keep-indexed"](f)
    call = function(f, "keep-indexed")
    results = (call(i, value) for i, value in enumerate(values_of(collection, "keep-indexed")))
    return finish((value for value in results if value is not None), demand_of(collection))


@primitive("take-while", arity=(1, 2), function_args=(0,))
def take_while(predicate: Any, collection: Any = _MISSING) -> Any:
    """The elements before the first for which the predicate does not hold."""
    if collection is _MISSING:
        return TRANSDUCERS["take-while"](predicate)
    test = function(predicate, "take-while")
    kept = itertools.takewhile(lambda v: _is_true(test(v)), values_of(collection, "take-while"))
    return finish(kept, is_lazy(collection))


@primitive("drop-while", arity=(1, 2), function_args=(0,))
def drop_while(predicate: Any, collection: Any = _MISSING) -> Any:
    """The elements from the first for which the predicate does not hold."""
    if collection is _MISSING:
        return TRANSDUCERS["drop-while"](predicate)
    test = function(predicate, "drop-while")
    kept = itertools.dropwhile(lambda v: _is_true(test(v)), values_of(collection, "drop-while"))
    return finish(kept, demand_of(collection))


@primitive("split-with", arity=(2, 2), function_args=(0,))
def split_with(predicate: Any, collection: Any) -> Vector:
    """`[(take-while predicate collection) (drop-while predicate collection)]`."""
    values = seq_of(collection, "split-with")
    return Vector((take_while(predicate, values), drop_while(predicate, values)))


# --- one result for all ---------------------------------------------------------------------------


def _states(name: str, f: Any, arguments: tuple[Any, ...]) -> Iterator[Any]:
    """The values of a reduction from the first to the last."""
    call = function(f, name)
    walk = iter(values_of(arguments[-1], name))
    state = arguments[0] if len(arguments) == 2 else next(walk, _MISSING)
    if state is _MISSING:
        state = call()
    yield state
    for value in walk:
        state = call(state, value)
        if state.__class__ is Reduced:
            yield state.value
            return
        yield state


@primitive("reduce", arity=(2, 3), function_args=(0,))
def reduce(f: Any, *arguments: Any) -> Any:
    """`(reduce f collection)`, `(reduce f initial collection)`: (f (f (f x0 x1) x2) ...); (f) if
    there is nothing.
    """
    call = function(f, "reduce")
    walk = iter(values_of(arguments[-1], "reduce"))
    state = arguments[0] if len(arguments) == 2 else next(walk, _MISSING)
    if state is _MISSING:
        return call()
    for value in walk:
        state = call(state, value)
        if state.__class__ is Reduced:
            return state.value
    return state


@primitive("reductions", arity=(2, 3), function_args=(0,))
def reductions(f: Any, *arguments: Any) -> Seq:
    """Every intermediate value of `reduce`."""
    return finish(_states("reductions", f, arguments), is_lazy(arguments[-1]))


@primitive("reduce-kv", arity=(3, 3), function_args=(0,))
def reduce_kv(f: Any, initial: Any, collection: Any) -> Any:
    """`reduce` with a function of (state, key, value) over a map, or of (state, index, value) over
    a vector.
    """
    call = function(f, "reduce-kv")
    if hasattr(collection, "items") and callable(collection.items):
        pairs: Iterable[tuple[Any, Any]] = collection.items()
    else:
        pairs = enumerate(values_of(collection, "reduce-kv"))
    state = initial
    for key, value in pairs:
        state = call(state, key, value)
        if state.__class__ is Reduced:
            return state.value
    return state


@primitive("some", arity=(2, 2), function_args=(0,))
def some(predicate: Any, collection: Any) -> Any:
    """The first true value of the predicate, or nil."""
    return next(filter(_is_true, _mapped("some", predicate, (collection,))), None)


@primitive("every?", arity=(2, 2), function_args=(0,))
def is_every(predicate: Any, collection: Any) -> bool:
    """True if the predicate holds for all elements."""
    return all(map(_is_true, _mapped("every?", predicate, (collection,))))


@primitive("not-every?", arity=(2, 2), function_args=(0,))
def is_not_every(predicate: Any, collection: Any) -> bool:
    """True if the predicate does not hold for some element."""
    return not all(map(_is_true, _mapped("not-every?", predicate, (collection,))))


@primitive("not-any?", arity=(2, 2), function_args=(0,))
def is_not_any(predicate: Any, collection: Any) -> bool:
    """True if the predicate holds for no element."""
    return not any(map(_is_true, _mapped("not-any?", predicate, (collection,))))


def _extreme(name: str, f: Any, values: tuple[Any, ...], better: Callable[[Any, Any], Any]) -> Any:
    """The last of the values with the best f."""
    key = function(f, name)
    best = values[0]
    best_key = key(best) if len(values) > 1 else None
    for value in values[1:]:
        value_key = key(value)
        if not better(best_key, value_key):
            best, best_key = value, value_key
    return best


@primitive("max-key", arity=(2, None), function_args=(0,))
def max_key(f: Any, *values: Any) -> Any:
    """The value with the largest f; the last of several."""
    return _extreme("max-key", f, values, gt)


@primitive("min-key", arity=(2, None), function_args=(0,))
def min_key(f: Any, *values: Any) -> Any:
    """The value with the smallest f; the last of several."""
    return _extreme("min-key", f, values, lt)


# --- ordering and grouping ------------------------------------------------------------------------


@primitive("sort", arity=(1, 2), function_args=(0,))
def sort(*arguments: Any) -> Seq:
    """`(sort collection)`, `(sort comparator collection)`: in order; equal ones as they came."""
    values = values_of(arguments[-1], "sort")
    comparator = function(arguments[0], "sort") if len(arguments) == 2 else None
    return sequence(sorted_values(values, comparator))


@primitive("sort-by", arity=(2, 3), function_args=(0,))
def sort_by(f: Any, *arguments: Any) -> Seq:
    """`(sort-by f collection)`, `(sort-by f comparator collection)`: in the order of the values of
    f.
    """
    values = values_of(arguments[-1], "sort-by")
    comparator = function(arguments[0], "sort-by") if len(arguments) == 2 else None
    return sequence(sorted_values(values, comparator, function(f, "sort-by")))


@primitive("group-by", arity=(2, 2), function_args=(0,))
def group_by(f: Any, collection: Any) -> PersistentMap:
    """A map from each value of f to the vector of the elements that gave it."""
    call = function(f, "group-by")
    groups: dict[Any, tuple[Any, list[Any]]] = {}
    for value in values_of(collection, "group-by"):
        group = call(value)
        groups.setdefault(key_of(group), (group, []))[1].append(value)
    return PersistentMap.of((group, Vector(members)) for group, members in groups.values())


@primitive("frequencies", arity=(1, 1))
def frequencies(collection: Any) -> PersistentMap:
    """A map from each element to how often it occurs."""
    counts: dict[Any, list[Any]] = {}
    for value in values_of(collection, "frequencies"):
        counts.setdefault(key_of(value), [value, 0])[1] += 1
    return PersistentMap.of((value, count) for value, count in counts.values())


@primitive("partition-by", arity=(1, 2), function_args=(0,))
def partition_by(f: Any, collection: Any = _MISSING) -> Any:
    """Pieces of neighbours for which f gives equal values."""
    if collection is _MISSING:
        return TRANSDUCERS["partition-by"](f)
    call = function(f, "partition-by")
    runs = itertools.groupby(values_of(collection, "partition-by"), lambda v: key_of(call(v)))
    return finish((sequence(list(run)) for _, run in runs), demand_of(collection))


# --- without end ----------------------------------------------------------------------------------


@primitive("repeatedly", arity=(1, 2), function_args=(1,))
def repeatedly(*arguments: Any) -> Seq:
    """`(repeatedly n f)`: the values of n calls; `(repeatedly f)`: of as many as are asked for."""
    call = function(arguments[-1], "repeatedly")
    if len(arguments) == 1:
        return EndlessSeq(computed("repeatedly", call) for _ in itertools.repeat(None))
    count = max(0, index(arguments[0], "repeatedly"))
    return finish((call() for _ in range(count)), count > EAGER_LIMIT)


@primitive("iterate", arity=(2, 2), function_args=(0,))
def iterate(f: Any, start: Any) -> Seq:
    """start, (f start), (f (f start)), ..."""
    return EndlessSeq(_iterated(function(f, "iterate"), start))


def _iterated(call: Callable[[Any], Any], value: Any) -> Iterator[Any]:
    while True:
        yield value
        value = computed("iterate", partial(call, value))
