"""The worksheets run as they are, and give their exact answers.

Each is evaluated once, as `anglipy run` would, with a fixed seed of the host; then everything that
its table says of it is checked. `worksheet_checks.py` states the rate of false alarms.
"""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

from anglipy.api import Session, check
from anglipy.runtime.random_source import set_host_seed
from tests.examples import worksheet_answers
from tests.examples.worksheet_checks import Run, Worksheet

WORKSHEETS = Path(__file__).parents[2] / "examples" / "worksheets"


def listed() -> list[Worksheet]:
    """Those of every table."""
    found = list(worksheet_answers.WORKSHEETS)
    if importlib.util.find_spec("tests.examples.worksheet_answers_search") is not None:
        from tests.examples import worksheet_answers_search

        found += worksheet_answers_search.WORKSHEETS
    return found


@pytest.mark.parametrize("worksheet", listed(), ids=lambda worksheet: worksheet.name)
def test_worksheet(
    worksheet: Worksheet,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.chdir(tmp_path)  # Plots are written to the working directory.
    set_host_seed(worksheet.seed)
    session = Session()
    session.load(WORKSHEETS / f"{worksheet.name}.clj")
    run = Run(session, capsys.readouterr().out)
    wrong = []
    for statement in worksheet.checks:
        try:
            statement.hold(run)
        except AssertionError as error:
            wrong.append(str(error))
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("worksheet", listed(), ids=lambda worksheet: worksheet.name)
def test_nothing_is_wrong_without_running(worksheet: Worksheet) -> None:
    errors = [d for d in check(WORKSHEETS / f"{worksheet.name}.clj") if d.severity == "error"]
    assert not errors


def test_every_worksheet_is_checked() -> None:
    names = [worksheet.name for worksheet in listed()]
    assert sorted(names) == sorted(path.stem for path in WORKSHEETS.glob("*.clj"))
    assert all(worksheet.checks for worksheet in listed())
