"""Calling the macros that a program defines: forms go in as data and data comes back as a form.

What the macro hands on unchanged keeps its place in the text; everything it made stands where the
macro was called, and so do errors in it.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Any

from anglipy.datum import datum
from anglipy.diagnostics import AnglipyError, ArityError, ExpandError, Span
from anglipy.forms import (
    Form,
    Keyword,
    ListForm,
    Literal,
    MapForm,
    SetForm,
    Symbol,
    VectorForm,
)
from anglipy.names import counted
from anglipy.runtime.equality import MapLike, Sequential, SetLike
from anglipy.runtime.locate import explain
from anglipy.runtime.scalars import Keyword as KeywordValue
from anglipy.runtime.scalars import Symbol as SymbolValue
from anglipy.stackless import run_stackless

__all__ = ["expand_call"]

Origins = dict[int, tuple[Any, Form]]
"""By the identity of a datum the datum, which keeps the identity its own, and its form."""

MOST = 100_000
"""Items of a sequence that a macro may give: an endless one is a mistake."""


def expand_call(name: str, function: Callable[..., Any], form: ListForm) -> Form:
    """The form that a call of a macro stands for. The function takes the call and the environment,
    as Clojure's macros do, and then the arguments. Raises ExpandError AQ230 if it fails.
    """
    required, count = getattr(function, "required", 0) - 2, len(form.items) - 1
    if count < required or (count > required >= 0 and not function.variadic):  # type: ignore[attr-defined]
        limit = None if function.variadic else required  # type: ignore[attr-defined]
        message = f"the macro `{name}` takes {counted(required, limit)}, got {count}"
        raise ArityError("AQ222", message, form.span)
    origins: Origins = {}
    given = [datum(item, origins) for item in form.items[1:]]
    try:
        made = function(datum(form, origins), None, *given)
        result: Form = run_stackless(_form(made, form.span, origins))
    except Exception as error:
        # A macro is code of the user's, which may fail in any way.
        raise _failed(name, explain(error), form.span) from error
    return result


def _failed(name: str, error: AnglipyError, span: Span) -> ExpandError:
    wrong = error.diagnostic
    place = () if wrong.span is None or wrong.span == span else (f"in the macro, at {wrong.span}",)
    message = f"the macro `{name}` failed: {wrong.message}"
    return ExpandError("AQ230", message, span, wrong.help, (*place, *wrong.notes))


def _form(value: Any, span: Span, origins: Origins) -> Generator[Any, Any, Form]:
    known = origins.get(id(value))
    if known is not None and known[0] is value:
        return known[1]
    match value:
        case SymbolValue():
            return Symbol(value.text, span)
        case KeywordValue():
            return Keyword(value.text, span)
        case MapLike():
            parts = [part for pair in value.items() for part in pair]
            return MapForm((yield _forms(parts, span, origins)), span)
        case SetLike():
            return SetForm((yield _forms(list(value), span, origins)), span)
        case Sequential():
            items = []
            for item in value:
                items.append(item)
                if len(items) > MOST:
                    raise ValueError("it gives an endless sequence")
            kind = VectorForm if value.brackets == "[]" else ListForm
            return kind((yield _forms(items, span, origins)), span)
    return Literal(value, span)


def _forms(
    values: list[Any], span: Span, origins: Origins
) -> Generator[Any, Any, tuple[Form, ...]]:
    made = []
    for value in values:
        made.append((yield _form(value, span, origins)))
    return tuple(made)
