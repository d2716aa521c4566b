"""How observed values are read: as numbers, as a picture, as one of finitely many things, as text,
as a sequence or as a set.

One number or a vector of them are numbers; an array of two dimensions, one of them 8 or more, is a
picture; where the observed distribution lists its values, each is read as its place in the list;
other text is read by character; a set has no order. A program may say otherwise, site by site (see
`setup.READINGS`). This module imports no torch.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np

from anglipy.diagnostics import ArtifactError
from anglipy.ic.running import instances_of
from anglipy.runtime.checkpoints import Address, Observe
from anglipy.runtime.distributions.base import Booleans, Distribution, Finite
from anglipy.runtime.equality import SetLike
from anglipy.runtime.lanes.groups import Group, Index, using
from anglipy.runtime.lanes.values import (
    Choice,
    Lane,
    LaneDistribution,
    NotLanes,
    numbers,
    rows,
    rows_at,
)
from anglipy.runtime.vectors import Vector

__all__ = [
    "DIMENSIONS",
    "RAGGED",
    "Kind",
    "Observations",
    "observations_of",
    "read_lanes",
    "stacked_rows",
]

RAGGED = frozenset({"sequence", "set", "string"})
"""Kinds whose values have any number of elements."""
DIMENSIONS = {
    "numbers": 1,
    "iid": 1,
    "image": 2,
    "choice": 1,
    "sequence": 1,
    "set": 1,
    "string": 1,
}
"""The kinds, and of how many numbers their shapes are."""
CHARACTERS = 256
"""Characters that are told apart; of later ones those that differ by a multiple of 128 are not."""

SMALLEST_PICTURE = 8
"""An array of two dimensions, both below this, is read as a plain list of its numbers."""


class Kind(NamedTuple):
    """How an observed value is to be read: `numbers` or `iid` (count,), `image` (height, width),
    `choice` (count,), `sequence` or `set` (columns,), `string` (characters,).
    """

    name: str
    shape: tuple[int, ...]


class Observations(NamedTuple):
    """Values that were observed at one site and are read alike."""

    site: str
    kind: Kind
    runs: Index
    """Which run made each, (n,)."""
    instances: Index
    """(n,)."""
    values: Any
    """(n, count) float64, (n, height, width) as they came, or (n,) indices of a choice; ragged
    kinds (n, longest, columns) float64, nan where there is nothing."""

    def part(self, rows: Index, first: int) -> Observations:
        """Some of the runs, numbered from `first`."""
        runs, instances = self.runs[rows] - first, self.instances[rows]
        return Observations(self.site, self.kind, runs, instances, self.values[rows])


ONE_NUMBER = Kind("numbers", (1,))


Read = tuple[Kind, Index | None, Any]
"""A kind, the particles of a group whose values are of it (None: all), and the values."""


def observations_of(
    observe: Observe, value: Any, runs: Index, reading: str | None = None
) -> list[Observations]:
    """What the particles of a group observed; several where values are of different kinds.
    `reading` says how to read it, one of `setup.READINGS`; None: by its shape.

    Raises ArtifactError AQ607 if a value has no shape that a network can read.
    """
    group: Group = observe.state.group  # type: ignore[attr-defined]
    instances, site = instances_of(observe, group), observe.site.id
    try:
        found = read_lanes(value, group, observe.dist, reading)
    except UnreadableError as error:
        raise _unreadable(observe, int(instances[error.place]), error.value) from error
    return [
        Observations(site, kind, runs, instances, values)
        if places is None
        else Observations(site, kind, runs[places], instances[places], values)
        for kind, places, values in found
    ]


class UnreadableError(ValueError):
    """The value of a particle has no shape that a network can read."""

    def __init__(self, place: int, value: Any) -> None:
        super().__init__(place)
        self.place, self.value = place, value


def read_lanes(
    value: Any, group: Group, dist: Any = None, reading: str | None = None
) -> list[Read]:
    """The values of the particles of a group, those of one kind together. `dist` is what they are
    from, if that is known. Raises ValueError for a value that cannot be read.
    """
    if reading == "ignore":
        return []
    with using(group):
        found = _together(dist, value, group) if reading in (None, "numbers", "iid") else None
        if found is not None:
            return [(_renamed(found[0], reading), None, found[1])]
        return read_rows(rows(value), None if dist is None else rows(dist), reading)


def read_rows(
    single: Sequence[Any], dists: Sequence[Any] | None = None, reading: str | None = None
) -> list[Read]:
    """The same of values one by one."""
    read = []
    for place, one in enumerate(single):
        dist = None if dists is None else dists[place]
        kind, array = _read_as(reading, one) if reading else _read(dist, one)
        if kind is None:
            raise UnreadableError(place, one)
        read.append((kind, array))
    return [
        (kind, np.array(places), stacked_rows(kind, [read[place][1][None] for place in places]))
        for kind, places in _by_kind([kind for kind, _ in read])
        if kind != _NOTHING
    ]


def stacked_rows(kind: Kind, arrays: Sequence[Any]) -> Any:
    """Values of one kind as rows of one array; ragged ones are padded with nan."""
    if kind.name in RAGGED:
        longest = max(array.shape[1] for array in arrays)
        arrays = [
            np.pad(
                array,
                ((0, 0), (0, longest - array.shape[1]), (0, 0)),
                constant_values=np.nan,
            )
            for array in arrays
        ]
    return np.concatenate(arrays)


def _renamed(kind: Kind, reading: str | None) -> Kind:
    return Kind("iid", kind.shape) if reading == "iid" and kind.name == "numbers" else kind


def _by_kind(kinds: Sequence[Kind]) -> list[tuple[Kind, list[int]]]:
    places: dict[Kind, list[int]] = {}
    for place, kind in enumerate(kinds):
        places.setdefault(kind, []).append(place)
    return list(places.items())


def _together(dist: Any, value: Any, group: Group) -> tuple[Kind, Any] | None:
    """The values of all particles at once; None if they must be looked at one by one."""
    if dist.__class__ is Choice or (dist is not None and _is_listed(dist)):
        return None
    kind = value.__class__
    if kind is Lane:
        array = rows_at(value, group)
        if array.ndim == 1:
            return ONE_NUMBER, array.astype(np.float64)[:, None]
        return _shaped(array)
    if kind is float or kind is int or kind is bool:
        return ONE_NUMBER, np.full((group.n, 1), float(value))
    if kind is Vector and len(value):
        try:
            columns = [numbers(element) for element in value.items]
        except NotLanes:
            return None
        array = np.empty((group.n, len(columns)))
        for place, column in enumerate(columns):
            array[:, place] = column
        return Kind("numbers", (len(columns),)), array
    return None


def _is_listed(dist: Any) -> bool:
    family = dist.family if dist.__class__ is LaneDistribution else None
    if family is not None:
        return bool(family.name == "categorical")
    support = dist.support
    return isinstance(support, Finite) and not isinstance(support, Booleans)


def _shaped(arrays: Any) -> tuple[Kind, Any]:
    """Arrays of one shape, (n, count) or (n, height, width)."""
    shape = arrays.shape[1:]
    if len(shape) == 2 and max(shape) >= SMALLEST_PICTURE:
        return Kind("image", shape), arrays
    flat = arrays.reshape(len(arrays), -1).astype(np.float64)
    return Kind("numbers", (flat.shape[1],)), flat


def _read(dist: Distribution | None, value: Any) -> tuple[Kind | None, Any]:
    """One value, by its shape."""
    support = None if dist is None else dist.support
    if isinstance(support, Finite):
        assert dist is not None
        listed = getattr(dist, "values", support.values)
        place = dist.position(value) if hasattr(dist, "position") else listed.index(value)
        return Kind("choice", (len(listed),)), np.asarray(0 if place is None else place)
    if isinstance(value, str):
        return _read_as("string", value)
    if isinstance(value, SetLike):
        return _read_as("set", value)
    return _read_as("numbers", value)


def _read_as(reading: str, value: Any) -> tuple[Kind | None, Any]:
    """One value as the program wants it read."""
    if reading == "string":
        return _characters(value)
    if reading in RAGGED:
        return _table(reading, value)
    if isinstance(value, (bool, int, float, Fraction, np.number, np.bool_)):
        return _renamed(ONE_NUMBER, reading), np.array([float(value)])
    array = _array(value)
    if array is None or (reading == "image" and array.ndim != 2):
        return None, None
    if reading == "image":
        return Kind("image", array.shape), array
    kind, arrays = _shaped(array[None])
    return _renamed(kind, reading), arrays[0]


_NOTHING = Kind("", ())
"""Of an empty collection, which gives the network nothing to read."""


def _characters(value: Any) -> tuple[Kind | None, Any]:
    """Text as codes of characters, (length, 1)."""
    if not isinstance(value, str):
        return None, None
    if not value:
        return _NOTHING, np.zeros(0)
    codes = np.array([ord(character) for character in value])
    codes = np.where(codes < CHARACTERS // 2, codes, CHARACTERS // 2 + codes % (CHARACTERS // 2))
    return Kind("string", (CHARACTERS,)), codes[:, None].astype(np.float64)


def _table(reading: str, value: Any) -> tuple[Kind | None, Any]:
    """A collection of numbers, or of rows of numbers, as (elements, columns)."""
    if isinstance(value, SetLike):
        value = list(value)
    if not hasattr(value, "dtype") and not isinstance(value, Iterable):
        return None, None
    if not hasattr(value, "dtype"):
        value = list(value)
        if not value:
            return _NOTHING, np.zeros(0)
    array = _array(value)
    if array is None:
        return None, None
    table = array.reshape(len(array), -1).astype(np.float64)
    return Kind(reading, (table.shape[1],)), table


def _array(value: Any) -> np.ndarray | None:
    """A number array of one or two dimensions, or None."""
    if isinstance(value, (str, bytes)) or value is None:
        return None
    try:
        array = np.asarray(value if hasattr(value, "__array__") else _nested(value))
    except (TypeError, ValueError):
        return None
    if array.ndim > 2 or array.size == 0 or array.dtype.kind not in "buif":
        return None
    return array


def _nested(value: Any) -> list[Any]:
    return [
        float(x) if isinstance(x, (int, float, Fraction)) else [float(e) for e in x] for x in value
    ]


def _unreadable(observe: Observe, instance: int, value: Any) -> ArtifactError:
    return ArtifactError(
        "AQ607",
        f"a network cannot read the value observed at {Address(observe.site.id, instance)}: "
        f"{_what(value)}",
        observe.site.span,
        help="observe a number, a vector, sequence or set of numbers, an image as an array of two "
        "dimensions, text, or one of the values of a categorical distribution",
    )


def _what(value: Any) -> str:
    shape = getattr(value, "shape", None)
    return f"an array of shape {tuple(shape)}" if shape is not None else repr(value)[:60]
