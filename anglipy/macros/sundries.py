"""What fits nowhere else: `comment`, `assert`, `time`..."""

from __future__ import annotations

from anglipy.build import Build, shape_error
from anglipy.forms import Form, ListForm, Symbol
from anglipy.macros.registry import Builder, macro

__all__ = ["java_form"]


@macro("comment", "(comment form...)")
def _comment(b: Builder, *ignored: Form) -> Form:
    return b.literal(None)


@macro("assert", "(assert test message?)", 1, 2)
def _assert(b: Builder, test: Form, *message: Form) -> Form:
    said = message[0] if message else b.literal("assertion failed")
    return b.list(
        "if", test, b.literal(None), b.call("assertion-failed", said, b.list("quote", test))
    )


@macro("time", "(time expression)", 1, 1)
def _time(b: Builder, expression: Form) -> Form:
    start, value = b.temporary("start"), b.temporary("value")
    bindings = b.vector(start, b.call("current-seconds"), value, expression)
    return b.list("let", bindings, b.call("print-elapsed", start), value)


@macro("new", "(new Class argument...)", 1)
def _new(b: Builder, kind: Form, *arguments: Form) -> Form:
    if not isinstance(kind, Symbol):
        raise shape_error(b.form, b.usage)
    return b.list(Symbol(f"{kind.name}.", kind.span), *arguments)


@macro(".", "(. value method argument...)", 2)
def _dot(b: Builder, value: Form, method: Form, *arguments: Form) -> Form:
    parts = method.items if isinstance(method, ListForm) else (method, *arguments)
    if not isinstance(parts[0], Symbol):
        raise shape_error(b.form, b.usage)
    return b.list(Symbol(f".{parts[0].name.removeprefix('-')}", method.span), value, *parts[1:])


@macro("..", "(.. value method ...)", 2)
def _dots(b: Builder, value: Form, *methods: Form) -> Form:
    for method in methods:
        value = b.list(b.symbol("."), value, method)
    return value


def java_form(form: ListForm, head: Symbol) -> Form | None:
    """`(.method value x)` and `(Class. x)`."""
    build, name = Build(form.span), head.name
    if len(name) > 1 and name.startswith(".") and name != ".." and len(form.items) > 1:
        method = build.literal(name[1:].removeprefix("-"))
        return build.list(build.core("call-method"), method, *form.items[1:])
    if len(name) > 1 and name.endswith(".") and not name.endswith(".."):
        kind = name[:-1].rpartition(".")[2]
        if kind.endswith(("Exception", "Error", "Throwable")):
            return build.list(build.core("make-exception"), build.literal(kind), *form.items[1:])
        return ListForm((Symbol(f"->{kind}", head.span), *form.items[1:]), form.span)
    return None
