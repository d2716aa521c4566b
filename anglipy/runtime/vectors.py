"""Persistent vectors: `[a b c]`.

Up to SMALL elements a vector is a tuple, which is the cheapest to build and to read; longer ones
are a `pyrsistent.pvector`, whose append and set take O(log n) and share structure.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from pyrsistent import pvector

from anglipy.diagnostics import ProgramError
from anglipy.runtime.equality import Sequential, equal
from anglipy.runtime.printing import pr_str

__all__ = ["SMALL", "Vector"]

SMALL = 32


class Vector(Sequential):
    """An immutable vector. As a function it gives the element at an index."""

    __slots__ = ("items",)

    brackets = "[]"
    items: Any
    """The elements as an immutable indexable object, tuple or pvector; views may keep it."""

    def __init__(self, values: Iterable[Any] = ()) -> None:
        items = values if values.__class__ is tuple else tuple(values)
        self.items = items if len(items) <= SMALL else pvector(items)

    @staticmethod
    def _of(items: Any) -> Vector:
        made = Vector.__new__(Vector)
        made.items = items
        return made

    def __len__(self) -> int:
        return len(self.items)

    def __iter__(self) -> Iterator[Any]:
        return iter(self.items)

    def __reversed__(self) -> Iterator[Any]:
        return iter(self.items[::-1])

    def __contains__(self, value: object) -> bool:
        """Whether an equal element is there; unlike `contains?`, which tests an index."""
        return any(equal(item, value) for item in self.items)

    def __getitem__(self, index: Any) -> Any:
        """The element at an index, counted from the end if negative; a slice gives a vector.
        Python's conventions.
        """
        if index.__class__ is slice:
            return Vector(tuple(self.items[index]))
        return self.items[index]

    def __call__(self, index: Any) -> Any:
        """The element at an index; ProgramError AQ441 outside."""
        found = self.lookup(index, _MISSING)
        if found is _MISSING:
            raise ProgramError(
                "AQ441",
                f"index {pr_str(index)} is out of range for a vector of {len(self.items)}",
            )
        return found

    def lookup(self, key: Any, default: Any = None) -> Any:
        """The element at index `key`; `default` if there is none or `key` is no index."""
        if isinstance(key, int) and not isinstance(key, bool) and 0 <= key < len(self.items):
            return self.items[key]
        return default

    def conj(self, value: Any) -> Vector:
        """The vector with one more element at the end."""
        items = self.items
        if items.__class__ is tuple:
            return Vector((*items, value))
        return Vector._of(items.append(value))

    def extend(self, values: Iterable[Any]) -> Vector:
        """The vector followed by `values`."""
        items = self.items
        if items.__class__ is tuple:
            return Vector((*items, *values))
        return Vector._of(items.extend(values))

    def assoc(self, index: int, value: Any) -> Vector:
        """The vector with `value` at `index`, which may be the length. IndexError outside."""
        items = self.items
        if index == len(items):
            return self.conj(value)
        if not 0 <= index < len(items):
            raise IndexError(index)
        if items.__class__ is tuple:
            return Vector._of((*items[:index], value, *items[index + 1 :]))
        return Vector._of(items.set(index, value))

    def pop(self) -> Vector:
        """All but the last element. IndexError if empty."""
        items = self.items
        if not items:
            raise IndexError(0)
        if items.__class__ is tuple or len(items) <= SMALL + 1:
            return Vector(tuple(items[:-1]))
        return Vector._of(items.delete(len(items) - 1))

    def subvec(self, start: int, end: int) -> Vector:
        """The elements from `start` up to but not including `end`."""
        return Vector(tuple(self.items[start:end]))

    def __repr__(self) -> str:
        return pr_str(self)

    def __reduce__(self) -> tuple[Any, ...]:
        return Vector, (tuple(self.items),)


_MISSING = object()
