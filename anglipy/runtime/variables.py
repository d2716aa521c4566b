"""Variables as values: what `#'name` is, and the namespaces that they stand in.

A variable knows how to read and write its value; it is called as its value is. What
`with-local-vars` makes is a variable without a name.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from anglipy.diagnostics import ProgramError
from anglipy.runtime.maps import PersistentMap
from anglipy.runtime.scalars import Keyword, Symbol

__all__ = ["LocalVariable", "NamespaceValue", "Variable"]


class NamespaceValue:
    """A namespace, by its name."""

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name

    def __eq__(self, other: object) -> bool:
        return isinstance(other, NamespaceValue) and other.name == self.name

    def __hash__(self) -> int:
        return hash(("namespace", self.name))

    def to_text(self) -> str:
        """What `str` gives."""
        return self.name

    def __repr__(self) -> str:
        return f"#namespace[{self.name}]"


class Variable:
    """A variable of a program: `space` and `name` as its programs write them."""

    __slots__ = ("_bound", "_meta", "_read", "_write", "name", "space")

    def __init__(
        self,
        space: str,
        name: str,
        read: Callable[[], Any],
        write: Callable[[Any], None],
        bound: Callable[[], bool],
        doc: str | None = None,
    ) -> None:
        self.space, self.name = space, name
        self._read, self._write, self._bound = read, write, bound
        said = [(Keyword("doc"), doc)] if doc else []
        self._meta: Any = PersistentMap.of(
            [*said, (Keyword("name"), Symbol(name)), (Keyword("ns"), NamespaceValue(space))]
        )

    def deref(self) -> Any:
        """Its value. ProgramError AQ406 if it has none yet."""
        if not self._bound():
            raise ProgramError("AQ406", f"{self!r} has no value yet", help=f"(def {self.name} ...)")
        return self._read()

    def set(self, value: Any) -> Any:
        """Give it another value."""
        self._write(value)
        return value

    def describe(self, metadata: Any) -> None:
        """Give it other metadata."""
        self._meta = metadata

    def is_bound(self) -> bool:
        """Whether it has a value."""
        return self._bound()

    def __call__(self, *args: Any) -> Any:
        """What its value gives."""
        return self.deref()(*args)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Variable) and (other.space, other.name) == (self.space, self.name)

    def __hash__(self) -> int:
        return hash((self.space, self.name))

    def __repr__(self) -> str:
        return f"#'{self.space}/{self.name}"


class LocalVariable:
    """A variable of `with-local-vars`."""

    __slots__ = ("value",)

    def is_bound(self) -> bool:
        """It always has a value."""
        return True

    def __init__(self, value: Any) -> None:
        self.value = value

    def deref(self) -> Any:
        """Its value."""
        return self.value

    def set(self, value: Any) -> Any:
        """Give it another value."""
        self.value = value
        return value

    def __repr__(self) -> str:
        return "#<Var: --unnamed-->"
