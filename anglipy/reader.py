"""The reader: text to forms, each with the span it came from.

`read` gives the forms of a text or raises its first mistake; `read_all` gives what can be read
and every mistake that can be found. Both run the LALR tables of `grammar/anglican.lark` (see
`tables`) with a stack of their own: nesting has no limit, and time is linear in the text, however
many brackets are missing (only what follows an unterminated string may be read once more for each).

Reader macros are undone here: `'x` is `(quote x)`, `@x` is `(deref x)`, `#'x` is `(var x)`;
`` `x ``, `~x` and `~@x` are `(syntax-quote x)`, `(unquote x)` and `(unquote-splicing x)`;
`#(f % %2)` is `(fn [%1 %2] (f %1 %2))`. `::a` is a keyword of the namespace that `(ns name)` set,
or else of `user`. A byte order mark is skipped.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import islice
from typing import Any, NamedTuple

from anglipy.assemble import Assembler, Mark, Value
from anglipy.diagnostics import Incomplete, InternalError, ReadError, Source, Span
from anglipy.forms import Form
from anglipy.indentation import Repair, repairs
from anglipy.mistakes import fault, mistakes
from anglipy.tables import END, Tables, load

__all__ = ["read", "read_all"]

_PARTNERS = {"(": ")", "[": "]", "{": "}", "#{": "}", "#(": ")"}
_AT_MARGIN = re.compile(r"^(?:#?[({]|\[)", re.MULTILINE)
_UNTERMINATED = ("AQ106", "AQ107")
_MAX_ERRORS = 100


def read(source: Source, namespace: str = "user") -> tuple[Form, ...]:
    """The forms of a text.

    Raises ReadError at the first mistake. Raises Incomplete if the text ends inside a form and
    has no other mistake, so that more text could complete it.
    """
    assembler = Assembler(source, namespace)
    part = _read_from(source, assembler, _beginning(source))
    if part.errors:
        raise min(part.errors, key=lambda error: (isinstance(error, Incomplete), _start(error)))
    return tuple(part.forms)


def read_all(
    source: Source, namespace: str = "user"
) -> tuple[tuple[Form, ...], tuple[ReadError, ...]]:
    """The forms that can be read, and the mistakes, in the order of the text.

    After a bracket that does not fit, reading goes on at the next line that has an opening
    bracket in column 1. At most 100 mistakes are collected.
    """
    assembler = Assembler(source, namespace)
    forms: list[Form] = []
    errors: list[ReadError] = []
    start: int | None = _beginning(source)
    last: _Stop | None = None
    while start is not None and len(errors) < _MAX_ERRORS:
        part = _read_expecting(source, assembler, start, last) or _read_from(
            source, assembler, start, thorough=True
        )
        start = part.restart
        forms.extend(part.forms)
        errors.extend(error for error in part.errors if start is None or _start(error) < start)
        last = part.stop or last
        assembler.restart()
    return tuple(forms), tuple(sorted(errors, key=_start)[:_MAX_ERRORS])


def _beginning(source: Source) -> int:
    return 1 if source.text.startswith("\ufeff") else 0


def _start(error: ReadError) -> int:
    span = error.diagnostic.span
    return 0 if span is None else span.start


# ---- The parser


class _Stop(NamedTuple):
    """Where the parser could not go on: its state and stack, and the token that did not fit."""

    state: int
    values: list[Value]
    kind: str
    start: int
    end: int

    @property
    def marks(self) -> list[Mark]:
        """The open brackets and prefixes, outermost first."""
        return [value for value in self.values if isinstance(value, Mark)]

    @property
    def top(self) -> int:
        """Where the unfinished top-level form begins."""
        return next((value.start for value in self.values if isinstance(value, Mark)), self.start)

    def met_from(self, start: int) -> _Stop | None:
        """The stop as it is met from a place further on, behind the beginning of what is open here:
        what is open at the stop was opened over that and never closed, so it is open then, too.
        None if nothing is, or if the place is not before the stop.
        """
        marks: list[Value] = [mark for mark in self.marks if mark.start >= start]
        return self._replace(values=[[], *marks]) if marks and start < self.start else None


class _Parser(NamedTuple):
    tables: Tables
    pattern: re.Pattern[str]
    ignore: frozenset[str]


@lru_cache(maxsize=1)
def _parser() -> _Parser:
    tables = load()
    return _Parser(tables, re.compile(tables.pattern), frozenset(tables.ignore))


def _tokens(parser: _Parser, text: str, start: int, end: int) -> Iterator[tuple[str, int, int]]:
    """Kind, start and end of each token. The pattern matches at every place of every text."""
    ignore = parser.ignore
    for match in parser.pattern.finditer(text, start, end):
        kind = match.lastgroup
        if kind is not None and kind not in ignore:
            yield kind, match.start(), match.end()
    yield END, end, end


def _parse(
    assembler: Assembler, text: str, start: int, end: int
) -> tuple[list[Form], _Stop | None]:
    """The top-level forms of text[start:end], and where the parser had to stop, if it had to."""
    parser = _parser()
    _, _, _, actions, gotos, rules = parser.tables
    states = [0]
    values: list[Any] = []
    for kind, first, last in _tokens(parser, text, start, end):
        while True:
            row = actions[states[-1]]
            action = row if isinstance(row, int) else row.get(kind)
            if action is None or action >= 0:
                break
            origin, size = rules[~action]
            if origin in _TRANSPARENT:
                del states[len(states) - size :]
                if not size:
                    values.append([])
            else:
                taken = values[-size:]
                del states[-size:], values[-size:]
                values.append(assembler.reduce(origin, taken))
            states.append(gotos[states[-1]][origin])
        if action is None:
            stop = _Stop(states[-1], values, kind, first, last)
            return _finished(values), stop
        states.append(action)
        values.append(assembler.shift(kind, first, last))
    return _finished(values), None


_TRANSPARENT = frozenset({"form", "start"})


def _finished(values: list[Any]) -> list[Form]:
    """The top-level forms at the bottom of the parser's stack."""
    return list(values[0]) if values and isinstance(values[0], list) else []


