"""The meaning of the grammar's rules and terminals: from tokens and reductions to forms.

The parser in `reader` calls `shift` for each token and `reduce` for each rule; both give the
value that goes on its stack. A value is a form, a `Mark` (a bracket or prefix) or a list (the
items of an unfinished collection). A mistake in a token or a collection goes to `faults` and
something harmless takes its place, so that one reading finds them all.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, NamedTuple, TypeAlias

from anglipy import literals
from anglipy.atoms import Regex
from anglipy.diagnostics import ReadError, Source, Span
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
from anglipy.mistakes import fault
from anglipy.sameness import Sameness

__all__ = ["PREFIXES", "Assembler", "Mark", "Value"]


class Mark(NamedTuple):
    """A bracket or a prefix on the parser's stack."""

    kind: str
    start: int
    end: int


Value: TypeAlias = Form | Mark | list[Form]

PREFIXES = {
    "'": "quote",
    "@": "deref",
    "#'": "var",
    "`": "syntax-quote",
    "~": "unquote",
    "~@": "unquote-splicing",
}
"""The symbol that each prefix stands for."""

_MAX_ARGUMENTS = 20

_LOOKALIKES = {
    "\u2010": "-",
    "\u2011": "-",
    "\u2012": "-",
    "\u2013": "-",
    "\u2014": "-",
    "\u2212": "-",
    "\u2018": "'",
    "\u2019": "'",
    "\u201c": '"',
    "\u201d": '"',
    "\uff08": "(",
    "\uff09": ")",
    "\uff3b": "[",
    "\uff3d": "]",
}

_LITERALS: dict[str, Callable[[str], LiteralValue]] = {
    "INTEGER": literals.integer,
    "RATIO": literals.ratio,
    "FLOAT": literals.floating,
    "SYMBOLIC": literals.symbolic,
    "STRING": literals.string,
    "CHARACTER": literals.character,
    "REGEX": lambda text: Regex(text[2:-1]),
}

_CONSTANTS: dict[str, LiteralValue] = {"nil": None, "true": True, "false": False}


class _Lambda:
    """The arguments used so far in an open `#(`."""

    __slots__ = ("highest", "rest", "start")

    def __init__(self, start: int) -> None:
        self.start = start
        self.highest = 0
        self.rest = False


