"""`anglipy.query`: what it gives, and where its errors are said to be."""

from __future__ import annotations

import inspect
import linecache
import traceback
from pathlib import Path

import pytest

import anglipy
from anglipy.diagnostics import OptionError, UserError

FILE = str(Path(__file__))


def line() -> int:
    """The line of the caller."""
    return inspect.currentframe().f_back.f_lineno


def test_a_query_of_its_own() -> None:
    coin = anglipy.query(
        """
        (def bias 0.3)
        (defquery coin [y]
          (let [x (sample (flip bias))]
            (observe (flip (if x 0.9 0.2)) y)
            x))
        """
    )
    assert coin.name == "coin"
    assert coin.infer("enumerate", args=[True]).mean() == pytest.approx(0.27 / 0.41)
    assert set(coin.sites.values()) == {"sample", "observe"}


def test_a_query_without_a_name() -> None:
    model = anglipy.query("(query [p] (sample (flip p)))")
    assert model.infer("enumerate", args=[0.25]).mean() == pytest.approx(0.25)


def test_one_of_several() -> None:
    text = "(defquery a 1) (defquery b 2)"
    assert anglipy.query(text, name="b").name == "b"
    for wrong, message in (({}, "2 queries"), ({"name": "c"}, "no query `c`")):
        with pytest.raises(OptionError, match=message) as caught:
            anglipy.query(text, **wrong)
        assert caught.value.diagnostic.code == "AQ311"
    with pytest.raises(OptionError, match="defines no query"):
        anglipy.query("(def a 1)")


def place(error: UserError) -> tuple[str, int, int]:
    span = error.diagnostic.span
    return span.source.name, span.line, span.column


def test_errors_are_placed_in_the_python_file() -> None:
    here = line() + 4
    with pytest.raises(UserError) as caught:
        anglipy.query(
            """(defquery q
            (sample (norml 0 1)))"""
        )
    assert place(caught.value) == (FILE, here, 22)
    shown = str(caught.value).splitlines()
    assert shown[3].endswith('            (sample (norml 0 1)))"""')
    assert shown[4].index("^") == shown[3].index("norml")


def test_errors_on_the_line_of_the_quotes() -> None:
    here = line() + 2
    with pytest.raises(UserError) as caught:
        ("é", anglipy.query("(defquery q (sample (norml 0 1)))"))
    name, number, column = place(caught.value)
    assert (name, number) == (FILE, here)
    assert linecache.getline(FILE, here)[column - 1 :].startswith("norml")
    assert '("é", anglipy.query(' in str(caught.value)


def test_errors_while_it_runs() -> None:
    broken = anglipy.query(
        """
        (defquery q
          (sample (normal 0 -1)))
        """
    )
    here = line() - 3
    with pytest.raises(UserError, match="sd") as caught:
        broken.infer(samples=2)
    assert place(caught.value)[:2] == (FILE, here)
    assert "(sample (normal 0 -1)))" in "".join(traceback.format_exception(caught.value))


def test_the_file_is_not_hidden_from_tracebacks() -> None:
    anglipy.query("(defquery q 1)")
    assert linecache.getline(FILE, 1).startswith('"""`anglipy.query`')


@pytest.mark.parametrize(
    "text", ["(defquery q\n" + "  (norml 0 1))", "(defquery q\n  (norml 0 1))"]
)
def test_a_text_that_is_no_plain_literal_is_named_by_its_line(text: str) -> None:
    here = line() + 2
    with pytest.raises(UserError) as caught:
        anglipy.query(text)
    assert place(caught.value) == (f"<query at {FILE}:{here}>", 2, 4)
    assert "(norml 0 1)" in str(caught.value)
    assert linecache.getline(FILE, 1).startswith('"""`anglipy.query`')


def test_without_a_file() -> None:
    names: dict[str, object] = {"anglipy": anglipy}
    with pytest.raises(UserError) as caught:
        exec("anglipy.query('(defquery q (norml 0 1))')", names)
    assert caught.value.diagnostic.span.source.name == "<query at <string>:1>"


def test_values_of_python() -> None:
    model = anglipy.query(
        "(defquery q (let [x (sample (flip 0.5))] [(double x) (nth weights 1) (:a table)]))"
        .replace("double", "two-fold"),
        python={"two-fold": lambda x: [x, x], "weights": [1, 2, 3], "table": {"a": 7}},
    )  # fmt: skip
    for pair, two, seven in model.infer(samples=5, seed=0).values:
        assert (list(pair) in ([True, True], [False, False]), two, seven) == (True, 2, 7)
    again = anglipy.loads("(defquery q (f 1))", python={"f": lambda x: x + 1})
    assert list(again.q.infer(samples=1).values) == [2]
