"""Static methods and fields of Java that programs name: Integer, Double, Character, System..."""

from __future__ import annotations

import math
import os
import time
from collections.abc import Callable
from typing import Any

from anglipy.atoms import Char
from anglipy.runtime.access import values_of
from anglipy.runtime.equality import elements
from anglipy.runtime.numbers import number, to_double
from anglipy.runtime.ordering import compare
from anglipy.runtime.primitives.checks import fail, index, text
from anglipy.runtime.primitives.output import format_
from anglipy.runtime.primitives.registry import constant, primitive
from anglipy.runtime.primitives.strings import parse_float, parse_int
from anglipy.runtime.printing import to_str

__all__: list[str] = []


# --- numbers and text -----------------------------------------------------------------------------


def _of_bytes(sign: Any, magnitude: Any) -> int:
    """The integer of a sign and bytes, the most significant first."""
    from anglipy.runtime.primitives.java_digests import bytes_of

    return index(sign, "BigInteger.") * int.from_bytes(bytes_of(magnitude, "BigInteger."), "big")


def _parsed(string: Any, radix: Any) -> int:
    written, base = text(string, "parseInt"), index(radix, "parseInt")
    try:
        return int(written, base) if 2 <= base <= 36 else fail("parseInt", "a radix", radix)
    except ValueError:
        fail("parseInt", f"an integer of radix {base} in a string", string)


@primitive("Integer/parseInt", "Long/parseLong", "Integer/valueOf", "Long/valueOf",
           "->BigInteger", arity=(1, 2))  # fmt: skip
def integer_of(value: Any, radix: Any = 10) -> int:
    """The integer written in a string, of a radix; a number as an integer; the integer of a sign
    and bytes.
    """
    if elements(radix) is not None:
        return _of_bytes(value, radix)
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return index(value, "valueOf")
    if isinstance(value, Char):
        return ord(value.value)
    return parse_int(value) if radix == 10 else _parsed(value, radix)


@primitive("Double/parseDouble", "Float/parseFloat", "Double/valueOf", "Float/valueOf",
           arity=(1, 1))  # fmt: skip
def double_of(value: Any) -> float:
    """The double written in a string; a number as a double."""
    return parse_float(value) if isinstance(value, str) else to_double(number(value, "valueOf"))


@primitive("Boolean/parseBoolean", "Boolean/valueOf", arity=(1, 1))
def boolean_of(value: Any) -> bool:
    """True for `true`, in any spelling."""
    return value is True or (isinstance(value, str) and value.lower() == "true")


_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


def _in_radix(value: int, base: int) -> str:
    left = abs(value)
    digits: list[str] = []
    while left or not digits:
        left, digit = divmod(left, base)
        digits.append(_DIGITS[digit])
    return ("-" if value < 0 else "") + "".join(reversed(digits))


@primitive("Integer/toString", "Long/toString", arity=(1, 2))
def integer_text(value: Any, radix: Any = 10) -> str:
    """An integer written in a radix."""
    return _in_radix(index(value, "toString"), index(radix, "toString"))


def _unsigned(value: Any, base: int, name: str, bits: int = 64) -> str:
    return _in_radix(index(value, name) % 2**bits, base)


@primitive("Integer/toBinaryString", "Long/toBinaryString", arity=(1, 1))
def binary_text(value: Any) -> str:
    """A long's bits."""
    return _unsigned(value, 2, "toBinaryString")


@primitive("Integer/toHexString", "Long/toHexString", arity=(1, 1))
def hexadecimal_text(value: Any) -> str:
    """A long's bits as hexadecimal digits."""
    return _unsigned(value, 16, "toHexString")


@primitive("Integer/bitCount", "Long/bitCount", arity=(1, 1))
def bit_count(value: Any) -> int:
    """How many bits of a long are set."""
    return (index(value, "bitCount") % 2**64).bit_count()


@primitive("Double/toString", "String/valueOf", "Boolean/toString", arity=(1, 1))
def text_of(value: Any) -> str:
    """The text of a value."""
    return "null" if value is None else to_str(value)


@primitive("Double/compare", "Integer/compare", "Long/compare", arity=(2, 2))
def java_compare_numbers(a: Any, b: Any) -> int:
    """-1, 0 or 1 as a is below, equal to or above b."""
    return compare(a, b)


@primitive("Double/isFinite", arity=(1, 1))
def java_is_finite(value: Any) -> bool:
    """True for numbers that are neither infinite nor NaN."""
    return math.isfinite(to_double(number(value, "isFinite")))


@primitive("String/format", arity=(1, None))
def format_values(template: Any, *values: Any) -> str:
    """The template, filled by the values."""
    inside = elements(values[0]) if len(values) == 1 else None
    return format_(template, *(values if inside is None else inside))


