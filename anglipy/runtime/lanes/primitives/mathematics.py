"""Functions of real numbers on lanes. Outside its domain a function is NaN, as the scalar ones.

Where numpy has the function, its result may differ from the scalar one in the last place.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from anglipy.runtime.lanes.groups import CURRENT
from anglipy.runtime.lanes.primitives.arithmetic import binary, is_float, mul_big, unary
from anglipy.runtime.lanes.primitives.spread import Function, fail_at, is_lane, operand, spread
from anglipy.runtime.lanes.values import Choice, Lane, NotLanes, number_kind
from anglipy.runtime.numbers import LONG_MAX, LONG_MIN
from anglipy.runtime.primitives import arithmetic, predicates
from anglipy.runtime.primitives import math as primitives

__all__ = ["LANES"]


# ---- doubles


def _each(scalar_fn: Function) -> Function:
    """A function that numpy does not have, element by element."""

    def values(x: Any) -> Any:
        return np.array([scalar_fn(value) for value in x.tolist()])

    return unary(scalar_fn, values, None)


def _signum(x: Any) -> Any:
    return np.where((x == 0) | (x != x), x, np.copysign(1.0, x))


def _cbrt(x: Any) -> Any:
    root = np.cbrt(x)
    whole = np.rint(root)
    return np.where(whole**3 == x, whole, root)


def _log_sum_exp(x: Any, y: Any) -> Any:
    high, low = np.where(y > x, y, x), np.where(y < x, y, x)
    return np.where(np.isinf(high), high, high + np.log1p(np.exp(low - high)))


def _expt(base: Any, exponent: Any) -> Any:
    """`(expt base exponent)`: by arrays if a double takes part or the exponent is small."""
    if not is_lane(base) and not is_lane(exponent):
        return primitives.expt(base, exponent)
    if base.__class__ is not Choice and exponent.__class__ is not Choice:
        if number_kind(base) == "f" or number_kind(exponent) == "f":
            return _expt_of_doubles(base, exponent)
        if number_kind(base) == "i" and exponent.__class__ is int and 0 < exponent < 9:
            result = base
            for _ in range(exponent - 1):
                result = mul_big(result, base)
            return result
    return spread(_expt, primitives.expt, (base, exponent))


pow_ = binary(primitives.pow_, np.float_power, None)
_expt_of_doubles = binary(primitives.expt, np.float_power, None)


# ---- integers of doubles


def _rounded(x: Any) -> Any:
    below = np.floor(x)
    near = below + (x - below >= 0.5)
    inside = (near >= -(2.0**63)) & (near < 2.0**63)
    outside = np.where(x > 0, LONG_MAX, np.where(x < 0, LONG_MIN, 0))
    return np.where(inside, np.where(inside, near, 0.0).astype(np.int64), outside)


def long_(value: Any) -> Any:
    """`(long value)`."""
    if value.__class__ is not Lane:
        return _truncated_one(value)
    group = CURRENT.group
    try:
        x = operand(value, group)
    except NotLanes:
        return spread(long_, arithmetic.long_, (value,))
    if not is_float(x):
        return value
    bad = ~((x >= -(2.0**63)) & (x < 2.0**63))
    if bad.any():
        return fail_at(arithmetic.long_, (value,), bad)
    return Lane(x.astype(np.int64), group.stamp)


def _truncated_one(value: Any) -> Any:
    if value.__class__ is Choice:
        return spread(long_, arithmetic.long_, (value,))
    return arithmetic.long_(value)


# ---- questions about numbers


def _asked(scalar_fn: Function, floats: Function | None, integers: Function | None) -> Function:
    """The lane version of a question about a number. `integers` None: the answer for integers is
    that for any of them.
    """

    def exact(x: Any) -> Any:
        return (scalar_fn(1) if integers is None else integers(x)), None

    return unary(scalar_fn, floats, exact)


def _no(_: Any) -> bool:
    return False


_ZERO, _ABOVE, _BELOW = (lambda x: x == 0), (lambda x: x > 0), (lambda x: x < 0)

_UNARY: dict[Function, Function] = {
    primitives.floor: np.floor,
    primitives.ceil: np.ceil,
    primitives.rint: np.rint,
    primitives.round_: _rounded,
    primitives.signum: _signum,
    primitives.exp: np.exp,
    primitives.log: np.log,
    primitives.log10: np.log10,
    primitives.log1p: np.log1p,
    primitives.expm1: np.expm1,
    primitives.sqrt: np.sqrt,
    primitives.cbrt: _cbrt,
    primitives.sin: np.sin,
    primitives.cos: np.cos,
    primitives.tan: np.tan,
    primitives.asin: np.arcsin,
    primitives.acos: np.arccos,
    primitives.atan: np.arctan,
    primitives.sinh: np.sinh,
    primitives.cosh: np.cosh,
    primitives.tanh: np.tanh,
    arithmetic.double: lambda x: x,
}

LANES: dict[Function, Function] = {
    **{fn: unary(fn, floats, None) for fn, floats in _UNARY.items()},
    **{fn: _each(fn) for fn in (primitives.erf, primitives.log_gamma, primitives.digamma)},
    primitives.atan2: binary(primitives.atan2, np.arctan2, None),
    primitives.pow_: pow_,
    primitives.expt: _expt,
    primitives.log_sum_exp: binary(primitives.log_sum_exp, _log_sum_exp, None),
    arithmetic.long_: long_,
    primitives.is_finite: _asked(primitives.is_finite, np.isfinite, None),
    primitives.is_nan: _asked(primitives.is_nan, np.isnan, None),
    primitives.is_infinite: _asked(primitives.is_infinite, np.isinf, None),
    predicates.is_zero: _asked(predicates.is_zero, _ZERO, _ZERO),
    predicates.is_positive: _asked(predicates.is_positive, _ABOVE, _ABOVE),
    predicates.is_negative: _asked(predicates.is_negative, _BELOW, _BELOW),
    predicates.is_even: _asked(predicates.is_even, None, lambda x: x & 1 == 0),
    predicates.is_odd: _asked(predicates.is_odd, None, lambda x: x & 1 == 1),
    predicates.is_positive_integer: _asked(predicates.is_positive_integer, _no, _ABOVE),
    predicates.is_negative_integer: _asked(predicates.is_negative_integer, _no, _BELOW),
    predicates.is_natural: _asked(predicates.is_natural, _no, lambda x: x >= 0),
}
"""Scalar function -> lane version."""
