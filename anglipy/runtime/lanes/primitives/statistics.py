"""Statistics of nested vectors that hold lanes: the scalar code, over the arithmetic of lanes.

The functions of the scalar module are made a second time with other globals, in which arithmetic is
that of lanes. So the formulas are written once.
"""

from __future__ import annotations

from types import FunctionType
from typing import Any

from anglipy.runtime import numbers
from anglipy.runtime.lanes.gathering import per_distinct
from anglipy.runtime.lanes.primitives import arithmetic, mathematics
from anglipy.runtime.lanes.primitives.spread import (
    Function,
    holds_choice,
    is_lane,
    one_by_one,
)
from anglipy.runtime.lanes.primitives.structural import lanes_inside
from anglipy.runtime.lanes.values import Choice
from anglipy.runtime.primitives import math as scalar_math
from anglipy.runtime.primitives import statistics as scalar

__all__ = ["LANES"]

_num = arithmetic.num


def _number(value: Any, name: str) -> Any:
    """`number`, for lanes too."""
    return _num(value) if is_lane(value) else numbers.number(value, name)


def _remade() -> dict[str, Any]:
    """The functions of the scalar module over the arithmetic of lanes."""
    names = dict(vars(scalar))
    for name, value in vars(scalar).items():
        if isinstance(value, FunctionType) and value.__module__ == scalar.__name__:
            made = FunctionType(value.__code__, names, name, value.__defaults__)
            made.__kwdefaults__ = value.__kwdefaults__
            names[name] = made
    lanes = {"add": numbers.add, "sub": numbers.sub, "mul": numbers.mul, "div": numbers.div}
    names.update({name: arithmetic.LANES[fn] for name, fn in lanes.items()})
    names.update(
        number=_number,
        sqrt=mathematics.LANES[scalar_math.sqrt],
        pow_=mathematics.LANES[scalar_math.pow_],
    )
    return names


def _statistic(scalar_fn: Function, over_lanes: Function) -> Function:
    def wrapped(*args: Any) -> Any:
        if not any(map(lanes_inside, args)):
            return scalar_fn(*args)
        active = [place for place, arg in enumerate(args) if arg.__class__ is Choice]
        if any(map(is_lane, args[1:])) and 1 not in active:
            active.append(1)
        if active:
            return per_distinct(wrapped, args, active)
        if any(map(holds_choice, args)):
            return one_by_one(scalar_fn, args)
        return over_lanes(*args)

    return wrapped


_NAMES = (
    "sum_",
    "mean",
    "variance",
    "std",
    "skew",
    "kurtosis",
    "power",
    "l2_norm",
    "covariance",
)
_MADE = _remade()

LANES: dict[Function, Function] = {
    getattr(scalar, name): _statistic(getattr(scalar, name), _MADE[name]) for name in _NAMES
}
"""Scalar function -> lane version."""
