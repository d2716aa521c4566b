"""Values that differ between the particles of a group.

    Lane     numbers or booleans of one kind: an array with one element per particle
    Choice   one of several things per particle: a table, and for each particle an index into it

Collections, functions and distributions hold lane values inside like any other value; a collection
has the same shape for all particles, or is in a `Choice`. What is equal for all particles is a
plain value. Both kinds belong to the group they were made in (its stamp) and are looked up from its
descendants when used.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any

import numpy as np

from anglipy.runtime.composite import Composite
from anglipy.runtime.distributions.base import Distribution
from anglipy.runtime.functions import Closure, Direct
from anglipy.runtime.lanes.groups import CURRENT, Group, Index, Stamp, using
from anglipy.runtime.lanes.placed import PLACES
from anglipy.runtime.maps import PersistentMap, PythonMap, SortedMap
from anglipy.runtime.protocols import Record
from anglipy.runtime.seqs import ArraySeq, Cons, LazySeq, List
from anglipy.runtime.sets import PersistentSet
from anglipy.runtime.vectors import Vector

__all__ = [
    "Choice", "Lane", "LaneDistribution", "NotLanes", "codes_at", "has_lanes", "is_open",
    "lane", "number_kind", "numbers", "of_particle", "row", "rows", "rows_at", "stamps_in", "truth",
    "with_captures", "with_values",
]  # fmt: skip


class Lane:
    """Numbers or booleans, one per particle: `array` has shape (n,) and dtype bool, int64 or
    float64. Engines also keep arrays of shape (n, ...) of their own in it.
    """

    __slots__ = ("array", "stamp")

    def __init__(self, array: Any, stamp: Stamp) -> None:
        self.array, self.stamp = array, stamp

    def __bool__(self) -> bool:
        raise TypeError("a value that differs between particles has no truth of its own")

    def __repr__(self) -> str:
        return f"<{len(self.array)} lanes of {self.array.dtype}>"


class Choice:
    """For particle i the value `parts[codes[i]]`.

    `plain`: no part has lane values inside. Lane values inside of a part have the stamp of the
    choice, or an older one, and a meaning only for the particles that chose the part.
    """

    __slots__ = ("codes", "parts", "plain", "stamp")

    def __init__(self, codes: Index, parts: Sequence[Any], stamp: Stamp, plain: bool) -> None:
        self.codes, self.parts, self.stamp, self.plain = codes, parts, stamp, plain

    def __bool__(self) -> bool:
        raise TypeError("a value that differs between particles has no truth of its own")

    def __repr__(self) -> str:
        return f"<{len(self.codes)} lanes of {len(self.parts)} values>"


class LaneDistribution(Distribution):
    """A distribution with parameters that differ between particles: the class of the plain
    distribution, and the parameters as they were given, lane values among them.
    """

    __slots__ = ("family", "prepared")

    def __init__(self, family: type[Distribution], given: tuple[Any, ...]) -> None:
        self.family, self.given = family, given
        self.prepared: Any = None
        """What drawing and scoring computed of the parameters, with the group it is for."""

    @property
    def name(self) -> str:  # type: ignore[override]
        """The constructor's name in the language."""
        return self.family.name

    @property
    def fields(self) -> tuple[str, ...]:  # type: ignore[override]
        """The names of the parameters."""
        return self.family.fields

    @property
    def support(self) -> Any:
        """That of the first particle's distribution."""
        return row(self, 0).support


class NotLanes(Exception):
    """These lane values are not of a kind that an array operation takes; they go one by one."""


def lane(array: Any) -> Lane:
    """A lane value of the running group."""
    return Lane(array, CURRENT.group.stamp)


def rows_at(value: Lane, group: Group) -> Any:
    """The array of a lane value for the particles of a group."""
    if value.stamp is group.stamp:
        return value.array
    return value.array[group.positions(value.stamp)]


def codes_at(value: Choice, group: Group) -> Index:
    """The codes of a choice for the particles of a group."""
    if value.stamp is group.stamp:
        return value.codes
    codes: Index = value.codes[group.positions(value.stamp)]
    return codes


# ---- asking


_FLAT = frozenset((int, float, str, bool, type(None)))
_LANES = frozenset((Lane, Choice, LaneDistribution))