# ---- Mistakes


class _Part(NamedTuple):
    """What was read from a place on."""

    forms: list[Form]
    errors: list[ReadError]
    restart: int | None = None
    """Where reading can go on, if it had to stop."""
    stop: _Stop | None = None
    """Where the parser had to stop, if it was not in a string that does not end."""


def _read_expecting(
    source: Source, assembler: Assembler, start: int, last: _Stop | None
) -> _Part | None:
    """The forms from `start` up to the next unfinished one, and its mistake, if the last stop, met
    further up, tells which one that is; else None. What is behind need not be read once more.
    """
    stop = None if last is None else last.met_from(start)
    restart = None if stop is None else _next_start(source.text, stop, False)
    if stop is None or restart is None or restart > stop.start:
        return None
    forms, sooner = _parse(assembler, source.text, start, stop.top)
    broken = Assembler(source, "user")
    _, cut = _parse(broken, source.text, stop.top, restart)
    faults = [*assembler.faults, *broken.faults]
    assembler.faults.clear()
    if sooner is not None or cut is None:
        assembler.restart()
        return None
    return _Part(forms, [*faults, _diagnose(source, cut, restart)], restart)


def _read_from(source: Source, assembler: Assembler, start: int, thorough: bool = False) -> _Part:
    """The forms from `start` on, the mistakes, and where reading can go on if it had to stop.

    If thorough, a wrong closing bracket after a line that looks like the beginning of a form is
    left for later, and what is open before that line is the mistake.
    """
    text = source.text
    forms, stop = _parse(assembler, text, start, len(text))
    errors = list(assembler.faults)
    assembler.faults.clear()
    if stop is None:
        return _Part(forms, errors)
    unterminated = stop.kind == END and bool(errors) and _is_unterminated(errors[-1])
    restart = _next_start(text, stop, unterminated)
    cut: _Stop | None = None
    if restart is not None and (stop.kind == END or (thorough and restart <= stop.start)):
        # The mistake is before the next line that looks like a beginning: look at that part alone.
        part = Assembler(source, "user")
        _, cut = _parse(part, text, stop.top, restart)
        if unterminated and part.faults and _is_unterminated(part.faults[-1]):
            errors[-1] = part.faults[-1]
    if not unterminated:
        errors.append(_diagnose(source, cut or stop, restart))
    return _Part(forms, errors, restart, None if unterminated else stop)


def _is_unterminated(error: ReadError) -> bool:
    return error.diagnostic.code in _UNTERMINATED


def _next_start(text: str, stop: _Stop, unterminated: bool) -> int | None:
    """The next opening bracket in column 1 after the beginning of the unfinished top-level form.

    Brackets inside strings do not count, except after a string that does not end, for then nothing
    tells strings from code.
    """
    if unterminated:
        return _margin(text, stop.top + 1)
    if stop.marks:
        for _, start, _ in _tokens(_parser(), text, stop.top, stop.start):
            if start > stop.top and _AT_MARGIN.match(text, start):
                return start
    return _margin(text, stop.end)


def _margin(text: str, start: int) -> int | None:
    match = _AT_MARGIN.search(text, start)
    return None if match is None else match.start()


