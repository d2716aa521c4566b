"""Values of groups from plain values: each given by the particle it belongs to.

Where an operation cannot take arrays, it is done once for every distinct combination of its
arguments, and what comes out is put together again by the rules of `merging`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from anglipy.runtime.distributions.base import Distribution
from anglipy.runtime.lanes.groups import CURRENT, Group, Index, using
from anglipy.runtime.lanes.merging import ATOMS, DTYPES, Merger, shape_of
from anglipy.runtime.lanes.placed import PLACES
from anglipy.runtime.lanes.values import (
    Choice,
    Lane,
    LaneDistribution,
    codes_at,
    has_lanes,
    inner,
    number_kind,
    rows,
    rows_at,
    with_values,
)
from anglipy.runtime.maps import PersistentMap
from anglipy.runtime.seqs import ArraySeq, Seq
from anglipy.runtime.vectors import Vector

__all__ = ["Begun", "distinct", "distinct_places", "from_rows", "per_distinct", "per_particle"]


def from_rows(values: Sequence[Any], codes: Index | None = None) -> Any:
    """The value of the running group of which particle i has `values[codes[i]]` (without codes:
    `values[i]`). The values are plain.
    """
    first = values[0]
    if len(values) == 1:
        return first
    kind = number_kind(first)
    stamp = CURRENT.group.stamp
    if kind is not None and all(number_kind(value) == kind for value in values):
        array: Any = np.array(values, dtype=DTYPES[kind])
        return Lane(array if codes is None else array[codes], stamp)
    shapes = [shape_of(value) for value in values]
    if all(shape == shapes[0] for shape in shapes):
        return _rows_alike(values, codes)
    if codes is None:
        codes = np.arange(len(values))
    return _rows_mixed(values, shapes, codes)


def _rows_mixed(values: Sequence[Any], shapes: list[Any], codes: Index) -> Any:
    buckets: dict[Any, list[int]] = {}
    for place, shape in enumerate(shapes):
        buckets.setdefault(shape, []).append(place)
    bucket_of = np.zeros(len(values), dtype=np.intp)
    table: list[Any] = []
    for places in buckets.values():
        local = np.zeros(len(values), dtype=np.intp)
        local[places] = np.arange(len(places))
        merged = from_rows([values[place] for place in places], local[codes])
        if merged.__class__ is Choice and merged.plain:
            bucket_of[places] = len(table) + np.arange(len(places))
            table.extend(values[place] for place in places)
        else:
            bucket_of[places] = len(table)
            table.append(merged)
    plain = not any(map(has_lanes, table))
    return Choice(bucket_of[codes], table, CURRENT.group.stamp, plain)


def _rows_alike(values: Sequence[Any], codes: Index | None) -> Any:
    first = values[0]
    if all(value is first for value in values):
        return first
    if isinstance(first, Vector):
        return Vector(_columns([value.items for value in values], codes))
    if isinstance(first, PersistentMap):
        merged = _columns([tuple(value.values()) for value in values], codes)
        return with_values(first, merged)
    if isinstance(first, Seq):
        return ArraySeq(_columns([tuple(value) for value in values], codes))
    if isinstance(first, Distribution) and len(values) > _TABLE:
        merged = tuple(
            _columns(column, codes) if isinstance(column[0], tuple) else from_rows(column, codes)
            for column in zip(*(value.given for value in values), strict=True)
        )
        return LaneDistribution(first.__class__, merged) if has_lanes(merged) else first
    return _table(values, codes)


_TABLE = 256
"""Most distributions that stay a table; more become one distribution with lane parameters."""


def _columns(values: Sequence[Sequence[Any]], codes: Index | None) -> tuple[Any, ...]:
    return tuple(from_rows(column, codes) for column in zip(*values, strict=True))


def _table(values: Sequence[Any], codes: Index | None) -> Any:
    """A choice among plain values; equal atoms have one place in the table."""
    known: dict[Any, int] = {}
    parts: list[Any] = []
    remap = np.empty(len(values), dtype=np.intp)
    for place, value in enumerate(values):
        key = (value.__class__, value) if isinstance(value, ATOMS) else id(value)
        if key not in known:
            known[key] = len(parts)
            parts.append(value)
        remap[place] = known[key]
    if len(parts) == 1:
        return parts[0]
    return Choice(remap if codes is None else remap[codes], parts, CURRENT.group.stamp, plain=True)


# ---- one by one


def distinct(array: Any) -> tuple[Any, Index]:
    """The distinct elements of an array, and for each element which of them it is."""
    if array.dtype.kind == "b":
        both = array.astype(np.intp)
        total = int(both.sum())
        if 0 < total < len(both):
            return np.array([False, True]), both
        return array[:1], np.zeros(len(array), dtype=np.intp)
    if array.dtype.kind == "i" and len(array):
        low, high = int(array.min()), int(array.max())
        if high - low < max(64, len(array)):
            shifted = array - low
            there = np.bincount(shifted, minlength=high - low + 1) > 0
            return np.nonzero(there)[0] + low, (np.cumsum(there) - 1)[shifted]
    values, codes = np.unique(array, return_inverse=True)
    return values, codes.reshape(-1)


def _alternatives(value: Any, group: Group) -> tuple[list[Any], Index]:
    if value.__class__ is Lane:
        values, codes = distinct(rows_at(value, group))
        return values.tolist(), codes
    return list(value.parts), codes_at(value, group)


def _combined(all_codes: list[Index], sizes: list[int]) -> tuple[list[tuple[int, ...]], Index]:
    """The combinations of several codes that occur, and for each particle which it has."""
    if len(sizes) == 1 and np.bincount(all_codes[0], minlength=sizes[0]).all():
        return [(code,) for code in range(sizes[0])], all_codes[0]
    total = all_codes[0].astype(np.int64)
    for codes, size in zip(all_codes[1:], sizes[1:], strict=True):
        total = total * size + codes
    found, which = distinct(total)
    combos = []
    for number in found.tolist():
        combo: list[int] = []
        for size in reversed(sizes[1:]):
            number, place = divmod(number, size)
            combo.append(place)
        combos.append((number, *reversed(combo)))
    return combos, which


def per_distinct(fn: Callable[..., Any], args: Sequence[Any], active: Sequence[int]) -> Any:
    """`fn(*args)`, called once for every distinct combination of the lane values at the active
    positions. Where other arguments hold lane values, each call runs in the group of its particles.
    """
    group: Group = CURRENT.group
    places = [p for p in active if p < len(args) and args[p].__class__ in (Lane, Choice)]
    if not places:
        return fn(*args)
    found = [_alternatives(args[place], group) for place in places]
    combos, which = _combined([c for _, c in found], [max(len(v), 1) for v, _ in found])
    if CURRENT.watch is not None:
        CURRENT.watch.one_by_one(fn, len(combos), group.n)
    parts_plain = all(args[p].__class__ is Lane or args[p].plain for p in places)
    plain = parts_plain and not any(has_lanes(a) for p, a in enumerate(args) if p not in places)
    results, parts = [], []
    for number, combo in enumerate(combos):
        given = list(args)
        for place, (values, _), code in zip(places, found, combo, strict=True):
            given[place] = values[code]
        chosen = np.nonzero(which == number)[0] if not plain else which
        sub = group if plain or len(chosen) == group.n else group.subset(chosen)
        try:
            with using(sub):
                results.append(fn(*given))
        except Exception as error:
            _at_lane(error, chosen if not plain else np.nonzero(which == number)[0], sub is group)
            raise
        parts.append((chosen, sub))
    if plain and not any(map(has_lanes, results)):
        return from_rows(results, which)
    if plain:
        each = [np.nonzero(which == number)[0] for number in range(len(combos))]
        parts = [(chosen, group.subset(chosen)) for chosen in each]
    if len(parts) == 1 and parts[0][1] is group:
        return results[0]
    return Merger(group, parts).merge(results)


def _at_lane(error: Exception, chosen: Index, same: bool) -> None:
    """Note for which particle of the running group something failed."""
    inside = getattr(error, "lane", None)
    if inside is None:
        error.lane = int(chosen[0])  # type: ignore[attr-defined]
    elif not same:
        error.lane = int(chosen[inside])  # type: ignore[attr-defined]


class Begun(NamedTuple):
    """What a function that went particle by particle had done when it failed: its results so far,
    and for each particle of the group which of the results is its own; the next one is missing.
    """

    function: Any
    results: list[Any]
    codes: Index


def per_particle(
    fn: Callable[..., Any],
    args: Sequence[Any],
    of: Any = None,
    made: Callable[[list[Any]], list[Any]] = list,
) -> Any:
    """`fn(*args)` with plain arguments, once for every distinct combination of lane values found
    anywhere in the arguments. What it gives is `made` into what is put together. An error tells in
    `begun` how far the function `of` came.
    """
    group: Group = CURRENT.group
    places, codes = distinct_places(list(args), group)
    columns = [rows(arg, places) for arg in args]
    if CURRENT.watch is not None:
        CURRENT.watch.one_by_one(fn, group.n if places is None else len(places), group.n)
    results = []
    for number, given in enumerate(zip(*columns, strict=True)):
        try:
            results.append(fn(*given))
        except Exception as error:
            error.lane = number if places is None else int(places[number])  # type: ignore[attr-defined]
            which = np.arange(group.n) if codes is None else codes
            error.begun = Begun(of, results, which)  # type: ignore[attr-defined]
            raise
    return from_rows(made(results), codes)


def distinct_places(values: list[Any], group: Group) -> tuple[Index | None, Index | None]:
    """Particles that stand for all others, and for each particle which of them it is like."""
    leaves: dict[int, Any] = {}
    work = list(values)
    while work:
        item = work.pop()
        if item.__class__ is Lane:
            leaves[id(item)] = item
        elif item.__class__ is Choice:
            leaves[id(item)] = item
            if not item.plain:
                work.extend(item.parts)
        elif item.__class__ in PLACES:
            return None, None
        else:
            inside = inner(item)
            if inside is not None:
                work.extend(inside)
    total = np.zeros(group.n, dtype=np.int64)
    for leaf in leaves.values():
        if leaf.__class__ is Lane and leaf.array.dtype.kind == "f":
            return None, None
        _, codes = _alternatives(leaf, group)
        total = distinct(total * (int(codes.max()) + 1) + codes)[1]
    _, first, codes = np.unique(total, return_index=True, return_inverse=True)
    if 2 * len(first) > group.n:
        return None, None
    return first, codes.reshape(-1)
