"""What Python functions give: vectors, maps, numbers and booleans of the program, wherever it runs:
at the top level, one particle at a time, in lockstep, and called from Python.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import anglipy
import anglipy.importer
from anglipy.api import loads
from anglipy.diagnostics import UserError
from anglipy.runtime.printing import pr_str
from anglipy.runtime.values import Keyword

FUNCTIONS: dict[str, Callable[..., Any]] = {
    "listed": lambda: [10, 20, [30, 40]],
    "paired": lambda: (10, 20, (30, 40)),
    "counted": lambda: range(10, 40, 10),
    "numbers": lambda: np.array([10.0, 20.0, 30.0]),
    "integers": lambda: np.array([10, 20, 30]),
    "grid": lambda: np.array([[1.0, 2.0], [3.0, 4.0]]),
    "settings": lambda: {"a": 1, "b": [1, 2]},
    "keyed": lambda: {Keyword("a"): 1, Keyword("b"): [1, 2]},
    "members": lambda: {1, 2},
    "flags": lambda: [np.bool_(False), np.bool_(True)],
    "falsehood": lambda: np.bool_(False),
    "one": lambda: np.array(2.5),
}
"""Functions without arguments; below, `-of x` gives the same of a number that differs."""

OF_A_NUMBER: dict[str, Callable[..., Any]] = {
    "list-of": lambda x: [x, 2 * x, [x]],
    "tuple-of": lambda x: (x, 2 * x, [x]),
    "array-of": lambda x: np.array([x, 2 * x]),
    "grid-of": lambda x: np.array([[x, 0.0], [0.0, 2 * x]]),
    "dict-of": lambda x: {"a": x, "b": [2 * x]},
    "is-large": lambda x: np.float64(x) > 10,
    "twice": lambda x: np.float64(2 * x),
}


def at_the_top_level(form: str) -> str:
    return pr_str(loads(f"(def r {form})", python=FUNCTIONS).namespace.value_of("r"))


def in_a_query(form: str, **options: Any) -> str:
    text = f"(defquery q (do (sample (normal 0 1)) {form}))"
    posterior = loads(text, python=FUNCTIONS).q.infer(samples=2, seed=1, **options)
    first, second = map(pr_str, posterior.values)
    assert first == second
    return first


PLACES: dict[str, Callable[[str], str]] = {
    "top level": at_the_top_level,
    "scalar": lambda form: in_a_query(form, scalar=True),
    "lockstep": in_a_query,
    "after a choice": lambda form: in_a_query(f"(if (sample (flip 1)) {form} 0)"),
}

VECTOR = {
    "(V 1)": "20",
    "(get V 1)": "20",
    "(get V 9)": "nil",
    "(nth V 1)": "20",
    "(first V)": "10",
    "(count V)": "3",
    "(let [[a b] V] [a b])": "[10 20]",
    "(let [[_ & more] V] (first more))": "20",
    "(take 2 (seq V))": "(10 20)",
    "(map V [1 0])": "(20 10)",
    "(apply V [1])": "20",
    "((comp inc V) 0)": "11",
    "(peek (conj V 5))": "5",
    "((assoc V 0 5) 0)": "5",
    "(get (update V 0 inc) 0)": "11",
    "(= V V)": "true",
    "(vector? V)": "true",
    "(ifn? V)": "true",
    "({V 7} V)": "7",
    "(map (fn [f] (f 1)) [V])": "(20)",
    "(if (V 0) :yes :no)": ":yes",
}
GRID = {
    "(grid)": "[[1.0 2.0] [3.0 4.0]]",
    "((grid) 1)": "[3.0 4.0]",
    "(((grid) 1) 0)": "3.0",
    "((first (grid)) 1)": "2.0",
    "(get-in (grid) [1 0])": "3.0",
    "(let [[[a _] [_ d]] (grid)] [a d])": "[1.0 4.0]",
    "(= (grid) [[1.0 2.0] [3.0 4.0]])": "true",
    "(map (fn [row] (row 0)) (grid))": "(1.0 3.0)",
    "(for [row (grid)] (row 1))": "(2.0 4.0)",
    "(count (grid))": "2",
    "(assoc-in (grid) [0 0] 9)": "[[9 2.0] [3.0 4.0]]",
}
MAP = {
    "(M :a)": "1",
    "(:a M)": "1",
    "(M :zz)": "nil",
    "(M :zz 0)": "0",
    '(get M "a")': "1",
    "(get-in M [:b 1])": "2",
    "((M :b) 1)": "2",
    "(map M [:a])": "(1)",
    "(let [{:keys [a b]} M] [a b])": "[1 [1 2]]",
    "(contains? M :a)": "true",
    "(count M)": "2",
    "(map? M)": "true",
    "(:a (assoc M :c 3))": "1",
    "(count (assoc M :a 3))": "2",
    "(:a (update M :a inc))": "2",
    "(:a (merge M {:a 9}))": "9",
    "(:a (merge {:a 9 :c 1} M))": "1",
    "(count (merge {:a 9} M))": "2",
    "(:a (into {} M))": "1",
    "(:a (select-keys M [:a]))": "1",
    "(count (dissoc M :a))": "1",
    "(= M M)": "true",
}
OTHERS = {
    '(= (settings) {"a" 1 "b" [1 2]})': "true",
    "(= (keyed) {:a 1 :b [1 2]})": "true",
    "(= (listed) [10 20 [30 40]])": "true",
    "(= (paired) [10 20 [30 40]])": "true",
    "(= (integers) [10 20 30])": "true",
    "(= (counted) [10 20 30])": "true",
    "(counted)": "[10 20 30]",
    "((members) 1)": "1",
    "((members) 3)": "nil",
    "(filter (members) [1 2 3])": "(1 2)",
    "(if (falsehood) 1 2)": "2",
    "(if (first (flags)) 1 2)": "2",
    "(let [[a b] (flags)] [(if a 1 2) (if b 1 2)])": "[2 1]",
    "(one)": "2.5",
}
FORMS = [
    *((form.replace("V", f"({name})"), want) for name in ("listed", "paired", "counted", "integers")
      for form, want in VECTOR.items()),
    *((form.replace("M", f"({name})"), want) for name in ("settings", "keyed")
      for form, want in MAP.items()),
    *GRID.items(),
    *OTHERS.items(),
]  # fmt: skip


@pytest.mark.parametrize("place", PLACES)
def test_they_are_vectors_and_maps(place: str) -> None:
    forms = " ".join(form for form, _ in FORMS)
    assert PLACES[place](f"[{forms}]") == f"[{' '.join(want for _, want in FORMS)}]"


def test_doubles_of_an_array() -> None:
    forms = " ".join(form.replace("V", "(numbers)") for form in VECTOR)
    assert at_the_top_level(f"[{forms}]") == in_a_query(f"[{forms}]")
    assert in_a_query("((numbers) 1)") == "20.0"


DIFFERING = {
    "((list-of x) 1)": lambda x, k: 2 * x,
    "((list-of x) k)": lambda x, k: [x, 2 * x][k],
    "(((list-of x) 2) 0)": lambda x, k: x,
    "((tuple-of x) k)": lambda x, k: [x, 2 * x][k],
    "((array-of x) 1)": lambda x, k: 2 * x,
    "((array-of x) k)": lambda x, k: [x, 2 * x][k],
    "(((grid-of x) k) k)": lambda x, k: [x, 2 * x][k],
    "(let [[a b] (list-of x)] (+ a b))": lambda x, k: 3 * x,
    "(let [{:keys [a b]} (dict-of x)] (+ a (b 0)))": lambda x, k: 3 * x,
    "((dict-of x) :a)": lambda x, k: x,
    "(:a (assoc (dict-of x) :c 1))": lambda x, k: x,
    "(= (list-of x) [x (* 2 x) [x]])": lambda x, k: True,
    "((listed) k)": lambda x, k: [10, 20][k],
    "((integers) k)": lambda x, k: [10, 20][k],
    "((counted) k)": lambda x, k: [10, 20][k],
    "(nth (integers) k)": lambda x, k: [10, 20][k],
    "(get (integers) (+ k 2))": lambda x, k: [30, None][k],
    "(if (is-large x) 1 2)": lambda x, k: 1 if x > 10 else 2,
    "(+ (twice x) k)": lambda x, k: 2 * x + k,
}
"""Forms whose values differ between particles, and the values."""


@pytest.mark.parametrize("scalar", [True, False])
def test_what_differs_between_particles(scalar: bool) -> None:
    forms = " ".join(DIFFERING)
    text = f"""
      (defquery q
        (let [x (sample (normal 10 1)) k (sample (uniform-discrete 0 2))] [x k {forms}]))"""
    model = loads(text, python=FUNCTIONS | OF_A_NUMBER).q
    for x, k, *found in model.infer(samples=20, seed=2, scalar=scalar).values:
        assert list(found) == [law(x, k) for law in DIFFERING.values()]


def test_a_list_is_one_vector_of_lanes() -> None:
    """What is done with it is done once for all particles."""
    text = "(defquery q (let [[a b] (list-of (sample (normal 0 1)))] (+ a b)))"
    model = loads(text, python=OF_A_NUMBER).q
    with anglipy.profile() as profile:
        model.infer(samples=50, seed=1)
    assert sum(len(line.one_by_one) for line in profile.lines) == 1


@pytest.mark.parametrize("place", PLACES)
def test_an_index_that_there_is_not(place: str) -> None:
    for name in ("listed", "numbers", "counted"):
        with pytest.raises(UserError, match="index 9 is out of range for a vector of 3") as caught:
            PLACES[place](f"(({name}) 9)")
        assert caught.value.diagnostic.code == "AQ441"
        assert caught.value.diagnostic.span is not None


@pytest.mark.parametrize("place", PLACES)
def test_too_many_arguments(place: str) -> None:
    with pytest.raises(UserError, match="as a function a vector takes one index, got 2"):
        PLACES[place]("((listed) 1 2)")


def test_arguments_from_python() -> None:
    model = loads("(defquery q [v m g] [(v 1) (m :a) ((g 1) 0) (:a (assoc m :b 1))])").q
    for scalar in (True, False):
        args = [[1, 2], {"a": 5}, np.array([[1.0, 2.0], [3.0, 4.0]])]
        assert list(model.infer(args=args, samples=1, scalar=scalar).values[0]) == [2, 5, 3.0, 5]


def test_functions_of_a_program_that_python_calls(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "aq_lists.aq").write_text(
        "(defn second-of [v] (v 1)) (defn a-of [m] (m :a)) (defn all [f xs] (map f xs))"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    module = importlib.import_module("aq_lists")
    for v in ([1, 2], (1, 2), np.array([1, 2])):
        assert module.second_of(v) == 2
        assert list(module.all(v, [1, 0])) == [2, 1]
    assert module.a_of({"a": 3}) == 3


def test_nothing_is_copied() -> None:
    held: list[int] = []
    python = {"held": lambda: held, "add": lambda xs, x: xs.append(x)}
    program = loads("(def h (held)) (add h 1) (add h 2) (def n (h 1))", python=python)
    assert program.namespace.value_of("h") is held
    assert program.namespace.value_of("n") == 2