@lru_cache(maxsize=1)
def _known_stops() -> dict[tuple[int, bool], str]:
    """The mistake that each way to stop means, found by reading the structural examples."""
    known = {}
    for name, mistake in mistakes().items():
        for example in mistake.examples if mistake.structural else ():
            _, stop = _parse(Assembler(Source(name, example), "user"), example, 0, len(example))
            if stop is not None:
                known[stop.state, stop.kind == END] = name
    return known


def _diagnose(source: Source, stop: _Stop, restart: int | None) -> ReadError:
    """The error that a stop means."""
    name = _known_stops().get((stop.state, stop.kind == END))
    span = Span(source, stop.start, stop.end)
    if name is None:
        raise InternalError("AQ902", "the reader stopped without knowing why", span)
    marks = stop.marks
    words = [source.text[mark.start : mark.end] for mark in marks]
    opened = [(mark, word) for mark, word in zip(marks, words, strict=True) if word in _PARTNERS]
    values = {"token": source.text[stop.start : stop.end], "prefix": words[-1] if words else ""}
    notes: tuple[str, ...] = ()
    if opened:
        mark, values["open"] = opened[-1]
        values["opened"] = _place(source, mark.start)
        values["partner"] = _PARTNERS[values["open"]]
        if name == "unclosed":
            span = Span(source, mark.start, mark.end)
            values["partner"] = "".join(_PARTNERS[word] for _, word in reversed(opened[-10:]))
            if len(opened) > 1:
                outermost = _place(source, opened[0][0].start)
                notes = (f"{len(opened)} brackets are open, from {outermost} on",)
    if stop.kind == END and restart is not None:
        notes += (f"the form at {_place(source, restart)} begins in column 1, so look before it",)
    repair = _repair(source.text, stop, restart) if name in _BRACKETS else None
    if repair is not None:
        return _by_indentation(source, stop, name, repair, span)
    if name in ("prefix_alone", "meta_alone", "prefix_at_end"):
        span = Span(source, marks[-1].start, marks[-1].end)
    return fault(name, span, notes, **values)


_BRACKETS = ("unmatched", "mismatched", "unclosed")
_MAX_REPAIRS = 8
"""So many places are tried: with each the form is read again."""


def _repair(text: str, stop: _Stop, restart: int | None) -> Repair | None:
    """Where the indentation says that a bracket is missing or too many, if without this mistake the
    form can be read, or at least more of it.
    """
    begun = [
        form.span.start
        for form in _finished(stop.values)
        if _AT_MARGIN.match(text, form.span.start)
    ]
    start = stop.top if stop.marks or not begun else begun[-1]
    end = len(text) if restart is None else restart
    # Where the next form begins is a line that speaks, too.
    seen = _tokens(_parser(), text, start, min(len(text), end + 1))
    tokens = ((first, last) for _, first, last in seen if first < last)
    found = None
    for repair in islice(repairs(text, tokens, surplus=not stop.marks), _MAX_REPAIRS):
        repaired = repair.applied(text[start:end], start)
        _, left = _parse(Assembler(Source("", repaired), "user"), repaired, 0, len(repaired))
        if left is None:
            return repair
        reached = left.start + end - len(repaired), -len(left.marks)
        if found is None and reached > (stop.start, -len(stop.marks)):
            found = repair
    return found


def _by_indentation(
    source: Source, stop: _Stop, name: str, repair: Repair, span: Span
) -> ReadError:
    """The error of a bracket, with the place where the indentation says it is missing."""
    text, words = source.text, {}
    if repair.opened is not None:
        token = next(_tokens(_parser(), text, repair.opened, len(text)))
        span = Span(source, *token[1:])
        words = {"open": text[span.start : span.end], "partner": repair.added}
    return fault(
        f"{name}_by_indentation",
        span,
        _otherwise(source, stop, repair) if name == "unclosed" else (),
        token=text[stop.start : stop.end],
        at=_place(source, stop.start),
        removed=text[repair.place - 1],
        before=str(source.position(repair.place - 1)[0]),
        line=str(source.position(repair.line)[0]),
        **words,
    )


def _otherwise(source: Source, stop: _Stop, repair: Repair) -> tuple[str, ...]:
    """The bracket that is left open if one does not look at the indentation."""
    mark = [m for m in stop.marks if source.text[m.start : m.end] in _PARTNERS][-1]
    if mark.start == repair.opened:
        return ()
    bracket = source.text[mark.start : mark.end]
    return (f"counting brackets alone, it is the `{bracket}` at {_place(source, mark.start)}",)


def _place(source: Source, offset: int) -> str:
    return "{}:{}".format(*source.position(offset))
