"""Classes of Java's as values: what `String` and `(class 1)` are.

A class is known by its short name; the interfaces and classes above the ones that values of the
language have stand in `protocols`. Exceptions have a tree of their own, in `exceptions`.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from anglipy.runtime.equality import MapLike
from anglipy.runtime.exceptions import classes_above
from anglipy.runtime.maps import SortedMap
from anglipy.runtime.protocols import Record, above, type_names
from anglipy.runtime.seqs import EMPTY, List, Seq
from anglipy.runtime.sets import SortedSet

__all__ = ["FULL_NAMES", "JavaClass", "class_of_value", "supers_of"]

_PACKAGES = {
    "java.lang": "Object String CharSequence Number Byte Short Integer Long Float Double Boolean"
    " Character Iterable Comparable Math Throwable Exception RuntimeException Error"
    " ArithmeticException ClassCastException IllegalArgumentException IllegalStateException"
    " IndexOutOfBoundsException NullPointerException NumberFormatException"
    " UnsupportedOperationException StackOverflowError AssertionError",
    "java.math": "BigDecimal BigInteger",
    "java.util": "List Map Set Collection Date UUID Random",
    "java.util.regex": "Pattern",
    "java.io": "File IOException FileNotFoundException",
    "clojure.lang": "Keyword Symbol Ratio BigInt PersistentVector PersistentList LazySeq ISeq"
    " PersistentArrayMap PersistentHashMap PersistentTreeMap PersistentHashSet PersistentTreeSet"
    " IPersistentMap IPersistentVector IPersistentSet IPersistentList IPersistentCollection"
    " Sequential Seqable Associative ILookup Indexed Counted IFn Fn AFn AFunction IRecord IDeref"
    " Atom Ref Agent Delay Var Namespace MultiFn Named IObj ExceptionInfo ArityException",
}

FULL_NAMES: dict[str, str] = {
    short: f"{package}.{short}" for package, names in _PACKAGES.items() for short in names.split()
}
"""The classes that a program may name, by their short names."""


class JavaClass:
    """A class; there is one of each name."""

    __slots__ = ("name", "short")

    def __init__(self, name: str) -> None:
        self.short = name.rpartition(".")[2]
        self.name = FULL_NAMES.get(self.short, name)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, JavaClass) and other.short == self.short

    def __hash__(self) -> int:
        return hash(("class", self.short))

    def __repr__(self) -> str:
        return self.name


_CLOSEST = {
    "IFn": "AFunction",
    "IPersistentMap": "PersistentArrayMap",
    "IPersistentSet": "PersistentHashSet",
}
"""Of values that are only known by an interface, the class that they would have."""


def class_of_value(value: Any) -> JavaClass:
    """The class of a value that is not nil."""
    if isinstance(value, Seq):
        return JavaClass(
            "PersistentList" if isinstance(value, List) or value is EMPTY else "LazySeq"
        )
    if isinstance(value, (SortedMap, SortedSet)):
        return JavaClass(
            "PersistentTreeMap" if isinstance(value, SortedMap) else "PersistentTreeSet"
        )
    if isinstance(value, Record):
        return JavaClass(value.type_name)
    if isinstance(value, MapLike) and len(value) > 8:
        return JavaClass("PersistentHashMap")
    if isinstance(value, Decimal):
        return JavaClass("BigDecimal")
    name = type_names(value)[0]
    return JavaClass(_CLOSEST.get(name, name))


_KINDS_OF = {
    "PersistentTreeMap": "IPersistentMap", "PersistentArrayMap": "IPersistentMap",
    "PersistentHashMap": "IPersistentMap", "PersistentTreeSet": "IPersistentSet",
    "PersistentHashSet": "IPersistentSet", "AFunction": "IFn", "PersistentList": "ISeq",
    "LazySeq": "ISeq", "BigDecimal": "Number",
}  # fmt: skip
"""The interface that stands in the table of types for a class."""


def supers_of(short: str) -> tuple[str, ...]:
    """The short names of the classes and interfaces above a class."""
    kind = _KINDS_OF.get(short)
    if kind is not None:
        return (kind, *above(kind))
    return classes_above(short) or above(short)
