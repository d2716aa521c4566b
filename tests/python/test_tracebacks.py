"""What Python prints of an error that the user made: the user's lines and the message."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import anglipy
from anglipy.api import check, emit, load, loads
from anglipy.diagnostics import InternalError
from anglipy.tracebacks import theirs_only

HERE = Path(__file__)
PACKAGE = str(Path(anglipy.__file__).parent)
WRONG = loads("(defquery wrong [y] (observe (normal 0 (- y)) y))", "wrong.aq").wrong


@pytest.fixture(autouse=True)
def as_for_users(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ANGLIPY_TRACEBACK", raising=False)


def printed(call: Callable[[], Any]) -> str:
    with pytest.raises(anglipy.AnglipyError) as caught:
        call()
    return "".join(traceback.format_exception(caught.value))


CALLS: dict[str, Callable[[], Any]] = {
    "infer": lambda: WRONG.infer(args=[1.0]),
    "scalar": lambda: WRONG.infer(args=[1.0], scalar=True),
    "option": lambda: WRONG.infer(args=[1.0], sample=3),
    "argument": lambda: WRONG.infer(args=[]),
    "infer_many": lambda: WRONG.infer_many(args=[[1.0], [2.0]]),
    "step": lambda: WRONG.steps(args=[1.0]).step(),
    "compile": lambda: WRONG.compile("none.pt", example_args=[1.0]),
    "artifact": lambda: WRONG.artifact("none.pt"),
    "load": lambda: load("none.aq"),
    "loads": lambda: loads("(smple 1)"),
    "check": lambda: check("none.aq"),
    "emit": lambda: emit("none.aq"),
    "query": lambda: anglipy.query("(defquery q [] (smple 1))"),
    "session": lambda: anglipy.Session().evaluate("(smple 1)", "<form>"),
}


@pytest.mark.parametrize("name", CALLS)
def test_there_are_no_lines_of_ours(name: str) -> None:
    text = printed(CALLS[name])
    assert PACKAGE not in text
    assert "contextlib" not in text
    assert text.count("Traceback") == 1
    assert f'File "{HERE}"' in text
    assert "\nanglipy.diagnostics." in text
    assert ": error[AQ" in text


@pytest.mark.parametrize("scalar", [False, True])
def test_lines_of_the_program_stay(scalar: bool) -> None:
    text = printed(lambda: WRONG.infer(args=[1.0], scalar=scalar))
    assert 'File "wrong.aq", line 1' in text
    assert text.index('File "wrong.aq"') < text.index("anglipy.diagnostics.ProgramError: error[AQ")


def helper(x: float) -> float:
    return {1.0: x}[x + 1]


def test_the_user_s_own_function_is_the_cause() -> None:
    model = anglipy.query("(defquery q [x] (helper x))", python={"helper": helper})
    text = printed(lambda: model.infer(args=[1.0], samples=2))
    first, second = text.split("direct cause")
    assert "KeyError: 2.0" in first
    assert "in helper" in first
    assert PACKAGE not in text
    assert "raised in Python, at" in second


def test_all_lines_are_there_on_demand(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANGLIPY_TRACEBACK", "1")
    assert PACKAGE in printed(CALLS["infer"])
    assert "FileNotFoundError" in printed(CALLS["load"])


def test_a_mistake_of_ours_keeps_its_lines() -> None:
    @theirs_only
    def broken() -> None:
        raise InternalError("AQ900", "broken") from ValueError("why")

    text = printed(broken)
    assert "ValueError: why" in text
    assert "in broken" in text
