"""Arithmetic on lanes: long and double arithmetic of the scalar functions, array by array.

Longs that overflow raise the scalar error of the first particle concerned (or become big integers
in the primed functions); integers that do not divide become ratios, one by one.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import numpy as np

from anglipy.runtime import numbers as scalar
from anglipy.runtime.lanes.groups import CURRENT, QUIET, Group
from anglipy.runtime.lanes.primitives.spread import (
    EXACT,
    Function,
    fail_at,
    floats_of,
    is_lane,
    is_of_floats,
    of_two,
    one_by_one,
    operand,
    operands,
    spread,
)
from anglipy.runtime.lanes.values import Choice, Lane, NotLanes
from anglipy.runtime.numbers import LONG_MAX, LONG_MIN
from anglipy.runtime.primitives import arithmetic as primitives

__all__ = ["LANES", "add", "binary", "div", "folded", "is_float", "mul", "sub", "unary"]

Exact = Callable[[Any, Any], tuple[Any, Any]]
"""Of two integers or arrays of them the result, and where it is wrong (None: nowhere)."""


def is_float(value: Any) -> bool:
    """Whether an operand is of floats."""
    return value.__class__ is float or (value.__class__ is np.ndarray and value.dtype.kind == "f")


# ---- two operands


def binary(scalar_fn: Function, floats: Function, exact: Exact | None) -> Function:
    """The lane version of an arithmetic function of two numbers. `exact` None: every result is a
    float.
    """

    def lanes(x: Any, y: Any, a: Any, b: Any, group: Group) -> Any:
        if exact is None or is_float(x) or is_float(y):
            with QUIET:
                return Lane(floats(x, y), group.stamp)
        result, bad = exact(x, y)
        if bad is not None and bad.any():
            return fail_at(scalar_fn, (a, b), bad)
        return Lane(result, group.stamp)

    return of_two(scalar_fn, _as_floats if exact is None else _alike, lanes)


def _as_floats(a: Any, b: Any, group: Group) -> tuple[Any, Any]:
    return floats_of(a, group), floats_of(b, group)


def _alike(a: Any, b: Any, group: Group) -> tuple[Any, Any]:
    """Both operands, as floats if one is a float."""
    try:
        return operand(a, group), operand(b, group)
    except NotLanes:
        if not (is_of_floats(a) or is_of_floats(b)):
            raise
    return floats_of(a, group), floats_of(b, group)


def _sum(x: Any, y: Any) -> tuple[Any, Any]:
    result = x + y
    if y.__class__ is int:
        return result, (result < x if y >= 0 else result > x)
    if x.__class__ is int:
        return result, (result < y if x >= 0 else result > y)
    return result, ((x ^ result) & (y ^ result)) < 0


def _difference(x: Any, y: Any) -> tuple[Any, Any]:
    result = x - y
    if y.__class__ is int:
        return result, (result > x if y >= 0 else result < x)
    return result, ((x ^ y) & (x ^ result)) < 0


def _size(x: Any) -> int:
    """The largest absolute value."""
    return abs(x) if x.__class__ is int else max(int(x.max()), -int(x.min()))


def _product(x: Any, y: Any) -> tuple[Any, Any]:
    result = x * y
    if _size(x) * _size(y) <= LONG_MAX:
        return result, None
    with QUIET:
        doubtful = np.abs(np.multiply(x, y, dtype=np.float64)) > 2.0**62
    bad = np.zeros(len(result), dtype=bool)
    places = np.nonzero(doubtful)[0]
    for place, a, b in zip(places, _at(x, places), _at(y, places), strict=True):
        bad[place] = not LONG_MIN <= a * b <= LONG_MAX
    return result, bad


def _at(x: Any, places: Any) -> list[int]:
    found: list[int] = [x] * len(places) if x.__class__ is int else x[places].tolist()
    return found


def _quotient(x: Any, y: Any) -> tuple[Any, Any]:
    """Integers if all divide; where they do not, it is wrong."""
    zero = np.equal(y, 0)
    if zero.any():
        return x, np.broadcast_to(zero, np.broadcast_shapes(np.shape(x), np.shape(y)))
    bad = (np.equal(y, -1) & np.equal(x, LONG_MIN)) if _size(x) > LONG_MAX else False
    if np.any(bad):
        return x, np.atleast_1d(bad)
    left = np.remainder(x, y) != 0
    return (x, left) if left.any() else (np.floor_divide(x, y), None)


add = binary(scalar.add, operator.add, _sum)
sub = binary(scalar.sub, operator.sub, _difference)
mul = binary(scalar.mul, operator.mul, _product)
div = binary(scalar.div, np.true_divide, _quotient)
add_big = binary(scalar.add_big, operator.add, _sum)
sub_big = binary(scalar.sub_big, operator.sub, _difference)
mul_big = binary(scalar.mul_big, operator.mul, _product)


# ---- the larger and the smaller


def _extreme(scalar_fn: Function, better: Function) -> Function:
    """`max` or `min`: one of the operands as it is. Where an integer meets a float, some particles
    may have the one and some the other.
    """

    def lanes(x: Any, y: Any, a: Any, b: Any, group: Group) -> Any:
        first = better(x, y) | np.not_equal(x, x)
        if is_float(x) == is_float(y):
            return Lane(np.where(first, x, y), group.stamp)
        if _size_of_exact(x, y) > EXACT:
            return one_by_one(scalar_fn, (a, b))
        if first.all() or not first.any():
            return a if first.all() else b
        return Choice((~first).astype(np.intp), (a, b), group.stamp, plain=False)

    return of_two(scalar_fn, operands, lanes)


def _size_of_exact(x: Any, y: Any) -> int:
    """The size of the operand that is not of floats."""
    return _size(y if is_float(x) else x)


maximum = _extreme(scalar.maximum, operator.gt)
minimum = _extreme(scalar.minimum, operator.lt)


# ---- one operand


def unary(scalar_fn: Function, floats: Function | None, exact: Any) -> Function:
    """The lane version of a function of one number. `floats` None: it takes no floats; `exact`
    gives the result and where it is wrong, or is None if integers are taken as floats.
    """

    def wrapped(a: Any) -> Any:
        if a.__class__ is Lane or a.__class__ is Choice:
            return lanes(a)
        return scalar_fn(a)

    def lanes(a: Any) -> Any:
        group = CURRENT.group
        try:
            x = floats_of(a, group) if exact is None else operand(a, group)
        except NotLanes:
            return spread(wrapped, scalar_fn, (a,))
        if exact is not None and x.dtype.kind == "i":
            result, bad = exact(x)
        elif floats is None:
            return one_by_one(scalar_fn, (a,))
        else:
            with QUIET:
                result, bad = floats(x), None
        if bad is not None and bad.any():
            return fail_at(scalar_fn, (a,), bad)
        return Lane(result, group.stamp) if result.__class__ is np.ndarray else result

    return wrapped


inc = unary(scalar.inc, lambda x: x + 1, lambda x: (x + 1, x == LONG_MAX))
dec = unary(scalar.dec, lambda x: x - 1, lambda x: (x - 1, x == LONG_MIN))
inc_big = unary(scalar.inc_big, lambda x: x + 1, lambda x: (x + 1, x == LONG_MAX))
dec_big = unary(scalar.dec_big, lambda x: x - 1, lambda x: (x - 1, x == LONG_MIN))
absolute = unary(scalar.absolute, np.abs, lambda x: (np.abs(x), x == LONG_MIN))
num = unary(primitives.num, lambda x: x, lambda x: (x, None))


def _opposite(scalar_fn: Function, minus: Function) -> Function:
    return unary(scalar_fn, operator.neg, lambda x: (-x, x == LONG_MIN))


negate = _opposite(scalar.negate, sub)
negate_big = _opposite(scalar.negate_big, sub_big)


# ---- any number of operands


def folded(scalar_all: Function, pair: Function, single: Function) -> Function:
    """The lane version of a function of any number of operands, from those of two and of one."""

    def wrapped(*values: Any) -> Any:
        if len(values) == 2:
            return pair(values[0], values[1])
        if not any(map(is_lane, values)):
            return scalar_all(*values)
        if len(values) == 1:
            return single(values[0])
        result = values[0]
        for value in values[1:]:
            result = pair(result, value)
        return result

    return wrapped


def _one_of(scalar_all: Function) -> Function:
    """The lane version of a function that gives its only operand back, if that is a number."""
    return unary(scalar_all, lambda x: x, lambda x: (x, None))


LANES: dict[Function, Function] = {
    scalar.add: add,
    scalar.sub: sub,
    scalar.mul: mul,
    scalar.div: div,
    scalar.add_big: add_big,
    scalar.sub_big: sub_big,
    scalar.mul_big: mul_big,
    scalar.maximum: maximum,
    scalar.minimum: minimum,
    scalar.negate: negate,
    scalar.negate_big: negate_big,
    scalar.inc: inc,
    scalar.dec: dec,
    scalar.inc_big: inc_big,
    scalar.dec_big: dec_big,
    scalar.absolute: absolute,
    primitives.num: num,
    primitives.add_all: folded(primitives.add_all, add, _one_of(primitives.add_all)),
    primitives.mul_all: folded(primitives.mul_all, mul, _one_of(primitives.mul_all)),
    primitives.sub_all: folded(primitives.sub_all, sub, negate),
    primitives.div_all: folded(primitives.div_all, div, lambda x: div(1, x)),
    primitives.add_big_all: folded(
        primitives.add_big_all, add_big, _one_of(primitives.add_big_all)
    ),
    primitives.mul_big_all: folded(
        primitives.mul_big_all, mul_big, _one_of(primitives.mul_big_all)
    ),
    primitives.sub_big_all: folded(primitives.sub_big_all, sub_big, negate_big),
    primitives.max_all: folded(primitives.max_all, maximum, _one_of(primitives.max_all)),
    primitives.min_all: folded(primitives.min_all, minimum, _one_of(primitives.min_all)),
}
"""Scalar function -> lane version."""
