"""The names that a text defines, seen before anything of it is compiled."""

from __future__ import annotations

from collections.abc import Iterator

from anglipy.diagnostics import Diagnostic, Span
from anglipy.forms import Form, ListForm, Symbol

__all__ = ["defined", "head_name", "repeated"]

_DEFINING = frozenset(
    ["def", "defn", "defn-", "defm", "defquery", "defdist", "defproc", "defonce", "defun",
     "defanglican", "def-cps-fn", "defmulti", "defprotocol", "defstruct", "define", "assume"]
)  # fmt: skip
_RECORDS = frozenset(["defrecord", "deftype"])
_GROUPS = frozenset(["do", "with-primitive-procedures"])


def head_name(form: Form) -> str:
    """The name at the head of a list; nothing for other forms."""
    head = form.items[0] if isinstance(form, ListForm) and form.items else None
    return head.name.removeprefix("clojure.core/") if isinstance(head, Symbol) else ""


def defined(form: Form) -> Iterator[Symbol]:
    """The names that a top-level form defines."""
    work = [form]
    while work:
        item = work.pop()
        head = head_name(item)
        if not isinstance(item, ListForm) or len(item.items) < 2:
            continue
        first = item.items[1]
        if head in _GROUPS:
            work.extend(reversed(item.items[1:]))
        elif head in _DEFINING and isinstance(first, Symbol):
            yield first
            if head == "defprotocol":
                yield from _methods(item)
        elif head in _RECORDS and isinstance(first, Symbol):
            for made in (f"->{first.name}", f"map->{first.name}", first.name):
                yield Symbol(made, first.span)


def _methods(form: ListForm) -> Iterator[Symbol]:
    for method in form.items[2:]:
        if isinstance(method, ListForm) and method.items and isinstance(method.items[0], Symbol):
            yield method.items[0]


def repeated(forms: tuple[Form, ...]) -> Iterator[Diagnostic]:
    """A warning for every name that is defined a second time."""
    first: dict[str, Span] = {}
    for form in forms:
        if head_name(form) == "defonce":
            continue
        for name in defined(form):
            known = first.setdefault(name.name, name.span)
            if known is not name.span:
                message = f"`{name.name}` is defined a second time"
                note = f"the first definition is at {known}"
                yield Diagnostic("AQ241", message, name.span, None, (note,), "warning")
