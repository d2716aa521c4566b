r"""The values of literals: from the text of a token to a number, a string or a character.

Each function takes the text of a token that the grammar has found legal, so only what no
grammar can say is checked here: the digits of a radix, a denominator of zero, surrogates, sizes.
What is wrong is raised as a `LiteralFault`, which names an entry of mistakes.toml.
"""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from fractions import Fraction

from anglipy.atoms import BigInt, Char

__all__ = [
    "CHARACTER_NAMES",
    "LiteralFault",
    "bad_escape",
    "character",
    "floating",
    "integer",
    "ratio",
    "string",
    "symbolic",
]

MAX_DIGITS = 2_000
"""The longest number that is read; it keeps below Python's own limit for printing in any radix."""

_LONG_MIN, _LONG_MAX = -(2**63), 2**63 - 1

# After a radix, N is a digit, as in Clojure.
_INTEGER = re.compile(
    r"([+-]?)(?:0[xX]([0-9A-Fa-f]+)|([1-9][0-9]?)[rR]([0-9A-Za-z]+)|(0[0-7]*)|([1-9][0-9]*))(N?)"
)

CHARACTER_NAMES = {
    "newline": "\n",
    "space": " ",
    "tab": "\t",
    "return": "\r",
    "formfeed": "\f",
    "backspace": "\b",
}

_ESCAPES = {"b": "\b", "t": "\t", "n": "\n", "f": "\f", "r": "\r", '"': '"', "\\": "\\"}
_ESCAPE = re.compile(r'\\(?:([btnfr"\\])|u([0-9A-Fa-f]{4})|([0-3][0-7]{2}|[0-7]{1,2}(?![0-7])))')
_ANY_ESCAPE = re.compile(_ESCAPE.pattern + r"|\\(?P<bad>u[0-9A-Fa-f]{0,3}|[0-7]{1,3}|.)", re.DOTALL)
_SURROGATE = re.compile("[\ud800-\udfff]")
_SYMBOLIC = {
    "##Inf": float("inf"),
    "##-Inf": float("-inf"),
    "##NaN": float("nan"),
}


class LiteralFault(Exception):
    """A literal that is well formed and has no value. `name` is the mistake, `values` fill its
    message.
    """

    def __init__(self, name: str, **values: str) -> None:
        super().__init__(name)
        self.name = name
        self.values = values


def _checked(text: str) -> str:
    if len(text) > MAX_DIGITS:
        raise LiteralFault("long_number", limit=f"{MAX_DIGITS:,}")
    return text


def integer(text: str) -> int | BigInt:
    """An integer: decimal, `0x`, octal with a leading 0, or radix such as `36rZ`; with `N` a
    BigInt.

    As in Clojure, a plain integer that does not fit 64 bits is a BigInt too.
    """
    match = _INTEGER.fullmatch(_checked(text))
    assert match is not None, text
    sign, hexadecimal, radix, digits, octal, plain, suffix = match.groups()
    if hexadecimal is not None:
        number = int(hexadecimal, 16)
    elif radix is not None:
        number = _in_radix(text, radix, digits)
    elif octal is not None:
        number = int(octal, 8)
    else:
        number = int(plain)
    if sign == "-":
        number = -number
    return BigInt(number) if suffix else _fitted(number)


def _fitted(number: int) -> int | BigInt:
    return number if _LONG_MIN <= number <= _LONG_MAX else BigInt(number)


def _in_radix(text: str, radix: str, digits: str) -> int:
    if 2 <= int(radix) <= 36:
        try:
            return int(digits, int(radix))
        except ValueError:
            raise LiteralFault("radix_digit", text=text, radix=radix) from None
    raise LiteralFault("radix_range", text=text, radix=radix)


def ratio(text: str) -> int | BigInt | Fraction:
    """A ratio in lowest terms, or the integer it equals."""
    numerator, denominator = _checked(text).split("/")
    if int(denominator) == 0:
        raise LiteralFault("zero_denominator", text=text)
    value = Fraction(int(numerator), int(denominator))
    return _fitted(value.numerator) if value.denominator == 1 else value


def floating(text: str) -> float | Decimal:
    """A double, or with the suffix `M` a decimal."""
    return _decimal(text[:-1]) if _checked(text).endswith("M") else float(text)


def _decimal(text: str) -> Decimal:
    """A decimal number, exactly as written."""
    try:
        return Decimal(text)
    except InvalidOperation:
        raise LiteralFault("decimal_exponent", text=text) from None


def symbolic(text: str) -> float:
    """`##Inf`, `##-Inf` or `##NaN`."""
    return _SYMBOLIC[text]


def character(text: str) -> Char:
    r"""A character: `\a`, a name such as `\space`, `\u0041` or octal `\o101`."""
    body = text[1:]
    if len(body) == 1:
        return Char(body)
    if body in CHARACTER_NAMES:
        return Char(CHARACTER_NAMES[body])
    return Char(chr(int(body[1:], 16 if body[0] == "u" else 8)))


def string(text: str) -> str:
    r"""The value of a string: its escapes undone, `\ud83d\ude00` joined into one character."""
    body = text[1:-1]
    if "\\" in body:
        body = _ESCAPE.sub(_unescaped, body)
    if not body.isascii() and _SURROGATE.search(body):
        try:
            return body.encode("utf-16-le", "surrogatepass").decode("utf-16-le")
        except UnicodeDecodeError:
            raise LiteralFault("lone_surrogate") from None
    return body


def bad_escape(text: str) -> tuple[int, int]:
    """Where the first wrong escape of a string stands, as offsets into its text."""
    for match in _ANY_ESCAPE.finditer(text):
        if match["bad"] is not None:
            return match.span()
    return 0, len(text)


def _unescaped(match: re.Match[str]) -> str:
    simple, code, octal = match.groups()
    if simple is not None:
        return _ESCAPES[simple]
    return chr(int(code, 16) if code is not None else int(octal, 8))
