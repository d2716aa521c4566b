"""Every transcript under tests/golden/cli says what the command line really does; `--accept`
rewrites them.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

import anglipy.ic.engine  # noqa: F401  (every transcript sees the same list of engines)
from tests.cli.transcripts import Command, parse, perform, render

GOLDEN = Path(__file__).resolve().parents[1] / "golden" / "cli"
TRANSCRIPTS = sorted(GOLDEN.glob("*/*.txt"))


@pytest.fixture(autouse=True)
def _plain_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "100")


@pytest.mark.parametrize("path", TRANSCRIPTS, ids=lambda p: f"{p.parent.name}/{p.stem}")
def test_transcript(
    path: Path, accept: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = parse(path.read_text(encoding="utf-8"))
    place = tmp_path / "here"
    shutil.copytree(path.parent, place)
    monkeypatch.chdir(place)
    actual = render([perform(command) for command in expected])
    if accept:
        path.write_text(actual, encoding="utf-8")
        return
    assert render(expected) == actual


@pytest.mark.parametrize("path", TRANSCRIPTS, ids=lambda p: f"{p.parent.name}/{p.stem}")
def test_transcript_is_in_normal_form(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text == render(parse(text))
    assert parse(text), f"{path} holds no command"


def test_every_file_beside_a_transcript_is_used() -> None:
    unused = []
    for folder in {path.parent for path in TRANSCRIPTS}:
        words = " ".join(path.read_text(encoding="utf-8") for path in folder.glob("*.txt"))
        files = (path for path in folder.iterdir() if path.suffix != ".txt" and path.is_file())
        unused += [str(path) for path in files if path.name not in words]
    assert unused == []


def commands_of(folder: str) -> list[tuple[Path, Command]]:
    paths = (path for path in TRANSCRIPTS if path.parent.name == folder)
    return [(path, c) for path in paths for c in parse(path.read_text(encoding="utf-8"))]


def test_there_are_enough_wrong_programs_and_command_lines() -> None:
    assert len({path for path, command in commands_of("bad") if command.code}) >= 25


def test_no_traceback_and_no_python_class_reaches_a_user() -> None:
    for path, command in commands_of("bad"):
        assert "Traceback" not in command.output, path
        assert "AQ9" not in command.output, path
        assert not re.search(r"\b\w+(Error|Exception)\b", command.output), path


def test_every_failure_has_a_code_and_the_right_exit() -> None:
    for path, command in commands_of("bad"):
        if command.code == 0:
            continue
        pattern = r'^(?:error\[|    "code": ")AQ(\d)\d\d'
        codes = re.findall(pattern, command.output, re.MULTILINE)
        assert codes, path
        assert (command.code == 2) == (set(codes) == {"3"}), path
