"""Forms as data: what `quote` gives, and values read from EDN.

Numbers, strings and the like are themselves; lists, vectors, maps and sets become the collections
of the language. No depth is too deep.
"""

from __future__ import annotations

from typing import Any

from anglipy.diagnostics import Source, Span
from anglipy.forms import (
    Collection,
    Form,
    Keyword,
    ListForm,
    Literal,
    MapForm,
    SetForm,
    Symbol,
    VectorForm,
)
from anglipy.mistakes import fault
from anglipy.reader import read
from anglipy.runtime.maps import PersistentMap
from anglipy.runtime.scalars import Keyword as KeywordValue
from anglipy.runtime.scalars import Symbol as SymbolValue
from anglipy.runtime.seqs import List
from anglipy.runtime.sets import PersistentSet
from anglipy.runtime.vectors import Vector

__all__ = ["datum", "read_edn"]


def datum(form: Form, origins: dict[int, tuple[Any, Form]] | None = None) -> Any:
    """The value that a form denotes when it is not evaluated. `origins` gets for every collection
    and symbol, by the identity of its datum, the datum and the form.
    """
    values: list[Any] = []
    stack: list[tuple[Form, bool]] = [(form, False)]
    while stack:
        node, finished = stack.pop()
        if not isinstance(node, Collection):
            values.append(_atom(node))
            if origins is not None and isinstance(node, Symbol):
                origins[id(values[-1])] = values[-1], node
        elif finished:
            first = len(values) - len(node.items)
            values[first:] = [_collection(node, values[first:])]
            if origins is not None and node.items:
                origins[id(values[-1])] = values[-1], node
        else:
            stack.append((node, True))
            stack.extend((item, False) for item in reversed(node.items))
    return values[0]


def _atom(form: Form) -> Any:
    if isinstance(form, Literal):
        return form.value
    assert not isinstance(form, Collection)
    return KeywordValue(form.name) if isinstance(form, Keyword) else SymbolValue(form.name)


def _collection(form: Collection, items: list[Any]) -> Any:
    match form:
        case ListForm():
            return List.of(items)
        case VectorForm():
            return Vector(items)
        case MapForm():
            return PersistentMap.of(zip(items[::2], items[1::2], strict=True))
        case SetForm():
            return PersistentSet(items)


def read_edn(text: str, name: str = "<edn>") -> Any:
    """The one value written in a text; `name` is what messages call the text.

    Raises ReadError with line and column if the text is not well formed, empty, or more than one
    value.
    """
    source = Source(name, text)
    forms = read(source)
    if not forms:
        raise fault("no_value", Span(source, len(text), len(text)))
    if len(forms) > 1:
        raise fault("several_values", forms[1].span)
    return datum(forms[0])
