"""Hierarchies: `derive`, `isa?` and their kin, with the program's own where none is given."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from anglipy.diagnostics import ArityError
from anglipy.runtime.hierarchies import EMPTY, Hierarchy, derived, isa, related, underived
from anglipy.runtime.maps import PersistentMap

__all__ = ["hierarchical"]


def hierarchical(own: Hierarchy) -> dict[str, Callable[..., Any]]:
    """The functions of a program whose hierarchy this is."""

    def global_hierarchy() -> Hierarchy:
        """The place of the program's hierarchy."""
        return own

    def make_hierarchy() -> PersistentMap:
        """A hierarchy in which nothing is below anything."""
        return EMPTY

    def given(name: str, arguments: tuple[Any, ...], count: int) -> tuple[Any, ...]:
        """The arguments with a hierarchy in front."""
        if len(arguments) not in (count, count + 1):
            raise ArityError(
                "AQ405", f"`{name}` takes {count} or {count + 1} arguments, got {len(arguments)}"
            )
        return arguments if len(arguments) > count else (own.relations, *arguments)

    def derive(*arguments: Any) -> Any:
        """`(derive tag parent)`: put a tag below another in the program's hierarchy; `(derive
        hierarchy tag parent)`: the hierarchy in which it is.
        """
        changed = derived(*given("derive", arguments, 2))
        return changed if len(arguments) > 2 else own.change(changed)

    def underive(*arguments: Any) -> Any:
        """`(underive tag parent)`, `(underive hierarchy tag parent)`: the opposite of `derive`."""
        changed = underived(*given("underive", arguments, 2))
        return changed if len(arguments) > 2 else own.change(changed)

    def is_a(*arguments: Any) -> bool:
        """`(isa? child parent)`, `(isa? hierarchy child parent)`: whether a tag or class is
        another or below it, or a vector one of others, element by element.
        """
        return isa(*given("isa?", arguments, 2))

    def parents(*arguments: Any) -> Any:
        """`(parents tag)`, `(parents hierarchy tag)`: the set of tags right above one, or nil."""
        hierarchy, tag = given("parents", arguments, 1)
        return related(hierarchy, "parents", tag)

    def ancestors(*arguments: Any) -> Any:
        """`(ancestors tag)`, `(ancestors hierarchy tag)`: the set of all tags above one, or nil."""
        hierarchy, tag = given("ancestors", arguments, 1)
        return related(hierarchy, "ancestors", tag)

    def descendants(*arguments: Any) -> Any:
        """`(descendants tag)`, `(descendants hierarchy tag)`: the set of all tags below one, or
        nil.
        """
        hierarchy, tag = given("descendants", arguments, 1)
        return related(hierarchy, "descendants", tag)

    return {
        "global-hierarchy": global_hierarchy,
        "make-hierarchy": make_hierarchy,
        "derive": derive,
        "underive": underive,
        "isa?": is_a,
        "parents": parents,
        "ancestors": ancestors,
        "descendants": descendants,
    }
