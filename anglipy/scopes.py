"""What the analyser carries down the tree: global names, local variables, the path of site ids."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from immutables import Map

from anglipy.diagnostics import AnglipyError, Span
from anglipy.syntax import Binding, LoopTarget

__all__ = ["Context", "Globals", "LocalInfo", "SiteInfo"]


class Globals(Protocol):
    """What the compiler knows of global names."""

    def lookup(self, name: str) -> Binding | None:
        """The meaning of a name, or None."""

    def is_macro(self, name: str) -> bool:
        """Whether it is the name of a macro."""

    def all_names(self) -> Iterable[str]:
        """All names, for suggestions."""

    def own_names(self, only_queries: bool = False) -> Iterable[str]:
        """The names that the program itself defines, or those of its queries."""

    def refusal(self, binding: Binding, args: Sequence[Any]) -> AnglipyError | None:
        """The error of a distribution that cannot have these parameters, if it is one."""

    def unqualified(self, name: str) -> str:
        """A name without the namespace, if that is the program's own."""


@dataclass(frozen=True, slots=True)
class SiteInfo:
    """A site found in the source."""

    id: str
    kind: str
    span: Span


@dataclass(frozen=True, slots=True)
class LocalInfo:
    """A local variable: its name in Python, and what is known of the function it holds."""

    python: str
    direct: bool = False
    low: int = 0
    high: int | None = None
    is_self: bool = False


@dataclass(frozen=True, slots=True)
class Context:
    """Where a form stands: the locals around it, its path, the loop it may jump to."""

    names: Map[str, LocalInfo] = field(default_factory=Map)
    path: str = ""
    target: LoopTarget | None = None
    tail: bool = False
    can_sample: bool = False
    """Whether this is in a query or a function, which a query may call."""

    def bind(self, name: str, info: LocalInfo) -> Context:
        """With one more local variable."""
        return replace(self, names=self.names.set(name, info))

    def inner(self) -> Context:
        """For a position that is not the tail of the loop around."""
        return replace(self, tail=False) if self.tail else self

    def within(self, name: str) -> Context:
        """Inside the value of a binder, whose name becomes part of the site ids."""
        if "|" in name or name.startswith(("_", "%")):
            return self.inner()
        return replace(self, tail=False, path=f"{self.path}/{name}" if self.path else name)
