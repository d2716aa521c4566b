"""Values passed through steps: `->`, `->>`, `as->`, `some->`, `cond->`, `doto`."""

from __future__ import annotations

from anglipy.diagnostics import ExpandError
from anglipy.forms import Form, ListForm, Symbol
from anglipy.macros.registry import Builder, macro

__all__: list[str] = []


def _threaded(step: Form, value: Form, last: bool) -> Form:
    if not isinstance(step, ListForm):
        return ListForm((step, value), step.span)
    if not step.items:
        raise ExpandError("AQ203", "cannot thread a value through an empty list", step.span)
    head = step.items[0]
    if last or (isinstance(head, Symbol) and head.name in ("quote", "fn")):
        items = (*step.items, value) if last else None
        return ListForm(items, step.span) if items else ListForm((step, value), step.span)
    return ListForm((head, value, *step.items[1:]), step.span)


@macro("->", "(-> value step...)", 1)
def _thread_first(b: Builder, value: Form, *steps: Form) -> Form:
    for step in steps:
        value = _threaded(step, value, last=False)
    return value


@macro("->>", "(->> value step...)", 1)
def _thread_last(b: Builder, value: Form, *steps: Form) -> Form:
    for step in steps:
        value = _threaded(step, value, last=True)
    return value


@macro("as->", "(as-> value name step...)", 2)
def _thread_as(b: Builder, value: Form, name: Form, *steps: Form) -> Form:
    bindings = [item for step in (value, *steps) for item in (name, step)]
    return b.list("let", b.vector(*bindings), name)


def _conditional_threading(name: str, last: bool) -> None:
    def expand_cond(b: Builder, value: Form, *clauses: Form) -> Form:
        held = b.temporary("value")
        bindings = [held, value]
        for test, step in zip(clauses[::2], clauses[1::2], strict=False):
            bindings += [held, b.list("if", test, _threaded(step, held, last), held)]
        return b.list("let", b.vector(*bindings), held)

    macro(name, f"({name} value test step ...)", 1)(expand_cond)


def _nil_threading(name: str, last: bool) -> None:
    def expand_some(b: Builder, value: Form, *steps: Form) -> Form:
        held = b.temporary("value")
        bindings = [held, value]
        for step in steps:
            chosen = b.list(
                "if", b.call("nil?", held), b.literal(None), _threaded(step, held, last)
            )
            bindings += [held, chosen]
        return b.list("let", b.vector(*bindings), held)

    macro(name, f"({name} value step...)", 1)(expand_some)


_conditional_threading("cond->", last=False)
_conditional_threading("cond->>", last=True)
_nil_threading("some->", last=False)
_nil_threading("some->>", last=True)


@macro("doto", "(doto value step...)", 1)
def _doto(b: Builder, value: Form, *steps: Form) -> Form:
    held = b.temporary("value")
    calls = [_threaded(step, held, last=False) for step in steps]
    return b.list("let", b.vector(held, value), *calls, held)
