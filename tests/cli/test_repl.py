"""`anglipy repl` from a pipe and on a terminal without an editor; tests/repl has all the rest."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from anglipy.cli import main


def talk(
    text: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    *arguments: str,
) -> tuple[str, str, object]:
    monkeypatch.setattr("sys.stdin", io.StringIO(text))
    with pytest.raises(SystemExit) as end:
        main(["repl", *arguments])
    captured = capsys.readouterr()
    return captured.out, captured.err, end.value.code


def test_from_a_pipe_there_are_only_results(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert talk("(+ 1 2)\n(* 2\n3)\n", monkeypatch, capsys) == ("3\n6\n", "", 0)


def test_from_a_pipe_an_error_does_not_stop_but_counts(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    out, err, code = talk("(foo)\n1\n(+ 1", monkeypatch, capsys)
    assert out == "1\n"
    assert err.count("error[") == 2
    assert code == 1


def test_from_a_pipe_everything_is_written_that_has_an_end(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    out, _, _ = talk("(vec (range 500))", monkeypatch, capsys)
    assert out.endswith(" 498 499]\n")


def test_exit_ends_a_pipe(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert talk("1\n(exit)\n2\n", monkeypatch, capsys) == ("1\n", "", 0)


def test_a_file_is_loaded_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "x.aq"
    file.write_text("(def x 41)")
    assert talk("(inc x)", monkeypatch, capsys, str(file)) == ("42\n", "", 0)


def test_a_wrong_file_ends_a_pipe(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "x.aq"
    file.write_text("(def x (foo))")
    out, err, code = talk("1", monkeypatch, capsys, str(file))
    assert (out, code) == ("", 1)
    assert "x.aq:1:9" in err


def test_without_a_command_and_a_terminal_there_is_help(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    with pytest.raises(SystemExit) as end:
        main([])
    assert end.value.code == 2
    assert "Commands:" in capsys.readouterr().err
