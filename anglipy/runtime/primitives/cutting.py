"""Cutting sequences into pieces: take, drop, split, partition."""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Iterator
from typing import Any

from anglipy.diagnostics import ProgramError
from anglipy.runtime.access import EAGER_LIMIT, demand_of, dropped, seq_of, sequence, values_of
from anglipy.runtime.primitives.checks import index
from anglipy.runtime.primitives.registry import primitive
from anglipy.runtime.primitives.sequences import finish
from anglipy.runtime.primitives.transducers import TRANSDUCERS
from anglipy.runtime.seqs import Seq
from anglipy.runtime.vectors import Vector

__all__ = ["drop", "partition", "take"]

_MISSING: Any = object()


@primitive("take", arity=(1, 2))
def take(n: Any, collection: Any = _MISSING) -> Any:
    """The first n elements, or all if there are fewer."""
    if collection is _MISSING:
        return TRANSDUCERS["take"](n)
    count = max(0, index(n, "take"))
    return finish(itertools.islice(values_of(collection, "take"), count), count > EAGER_LIMIT)


@primitive("drop", arity=(1, 2))
def drop(n: Any, collection: Any = _MISSING) -> Any:
    """What follows the first n elements."""
    if collection is _MISSING:
        return TRANSDUCERS["drop"](n)
    return dropped(collection, max(0, index(n, "drop")), "drop")


@primitive("take-last", arity=(2, 2))
def take_last(n: Any, collection: Any) -> Seq | None:
    """The last n elements, or nil if there are none."""
    kept = tuple(deque(values_of(collection, "take-last"), maxlen=max(0, index(n, "take-last"))))
    return sequence(kept) if kept else None


@primitive("drop-last", arity=(1, 2))
def drop_last(*count_and_collection: Any) -> Seq:
    """All but the last n elements (one, without n)."""
    count = index(count_and_collection[0], "drop-last") if len(count_and_collection) > 1 else 1
    values = tuple(values_of(count_and_collection[-1], "drop-last"))
    return sequence(values[: max(0, len(values) - max(0, count))])


@primitive("take-nth", arity=(1, 2))
def take_nth(n: Any, collection: Any = _MISSING) -> Any:
    """Every n-th element, from the first."""
    if collection is _MISSING:
        return TRANSDUCERS["take-nth"](n)
    step = index(n, "take-nth")
    if step < 1:
        raise ProgramError("AQ440", f"take-nth: the step must be at least 1, got {step}")
    values = values_of(collection, "take-nth")
    return finish(itertools.islice(values, 0, None, step), demand_of(collection))


@primitive("split-at", arity=(2, 2))
def split_at(n: Any, collection: Any) -> Vector:
    """`[(take n collection) (drop n collection)]`."""
    return Vector((take(n, collection), drop(n, collection)))


@primitive("partition", arity=(2, 4))
def partition(n: Any, *arguments: Any) -> Seq:
    """Pieces of n elements, `step` apart (n, if not given); an incomplete one is filled from `pad`
    or left out.
    """
    size = index(n, "partition")
    step = index(arguments[0], "partition") if len(arguments) > 1 else size
    pad = tuple(values_of(arguments[1], "partition")) if len(arguments) > 2 else None
    return finish(_pieces(size, step, arguments[-1], pad, "partition"), demand_of(arguments[-1]))


@primitive("partition-all", arity=(1, 3))
def partition_all(n: Any, *arguments: Any) -> Any:
    """Pieces of n elements, `step` apart (n, if not given); the last ones may be shorter."""
    if not arguments:
        return TRANSDUCERS["partition-all"](n)
    size = index(n, "partition-all")
    step = index(arguments[0], "partition-all") if len(arguments) > 1 else size
    pieces = _pieces(size, step, arguments[-1], _MISSING, "partition-all")
    return finish(pieces, demand_of(arguments[-1]))


def _pieces(size: int, step: int, collection: Any, pad: Any, name: str) -> Iterator[Seq]:
    """`pad`: None leaves incomplete pieces out, values fill the first of them, `_MISSING` keeps all
    of them.
    """
    if step < 1 or size < 1:
        raise ProgramError("AQ440", f"{name}: size and step must be at least 1")
    rest_of = seq_of(collection, name)
    while True:
        piece = list(itertools.islice(rest_of, size))
        if len(piece) < size and pad is not _MISSING:
            if piece and pad is not None:
                yield sequence((*piece, *pad[: size - len(piece)]))
            return
        if not piece:
            return
        yield sequence(piece)
        rest_of = dropped(rest_of, step, name)


@primitive("nthrest", arity=(2, 2))
def nthrest(collection: Any, n: Any) -> Any:
    """The collection itself if n < 1, else what follows the first n elements."""
    count = index(n, "nthrest")
    return collection if count < 1 else dropped(collection, count, "nthrest")


@primitive("nthnext", arity=(2, 2))
def nthnext(collection: Any, n: Any) -> Seq | None:
    """What follows the first n elements, or nil if nothing does."""
    found = dropped(collection, index(n, "nthnext"), "nthnext")
    return None if found.is_empty() else found
