"""The same program written differently: with draws, with functions and constants that the compiler
cannot know.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from typing import Any

from anglipy.diagnostics import AnglipyError, Source
from anglipy.forms import Collection, Form, Keyword, ListForm, Literal, MapForm, Symbol, VectorForm
from anglipy.printer import print_form
from anglipy.reader import read
from anglipy.runtime.primitives import PRIMITIVES

__all__ = ["PARTICLES", "drawn", "hidden", "plain", "varied"]

PARTICLES = 3
"""Particles of a group, and the values that a constant has."""


def plain(text: str) -> str:
    """The text as it prints; what cannot be read stays as it is, here and below."""
    return _rewritten(text, lambda form: form)


def drawn(text: str) -> str:
    """The program with a draw at the beginning of every function, loop and `for` body."""
    return _rewritten(text, _with_draws)


def hidden(text: str) -> str:
    """The program with every function passed to a built-in one taken out of a vector."""
    return _rewritten(text, _with_hidden)


def varied(text: str) -> str:
    """The expression with constants of which each particle has its own. The particle's number is
    drawn first: 0 has the constants that are written, the others have different ones.
    """
    found = _rewritten(text, _varied)
    if found == plain(text):
        return text
    return f'(let [lane$ (sample "lane" (uniform-discrete 0 {PARTICLES}))] {found})'


def _rewritten(text: str, rewrite: Callable[[Form], Form]) -> str:
    try:
        return "\n".join(print_form(rewrite(form)) for form in read(Source("case", text)))
    except AnglipyError:
        return text


# ---- functions that the compiler cannot know


def _with_hidden(form: Form) -> Form:
    if not isinstance(form, Collection):
        return form
    items = tuple(map(_with_hidden, form.items))
    head = items[0] if items and isinstance(form, ListForm) else None
    if isinstance(head, Symbol) and head.name in PRIMITIVES:
        positions: Any = PRIMITIVES[head.name].function_args
        if -1 in positions:
            positions = range(len(items))
        items = (head, *(_out_of_a_vector(item) if at in positions else item
                         for at, item in enumerate(items[1:])))  # fmt: skip
    return type(form)(items, form.span)


def _out_of_a_vector(form: Form) -> Form:
    first = Symbol("clojure.core/first", form.span)
    return ListForm((first, VectorForm((form,), form.span)), form.span)


# ---- draws everywhere


def _with_draws(form: Form) -> Form:
    if not isinstance(form, Collection):
        return form
    items = tuple(map(_with_draws, form.items))
    head = items[0] if items and isinstance(form, ListForm) else None
    if isinstance(head, Symbol) and head.name in ("fn", "fm", "defn", "defm", "loop", "for"):
        (draw,) = read(Source("draw", "(sample (flip 0.5))"))
        at = next((i for i, item in enumerate(items) if isinstance(item, VectorForm)), None)
        if at is not None and head.name == "for":
            body = ListForm((Symbol("do", form.span), draw, *items[at + 1 :]), form.span)
            items = (*items[: at + 1], body)
        elif at is not None:
            items = _with_draw(items, at + 1, draw)
        else:
            items = tuple(_drawing_arity(item, draw) for item in items)
    return type(form)(items, form.span)


def _drawing_arity(form: Form, draw: Form) -> Form:
    """One of several `([x] ...)` of a function, with a draw at the beginning."""
    if not isinstance(form, ListForm) or not form.items:
        return form
    if not isinstance(form.items[0], VectorForm):
        return form
    return ListForm(_with_draw(form.items, 1, draw), form.span)


def _with_draw(items: tuple[Form, ...], at: int, draw: Form) -> tuple[Form, ...]:
    """A body with a draw at the beginning, behind the conditions `{:pre [...]}` of a function."""
    if len(items) > at + 1 and isinstance(items[at], MapForm):
        at += 1
    return (*items[:at], draw, *items[at:])


# ---- constants that differ between particles

_QUOTING = ("quote", "case", "comment", "syntax-quote", "condp", "try", "letfn", "defprotocol",
            "deftype", "defrecord", "reify", "recur")  # fmt: skip
"""Forms whose constants are not all evaluated, or that are no expressions."""
_BINDING = ("let", "loop", "for", "doseq", "dotimes", "if-let", "when-let", "if-some", "when-some",
            "when-first", "with-open")  # fmt: skip
_FUNCTIONS = ("fn", "fn*", "fm", "defn", "lambda", "cps-fn", "query", "as->")
_THREADING = ("->", "->>", "some->", "some->>", "cond->", "cond->>", "doto", "..", "cond")
"""Forms in which a keyword is more than a value."""
_EXTREME = 2**62


def _varied(form: Form) -> Form:
    if isinstance(form, Literal):
        others = _other_values(form.value)
        return form if others is None else _one_each(form, *(_literal(form, v) for v in others))
    if isinstance(form, Keyword):
        return _one_each(form, Keyword(f"{form.name}-too", form.span), form)
    if not isinstance(form, Collection):
        return form
    head = form.items[0] if form.items and isinstance(form, ListForm) else None
    name = head.name if isinstance(head, Symbol) else ""
    if name in _QUOTING:
        return form
    at = next((i for i, item in enumerate(form.items) if isinstance(item, VectorForm)), None)
    items = list(form.items)
    if name in _BINDING and at is not None:
        bindings: Any = items[at]
        kept = items[:at], _varied_bindings(bindings), *map(_varied, items[at + 1 :])
        return replace(form, items=(*kept[0], *kept[1:]))
    if name in _FUNCTIONS:
        if at is None:
            return form
        return replace(form, items=(*items[: at + 1], *map(_varied, items[at + 1 :])))
    kept = Keyword if name in _THREADING else ()
    return replace(form, items=tuple(i if isinstance(i, kept) else _varied(i) for i in items))


def _varied_bindings(bindings: VectorForm) -> VectorForm:
    """Patterns stay as they are."""
    changed = []
    for place, item in enumerate(bindings.items):
        before = bindings.items[place - 1] if place else item
        if place % 2 == 0:
            changed.append(item)
        elif isinstance(item, VectorForm) and print_form(before) == ":let":
            changed.append(_varied_bindings(item))
        else:
            changed.append(_varied(item))
    return replace(bindings, items=tuple(changed))


def _literal(form: Literal, value: Any) -> Literal:
    return Literal(value, form.span)


def _one_each(*forms: Form) -> Form:
    """The form of which each particle has its own."""
    span = forms[0].span
    head, lane = Symbol("clojure.core/nth", span), Symbol("lane$", span)
    return ListForm((head, VectorForm(forms, span), lane), span)


def _other_values(value: Any) -> tuple[Any, Any] | None:
    """What the two other particles have for a constant; None for one that all of them have."""
    if value is None:
        return None, 7
    if value.__class__ is bool:
        return not value, value
    if value.__class__ is int:
        return (value + 1, value - 1) if abs(value) < _EXTREME else (value, value)
    if value.__class__ is float:
        return value + 0.5, value - 0.25
    if value.__class__ is Fraction:
        return value + 1, value + 2
    if value.__class__ is str:
        return f"{value}q", value[::-1]
    return None
