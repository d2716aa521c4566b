"""Transducers: `(into [] (comp (map f) (filter p)) xs)`.

A transducer takes a reducing function and gives another. A reducing function is called with (state,
value) for a step, with (state) at the end and with nothing for a first state. Called without a
collection, `map`, `filter`, `take` and the like give the transducers made here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any

from anglipy.runtime.access import get, is_lazy, values_of
from anglipy.runtime.equality import key_of
from anglipy.runtime.primitives.checks import function, index
from anglipy.runtime.primitives.reduced import Reduced
from anglipy.runtime.random_source import current_rng
from anglipy.runtime.seqs import LazySeq
from anglipy.runtime.vectors import Vector

__all__ = ["TRANSDUCERS", "apply_transducer", "transduced"]

Reducing = Callable[..., Any]
TRANSDUCERS: dict[str, Callable[..., Any]] = {}
"""Name of a function over collections -> what makes its transducer of its other arguments."""
_START: Any = object()


def _true(answer: Any) -> bool:
    return answer is not None and answer is not False


def _reducing(following: Reducing, step: Reducing, flush: Reducing | None = None) -> Reducing:
    """A reducing function with this step, before another."""

    def reducing(*arguments: Any) -> Any:
        if len(arguments) > 1:
            return step(*arguments)
        if arguments and flush is not None:
            return following(flush(arguments[0]))
        return following(*arguments)

    return reducing


def _transducer(name: str) -> Callable[[Reducing], Reducing]:
    """Enter what is called with the arguments and the following reducing function."""

    def enter(make: Reducing) -> Reducing:
        TRANSDUCERS[name] = partial(partial, make)
        return make

    return enter


# --- one value for one ----------------------------------------------------------------------------


@_transducer("map")
def _mapping(f: Any, following: Reducing) -> Reducing:
    call = function(f, "map")
    return _reducing(following, lambda state, *values: following(state, call(*values)))


@_transducer("map-indexed")
def _mapping_indexed(f: Any, following: Reducing) -> Reducing:
    call, count = function(f, "map-indexed"), iter(range(2**63))
    return _reducing(following, lambda state, value: following(state, call(next(count), value)))


@_transducer("replace")
def _replacing(replacements: Any, following: Reducing) -> Reducing:
    return _reducing(
        following, lambda state, value: following(state, get(replacements, value, value))
    )


# --- choosing -------------------------------------------------------------------------------------


def _keeping(following: Reducing, test: Callable[[Any], bool]) -> Reducing:
    return _reducing(
        following, lambda state, value: following(state, value) if test(value) else state
    )


@_transducer("filter")
def _filtering(predicate: Any, following: Reducing) -> Reducing:
    call = function(predicate, "filter")
    return _keeping(following, lambda value: _true(call(value)))


@_transducer("remove")
def _removing(predicate: Any, following: Reducing) -> Reducing:
    call = function(predicate, "remove")
    return _keeping(following, lambda value: not _true(call(value)))


@_transducer("random-sample")
def _sampling(probability: Any, following: Reducing) -> Reducing:
    return _keeping(following, lambda _: current_rng().random() < float(probability))


@_transducer("keep")
def _keeping_values(f: Any, following: Reducing) -> Reducing:
    call = function(f, "keep")

    def step(state: Any, value: Any) -> Any:
        found = call(value)
        return state if found is None else following(state, found)

    return _reducing(following, step)


@_transducer("keep-indexed")
def _keeping_indexed(f: Any, following: Reducing) -> Reducing:
    call, count = function(f, "keep-indexed"), iter(range(2**63))

    def step(state: Any, value: Any) -> Any:
        found = call(next(count), value)
        return state if found is None else following(state, found)

    return _reducing(following, step)


@_transducer("distinct")
def _distinct(following: Reducing) -> Reducing:
    seen: set[Any] = set()

    def is_new(value: Any) -> bool:
        key = key_of(value)
        known = key in seen
        seen.add(key)
        return not known

    return _keeping(following, is_new)


@_transducer("dedupe")
def _dedupe(following: Reducing) -> Reducing:
    last: list[Any] = [_START]

    def differs(value: Any) -> bool:
        before, last[0] = last[0], key_of(value)
        return before is _START or bool(before != last[0])

    return _keeping(following, differs)


# --- by place -------------------------------------------------------------------------------------


@_transducer("take")
def _taking(n: Any, following: Reducing) -> Reducing:
    left = [index(n, "take")]

    def step(state: Any, value: Any) -> Any:
        if left[0] > 0:
            state = following(state, value)
        left[0] -= 1
        return state if left[0] > 0 or state.__class__ is Reduced else Reduced(state)

    return _reducing(following, step)


@_transducer("take-while")
def _taking_while(predicate: Any, following: Reducing) -> Reducing:
    call = function(predicate, "take-while")
    return _reducing(
        following,
        lambda state, value: following(state, value) if _true(call(value)) else Reduced(state),
    )


@_transducer("drop")
def _dropping(n: Any, following: Reducing) -> Reducing:
    left = [index(n, "drop")]

    def passed(_: Any) -> bool:
        left[0] -= 1
        return left[0] < 0

    return _keeping(following, passed)


@_transducer("drop-while")
def _dropping_while(predicate: Any, following: Reducing) -> Reducing:
    call, dropping = function(predicate, "drop-while"), [True]

    def passed(value: Any) -> bool:
        dropping[0] = dropping[0] and _true(call(value))
        return not dropping[0]

    return _keeping(following, passed)


@_transducer("take-nth")
def _taking_nth(n: Any, following: Reducing) -> Reducing:
    step, count = index(n, "take-nth"), iter(range(2**63))
    return _keeping(following, lambda _: next(count) % step == 0)


@_transducer("interpose")
def _interposing(separator: Any, following: Reducing) -> Reducing:
    first = [True]

    def step(state: Any, value: Any) -> Any:
        if first[0]:
            first[0] = False
            return following(state, value)
        state = following(state, separator)
        return state if state.__class__ is Reduced else following(state, value)

    return _reducing(following, step)


# --- pieces ---------------------------------------------------------------------------------------


def cat(following: Reducing) -> Reducing:
    """The transducer that passes on the elements of every value."""

    def step(state: Any, value: Any) -> Any:
        for element in values_of(value, "cat"):
            state = following(state, element)
            if state.__class__ is Reduced:
                return state
        return state

    return _reducing(following, step)


@_transducer("mapcat")
def _mapping_cat(f: Any, following: Reducing) -> Reducing:
    mapped: Reducing = _mapping(f, cat(following))
    return mapped


def _pieces(following: Reducing, ends: Callable[[list[Any], Any], bool]) -> Reducing:
    """Passes on vectors of neighbours; `ends` tells whether a piece ends before a value."""
    piece: list[Any] = []

    def step(state: Any, value: Any) -> Any:
        if piece and ends(piece, value):
            state = following(state, Vector(piece[:]))
            piece.clear()
            if state.__class__ is Reduced:
                return state
        piece.append(value)
        return state

    def flush(state: Any) -> Any:
        if piece:
            state = following(state, Vector(piece))
        return state.value if state.__class__ is Reduced else state

    return _reducing(following, step, flush)


@_transducer("partition-all")
def _partitioning_all(n: Any, following: Reducing) -> Reducing:
    size = index(n, "partition-all")
    return _pieces(following, lambda piece, _: len(piece) >= size)


@_transducer("partition-by")
def _partitioning_by(f: Any, following: Reducing) -> Reducing:
    call = function(f, "partition-by")
    return _pieces(following, lambda piece, v: bool(key_of(call(piece[-1])) != key_of(call(v))))


# --- using them -----------------------------------------------------------------------------------


def apply_transducer(xform: Any, following: Reducing, state: Any, values: Iterable[Any]) -> Any:
    """The end of a reduction through a transducer."""
    reducing = function(function(xform, "transduce")(following), "transduce")
    for value in values:
        state = reducing(state, value)
        if state.__class__ is Reduced:
            state = state.value
            break
    return reducing(state)


def transduced(xform: Any, *collections: Any) -> Iterator[Any]:
    """The values that come out of a transducer, on demand."""
    out: list[Any] = []

    def collect(*arguments: Any) -> Any:
        if len(arguments) > 1:
            out.append(arguments[1])
        return None

    reducing = function(function(xform, "sequence")(collect), "sequence")
    for values in zip(*[values_of(c, "sequence") for c in collections], strict=False):
        ended = reducing(None, *values).__class__ is Reduced
        yield from out
        out.clear()
        if ended:
            break
    reducing(None)
    yield from out


def sequence_of(xform: Any, *collections: Any) -> LazySeq:
    """The sequence of what comes out of a transducer."""
    found = LazySeq(transduced(xform, *collections))
    if not any(map(is_lazy, collections)):
        len(found)
    return found
