"""Forms: what the reader makes of a text, before any of it has a meaning.

Every form has the span of the text it came from. Equality and hashing ignore spans and
metadata, so two readings of the same text are equal wherever they stand. A form is an
immutable value; a pass that changes one makes another.

Forms may be nested to any depth: `==`, `hash`, `repr` and `walk` use no recursion.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import TypeAlias

from anglipy.atoms import BigInt, Char, Regex
from anglipy.diagnostics import Span

__all__ = [
    "Atom",
    "Collection",
    "Form",
    "Keyword",
    "ListForm",
    "Literal",
    "LiteralValue",
    "MapForm",
    "SetForm",
    "Symbol",
    "VectorForm",
    "walk",
]

LiteralValue: TypeAlias = (
    bool | int | BigInt | Fraction | float | Decimal | str | Char | Regex | None
)
"""What a literal stands for: `nil` is None, `1N` a BigInt, `1/2` a Fraction, `1.5M` a Decimal."""


@dataclass(frozen=True, slots=True)
class Symbol:
    """A name as it was written, such as `x'`, `/` or `m/mmul`."""

    name: str
    span: Span = field(compare=False, repr=False)
    meta: MapForm | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Keyword:
    """A keyword without its colon: `a` or `ns/a`. The reader gives `::a` its namespace."""

    name: str
    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True, eq=False)
class Literal:
    """A constant. Two literals are equal when type and value are: `1`, `1N`, `1.0` and `true`
    differ.
    """

    value: LiteralValue
    span: Span = field(repr=False)

    def _key(self) -> tuple[type, object]:
        value = self.value
        # repr tells -0.0 from 0.0, 1.0M from 1.00M, and makes nan equal to itself.
        exact = repr(value) if isinstance(value, float | Decimal) else value
        return type(value), exact

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Literal) and self._key() == other._key()

    def __hash__(self) -> int:
        return hash(self._key())


class _Nested:
    """Equality, hash and repr of the collections, without recursion."""

    __slots__ = ()
    items: tuple[Form, ...]

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        if type(self) is not type(other):
            return NotImplemented
        return _shape(self) == _shape(other)

    def __hash__(self) -> int:
        return hash(tuple(_shape(self)))

    def __repr__(self) -> str:
        parts: list[str] = []
        stack: list[object] = [self]
        while stack:
            node = stack.pop()
            if isinstance(node, _Nested):
                parts.append(f"{type(node).__name__}(")
                stack.append(")")
                for place, item in enumerate(reversed(node.items)):
                    stack.extend((item, ", ") if place < len(node.items) - 1 else (item,))
            else:
                parts.append(node if isinstance(node, str) else repr(node))
        return "".join(parts)


def _shape(form: _Nested) -> list[object]:
    """The form in prefix notation: for each collection its type and size, then its items."""
    shape: list[object] = []
    stack: list[object] = [form]
    while stack:
        node = stack.pop()
        if isinstance(node, _Nested):
            shape.append((type(node), len(node.items)))
            stack.extend(reversed(node.items))
        else:
            shape.append(node)
    return shape


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class ListForm(_Nested):
    """`(f x y)`, and what reader macros stand for: `'x` is `(quote x)`."""

    items: tuple[Form, ...]
    span: Span
    meta: MapForm | None = None


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class VectorForm(_Nested):
    """`[a b]`."""

    items: tuple[Form, ...]
    span: Span
    meta: MapForm | None = None


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class SetForm(_Nested):
    """`#{a b}`, in the order written."""

    items: tuple[Form, ...]
    span: Span
    meta: MapForm | None = None


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class MapForm(_Nested):
    """`{k v}` in the order written: `items` is key, value, key, value..."""

    items: tuple[Form, ...]
    span: Span
    meta: MapForm | None = None

    def pairs(self) -> Iterator[tuple[Form, Form]]:
        """The entries as (key, value)."""
        items = iter(self.items)
        return zip(items, items, strict=True)


Atom: TypeAlias = Symbol | Keyword | Literal
Collection: TypeAlias = ListForm | VectorForm | MapForm | SetForm
Form: TypeAlias = Symbol | Keyword | Literal | ListForm | VectorForm | MapForm | SetForm


def walk(form: Form) -> Iterator[Form]:
    """The form and all forms inside it, outer before inner, left to right; without recursion."""
    stack: list[Form] = [form]
    while stack:
        node = stack.pop()
        yield node
        if isinstance(node, Collection):
            stack.extend(reversed(node.items))
