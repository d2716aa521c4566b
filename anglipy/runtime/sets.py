"""Persistent sets, `#{1 2}`: members found by Clojure's `=`, iterated in order of insertion."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cmp_to_key
from typing import Any

from anglipy.runtime.equality import SetLike, key_of, value_of_key
from anglipy.runtime.maps import Store, store_of, store_with, store_without
from anglipy.runtime.printing import pr_str

__all__ = ["PersistentSet", "SortedSet"]


class PersistentSet(SetLike):
    """An immutable set. As a function it gives its member equal to the argument, or nil."""

    __slots__ = ("_store",)

    _store: Store

    def __init__(self, values: Iterable[Any] = ()) -> None:
        self._store = store_of({key_of(value): None for value in values})

    @staticmethod
    def _of(store: Store) -> PersistentSet:
        made = PersistentSet.__new__(PersistentSet)
        made._store = store
        return made

    def __len__(self) -> int:
        return len(self._store)

    def __iter__(self) -> Iterator[Any]:
        return map(value_of_key, self._store)

    def __contains__(self, value: object) -> bool:
        return key_of(value) in self._store

    def __call__(self, value: Any, default: Any = None) -> Any:
        """The member equal to `value`, or `default`."""
        return self.lookup(value, default)

    def lookup(self, key: Any, default: Any = None) -> Any:
        """The member equal to `key`, or `default`."""
        own = key_of(key)
        return value_of_key(own) if own in self._store else default

    def conj(self, value: Any) -> PersistentSet:
        """The set with one more member."""
        own = key_of(value)
        return self if own in self._store else self._remade(store_with(self._store, own, None))

    def disj(self, value: Any) -> PersistentSet:
        """The set without a member."""
        own = key_of(value)
        return self._remade(store_without(self._store, own)) if own in self._store else self

    def union(self, values: Iterable[Any]) -> PersistentSet:
        """The set with all of `values`."""
        entries = dict.fromkeys(self._store)
        entries.update((key_of(value), None) for value in values)
        return self._remade(store_of(entries))

    def _remade(self, store: Store) -> PersistentSet:
        """A set of this kind with other members."""
        return PersistentSet._of(store)

    def __repr__(self) -> str:
        return pr_str(self)

    def __reduce__(self) -> tuple[Any, ...]:
        return PersistentSet, (tuple(self),)


class SortedSet(PersistentSet):
    """A set whose order is that of its members under a comparison function (-1, 0, 1). A change
    sorts
    again, O(n).
    """

    __slots__ = ("_compare",)

    def __init__(self, compare: Any, values: Iterable[Any] = ()) -> None:
        self._compare = compare
        super().__init__(self._in_order(values))

    def _in_order(self, values: Iterable[Any]) -> list[Any]:
        """The values in order, each once; members that compare as equal are one."""
        order = self._compare
        found: list[Any] = []
        for value in sorted(values, key=cmp_to_key(lambda a, b: int(order(a, b)))):
            if not found or order(found[-1], value) != 0:
                found.append(value)
        return found

    @property
    def compare(self) -> Any:
        """The comparison function."""
        return self._compare

    def emptied(self) -> SortedSet:
        """The empty set with the same order."""
        return SortedSet(self._compare)

    def _remade(self, store: Store) -> PersistentSet:
        return SortedSet(self._compare, map(value_of_key, store))

    def __reduce__(self) -> tuple[Any, ...]:
        return SortedSet, (self._compare, tuple(self))
