"""What Python users have at hand as arguments: arrays, tensors, columns, tables; torch modules as
functions."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import anglipy
from anglipy.api import load, loads
from anglipy.diagnostics import Diagnostic
from anglipy.runtime.convert import from_python
from anglipy.runtime.values import Keyword, PersistentMap, Vector, equal

SUM = loads("(defquery q [xs] [(count xs) (reduce + xs) (nth xs 1) (* 2 (first xs))])").q
REGRESSION = loads(
    """
(defquery line [xs ys]
  (let [a (sample (normal 0 2)) b (sample (normal 0 2))]
    (doseq [[x y] (map vector xs ys)] (observe (normal (+ a (* b x)) 0.5) y))
    [a b]))
"""
).line


def first(model: Any, args: Any, **options: Any) -> list[Any]:
    return list(model.infer(args=args, samples=1, seed=0, **options).values[0])


def test_numpy_arrays() -> None:
    assert first(SUM, [np.array([1.0, 2.0, 4.0])]) == [3, 7.0, 2.0, 2.0]
    assert first(SUM, np.array([[1.0, 2.0, 4.0]])) == [3, 7.0, 2.0, 2.0]
    assert from_python(np.array(2.5)) == 2.5
    assert type(from_python(np.array(2))) is int


def test_torch_tensors() -> None:
    torch = pytest.importorskip("torch")
    assert first(SUM, [torch.tensor([1.0, 2.0, 4.0])]) == [3, 7.0, 2.0, 2.0]
    assert first(SUM, [torch.tensor([1.0, 2.0, 4.0], requires_grad=True)])[0] == 3
    assert from_python(torch.tensor(2.5)) == 2.5
    assert type(from_python(torch.tensor(3))) is int
    assert isinstance(from_python(torch.zeros(2)), np.ndarray)


def test_columns_and_tables_of_pandas() -> None:
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame({"x": [1.0, 2.0, 4.0], "name": ["a", "b", None], "n": [1, 2, 3]})
    assert first(SUM, [frame["x"]]) == [3, 7.0, 2.0, 2.0]
    assert first(SUM, [frame["n"]]) == [3, 6, 2, 2]
    assert list(from_python(frame["name"]))[:2] == ["a", "b"]
    assert isinstance(from_python(frame["x"]), np.ndarray)
    assert list(from_python(pandas.Series([1, None], dtype="Int64"))) == [1, None]
    assert list(from_python(frame.index)) == [0, 1, 2]
    rows = from_python(frame[["x", "n"]])
    assert equal(rows[1], PersistentMap.of([(Keyword("x"), 2.0), (Keyword("n"), 2)]))
    assert equal(from_python({"rows": frame[["n"]]})[Keyword("rows")][0], {Keyword("n"): 1})


@pytest.mark.parametrize("algorithm", ["importance", "smc"])
def test_data_of_a_regression(algorithm: str) -> None:
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame({"x": [0.0, 1.0, 2.0, 3.0], "y": [1.0, 1.6, 1.9, 2.6]})
    plain = REGRESSION.infer(
        algorithm, args=[frame["x"].tolist(), frame["y"].tolist()], particles=50, seed=1
    ) if algorithm == "smc" else REGRESSION.infer(
        args=[frame["x"].tolist(), frame["y"].tolist()], samples=50, seed=1
    )  # fmt: skip
    options = {"particles": 50} if algorithm == "smc" else {"samples": 50}
    for xs, ys in (
        (frame["x"], frame["y"]),
        (frame["x"].to_numpy(), frame["y"].to_numpy()),
    ):
        found = REGRESSION.infer(algorithm, args=[xs, ys], seed=1, **options)
        assert found.log_evidence == pytest.approx(plain.log_evidence)
        assert found.marginal(1).mean() == pytest.approx(plain.marginal(1).mean())


# --- what fits the parameters ---

PAIR = loads("(defquery pair [left-hand right] [left-hand right])").pair
SINGLE = loads("(defquery single [xs] xs)").single


def refused(call: Callable[[], Any]) -> Diagnostic:
    """What is said against an argument, which is where the query is defined."""
    with pytest.raises(anglipy.AnglipyError) as caught:
        call()
    found = caught.value.diagnostic
    assert found.code == "AQ312"
    assert found.span is not None
    assert "pair" in found.message
    return found


WAYS: dict[str, Callable[[Any], Any]] = {
    "infer": lambda args: PAIR.infer(args=args, samples=1),
    "steps": lambda args: PAIR.steps(args=args, samples=1),
    "infer_many": lambda args: PAIR.infer_many(args=[[1, 2], args], samples=1),
    "outcomes": lambda args: PAIR.outcomes("smc", [[1, 2], args], particles=1),
    "compile": lambda args: PAIR.compile("none.pt", example_args=args),
    "simulate": lambda args: PAIR.simulate("none", 10, example_args=args),
    "call": PAIR,
}


@pytest.mark.parametrize("args", [[1], [1, 2, 3], 5, "ab", np.ones(3), {"right": 1}, {"wrong": 1}])
@pytest.mark.parametrize("way", WAYS)
def test_an_argument_that_does_not_fit_is_refused(way: str, args: Any) -> None:
    refused(lambda: WAYS[way](args))


def test_what_fits_is_said() -> None:
    few = refused(lambda: PAIR.infer(args=[1]))
    assert few.message == "the query `pair` takes 2 values [left-hand right], `args` has 1"
    assert few.help is not None
    assert few.help.startswith("args=[left-hand, right], or by name, args={")
    assert "needs a value for" in refused(PAIR.infer).message
    many = refused(lambda: PAIR.infer_many(args=[[1, 2], [1]]))
    assert many.notes == ("argument 2 of 2; there is one for each run",)
    assert "for each run, got the map" in refused_by_many({"left-hand": 1}).message
    assert "`example_args` has 1" in refused(lambda: WAYS["compile"]([1])).message


def refused_by_many(args: Any) -> Diagnostic:
    with pytest.raises(anglipy.AnglipyError) as caught:
        PAIR.infer_many(args=args)
    return caught.value.diagnostic


@pytest.mark.parametrize("data", [[9.0, 8.0], np.ones((2, 2)), {"left-hand": 1}])
def test_data_in_the_place_of_the_algorithm(data: Any) -> None:
    with pytest.raises(anglipy.AnglipyError, match=r"named by a string(.|\n)*infer\(args=\.\.\.\)"):
        PAIR.infer(data)


def test_parameters_by_name() -> None:
    """With `_` for the `-` that names of Python cannot have."""
    assert first(PAIR, {"right": 2, "left-hand": 1}) == [1, 2]
    assert first(PAIR, {"right": 2, "left_hand": 1}) == [1, 2]
    assert first(PAIR, np.array([1, 2])) == [1, 2]


def test_rows_and_tables_of_pandas_by_name() -> None:
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame({"right": [2, 4], "day": ["a", "b"], "left_hand": [1, 3]})
    assert first(PAIR, frame.iloc[1]) == [3, 4]
    assert [list(part) for part in first(PAIR, frame)] == [[1, 3], [2, 4]]
    for rows in (frame, frame[["left_hand", "right"]].to_numpy(), [frame.iloc[0], [3, 4]]):
        found = PAIR.infer_many(args=rows, samples=1)
        assert [list(posterior.values[0]) for posterior in found] == [[1, 2], [3, 4]]
    unnamed = pandas.DataFrame([[1, 2], [3, 4]])
    found = PAIR.infer_many(args=unnamed, samples=1)
    assert [list(posterior.values[0]) for posterior in found] == [[1, 2], [3, 4]]
    assert "has no parameter `day`" in refused_by_many(frame[["day"]]).message


def test_the_only_parameter() -> None:
    """A number, a map or a table needs no list around it; what could be the list itself does."""
    pandas = pytest.importorskip("pandas")
    assert SINGLE.infer(args=5, samples=1).values[0] == 5
    assert SINGLE.infer(args="text", samples=1).values[0] == "text"
    assert equal(SINGLE.infer(args={"a": 1}, samples=1).values[0], {Keyword("a"): 1})
    frame = pandas.DataFrame({"a": [1, 2, 3]})
    assert equal(SINGLE.infer(args=frame, samples=1).values[0][2], {Keyword("a"): 3})
    assert first(SINGLE, {"xs": [1, 2, 3]}) == [1, 2, 3]
    for xs in ([1, 2, 3], np.ones(3), frame["a"]):
        with pytest.raises(anglipy.AnglipyError, match=r"takes 1 value \[xs\], `args` has 3"):
            SINGLE.infer(args=xs)


def test_a_misspelt_name_of_the_only_parameter_is_not_data() -> None:
    rows = loads("(defquery single [rows] rows)").single
    for call in (
        lambda: rows.infer(args={"row": [1, 2]}, samples=1),
        lambda: rows.infer_many(args=[{"row": [1, 2]}], samples=1),
        lambda: rows({"Rows": [1]}),
    ):
        with pytest.raises(anglipy.AnglipyError, match=r"has no parameter `[rR]ows?`") as caught:
            call()
        assert "stands in a vector, [{...}]" in (caught.value.diagnostic.help or "")
    for data in ({}, {"a": 1}, {"row": 1, "column": 2}):
        assert len(rows.infer(args=data, samples=1).values[0]) == len(data)
    assert equal(rows.infer(args=[{"row": 1}], samples=1).values[0], {Keyword("row"): 1})


def test_a_query_that_is_called_is_called_with_its_argument() -> None:
    assert "needs a value for [left-hand right]" in refused(PAIR).message
    several = refused(lambda: PAIR(1, 2))
    assert several.message.endswith("called with one list of all its values, got 2 values")
    assert several.help == "pair([left-hand, right])"
    assert loads("(defquery none [] 1)").none() is not None


# --- torch modules as functions ---


@pytest.fixture
def torch() -> Any:
    found = pytest.importorskip("torch")
    found.manual_seed(0)
    return found


def test_a_module_that_is_passed_in(torch: Any) -> None:
    net = torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.Tanh(), torch.nn.Linear(3, 1))
    text = "(defquery q (let [x (sample (normal 0 1))] [x (net [x 2])]))"
    for scalar in (True, False):
        posterior = anglipy.query(text, python={"net": net}).infer(
            samples=20, seed=0, scalar=scalar
        )
        for x, y in posterior.values:
            with torch.no_grad():
                want = net(torch.tensor([x, 2.0], dtype=torch.float32)).item()
            assert isinstance(y, float)
            assert y == pytest.approx(want, abs=1e-6)


def test_a_module_is_called_once_for_all_particles(torch: Any) -> None:
    calls = []

    class Net(torch.nn.Module):
        def forward(self, x: Any, y: Any) -> Any:
            calls.append((tuple(x.shape), tuple(y.shape)))
            return torch.cat([x, 2 * x, y], dim=-1)

    model = anglipy.query(
        "(defquery q (let [x (sample (normal 0 1))] [x (net x [5 6])]))", python={"net": Net()}
    )
    for x, row in model.infer(samples=30, seed=0).values:
        assert isinstance(row, Vector)
        assert list(row) == pytest.approx([x, 2 * x, 5, 6], rel=1e-5)
    assert calls == [((30, 1), (30, 2))]
    calls.clear()
    model.infer(samples=3, seed=0, scalar=True)
    assert calls == [((1,), (2,))] * 3


def test_numbers_arrays_and_words(torch: Any) -> None:
    embedding = torch.nn.Embedding(5, 2)
    model = anglipy.query(
        "(defquery q (let [i (sample (uniform-discrete 0 5))] [i (first (net i))]))",
        python={"net": torch.nn.Sequential(embedding, torch.nn.Flatten(-2))},
    )
    for i, value in model.infer(samples=10, seed=0, scalar=True).values:
        assert value == pytest.approx(embedding.weight[i, 0].item())
    image = anglipy.query("(defquery q [x] (net x))", python={"net": torch.nn.AvgPool2d(2)})
    found = image.infer(args=[np.ones((1, 4, 4))], samples=1).values[0]
    assert found.shape == (1, 2, 2)
    wrong = anglipy.query('(defquery q (net "a"))', python={"net": torch.nn.ReLU()})
    with pytest.raises(anglipy.AnglipyError, match=r"ReLU: .* is no tensor"):
        wrong.infer(samples=1)


def test_a_module_of_a_python_file(torch: Any, tmp_path: Any) -> None:
    (tmp_path / "nets.py").write_text(
        "import torch\nnet = torch.nn.Linear(1, 1)\n"
        "torch.nn.init.constant_(net.weight, 2.0)\ntorch.nn.init.constant_(net.bias, 1.0)\n"
    )
    (tmp_path / "p.aq").write_text(
        "(require-python '[nets :refer [net] :as nets])\n"
        "(defquery q [y] (let [x (sample (normal 0 1))]"
        " (observe (normal (net x) 1) y) [x (net x) (nets/net x)]))"
    )
    program = anglipy.load(tmp_path / "p.aq")
    for x, y, z in program.q.infer(args=[1.0], samples=20, seed=0).values:
        assert y == z == pytest.approx(2 * x + 1, abs=1e-5)


def test_modules_beside_a_program_import_each_other(tmp_path: Path) -> None:
    """And two programs have different modules of the same name."""
    found = []
    for number in (1, 2):
        folder = tmp_path / str(number)
        folder.mkdir()
        (folder / "near_by.py").write_text(f"NUMBER = {number}\n")
        (folder / "asked.py").write_text(
            "from near_by import NUMBER\ndef number(): return NUMBER\n"
        )
        (folder / "q.aq").write_text(
            "(require-python '[asked :refer [number]]) (defquery q [] (number))"
        )
        found.append(load(folder / "q.aq").q.infer(samples=1).values[0])
    assert found == [1, 2]
    assert "near_by" not in sys.modules
    assert str(tmp_path / "1") not in sys.path
