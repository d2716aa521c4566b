"""Python functions that take all particles of a group in one call."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np

from anglipy.diagnostics import ProgramError
from anglipy.runtime.foreign import plain
from anglipy.runtime.lanes.gathering import from_rows
from anglipy.runtime.lanes.groups import CURRENT, Group
from anglipy.runtime.lanes.values import Choice, Lane, has_lanes, number_kind, rows, rows_at
from anglipy.runtime.seqs import Seq
from anglipy.runtime.vectors import Vector

__all__ = ["batched"]


@cache
def batched(f: Callable[..., Any]) -> Callable[..., Any]:
    """The version for groups of a function registered by `vectorised`."""
    inner = getattr(f, "__wrapped__", f)

    def called(*args: Any) -> Any:
        if not any(map(has_lanes, args)):
            return f(*args)
        group: Group = CURRENT.group
        batches = [_batch(arg, group) for arg in args]
        whole = getattr(f, "of_batches", None)
        result = inner(*batches) if whole is None else whole(list(map(has_lanes, args)), batches)
        return _values(f, result, group)

    return called


def _batch(value: Any, group: Group) -> Any:
    """What the function gets for an argument: numbers that differ as an array (n,), vectors of such
    numbers as an array (n, K...), other values that differ as an array of objects (n,).
    """
    if value.__class__ is Lane:
        return rows_at(value, group)
    if not has_lanes(value):
        return value
    stacked = _stacked(value, group)
    if stacked is not None:
        return stacked
    found = np.empty(group.n, dtype=object)
    found[:] = rows(value)
    return found


def _stacked(value: Any, group: Group) -> Any:
    """An array (n, K...) of a vector of numbers, or of vectors of one shape; None for others."""
    if value.__class__ is Lane:
        return rows_at(value, group)
    if number_kind(value) is not None:
        return np.full(group.n, value)
    if value.__class__ is Choice or not isinstance(value, (Vector, Seq)):
        return None
    columns = [_stacked(item, group) for item in value]
    if not columns or any(column is None for column in columns):
        return None
    if any(column.shape != columns[0].shape for column in columns):
        return None
    return np.stack(columns, axis=1)


def _values(f: Callable[..., Any], result: Any, group: Group) -> Any:
    """The result as a value of the language."""
    if result.__class__ is not np.ndarray or result.ndim == 0:
        return plain(result)
    if len(result) != group.n:
        raise ProgramError(
            "AQ404",
            f"`{f.__name__}` is registered as vectorised, but gave an array of shape "
            f"{result.shape} for {group.n} particles",
            help="the first axis of the result must be the particles",
        )
    if result.ndim == 1 and result.dtype.kind in "biuf":
        kind = {"b": np.bool_, "f": np.float64}.get(result.dtype.kind, np.int64)
        return Lane(np.asarray(result, dtype=kind), group.stamp)
    return from_rows(list(result))
