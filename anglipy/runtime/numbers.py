"""Clojure arithmetic on longs, big integers, ratios and doubles.

Longs are Python ints in [-2^63, 2^63): a result outside raises AQ431, as the JVM does, and the
primed functions (`+'`) give a `BigInt` instead. Ratios are always reduced; one that comes out
integral is a `BigInt`. Anything combined with a double is a double, and double arithmetic never
raises. Arrays, tensors and other Python objects are handed to Python's own operator. Booleans,
strings and collections are not numbers: ProgramError AQ430.

The two-argument functions are called by generated code: the common pairs of types are decided
first. Errors name the operation as the user wrote it.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from fractions import Fraction
from typing import Any, NoReturn

from anglipy.atoms import BigInt, Char
from anglipy.diagnostics import ProgramError
from anglipy.runtime.equality import MapLike, Sequential, SetLike
from anglipy.runtime.foreign import is_array, is_numpy_scalar
from anglipy.runtime.printing import describe

__all__ = [
    "LONG_MAX",
    "LONG_MIN",
    "absolute",
    "add",
    "add_big",
    "dec",
    "dec_big",
    "div",
    "fit_long",
    "foreign",
    "ge",
    "gt",
    "inc",
    "inc_big",
    "is_number",
    "is_real",
    "le",
    "lt",
    "maximum",
    "minimum",
    "mul",
    "mul_big",
    "negate",
    "negate_big",
    "num_eq",
    "number",
    "sub",
    "sub_big",
    "to_double",
    "to_long",
]

LONG_MIN = -(2**63)
LONG_MAX = 2**63 - 1

_NUMBERS = frozenset({int, float, Fraction, BigInt})
_NOT_NUMBERS = (
    bool,
    str,
    bytes,
    type(None),
    list,
    tuple,
    dict,
    set,
    frozenset,
    Char,
    Sequential,
    MapLike,
    SetLike,
)


# --- what is a number -----------------------------------------------------------------------------


def is_number(value: Any) -> bool:
    """True for longs, big integers, ratios, doubles and numpy's own numbers; not for booleans."""
    if isinstance(value, (int, float, Fraction)):
        return not isinstance(value, bool)
    return is_numpy_scalar(value) and is_number(value.item())


def number(value: Any, name: str) -> Any:
    """A Python number for a number of the language; other objects of Python pass; ProgramError
    AQ430 for the rest.
    """
    if type(value) in _NUMBERS:
        return value
    if is_numpy_scalar(value):
        value = value.item()
    if isinstance(value, _NOT_NUMBERS):
        raise ProgramError("AQ430", f"{name}: expected a number, got {describe(value)}")
    return value


def _overflow(name: str) -> NoReturn:
    primed = {"+": "+'", "-": "-'", "*": "*'", "inc": "inc'", "dec": "dec'"}.get(name)
    raise ProgramError(
        "AQ431",
        f"{name}: the result does not fit into a 64-bit integer",
        help=f"{primed} gives integers of any size" if primed else None,
    )


def to_double(value: Any) -> float:
    """The nearest double of a real number; an integer or ratio too large becomes infinite."""
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf


def is_real(value: Any) -> bool:
    """True for what `number` gives for a number of the language, as opposed to a foreign object."""
    return isinstance(value, (int, float, Fraction))


def foreign(op: Callable[[Any, Any], Any], name: str, a: Any, b: Any) -> Any:
    """Python's own operator on objects that are no numbers of the language."""
    try:
        return op(a, b)
    except TypeError as error:
        culprit = b if is_real(a) or is_array(a) else a
        drawn = callable(getattr(culprit, "log_prob", None))
        raise ProgramError(
            "AQ430",
            f"{name}: expected a number, got {describe(culprit)}",
            help=f"did you mean a draw from it, (sample {describe(culprit)})?" if drawn else None,
        ) from error


