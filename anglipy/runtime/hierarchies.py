"""Hierarchies of keywords, symbols and classes, and the multimethods that are dispatched by them.

A hierarchy is the map that `make-hierarchy` gives: under `:parents`, `:ancestors` and
`:descendants` a map from tags to sets. Every program has one of its own besides, which `derive` of
two arguments changes. As in Clojure a class is also below the classes that Java says it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from anglipy.diagnostics import ProgramError
from anglipy.runtime.access import get
from anglipy.runtime.classes import JavaClass, supers_of
from anglipy.runtime.equality import elements, equal, key_of, value_of_key
from anglipy.runtime.maps import PersistentMap
from anglipy.runtime.printing import describe, pr_str
from anglipy.runtime.scalars import Keyword
from anglipy.runtime.sets import PersistentSet

__all__ = ["EMPTY", "Hierarchy", "Methods", "derived", "isa", "related", "underived"]

_PARENTS, _ANCESTORS, _DESCENDANTS = map(Keyword, ("parents", "ancestors", "descendants"))
EMPTY = PersistentMap.of(
    (key, PersistentMap.of(())) for key in (_PARENTS, _DESCENDANTS, _ANCESTORS)
)


class Hierarchy:
    """The hierarchy of a program."""

    __slots__ = ("relations",)

    def __init__(self) -> None:
        self.relations = EMPTY

    def deref(self) -> PersistentMap:
        """What it is now."""
        return self.relations

    def change(self, relations: PersistentMap) -> None:
        """Let it be another."""
        self.relations = relations


def _set(hierarchy: Any, relation: Keyword, tag: Any) -> Any:
    """The tags in a relation to a tag."""
    return get(get(hierarchy, relation), tag, PersistentSet(()))


def related(hierarchy: Any, relation: str, tag: Any) -> Any:
    """The set of the parents, ancestors or descendants of a tag, nil if there are none."""
    found = list(_set(hierarchy, Keyword(relation), tag))
    if isinstance(tag, JavaClass) and relation != "descendants":
        above = supers_of(tag.short)
        found += [JavaClass(name) for name in (above[:1] if relation == "parents" else above)]
    return PersistentSet(found) if found else None


def derived(hierarchy: Any, tag: Any, parent: Any) -> Any:
    """The hierarchy with a tag below a parent. ProgramError AQ440 if it was below already, or is
    above.
    """
    if equal(tag, parent):
        raise ProgramError("AQ440", f"derive: {pr_str(tag)} cannot be below itself")
    if _has(_set(hierarchy, _PARENTS, tag), parent):
        return hierarchy
    if _has(_set(hierarchy, _ANCESTORS, tag), parent):
        raise ProgramError("AQ440", f"derive: {pr_str(tag)} already has {pr_str(parent)} above it")
    if _has(_set(hierarchy, _ANCESTORS, parent), tag):
        raise ProgramError("AQ440", f"derive: {pr_str(parent)} has {pr_str(tag)} above it already")
    pairs = [*_pairs(hierarchy), (tag, parent)]
    return _made(pairs)


def underived(hierarchy: Any, tag: Any, parent: Any) -> Any:
    """The hierarchy in which a tag is not directly below a parent."""
    return _made((t, p) for t, p in _pairs(hierarchy) if not (equal(t, tag) and equal(p, parent)))


def _has(tags: Any, tag: Any) -> bool:
    return any(equal(known, tag) for known in tags)


def _pairs(hierarchy: Any) -> list[tuple[Any, Any]]:
    """(tag, parent) of a hierarchy, in order."""
    return [(t, p) for t, parents in get(hierarchy, _PARENTS).items() for p in parents]


def _made(pairs: Iterable[tuple[Any, Any]]) -> PersistentMap:
    """The hierarchy of these (tag, parent)."""
    parents: dict[Any, list[Any]] = {}
    for tag, parent in pairs:
        parents.setdefault(key_of(tag), []).append(parent)
    ancestors: dict[Any, list[Any]] = {}
    descendants: dict[Any, list[Any]] = {}
    for tag in parents:
        found: dict[Any, Any] = {}
        work = list(parents[tag])
        while work:
            above = work.pop(0)
            if key_of(above) not in found:
                found[key_of(above)] = above
                work.extend(parents.get(key_of(above), ()))
        ancestors[tag] = list(found.values())
        for above in found:
            descendants.setdefault(above, []).append(value_of_key(tag))
    tables = {_PARENTS: parents, _DESCENDANTS: descendants, _ANCESTORS: ancestors}
    return PersistentMap.of(
        (key, PersistentMap.of((value_of_key(t), PersistentSet(s)) for t, s in table.items()))
        for key, table in tables.items()
    )


def isa(hierarchy: Any, child: Any, parent: Any) -> bool:
    """Whether a tag is another or below it, or a vector of tags one of others, one by one."""
    if equal(child, parent):
        return True
    if isinstance(child, JavaClass):
        if isinstance(parent, JavaClass) and parent.short in supers_of(child.short):
            return True
        return any(
            _has(_set(hierarchy, _ANCESTORS, JavaClass(name)), parent)
            for name in (child.short, *supers_of(child.short))
        )
    if _has(_set(hierarchy, _ANCESTORS, child), parent):
        return True
    left, right = elements(child), elements(parent)
    if left is None or right is None:
        return False
    a, b = list(left), list(right)
    return len(a) == len(b) and all(isa(hierarchy, x, y) for x, y in zip(a, b, strict=True))


class Methods:
    """The methods of a `defmulti`, by what its dispatch function gives."""

    __slots__ = ("_hierarchy", "default", "name", "preferred", "table")

    def __init__(self, name: str, default: Any, hierarchy: Callable[[], Any]) -> None:
        self.name, self.default = name, key_of(default)
        self._hierarchy = hierarchy
        self.table: dict[Any, Any] = {}
        self.preferred: dict[Any, list[Any]] = {}
        """For each dispatch value those that it is preferred to."""

    def add(self, value: Any, function: Any) -> None:
        """Add a method, or replace it."""
        self.table[key_of(value)] = function

    def remove(self, value: Any) -> None:
        """Take a method away, if it is there."""
        self.table.pop(key_of(value), None)

    def prefer(self, value: Any, other: Any) -> None:
        """Let a dispatch value win over another. ProgramError AQ415 if the other one does."""
        if self._prefers(other, value):
            raise ProgramError(
                "AQ415", f"`{self.name}` prefers {pr_str(other)} to {pr_str(value)} already"
            )
        self.preferred.setdefault(key_of(value), []).append(other)

    def _prefers(self, value: Any, other: Any) -> bool:
        """Whether a value, or one above it, is preferred to another, or one above that."""
        relations = self._hierarchy()
        above = [value, *(related(relations, "ancestors", value) or ())]
        others = [other, *(related(relations, "ancestors", other) or ())]
        return any(_has(self.preferred.get(key_of(v), ()), o) for v in above for o in others)

    def found(self, value: Any) -> Any:
        """The method for a dispatch value, or the default, or nil."""
        exact = self.table.get(key_of(value))
        if exact is not None:
            return exact
        relations = self._hierarchy()
        best: list[Any] = []
        for key in map(value_of_key, self.table):
            if isa(relations, value, key):
                if best and not self._dominates(relations, best[0], key):
                    if not self._dominates(relations, key, best[0]):
                        raise self._ambiguous(value, best[0], key)
                    best = [key]
                best = best or [key]
        return self.table.get(key_of(best[0]) if best else self.default)

    def _dominates(self, relations: Any, value: Any, other: Any) -> bool:
        return self._prefers(value, other) or isa(relations, value, other)

    def _ambiguous(self, value: Any, a: Any, b: Any) -> ProgramError:
        return ProgramError(
            "AQ415",
            f"`{self.name}` has several methods for {describe(value)}: those of {pr_str(a)} and "
            f"{pr_str(b)}",
            help=f"(prefer-method {self.name} {pr_str(a)} {pr_str(b)})",
        )

    def method(self, value: Any) -> Any:
        """The method for a dispatch value. ProgramError AQ415 if there is none."""
        found = self.found(value)
        if found is None:
            raise ProgramError(
                "AQ415",
                f"`{self.name}` has no method for {describe(value)}",
                help=f"(defmethod {self.name} {pr_str(value)} [...] ...)",
            )
        return found
