"""What is around a surface form while it is expanded: names that are bound, and the program."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Literal, Protocol, TypeAlias

from immutables import Map

from anglipy.build import Fresh
from anglipy.forms import Form, ListForm

__all__ = ["RESERVED", "Program", "Scope"]

RESERVED = frozenset(
    ["quote", "if", "do", "let*", "loop*", "recur", "fn*", "query*", "thunk*", "binding*"]
)
"""Heads of forms that no local name hides."""

Place: TypeAlias = Literal["top", "form", "query"]
"""Where a form stands: at the top level, inside another form, inside a query."""


class Program(Protocol):
    """What expansion asks of the program around."""

    def macro(self, name: str) -> Callable[[ListForm], Form] | None:
        """What expands calls of a macro that the program defines; None if it defines none."""

    def has(self, name: str) -> bool:
        """Whether the program has defined a name by now."""

    def declare(self, name: str) -> None:
        """Let the program have a name, whose value it gets when it runs."""

    def qualified(self, name: str) -> str:
        """The full name of what a name in a syntax-quote means."""


@dataclass(frozen=True, slots=True)
class Scope:
    """Names bound around a form. A local maps to None, a renamed procedure to its full name."""

    names: Map[str, str | None] = field(default_factory=Map)
    fresh: Fresh = field(default_factory=Fresh)
    program: Program | None = None
    place: Place = "top"

    def inside(self, place: Place) -> Scope:
        """What is around the forms in a top-level form, or in a query."""
        return self if self.place == "query" else replace(self, place=place)

    def bind(self, *names: str) -> Scope:
        """With these names as locals."""
        added = self.names
        for name in names:
            added = added.set(name, None)
        return replace(self, names=added)

    def rename(self, names: dict[str, str]) -> Scope:
        """With these names standing for others (`with-primitive-procedures [m/add]`)."""
        return replace(self, names=self.names.update(names))

    def hides(self, head: str) -> bool:
        """Whether a binder around gives the head of a form another meaning."""
        return head not in RESERVED and head in self.names and self.names[head] is None
