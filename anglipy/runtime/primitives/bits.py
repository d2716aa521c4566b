"""Bits of longs, and arithmetic of longs that wraps around instead of failing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from anglipy.diagnostics import ProgramError
from anglipy.runtime.numbers import number
from anglipy.runtime.primitives.checks import fail, index
from anglipy.runtime.primitives.registry import primitive

__all__ = ["wrapped"]


def wrapped(value: int) -> int:
    """The long with the same lowest 64 bits."""
    return (value + 2**63) % 2**64 - 2**63


def _long(value: Any, name: str) -> int:
    if isinstance(value, bool) or not isinstance(number(value, name), int):
        fail(name, "an integer", value)
    return int(value)


@primitive("bit-and-not", arity=(2, None))
def bit_and_not(first: Any, *others: Any) -> int:
    """The bits of the first that are set in none of the others."""
    result = _long(first, "bit-and-not")
    for other in others:
        result &= ~_long(other, "bit-and-not")
    return result


@primitive("bit-set", arity=(2, 2))
def bit_set(value: Any, place: Any) -> int:
    """The long with a bit set."""
    return wrapped(_long(value, "bit-set") | 1 << (_long(place, "bit-set") & 63))


@primitive("bit-clear", arity=(2, 2))
def bit_clear(value: Any, place: Any) -> int:
    """The long with a bit cleared."""
    return wrapped(_long(value, "bit-clear") & ~(1 << (_long(place, "bit-clear") & 63)))


@primitive("bit-flip", arity=(2, 2))
def bit_flip(value: Any, place: Any) -> int:
    """The long with a bit changed."""
    return wrapped(_long(value, "bit-flip") ^ 1 << (_long(place, "bit-flip") & 63))


@primitive("unsigned-bit-shift-right", arity=(2, 2))
def unsigned_bit_shift_right(value: Any, count: Any) -> int:
    """The bits of a long moved to the right, zeros coming in."""
    bits = _long(value, "unsigned-bit-shift-right") % 2**64
    return wrapped(bits >> (_long(count, "unsigned-bit-shift-right") & 63))


@primitive("unchecked-add", arity=(2, 2))
def unchecked_add(a: Any, b: Any) -> Any:
    """The sum, wrapped around if it is no long."""
    return _unchecked(a + b, "unchecked-add") if _both(a, b) else number(a, "unchecked-add") + b


@primitive("unchecked-subtract", arity=(2, 2))
def unchecked_subtract(a: Any, b: Any) -> Any:
    """The difference, wrapped around if it is no long."""
    return _unchecked(a - b, "unchecked-subtract") if _both(a, b) else number(a, "-") - b


@primitive("unchecked-multiply", arity=(2, 2))
def unchecked_multiply(a: Any, b: Any) -> Any:
    """The product, wrapped around if it is no long."""
    return _unchecked(a * b, "unchecked-multiply") if _both(a, b) else number(a, "*") * b


@primitive("unchecked-negate", arity=(1, 1))
def unchecked_negate(a: Any) -> Any:
    """The number with the other sign, wrapped around if it is no long."""
    return _unchecked(-number(a, "unchecked-negate"), "unchecked-negate")


@primitive("unchecked-long", arity=(1, 1))
def unchecked_long(a: Any) -> int:
    """The integer part, wrapped around if it is no long."""
    return wrapped(index(a, "unchecked-long"))


def _narrow(name: str, fn: Callable[..., Any], count: int, bits: int, doc: str) -> None:
    """Enter a function whose value is wrapped around to so many bits."""

    def narrow(*args: Any) -> int:
        half = 1 << (bits - 1)
        return (index(fn(*args), name) + half) % (2 * half) - half

    narrow.__name__ = name.replace("-", "_")
    narrow.__doc__ = doc
    primitive(name, arity=(count, count))(narrow)


for _name, _function, _count in (
    ("add", unchecked_add, 2), ("subtract", unchecked_subtract, 2),
    ("multiply", unchecked_multiply, 2), ("negate", unchecked_negate, 1),
):  # fmt: skip
    _narrow(f"unchecked-{_name}-int", _function, _count, 32,
            f"`unchecked-{_name}`, wrapped around to 32 bits.")  # fmt: skip
for _name, _bits in (("int", 32), ("short", 16), ("byte", 8)):
    _narrow(f"unchecked-{_name}", unchecked_long, 1, _bits,
            f"The integer part, wrapped around to {_bits} bits.")  # fmt: skip


@primitive("unchecked-divide-int", arity=(2, 2))
def unchecked_divide(a: Any, b: Any) -> int:
    """The quotient of integers, truncated."""
    divisor = _long(b, "unchecked-divide-int")
    if divisor == 0:
        raise ProgramError("AQ432", "unchecked-divide-int: division by zero")
    quotient = abs(_long(a, "unchecked-divide-int")) // abs(divisor)
    return wrapped(quotient if (a < 0) == (divisor < 0) else -quotient)


def _both(a: Any, b: Any) -> bool:
    number(b, "unchecked arithmetic")
    return type(a) is int and type(b) is int


def _unchecked(value: Any, name: str) -> Any:
    return wrapped(value) if type(value) is int else number(value, name)
