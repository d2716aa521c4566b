"""The table of macros, and what builds their expansions.

Each macro is declared by its shape, from which errors of arity follow:

    @macro("when", "(when test body...)", 1)
    def when(b, test, *body): ...

`b` builds forms with the span of the call. A macro gives a form that is expanded again, so it may
use other macros, and samples inside it work: macros are gone before the program is transformed.
Functions a macro calls are written `b.core("first")`, which means the built-in one even where the
user has bound `first`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from anglipy.build import Build, Fresh, shape_error
from anglipy.diagnostics import ExpandError
from anglipy.forms import Form, ListForm, Symbol, VectorForm

__all__ = ["MACROS", "Builder", "Macro", "macro"]


@dataclass(frozen=True, slots=True)
class Macro:
    """A macro: its shape as shown to users, and what makes its expansion."""

    name: str
    usage: str
    low: int
    high: int | None
    function: Callable[..., Form]

    def expand(self, form: ListForm, fresh: Fresh) -> Form:
        """The form this call is short for."""
        count = len(form.items) - 1
        if count < self.low or (self.high is not None and count > self.high):
            raise shape_error(form, self.usage)
        return self.function(Builder(form, fresh, self.usage), *form.items[1:])


class Builder(Build):
    """A builder that also knows the call and gives fresh names."""

    def __init__(self, form: ListForm, fresh: Fresh, usage: str) -> None:
        super().__init__(form.span)
        self.form, self.usage = form, usage
        self._fresh = fresh

    def list(self, head: str | Form, *items: Form) -> ListForm:
        """A list form; a head given as text is the language's own, whatever the user bound."""
        return super().list(self.core(head) if isinstance(head, str) else head, *items)

    def temporary(self, hint: str) -> Symbol:
        """A name that no one else has."""
        return self.symbol(self._fresh(hint))

    def call(self, name: str, *items: Form) -> ListForm:
        """A call of a built-in function."""
        return self.list(self.core(name), *items)

    def pairs(self, bindings: Form) -> Sequence[tuple[Form, Form]]:
        """The bindings of a form, (target, value) each."""
        if not isinstance(bindings, VectorForm) or len(bindings.items) % 2:
            raise ExpandError(
                "AQ204", "bindings are a vector of names and values", bindings.span, help=self.usage
            )
        return list(zip(bindings.items[::2], bindings.items[1::2], strict=True))

    def pair(self, bindings: Form) -> tuple[Form, Form]:
        """The only binding of a form that takes one."""
        pairs = self.pairs(bindings)
        if len(pairs) != 1:
            raise ExpandError("AQ204", "one name and its value are bound here", bindings.span,
                              help=self.usage)  # fmt: skip
        return pairs[0]


MACROS: dict[str, Macro] = {}


def macro(
    name: str, usage: str, low: int = 0, high: int | None = None
) -> Callable[[Callable[..., Form]], Callable[..., Form]]:
    """Register a macro taking from `low` to `high` forms (None: any number)."""

    def register(function: Callable[..., Form]) -> Callable[..., Form]:
        MACROS[name] = Macro(name, usage, low, high, function)
        return function

    return register
