"""Equality, hashing and the collections against plain Python models."""

from __future__ import annotations

import copy
import pickle
import subprocess
import sys
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from anglipy.atoms import BigInt, Char
from anglipy.diagnostics import ProgramError
from anglipy.runtime import maps, vectors
from anglipy.runtime.values import (
    EMPTY,
    Cons,
    Keyword,
    LazySeq,
    List,
    PersistentMap,
    PersistentSet,
    SortedMap,
    Symbol,
    Vector,
    equal,
    hash_value,
    key_of,
    stable_hash,
    truthy,
    value_of_key,
)
from tests.runtime.strategies import canonical, scalars, values

LONG = 100_000
DEEP = 20_000
BRIEF = settings(max_examples=40, stateful_step_count=25, deadline=None)


class TestEquality:
    @given(values, values)
    def test_model(self, a, b):
        assert equal(a, b) == (canonical(a) == canonical(b))

    @given(values)
    def test_reflexive_on_copies(self, a):
        assert equal(a, pickle.loads(pickle.dumps(a)))

    @given(values, values)
    def test_symmetric(self, a, b):
        assert equal(a, b) == equal(b, a)

    @given(values, values)
    def test_equal_values_hash_equal(self, a, b):
        if equal(a, b):
            assert hash_value(a) == hash_value(b)
            assert hash(key_of(a)) == hash(key_of(b))
            assert stable_hash(a) == stable_hash(b)
        assert (key_of(a) == key_of(b)) == equal(a, b)

    @given(values)
    def test_keys_lead_back(self, a):
        assert equal(value_of_key(key_of(a)), a)

    @pytest.mark.parametrize(
        ("a", "b"),
        [
            (1, 1.0),
            (1, True),
            (0, False),
            (1.0, True),
            (Fraction(1, 2), 0.5),
            ("a", Keyword("a")),
            ("a", Char("a")),
            (Symbol("a"), Keyword("a")),
            (Vector(), None),
            (Vector([1]), PersistentSet([1])),
            (PersistentMap.of([]), PersistentSet()),
            (Vector([1]), Vector([1.0])),
            (np.float64(1), 1),
            (np.bool_(True), 1),
        ],
    )
    def test_different(self, a, b):
        assert not equal(a, b)
        assert not equal(b, a)

    @pytest.mark.parametrize(
        ("a", "b"),
        [
            (1, BigInt(1)),
            (0.0, -0.0),
            (Vector([1, 2]), List.of([1, 2])),
            (Vector([1, 2]), [1, 2]),
            (Vector([1, 2]), np.array([1, 2])),
            (Vector([Vector([1.0])]), np.array([[1.0]])),
            (PersistentMap.of([(1, Vector([2]))]), {1: [2]}),
            (PersistentSet([1, 2]), {2, 1}),
            (np.int64(1), 1),
            (np.bool_(True), True),
        ],
    )
    def test_same(self, a, b):
        assert equal(a, b)
        assert equal(b, a)
        assert hash_value(a) == hash_value(b)

    def test_endless_against_finite(self):
        assert not equal(LazySeq(iter(int, 1)), Vector([0, 0, 1]))
        assert not equal(LazySeq(iter(int, 1)), Vector([0, 0]))

    def test_nan_differs_from_itself_as_a_number(self):
        nan = float("nan")
        assert not equal(nan, nan)

    @given(values)
    def test_truth(self, a):
        assert truthy(a) == (a is not None and a is not False)


class TestScalars:
    def test_keywords_are_interned(self):
        assert Keyword("a/b") is Keyword("a/b")
        assert pickle.loads(pickle.dumps(Keyword("a/b"))) is Keyword("a/b")
        assert copy.deepcopy(Keyword("a")) is Keyword("a")

    @pytest.mark.parametrize(
        ("text", "namespace", "name"),
        [("a", None, "a"), ("a/b", "a", "b"), ("/", None, "/"), ("a.b/c", "a.b", "c")],
    )
    def test_namespace_and_name(self, text, namespace, name):
        for made in (Keyword(text), Symbol(text)):
            assert (made.namespace, made.name, made.text) == (namespace, name, text)

    def test_keywords_look_themselves_up(self):
        a = Keyword("a")
        assert a(PersistentMap.of([(a, 1)])) == 1
        assert a(PersistentMap.of([]), 2) == 2
        assert a(None) is None
        assert a(PersistentSet([a])) is a
        assert a({"a": 3}) == 3
        assert a({a: 4}) == 4
        assert a(5, "none") == "none"

    def test_symbols(self):
        assert Symbol("a") == Symbol("a")
        assert len({Symbol("a"), Symbol("a"), Symbol("b")}) == 2


