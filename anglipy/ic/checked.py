"""Data from files, checked: plain values where the format says so, before anything is made of them.

Checksums tell that a file is as it was written; they do not tell who wrote it. So whatever a
document holds (an artifact, the state of a training, a shard of traces) passes through here:
numbers are numbers and finite, texts are short and printable, nothing is larger than it may be.
Every function raises ValueError with a reason.
"""

from __future__ import annotations

import math
import types
from dataclasses import MISSING, fields, is_dataclass
from functools import cache
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

import numpy as np

__all__ = ["finite", "number", "plain", "record_of", "text", "whole"]

LONGEST_TEXT = 10_000
DEEPEST = 20
_Record = TypeVar("_Record")


def whole(value: Any, low: int = 0, high: int = 1 << 53) -> int:
    """A whole number from `low` to `high`."""
    if value.__class__ is not int or not low <= value <= high:
        raise ValueError(f"{_shown(value)} where a whole number from {low} to {high} belongs")
    return int(value)


def number(value: Any, low: float = -math.inf, high: float = math.inf) -> float:
    """A number, not NaN, from `low` to `high`."""
    if value.__class__ not in (int, float) or not low <= value <= high:
        raise ValueError(f"{_shown(value)} where a number belongs")
    return float(value)


def text(value: Any) -> str:
    """A text that can be printed: no control characters, not too long."""
    if value.__class__ is not str or len(value) > LONGEST_TEXT or not value.isprintable():
        raise ValueError(f"{_shown(value)} where a text belongs")
    return str(value)


def plain(value: Any, depth: int = 0) -> Any:
    """JSON of any form whose texts can be printed."""
    if depth > DEEPEST:
        raise ValueError("data nested too deeply")
    if isinstance(value, str):
        return text(value)
    if isinstance(value, list):
        return [plain(item, depth + 1) for item in value]
    if isinstance(value, dict):
        return {text(name): plain(item, depth + 1) for name, item in value.items()}
    if value is None or value.__class__ in (bool, int):
        return value
    return number(value)


def finite(arrays: dict[str, np.ndarray]) -> None:
    """Whether all numbers in the arrays are finite."""
    for name, array in arrays.items():
        if array.dtype.kind == "f" and not np.isfinite(array).all():
            raise ValueError(f"{name[:80]!r} holds a number that is not finite")


def record_of(cls: type[_Record], data: Any) -> _Record:
    """A dataclass from JSON as `dataclasses.asdict` gives it. Fields with a default may lack."""
    if data.__class__ is not dict:
        raise ValueError(f"{_shown(data)} where {cls.__name__} belongs")
    hints = _hints(cls)  # type: ignore[arg-type]
    unknown = sorted(set(data) - set(hints))
    if unknown:
        raise ValueError(f"an entry {_shown(unknown[0])} that is unknown")
    found = {}
    for field in fields(cls):  # type: ignore[arg-type]
        if field.name in data:
            found[field.name] = _typed(hints[field.name], data[field.name])
        elif field.default is MISSING:
            raise ValueError(f"no entry {field.name!r}")
    return cls(**found)


@cache
def _hints(cls: type) -> dict[str, Any]:
    return get_type_hints(cls)


def _typed(hint: Any, value: Any) -> Any:
    """A value of JSON as a field of this type holds it."""
    if hint is float:
        # Python writes and reads NaN and Infinity; a loss may be infinite, never NaN.
        return number(value)
    if hint is int:
        return whole(value)
    if hint is str:
        return text(value)
    if hint is bool:
        if value.__class__ is not bool:
            raise ValueError(f"{_shown(value)} where true or false belongs")
        return value
    if isinstance(hint, types.UnionType):
        return None if value is None else _typed(get_args(hint)[0], value)
    if get_origin(hint) is tuple:
        if value.__class__ not in (list, tuple):
            raise ValueError(f"{_shown(value)} where a list belongs")
        return tuple(_typed(get_args(hint)[0], item) for item in value)
    assert is_dataclass(hint)
    return record_of(hint, value)  # type: ignore[arg-type]


def _shown(value: Any) -> str:
    return ascii(value)[:60]