class Assembler:
    """Builds the forms of one source. `::a` belongs to `namespace` until `(ns name)`."""

    def __init__(self, source: Source, namespace: str) -> None:
        self.faults: list[ReadError] = []
        self._source = source
        self._text = source.text
        self._namespace = namespace
        self._lambdas: list[_Lambda] = []
        self._depth = 0
        self._spoilt: set[int] = set()
        self._sameness = Sameness()
        self._builders: dict[str, Callable[[list[Any]], Value]] = {
            "list": self._list,
            "vector": self._vector,
            "map": self._map,
            "set": self._set,
            "lambda": self._lambda,
            "prefixed": self._prefixed,
            "meta": self._meta,
            "discard": lambda values: [],
        }

    def restart(self) -> None:
        """Forget open brackets, before reading goes on after a mistake."""
        self._lambdas.clear()
        self._depth = 0

    # ---- Tokens

    def shift(self, kind: str, start: int, end: int) -> Value:
        """The value of a token."""
        if kind == "SYMBOL":
            return self._symbol(start, end)
        convert = _LITERALS.get(kind)
        if convert is not None:
            return self._literal(convert, Span(self._source, start, end))
        if kind == "KEYWORD":
            return self._keyword(start, end)
        if kind.endswith(("OPEN", "CLOSE")) or kind in ("PREFIX", "META", "DISCARD", "$END"):
            if kind.endswith("OPEN"):
                self._depth += 1
                if kind == "LAMBDA_OPEN":
                    self._open_lambda(start, end)
            return Mark(kind, start, end)
        return self._mistake(kind, start, end)

    def _literal(self, convert: Callable[[str], LiteralValue], span: Span) -> Form:
        try:
            return Literal(convert(self._text[span.start : span.end]), span)
        except literals.LiteralFault as wrong:
            return self._spoil(fault(wrong.name, span, (), **wrong.values), span)

    def _symbol(self, start: int, end: int) -> Form:
        name = self._text[start:end]
        span = Span(self._source, start, end)
        if not (name.isascii() and name.isprintable()) and self._deceives(name, start):
            return self._spoil(None, span)
        if name in _CONSTANTS:
            return Literal(_CONSTANTS[name], span)
        if name[0] == "%" and self._lambdas:
            return self._argument(name, span)
        return Symbol(name, span)

    def _keyword(self, start: int, end: int) -> Form:
        text = self._text[start:end]
        span = Span(self._source, start, end)
        if not (text.isascii() and text.isprintable()) and self._deceives(text, start):
            return self._spoil(None, span)
        if not text.startswith("::"):
            return Keyword(text[1:], span)
        name = text[2:]
        return Keyword(name if "/" in name[1:] else f"{self._namespace}/{name}", span)

    def _deceives(self, name: str, start: int) -> bool:
        """Report a character of a name that looks like another one, or like nothing."""
        for place, char in enumerate(name, start):
            if char in _LOOKALIKES or not char.isprintable():
                span = Span(self._source, place, place + 1)
                kind = "lookalike" if char in _LOOKALIKES else "invisible"
                self.faults.append(
                    fault(
                        kind,
                        span,
                        character=char,
                        code=f"{ord(char):04X}",
                        plain=_LOOKALIKES.get(char, ""),
                    )
                )
                return True
        return False

    def _mistake(self, kind: str, start: int, end: int) -> Form:
        text = self._text[start:end]
        escape = ""
        if kind == "BAD_STRING":
            first, last = literals.bad_escape(text)
            start, end = start + first, start + last
            escape = self._text[start:end]
        elif kind.startswith("UNTERMINATED"):
            end = start + (1 if kind == "UNTERMINATED_STRING" else 2)
        elif kind in ("BAD_SYMBOL", "BAD_KEYWORD") and self._deceives(text, start):
            return self._spoil(None, Span(self._source, start, end))
        span = Span(self._source, start, end)
        short = text if len(text) <= 40 else text[:37] + "..."
        return self._spoil(fault(kind.lower(), span, text=short, escape=escape), span)

    def _spoil(self, error: ReadError | None, span: Span) -> Form:
        """Note a mistake, and put nil in its place."""
        if error is not None:
            self.faults.append(error)
        self._spoilt.add(span.start)
        return Literal(None, span)

    # ---- Rules

    def reduce(self, origin: str, values: list[Any]) -> Value:
        """The value of a rule, from the values of its symbols."""
        build = self._builders.get(origin)
        if build is not None:
            return build(values)
        # A repetition: its first value is the list of what was repeated before.
        items = values[0] if isinstance(values[0], list) else [values[0]]
        for value in values[1:]:
            if isinstance(value, list):
                items.extend(value)
            else:
                items.append(value)
        return items

    def _close(self, values: list[Any]) -> tuple[tuple[Form, ...], Span]:
        self._depth -= 1
        items = tuple(values[1]) if len(values) == 3 else ()
        return items, Span(self._source, values[0].start, values[-1].end)

    def _list(self, values: list[Any]) -> Form:
        items, span = self._close(values)
        if self._depth == 0 and len(items) > 1:
            head, name = items[:2]
            if isinstance(head, Symbol) and head.name == "ns" and isinstance(name, Symbol):
                self._namespace = name.name
        return ListForm(items, span)

    def _vector(self, values: list[Any]) -> Form:
        return VectorForm(*self._close(values))

    def _map(self, values: list[Any]) -> Form:
        items, span = self._close(values)
        if len(items) % 2 and not any(item.span.start in self._spoilt for item in items):
            self.faults.append(fault("odd_map", items[-1].span))
        else:
            self._check_distinct(items[::2], "duplicate_key")
        return MapForm(items, span)

    def _set(self, values: list[Any]) -> Form:
        items, span = self._close(values)
        self._check_distinct(items, "duplicate_item")
        return SetForm(items, span)

    def _check_distinct(self, items: tuple[Form, ...], name: str) -> None:
        seen: dict[object, Form] = {}
        for item in items if len(items) > 1 else ():
            first = seen.setdefault(self._sameness.key(item), item)
            if first is not item and item.span.start not in self._spoilt:
                text = self._text[item.span.start : item.span.end]
                shown = f"`{text}`" if len(text) <= 40 and "\n" not in text else "below"
                self.faults.append(fault(name, item.span, key=shown, first=_place(first.span)))

    def _prefixed(self, values: list[Any]) -> Form:
        mark: Mark = values[0]
        form: Form = values[-1]
        symbol = Symbol(
            PREFIXES[self._text[mark.start : mark.end]],
            Span(self._source, mark.start, mark.end),
        )
        return ListForm((symbol, form), Span(self._source, mark.start, form.span.end))

    def _meta(self, values: list[Any]) -> Form:
        given, form = (value for value in values[1:] if not isinstance(value, list))
        meta = self._metadata(given)
        if meta is None or form.span.start in self._spoilt:
            return form
        if not isinstance(form, Symbol | Collection):
            self.faults.append(fault("unfit_for_metadata", form.span))
            return form
        if form.meta is not None:
            given_keys = set(meta.items[::2])
            kept = [pair for pair in form.meta.pairs() if pair[0] not in given_keys]
            meta = replace(meta, items=tuple(x for pair in kept for x in pair) + meta.items)
        return replace(form, meta=meta)

    def _metadata(self, form: Form) -> MapForm | None:
        """What stands after `^` as a map: `^:a` is `^{:a true}`, `^String` is `^{:tag String}`."""
        if isinstance(form, MapForm):
            return form
        if isinstance(form, Keyword):
            return MapForm((form, Literal(True, form.span)), form.span)
        if isinstance(form, Symbol) or (isinstance(form, Literal) and isinstance(form.value, str)):
            return MapForm((Keyword("tag", form.span), form), form.span)
        if form.span.start not in self._spoilt:
            self.faults.append(fault("bad_metadata", form.span))
        return None

    # ---- #( )

    def _open_lambda(self, start: int, end: int) -> None:
        if self._lambdas:
            outer = self._lambdas[-1].start
            opened = _place(Span(self._source, outer, outer + 2))
            span = Span(self._source, start, end)
            self.faults.append(fault("nested_lambda", span, opened=opened))
        self._lambdas.append(_Lambda(start))

    def _argument(self, name: str, span: Span) -> Form:
        current = self._lambdas[-1]
        if name == "%&":
            current.rest = True
            return Symbol(name, span)
        digits = name[1:] or "1"
        number = int(digits) if digits.isdecimal() and len(digits) < 4 else 0
        if not 1 <= number <= _MAX_ARGUMENTS:
            return self._spoil(fault("lambda_argument", span, text=name), span)
        current.highest = max(current.highest, number)
        return Symbol(f"%{number}", span)

    def _lambda(self, values: list[Any]) -> Form:
        items, span = self._close(values)
        arguments = self._lambdas.pop()
        opening = Span(self._source, span.start, span.start + 2)
        names = [f"%{number}" for number in range(1, arguments.highest + 1)]
        if arguments.rest:
            names += ["&", "%&"]
        body = ListForm(items, Span(self._source, span.start + 1, span.end))
        parameters = VectorForm(tuple(Symbol(name, opening) for name in names), opening)
        return ListForm((Symbol("fn", opening), parameters, body), span)


def _place(span: Span) -> str:
    return f"{span.line}:{span.column}"
