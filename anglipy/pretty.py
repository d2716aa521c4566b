"""Forms as indented text, as Clojure programmers lay it out.

A form that fits on the rest of its line is written flat, by `printer`. Otherwise its items become
rows: the first row stands behind the opening bracket, each further one on a line of its own, all
at one indentation. The bodies of `let`, `fn`, `defquery` and the like are indented by two, other
arguments stand below the first one, bindings and maps go by pairs, plain data fills its lines.

Two passes, both with a stack of their own: the flat widths of all forms, then the text. Very deep
forms are indented by no more than half the width, so the text stays linear in the form.
"""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

from anglipy.forms import Collection, Form, ListForm, MapForm, Symbol, VectorForm
from anglipy.printer import print_form, shown

__all__ = ["pretty"]

_BINDING = frozenset({"binding", "doseq", "for", "if-let", "let", "loop", "when-let"})
_DEFINING = frozenset({"defdist", "defm", "defmacro", "defn", "defn-", "defproc", "defquery"})
_FUNCTION = frozenset({"fm", "fn", "query"})
_ON_FIRST_LINE = dict.fromkeys(_BINDING, 1) | {
    "case": 1,
    "catch": 1,
    "cond": 0,
    "condp": 2,
    "def": 1,
    "do": 0,
    "dotimes": 1,
    "if": 1,
    "if-not": 1,
    "ns": 1,
    "when": 1,
    "when-not": 1,
    "with-primitive-procedures": 1,
}
_BY_PAIRS = frozenset({"case", "cond", "condp"})


class _Newline(NamedTuple):
    indent: int


class _Place(NamedTuple):
    """A form to be laid out, and how many characters must follow it on its last line.

    `by_pairs` is for a vector of bindings.
    """

    form: Form
    tail: int
    by_pairs: bool = False


_Work: TypeAlias = str | _Newline | _Place


def pretty(form: Form, width: int = 100) -> str:
    """A form as lines of at most `width` characters, where its atoms and its depth allow that.

    The text reads as the same form; metadata is left out.
    """
    widths = _widths(form)
    parts: list[str] = []
    column = 0
    stack: list[_Work] = [_Place(form, 0)]
    while stack:
        work = stack.pop()
        if isinstance(work, _Newline):
            parts.append("\n" + " " * work.indent)
            column = work.indent
            continue
        if isinstance(work, _Place):
            flat = widths[id(work.form)]
            if column + flat + work.tail > width and isinstance(work.form, Collection):
                stack.extend(reversed(_broken(work, column, width, widths)))
                continue
            work = print_form(work.form, metadata=False)
        parts.append(work)
        column += len(work)
    return "".join(parts)


def _widths(form: Form) -> dict[int, int]:
    """The length of the flat text of each form, by identity."""
    widths: dict[int, int] = {}
    stack: list[tuple[Form, bool]] = [(form, False)]
    while stack:
        node, finished = stack.pop()
        view = shown(node)
        if finished or not view.parts:
            inner = sum(widths[id(part)] for part in view.parts) + max(0, len(view.parts) - 1)
            widths[id(node)] = len(view.opening) + inner + len(view.closing)
        else:
            stack.append((node, True))
            stack.extend((part, False) for part in view.parts)
    return widths


class _Rows(NamedTuple):
    """The items of a form by lines, and how far the lines after the first are indented."""

    rows: list[tuple[Form, ...]]
    indent: int
    bindings: Form | None = None


def _broken(place: _Place, column: int, width: int, widths: dict[int, int]) -> list[_Work]:
    """A form over several lines, as pieces in the order of the text."""
    opening, parts, closing = shown(place.form)
    inside = column + len(opening)
    if isinstance(place.form, ListForm) and closing:
        rows, indent, bindings = _list_rows(parts, inside, widths)
    elif isinstance(place.form, MapForm) or place.by_pairs:
        rows, indent, bindings = _pairs(parts), inside, None
    elif any(isinstance(part, Collection) for part in parts):
        rows, indent, bindings = [(part,) for part in parts], inside, None
    else:
        rows, indent, bindings = (
            _filled(parts, width - inside - len(closing) - place.tail, widths),
            inside,
            None,
        )
    indent = min(indent, width // 2)
    work: list[_Work] = [opening]
    for number, row in enumerate(rows):
        if number:
            work.append(_Newline(indent))
        for part in row:
            last = number == len(rows) - 1 and part is row[-1]
            tail = len(closing) + place.tail if last else 0
            work.append(_Place(part, tail, by_pairs=part is bindings))
            if part is not row[-1]:
                work.append(" ")
    work.append(closing)
    return work


def _list_rows(parts: tuple[Form, ...], inside: int, widths: dict[int, int]) -> _Rows:
    if not parts or not isinstance(parts[0], Symbol):
        return _Rows([(part,) for part in parts], inside)
    name = parts[0].name
    first = _first_line(name, parts)
    if first is None:
        # An ordinary call: the arguments below the first one.
        rows = [parts[:2], *((part,) for part in parts[2:])]
        return _Rows(rows, inside + widths[id(parts[0])] + 1)
    bindings = parts[1] if name in _BINDING and len(parts) > 1 else None
    rest = parts[first + 1 :]
    body = _pairs(rest) if name in _BY_PAIRS else [(part,) for part in rest]
    return _Rows([parts[: first + 1], *body], inside + 1, bindings)


def _first_line(name: str, parts: tuple[Form, ...]) -> int | None:
    """How many arguments stay on the line of a special form; None for an ordinary call."""
    if name in _DEFINING or name in _FUNCTION:
        names = 1 if len(parts) > 1 and isinstance(parts[1], Symbol) else 0
        parameters = len(parts) > names + 1 and isinstance(parts[names + 1], VectorForm)
        return names + parameters
    return _ON_FIRST_LINE.get(name)


def _pairs(parts: tuple[Form, ...]) -> list[tuple[Form, ...]]:
    return [parts[place : place + 2] for place in range(0, len(parts), 2)]


def _filled(parts: tuple[Form, ...], room: int, widths: dict[int, int]) -> list[tuple[Form, ...]]:
    """Atoms in as few lines as hold them."""
    rows: list[tuple[Form, ...]] = []
    row: list[Form] = []
    used = 0
    for part in parts:
        size = widths[id(part)] + bool(row)
        if row and used + size > room:
            rows.append(tuple(row))
            row, used, size = [], 0, size - 1
        row.append(part)
        used += size
    if row:
        rows.append(tuple(row))
    return rows