def has_lanes(value: Any, or_open: bool = False) -> bool:
    """Whether a lane value is in it, however deep; or with `or_open` an open sequence, in which
    nobody can know. What is yet to be computed is not looked into.
    """
    work = [value]
    while work:
        item = work.pop()
        kind = item.__class__
        if kind in _FLAT:
            continue
        if kind in _LANES:
            return True
        if or_open and is_open(item):
            return True
        inside = inner(item)
        if inside is not None:
            work.extend(inside)
        elif kind in PLACES:
            return True
    return False


def is_open(value: Any) -> bool:
    """Whether it is a sequence that is computed on demand, and not all of it has been."""
    return isinstance(value, (LazySeq, Cons)) and value.known_length() is None


def stamps_in(value: Any) -> set[Stamp]:
    """The stamps of all lane values in a value."""
    found: set[Stamp] = set()
    seen: set[int] = set()
    work = [value]
    while work:
        item = work.pop()
        kind = item.__class__
        if kind in _FLAT:
            continue
        if kind is Lane or kind is Choice:
            found.add(item.stamp)
        if kind in PLACES:
            found.add(item.base.stamp)
        if kind is Choice and not item.plain:
            work.extend(item.parts)
        inside = inner(item)
        if inside is not None and id(item) not in seen:
            seen.add(id(item))
            work.extend(inside)
    return found


def inner(value: Any) -> Any:
    """The values directly inside a collection, a function or a distribution; None for others."""
    if isinstance(value, Vector):
        return value.items
    if isinstance(value, PersistentMap):
        return [part for pair in value.items() for part in pair]
    if is_open(value):
        front = []
        while value.__class__ is Cons:
            front.append(value.first_or(None))
            value = value.rest()
        return front or None
    if isinstance(value, (List, Cons, ArraySeq, PersistentSet)):
        return list(value)
    if isinstance(value, (Closure, Direct)):
        return value.captures
    if isinstance(value, (tuple, list)):
        return value
    if isinstance(value, Distribution):
        return value.given
    if isinstance(value, Composite):
        return value.parts()
    if isinstance(value, LazySeq) and value.known_length() is not None:
        return list(value)
    if hasattr(value, "func") and hasattr(value, "args"):  # functools.partial
        return (value.func, *value.args)
    return None


def number_kind(value: Any) -> str | None:
    """For booleans "b", for integers "i", for floats "f", plain or in lanes; None for others."""
    kind = value.__class__
    if kind is Lane:
        return str(value.array.dtype.kind)
    if kind is float:
        return "f"
    if kind is int:
        return "i" if -(2**63) <= value < 2**63 else None
    return "b" if kind is bool else None


def truth(value: Any) -> Any:
    """Clojure's truth: True, False, or an array of booleans for the running group."""
    kind = value.__class__
    if kind is Lane:
        return rows_at(value, CURRENT.group) if value.array.dtype.kind == "b" else True
    if kind is Choice:
        group = CURRENT.group
        codes = codes_at(value, group)
        found = np.ones(group.n, dtype=bool)
        for code, part in enumerate(value.parts):
            if part is None or part is False:
                found[codes == code] = False
            elif part.__class__ is Lane and part.array.dtype.kind == "b":
                chosen = codes == code
                found[chosen] = rows_at(part, group)[chosen]
        return found
    return value is not None and value is not False


def numbers(value: Any) -> Any:
    """A number as a float, or lane numbers as an array of floats for the running group.

    Raises NotLanes for what is no number.
    """
    kind = value.__class__
    if kind is Lane and value.array.dtype.kind != "b":
        array = rows_at(value, CURRENT.group)
        return array if array.dtype.kind == "f" else array.astype(np.float64)
    if kind is float or kind is int:
        return float(value)
    if kind is Choice:
        group = CURRENT.group
        codes, found = codes_at(value, group), np.zeros(group.n)
        for code, part in enumerate(value.parts):
            chosen = codes == code
            if chosen.any():
                given = numbers(part)
                found[chosen] = given if given.__class__ is float else given[chosen]
        return found
    from anglipy.runtime.distributions.checks import as_float

    number = as_float(value)
    if number is None:
        raise NotLanes
    return number


# ---- one particle


def row(value: Any, place: int) -> Any:
    """The value for one particle of the running group, with no lane values inside."""
    return rows(value, np.array([place]))[0]


