"""Integer division: quot and rem round towards zero, mod rounds down.

Integers and ratios are divided exactly; with a double the result is a double. Division by zero, and
of an infinite number, is ProgramError AQ432.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from fractions import Fraction
from typing import Any

from anglipy.atoms import BigInt
from anglipy.diagnostics import ProgramError
from anglipy.runtime.numbers import fit_long, foreign, is_real, number, to_double
from anglipy.runtime.printing import describe

__all__ = ["mod", "quot", "rem"]


def _divided(
    name: str,
    a: Any,
    b: Any,
    doubles: Callable[[float, float], float],
    exact: Callable[[Any, Any], Any],
) -> Any:
    """One of the three, by `doubles` if a double takes part, else by `exact`."""
    a, b = number(a, name), number(b, name)
    if not (is_real(a) and is_real(b)):
        return foreign(exact, name, a, b)
    if b == 0:
        raise ProgramError("AQ432", f"{name}: division by zero")
    if isinstance(a, float) or isinstance(b, float):
        a, b = to_double(a), to_double(b)
        if not math.isfinite(a / b):
            raise ProgramError("AQ432", f"{name}: {describe(a / b)} has no integer part")
        return doubles(a, b)
    result = exact(a, b)
    if isinstance(result, Fraction):
        return BigInt(result) if result.denominator == 1 else result
    plain = type(a) is int and type(b) is int
    return fit_long(result, name, promote=True) if plain else BigInt(result)


def _truncated(a: Any, b: Any) -> Any:
    """The quotient rounded towards zero, exactly."""
    quotient = abs(a) // abs(b)
    return -quotient if (a < 0) != (b < 0) else quotient


def quot(a: Any, b: Any) -> Any:
    """`(quot a b)`: the quotient rounded towards zero."""
    if type(a) is int and type(b) is int and a >= 0 and b > 0:
        return a // b
    return _divided("quot", a, b, lambda x, y: float(math.trunc(x / y)), _truncated)


def rem(a: Any, b: Any) -> Any:
    """`(rem a b)`: what `quot` leaves; it has the sign of `a`."""
    if type(a) is int and type(b) is int and a >= 0 and b > 0:
        return a % b
    return _divided(
        "rem", a, b, lambda x, y: x - y * math.trunc(x / y), lambda x, y: x - y * _truncated(x, y)
    )


def mod(a: Any, b: Any) -> Any:
    """`(mod a b)`: the remainder of division rounded down; it has the sign of `b`."""
    if type(a) is int and type(b) is int and b > 0:
        return a % b
    return _divided("mod", a, b, operator.mod, operator.mod)
