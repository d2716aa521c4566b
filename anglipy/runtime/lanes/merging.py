"""Many values to one: where branches join, where groups unite, where something went one by one.

The rules, in order: the same thing for all stays what it is; numbers of one kind become an array;
collections, functions and distributions of one shape are merged part by part; what is left becomes
a `Choice` among as few alternatives as there are shapes.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from functools import partial
from types import FunctionType
from typing import Any

import numpy as np

from anglipy.atoms import Char
from anglipy.runtime.composite import Composite
from anglipy.runtime.distributions.base import Distribution, UserDistribution
from anglipy.runtime.equality import key_of
from anglipy.runtime.functions import Closure, Direct
from anglipy.runtime.lanes.groups import Group, Index
from anglipy.runtime.lanes.placed import Place
from anglipy.runtime.lanes.scopes import arrive, choose, recall, remember, through
from anglipy.runtime.lanes.values import (
    Choice,
    Lane,
    LaneDistribution,
    codes_at,
    has_lanes,
    is_open,
    number_kind,
    rows_at,
    stamps_in,
    with_captures,
    with_values,
)
from anglipy.runtime.maps import PersistentMap, SortedMap
from anglipy.runtime.protocols import Record
from anglipy.runtime.scalars import Keyword, Symbol
from anglipy.runtime.seqs import ArraySeq, EndlessSeq, LazySeq, List, Seq
from anglipy.runtime.vectors import Vector

__all__ = ["ATOMS", "DTYPES", "Merger", "shape_of"]

DTYPES = {"b": np.bool_, "i": np.int64, "f": np.float64}
ATOMS = (str, Keyword, Symbol, Char, Fraction, type(None))


def shape_of(value: Any) -> Any:
    """What two values must share to be merged part by part."""
    kind = number_kind(value)
    if kind is not None:
        return kind
    if value is None or isinstance(value, ATOMS):
        return "atom"
    if isinstance(value, Vector):
        return Vector, len(value)
    if isinstance(value, PersistentMap):
        order: Any = id(value.compare) if isinstance(value, SortedMap) else 0
        order = value.type_name if isinstance(value, Record) else order
        return PersistentMap, tuple(key_of(key) for key in value), order
    if isinstance(value, Seq) and value.known_length() is not None:
        return Seq, len(value)
    if isinstance(value, Distribution) and not isinstance(value, UserDistribution):
        family = value.family if isinstance(value, LaneDistribution) else value.__class__
        given = value.given
        return family, tuple(len(g) if isinstance(g, (Vector, tuple)) else 0 for g in given)
    if isinstance(value, (Closure, Direct)):
        memory = id(value.captures[1]) if value.code is recall else 0
        return value.code, len(value.captures), memory
    if value.__class__ is partial:
        return partial, shape_of(value.func), len(value.args)
    if isinstance(value, tuple) and _is_frame(value):
        return tuple, len(value), value[0], _fixed(value)
    if isinstance(value, (tuple, list)):
        return value.__class__, len(value)
    if isinstance(value, Composite):
        return value.__class__, value.kind()
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
    the same for all parts may yet have been made in groups that the target does not descend from,
    because some of the parts were united, or were one after the target was split. `union`: the
    target descends from the groups of all parts, so that it knows what they know.
    """

    __slots__ = ("all_parts", "parts", "strict", "target", "union")

    def __init__(
        self,
        target: Group,
        parts: Sequence[tuple[Any, Group]],
        strict: bool = False,
        union: bool = False,
        all_parts: Sequence[tuple[Any, Group]] = (),
    ) -> None:
        self.all_parts = all_parts or parts
        self.target, self.parts, self.strict, self.union = target, parts, strict, union

    def of(self, places: Sequence[int]) -> Merger:
        """The merger of some of the parts."""
        strict = not self.union and (self.strict or len(places) < len(self.parts))
        parts = [self.parts[place] for place in places]
        return Merger(self.target, parts, strict, self.union, self.all_parts)

    def merge(self, values: Sequence[Any]) -> Any:
        """One value for the target group; `values` are in the order of the parts."""
        first = values[0]
        if len(values) > 1:
            if all(value is first for value in values) and self._is_known(first):
                return first
        elif first.__class__ is not Choice and (self.union or not has_lanes(first, or_open=True)):
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
            merger = self.of(places)
            merged = merger._alike(shape, [values[place] for place in places])
            for place in places:
                rows_of = self.parts[place][0]
                own = merged.__class__ is Choice
                codes[rows_of] = len(table) + (merged.codes[rows_of] if own else 0)
            table.extend(merged.parts if merged.__class__ is Choice else [merged])
        return self._choice(codes, table)

    def _choice(self, codes: Index, table: list[Any]) -> Any:
        if all(map(_is_frame, table)):
            return (choose, Choice(codes, table, self.target.stamp, plain=False))
        plain = not any(has_lanes(part, or_open=True) for part in table)
        return Choice(codes, table, self.target.stamp, plain)

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
        return Merger(self.target, parts, self.strict, self.union, self.all_parts), found

    def _numbers(self, values: Sequence[Any], kind: str) -> Any:
        first = values[0]
        if all(
            value.__class__ is not Lane and (value == first or value is first) for value in values
        ) and (kind != "f" or first != 0.0):
            return first
        shape: tuple[int, ...] = (self.target.n,)
        for value in values:
            if value.__class__ is Lane:
                shape = (self.target.n, *value.array.shape[1:])
        array: Any = np.zeros(shape, dtype=DTYPES[kind])
        for (places, group), value in zip(self.parts, values, strict=True):
            array[places] = rows_at(value, group) if value.__class__ is Lane else value
        return Lane(array, self.target.stamp)

    def _alike(self, shape: Any, values: Sequence[Any]) -> Any:
        """Values of one shape."""
        first = values[0]
        if isinstance(shape, str):
            return self._atoms(values) if shape == "atom" else self._numbers(values, shape)
        if shape[0] == "other":
            if isinstance(first, Place):
                first.rebase(self.target, self.all_parts)
            return self._on_demand(first, len(values)) if isinstance(first, Seq) else first
        if isinstance(first, Vector):
            return Vector(self._each([value.items for value in values]))
        if isinstance(first, PersistentMap):
            merged = self._each([tuple(value.values()) for value in values])
            return with_values(first, merged)
        if isinstance(first, Seq):
            return self._sequences(values)
        if isinstance(first, Distribution):
            return self._distributions(shape[0], values)
        if isinstance(first, (Closure, Direct)):
            return with_captures(first, self._each([value.captures for value in values]))
        if first.__class__ is partial:
            function, *args = self._each([(value.func, *value.args) for value in values])
            return partial(function, *args, **first.keywords)
        if _is_frame(first) and first[0] is choose:
            return self.merge([value[1] for value in values])
        if isinstance(first, Composite):
            return first.with_parts(self._each([value.parts() for value in values]))
        merged = self._each(values)
        return merged if first.__class__ is tuple else list(merged)

    def _on_demand(self, sequence: Any, count: int) -> Any:
        """A sequence whose elements are merged when they are asked for."""
        if not is_open(sequence):
            return sequence
        kind = EndlessSeq if sequence.is_endless() else LazySeq
        return kind(self.merge([item] * count) for item in sequence)

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
        if (
            len(values) > 1
            and not any(map(has_lanes, values))
            and all(value == first for value in values)
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
