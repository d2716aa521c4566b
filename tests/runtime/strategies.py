"""Values of the language for hypothesis, and an independent model of their equality."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from hypothesis import strategies as st

from anglipy.atoms import BigInt, Char
from anglipy.runtime.values import (
    ArraySeq,
    Keyword,
    LazySeq,
    List,
    MapLike,
    PersistentMap,
    PersistentSet,
    Sequential,
    SetLike,
    Symbol,
    Vector,
)

names = st.text("abcdefgh-?*", min_size=1, max_size=3)
longs = st.integers(-(2**63), 2**63 - 1)
small_longs = st.integers(-3, 3)
doubles = st.floats(allow_nan=False)
ratios = st.fractions(max_denominator=50).filter(lambda f: f.denominator != 1)

scalars = st.one_of(
    st.none(),
    st.booleans(),
    small_longs,
    small_longs.map(BigInt),
    small_longs.map(float),
    ratios,
    st.sampled_from(["", "a", "1", ":a"]),
    st.sampled_from("a1").map(Char),
    names.map(Keyword),
    names.map(Symbol),
)


def _collections(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    items = st.lists(inner, max_size=4)
    pairs = st.lists(st.tuples(inner, inner), max_size=3)
    return st.one_of(
        items.map(Vector),
        items.map(List.of),
        items.map(lambda xs: ArraySeq(tuple(xs))),
        items.map(lambda xs: LazySeq(iter(xs))),
        items.map(PersistentSet),
        pairs.map(PersistentMap.of),
        items,
        items.map(tuple),
    )


values = st.recursive(scalars, _collections, max_leaves=12)


def canonical(value: Any) -> Any:
    """A plain hashable stand-in: two values are `=` exactly when their stand-ins are `==`."""
    if isinstance(value, Sequential | list | tuple):
        return ("sequential", tuple(canonical(x) for x in value))
    if isinstance(value, MapLike | dict):
        return ("map", frozenset((canonical(k), canonical(v)) for k, v in value.items()))
    if isinstance(value, SetLike | set | frozenset):
        return ("set", frozenset(canonical(x) for x in value))
    for kind in (bool, int, float, Fraction, str, Char, Keyword, Symbol):
        if isinstance(value, kind):
            return (kind.__name__, value)
    return ("other", value)
