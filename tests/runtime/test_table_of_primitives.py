"""The table of primitives, and laws that they obey together."""

from __future__ import annotations

import inspect
import pickle
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anglipy.diagnostics import InternalError
from anglipy.runtime.primitives import PRIMITIVES, primitive
from anglipy.runtime.printing import pr_str
from anglipy.runtime.values import Keyword, PersistentMap, Vector, equal
from tests.runtime.calculator import calculate
from tests.runtime.strategies import scalars, values


class TestLaws:
    @given(st.lists(st.tuples(scalars, values), max_size=6), scalars, values)
    def test_maps(self, pairs, key, value):
        m = PersistentMap.of(pairs)
        call = {name: PRIMITIVES[name].fn for name in PRIMITIVES}
        assert equal(call["get"](call["assoc"](m, key, value), key), value)
        assert not call["contains?"](call["dissoc"](m, key), key)
        assert equal(call["into"](call["empty"](m), m), m)
        assert equal(call["zipmap"](call["keys"](m), call["vals"](m)), m)
        assert equal(call["merge"](m, m), m)
        assert equal(call["select-keys"](m, call["keys"](m)), m)

    @given(values)
    def test_functions_pickle(self, value):
        constant = pickle.loads(pickle.dumps(PRIMITIVES["constantly"].fn(value)))
        assert equal(constant(), value)
        composed = PRIMITIVES["comp"].fn(Keyword("a"), PRIMITIVES["first"].fn)
        assert pickle.loads(pickle.dumps(composed))(Vector([{"a": 1}])) == 1

    @given(values)
    def test_metadata_changes_nothing_else(self, value):
        if PRIMITIVES["coll?"].fn(value) and not isinstance(value, list | tuple):
            marked = PRIMITIVES["with-meta"].fn(value, 1)
            assert equal(marked, value)
            assert pr_str(marked) == pr_str(value)
            assert PRIMITIVES["meta"].fn(value) is None

    @given(st.text(max_size=8), st.text("ab,", max_size=12))
    def test_split_and_join(self, text, listed):
        join, split = PRIMITIVES["clojure.string/join"].fn, PRIMITIVES["clojure.string/split"].fn
        assert join(",", split(listed, ",", -1)) == listed
        assert join(PRIMITIVES["seq"].fn(text)) == text


class TestTable:
    def test_every_entry_is_documented_and_complete(self):
        for name, entry in PRIMITIVES.items():
            assert entry.name == name
            assert entry.doc, name
            assert entry.python_name.isidentifier()
            low, high = entry.arity
            assert high is None or low <= high

    def test_arity_fits_the_function(self):
        for name, entry in PRIMITIVES.items():
            signature = inspect.signature(entry.fn)
            low, high = entry.arity
            for count in range(low, (low + 3 if high is None else high) + 1):
                try:
                    signature.bind(*range(count))
                except TypeError:
                    pytest.fail(f"{name} cannot take {count} arguments")

    def test_python_names_are_unique(self):
        functions: dict = {}
        for entry in PRIMITIVES.values():
            assert functions.setdefault(entry.python_name, entry.fn) is entry.fn

    def test_two_argument_forms_agree(self):
        samples = [1, 2, 2.5, 0.5, -3, 7]
        for entry in PRIMITIVES.values():
            if entry.binary is None:
                continue
            for a in samples:
                for b in samples:
                    assert equal(entry.binary(a, b), entry.fn(a, b))

    def test_a_name_cannot_be_taken_twice(self):
        with pytest.raises(InternalError, match="map"):
            primitive("map", arity=(1, 1))(len)

    def test_importing_loads_no_numpy(self):
        program = (
            "import sys, anglipy.runtime.primitives; print({'numpy', 'torch'} & set(sys.modules))"
        )
        run = [sys.executable, "-c", program]
        found = subprocess.run(run, capture_output=True, check=True, text=True)
        assert found.stdout == "set()\n"

    def test_gensym(self):
        first, second = calculate("(gensym)"), calculate('(gensym "x")')
        assert first != second
        assert second.name.startswith("x")
