"""The directives of Common Lisp's `format`, as `clojure.pprint/cl-format` takes them.

    ~a ~s ~d ~b ~o ~x ~r ~f ~e ~g ~$ ~c ~p    values        ~% ~& ~~ ~| ~t    space
    ~{ ~} ~[ ~; ~] ~( ~) ~? ~* ~^             control       ~newline          nothing

A directive is `~parameters:@letter`. `formatted(control, values)` reads the control string into a
tree and writes it with the values (Steele, Common Lisp the Language, section 22.3.3).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from anglipy.atoms import Char
from anglipy.diagnostics import ProgramError
from anglipy.runtime.access import values_of
from anglipy.runtime.cl_numbers import cardinal, fixed, general, ordinal, roman, scientific
from anglipy.runtime.cl_numbers import in_radix as radix_text
from anglipy.runtime.numbers import is_number
from anglipy.runtime.printing import pr_str, print_str, to_str

__all__ = ["formatted"]

_PARAMETER = re.compile(r"'(.)|([+-]?\d+)|([vV])|(#)", re.DOTALL)
_CLOSING = {"{": "}", "[": "]", "(": ")"}


def _wrong(message: str) -> ProgramError:
    return ProgramError("AQ440", f"cl-format: {message}")


@dataclass
class _Directive:
    letter: str
    parameters: list[Any]
    colon: bool
    at: bool
    clauses: list[list[Any]] = field(default_factory=list)
    default_last: bool = False
    """Whether the last clause of a `~[` is for all other values."""


class _Values:
    """The values, and which comes next."""

    def __init__(self, items: Sequence[Any]) -> None:
        self.items, self.place = list(items), 0

    def next(self) -> Any:
        """The value that comes next."""
        if self.place >= len(self.items):
            raise _wrong("there are too few values")
        self.place += 1
        return self.items[self.place - 1]

    def left(self) -> int:
        """How many are left."""
        return len(self.items) - self.place


class _Leave(Exception):
    """`~^`: what is around is left."""


# ---- reading


class _Reading:
    def __init__(self, text: str) -> None:
        self.text, self.at = text, 0

    def nodes(self, closing: str = "") -> tuple[list[list[Any]], bool]:
        """The clauses up to a closing directive, and whether the last is a default."""
        clauses: list[list[Any]] = [[]]
        default = False
        while self.at < len(self.text):
            tilde = self.text.find("~", self.at)
            end = len(self.text) if tilde < 0 else tilde
            if end > self.at:
                clauses[-1].append(self.text[self.at : end])
            self.at = end
            if tilde < 0:
                break
            directive = self.directive()
            if directive.letter == closing:
                return clauses, default
            if directive.letter == ";" and closing:
                clauses.append([])
                default |= directive.colon
            elif directive.letter == "\n":
                kept = re.match(r"[^\S\n]*", self.text[self.at :]) if not directive.colon else None
                self.at += kept.end() if kept else 0
            else:
                clauses[-1].append(directive)
        if closing:
            raise _wrong(f"`~{closing}` is missing")
        return clauses, default

    def directive(self) -> _Directive:
        """The directive that begins here."""
        self.at += 1
        parameters: list[Any] = []
        while True:
            match = _PARAMETER.match(self.text, self.at)
            if match:
                self.at = match.end()
                char, number, from_values, _ = match.groups()
                parameters.append(char or (int(number) if number else "v" if from_values else "#"))
                if char:
                    parameters[-1] = Char(char)
            elif self.text[self.at : self.at + 1] == ",":
                parameters.append(None)
            if self.text[self.at : self.at + 1] != ",":
                break
            self.at += 1
        colon = at = False
        while self.text[self.at : self.at + 1] in (":", "@") and self.at < len(self.text):
            colon, at = colon or self.text[self.at] == ":", at or self.text[self.at] == "@"
            self.at += 1
        if self.at >= len(self.text):
            raise _wrong("the text ends in the middle of a directive")
        letter = self.text[self.at].lower()
        self.at += 1
        made = _Directive(letter, parameters, colon, at)
        if letter in _CLOSING:
            made.clauses, made.default_last = self.nodes(_CLOSING[letter])
        return made


# ---- writing


class _Writing:
    def __init__(self) -> None:
        self.text = ""

    def column(self) -> int:
        """How much stands in the line already."""
        return len(self.text) - self.text.rfind("\n") - 1

    def run(self, nodes: Sequence[Any], values: _Values) -> None:
        """Write nodes."""
        for node in nodes:
            if isinstance(node, str):
                self.text += node
                continue
            given = [self._parameter(p, values) for p in node.parameters]
            write = _WRITERS.get(node.letter)
            if write is None:
                raise _wrong(f"there is no directive `~{node.letter}`")
            write(self, node, given, values)

    def _parameter(self, parameter: Any, values: _Values) -> Any:
        if parameter == "v":
            return values.next()
        return values.left() if parameter == "#" else parameter

    def inside(self, nodes: Sequence[Any], values: _Values) -> str:
        """What nodes write, apart."""
        before, self.text = self.text, self.text
        try:
            self.run(nodes, values)
        finally:
            found, self.text = self.text[len(before) :], before
        return found


def _at(given: list[Any], place: int, default: Any) -> Any:
    found = given[place] if place < len(given) and given[place] is not None else default
    return found.value if isinstance(found, Char) else found


def _padded(text: str, given: list[Any], left: bool) -> str:
    width, step, least = _at(given, 0, 0), _at(given, 1, 1), _at(given, 2, 0)
    pad: int = least
    while len(text) + pad < width:
        pad += max(1, step)
    filling = str(_at(given, 3, " ")) * pad
    return filling + text if left else text + filling


def _a(out: _Writing, d: _Directive, given: list[Any], values: _Values) -> None:
    out.text += _padded(print_str(values.next()), given, d.at)


def _s(out: _Writing, d: _Directive, given: list[Any], values: _Values) -> None:
    out.text += _padded(pr_str(values.next()), given, d.at)


def _integer(base: int) -> Callable[..., None]:
    def write(out: _Writing, d: _Directive, given: list[Any], values: _Values) -> None:
        value = values.next()
        if not isinstance(value, int) or isinstance(value, bool):
            out.text += _padded("nil" if value is None else to_str(value), given[:1], True)
            return
        text = radix_text(abs(int(value)), base)
        if d.colon:
            every, comma = _at(given, 3, 3), _at(given, 2, ",")
            head = len(text) % every
            parts = [text[:head]] * bool(head)
            text = comma.join(
                [*parts, *(text[i : i + every] for i in range(head, len(text), every))]
            )
        text = ("-" if value < 0 else "+" if d.at else "") + text
        out.text += text.rjust(_at(given, 0, 0), _at(given, 1, " "))

    return write


def _r(out: _Writing, d: _Directive, given: list[Any], values: _Values) -> None:
    if given:
        _integer(_at(given, 0, 10))(out, d, given[1:], values)
        return
    value = values.next()
    if not isinstance(value, int) or isinstance(value, bool):
        raise _wrong(f"~r needs an integer, got {pr_str(value)}")
    kind = {(0, 0): cardinal, (1, 0): ordinal}.get((int(d.colon), int(d.at)))
    out.text += kind(int(value)) if kind is not None else roman(int(value), d.colon)


def _float(text_of: Callable[..., str]) -> Callable[..., None]:
    def write(out: _Writing, d: _Directive, given: list[Any], values: _Values) -> None:
        value = values.next()
        if not is_number(value):
            raise _wrong(f"~{d.letter} needs a number, got {pr_str(value)}")
        out.text += text_of(float(value), [_at(given, i, None) for i in range(7)], d.at)

    return write


def _dollars(out: _Writing, d: _Directive, given: list[Any], values: _Values) -> None:
    value = values.next()
    if not is_number(value):
        raise _wrong(f"~$ needs a number, got {pr_str(value)}")
    digits, least, width = _at(given, 0, 2), _at(given, 1, 1), _at(given, 2, 0)
    whole, _, part = f"{abs(float(value)):.{digits}f}".partition(".")
    sign = "-" if float(value) < 0 else "+" if d.at else ""
    out.text += (sign + whole.rjust(least, "0") + "." + part).rjust(width, _at(given, 3, " "))


def _c(out: _Writing, d: _Directive, given: list[Any], values: _Values) -> None:
    value = values.next()
    out.text += pr_str(value) if d.at else to_str(value)


def _p(out: _Writing, d: _Directive, given: list[Any], values: _Values) -> None:
    if d.colon:
        values.place = max(0, values.place - 1)
    one = values.next() == 1
    out.text += ("y" if one else "ies") if d.at else ("" if one else "s")


def _repeated(text: str) -> Callable[..., None]:
    def write(out: _Writing, d: _Directive, given: list[Any], values: _Values) -> None:
        out.text += text * _at(given, 0, 1)

    return write


def _fresh(out: _Writing, d: _Directive, given: list[Any], values: _Values) -> None:
    count = _at(given, 0, 1)
    if count:
        out.text += "\n" * (count - 1 + bool(out.column()))


def _tab(out: _Writing, d: _Directive, given: list[Any], values: _Values) -> None:
    column, step, here = _at(given, 0, 1), _at(given, 1, 1), out.column()
    if d.at:
        out.text += " " * column
        here = out.column()
        out.text += " " * (-here % step if step else 0)
    elif here < column:
        out.text += " " * (column - here)
    elif step:
        out.text += " " * (step - (here - column) % step)


def _skip(out: _Writing, d: _Directive, given: list[Any], values: _Values) -> None:
    if d.at:
        values.place = _at(given, 0, 0)
    else:
        values.place += _at(given, 0, 1) * (-1 if d.colon else 1)
    if not 0 <= values.place <= len(values.items):
        raise _wrong("~* goes beyond the values")


def _recursive(out: _Writing, d: _Directive, given: list[Any], values: _Values) -> None:
    control = values.next()
    inner = values if d.at else _Values(list(values_of(values.next(), "cl-format")))
    clauses, _ = _Reading(to_str(control)).nodes()
    out.text += out.inside(clauses[0], inner)


def _loop(out: _Writing, d: _Directive, given: list[Any], values: _Values) -> None:
    inner = values if d.at else _Values(list(values_of(values.next(), "cl-format")))
    nodes = d.clauses[0]
    if not nodes:
        nodes = _Reading(to_str(values.next())).nodes()[0][0]
    most, turns = _at(given, 0, -1), 0
    while inner.left() and turns != most:
        turns += 1
        each = _Values(list(values_of(inner.next(), "cl-format"))) if d.colon else inner
        before = inner.place
        try:
            out.run(nodes, each)
        except _Leave:
            if not d.colon:
                break
        if not d.colon and inner.place == before:
            raise _wrong("a loop that uses none of the values")


def _choice(out: _Writing, d: _Directive, given: list[Any], values: _Values) -> None:
    if d.at:
        if values.items[values.place : values.place + 1] in ([None], [False], []):
            values.place += 1
        else:
            out.run(d.clauses[0], values)
        return
    value = _at(given, 0, None)
    value = values.next() if value is None else value
    place = int(value is not None and value is not False) if d.colon else value
    if isinstance(place, int) and 0 <= place < len(d.clauses) - d.default_last:
        out.run(d.clauses[place], values)
    elif d.default_last:
        out.run(d.clauses[-1], values)


def _cased(out: _Writing, d: _Directive, given: list[Any], values: _Values) -> None:
    text = out.inside(d.clauses[0], values)
    if d.colon and d.at:
        out.text += text.upper()
    elif d.colon:
        out.text += re.sub(r"[A-Za-z0-9]+", lambda m: m[0].capitalize(), text)
    elif d.at:
        out.text += re.sub(r"[A-Za-z]+", lambda m: m[0].capitalize(), text.lower(), count=1)
    else:
        out.text += text.lower()


def _leave(out: _Writing, d: _Directive, given: list[Any], values: _Values) -> None:
    if not values.left():
        raise _Leave


_WRITERS: dict[str, Callable[..., None]] = {
    "a": _a, "s": _s, "d": _integer(10), "b": _integer(2), "o": _integer(8), "x": _integer(16),
    "r": _r, "f": _float(fixed), "e": _float(scientific), "g": _float(general), "$": _dollars,
    "c": _c, "p": _p, "%": _repeated("\n"), "~": _repeated("~"), "|": _repeated("\f"),
    "&": _fresh, "t": _tab, "*": _skip, "?": _recursive, "{": _loop, "[": _choice, "(": _cased,
    "^": _leave,
}  # fmt: skip


def formatted(control: str, values: Sequence[Any]) -> str:
    """The text that a control string makes of values. ProgramError AQ440 if they do not fit."""
    clauses, _ = _Reading(control).nodes()
    out = _Writing()
    with suppress(_Leave):
        out.run(clauses[0], _Values(values))
    return out.text
