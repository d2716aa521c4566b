"""Atoms, dereferencing and metadata, for host code."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from anglipy.runtime.equality import MapLike, Sequential, SetLike, equal, key_of, value_of_key
from anglipy.runtime.primitives.checks import fail, function
from anglipy.runtime.primitives.registry import primitive
from anglipy.runtime.printing import pr_str
from anglipy.runtime.scalars import Symbol
from anglipy.runtime.seqs import LazySeq

__all__ = ["Atom", "reset", "swap"]


class Atom:
    """A place whose value may be replaced. Compared by identity. It is no value of a program's
    state: host code only.
    """

    __slots__ = ("_watchers", "value")

    def __init__(self, value: Any) -> None:
        self.value = value
        self._watchers: dict[Any, Any] = {}

    def change(self, value: Any) -> Any:
        """Hold another value and tell those who watch; gives the value."""
        before, self.value = self.value, value
        for key, watcher in list(self._watchers.items()):
            watcher(value_of_key(key), self, before, value)
        return value

    def watch(self, key: Any, f: Any) -> None:
        """Let f be told of changes; nobody, if it is None."""
        self._watchers.pop(key_of(key), None)
        if f is not None:
            self._watchers[key_of(key)] = f

    def deref(self) -> Any:
        """The current value."""
        return self.value

    def __repr__(self) -> str:
        return f"#atom[{pr_str(self.value)}]"


def _atom(value: Any, name: str) -> Atom:
    return value if isinstance(value, Atom) else fail(name, "an atom", value)


@primitive("atom", arity=(1, None), pure=False)
def atom(value: Any, *options: Any) -> Atom:
    """A new atom that holds `value`."""
    return Atom(value)


@primitive("deref", arity=(1, 3), pure=False)
def deref(reference: Any, milliseconds: Any = None, otherwise: Any = None) -> Any:
    """The value that an atom or the like holds now; of a promise without one, `(deref promise
    milliseconds otherwise)` gives the last argument.
    """
    read = getattr(reference, "deref", None)
    if read is None:
        fail("deref", "an atom, a variable or the like", reference)
    if milliseconds is not None and getattr(reference, "is_pending", bool)():
        return otherwise
    return read()


@primitive("reset!", arity=(2, 2), pure=False)
def reset(reference: Any, value: Any) -> Any:
    """Let an atom hold `value`; gives `value`."""
    return _atom(reference, "reset!").change(value)


@primitive("swap!", arity=(2, None), function_args=(1,), pure=False)
def swap(reference: Any, f: Any, *arguments: Any) -> Any:
    """Let an atom that holds x hold (f x arguments...); gives the new value."""
    held = _atom(reference, "swap!")
    return held.change(function(f, "swap!")(held.value, *arguments))


@primitive("compare-and-set!", arity=(3, 3), pure=False)
def compare_and_set(reference: Any, old: Any, new: Any) -> bool:
    """Let an atom hold `new` if it holds `old`; tells whether it did."""
    held = _atom(reference, "compare-and-set!")
    if not equal(held.value, old):
        return False
    held.change(new)
    return True


# --- metadata -------------------------------------------------------------------------------------


def _slots(kind: type) -> Iterator[str]:
    for base in kind.__mro__:
        yield from base.__dict__.get("__slots__", ())


@primitive("meta", arity=(1, 1))
def meta(value: Any) -> Any:
    """The metadata of a value, or nil."""
    return getattr(value, "_meta", None)


@primitive("with-meta", arity=(2, 2))
def with_meta(value: Any, metadata: Any) -> Any:
    """The same value with this metadata, which equality ignores and changed copies do not keep."""
    if not isinstance(value, (Sequential, MapLike, SetLike, Symbol)):
        fail("with-meta", "a collection or symbol", value)
    if isinstance(value, LazySeq):
        value.is_empty()  # Realised, because two copies must not draw from one iterator.
    copy = type(value).__new__(type(value))
    for slot in _slots(type(value)):
        if hasattr(value, slot):
            setattr(copy, slot, getattr(value, slot))
    copy._meta = metadata
    return copy


@primitive("vary-meta", arity=(2, None), function_args=(1,))
def vary_meta(value: Any, f: Any, *arguments: Any) -> Any:
    """The same value with its metadata m replaced by (f m arguments...)."""
    return with_meta(value, function(f, "vary-meta")(meta(value), *arguments))