class VectorModel(RuleBasedStateMachine):
    """A vector does what a tuple does, across the size where its representation changes."""

    def __init__(self) -> None:
        super().__init__()
        self.ours, self.model = Vector(), ()

    @rule(value=scalars, times=st.integers(1, 12))
    def conj(self, value, times):
        for _ in range(times):
            self.ours, self.model = self.ours.conj(value), (*self.model, value)

    @rule(more=st.lists(scalars, max_size=10))
    def extend(self, more):
        self.ours, self.model = self.ours.extend(more), (*self.model, *more)

    @rule(times=st.integers(1, 12))
    def pop(self, times):
        for _ in range(min(times, len(self.model))):
            self.ours, self.model = self.ours.pop(), self.model[:-1]

    @rule(data=st.data(), value=scalars)
    def assoc(self, data, value):
        i = data.draw(st.integers(0, len(self.model)))
        self.ours = self.ours.assoc(i, value)
        self.model = (*self.model[:i], value, *self.model[i + 1 :])

    @rule(data=st.data())
    def subvec(self, data):
        low = data.draw(st.integers(0, len(self.model)))
        high = data.draw(st.integers(low, len(self.model)))
        assert tuple(self.ours.subvec(low, high)) == self.model[low:high]

    @invariant()
    def same(self):
        assert tuple(self.ours) == self.model
        assert len(self.ours) == len(self.model)
        assert (type(self.ours.items) is tuple) == (len(self.model) <= vectors.SMALL)
        assert equal(self.ours, Vector(self.model))
        assert hash(self.ours) == hash(Vector(self.model))


TestVectorModel = VectorModel.TestCase
TestVectorModel.settings = BRIEF

map_keys = st.one_of(scalars, st.integers(-200, 200), st.tuples(st.integers(0, 9)).map(Vector))


class MapModel(RuleBasedStateMachine):
    """A map does what a dict of canonical keys does, in order, across its representations."""

    def __init__(self) -> None:
        super().__init__()
        self.ours = PersistentMap.of(())
        self.model: dict = {}

    @rule(key=map_keys, value=st.integers())
    def assoc(self, key, value):
        self.ours = self.ours.assoc(key, value)
        self.model = {**self.model, canonical(key): value}

    @rule(start=st.integers(0, 100), count=st.integers(1, 60))
    def assoc_many(self, start, count):
        pairs = [(i, -i) for i in range(start, start + count)]
        self.ours = self.ours.with_pairs(pairs)
        self.model = {**self.model, **{canonical(k): v for k, v in pairs}}

    @rule(key=map_keys)
    def dissoc(self, key):
        self.ours = self.ours.dissoc(key)
        self.model = {k: v for k, v in self.model.items() if k != canonical(key)}

    @rule(start=st.integers(0, 100), count=st.integers(1, 60))
    def dissoc_many(self, start, count):
        for key in range(start, start + count):
            self.ours = self.ours.dissoc(key)
            self.model.pop(canonical(key), None)

    @rule(key=map_keys)
    def lookup(self, key):
        assert self.ours.lookup(key, "no") == self.model.get(canonical(key), "no")
        assert (key in self.ours) == (canonical(key) in self.model)

    @invariant()
    def same(self):
        assert [(canonical(k), v) for k, v in self.ours.items()] == list(self.model.items())
        assert len(self.ours) == len(self.model)
        rebuilt = PersistentMap.of(reversed(list(self.ours.items())))
        assert equal(self.ours, rebuilt)
        assert hash(self.ours) == hash(rebuilt)


TestMapModel = MapModel.TestCase
TestMapModel.settings = BRIEF


