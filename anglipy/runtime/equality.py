"""Clojure equality and hashing, and the families of collections that they distinguish.

`equal` is `=`: integers equal integers, doubles equal doubles, ratios equal ratios, never across;
vectors, lists and sequences with equal elements in the same order are equal; maps and sets ignore
order. Python lists, tuples, dicts, sets and arrays that came in by interop count as vectors, maps
and sets. Equal values hash equal. Nothing here recurses, so nesting and length are limited by
memory only.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Iterator
from fractions import Fraction
from typing import Any

from anglipy.atoms import Char
from anglipy.runtime.foreign import is_array, is_numpy_scalar
from anglipy.runtime.scalars import Keyword, Symbol

__all__ = [
    "MapLike",
    "Sequential",
    "SetLike",
    "elements",
    "equal",
    "hash_value",
    "is_sequential",
    "key_of",
    "known_length",
    "stable_hash",
    "value_of_key",
]


class Sequential:
    """Base of vectors, lists and sequences: ordered values, compared element by element."""

    __slots__ = ("_hash", "_meta")

    _hash: int
    _meta: Any

    brackets = "()"
    """How it is written."""

    def __iter__(self) -> Iterator[Any]:
        raise TypeError("a sequential collection must say how to iterate")

    def __eq__(self, other: object) -> bool:
        return self is other or equal(self, value_of_key(other))

    def __hash__(self) -> int:
        return hash_value(self)


class MapLike:
    """Base of maps: `items()` yields (key, value), `lookup(key, default)` finds by `=`."""

    __slots__ = ("_hash", "_meta")

    _hash: int
    _meta: Any

    def __len__(self) -> int:
        raise TypeError("a map must say how long it is")

    def items(self) -> Iterator[tuple[Any, Any]]:
        """(key, value) in order of insertion."""
        raise TypeError("a map must say what it holds")

    def lookup(self, key: Any, default: Any = None) -> Any:
        """The value under a key equal to `key`, or `default`."""
        raise TypeError("a map must say how to look up")

    def __eq__(self, other: object) -> bool:
        return self is other or equal(self, value_of_key(other))

    def __hash__(self) -> int:
        return hash_value(self)


class SetLike:
    """Base of sets: iterates over its members, `lookup(member, default)` finds by `=`."""

    __slots__ = ("_hash", "_meta")

    _hash: int
    _meta: Any

    def __len__(self) -> int:
        raise TypeError("a set must say how long it is")

    def __iter__(self) -> Iterator[Any]:
        raise TypeError("a set must say how to iterate")

    def lookup(self, key: Any, default: Any = None) -> Any:
        """The member equal to `key`, or `default`."""
        raise TypeError("a set must say how to look up")

    def __eq__(self, other: object) -> bool:
        return self is other or equal(self, value_of_key(other))

    def __hash__(self) -> int:
        return hash_value(self)


_MISSING = object()
_COLLECTIONS = (Sequential, MapLike, SetLike)
_PLAIN = frozenset({int, str, float, bool, type(None), Keyword, Symbol, Char, Fraction})


def is_sequential(value: Any) -> bool:
    """Whether `value` has `elements`."""
    return isinstance(value, (Sequential, list, tuple, range)) or is_array(value)


def elements(value: Any) -> Iterable[Any] | None:
    """What a sequential value consists of, in order; None if `value` is not sequential."""
    if isinstance(value, (Sequential, list, tuple, range)):
        return value
    return value.tolist() if is_array(value) else None


# --- keys: Python objects whose own == and hash are Clojure's -------------------------------------


class _Distinct:
    """A key that must not equal a number of another kind: booleans, doubles, maps and sets of
    Python.
    """

    __slots__ = ("kind", "value")

    def __init__(self, kind: str, value: Any) -> None:
        self.kind, self.value = kind, value

    def __eq__(self, other: object) -> bool:
        return (
            other.__class__ is _Distinct
            and self.kind == other.kind
            and (self.value is other.value or self.value == other.value)
        )

    def __hash__(self) -> int:
        return hash((self.kind, self.value))


class _Wrapped:
    """A Python container used as a key: hashed and compared by its contents."""

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value

    def __eq__(self, other: object) -> bool:
        return equal(self.value, value_of_key(other))

    def __hash__(self) -> int:
        return hash_value(self.value)


_TRUE, _FALSE = _Distinct("boolean", True), _Distinct("boolean", False)
_OWN_KEY = frozenset({int, str, type(None), Keyword, Symbol, Char, Fraction})


def key_of(value: Any) -> Any:
    """An object that is `==` to another key exactly when the values are `=`, and hashes
    accordingly.
    """
    kind = value.__class__
    if kind in _OWN_KEY:
        return value
    if kind is bool:
        return _TRUE if value else _FALSE
    if isinstance(value, float):
        return _Distinct("double", float(value))
    if isinstance(value, (*_COLLECTIONS, int)):
        return value
    if is_numpy_scalar(value):
        return key_of(value.item())
    if isinstance(value, (list, tuple, dict, set, frozenset)) or is_array(value):
        return _Wrapped(value)
    return value


def value_of_key(key: Any) -> Any:
    """The inverse of `key_of`."""
    kind = key.__class__
    return key.value if kind is _Distinct or kind is _Wrapped else key


# --- equality -------------------------------------------------------------------------------------


def equal(a: Any, b: Any) -> bool:
    """Clojure's `=` of two values."""
    kind = a.__class__
    if kind is b.__class__ and kind in _PLAIN:
        return bool(a == b)
    if a is b:
        return True
    pending: list[Iterator[tuple[Any, Any]]] = []
    if not _same(a, b, pending):
        return False
    while pending:
        depth = len(pending)
        for x, y in pending[-1]:
            kind = x.__class__
            if kind is y.__class__ and kind in _PLAIN:
                if x == y:
                    continue
                return False
            if not _same(x, y, pending):
                return False
            if len(pending) > depth:
                break
        else:
            pending.pop()
    return True


