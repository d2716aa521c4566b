"""What every pass makes of a few small programs, written down under tests/golden/stages.

`NAME.aq` is the program, `NAME.expanded`, `NAME.core`, `NAME.cps` and `NAME.python` what
`anglipy emit --stage` prints; `--accept` writes them anew. Each program is also run and compared
with the reference interpreter.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from anglipy.api import STAGES, emit
from anglipy.datum import read_edn
from tests.compiler.runs import compiled, interpreted

GOLDEN = Path(__file__).parents[1] / "golden" / "stages"
PROGRAMS = sorted(GOLDEN.glob("*.aq"))
program = pytest.mark.parametrize("path", PROGRAMS, ids=lambda path: path.stem)


@program
@pytest.mark.parametrize("stage", STAGES)
def test_stage(path: Path, stage: str, accept: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(GOLDEN)
    actual = emit(path.name, stage)
    golden = path.with_suffix(f".{stage}")
    if accept:
        golden.write_text(actual, encoding="utf-8")
    assert golden.exists(), f"{golden} is missing: run pytest --accept"
    assert golden.read_text(encoding="utf-8") == actual


@program
@pytest.mark.parametrize("seed", range(8))
def test_the_program_does_what_the_interpreter_says(path: Path, seed: int) -> None:
    text = path.read_text(encoding="utf-8")
    argument = read_edn(text.split(";; argument: ")[1].splitlines()[0])
    expected = interpreted(text, argument, seed)
    assert expected == compiled(text, argument, seed)
    assert not expected.result.startswith("AQ")


@program
def test_emitting_twice_gives_the_same(path: Path) -> None:
    assert emit(path) == emit(path)


def test_no_golden_file_is_unused() -> None:
    known = {
        path.with_suffix(suffix)
        for path in PROGRAMS
        for suffix in (".aq", *(f".{s}" for s in STAGES))
    }
    assert set(GOLDEN.iterdir()) == known
