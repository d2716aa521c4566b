"""What is saved comes back: values of every kind, and the bits of the weights."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from anglipy.api import loads
from anglipy.atoms import BigInt, Char, Regex
from anglipy.diagnostics import InferenceError, OptionError
from anglipy.inference.posterior import Posterior
from anglipy.inference.value_nodes import Nodes, values_of_nodes
from anglipy.runtime.maps import SortedMap
from anglipy.runtime.ordering import compare
from anglipy.runtime.protocols import Record
from anglipy.runtime.sets import SortedSet
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

VALUES = [
    None, True, False, 0, -3, 2**63, -(2**70), 10**5000, BigInt(7), 1.5, -0.0, 1e-310, math.inf,
    -math.inf, Fraction(1, 3), Fraction(10**5000, 7), "", "text \n\u00e9\U0001f600", "\ud800",
    Keyword("a"), Keyword("ns/a"), Symbol("x/y"), Char("a"), Regex("a+"), Vector(),
    Vector([1, "1"]),    List.of([]), List.of([1, 2]), PersistentMap.of([]), PersistentSet(),
    PersistentMap.of([(Keyword("xs"), Vector([1.5, PersistentMap.of([(1, None)])]))]),
    PersistentMap.of([(Vector([1]), 1), (None, 2), (True, 3), (1, 4), (1.0, 5)]),
    PersistentSet([1, 1.0, True, Keyword("a"), Vector([PersistentSet([1])])]),
    SortedMap.sorted_by(compare, [(2, "b"), (1, "a")]), SortedSet(compare, [3, 1, 2]),
    Record.made("Point", [(Keyword("x"), 1.0)]), LazySeq(iter([1, 2])),
    [1, [2, ()]], (1, 2), {"a": [1]}, {1, 2}, frozenset([1]), np.float32(1.5), np.int64(3),
    np.arange(6.0).reshape(2, 3), np.array([], dtype=np.uint8), np.array([[True, False]]),
]  # fmt: skip


@pytest.mark.parametrize("value", VALUES, ids=lambda v: f"{type(v).__name__}")
def test_values_come_back(tmp_path: Path, value: Any) -> None:
    saved = Posterior.from_particles([value, value], [0.0, -1.0])
    saved.save(tmp_path / "p.json")
    for found in Posterior.load(tmp_path / "p.json").values:
        assert equal(found, value)
        assert type(found) is type(value) or isinstance(value, LazySeq)
        if isinstance(value, float):
            assert math.copysign(1, found) == math.copysign(1, value)
        if isinstance(value, (SortedMap, SortedSet, PersistentMap)):
            assert list(found) == list(value)
            assert repr(found) == repr(value)
        if hasattr(value, "dtype"):
            assert (found.dtype, found.shape) == (value.dtype, value.shape)


LEAVES = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()
    | st.builds(Keyword, st.text(min_size=1)) | st.fractions() | st.builds(Char, st.characters())
)  # fmt: skip
TREES = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner).map(Vector)
        | st.lists(inner).map(List.of)
        | st.lists(inner).map(PersistentSet)
        | st.lists(st.tuples(inner, inner)).map(PersistentMap.of)
    ),
    max_leaves=20,
)


@given(st.lists(TREES, max_size=4))
def test_values_of_all_shapes_come_back(values: list[Any]) -> None:
    nodes = Nodes()
    places = [nodes.add(value) for value in values]
    read = values_of_nodes(json.loads(json.dumps(nodes.nodes)))
    assert [repr(read[place]) for place in places] == [repr(value) for value in values]
    assert all(equal(read[place], value) for place, value in zip(places, values, strict=True))


def test_nan_comes_back(tmp_path: Path) -> None:
    Posterior.from_particles([math.nan, Vector([math.nan])], [0, 0]).save(tmp_path / "p")
    number, vector = Posterior.load(tmp_path / "p").values
    assert math.isnan(number)
    assert math.isnan(vector[0])


def test_nesting_deeper_than_the_stack(tmp_path: Path) -> None:
    deep: Any = 1
    for _ in range(20_000):
        deep = Vector([deep])
    Posterior.from_particles([deep], [0]).save(tmp_path / "p")
    assert equal(Posterior.load(tmp_path / "p").values[0], deep)


def test_a_whole_posterior_comes_back(tmp_path: Path) -> None:
    text = """
    (defquery q [ys]
      (let [x (sample (normal 0 1))]
        (predict :x x) (predict "twice" [x x])
        (observe (normal x 1) (first ys)) (observe (normal x 1) (second ys))
        {:x x :big (> x 0)}))"""
    made = loads(text).q.infer("smc", args=[[1.0, 2.0]], particles=50, sweeps=2, seed=0)
    made = replace(made, log_weights=made.log_weights + np.linspace(0, 1e-9, 100))
    made.save(tmp_path / "p.json")
    read = Posterior.load(tmp_path / "p.json")
    assert read.log_weights.tobytes() == made.log_weights.tobytes()
    assert read.families.tolist() == made.families.tolist()
    assert list(read.values) == list(made.values)
    assert list(read.predicts) == list(made.predicts)
    assert read.steps == made.steps
    assert read.to_data() == made.to_data()
    assert read.summary() == made.summary()
    read.save(tmp_path / "again.json")
    assert (tmp_path / "again.json").read_bytes() == (tmp_path / "p.json").read_bytes()


def test_weights_of_zero_and_an_exact_posterior(tmp_path: Path) -> None:
    exact = loads("(defquery q (let [x (sample (flip 0.2))] (observe (flip 0.3) x) x))").q
    made = exact.infer("enumerate")
    made.save(tmp_path / "p")
    assert Posterior.load(tmp_path / "p").exact
    zero = Posterior.from_particles([1.0, 2.0], [-math.inf, 0])
    zero.save(tmp_path / "p")
    assert Posterior.load(tmp_path / "p").log_weights.tolist() == [-math.inf, 0]


def test_a_file_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "p.json"
    Posterior.from_particles([1], [0]).save(path)
    before = path.read_bytes()
    with pytest.raises(InferenceError, match="cannot be saved") as caught:
        Posterior.from_particles([1, len], [0, 0]).save(path)
    assert caught.value.diagnostic.code == "AQ551"
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]
    with pytest.raises(OptionError, match="cannot write"):
        Posterior.from_particles([1], [0]).save(tmp_path / "nowhere" / "p")


def damaged(path: Path, **changes: Any) -> None:
    Posterior.from_particles([1, Vector([2])], [0, 0]).save(path)
    document = json.loads(path.read_text())
    document.update(changes)
    path.write_text(json.dumps(document))


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"format": "another"}, "AQ552"),
        ({"version": 99}, "AQ553"),
        ({"version": "1"}, "AQ553"),
        ({"nodes": [["v", 3]]}, "AQ552"),
        ({"nodes": [["v", -1]]}, "AQ552"),
        ({"nodes": [["eval", "1"]]}, "AQ552"),
        ({"nodes": [["a", "|O", [1], ""]]}, "AQ552"),
        ({"log_weights": ["<f8", [1], "AAAAAAAAAAA="]}, "AQ552"),
        ({"log_weights": ["<f8", [2], "!"]}, "AQ552"),
        ({"draws": "two"}, "AQ552"),
        ({"values": {}}, "AQ552"),
        ({"predicts": [[0]]}, "AQ552"),
    ],
    ids=str,
)
def test_what_is_damaged_is_not_read(tmp_path: Path, changes: Any, code: str) -> None:
    damaged(tmp_path / "p", **changes)
    with pytest.raises(InferenceError) as caught:
        Posterior.load(tmp_path / "p")
    assert caught.value.diagnostic.code == code


@pytest.mark.parametrize("content", [b"", b"{", b"[1]", b"\xff\xfe", b"[" * 100_000])
def test_what_is_no_posterior_is_not_read(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "p").write_bytes(content)
    with pytest.raises(InferenceError, match="no posterior"):
        Posterior.load(tmp_path / "p")
    with pytest.raises(OptionError, match="cannot read"):
        Posterior.load(tmp_path / "missing")