class TestMaps:
    def test_keys_of_different_kinds(self):
        m = PersistentMap.of([(1, "long"), (1.0, "double"), (True, "true"), ("1", "string")])
        assert [m(1), m(1.0), m(True), m("1")] == ["long", "double", "true", "string"]
        assert [m(BigInt(1)), m(False, "none")] == ["long", "none"]

    def test_collections_as_keys(self):
        m = PersistentMap.of([(Vector([1, 2]), "a"), (PersistentSet([1]), "b")])
        assert m(List.of([1, 2])) == "a"
        assert m([1, 2]) == "a"
        assert m(np.array([1, 2])) == "a"
        assert m(frozenset([1])) == "b"

    def test_of_equal_keys_the_first_key_and_the_last_value_stay(self):
        m = PersistentMap.of([(1, "a"), (BigInt(1), "b")])
        assert [(type(k), v) for k, v in m.items()] == [(int, "b")]

    def test_persistent(self):
        for size in (3, maps.SMALL, maps.SMALL + 1, 500):
            old = PersistentMap.of((i, i) for i in range(size))
            before = list(old.items())
            old.assoc(0, "changed").assoc("new", 1).dissoc(1)
            assert list(old.items()) == before

    def test_gaps_are_closed(self):
        m = PersistentMap.of((i, i) for i in range(1000))
        for i in range(900):
            m = m.dissoc(i)
        assert list(m.keys()) == list(range(900, 1000))
        assert len(m._store._keys) < 200

    @given(st.lists(st.tuples(st.integers(-50, 50), st.integers())))
    def test_sorted_map(self, pairs):
        m = SortedMap.sorted_by(lambda a, b: (a > b) - (a < b), pairs)
        m = m.assoc(7, "seven").dissoc(3)
        expected = {**dict(pairs), 7: "seven"}
        expected.pop(3, None)
        assert list(m.items()) == sorted(expected.items())
        assert equal(m, PersistentMap.of(expected.items()))


class TestSets:
    @given(st.lists(map_keys, max_size=100), map_keys)
    def test_model(self, members, other):
        ours, model = PersistentSet(members), dict.fromkeys(map(canonical, members))
        assert [canonical(x) for x in ours] == list(model)
        assert (other in ours) == (canonical(other) in model)
        assert len(ours.conj(other)) == len({**model, canonical(other): None})
        assert len(ours.disj(other)) == len(model) - (canonical(other) in model)
        assert equal(ours, PersistentSet(reversed(members)))
        assert equal(ours.union([other]), ours.conj(other))

    def test_call_gives_the_member(self):
        assert PersistentSet([1, None])(1) == 1
        assert PersistentSet([1])(2) is None
        assert PersistentSet([1])(1.0) is None


class TestVectors:
    def test_call(self):
        assert Vector([1, 2])(1) == 2
        with pytest.raises(ProgramError, match="index 2 is out of range for a vector of 2"):
            Vector([1, 2])(2)

    def test_immutable(self):
        with pytest.raises(TypeError):
            Vector([1])[0] = 2  # type: ignore[index]

    def test_interop(self):
        assert np.asarray(Vector([Vector([1, 2]), Vector([3, 4])])).tolist() == [[1, 2], [3, 4]]
        assert list(reversed(Vector(range(40)))) == list(range(39, -1, -1))
        assert 3 in Vector([1, 3])
        assert 3.0 not in Vector([1, 3])
        assert Vector(range(100))[-1] == 99
        assert Vector(range(100))[2:4] == Vector([2, 3])


class TestDepth:
    def test_long_chains(self):
        chain, other = EMPTY, EMPTY
        for i in range(LONG):
            chain, other = chain.cons(i), other.cons(i)
        assert len(chain) == LONG
        assert equal(chain, other)
        assert hash(chain) == hash(other)
        assert pickle.loads(pickle.dumps(chain)) == chain
        del chain, other

    def test_long_cons_over_lazy(self):
        seq = LazySeq(iter([1]))
        for i in range(LONG):
            seq = Cons(i, seq)
        assert len(seq) == LONG + 1
        assert seq.first_or(None) == LONG - 1
        del seq

    def test_long_lazy(self):
        seq = LazySeq(iter(range(LONG)))
        assert sum(seq) == sum(range(LONG))
        assert seq.known_length() == LONG
        del seq

    @pytest.mark.parametrize("wrap", [lambda v: Vector((v,)), lambda v: List.of([v]),
                                      lambda v: PersistentMap.of([(1, v)])])  # fmt: skip
    def test_deep_nesting(self, wrap):
        deep, other = None, None
        for _ in range(DEEP):
            deep, other = wrap(deep), wrap(other)
        assert equal(deep, other)
        assert hash(deep) == hash(other)
        assert not equal(deep, wrap(other))
        assert len(repr(deep)) > 2 * DEEP
        del deep, other


def test_order_and_stable_hashes_do_not_depend_on_the_process():
    program = (
        "from anglipy.runtime.values import *\n"
        "names = [f'k{i}' for i in range(200)]\n"
        "m = PersistentMap.of((Keyword(n), n) for n in names)\n"
        "s = PersistentSet([*names, 1, 2.5, True, None])\n"
        "print(m, s, stable_hash(m), stable_hash(s), stable_hash(Vector(names)))"
    )
    outputs = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": ":".join(sys.path)},
            capture_output=True,
            check=True,
            text=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(outputs) == 1
