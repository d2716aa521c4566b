"""Definitions of functions and queries: `defn`, `defm`, `defquery`."""

from __future__ import annotations

from anglipy.build import shape_error
from anglipy.forms import Form, ListForm, Literal, MapForm, Symbol, VectorForm
from anglipy.macros.registry import Builder, macro

__all__ = ["definition"]


def definition(
    b: Builder, name: Form, rest: tuple[Form, ...]
) -> tuple[tuple[Form, ...], tuple[Form, ...]]:
    """(the doc string as a tuple, the parameters and body) of a defn-like form."""
    if not isinstance(name, Symbol):
        raise shape_error(b.form, b.usage)
    doc: tuple[Form, ...] = ()
    if len(rest) > 1 and isinstance(rest[0], Literal) and isinstance(rest[0].value, str):
        doc, rest = rest[:1], rest[1:]
    if len(rest) > 1 and isinstance(rest[0], MapForm):
        rest = rest[1:]
    return doc, rest


def _define(name: str) -> None:
    usage = f"({name} name doc? [parameter...] body...)"

    def expand_define(b: Builder, target: Form, *rest: Form) -> Form:
        doc, body = definition(b, target, rest)
        if not body or not isinstance(body[0], VectorForm | ListForm):
            raise shape_error(b.form, usage)
        return b.list("def", target, *doc, b.list("fn", target, *body))

    macro(name, usage, 2)(expand_define)


for _name in ("defn", "defn-", "defm"):
    _define(_name)


@macro("fm", "(fm name? [parameter...] body...)", 1)
def _fm(b: Builder, *rest: Form) -> Form:
    return b.list("fn", *rest)


@macro("defquery", "(defquery name doc? parameters? body...)", 1)
def _defquery(b: Builder, name: Form, *rest: Form) -> Form:
    doc, body = definition(b, name, rest)
    if not body or not isinstance(body[0], Symbol | VectorForm):
        body = (b.symbol("$value"), *body)
    query = b.list("query", name, *body, *(() if len(body) > 1 else (b.literal(None),)))
    return b.list("def", name, *doc, query)


@macro("defonce", "(defonce name value)", 2, 2)
def _defonce(b: Builder, name: Form, value: Form) -> Form:
    return b.list("def", name, value)
