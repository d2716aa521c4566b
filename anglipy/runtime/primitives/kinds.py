"""More questions about values: names with and without namespaces, kinds of collections."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

from anglipy.runtime.equality import elements
from anglipy.runtime.maps import SortedMap
from anglipy.runtime.numbers import number, to_double
from anglipy.runtime.primitives.checks import fail, function
from anglipy.runtime.primitives.registry import primitive
from anglipy.runtime.scalars import Keyword, Symbol
from anglipy.runtime.seqs import Seq
from anglipy.runtime.sets import SortedSet
from anglipy.runtime.vectors import Vector

__all__: list[str] = []


@primitive("simple-keyword?", arity=(1, 1))
def is_simple_keyword(value: Any) -> bool:
    """True for keywords without a namespace."""
    return isinstance(value, Keyword) and value.namespace is None


@primitive("qualified-keyword?", arity=(1, 1))
def is_qualified_keyword(value: Any) -> bool:
    """True for keywords with a namespace."""
    return isinstance(value, Keyword) and value.namespace is not None


@primitive("simple-symbol?", arity=(1, 1))
def is_simple_symbol(value: Any) -> bool:
    """True for symbols without a namespace."""
    return isinstance(value, Symbol) and value.namespace is None


@primitive("qualified-symbol?", arity=(1, 1))
def is_qualified_symbol(value: Any) -> bool:
    """True for symbols with a namespace."""
    return isinstance(value, Symbol) and value.namespace is not None


@primitive("simple-ident?", arity=(1, 1))
def is_simple_ident(value: Any) -> bool:
    """True for keywords and symbols without a namespace."""
    return isinstance(value, (Keyword, Symbol)) and value.namespace is None


@primitive("qualified-ident?", arity=(1, 1))
def is_qualified_ident(value: Any) -> bool:
    """True for keywords and symbols with a namespace."""
    return isinstance(value, (Keyword, Symbol)) and value.namespace is not None


@primitive("map-entry?", arity=(1, 1))
def is_map_entry(value: Any) -> bool:
    """True for vectors of two, which is what entries are."""
    return isinstance(value, Vector) and len(value) == 2


@primitive("indexed?", arity=(1, 1))
def is_indexed(value: Any) -> bool:
    """True for vectors."""
    return elements(value) is not None and not isinstance(value, Seq)


@primitive("reversible?", arity=(1, 1))
def is_reversible(value: Any) -> bool:
    """True for what `rseq` takes: vectors and sorted collections."""
    return isinstance(value, (Vector, SortedMap, SortedSet))


@primitive("record?", arity=(1, 1))
def is_record(value: Any) -> bool:
    """True for what `defrecord` makes."""
    return hasattr(value, "record_name")


@primitive("decimal?", arity=(1, 1))
def is_decimal(value: Any) -> bool:
    """True for decimals, such as 1.5M."""
    return isinstance(value, Decimal)


@primitive("inst?", "uuid?", "uri?", "tagged-literal?", arity=(1, 1))
def is_of_no_kind(value: Any) -> bool:
    """False: there are no such values."""
    return False


@primitive("bigdec", arity=(1, 1))
def bigdec(value: Any) -> Decimal:
    """The number as a decimal."""
    if isinstance(value, (str, Decimal)):
        try:
            return Decimal(value)
        except InvalidOperation:
            fail("bigdec", "a number", value)
    exact = number(value, "bigdec")
    return Decimal(int(exact)) if isinstance(exact, int) else Decimal(repr(to_double(exact)))


@primitive("bounded-count", arity=(2, 2))
def bounded_count(limit: Any, collection: Any) -> int:
    """The number of elements, counting a lazy sequence up to a limit."""
    if isinstance(collection, Seq) and collection.known_length() is None:
        return sum(1 for _ in zip(range(limit), collection, strict=False))
    if collection is None:
        return 0
    return len(collection) if hasattr(collection, "__len__") else fail(
        "bounded-count", "a collection", collection
    )  # fmt: skip


@primitive("parse-boolean", arity=(1, 1))
def parse_boolean(string: Any) -> bool | None:
    """The boolean written in the string, or nil."""
    if not isinstance(string, str):
        fail("parse-boolean", "a string", string)
    return {"true": True, "false": False}.get(string)


@primitive("comparator", arity=(1, 1), function_args=(0,))
def comparator(predicate: Any) -> Any:
    """The three-way comparison of a predicate that tells whether a is before b."""
    test = function(predicate, "comparator")

    def three_way(a: Any, b: Any) -> int:
        if test(a, b) not in (None, False):
            return -1
        return int(test(b, a) not in (None, False))

    return three_way
