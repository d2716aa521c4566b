"""The values of the language, in one place: scalars, collections, truth and equality.

nil is None; booleans, longs, doubles and strings are Python's; ratios are `fractions.Fraction` that
are never integral; numpy arrays, torch tensors and all other Python objects pass through untouched.
"""

from __future__ import annotations

from typing import Any

from anglipy.atoms import BigInt, Char, Regex
from anglipy.runtime.equality import (
    MapLike,
    Sequential,
    SetLike,
    equal,
    hash_value,
    key_of,
    stable_hash,
    value_of_key,
)
from anglipy.runtime.maps import PersistentMap, SortedMap
from anglipy.runtime.scalars import Keyword, Symbol, look_up
from anglipy.runtime.seqs import EMPTY, ArraySeq, Cons, LazySeq, List, Seq
from anglipy.runtime.sets import PersistentSet
from anglipy.runtime.vectors import Vector

__all__ = [
    "EMPTY",
    "ArraySeq",
    "BigInt",
    "Char",
    "Cons",
    "Keyword",
    "LazySeq",
    "List",
    "MapLike",
    "PersistentMap",
    "PersistentSet",
    "Regex",
    "Seq",
    "Sequential",
    "SetLike",
    "SortedMap",
    "Symbol",
    "Vector",
    "equal",
    "hash_value",
    "key_of",
    "look_up",
    "stable_hash",
    "truthy",
    "value_of_key",
]


def truthy(value: Any) -> bool:
    """Only nil and false are false."""
    return value is not None and value is not False