def _same(a: Any, b: Any, pending: list[Iterator[tuple[Any, Any]]]) -> bool:
    """False if a and b differ; True if they are equal as soon as the pairs put on `pending` are."""
    kind = a.__class__
    if kind is b.__class__ and kind in _PLAIN:
        return bool(a == b)
    if a is b:
        return True
    left = elements(a)
    if left is not None:
        right = elements(b)
        if right is None:
            return False
        size, other = known_length(left), known_length(right)
        if size is not None and other is not None:
            if size != other:
                return False
            pending.append(zip(left, right, strict=True))
        else:
            pending.append(_pairs(left, right))
        return True
    if isinstance(a, (MapLike, dict)):
        return isinstance(b, (MapLike, dict)) and _same_map(a, b, pending)
    if isinstance(a, (SetLike, set, frozenset)):
        return isinstance(b, (SetLike, set, frozenset)) and _same_set(a, b)
    return _same_scalar(a, b)


def known_length(value: Any) -> int | None:
    """The length of a sequential value if it is known without walking or realising it."""
    ask = getattr(value, "known_length", None)
    return ask() if ask is not None else len(value)


def _pairs(a: Iterable[Any], b: Iterable[Any]) -> Iterator[tuple[Any, Any]]:
    """Elements side by side; a missing one is paired with a value that equals nothing."""
    others = iter(b)
    for x in a:
        yield x, next(others, _MISSING)
    for y in others:
        yield _MISSING, y


def _same_map(a: Any, b: Any, pending: list[Iterator[tuple[Any, Any]]]) -> bool:
    if len(a) != len(b):
        return False
    if isinstance(b, dict):
        a, b = b, a
    if isinstance(b, dict):
        index = {key_of(key): value for key, value in b.items()}
        found = [(value, index.get(key_of(key), _MISSING)) for key, value in a.items()]
    else:
        found = [(value, b.lookup(key, _MISSING)) for key, value in a.items()]
    if any(other is _MISSING for _, other in found):
        return False
    pending.append(iter(found))
    return True


