"""Exceptions as values: what a program throws to a `try`, and which class of Java's an error is of.

Every error that a program can catch is an AnglipyError, those that the language itself raises
among them; `is_of_class` tells by its code which class a JVM would have thrown.
"""

from __future__ import annotations

from typing import Any

from anglipy.diagnostics import AnglipyError, ProgramError
from anglipy.runtime.maps import PersistentMap
from anglipy.runtime.printing import pr_str
from anglipy.runtime.scalars import Keyword

__all__ = [
    "NotCaught", "Raised", "class_of", "classes_above", "data_of", "is_of_class", "message_of",
]  # fmt: skip

_PARENTS = {
    "Exception": "Throwable", "Error": "Throwable", "RuntimeException": "Exception",
    "IOException": "Exception", "InterruptedException": "Exception",
    "FileNotFoundException": "IOException", "AssertionError": "Error",
    "StackOverflowError": "Error", "OutOfMemoryError": "Error",
    "ArithmeticException": "RuntimeException", "ClassCastException": "RuntimeException",
    "ExceptionInfo": "RuntimeException", "IllegalArgumentException": "RuntimeException",
    "IllegalStateException": "RuntimeException", "IndexOutOfBoundsException": "RuntimeException",
    "NoSuchElementException": "RuntimeException", "NullPointerException": "RuntimeException",
    "UnsupportedOperationException": "RuntimeException",
    "ArityException": "IllegalArgumentException",
    "NumberFormatException": "IllegalArgumentException",
    "ArrayIndexOutOfBoundsException": "IndexOutOfBoundsException",
    "StringIndexOutOfBoundsException": "IndexOutOfBoundsException",
}  # fmt: skip
"""The class above each class."""

_OF_CODES = {
    "AQ403": "ClassCastException", "AQ405": "ArityException", "AQ407": "StackOverflowError",
    "AQ408": "IllegalArgumentException", "AQ409": "AssertionError",
    "AQ410": "IllegalArgumentException", "AQ413": "ExceptionInfo",
    "AQ420": "IllegalArgumentException", "AQ430": "ClassCastException",
    "AQ431": "ArithmeticException", "AQ432": "ArithmeticException",
    "AQ440": "IllegalArgumentException", "AQ441": "IndexOutOfBoundsException",
    "AQ442": "ClassCastException",
}  # fmt: skip
"""The class of each error that the language raises."""

_ANY = frozenset(["Throwable", "Object", "default"])


class Raised(ProgramError):
    """An exception that the program made: of a class, with a message, perhaps with data."""

    def __init__(self, kind: str, message: str, data: Any = None, cause: Any = None) -> None:
        notes = () if data is None else (f"its data is {pr_str(data)}",)
        super().__init__("AQ414", message or kind, notes=notes)
        self.kind, self.message, self.data, self.cause = kind, message, data, cause

    def __repr__(self) -> str:
        shown = f": {self.message}" if self.message else ""
        data = "" if self.data is None else f" {pr_str(self.data)}"
        return f"#error[{self.kind}{shown}{data}]"


class NotCaught(ProgramError):
    """A `throw` that no `catch` around takes; its data says what was thrown."""

    def __init__(self, tag: Any, value: Any) -> None:
        super().__init__(
            "AQ413",
            f"nothing catches {pr_str(tag)}",
            help=f"(catch {pr_str(tag)} ...) around the `throw` takes its value",
        )
        kind = Keyword("anglican-uncaught-throw")
        names = ("error-type", "throw-tag", "value")
        self.data = PersistentMap.of(zip(map(Keyword, names), (kind, tag, value), strict=True))


def class_of(error: Any) -> str:
    """The name of the class of an exception."""
    if isinstance(error, Raised):
        return error.kind
    if isinstance(error, AnglipyError):
        diagnostic = error.diagnostic
        if diagnostic.code == "AQ404":
            return diagnostic.message.partition(":")[0]
        return _OF_CODES.get(diagnostic.code, "RuntimeException")
    return type(error).__name__


def classes_above(name: str) -> tuple[str, ...]:
    """The classes above a class of exceptions, the closest first; () for other classes."""
    found = []
    parent = _PARENTS.get(name)
    while parent is not None:
        found.append(parent)
        parent = _PARENTS.get(parent)
    return (*found, "Object") if found or name == "Throwable" else ()


def is_of_class(kind: str, error: Any) -> bool:
    """Whether an exception is of a class, named with or without its package, or of one below."""
    wanted = kind.rpartition(".")[2].rpartition("$")[2]
    if wanted in _ANY:
        return isinstance(error, BaseException)
    found: str | None = class_of(error)
    known = found in _PARENTS
    while found is not None:
        if found == wanted:
            return True
        found = _PARENTS.get(found)
    # An exception of Python's has no place in the tree, but it is an exception.
    return not known and wanted == "Exception" and isinstance(error, Exception)


def message_of(error: Any) -> str | None:
    """The message of an exception."""
    if isinstance(error, Raised):
        return error.message or None
    return error.diagnostic.message if isinstance(error, AnglipyError) else str(error)


def data_of(error: Any) -> Any:
    """The data of an exception made by `ex-info`, or of a `throw` not caught, else nil."""
    return error.data if isinstance(error, (Raised, NotCaught)) else None
