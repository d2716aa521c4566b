"""What `defprotocol`, `defrecord` and `reify` make.

A protocol is a table of functions, filled while the program is loaded. What is called is looked up
by `protocol-method`; the functions found are called by code of the program, so they may be of any
kind.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import Any

from anglipy.atoms import BigInt, Char, Regex
from anglipy.diagnostics import ProgramError
from anglipy.runtime.composite import Composite
from anglipy.runtime.distributions.base import Distribution
from anglipy.runtime.equality import MapLike, Sequential, SetLike, key_of
from anglipy.runtime.exceptions import class_of, is_of_class
from anglipy.runtime.maps import PersistentMap, Store, store_of
from anglipy.runtime.printing import describe
from anglipy.runtime.scalars import Keyword, Symbol

__all__ = ["Protocol", "Record", "Reified", "above", "type_names"]


class Record(PersistentMap):
    """A map with the name of its type, which stays when values change."""

    __slots__ = ("type_name",)

    def __init__(self, type_name: str, store: Store) -> None:
        super().__init__(store)
        self.type_name = type_name

    @staticmethod
    def made(type_name: str, pairs: Iterable[tuple[Any, Any]]) -> Record:
        """The record with these (field, value) pairs."""
        return Record(type_name, store_of({key_of(key): value for key, value in pairs}))

    @property
    def record_name(self) -> str:
        """The name of its type."""
        return self.type_name

    def _remade(self, store: Store) -> PersistentMap:
        return Record(self.type_name, store)

    def __reduce__(self) -> tuple[Any, ...]:
        return Record.made, (self.type_name, tuple(self.items()))


class Reified(Composite):
    """A value that has methods and nothing else."""

    __slots__ = ("methods",)

    def __init__(self, methods: PersistentMap) -> None:
        self.methods = methods

    def parts(self) -> Sequence[Any]:
        """The functions."""
        return list(self.methods.values())

    def with_parts(self, parts: Sequence[Any]) -> Reified:
        """The same methods with other functions."""
        return Reified(PersistentMap.of(zip(self.methods, parts, strict=True)))

    def kind(self) -> Any:
        """The names of its methods."""
        return tuple(self.methods)

    def __repr__(self) -> str:
        return f"#reify[{' '.join(self.methods)}]"


class Protocol:
    """Functions by the type of their first argument."""

    __slots__ = ("name", "tables")

    def __init__(self, name: str) -> None:
        self.name = name
        self.tables: dict[str, PersistentMap] = {}
        """For each type a map from the names of methods to functions."""

    def extend(self, type_name: str, methods: PersistentMap) -> None:
        """Give values of a type these methods."""
        short = short_name(type_name)
        known = self.tables.get(short, PersistentMap.of(()))
        self.tables[short] = known.with_pairs(methods.items())

    def method(self, name: str, value: Any) -> Any:
        """The function that a method is for a value."""
        found = value.methods.get(name) if isinstance(value, Reified) else None
        for kind in () if found is not None else type_names(value):
            table = self.tables.get(kind)
            found = None if table is None else table.get(name)
            if found is not None:
                break
        if found is None:
            raise ProgramError(
                "AQ415",
                f"`{name}` of the protocol `{self.name}` has no method for {describe(value)}",
                help=f"(extend-type {type_names(value)[0]} {self.name} ({name} [this] ...))",
            )
        return found

    def has(self, value: Any) -> bool:
        """Whether some method is there for a value."""
        if isinstance(value, Reified):
            return True
        return any(kind in self.tables for kind in type_names(value))

    def __repr__(self) -> str:
        return f"#protocol[{self.name}]"


def short_name(name: str) -> str:
    """The name of a type without its package."""
    return name.rpartition(".")[2]


_NUMBERS: tuple[tuple[type, tuple[str, ...]], ...] = (
    (bool, ("Boolean",)),
    (BigInt, ("BigInt", "Number")),
    (int, ("Long", "Integer", "Number")),
    (float, ("Double", "Float", "Number")),
    (Fraction, ("Ratio", "Number")),
)
_KINDS: tuple[tuple[type, tuple[str, ...]], ...] = (
    (str, ("String", "CharSequence")),
    (Char, ("Character",)),
    (Keyword, ("Keyword", "IFn")),
    (Symbol, ("Symbol", "IFn")),
    (Regex, ("Pattern",)),
    (MapLike, ("IPersistentMap", "PersistentArrayMap", "Map", "Associative", "ILookup", "Counted",
               "IPersistentCollection", "Seqable", "IFn")),
    (SetLike, ("IPersistentSet", "PersistentHashSet", "Set", "Collection", "Counted",
               "IPersistentCollection", "Seqable", "IFn")),
)  # fmt: skip
_VECTOR = ("PersistentVector", "IPersistentVector", "List", "Collection", "Sequential", "Indexed",
           "Associative", "ILookup", "Counted", "IPersistentCollection", "Seqable",
           "IFn")  # fmt: skip
_SEQUENCE = ("ISeq", "PersistentList", "IPersistentList", "LazySeq", "List", "Collection",
             "Sequential", "Seqable", "IPersistentCollection")  # fmt: skip


def type_names(value: Any) -> tuple[str, ...]:
    """The names of the types a value is of, the closest first."""
    if value is None:
        return ("nil", "Object")
    names: tuple[str, ...] = ()
    if isinstance(value, Record):
        names = (value.type_name, "IRecord")
    for kind, found in (*_NUMBERS, *_KINDS):
        if isinstance(value, kind):
            return (*names, *found, "Object")
    if isinstance(value, Sequential):
        return (*(_VECTOR if value.brackets == "[]" else _SEQUENCE), "Object")
    if isinstance(value, Distribution):
        return (value.name, "Object")
    if isinstance(value, BaseException):
        return (class_of(value), "Exception", "Throwable", "Object")
    if callable(value):
        return ("IFn", "Fn", "AFn", "Object")
    return (getattr(value, "name", type(value).__name__), type(value).__name__, "Object")


def above(name: str) -> tuple[str, ...]:
    """The names of the types above a type, the closest first."""
    if name == "Object":
        return ()
    known = [found for _, found in (*_NUMBERS, *_KINDS)] + [_VECTOR, _SEQUENCE]
    chosen = next((found for found in known if found[0] == name), (name,))
    return (*chosen[1:], "Object")


def is_of_type(name: str, value: Any) -> bool:
    """Whether a value is of a type, named with or without its package."""
    short = short_name(name)
    if isinstance(value, BaseException):
        return is_of_class(short, value)
    return value is not None and short in type_names(value)