@primitive("String/join", arity=(2, 2))
def java_join(separator: Any, parts: Any) -> str:
    """The texts with the separator between any two."""
    return to_str(separator).join(map(to_str, values_of(parts, "join")))


@primitive("->String", arity=(0, 1))
def string_of(value: Any = "") -> str:
    """The text of a value, or of a sequence of characters."""
    if isinstance(value, str):
        return value
    return "".join(map(to_str, values_of(value, "String.")))


def _char(value: Any) -> str:
    if isinstance(value, Char):
        return value.value
    return chr(value) if isinstance(value, int) else fail("Character", "a character", value)


@primitive("Character/isDigit", arity=(1, 1))
def is_digit(char: Any) -> bool:
    """True for digits."""
    return _char(char).isdigit()


@primitive("Character/isLetter", "Character/isAlphabetic", arity=(1, 1))
def is_letter(char: Any) -> bool:
    """True for letters."""
    return _char(char).isalpha()


@primitive("Character/isLetterOrDigit", arity=(1, 1))
def is_letter_or_digit(char: Any) -> bool:
    """True for letters and digits."""
    return _char(char).isalnum()


@primitive("Character/isWhitespace", arity=(1, 1))
def is_white(char: Any) -> bool:
    """True for white space."""
    return _char(char).isspace()


@primitive("Character/isUpperCase", arity=(1, 1))
def is_upper(char: Any) -> bool:
    """True for capitals."""
    return _char(char).isupper()


@primitive("Character/isLowerCase", arity=(1, 1))
def is_lower(char: Any) -> bool:
    """True for small letters."""
    return _char(char).islower()


@primitive("Character/toUpperCase", arity=(1, 1))
def char_upper(char: Any) -> Char:
    """The capital of a character."""
    return Char(_char(char).upper()[:1])


@primitive("Character/toLowerCase", arity=(1, 1))
def char_lower(char: Any) -> Char:
    """The small letter of a character."""
    return Char(_char(char).lower()[:1])


@primitive("Character/getNumericValue", arity=(1, 1))
def numeric_value(char: Any) -> int:
    """The value of a digit, letters counting on from 10; -1 for anything else."""
    return _DIGITS.find(_char(char).lower())


@primitive("Character/toString", arity=(1, 1))
def char_text(char: Any) -> str:
    """The string of one character."""
    return _char(char)


# --- System ---------------------------------------------------------------------------------------


@primitive("System/currentTimeMillis", arity=(0, 0), pure=False)
def current_time_millis() -> int:
    """Milliseconds since the beginning of 1970."""
    return time.time_ns() // 1_000_000


@primitive("System/nanoTime", arity=(0, 0), pure=False)
def nano_time() -> int:
    """Nanoseconds of a clock that only moves forward."""
    return time.perf_counter_ns()


@primitive("System/getenv", arity=(1, 1), pure=False)
def environment_variable(name: Any) -> str | None:
    """The value of an environment variable, or nil."""
    return os.environ.get(text(name, "getenv"))


_PROPERTIES: dict[str, Callable[[], str]] = {
    "user.dir": os.getcwd,
    "line.separator": lambda: "\n",
    "file.separator": lambda: os.sep,
    "user.home": lambda: os.path.expanduser("~"),
    "java.io.tmpdir": lambda: "/tmp",
}


@primitive("System/getProperty", arity=(1, 2), pure=False)
def system_property(name: Any, default: Any = None) -> Any:
    """A property of the system, such as `user.dir`, or the default."""
    found = _PROPERTIES.get(text(name, "getProperty"))
    return default if found is None else found()


@primitive("System/exit", arity=(1, 1), pure=False)
def java_exit_(status: Any) -> None:
    """End the program."""
    raise SystemExit(index(status, "exit"))


@primitive("System/gc", arity=(0, 0), pure=False)
def collect_garbage() -> None:
    """Nothing: memory is given back as it becomes free."""


@primitive("Thread/sleep", arity=(1, 2), pure=False)
def java_sleep(milliseconds: Any, nanoseconds: Any = 0) -> None:
    """Wait so many milliseconds."""
    time.sleep(to_double(number(milliseconds, "sleep")) / 1000)


constant("Float/MAX_VALUE", 3.4028234663852886e38)
constant("Float/MIN_VALUE", 1.401298464324817e-45)
constant("Float/NaN", math.nan)
constant("Float/POSITIVE_INFINITY", math.inf)
constant("Float/NEGATIVE_INFINITY", -math.inf)
constant("Short/MAX_VALUE", 2**15 - 1)
constant("Byte/MAX_VALUE", 2**7 - 1)
constant("File/separator", os.sep)
constant("Boolean/TRUE", True)
constant("Boolean/FALSE", False)