def _same_set(a: Any, b: Any) -> bool:
    if len(a) != len(b):
        return False
    members = {key_of(member) for member in b}
    return all(key_of(member) in members for member in a)


def _same_scalar(a: Any, b: Any) -> bool:
    """Equality of values that are not collections and not of one plain class."""
    if is_numpy_scalar(a):
        a = a.item()
    if is_numpy_scalar(b):
        b = b.item()
    if isinstance(a, bool) or isinstance(b, bool):
        return a is b
    for family in (int, float, Fraction):
        if isinstance(a, family):
            return isinstance(b, family) and a == b
    if isinstance(b, (int, float, Fraction)) or elements(b) is not None:
        return False
    return bool(a == b)


# --- hashing --------------------------------------------------------------------------------------


def hash_value(value: Any) -> int:
    """A hash that agrees with `equal`, for this process."""
    if isinstance(value, _COLLECTIONS):
        known = getattr(value, "_hash", None)
        if known is not None:
            return known  # type: ignore[no-any-return]
    if isinstance(value, Sequential):
        flat = _flat_hash(value)
        if flat is not None:
            value._hash = flat
            return flat
    return _hash(value, _atom_hash, True)


def _flat_hash(value: Sequential) -> int | None:
    """What `_hash` gives for a sequence of scalars; None if something else is in it."""
    done: list[int] = []
    for part in value:
        if part.__class__ not in _PLAIN:
            return None
        done.append(_atom_hash(part))
    return _combine("sequential", done)


def stable_hash(value: Any) -> int:
    """A hash that agrees with `equal` and is the same in every process (32 bits, signed). Realises
    sequences.
    """
    return zlib.crc32(str(_hash(value, _stable_atom_hash, False)).encode()) - 2**31


def _atom_hash(value: Any) -> int:
    return hash(value) if value.__class__ in _OWN_KEY else hash(key_of(value))


def _stable_atom_hash(value: Any) -> int:
    if is_numpy_scalar(value):
        value = value.item()
    if isinstance(value, (int, float, Fraction)):
        return hash((type(value) is bool, isinstance(value, float), hash(value)))
    text = value if isinstance(value, str) else repr(value)
    return zlib.crc32(f"{type(value).__name__} {text}".encode("utf-8", "surrogatepass"))


def _hash(value: Any, atom: Callable[[Any], int], cache: bool) -> int:
    """Hash bottom-up with a stack of (value, kind, iterator over its parts, hashes of the parts so
    far).
    """
    root: list[int] = []
    stack: list[tuple[Any, str, Iterator[Any], list[int]]] = [(None, "", iter((value,)), root)]
    while stack:
        owner, kind, parts, done = stack[-1]
        for part in parts:
            if part.__class__ in _PLAIN:
                done.append(atom(part))
                continue
            if cache and isinstance(part, _COLLECTIONS):
                known = getattr(part, "_hash", None)
                if known is not None:
                    done.append(known)
                    continue
            opened = _open(part)
            if opened is None:
                done.append(atom(part))
                continue
            stack.append((part, opened[0], opened[1], []))
            break
        else:
            stack.pop()
            if stack:
                result = _combine(kind, done)
                if cache and isinstance(owner, _COLLECTIONS):
                    owner._hash = result
                stack[-1][3].append(result)
    return root[0]


def _open(value: Any) -> tuple[str, Iterator[Any]] | None:
    """(kind, iterator over what is hashed) of a collection; None for a scalar."""
    inside = elements(value)
    if inside is not None:
        return "sequential", iter(inside)
    if isinstance(value, (MapLike, dict)):
        return "map", (part for pair in value.items() for part in pair)
    if isinstance(value, (SetLike, set, frozenset)):
        return "set", iter(value)
    return None


def _combine(kind: str, hashes: list[int]) -> int:
    if kind == "sequential":
        return hash((1, *hashes))
    if kind == "map":
        return hash((2, frozenset(zip(hashes[::2], hashes[1::2], strict=True))))
    return hash((3, frozenset(hashes)))
