"""Arithmetic and comparison with any number of arguments, conversion of numbers, bits."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from itertools import pairwise
from typing import Any

from anglipy.atoms import BigInt, Char
from anglipy.diagnostics import ProgramError
from anglipy.runtime import numbers
from anglipy.runtime.division import mod, quot, rem
from anglipy.runtime.numbers import (
    LONG_MAX,
    LONG_MIN,
    add,
    add_big,
    div,
    ge,
    gt,
    is_number,
    le,
    lt,
    maximum,
    minimum,
    mul,
    mul_big,
    negate,
    negate_big,
    num_eq,
    number,
    sub,
    sub_big,
    to_double,
    to_long,
)
from anglipy.runtime.primitives.checks import fail
from anglipy.runtime.primitives.registry import primitive
from anglipy.runtime.printing import describe

__all__ = ["add_all", "div_all", "mul_all", "sub_all"]

Binary = Callable[[Any, Any], Any]


def _fold(op: Binary, first: Any, others: tuple[Any, ...]) -> Any:
    for other in others:
        first = op(first, other)
    return first


# --- sums and products ----------------------------------------------------------------------------


@primitive("+", arity=(0, None), binary=add)
def add_all(*values: Any) -> Any:
    """The sum; (+) is 0."""
    if len(values) < 2:
        return number(values[0], "+") if values else 0
    return _fold(add, values[0], values[1:])


@primitive("*", arity=(0, None), binary=mul)
def mul_all(*values: Any) -> Any:
    """The product; (*) is 1."""
    if len(values) < 2:
        return number(values[0], "*") if values else 1
    return _fold(mul, values[0], values[1:])


@primitive("-", arity=(1, None), binary=sub)
def sub_all(first: Any, *others: Any) -> Any:
    """The first minus the others; (- x) is the negative of x."""
    return _fold(sub, first, others) if others else negate(first)


@primitive("/", arity=(1, None), binary=div)
def div_all(first: Any, *others: Any) -> Any:
    """The first divided by the others; (/ x) is 1/x. Integers give ratios."""
    return _fold(div, first, others) if others else div(1, first)


@primitive("+'", arity=(0, None), binary=add_big)
def add_big_all(*values: Any) -> Any:
    """The sum, of any size."""
    if len(values) < 2:
        return number(values[0], "+'") if values else 0
    return _fold(add_big, values[0], values[1:])


@primitive("*'", arity=(0, None), binary=mul_big)
def mul_big_all(*values: Any) -> Any:
    """The product, of any size."""
    if len(values) < 2:
        return number(values[0], "*'") if values else 1
    return _fold(mul_big, values[0], values[1:])


@primitive("-'", arity=(1, None), binary=sub_big)
def sub_big_all(first: Any, *others: Any) -> Any:
    """The first minus the others, of any size."""
    return _fold(sub_big, first, others) if others else negate_big(first)


@primitive("max", arity=(1, None), binary=maximum)
def max_all(first: Any, *others: Any) -> Any:
    """The largest argument, as it is."""
    return _fold(maximum, first, others) if others else number(first, "max")


@primitive("min", arity=(1, None), binary=minimum)
def min_all(first: Any, *others: Any) -> Any:
    """The smallest argument, as it is."""
    return _fold(minimum, first, others) if others else number(first, "min")


primitive("inc", "unchecked-inc", arity=(1, 1))(numbers.inc)
primitive("dec", "unchecked-dec", arity=(1, 1))(numbers.dec)
primitive("inc'", arity=(1, 1))(numbers.inc_big)
primitive("dec'", arity=(1, 1))(numbers.dec_big)
primitive("quot", arity=(2, 2))(quot)
primitive("rem", arity=(2, 2))(rem)
primitive("mod", arity=(2, 2))(mod)
primitive("abs", "Math/abs", arity=(1, 1))(numbers.absolute)


# --- comparison -----------------------------------------------------------------------------------


def _chain(op: Binary, values: tuple[Any, ...]) -> Any:
    """True if `op` holds between all neighbours; every argument must be a number."""
    if len(values) == 1:
        return True
    if len(values) == 2:
        return op(values[0], values[1])
    answers = [op(a, b) for a, b in pairwise(values)]
    return all(bool(answer) for answer in answers)


@primitive("<", arity=(1, None), binary=lt)
def lt_all(*values: Any) -> Any:
    """True if every argument is less than the next."""
    return _chain(lt, values)


@primitive("<=", arity=(1, None), binary=le)
def le_all(*values: Any) -> Any:
    """True if no argument is greater than the next."""
    return _chain(le, values)


@primitive(">", arity=(1, None), binary=gt)
def gt_all(*values: Any) -> Any:
    """True if every argument is greater than the next."""
    return _chain(gt, values)


@primitive(">=", arity=(1, None), binary=ge)
def ge_all(*values: Any) -> Any:
    """True if no argument is less than the next."""
    return _chain(ge, values)


@primitive("==", arity=(1, None), binary=num_eq)
def num_eq_all(*values: Any) -> Any:
    """True if all arguments are the same number, whatever their kind."""
    return _chain(num_eq, values)


# --- conversion -----------------------------------------------------------------------------------


@primitive("int", "long", "short", "byte", arity=(1, 1))
def long_(value: Any) -> int:
    """The integer of a number, truncated towards zero, or of a character."""
    return to_long(value)


@primitive("double", "float", arity=(1, 1))
def double(value: Any) -> float:
    """The double nearest to a number."""
    return to_double(number(value, "double"))


@primitive("bigint", "biginteger", arity=(1, 1))
def bigint(value: Any) -> BigInt:
    """An integer of any size, from a number, truncated, or from its text."""
    try:
        return BigInt(value if isinstance(value, str) else number(value, "bigint"))
    except (ValueError, OverflowError) as error:
        raise ProgramError("AQ440", f"bigint: {describe(value)} is not an integer") from error


@primitive("num", arity=(1, 1))
def num(value: Any) -> Any:
    """The number itself."""
    return number(value, "num")


@primitive("numerator", arity=(1, 1))
def numerator(value: Any) -> int:
    """The numerator of a ratio."""
    if not isinstance(value, Fraction):
        fail("numerator", "a ratio", value)
    return _whole(value.numerator)


@primitive("denominator", arity=(1, 1))
def denominator(value: Any) -> int:
    """The denominator of a ratio."""
    if not isinstance(value, Fraction):
        fail("denominator", "a ratio", value)
    return _whole(value.denominator)


def _whole(value: int) -> int:
    return value if LONG_MIN <= value <= LONG_MAX else BigInt(value)


@primitive("rationalize", arity=(1, 1))
def rationalize(value: Any) -> Any:
    """The number as an integer or ratio; of a double, the one its decimal digits say."""
    exact = number(value, "rationalize")
    if not isinstance(exact, float):
        return exact
    try:
        ratio = Fraction(repr(exact))
    except ValueError as error:
        raise ProgramError("AQ440", f"rationalize: {describe(value)} is no ratio") from error
    return BigInt(ratio) if ratio.denominator == 1 else ratio


@primitive("char", arity=(1, 1))
def char(value: Any) -> Char:
    """The character with this code."""
    if isinstance(value, Char):
        return value
    code = to_long(value, "char")
    return Char(chr(code)) if 0 <= code < 65_536 else fail("char", "a code, 0 to 65535", value)


# --- bits -----------------------------------------------------------------------------------------


def _bits(value: Any, name: str) -> int:
    if not is_number(value) or not isinstance(number(value, name), int):
        fail(name, "an integer", value)
    return int(value)


def _wrapped(value: int) -> int:
    """The signed 64-bit integer with the low bits of `value`."""
    return (value - LONG_MIN) % (LONG_MAX - LONG_MIN + 1) + LONG_MIN


@primitive("bit-and", arity=(2, None))
def bit_and(*values: Any) -> int:
    """Bits set in all arguments."""
    bits = [_bits(value, "bit-and") for value in values]
    return int(_fold(lambda a, b: a & b, bits[0], tuple(bits[1:])))


@primitive("bit-or", arity=(2, None))
def bit_or(*values: Any) -> int:
    """Bits set in any argument."""
    bits = [_bits(value, "bit-or") for value in values]
    return int(_fold(lambda a, b: a | b, bits[0], tuple(bits[1:])))


@primitive("bit-xor", arity=(2, None))
def bit_xor(*values: Any) -> int:
    """Bits set in an odd number of arguments."""
    bits = [_bits(value, "bit-xor") for value in values]
    return int(_fold(lambda a, b: a ^ b, bits[0], tuple(bits[1:])))


@primitive("bit-not", arity=(1, 1))
def bit_not(value: Any) -> int:
    """All bits inverted."""
    return ~_bits(value, "bit-not")


@primitive("bit-shift-left", arity=(2, 2))
def bit_shift_left(value: Any, places: Any) -> int:
    """Bits moved up, within 64."""
    return _wrapped(_bits(value, "bit-shift-left") << (_bits(places, "bit-shift-left") % 64))


@primitive("bit-shift-right", arity=(2, 2))
def bit_shift_right(value: Any, places: Any) -> int:
    """Bits moved down; the sign stays."""
    return _bits(value, "bit-shift-right") >> (_bits(places, "bit-shift-right") % 64)


@primitive("bit-test", arity=(2, 2))
def is_bit_set(value: Any, place: Any) -> bool:
    """True if the bit at this place, from 0, is set."""
    return bool(_bits(value, "bit-test") >> (_bits(place, "bit-test") % 64) & 1)
