"""Values as text, as Clojure writes them.

`pr_str` is readable text: strings in quotes, `##Inf`. `print_str` is what `println` shows: the same
without quotes. `to_str` is what `str` gives: nil is empty, a string is itself, but strings inside
collections are quoted. A lazy sequence of unknown length shows its first LAZY_LIMIT elements, then
`...`; an array of more than ARRAY_LIMIT numbers shows its shape. Nothing recurses.
"""

from __future__ import annotations

import math
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from decimal import Decimal
from fractions import Fraction
from functools import partial
from typing import Any

from anglipy.atoms import BigInt, Char, Regex
from anglipy.runtime.equality import MapLike, Sequential, SetLike, known_length
from anglipy.runtime.foreign import is_array, is_numpy_scalar
from anglipy.runtime.scalars import Keyword, Symbol

__all__ = [
    "ARRAY_LIMIT", "LAZY_LIMIT", "describe", "float_text", "pr_str", "print_str",
    "printing_at_most", "to_str",
]  # fmt: skip

LAZY_LIMIT = 1_000
ARRAY_LIMIT = 1_000

_MOST: ContextVar[int | None] = ContextVar("anglipy_print_length", default=None)


@contextmanager
def printing_at_most(count: int | None) -> Iterator[None]:
    """Print so many elements of every collection and `...` for the rest; None: all of them."""
    token = _MOST.set(count)
    try:
        yield
    finally:
        _MOST.reset(token)


_CHAR_NAMES = {
    "\n": "newline",
    " ": "space",
    "\t": "tab",
    "\r": "return",
    "\b": "backspace",
    "\f": "formfeed",
}
_ESCAPES = str.maketrans(
    {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r", "\b": "\\b", "\f": "\\f"}
)


_ATOMS = frozenset({type(None), bool, int, float, str, Fraction, BigInt, Char, Keyword, Symbol})


class _Text(str):
    """A piece of output, as opposed to a string value."""

    __slots__ = ()


_SPACE, _COMMA, _MORE = _Text(" "), _Text(", "), _Text("...")


def pr_str(value: Any) -> str:
    """Readable text: reading it gives an equal value, for everything that can be written down."""
    return _render(value, readable=True)


def print_str(value: Any) -> str:
    """The text that `print` and `println` show: like `pr_str`, strings and characters without
    quotes at all depths.
    """
    return _render(value, readable=False)


def to_str(value: Any) -> str:
    """The text that `str` gives: nil is "", strings and characters are themselves, Infinity and NaN
    are words, files their paths.
    """
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, Char):
        return value.value
    if isinstance(value, BigInt):
        return str(int(value))
    if isinstance(value, Regex):
        return value.pattern
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if value != value else ("Infinity" if value > 0 else "-Infinity")
    if isinstance(value, os.PathLike):
        return str(os.fspath(value))
    own = None if value.__class__ in _ATOMS else getattr(value, "to_text", None)
    return _render(value, readable=True) if own is None else str(own())


def describe(value: Any) -> str:
    """A value in a message: what it is and, shortened, how it is written."""
    if value is None:
        return "nil"
    text, kind = shortened(value), kind_name(value)
    return f"the {kind} {text}" if kind else text


