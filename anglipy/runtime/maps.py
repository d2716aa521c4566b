"""Persistent maps, `{:a 1}`: found by Clojure's `=`, iterated in order of insertion.

The order never depends on hashes, so a program behaves the same in every process. Up to SMALL
entries a map is a Python dict that is copied on change; larger ones are an `immutables.Map` from
key to (slot, value) beside a pvector of keys by slot, where a removed key leaves a gap until gaps
are as many as keys.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cmp_to_key
from itertools import islice
from typing import Any

from immutables import Map
from pyrsistent import pvector

from anglipy.runtime.equality import MapLike, key_of, value_of_key
from anglipy.runtime.printing import pr_str
from anglipy.runtime.scalars import Keyword, counterpart

__all__ = [
    "SMALL",
    "OrderedStore",
    "PersistentMap",
    "PythonMap",
    "SortedMap",
    "Store",
    "store_of",
]

SMALL = 64

_GAP: Any = object()
_MISSING: Any = object()


class OrderedStore:
    """An immutable dictionary that remembers order; keys are those of `key_of`."""

    __slots__ = ("_index", "_keys")

    def __init__(self, index: Map[Any, tuple[int, Any]], keys: Any) -> None:
        self._index, self._keys = index, keys

    @staticmethod
    def of(entries: dict[Any, Any]) -> OrderedStore:
        """The store with the entries of a dict, in its order."""
        slots = {key: (slot, value) for slot, (key, value) in enumerate(entries.items())}
        return OrderedStore(Map(slots), pvector(entries))

    def __len__(self) -> int:
        return len(self._index)

    def __contains__(self, key: Any) -> bool:
        return key in self._index

    def __iter__(self) -> Iterator[Any]:
        return (key for key in self._keys if key is not _GAP)

    def get(self, key: Any, default: Any = None) -> Any:
        """The value under a key."""
        found = self._index.get(key)
        return default if found is None else found[1]

    def items(self) -> Iterator[tuple[Any, Any]]:
        """(key, value) in order."""
        index = self._index
        return ((key, index[key][1]) for key in self._keys if key is not _GAP)

    def set(self, key: Any, value: Any) -> OrderedStore:
        """The store with a key set; a new key comes last. O(log n)."""
        found = self._index.get(key)
        if found is not None:
            return OrderedStore(self._index.set(key, (found[0], value)), self._keys)
        slot = len(self._keys)
        return OrderedStore(self._index.set(key, (slot, value)), self._keys.append(key))

    def delete(self, key: Any) -> OrderedStore:
        """The store without a key that it has. O(log n) amortised."""
        index = self._index.delete(key)
        if 2 * len(index) < len(self._keys):
            return OrderedStore.of({k: v for k, v in self.items() if k != key})
        return OrderedStore(index, self._keys.set(self._index[key][0], _GAP))


Store = dict[Any, Any] | OrderedStore


def store_of(entries: dict[Any, Any]) -> Store:
    """The best representation of these entries; the dict must not be changed afterwards."""
    return entries if len(entries) <= SMALL else OrderedStore.of(entries)


def store_with(store: Store, key: Any, value: Any) -> Store:
    """A store with one key set."""
    if isinstance(store, OrderedStore):
        return store.set(key, value)
    copy = store.copy()
    copy[key] = value
    return store_of(copy)


def store_without(store: Store, key: Any) -> Store:
    """A store without a key that it has."""
    if isinstance(store, OrderedStore) and len(store) > SMALL:
        return store.delete(key)
    return {k: v for k, v in store.items() if k != key}


class PersistentMap(MapLike):
    """An immutable map. As a function it looks a key up: `(m key)`, `(m key default)`.

    For Python it is a mapping. There a string that is no key also means the keyword of that name:
    `m["mu"]`, `m.get("mu")`, `"mu" in m`. The language itself calls `lookup`, which does not.
    """

    __slots__ = ("_store",)

    _store: Store

    def __init__(self, store: Store) -> None:
        """Not for callers outside this module: see `of`."""
        self._store = store

    @staticmethod
    def of(pairs: Iterable[tuple[Any, Any]]) -> PersistentMap:
        """The map with these (key, value) pairs; of equal keys the first key and the last value
        stay.
        """
        return PersistentMap(store_of({key_of(key): value for key, value in pairs}))

    def with_pairs(self, pairs: Iterable[tuple[Any, Any]]) -> PersistentMap:
        """The map with all of these pairs set."""
        store = self._store
        if isinstance(store, OrderedStore):
            for key, value in pairs:
                store = store.set(key_of(key), value)
            return self._remade(store)
        entries = store.copy()
        entries.update((key_of(key), value) for key, value in pairs)
        return self._remade(store_of(entries))

    def _remade(self, store: Store) -> PersistentMap:
        return PersistentMap(store)

    def __len__(self) -> int:
        return len(self._store)

    def __iter__(self) -> Iterator[Any]:
        """The keys, as for a Python mapping."""
        return map(value_of_key, self._store)

    def __contains__(self, key: object) -> bool:
        return self.get(key, _MISSING) is not _MISSING

    def __getitem__(self, key: Any) -> Any:
        """The value under `key`; KeyError if there is none."""
        found = self.get(key, _MISSING)
        if found is _MISSING:
            error = KeyError(key)
            error.add_note(f"the keys are {' '.join(islice(map(pr_str, self), SMALL))}")
            raise error
        return found

    def get(self, key: Any, default: Any = None) -> Any:
        """The value under `key`, or `default`."""
        found = self._store.get(key_of(key), _MISSING)
        if found is _MISSING and key.__class__ is str:
            found = self._store.get(key_of(Keyword(key.removeprefix(":"))), _MISSING)
        return default if found is _MISSING else found

    def __call__(self, key: Any, default: Any = None) -> Any:
        """The value under a key equal to `key`, or `default`."""
        return self._store.get(key_of(key), default)

    def lookup(self, key: Any, default: Any = None) -> Any:
        """The value under a key equal to `key`, or `default`."""
        return self._store.get(key_of(key), default)

    def keys(self) -> Iterator[Any]:
        """The keys in order."""
        return map(value_of_key, self._store)

    def values(self) -> Iterator[Any]:
        """The values in order."""
        return (value for _, value in self._store.items())

    def items(self) -> Iterator[tuple[Any, Any]]:
        """(key, value) in order."""
        return ((value_of_key(key), value) for key, value in self._store.items())

    def entry(self, key: Any) -> tuple[Any, Any] | None:
        """The (key, value) pair under a key equal to `key`."""
        own = key_of(key)
        return (value_of_key(own), self._store.get(own)) if own in self._store else None

    def assoc(self, key: Any, value: Any) -> PersistentMap:
        """The map with `key` set to `value`."""
        store = self._store
        if store.__class__ is dict and len(store) < SMALL and self.__class__ is PersistentMap:
            copy = store.copy()
            copy[key_of(key)] = value
            return PersistentMap(copy)
        return self._remade(store_with(store, key_of(key), value))

    def dissoc(self, key: Any) -> PersistentMap:
        """The map without `key`."""
        own = key_of(key)
        return self._remade(store_without(self._store, own)) if own in self._store else self

    def __repr__(self) -> str:
        return pr_str(self)

    def __reduce__(self) -> tuple[Any, ...]:
        return _map_of_pairs, (tuple(self.items()),)


def _map_of_pairs(pairs: tuple[tuple[Any, Any], ...]) -> PersistentMap:
    return PersistentMap.of(pairs)


class SortedMap(PersistentMap):
    """A map whose order is that of its keys under a comparison function (-1, 0, 1). A change sorts
    again, O(n).
    """

    __slots__ = ("_compare",)

    def __init__(self, store: Store, compare: Any) -> None:
        order = cmp_to_key(lambda a, b: int(compare(value_of_key(a), value_of_key(b))))
        super().__init__(store_of({key: store.get(key) for key in sorted(store, key=order)}))
        self._compare = compare

    @staticmethod
    def sorted_by(compare: Any, pairs: Iterable[tuple[Any, Any]]) -> SortedMap:
        """The sorted map with these (key, value) pairs."""
        return SortedMap({key_of(key): value for key, value in pairs}, compare)

    @property
    def compare(self) -> Any:
        """The comparison function."""
        return self._compare

    def emptied(self) -> SortedMap:
        """The empty map with the same order."""
        return SortedMap({}, self._compare)

    def _remade(self, store: Store) -> PersistentMap:
        return SortedMap(store, self._compare)

    def __reduce__(self) -> tuple[Any, ...]:
        return _sorted_map_of, (self._compare, tuple(self.items()))


def _sorted_map_of(compare: Any, pairs: tuple[tuple[Any, Any], ...]) -> SortedMap:
    return SortedMap.sorted_by(compare, pairs)


class PythonMap(PersistentMap):
    """A map that was made of a dictionary of Python, where keys are written as strings that would
    be keywords here: `:a` and "a" are one key. It stays written as it was first; to `=`, which
    compares what is written, the two differ.
    """

    __slots__ = ()

    @staticmethod
    def of(pairs: Iterable[tuple[Any, Any]]) -> PythonMap:
        """The map with these (key, value) pairs."""
        return PythonMap(store_of({key_of(key): value for key, value in pairs}))

    @staticmethod
    def like(other: PersistentMap) -> PythonMap:
        """The map with the entries of another, sorted no longer."""
        return PythonMap(store_of(dict(other._store.items())))

    def _meant(self, key: Any) -> Any:
        """The key of the map that a key means, or the key itself."""
        if key_of(key) not in self._store:
            other = counterpart(key)
            if other is not None and other in self._store:
                return other
        return key

    def with_pairs(self, pairs: Iterable[tuple[Any, Any]]) -> PersistentMap:
        """The map with all of these pairs set."""
        return super().with_pairs((self._meant(key), value) for key, value in pairs)

    def _remade(self, store: Store) -> PersistentMap:
        return PythonMap(store)

    def __call__(self, key: Any, default: Any = None) -> Any:
        """The value under a key that means `key`, or `default`."""
        return self._store.get(key_of(self._meant(key)), default)

    def lookup(self, key: Any, default: Any = None) -> Any:
        """The value under a key that means `key`, or `default`."""
        return self._store.get(key_of(self._meant(key)), default)

    def entry(self, key: Any) -> tuple[Any, Any] | None:
        """`key` and the value under what it means."""
        found = self.lookup(key, _MISSING)
        return None if found is _MISSING else (key, found)

    def assoc(self, key: Any, value: Any) -> PersistentMap:
        """The map with what `key` means set to `value`."""
        return super().assoc(self._meant(key), value)

    def dissoc(self, key: Any) -> PersistentMap:
        """The map without what `key` means."""
        return super().dissoc(self._meant(key))

    def __reduce__(self) -> tuple[Any, ...]:
        return PythonMap.of, (tuple(self.items()),)
