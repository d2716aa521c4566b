"""The tables of the grammar: made of it, kept beside it, and enough to read with."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anglipy import tables
from anglipy.diagnostics import InternalError
from anglipy.resources import resource
from tests.strategies import relaxed, soup


@relaxed
@given(soup() | st.text(max_size=30))
def test_the_terminals_cover_every_text(text: str) -> None:
    pattern = re.compile(tables.load().pattern)
    assert "".join(match.group() for match in pattern.finditer(text)) == text


def test_the_tables_belong_to_the_grammar() -> None:
    grammar = resource("grammar", "anglican.lark").read_text(encoding="utf-8")
    assert tables.load() == tables.build(grammar)


def test_reading_needs_no_lark() -> None:
    code = (
        "import sys; from anglipy.reader import read; from anglipy.diagnostics import Source;"
        "read(Source('x', '(a b)')); sys.exit('lark' in sys.modules)"
    )
    root = Path(__file__).resolve().parents[1]
    assert subprocess.run([sys.executable, "-c", code], cwd=root, check=False).returncode == 0


@pytest.mark.parametrize("damage", ["missing", "old", "broken"])
def test_tables_are_made_anew_when_they_do_not_fit(
    damage: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fresh = tables.load()
    grammar = resource("grammar", "anglican.lark").read_text(encoding="utf-8")
    (tmp_path / "anglican.lark").write_text(grammar + "\n" * (damage == "old"), encoding="utf-8")
    target = tmp_path / "tables.json"
    if damage == "old":
        target.write_bytes(resource("grammar", "tables.json").read_bytes())
    elif damage == "broken":
        target.write_text("{", encoding="utf-8")

    def elsewhere(kind: str, name: str) -> Path:
        if not (tmp_path / name).is_file():
            raise InternalError("AQ901", name)
        return tmp_path / name

    monkeypatch.setattr(tables, "resource", elsewhere)
    found = tables.load()
    assert found._replace(grammar="") == fresh._replace(grammar="")
    assert (found.grammar == fresh.grammar) == (damage != "old")


def test_tables_are_written_as_they_are_made(tmp_path: Path) -> None:
    grammar = resource("grammar", "anglican.lark")
    (tmp_path / "anglican.lark").write_bytes(grammar.read_bytes())
    tables.write(tmp_path / "tables.json")
    kept = resource("grammar", "tables.json").read_text(encoding="utf-8")
    assert (tmp_path / "tables.json").read_text(encoding="utf-8") == kept


def test_a_missing_resource_is_our_mistake() -> None:
    with pytest.raises(InternalError) as caught:
        resource("stdlib", "no-such-file.aq")
    assert caught.value.diagnostic.code == "AQ901"