def shortened(value: Any) -> str:
    """How a value is written, in at most 60 characters."""
    text = pr_str(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def kind_name(value: Any) -> str:
    """What a value is, in a word of the language; "" for objects of Python."""
    for kinds, name in _KIND_NAMES:
        if isinstance(value, kinds):
            return name
    if isinstance(value, Sequential):
        return "vector" if value.brackets == "[]" else "list"
    return ""


def _render(value: Any, readable: bool) -> str:
    """Write with a stack of iterators over the pieces of the collections that are open."""
    parts = _parts(value)
    if parts is None:
        return _atom(value, readable)
    out: list[str] = []
    stack = [parts]
    while stack:
        for part in stack[-1]:
            if part.__class__ is _Text:
                out.append(part)
                continue
            inner = _parts(part)
            if inner is not None:
                stack.append(inner)
                break
            out.append(_atom(part, readable))
        else:
            stack.pop()
    return "".join(out)


def _parts(value: Any) -> Iterator[Any] | None:
    """The pieces of a collection: `_Text` and values; None for everything else."""
    if value.__class__ in _ATOMS:
        return None
    most = _MOST.get()
    if isinstance(value, Sequential):
        limit = LAZY_LIMIT if most is None and known_length(value) is None else most
        return _sequence_parts(value.brackets[0], value, value.brackets[1], limit)
    if isinstance(value, (list, tuple, range)):
        return _sequence_parts("[", value, "]", most)
    if isinstance(value, (MapLike, dict)):
        return _map_parts(value.items(), getattr(value, "record_name", None), most)
    if isinstance(value, (SetLike, set, frozenset)):
        return _sequence_parts("#{", value, "}", most)
    if is_array(value) and math.prod(value.shape) <= ARRAY_LIMIT:
        return _sequence_parts("[", value.tolist(), "]", None)
    return None


def _sequence_parts(
    start: str, values: Iterable[Any], end: str, limit: int | None
) -> Iterator[Any]:
    yield _Text(start)
    for i, value in enumerate(values):
        if i:
            yield _SPACE
        if i == limit:
            yield _MORE
            break
        yield value
    yield _Text(end)


def _map_parts(
    items: Iterable[tuple[Any, Any]], record: str | None, limit: int | None
) -> Iterator[Any]:
    yield _Text("{" if record is None else f"#{record}{{")
    for i, (key, value) in enumerate(items):
        if i:
            yield _COMMA
        if i == limit:
            yield _MORE
            break
        yield key
        yield _SPACE
        yield value
    yield _Text("}")


def _atom(value: Any, readable: bool) -> str:
    """The text of a value that is not a collection."""
    kind = value.__class__
    if kind is int or kind is Keyword:
        return repr(value)
    if value is None:
        return "nil"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return f'"{value.translate(_ESCAPES)}"' if readable else value
    if isinstance(value, float):
        return float_text(value)
    if isinstance(value, Fraction):
        return f"{value.numerator}/{value.denominator}"
    if isinstance(value, BigInt):
        return f"{int(value)}N"
    if isinstance(value, Decimal):
        return f"{value}M"
    if isinstance(value, Char):
        return _char_text(value.value) if readable else value.value
    if is_numpy_scalar(value):
        return _atom(value.item(), readable)
    if is_array(value):
        shape = "x".join(str(n) for n in value.shape)
        return f"#array[{shape} {str(value.dtype).removeprefix('torch.')}]"
    if isinstance(value, Regex):
        return f'#"{value.pattern}"'
    function = value.func if isinstance(value, partial) else value
    name = getattr(function, "__name__", None)
    return f"#function[{name.strip('_')}]" if name and callable(value) else repr(value)


def float_text(value: float) -> str:
    """A double as Java writes it: `1.0`, `1.0E10`, `1.0E-4`, `##Inf`, `##-Inf`, `##NaN`."""
    if value != value:
        return "##NaN"
    if math.isinf(value):
        return "##Inf" if value > 0 else "##-Inf"
    magnitude = abs(value)
    text = repr(float(value))
    if magnitude == 0 or 1e-3 <= magnitude < 1e7:
        return text
    digits, exponent = _decimal(text)
    if len(digits) == 1:
        # Of two digits those nearest to the number, which matters next to zero only.
        digits, exponent = _decimal(f"{magnitude:.1e}")
    sign = "-" if value < 0 else ""
    return f"{sign}{digits[0]}.{digits[1:] or '0'}E{exponent}"


def _decimal(text: str) -> tuple[str, int]:
    """`repr` of a float as its significant digits and the power of ten of the first."""
    mantissa, _, power = text.lstrip("-").partition("e")
    whole, _, fraction = mantissa.partition(".")
    digits = (whole + fraction).lstrip("0")
    exponent = int(power or 0) + len(whole) - 1 - (len(whole + fraction) - len(digits))
    return digits.rstrip("0") or "0", exponent


def _char_text(char: str) -> str:
    name = _CHAR_NAMES.get(char)
    if name is not None:
        return f"\\{name}"
    return f"\\{char}" if char.isprintable() else f"\\u{ord(char):04x}"


_KIND_NAMES: tuple[tuple[type | tuple[type, ...], str], ...] = (
    (bool, "boolean"),
    ((int, float, Fraction), "number"),
    (str, "string"),
    (Char, "character"),
    (Keyword, "keyword"),
    (Symbol, "symbol"),
    ((MapLike, dict), "map"),
    ((SetLike, set, frozenset), "set"),
)
