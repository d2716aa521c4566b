"""Values of the language as the arrays that families take, for the running group.

`parameter` converts what a constructor is given, `observed` what a density is taken of. NotLanes:
arrays cannot hold it, and each particle must be asked on its own; BadLane: it is wrong for all.
"""

from __future__ import annotations

from math import isfinite
from typing import Any

import numpy as np

from anglipy.runtime.distributions.checks import as_float, elements
from anglipy.runtime.equality import MapLike
from anglipy.runtime.lanes.families.base import Array, BadLane, Family, columns
from anglipy.runtime.lanes.groups import CURRENT
from anglipy.runtime.lanes.values import (
    Choice,
    Lane,
    NotLanes,
    codes_at,
    has_lanes,
    number_kind,
    numbers,
    rows_at,
)
from anglipy.runtime.vectors import Vector

__all__ = ["number", "observed", "parameter"]

_LARGEST = 2**63


def parameter(family: Family, shape: str, given: Any) -> tuple[Any, Any]:
    """A parameter as the array that `prepare` takes, and in the form that distributions keep."""
    if shape == "number":
        return number(given), given
    if shape == "integer":
        return _integer(given), given
    if shape == "any":
        return given, given
    if given.__class__ is Choice:
        if shape == "table":
            raise NotLanes
        return _rows_of_table(given, 1 if shape == "vector" else 2), given
    if shape == "table":
        pairs = _pairs(given)
        weights = _side_by_side([weight for _, weight in pairs])
        return (tuple(value for value, _ in pairs), weights), pairs
    listed = elements(given)
    if not listed:
        raise BadLane
    if shape == "vector":
        return _side_by_side(listed), family.sequence(listed)
    return _matrix(listed)


def observed(family: Family, value: Any) -> Any:
    """An observed value as `log_prob` takes it."""
    if family.value == "whole":
        return value
    if value.__class__ is Lane:
        if family.value == "vector":
            raise BadLane
        return rows_at(value, CURRENT.group)
    if value.__class__ is Choice:
        if family.value == "any":
            return value
        if family.value == "vector":
            return _rows_of_table(value, 1)
        kinds = {number_kind(part) for part in value.parts}
        if not value.plain or len(kinds) != 1 or None in kinds:
            raise NotLanes
        return np.array(value.parts)[codes_at(value, CURRENT.group)]
    if family.value == "vector":
        listed = elements(value)
        if not listed:
            raise BadLane
        return _side_by_side(listed)
    if family.value == "any" and has_lanes(value):
        raise NotLanes
    return value


def number(value: Any) -> Array:
    """A number as a float, or an array of floats."""
    try:
        return numbers(value)
    except OverflowError:
        raise NotLanes from None


def _integer(value: Any) -> Any:
    """Integers as int or int64; doubles are taken if they are whole."""
    kind = number_kind(value)
    if kind == "i":
        return rows_at(value, CURRENT.group) if value.__class__ is Lane else value
    if kind != "f":
        raise NotLanes
    if value.__class__ is float:
        if not isfinite(value) or value != int(value):
            raise BadLane
        return int(value)
    array = rows_at(value, CURRENT.group)
    whole = np.isfinite(array) & (array == np.floor(array))
    if not whole.all():
        raise BadLane(int(np.argmin(whole)))
    if not np.all(np.abs(array) < _LARGEST):
        raise NotLanes
    return array.astype(np.int64)


def _side_by_side(listed: list[Any]) -> Any:
    """Numbers as a vector (K,), or (n, K) if some of them differ between particles."""
    parts = [number(part) for part in listed]
    if any(part.__class__ is np.ndarray for part in parts):
        return columns(parts, CURRENT.group.n)
    return np.array(parts)


def _matrix(listed: list[Any]) -> tuple[Any, Any]:
    """A square matrix (K, K) or (n, K, K), and as nested vectors."""
    rows = [elements(row) for row in listed]
    if any(row.__class__ is Choice for row in listed):
        raise NotLanes
    if any(row is None or len(row) != len(listed) for row in rows):
        raise BadLane
    flat = _side_by_side([number for row in rows for number in row or ()])
    kept = Vector([Vector(row or ()) for row in rows])
    return flat.reshape(*flat.shape[:-1], len(listed), len(listed)), kept


def _pairs(given: Any) -> tuple[tuple[Any, Any], ...]:
    """Pairs of value and weight, from a map or from a sequence of pairs."""
    if isinstance(given, (MapLike, dict)):
        return tuple(given.items())
    pairs = [elements(pair) for pair in elements(given) or ()]
    if not pairs or any(pair is None or len(pair) != 2 for pair in pairs):
        raise NotLanes
    return tuple((pair[0], pair[1]) for pair in pairs if pair is not None)


def _rows_of_table(choice: Choice, depth: int) -> Any:
    """Plain vectors (depth 1) or matrices (depth 2) of one shape, gathered by the codes."""
    if not choice.plain:
        raise NotLanes
    try:
        table = np.array([_numbers_of(part, depth) for part in choice.parts])
    except ValueError:
        raise NotLanes from None
    return table[codes_at(choice, CURRENT.group)]


def _numbers_of(value: Any, depth: int) -> Any:
    if depth == 0:
        number = as_float(value)
        if number is None:
            raise NotLanes
        return number
    listed = elements(value)
    if not listed:
        raise NotLanes
    return [_numbers_of(part, depth - 1) for part in listed]
