"""How observed values are read: as numbers, as a picture, or as one of finitely many things.

One number or a vector of them are numbers; an array of two dimensions, one of them 8 or more, is a
picture; where the observed distribution lists its values, each is read as its place in the list.
This module imports no torch.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np

from anglipy.diagnostics import ArtifactError
from anglipy.ic.running import instances_of
from anglipy.runtime.checkpoints import Address, Observe
from anglipy.runtime.distributions.base import Booleans, Distribution, Finite
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

__all__ = ["Kind", "Observations", "observations_of"]

SMALLEST_PICTURE = 8
"""An array of two dimensions, both below this, is read as a plain list of its numbers."""


class Kind(NamedTuple):
    """How an observed value is to be read: `numbers` (count,), `image` (height, width), or `choice`
    (count,).
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
    """(n, count) float64, (n, height, width) as they came, or (n,) indices of a choice."""

    def part(self, rows: Index, first: int) -> Observations:
        """Some of the runs, numbered from `first`."""
        runs, instances = self.runs[rows] - first, self.instances[rows]
        return Observations(self.site, self.kind, runs, instances, self.values[rows])


ONE_NUMBER = Kind("numbers", (1,))


def observations_of(observe: Observe, value: Any, runs: Index) -> list[Observations]:
    """What the particles of a group observed; several where values are of different kinds.

    Raises ArtifactError AQ607 if a value has no shape that a network can read.
    """
    group: Group = observe.state.group  # type: ignore[attr-defined]
    instances, site = instances_of(observe, group), observe.site.id
    with using(group):
        found = _together(observe.dist, value, group)
        if found is not None:
            return [Observations(site, found[0], runs, instances, found[1])]
        single, dists = rows(value), rows(observe.dist)
    read = []
    for place, one in enumerate(single):
        kind, array = _read(dists[place], one)
        if kind is None:
            raise _unreadable(observe, int(instances[place]), one)
        read.append((kind, array))
    return [
        Observations(
            site,
            kind,
            runs[places],
            instances[places],
            np.array([read[place][1] for place in places]),
        )
        for kind, places in _by_kind([kind for kind, _ in read])
    ]


def _by_kind(kinds: Sequence[Kind]) -> list[tuple[Kind, list[int]]]:
    places: dict[Kind, list[int]] = {}
    for place, kind in enumerate(kinds):
        places.setdefault(kind, []).append(place)
    return list(places.items())


def _together(dist: Any, value: Any, group: Group) -> tuple[Kind, Any] | None:
    """The values of all particles at once; None if they must be looked at one by one."""
    if dist.__class__ is Choice or _is_listed(dist):
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


def _read(dist: Distribution, value: Any) -> tuple[Kind | None, Any]:
    """One value."""
    support = dist.support
    if isinstance(support, Finite):
        listed = getattr(dist, "values", support.values)
        place = dist.position(value) if hasattr(dist, "position") else listed.index(value)
        return Kind("choice", (len(listed),)), 0 if place is None else place
    if isinstance(value, (bool, int, float, Fraction, np.number, np.bool_)):
        return ONE_NUMBER, (float(value),)
    array = _array(value)
    if array is None:
        return None, None
    kind, arrays = _shaped(array[None])
    return kind, arrays[0]


def _array(value: Any) -> np.ndarray | None:
    """A number array of one or two dimensions, or None."""
    if isinstance(value, (str, bytes)):
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
        help="observe a number, a vector of numbers, an image as an array of two dimensions, "
        "or one of the values of a categorical distribution",
    )


def _what(value: Any) -> str:
    shape = getattr(value, "shape", None)
    return f"an array of shape {tuple(shape)}" if shape is not None else repr(value)[:60]
