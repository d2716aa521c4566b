"""Python values to values of the language and back."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from anglipy.atoms import BigInt, Char
from anglipy.runtime.convert import from_python, to_python
from anglipy.runtime.values import (
    Keyword,
    LazySeq,
    List,
    PersistentMap,
    PersistentSet,
    Symbol,
    Vector,
    equal,
)
from tests.runtime.strategies import values

data = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), st.text()),
    lambda inner: st.one_of(st.lists(inner), st.dictionaries(st.text("abc"), inner)),
    max_leaves=15,
)


@given(data)
def test_data_files_make_the_round_trip(value):
    assert to_python(from_python(value)) == value


@given(values)
def test_everything_converts_to_hashable_keys(value):
    plain = to_python(value)
    assert not isinstance(plain, Vector | List | PersistentMap | PersistentSet | Keyword | Char)


def test_from_python():
    value = from_python({"a": [1, (2.5, None)], 3: {4}})
    expected = PersistentMap.of(
        [(Keyword("a"), Vector([1, Vector([2.5, None])])), (3, PersistentSet([4]))]
    )
    assert equal(value, expected)
    assert type(from_python(np.float64(1.5))) is float
    assert type(from_python([np.int64(1)])[0]) is int
    assert from_python(np.bool_(True)) is True
    array = np.zeros(3)
    assert from_python(array) is array


def test_to_python():
    value = PersistentMap.of(
        [
            (Keyword("a"), List.of([BigInt(1), Char("c"), Symbol("s")])),
            (Vector([1, Vector([2])]), PersistentSet([Vector([1]), PersistentMap.of([(1, 2)])])),
        ]
    )
    assert to_python(value) == {"a": [1, "c", "s"], (1, (2,)): {(1,), ((1, 2),)}}
    assert type(to_python(BigInt(1))) is int
    assert to_python(Fraction(1, 2)) == Fraction(1, 2)
    assert to_python(LazySeq(iter([1]))) == [1]


def test_depth():
    deep: list = []
    for _ in range(20_000):
        deep = [deep]
    value = from_python(deep)
    back = to_python(value)
    for _ in range(20_000):
        (back,) = back
    assert back == []
