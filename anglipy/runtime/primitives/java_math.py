"""Methods of Java's Math, by the names that programs call them by.

Those that Clojure programs share with anglican.runtime are entered in `math`.
"""

from __future__ import annotations

import math
from typing import Any

from anglipy.diagnostics import ProgramError
from anglipy.runtime.numbers import (
    add,
    dec,
    inc,
    maximum,
    minimum,
    mul,
    negate,
    number,
    sub,
    to_double,
)
from anglipy.runtime.primitives.checks import index
from anglipy.runtime.primitives.registry import primitive

__all__: list[str] = []


primitive("Math/max", arity=(2, 2))(maximum)
primitive("Math/min", arity=(2, 2))(minimum)


@primitive("Math/hypot", arity=(2, 2))
def java_hypot(x: Any, y: Any) -> float:
    """The length of the hypotenuse."""
    return math.hypot(to_double(number(x, "hypot")), to_double(number(y, "hypot")))


@primitive("Math/toRadians", arity=(1, 1))
def to_radians(degrees: Any) -> float:
    """An angle in radians."""
    return math.radians(to_double(number(degrees, "toRadians")))


@primitive("Math/toDegrees", arity=(1, 1))
def to_degrees(radians: Any) -> float:
    """An angle in degrees."""
    return math.degrees(to_double(number(radians, "toDegrees")))


@primitive("Math/floorDiv", arity=(2, 2))
def floor_div(a: Any, b: Any) -> int:
    """The quotient, rounded down."""
    return index(a, "floorDiv") // _divisor(b, "floorDiv")


@primitive("Math/floorMod", arity=(2, 2))
def floor_mod(a: Any, b: Any) -> int:
    """The remainder with the sign of the divisor."""
    return index(a, "floorMod") % _divisor(b, "floorMod")


@primitive("Math/IEEEremainder", "Math/IEEERemainder", arity=(2, 2))
def ieee_remainder(x: Any, y: Any) -> float:
    """What is left of x without the multiple of y that is nearest to it."""
    a, b = to_double(number(x, "IEEEremainder")), to_double(number(y, "IEEEremainder"))
    return math.nan if not b or math.isinf(a) or a != a or b != b else math.remainder(a, b)


@primitive("Math/copySign", arity=(2, 2))
def copy_sign(magnitude: Any, sign: Any) -> float:
    """The first number with the sign of the second."""
    return math.copysign(
        to_double(number(magnitude, "copySign")), to_double(number(sign, "copySign"))
    )


@primitive("Math/ulp", arity=(1, 1))
def ulp(x: Any) -> float:
    """The distance of a double from the next one."""
    return math.ulp(to_double(number(x, "ulp")))


@primitive("Math/nextUp", arity=(1, 1))
def next_up(x: Any) -> float:
    """The next double towards Inf."""
    return math.nextafter(to_double(number(x, "nextUp")), math.inf)


@primitive("Math/nextDown", arity=(1, 1))
def next_down(x: Any) -> float:
    """The next double towards -Inf."""
    return math.nextafter(to_double(number(x, "nextDown")), -math.inf)


@primitive("Math/nextAfter", arity=(2, 2))
def next_after(x: Any, y: Any) -> float:
    """The next double from x towards y."""
    return math.nextafter(to_double(number(x, "nextAfter")), to_double(number(y, "nextAfter")))


@primitive("Math/getExponent", arity=(1, 1))
def get_exponent(x: Any) -> int:
    """The power of two in a double."""
    value = to_double(number(x, "getExponent"))
    return (
        math.frexp(value)[1] - 1 if value and math.isfinite(value) else -1023 if not value else 1024
    )


@primitive("Math/scalb", arity=(2, 2))
def scalb(x: Any, power: Any) -> float:
    """A double times two to a power."""
    value = to_double(number(x, "scalb"))
    try:
        return math.ldexp(value, index(power, "scalb"))
    except OverflowError:
        return math.copysign(math.inf, value)


primitive("Math/addExact", arity=(2, 2))(add)
primitive("Math/subtractExact", arity=(2, 2))(sub)
primitive("Math/multiplyExact", arity=(2, 2))(mul)
primitive("Math/incrementExact", arity=(1, 1))(inc)
primitive("Math/decrementExact", arity=(1, 1))(dec)
primitive("Math/negateExact", arity=(1, 1))(negate)


def _divisor(value: Any, name: str) -> int:
    found = index(value, name)
    if found == 0:
        raise ProgramError("AQ432", f"{name}: division by zero")
    return found
