"""Integer division and bits on lanes."""

from __future__ import annotations

from typing import Any

import numpy as np

from anglipy.runtime import division
from anglipy.runtime.lanes.groups import CURRENT, QUIET, Group
from anglipy.runtime.lanes.primitives.arithmetic import is_float, unary
from anglipy.runtime.lanes.primitives.spread import (
    Function,
    fail_at,
    is_lane,
    of_two,
    operand,
    operands,
    spread,
)
from anglipy.runtime.lanes.values import Lane, NotLanes
from anglipy.runtime.numbers import LONG_MIN
from anglipy.runtime.primitives import arithmetic as primitives

__all__ = ["LANES"]


# ---- division


def _divided(scalar_fn: Function, floats: Function, exact: Function) -> Function:
    """The lane version of quot, rem or mod. Where the scalar function fails for doubles, their
    quotient is not finite; where it fails or overflows for longs, they are looked at one by one.
    """

    def lanes(x: Any, y: Any, a: Any, b: Any, group: Group) -> Any:
        if is_float(x) or is_float(y):
            with QUIET:
                bad = np.equal(y, 0) | ~np.isfinite(np.true_divide(x, y))
                result = None if bad.any() else floats(np.float64(1.0) * x, np.float64(1.0) * y)
        else:
            bad = (
                np.equal(y, 0) | (np.equal(y, -1) & np.equal(x, LONG_MIN)) | np.zeros_like(x, bool)
            )
            result = None if bad.any() else exact(x, y)
        return Lane(result, group.stamp) if result is not None else fail_at(scalar_fn, (a, b), bad)

    return of_two(scalar_fn, operands, lanes)


def _truncated(x: Any, y: Any) -> Any:
    """The quotient of longs rounded towards zero."""
    quotient = np.floor_divide(x, y)
    return quotient + ((np.less(x, 0) != np.less(y, 0)) & (quotient * y != x))


# Adding 0.0 makes the zero positive, as a whole number that became a double is.
quot = _divided(division.quot, lambda x, y: np.trunc(x / y) + 0.0, _truncated)
rem = _divided(division.rem, lambda x, y: x - y * (np.trunc(x / y) + 0.0), np.fmod)
mod = _divided(division.mod, np.mod, np.mod)


# ---- bits


def _integers(values: tuple[Any, ...]) -> list[Any]:
    """All operands, which must be integers; NotLanes otherwise."""
    group = CURRENT.group
    found = [operand(value, group) for value in values]
    if any(map(is_float, found)):
        raise NotLanes
    return found


def _bits(scalar_all: Function, combine: Function) -> Function:
    """The lane version of a function of integers that takes them two by two and never overflows."""

    def wrapped(*values: Any) -> Any:
        if not any(map(is_lane, values)):
            return scalar_all(*values)
        try:
            result, *others = _integers(values)
        except NotLanes:
            return spread(wrapped, scalar_all, values)
        for other in others:
            result = combine(result, other)
        return Lane(result, CURRENT.group.stamp)

    return wrapped


LANES: dict[Function, Function] = {
    division.quot: quot,
    division.rem: rem,
    division.mod: mod,
    primitives.bit_and: _bits(primitives.bit_and, np.bitwise_and),
    primitives.bit_or: _bits(primitives.bit_or, np.bitwise_or),
    primitives.bit_xor: _bits(primitives.bit_xor, np.bitwise_xor),
    primitives.bit_not: unary(primitives.bit_not, None, lambda x: (~x, None)),
    primitives.bit_shift_left: _bits(
        primitives.bit_shift_left, lambda x, places: np.left_shift(x, places % 64)
    ),
    primitives.bit_shift_right: _bits(
        primitives.bit_shift_right, lambda x, places: np.right_shift(x, places % 64)
    ),
    primitives.is_bit_set: _bits(
        primitives.is_bit_set, lambda x, place: np.right_shift(x, place % 64) & 1 == 1
    ),
}
"""Scalar function -> lane version."""