def rows(value: Any, places: Index | None = None) -> list[Any]:
    """The values for these particles of the running group (None: all), in order."""
    group: Group = CURRENT.group
    count = group.n if places is None else len(places)
    kind = value.__class__
    if kind in _FLAT:
        return [value] * count
    if kind is Lane:
        array = rows_at(value, group)
        found: list[Any] = (array if places is None else array[places]).tolist()
        return found
    if kind is Choice:
        return _rows_of_choice(value, group, places, count)
    if kind in PLACES:
        found = value.rows(group, np.arange(group.n) if places is None else places)
        return found
    if is_open(value):
        each = range(count) if places is None else places.tolist()
        return [of_particle(value, place, group) for place in each]
    inside = inner(value)
    if inside is None or not has_lanes(value, or_open=True):
        return [value] * count
    if isinstance(value, PersistentMap):
        return _rows_of_map(value, places, count)
    return _rows_of_parts(value, _columns(inside, places, count))


def _rows_of_map(value: PersistentMap, places: Index | None, count: int) -> list[Any]:
    keys, items = list(value.keys()), list(value.values())
    if not has_lanes(keys):
        return [with_values(value, found) for found in _columns(items, places, count)]
    made = zip(_columns(keys, places, count), _columns(items, places, count), strict=True)
    return [PersistentMap.of(zip(k, v, strict=True)) for k, v in made]


def _rows_of_parts(value: Any, columns: Sequence[Any]) -> list[Any]:
    """The value with these parts inside, once for each tuple of them."""
    if isinstance(value, LaneDistribution):
        family: Any = value.family
        return [family(*given) for given in columns]
    if isinstance(value, Vector):
        return [Vector(items) for items in columns]
    if isinstance(value, (List, Cons, ArraySeq, LazySeq)):
        return [List.of(items) for items in columns]
    if isinstance(value, PersistentSet):
        return [PersistentSet(items) for items in columns]
    if isinstance(value, (Closure, Direct)):
        return [with_captures(value, items) for items in columns]
    if isinstance(value, Composite):
        return [value.with_parts(items) for items in columns]
    if isinstance(value, Distribution):
        return [value.__class__(*given) for given in columns]
    if hasattr(value, "func"):
        return [partial(*items, **value.keywords) for items in columns]
    return [tuple(items) for items in columns]


def of_particle(sequence: Any, place: int, group: Group) -> LazySeq:
    """The elements that one particle of a group has, on demand."""

    def own(item: Any) -> Any:
        with using(group):
            return row(item, place)

    return LazySeq(map(own, sequence))


def _columns(values: Sequence[Any], places: Index | None, count: int) -> list[tuple[Any, ...]]:
    """For every particle the tuple of these values."""
    if not values:
        return [()] * count
    return list(zip(*(rows(value, places) for value in values), strict=True))


def _rows_of_choice(value: Choice, group: Group, places: Index | None, count: int) -> list[Any]:
    codes = codes_at(value, group)
    if places is not None:
        codes = codes[places]
    parts = value.parts
    if value.plain:
        return [parts[code] for code in codes.tolist()]
    found: list[Any] = [None] * count
    at = np.arange(count) if places is None else places
    for code, part in enumerate(parts):
        chosen = np.nonzero(codes == code)[0]
        if len(chosen):
            for place, item in zip(chosen.tolist(), rows(part, at[chosen]), strict=True):
                found[place] = item
    return found


def with_values(mapping: PersistentMap, values: Iterable[Any]) -> PersistentMap:
    """The map with other values, in the order of its keys."""
    pairs = zip(mapping.keys(), values, strict=True)
    if isinstance(mapping, SortedMap):
        return SortedMap.sorted_by(mapping.compare, pairs)
    if isinstance(mapping, PythonMap):
        return PythonMap.of(pairs)
    if isinstance(mapping, Record):
        return Record.made(mapping.type_name, pairs)
    return PersistentMap.of(pairs)


def with_captures(function: Any, captures: tuple[Any, ...]) -> Any:
    """The function with other captured values."""
    made = function.__class__.__new__(function.__class__)
    made.code, made.captures, made.name = function.code, captures, function.name
    made.required, made.variadic = function.required, function.variadic
    return made


def rows_in(value: Any, group: Group) -> list[Any]:
    """`rows` of another group than the running one."""
    with using(group):
        return rows(value)
