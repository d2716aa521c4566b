"""Syntax-quote: the form that builds a form, from a template with holes.

`` `(f ~x ~@xs y#) `` is code for a list. Names in the template mean what they mean where it is
written: those of the program get its namespace, those of the language theirs. `y#` is a name that
nothing else has, the same throughout one template.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Any

from anglipy.build import Build, Fresh
from anglipy.diagnostics import ExpandError
from anglipy.forms import Form, Keyword, ListForm, Literal, MapForm, SetForm, Symbol, VectorForm
from anglipy.stackless import run_stackless

__all__ = ["syntax_quote"]


def syntax_quote(form: Form, qualified: Callable[[str], str], fresh: Fresh) -> Form:
    """Code that builds the template; `qualified` gives the full name of what a name means."""
    made: Form = run_stackless(_Template(qualified, fresh).build(form))
    return made


class _Template:
    def __init__(self, qualified: Callable[[str], str], fresh: Fresh) -> None:
        self.qualified, self.fresh = qualified, fresh
        self.made: dict[str, str] = {}

    def build(self, form: Form) -> Generator[Any, Any, Form]:
        at = Build(form.span)
        match form:
            case Literal() | Keyword():
                return form
            case Symbol(name):
                return at.list("quote", Symbol(self.name(name), form.span))
            case ListForm():
                if _is_hole(form, "unquote"):
                    return form.items[1]
                if _is_hole(form, "unquote-splicing"):
                    raise ExpandError("AQ231", "`~@` has a meaning only inside a list or vector",
                                      form.span, help="`(f ~@arguments)")  # fmt: skip
                if _is_hole(form, "syntax-quote"):
                    return (yield self.build((yield self.build(form.items[1]))))
                items = yield self.items(form.items, at)
                return at.list(at.core("apply"), at.core("list"), items)
            case VectorForm():
                return at.list(at.core("vec"), (yield self.items(form.items, at)))
            case SetForm():
                return at.list(at.core("set"), (yield self.items(form.items, at)))
            case MapForm():
                items = yield self.items(form.items, at)
                return at.list(at.core("apply"), at.core("hash-map"), items)

    def items(self, forms: tuple[Form, ...], at: Build) -> Generator[Any, Any, Form]:
        """Code for the sequence of the items, with those of `~@` put in."""
        parts: list[Form] = []
        for form in forms:
            if _is_hole(form, "unquote-splicing"):
                parts.append(form.items[1])  # type: ignore[union-attr]
            else:
                parts.append(at.list(at.core("list"), (yield self.build(form))))
        return at.list(at.core("concat"), *parts)

    def name(self, name: str) -> str:
        if name.endswith("#") and len(name) > 1:
            if name not in self.made:
                number = self.fresh("").removeprefix("|")
                self.made[name] = f"{name[:-1]}__{number}__auto__"
            return self.made[name]
        return self.qualified(name)


def _is_hole(form: Form, head: str) -> bool:
    return (
        isinstance(form, ListForm)
        and len(form.items) == 2
        and isinstance(form.items[0], Symbol)
        and form.items[0].name in (head, f"clojure.core/{head}")
    )