def _slow(op: Callable[[Any, Any], Any], name: str, a: Any, b: Any, promote: bool = False) -> Any:
    """`op` on any two operands; `promote` lets a long overflow into a BigInt."""
    a, b = number(a, name), number(b, name)
    if not (is_real(a) and is_real(b)):
        return foreign(op, name, a, b)
    if isinstance(a, float) or isinstance(b, float):
        return op(to_double(a), to_double(b))
    result = op(a, b)
    if isinstance(result, Fraction):
        return BigInt(result) if result.denominator == 1 else result
    if isinstance(a, BigInt) or isinstance(b, BigInt):
        return BigInt(result)
    return fit_long(result, name, promote)


def fit_long(result: int, name: str, promote: bool = False) -> int:
    """The result if it is a long; otherwise a BigInt if `promote`, else ProgramError AQ431."""
    if LONG_MIN <= result <= LONG_MAX:
        return result
    return BigInt(result) if promote else _overflow(name)


# --- arithmetic -----------------------------------------------------------------------------------


def add(a: Any, b: Any) -> Any:
    """`(+ a b)`."""
    kind, other = type(a), type(b)
    if kind is float:
        if other is float or other is int:
            return a + b
    elif kind is int:
        if other is int:
            result = a + b
            if -9223372036854775808 <= result <= 9223372036854775807:
                return result
        elif other is float:
            return a + b
    return _slow(operator.add, "+", a, b)


def sub(a: Any, b: Any) -> Any:
    """`(- a b)`."""
    kind, other = type(a), type(b)
    if kind is float:
        if other is float or other is int:
            return a - b
    elif kind is int:
        if other is int:
            result = a - b
            if -9223372036854775808 <= result <= 9223372036854775807:
                return result
        elif other is float:
            return a - b
    return _slow(operator.sub, "-", a, b)


def mul(a: Any, b: Any) -> Any:
    """`(* a b)`."""
    kind, other = type(a), type(b)
    if kind is float:
        if other is float or other is int:
            return a * b
    elif kind is int:
        if other is int:
            result = a * b
            if -9223372036854775808 <= result <= 9223372036854775807:
                return result
        elif other is float:
            return a * b
    return _slow(operator.mul, "*", a, b)


def div(a: Any, b: Any) -> Any:
    """`(/ a b)`: integers give a ratio or an integer; division by zero raises unless a double takes
    part.
    """
    kind, other = type(a), type(b)
    if (kind is float or kind is int) and (other is float or other is int) and b:
        if kind is float or other is float:
            return a / b
        quotient, left = divmod(a, b)
        return Fraction(a, b) if left else fit_long(quotient, "/", promote=True)
    a, b = number(a, "/"), number(b, "/")
    if not (is_real(a) and is_real(b)):
        return foreign(operator.truediv, "/", a, b)
    if isinstance(a, float) or isinstance(b, float):
        return _divide_doubles(to_double(a), to_double(b))
    if b == 0:
        raise ProgramError(
            "AQ432", "/: division by zero", help="(/ 1. 0) is infinite: doubles may be divided by 0"
        )
    result = Fraction(a) / b
    if result.denominator != 1:
        return result
    if type(a) is int and type(b) is int:
        return fit_long(result.numerator, "/", promote=True)
    return BigInt(result.numerator)


def _divide_doubles(a: float, b: float) -> float:
    if b:
        return a / b
    if a == 0 or a != a:
        return math.nan
    return math.copysign(math.inf, math.copysign(1.0, a) * math.copysign(1.0, b))


def negate(a: Any) -> Any:
    """`(- a)`."""
    return -a if type(a) is float else sub(0, a)


def negate_big(a: Any) -> Any:
    """`(-' a)`."""
    return -a if type(a) is float else sub_big(0, a)


def inc(a: Any) -> Any:
    """`(inc a)`."""
    if type(a) is int and a < 9223372036854775807:
        return a + 1
    return _slow(operator.add, "inc", a, 1)


def dec(a: Any) -> Any:
    """`(dec a)`."""
    if type(a) is int and a > -9223372036854775808:
        return a - 1
    return _slow(operator.sub, "dec", a, 1)


def add_big(a: Any, b: Any) -> Any:
    """`(+' a b)`: never overflows."""
    return _slow(operator.add, "+'", a, b, True)


