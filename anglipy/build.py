"""Small tools for passes that make forms: a builder with one span, fresh names, errors of shape."""

from __future__ import annotations

from collections.abc import Sequence

from anglipy.diagnostics import ExpandError, Span
from anglipy.forms import (
    Form,
    Keyword,
    ListForm,
    Literal,
    LiteralValue,
    MapForm,
    Symbol,
    VectorForm,
)

__all__ = ["Build", "Fresh", "is_quiet", "quiet", "shape_error", "without_value"]


class Fresh:
    """Gives names no user can write: `fresh("vec")` is `vec|1`, then `vec|2`..."""

    def __init__(self) -> None:
        self._count = 0

    def __call__(self, hint: str) -> str:
        """A new name with this beginning."""
        self._count += 1
        return f"{hint}|{self._count}"


class Build:
    """Makes forms that all carry the span of the user's form they stand for."""

    def __init__(self, span: Span) -> None:
        self.span = span

    def symbol(self, name: str) -> Symbol:
        """A symbol as the user would write it."""
        return Symbol(name, self.span)

    def core(self, name: str) -> Symbol:
        """A symbol that means the built-in function whatever the user has bound."""
        return Symbol(f"clojure.core/{name}", self.span)

    def keyword(self, name: str) -> Keyword:
        """A keyword."""
        return Keyword(name, self.span)

    def literal(self, value: LiteralValue) -> Literal:
        """A constant."""
        return Literal(value, self.span)

    def list(self, head: str | Form, *items: Form) -> ListForm:
        """A list form; a head given as text is a symbol."""
        first = self.symbol(head) if isinstance(head, str) else head
        return ListForm((first, *items), self.span)

    def vector(self, *items: Form) -> VectorForm:
        """A vector form."""
        return VectorForm(items, self.span)


def quiet(name: Symbol) -> Symbol:
    """The name, bound by a macro whether it is used or not."""
    meta = MapForm((Keyword("quiet", name.span), Literal(True, name.span)), name.span)
    return Symbol(name.name, name.span, meta)


def is_quiet(name: Symbol) -> bool:
    """Whether nobody minds if the name is not used."""
    return name.meta is not None and Keyword("quiet", name.span) in name.meta.items[::2]


def shape_error(form: ListForm, usage: str) -> ExpandError:
    """`form` does not have the shape that its head asks for."""
    head = form.items[0]
    name = head.name if isinstance(head, Symbol) else "form"
    name = name.removeprefix("clojure.core/")
    count = len(form.items) - 1
    got = {0: "no arguments", 1: "1 argument"}.get(count, f"{count} arguments")
    if name in ("let*", "loop*", "fn*", "query*"):
        name = name.rstrip("*")
    if name == "observe" and count == 1:
        message = "`observe` needs a distribution and a value, got 1 argument"
    else:
        message = f"`{name}` does not have the right shape ({got})"
    return ExpandError("AQ203", message, form.span, help=usage)


def without_value(items: Sequence[Form]) -> Form:
    """The name too many among bindings of an odd number: the one before the first form that stands
    where a name should and cannot be one; else the last form.
    """
    for name, after in zip(items[1::2], items[2::2], strict=False):
        if not isinstance(after, Symbol | VectorForm | MapForm) and isinstance(name, Symbol):
            return name
    return items[-1]
