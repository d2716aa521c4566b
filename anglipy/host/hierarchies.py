"""Hierarchies: `derive`, `isa?` and their kin, with the program's own where none is given."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from anglipy.diagnostics import ArityError
from anglipy.runtime.hierarchies import EMPTY, Hierarchy, derived, isa, related, underived
from anglipy.runtime.maps import PersistentMap

__all__ = ["hierarchical"]


class _Functions:
    """The functions of a program whose hierarchy this is."""

    def __init__(self, own: Hierarchy) -> None:
        self._own = own

    def global_hierarchy(self) -> Hierarchy:
        """The place of the program's hierarchy."""
        return self._own

    def make_hierarchy(self) -> PersistentMap:
        """A hierarchy in which nothing is below anything."""
        return EMPTY

    def derive(self, *arguments: Any) -> Any:
        """`(derive tag parent)`: put a tag below another in the program's hierarchy; `(derive
        hierarchy tag parent)`: the hierarchy in which it is.
        """
        changed = derived(*self._with_hierarchy("derive", arguments, 2))
        return changed if len(arguments) > 2 else self._own.change(changed)

    def underive(self, *arguments: Any) -> Any:
        """`(underive tag parent)`, `(underive hierarchy tag parent)`: the opposite of `derive`."""
        changed = underived(*self._with_hierarchy("underive", arguments, 2))
        return changed if len(arguments) > 2 else self._own.change(changed)

    def is_a(self, *arguments: Any) -> bool:
        """`(isa? child parent)`, `(isa? hierarchy child parent)`: whether a tag or class is
        another or below it, or a vector one of others, element by element.
        """
        return isa(*self._with_hierarchy("isa?", arguments, 2))

    def parents(self, *arguments: Any) -> Any:
        """`(parents tag)`, `(parents hierarchy tag)`: the set of tags right above one, or nil."""
        return self._related("parents", arguments)

    def ancestors(self, *arguments: Any) -> Any:
        """`(ancestors tag)`, `(ancestors hierarchy tag)`: the set of all tags above one, or nil."""
        return self._related("ancestors", arguments)

    def descendants(self, *arguments: Any) -> Any:
        """`(descendants tag)`, `(descendants hierarchy tag)`: the set of all tags below one, or
        nil.
        """
        return self._related("descendants", arguments)

    def _related(self, relation: str, arguments: tuple[Any, ...]) -> Any:
        hierarchy, tag = self._with_hierarchy(relation, arguments, 1)
        return related(hierarchy, relation, tag)

    def _with_hierarchy(self, name: str, arguments: tuple[Any, ...], count: int) -> tuple[Any, ...]:
        """The arguments with a hierarchy in front."""
        if len(arguments) not in (count, count + 1):
            raise ArityError(
                "AQ405", f"`{name}` takes {count} or {count + 1} arguments, got {len(arguments)}"
            )
        return arguments if len(arguments) > count else (self._own.relations, *arguments)


def hierarchical(own: Hierarchy) -> dict[str, Callable[..., Any]]:
    """The functions of a program whose hierarchy this is, by the names that it calls them by."""
    of_program = _Functions(own)
    return {
        "global-hierarchy": of_program.global_hierarchy,
        "make-hierarchy": of_program.make_hierarchy,
        "derive": of_program.derive,
        "underive": of_program.underive,
        "isa?": of_program.is_a,
        "parents": of_program.parents,
        "ancestors": of_program.ancestors,
        "descendants": of_program.descendants,
    }