def sub_big(a: Any, b: Any) -> Any:
    """`(-' a b)`: never overflows."""
    return _slow(operator.sub, "-'", a, b, True)


def mul_big(a: Any, b: Any) -> Any:
    """`(*' a b)`: never overflows."""
    return _slow(operator.mul, "*'", a, b, True)


def inc_big(a: Any) -> Any:
    """`(inc' a)`: never overflows."""
    return _slow(operator.add, "inc'", a, 1, True)


def dec_big(a: Any) -> Any:
    """`(dec' a)`: never overflows."""
    return _slow(operator.sub, "dec'", a, 1, True)


# --- comparison -----------------------------------------------------------------------------------


def _compare(op: Callable[[Any, Any], Any], name: str, a: Any, b: Any) -> Any:
    a, b = number(a, name), number(b, name)
    if not (is_real(a) and is_real(b)):
        return foreign(op, name, a, b)
    if isinstance(a, float) or isinstance(b, float):
        return op(to_double(a), to_double(b))
    return op(a, b)


def lt(a: Any, b: Any) -> Any:
    """`(< a b)`."""
    kind, other = type(a), type(b)
    if (kind is float or kind is int) and (other is float or other is int):
        return a < b
    return _compare(operator.lt, "<", a, b)


def le(a: Any, b: Any) -> Any:
    """`(<= a b)`."""
    kind, other = type(a), type(b)
    if (kind is float or kind is int) and (other is float or other is int):
        return a <= b
    return _compare(operator.le, "<=", a, b)


def gt(a: Any, b: Any) -> Any:
    """`(> a b)`."""
    kind, other = type(a), type(b)
    if (kind is float or kind is int) and (other is float or other is int):
        return a > b
    return _compare(operator.gt, ">", a, b)


def ge(a: Any, b: Any) -> Any:
    """`(>= a b)`."""
    kind, other = type(a), type(b)
    if (kind is float or kind is int) and (other is float or other is int):
        return a >= b
    return _compare(operator.ge, ">=", a, b)


def num_eq(a: Any, b: Any) -> Any:
    """`(== a b)`: equal as numbers, whatever their kind."""
    kind, other = type(a), type(b)
    if (kind is float or kind is int) and (other is float or other is int):
        return a == b
    return _compare(operator.eq, "==", a, b)


def maximum(a: Any, b: Any) -> Any:
    """`(max a b)`: the larger operand as it is; NaN if one is NaN."""
    kind, other = type(a), type(b)
    if kind is int and other is int:
        return a if a > b else b
    if kind is float and a != a:
        return a
    if other is float and (b != b or kind is float):
        return a if a > b else b
    return a if _is_true(_compare(operator.gt, "max", a, b), "max") else b


def minimum(a: Any, b: Any) -> Any:
    """`(min a b)`: the smaller operand as it is; NaN if one is NaN."""
    kind, other = type(a), type(b)
    if kind is int and other is int:
        return a if a < b else b
    if kind is float and a != a:
        return a
    if other is float and (b != b or kind is float):
        return a if a < b else b
    return a if _is_true(_compare(operator.lt, "min", a, b), "min") else b


def _is_true(outcome: Any, name: str) -> bool:
    if is_array(outcome):
        raise ProgramError("AQ430", f"{name}: expected numbers, got an array")
    return bool(outcome)


def absolute(a: Any) -> Any:
    """`(abs a)`: of the same kind as `a`; ratios stay exact."""
    a = number(a, "abs")
    if isinstance(a, BigInt):
        return BigInt(abs(a))
    if type(a) is int:
        return fit_long(abs(a), "abs")
    return abs(a)


def to_long(value: Any, name: str = "long") -> int:
    """`(long value)`: truncated towards zero."""
    value = ord(value.value) if isinstance(value, Char) else number(value, name)
    if isinstance(value, float) and not math.isfinite(value):
        raise ProgramError("AQ430", f"{name}: {describe(value)} is not an integer")
    try:
        return fit_long(math.trunc(value), name)
    except TypeError as error:
        raise ProgramError("AQ430", f"{name}: expected a number, got {describe(value)}") from error
