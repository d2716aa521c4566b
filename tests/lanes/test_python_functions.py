"""Python functions in lockstep: one particle at a time, or, if registered, all at once."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from anglipy.api import load
from anglipy.diagnostics import UserError

MODULE = """
import numpy as np
import anglipy

calls = []

def plain(x):
    calls.append(x)
    return x * 2

@anglipy.vectorised
def double(x):
    calls.append(x)
    return x * 2

@anglipy.vectorised
def total(xs, names):
    calls.append((xs, names))
    return np.sum(xs, axis=-1) + np.array([len(name) for name in names])

@anglipy.vectorised
def wrong(x):
    return np.zeros(3)
"""
PROGRAM = """
(require-python '[funs :refer [plain double total wrong]])
(defquery one-by-one [] (let [x (sample (normal 0 1))] [x (plain x)]))
(defquery at-once [] (let [x (sample (normal 0 1))] [x (double x)]))
(defquery coins [] (let [x (sample (discrete [1 1]))] [x (plain x)]))
(defquery vectors []
  (let [x (sample (normal 0 1)) k (sample (categorical {"a" 1 "bcd" 1}))]
    [x k (total [x 1.5] k)]))
(defquery constant [] (do (sample (flip 0.5)) (double 4)))
(defquery failing [] (wrong (sample (normal 0 1))))
"""


@pytest.fixture
def program(tmp_path: Path) -> object:
    (tmp_path / "funs.py").write_text(MODULE)
    (tmp_path / "p.aq").write_text(PROGRAM)
    loaded = load(tmp_path / "p.aq")
    return loaded


def calls(program: object) -> list[object]:
    return program.namespace.modules["funs"].calls  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", ["one-by-one", "at-once"])
def test_both_give_the_same(program: object, name: str) -> None:
    posterior = program.queries[name].infer(samples=50, seed=1)  # type: ignore[attr-defined]
    assert all(value[1] == 2 * value[0] for value in posterior.values)
    assert len(calls(program)) == (50 if name == "one-by-one" else 1)


def test_a_plain_function_is_called_once_for_each_distinct_argument(program: object) -> None:
    posterior = program.queries["coins"].infer(samples=50, seed=1)  # type: ignore[attr-defined]
    assert sorted(calls(program)) == [0, 1]
    assert {tuple(value) for value in posterior.values} == {(0, 0), (1, 2)}


def test_vectors_and_other_values_arrive_as_arrays(program: object) -> None:
    posterior = program.queries["vectors"].infer(samples=50, seed=1)  # type: ignore[attr-defined]
    ((xs, names),) = calls(program)
    assert xs.shape == (50, 2)
    assert names.dtype == object
    for x, k, total in posterior.values:
        assert np.isclose(total, x + 1.5 + len(k))


def test_without_particles_it_is_an_ordinary_function(program: object) -> None:
    query = program.queries["at-once"]  # type: ignore[attr-defined]
    assert query.infer(samples=3, seed=1, scalar=True).draws == 3
    assert list(program.queries["constant"].infer(samples=2, seed=1).values) == [8, 8]  # type: ignore[attr-defined]


def test_a_result_without_the_particles_is_an_error(program: object) -> None:
    with pytest.raises(UserError, match=r"shape \(3,\) for 5 particles"):
        program.queries["failing"].infer(samples=5, seed=1)  # type: ignore[attr-defined]
