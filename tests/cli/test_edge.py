"""Every way to fail is one message on stderr and one exit code."""

from __future__ import annotations

import io
import json
from pathlib import Path

import click
import pytest

from anglipy.cli import edge, main
from anglipy.cli.messages import wants_color
from anglipy.diagnostics import (
    ErrorGroup,
    InternalError,
    OptionError,
    ProgramError,
    ReadError,
    Source,
    Span,
)


def raising(error: BaseException) -> int:
    def action() -> int:
        raise error

    return edge.guard(action)


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (ProgramError("AQ401", "wrong"), 1),
        (ErrorGroup([ReadError("AQ101", "wrong"), ReadError("AQ102", "worse")]), 1),
        (OptionError("AQ310", "wrong"), 2),
        (InternalError("AQ902", "ours"), 70),
        (ZeroDivisionError("ours"), 70),
        (RecursionError("ours"), 70),
        (KeyboardInterrupt(), 130),
        (click.Abort(), 130),
        (click.UsageError("wrong"), 2),
    ],
    ids=lambda item: type(item).__name__,
)
def test_exit_codes(
    error: BaseException,
    code: int,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    assert raising(error) == code
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err
    assert "Traceback" not in captured.err


def test_success_is_quiet(capsys: pytest.CaptureFixture[str]) -> None:
    assert edge.guard(lambda: 0) == 0
    assert capsys.readouterr() == ("", "")


def test_surprise_leaves_a_file_for_the_report(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    assert raising(ZeroDivisionError("a surprise")) == 70
    (dump,) = tmp_path.iterdir()
    message = capsys.readouterr().err
    assert "error[AQ901]" in message
    assert "our bug, please report it" in message
    assert str(dump) in message
    assert "ZeroDivisionError: a surprise" in dump.read_text()


def test_group_shows_every_error_and_their_number(capsys: pytest.CaptureFixture[str]) -> None:
    source = Source("a.aq", "(x)\n(y)\n")
    group = ErrorGroup(
        [
            ReadError("AQ101", "one", Span(source, 1, 2)),
            ReadError("AQ102", "two", Span(source, 5, 6)),
        ]
    )
    assert raising(group) == 1
    text = capsys.readouterr().err
    assert "a.aq:1:2" in text
    assert "a.aq:2:2" in text
    assert text.endswith("2 errors\n")


def exits(*arguments: str) -> int:
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    code = caught.value.code
    assert isinstance(code, int)
    return code


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["run", "x.aq", "--partciles", "3"], ["`--partciles`", "did you mean `--particles`"]),
        (["run", "x.aq", "--zzz"], ["`--zzz`", "--seed"]),
        (["rnu"], ["`rnu`", "did you mean `run`"]),
        (
            ["zzz"],
            ["`zzz`", "run, compile, simulate, calibrate, check, emit, inspect, profile, repl"],
        ),
        (["run"], ["`anglipy run` needs FILE", "anglipy run --help"]),
        (["run", "x.aq", "-n", "many"], ["-n/--samples", "many"]),
        (["run", "x.aq", "-n"], ["-n", "needs a value"]),
        (["run", "x.aq", "-n", "1e-5"], ["-n/--samples", "1e-5"]),
        (["run", "x.aq", "-n", "0e0"], ["-n/--samples", "x>=1"]),
        (["run", "x.aq", "--chains", "4"], ["`--chains`", "did you mean `-o chains=4`?"]),
        (["run", "x.aq", "--ess-threshold=1"], ["did you mean `-o ess-threshold=VALUE`?"]),
        (["compile", "x.aq", "--hidden", "64"], ["did you mean `--option hidden=64`?"]),
        (["run", "x.aq", "--escalate", "100"], ["`--escalate` is of a trained", "--ic ARTIFACT"]),
        (["run", "x.aq", "--refine", "1"], ["`--refine` is of a trained network"]),
        (["compile", "x.aq"], ["needs -o/--out"]),
        (["run", "x.aq", "y.aq"], ["unexpected extra argument"]),
    ],
    ids=lambda item: " ".join(item),
)
def test_command_line_mistakes(
    arguments: list[str], words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert exits(*arguments) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("error[AQ310]: ")
    for word in words:
        assert word in captured.err


def test_what_stands_in_the_wrong_place_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("q.aq").write_text("(defquery q [rows] (sample (normal 0 1)))")
    Path("q.pt").write_bytes(b"\xff\xfe")
    Path("counts.csv").write_text("1,2\n")
    assert exits("calibrate", "q.pt", "q.aq") == 2
    assert "anglipy calibrate q.aq q.pt" in capsys.readouterr().err
    assert exits("run", "q.aq", "--arg", "rows=counts.csv") == 2
    told = capsys.readouterr().err
    assert "--arg rows: counts.csv is a file" in told
    assert "help: @counts.csv" in told
    assert exits("run", "q.aq", "-v", "[1]", "-a", "icc") == 2
    assert " ic, ic-smc, importance," in capsys.readouterr().err
    assert exits("run", "q.aq", "-v", "[1]", "-a", "smc", "--ic", "q.pt") == 2
    assert "help: `ic-smc` does" in capsys.readouterr().err
    for many in (("-n", "1e3"), ("-o", "samples=1e3"), ("-n", "1.0E+3")):
        assert exits("run", "q.aq", "-v", "[1]", "-f", "json", *many) == 0
        assert json.loads(capsys.readouterr().out)["draws"] == 1000


def test_no_command_shows_the_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert exits() == 2
    assert "compile" in capsys.readouterr().err


def test_help_of_every_command_has_an_example(capsys: pytest.CaptureFixture[str]) -> None:
    for command in ("run", "compile", "check", "emit", "inspect", "repl"):
        assert exits(command, "--help") == 0
        assert f"\n  anglipy {command} " in capsys.readouterr().out


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_color_only_on_a_terminal_and_never_under_no_color(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    assert wants_color(Terminal())
    assert not wants_color(io.StringIO())
    monkeypatch.setenv("NO_COLOR", "1")
    assert not wants_color(Terminal())
