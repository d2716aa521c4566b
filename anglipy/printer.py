r"""The printer: forms to text that reads as the same forms, `read(print_form(form)) == form`.

Everything goes on one line; `pretty` breaks lines. Quotes and their kin are written short (`'x`
for `(quote x)`), control characters as escapes, metadata before its form. Forms may be nested to
any depth.
"""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from anglipy.assemble import PREFIXES
from anglipy.atoms import BigInt, Char, Regex
from anglipy.forms import (
    Collection,
    Form,
    Keyword,
    ListForm,
    Literal,
    LiteralValue,
    MapForm,
    SetForm,
    Symbol,
    VectorForm,
)
from anglipy.literals import CHARACTER_NAMES

__all__ = ["Shown", "print_form", "print_literal", "shown"]

_PREFIX_OF = {symbol: prefix for prefix, symbol in PREFIXES.items()}
_CHARACTER_NAME = {char: name for name, char in CHARACTER_NAMES.items()}
_STRING_ESCAPES = {
    '"': '\\"',
    "\\": "\\\\",
    "\n": "\\n",
    "\t": "\\t",
    "\r": "\\r",
    "\b": "\\b",
    "\f": "\\f",
}
_SPECIAL = re.compile(r'["\\]|[^\x20-\x7e]')
_BARE_QUOTE = re.compile(r'\\.|"', re.DOTALL)


# ---- Atoms


def print_literal(value: LiteralValue) -> str:
    """A constant as source text."""
    match value:
        case None:
            return "nil"
        case bool():
            return "true" if value else "false"
        case BigInt():
            return f"{int(value)}N"
        case int() | Fraction():
            return str(value)
        case float():
            return _floating(value)
        case Decimal():
            return f"{value}M"
        case str():
            return '"' + _SPECIAL.sub(_escaped, value) + '"'
        case Char():
            return _character(value.value)
        case Regex():
            return '#"' + _BARE_QUOTE.sub(_quote_escaped, value.pattern) + '"'


def _floating(value: float) -> str:
    if value != value:
        return "##NaN"
    if value in (float("inf"), float("-inf")):
        return "##Inf" if value > 0 else "##-Inf"
    return repr(value)


def _escaped(match: re.Match[str]) -> str:
    char = match.group()
    return _STRING_ESCAPES.get(char) or (_by_code(char) if _is_hidden(char) else char)


def _is_hidden(char: str) -> bool:
    """Whether a character should be written by its code (four digits are all there are)."""
    return not char.isprintable() and ord(char) < 0x10000


def _by_code(char: str) -> str:
    return f"\\u{ord(char):04x}"


def _quote_escaped(match: re.Match[str]) -> str:
    return '\\"' if match.group() == '"' else match.group()


def _character(char: str) -> str:
    if char in _CHARACTER_NAME:
        return "\\" + _CHARACTER_NAME[char]
    if _is_hidden(char):
        return _by_code(char)
    return "\\" + char


def _atom(form: Symbol | Keyword | Literal) -> str:
    match form:
        case Symbol(name):
            return name
        case Keyword(name):
            return ":" + name
        case Literal(value):
            return print_literal(value)


# ---- Collections


class Shown(NamedTuple):
    """How a form is written: an opening text, forms with spaces between, a closing text."""

    opening: str
    parts: tuple[Form, ...]
    closing: str


def shown(form: Form) -> Shown:
    """The outermost layer of a form's text, without its metadata."""
    match form:
        case ListForm(items):
            prefix = _prefix(items)
            return Shown("(", items, ")") if prefix is None else Shown(prefix, items[1:], "")
        case VectorForm(items):
            return Shown("[", items, "]")
        case SetForm(items):
            return Shown("#{", items, "}")
        case MapForm(items):
            return Shown("{", items, "}")
        case _:
            return Shown(_atom(form), (), "")


def _prefix(items: tuple[Form, ...]) -> str | None:
    """What stands for the head and the brackets of a list, as `'` for `(quote x)`; mostly None."""
    match items:
        case (Symbol(head, meta=None), item) if head in _PREFIX_OF:
            # `~` right before `@x` would read as `~@`.
            splices = head == "unquote" and shown(item).opening == "@"
            return "~ " if splices else _PREFIX_OF[head]
    return None


def print_form(form: Form, metadata: bool = True) -> str:
    """A form as text on one line."""
    texts: list[str] = []
    stack: list[Form | str] = [form]
    while stack:
        node = stack.pop()
        if isinstance(node, str):
            texts.append(node)
            continue
        if metadata and isinstance(node, Symbol | Collection) and node.meta is not None:
            texts.append("^")
            stack.extend((replace(node, meta=None), " ", node.meta))
            continue
        opening, parts, closing = shown(node)
        texts.append(opening)
        stack.append(closing)
        for place in range(len(parts) - 1, -1, -1):
            stack.append(parts[place])
            if place:
                stack.append(" ")
    return "".join(texts)
