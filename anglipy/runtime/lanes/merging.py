"""Many values to one: where branches join, where groups unite, where something went one by one.

The rules, in order: the same thing for all stays what it is; numbers of one kind become an array;
collections, functions and distributions of one shape are merged part by part; what is left becomes
a `Choice` among as few alternatives as there are shapes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from types import FunctionType
from typing import Any

import numpy as np

from anglipy.atoms import Char
from anglipy.runtime.distributions.base import Distribution
from anglipy.runtime.equality import key_of
from anglipy.runtime.functions import Closure, Direct
from anglipy.runtime.lanes.groups import CURRENT, Group, Index, using
from anglipy.runtime.lanes.scopes import arrive, choose, recall, remember, through
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
    stamps_in,
    with_captures,
)
from anglipy.runtime.maps import PersistentMap, SortedMap
from anglipy.runtime.scalars import Keyword, Symbol
from anglipy.runtime.seqs import ArraySeq, List, Seq
from anglipy.runtime.vectors import Vector

__all__ = ["Merger", "distinct_places", "from_rows", "per_distinct", "per_particle", "shape_of"]

_DTYPES = {"b": np.bool_, "i": np.int64, "f": np.float64}
_ATOMS = (str, Keyword, Symbol, Char, Fraction, type(None))


def shape_of(value: Any) -> Any:
    """What two values must share to be merged part by part."""
    kind = number_kind(value)
    if kind is not None:
        return kind
    if value is None or isinstance(value, _ATOMS):
        return "atom"
    if isinstance(value, Vector):
        return Vector, len(value)
    if isinstance(value, PersistentMap) and not isinstance(value, SortedMap):
        return PersistentMap, tuple(key_of(key) for key in value.keys())
    if isinstance(value, Seq) and value.known_length() is not None:
        return Seq, len(value)
    if isinstance(value, Distribution):
        family = value.family if isinstance(value, LaneDistribution) else value.__class__
        given = value.given
        return family, tuple(len(g) if isinstance(g, (Vector, tuple)) else 0 for g in given)
    if isinstance(value, (Closure, Direct)):
        memory = id(value.captures[1]) if value.code is recall else 0
        return value.code, len(value.captures), memory
    if isinstance(value, tuple) and _is_frame(value):
        return tuple, len(value), value[0], _fixed(value)
    if isinstance(value, (tuple, list)):
        return value.__class__, len(value)
    return "other", id(value)


def _fixed(frame: Any) -> Any:
    """What of a continuation cannot differ between particles."""
    if frame[0] is arrive:
        return id(frame[1])
    return frame[1] if frame[0] is remember else None


def _is_frame(value: Any) -> bool:
    return value.__class__ is tuple and bool(value) and value[0].__class__ is FunctionType


class Merger:
    """Merges values of several groups into values of one.

    `parts`: for each of the groups the places that its lanes have in the target, and the group.
    Where the parts do not cover the target, the merged values have no meaning. `strict`: what is
    the same for all parts may yet have been made in groups that the target does not descend from.
    """

    __slots__ = ("parts", "strict", "target")

    def __init__(
        self, target: Group, parts: Sequence[tuple[Any, Group]], strict: bool = False
    ) -> None:
        self.target, self.parts, self.strict = target, parts, strict

    def merge(self, values: Sequence[Any]) -> Any:
        """One value for the target group; `values` are in the order of the parts."""
        first = values[0]
        if len(values) > 1:
            if all(value is first for value in values) and self._is_known(first):
                return first
        elif not has_lanes(first):
            return first
        kind = number_kind(first)
        if kind is not None and all(number_kind(value) == kind for value in values):
            return self._numbers(values, kind)
        if first.__class__ is tuple:
            values = [through(value) if _is_frame(value) else value for value in values]
            first = values[0]
            if all(value is first for value in values) and self._is_known(first):
                return first
        if any(value.__class__ is Choice for value in values):
            merger, values = self._flat(values)
            return merger._by_shape(values)
        return self._by_shape(values)

    def _is_known(self, value: Any) -> bool:
        """Whether all lane values inside can be looked up from the target."""
        return not self.strict or all(self.target.knows(stamp) for stamp in stamps_in(value))

    def _by_shape(self, values: Sequence[Any]) -> Any:
        shape = shape_of(values[0])
        if all(shape_of(value) == shape for value in values[1:]):
            return self._alike(shape, values)
        buckets: dict[Any, list[int]] = {}
        for place, value in enumerate(values):
            buckets.setdefault(shape_of(value), []).append(place)
        codes = np.zeros(self.target.n, dtype=np.intp)
        table: list[Any] = []
        for shape, places in buckets.items():
            merger = Merger(self.target, [self.parts[place] for place in places], self.strict)
            merged = merger._alike(shape, [values[place] for place in places])
            for place in places:
                rows_of = self.parts[place][0]
                own = merged.__class__ is Choice
                codes[rows_of] = len(table) + (merged.codes[rows_of] if own else 0)
            table.extend(merged.parts if merged.__class__ is Choice else [merged])
        return self._choice(codes, table)

    def _choice(self, codes: Index, table: list[Any]) -> Any:
        made = Choice(codes, table, self.target.stamp, not any(map(has_lanes, table)))
        return (choose, made) if all(map(_is_frame, table)) else made

    def _flat(self, values: Sequence[Any]) -> tuple[Merger, list[Any]]:
        """The alternatives of choices as values of their own."""
        parts: list[tuple[Any, Group]] = []
        found: list[Any] = []
        for (places, group), value in zip(self.parts, values, strict=True):
            if value.__class__ is not Choice:
                parts.append((places, group))
                found.append(value)
                continue
            codes = codes_at(value, group)
            places = np.arange(self.target.n)[places] if places.__class__ is slice else places
            for code in np.unique(codes).tolist():
                chosen = np.nonzero(codes == code)[0]
                whole = len(chosen) == group.n
                parts.append((places[chosen], group if whole else group.subset(chosen)))
                found.append(value.parts[code])
        return Merger(self.target, parts, self.strict), found

    def _numbers(self, values: Sequence[Any], kind: str) -> Any:
        first = values[0]
        if first.__class__ is not Lane and all(
            value.__class__ is not Lane and (value == first or value is first) for value in values
        ):
            if kind != "f" or first != 0.0:
                return first
        shape: tuple[int, ...] = (self.target.n,)
        for value in values:
            if value.__class__ is Lane:
                shape = (self.target.n, *value.array.shape[1:])
        array = np.zeros(shape, dtype=_DTYPES[kind])
        for (places, group), value in zip(self.parts, values, strict=True):
            array[places] = rows_at(value, group) if value.__class__ is Lane else value
        return Lane(array, self.target.stamp)

    def _alike(self, shape: Any, values: Sequence[Any]) -> Any:
        """Values of one shape."""
        first = values[0]
        if isinstance(shape, str):
            return self._atoms(values) if shape == "atom" else self._numbers(values, shape)
        if shape[0] == "other":
            return first
        if isinstance(first, Vector):
            return Vector(self._each([value.items for value in values]))
        if isinstance(first, PersistentMap):
            merged = self._each([tuple(value.values()) for value in values])
            return PersistentMap.of(zip(first.keys(), merged, strict=True))
        if isinstance(first, Seq):
            return self._sequences(values)
        if isinstance(first, Distribution):
            return self._distributions(shape[0], values)
        if isinstance(first, (Closure, Direct)):
            return with_captures(first, self._each([value.captures for value in values]))
        if _is_frame(first) and first[0] is choose:
            return self.merge([value[1] for value in values])
        merged = self._each(values)
        return merged if first.__class__ is tuple else list(merged)

    def _each(self, values: Sequence[Sequence[Any]]) -> tuple[Any, ...]:
        """Part by part."""
        first = values[0]
        if all(value is first for value in values) and len(values) > 1 and not self.strict:
            return tuple(first)
        merge = self.merge
        return tuple([merge(column) for column in zip(*values, strict=True)])

    def _atoms(self, values: Sequence[Any]) -> Any:
        codes = np.zeros(self.target.n, dtype=np.intp)
        table: dict[Any, int] = {}
        parts: list[Any] = []
        for (places, _), value in zip(self.parts, values, strict=True):
            key = (value.__class__, value)
            if key not in table:
                table[key] = len(parts)
                parts.append(value)
            codes[places] = table[key]
        if len(parts) == 1:
            return parts[0]
        return Choice(codes, parts, self.target.stamp, plain=True)

    def _sequences(self, values: Sequence[Any]) -> Any:
        first = values[0]
        if first.__class__ is ArraySeq and len(values) > 1:
            items, start = first._items, first._start
            if (
                all(v.__class__ is ArraySeq and v._items is items for v in values)
                and all(v._start == start for v in values)
                and self._is_known(first)
            ):
                return first
        if all(value.__class__ is List for value in values) and len(values) > 1:
            front: list[Any] = []
            nodes = list(values)
            while nodes[0]._count and not (
                all(node is nodes[0] for node in nodes) and not self.strict
            ):
                front.append(self.merge([node._first for node in nodes]))
                nodes = [node._rest for node in nodes]
            result = nodes[0]
            for item in reversed(front):
                result = result.cons(item)
            return result
        merged = self._each([tuple(value) for value in values])
        return List.of(merged) if first.__class__ is List else ArraySeq(merged)

    def _distributions(self, family: Any, values: Sequence[Any]) -> Any:
        first = values[0]
        if len(values) > 1 and first.__class__ is not LaneDistribution:
            if all(value == first for value in values if not has_lanes(value)) and not any(
                map(has_lanes, values)
            ):
                return first
        merged = []
        for column in zip(*(value.given for value in values), strict=True):
            if isinstance(column[0], tuple):
                merged.append(self._each(column))
            else:
                merged.append(self.merge(column))
        if not has_lanes(tuple(merged)):
            return first
        return LaneDistribution(family, tuple(merged))


# ---- from plain values


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
        array = np.array(values, dtype=_DTYPES[kind])
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
        return PersistentMap.of(zip(first.keys(), merged, strict=True))
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
        key = (value.__class__, value) if isinstance(value, _ATOMS) else id(value)
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
        parts = [(np.nonzero(which == number)[0],) * 2 for number in range(len(combos))]
        parts = [(chosen, group.subset(chosen)) for chosen, _ in parts]
    if len(parts) == 1 and parts[0][1] is group:
        return results[0]
    return Merger(group, parts).merge(results)


def _at_lane(error: Exception, chosen: Index, same: bool) -> None:
    """Note for which particle of the running group something failed."""
    inside = getattr(error, "lane", None)
    error.lane = int(chosen[0]) if inside is None or same else int(chosen[inside])  # type: ignore[attr-defined]


def per_particle(fn: Callable[..., Any], args: Sequence[Any]) -> Any:
    """`fn(*args)` with plain arguments, once for every distinct combination of lane values found
    anywhere in the arguments.
    """
    group: Group = CURRENT.group
    places, codes = distinct_places(list(args), group)
    columns = [rows(arg, places) for arg in args]
    results = []
    for number, given in enumerate(zip(*columns, strict=True)):
        try:
            results.append(fn(*given))
        except Exception as error:
            error.lane = number if places is None else int(places[number])  # type: ignore[attr-defined]
            raise
    return from_rows(results, codes)


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
