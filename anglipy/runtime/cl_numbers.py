"""Numbers as Common Lisp's `format` writes them: in words, in Roman numerals, with places."""

from __future__ import annotations

import math
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Any

from anglipy.diagnostics import ProgramError

__all__ = ["cardinal", "fixed", "general", "in_radix", "ordinal", "roman", "scientific"]

_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_SMALL = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
    "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen",
    "nineteen",
)  # fmt: skip
_TENS = (
    "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety",
)  # fmt: skip
_THOUSANDS = (
    "thousand", "million", "billion", "trillion", "quadrillion", "quintillion", "sextillion",
    "septillion", "octillion", "nonillion", "decillion",
)  # fmt: skip
_ORDINALS = {
    "one": "first", "two": "second", "three": "third", "five": "fifth", "eight": "eighth",
    "nine": "ninth", "twelve": "twelfth",
}  # fmt: skip
_ROMAN = (
    (1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"), (50, "L"),
    (40, "XL"), (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"),
)  # fmt: skip


def in_radix(value: int, base: int) -> str:
    """The digits of a number of at least 0, in a base from 2 to 36."""
    if not 2 <= base <= 36:
        raise ProgramError("AQ440", f"cl-format: there is no radix {base}")
    text = ""
    while value or not text:
        value, digit = divmod(value, base)
        text = _DIGITS[digit] + text
    return text


def _below_thousand(value: int) -> str:
    hundreds, rest = divmod(value, 100)
    words = [f"{_SMALL[hundreds]} hundred"] * bool(hundreds)
    if 0 < rest < 20:
        words.append(_SMALL[rest])
    elif rest:
        ten, one = divmod(rest, 10)
        words.append(_TENS[ten - 2] + (f"-{_SMALL[one]}" if one else ""))
    return " ".join(words)


def cardinal(value: int) -> str:
    """`twenty-one`."""
    if value == 0:
        return "zero"
    if value < 0:
        return f"minus {cardinal(-value)}"
    if value >= 1000 ** (len(_THOUSANDS) + 1):
        return f"{value:,}"
    parts, power = [], 0
    while value:
        value, rest = divmod(value, 1000)
        if rest:
            parts.append(_below_thousand(rest) + (f" {_THOUSANDS[power - 1]}" if power else ""))
        power += 1
    return ", ".join(reversed(parts))


def ordinal(value: int) -> str:
    """`twenty-first`."""
    words = "zeroth" if value == 0 else cardinal(value)
    if value == 0 or words[-1].isdigit():
        return words if value == 0 else f"{words}th"
    start, last = (
        words[: -len(words.split("-")[-1].split(" ")[-1])],
        words.split("-")[-1].split(" ")[-1],
    )
    if last.endswith("y"):
        return f"{start}{last[:-1]}ieth"
    return start + _ORDINALS.get(last, f"{last}th")


def roman(value: int, old: bool) -> str:
    """`XIV`; of old `XIIII`."""
    if not 0 < value < 4000 + 1000 * old:
        return f"{value:,}"
    text = ""
    for number, letters in _ROMAN:
        if old and len(letters) == 2:
            continue
        count, value = divmod(value, number)
        text += letters * count
    return text


def _fitted(text: str, width: Any, overflow: Any, pad: Any) -> str:
    if width is not None and len(text) > width and overflow is not None:
        return str(overflow) * int(width)
    return text.rjust(width or 0, pad or " ")


def _rounded(value: float, places: int) -> str:
    """A finite double of at least 0 with so many decimal places, halves away from zero."""
    unit = Decimal(1).scaleb(-places)
    return f"{Decimal(repr(value)).quantize(unit, ROUND_HALF_UP, Context(prec=400)):f}"


def fixed(value: float, given: list[Any], plus: bool) -> str:
    """`~w,d,k,overflow,padF`: d decimal places, or those that there are; times ten to the k."""
    width, digits, scale, overflow, pad = given[:5]
    sign = "-" if value < 0 or (value == 0 and math.copysign(1, value) < 0) else "+" if plus else ""
    if not math.isfinite(value):
        return _fitted(sign + ("NaN" if value != value else "Infinity"), width, overflow, pad)
    size = abs(value) * 10.0 ** (scale or 0)
    text = f"{Decimal(repr(size)):f}" if digits is None else _rounded(size, digits)
    text = text if "." in text else f"{text}." + ("0" if digits is None else "")
    if width is not None and len(sign + text) > width and text.startswith("0."):
        text = text[1:]
    return _fitted(sign + text, width, overflow, pad)


def scientific(value: float, given: list[Any], plus: bool) -> str:
    """`~w,d,e,k,overflow,pad,charE`: d places, an exponent of at least e digits, k digits before
    the point.
    """
    width, digits, least, before, overflow, pad, letter = given
    before = 1 if before is None else before
    sign = "-" if value < 0 else "+" if plus else ""
    if not math.isfinite(value):
        return fixed(value, [width, None, None, overflow, pad], plus)
    exact = Decimal(repr(abs(value)))
    power = (exact.adjusted() if exact else 0) - before + 1
    mantissa = exact.scaleb(-power)
    if digits is None:
        text = f"{mantissa.normalize():f}"
        text = text if "." in text else f"{text}.0"
    else:
        text = (
            f"{mantissa.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP, Context(prec=400)):f}"
        )
    shown = f"{letter or 'E'}{'-' if power < 0 else '+'}{abs(power):0{least or 1}d}"
    return _fitted(sign + text + shown, width, overflow, pad)


def general(value: float, given: list[Any], plus: bool) -> str:
    """`~w,d,e,k,overflow,pad,charG`: fixed for numbers that are neither large nor small."""
    width, digits, least, _, overflow, pad, _ = given
    size = abs(value)
    if not math.isfinite(value) or (size and not 0.1 <= size < 10.0 ** (digits or 7)):
        return scientific(value, given, plus)
    after = (least or 2) + 2
    power = 0 if not size else math.floor(math.log10(size)) + 1
    places = None if digits is None else max(digits - power, 0)
    inner = None if width is None else max(width - after, 0)
    return fixed(value, [inner, places, None, overflow, pad], plus) + " " * after
