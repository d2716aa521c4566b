"""`anglipy profile`: the table, JSON, and what it shares with `anglipy run`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.transcripts import Command, perform

CRP = Path(__file__).parents[1] / "profiling" / "crp_mixture.aq"
LINE = f"profile {CRP} -a smc --particles 50 --seed 1 -v '[[1.1 1 -4 0.05 -5]]'"


def test_it_names_the_line_where_lanes_split() -> None:
    done = perform(Command(f"anglipy {LINE}"))
    assert done.code == 0
    assert f"\n{CRP}\n" in done.output
    assert "; splits 4 groups into " in done.output
    assert "`mean`, arguments of a memoised function" in done.output
    assert done.output.splitlines()[-1].startswith(f"groups split most at {CRP}:10: ")


def test_json_and_files(tmp_path: Path) -> None:
    out = tmp_path / "profile.json"
    done = perform(Command(f"anglipy {LINE} --json --top 1 --order splits --out {out}"))
    assert (done.code, done.output) == (0, "")
    data = json.loads(out.read_text(encoding="utf-8"))
    (line,) = data["lines"]
    assert (line["file"], line["line"]) == (str(CRP), 10)
    assert line["checkpoints"] == [{"kind": "observe", "groups": 5, "particles": 250}]
    assert {split["why"] for split in line["splits"]} >= {"memory", "remembered"}


@pytest.mark.parametrize("option", ["--values rows.csv", "--plot x.png", "--save x.json"])
def test_a_posterior_is_for_run(option: str) -> None:
    assert perform(Command(f"anglipy {LINE} {option}")).code == 2


def test_a_mistake_of_the_program(tmp_path: Path) -> None:
    file = tmp_path / "wrong.aq"
    file.write_text("(defquery q [] (sample (normal 0 (sample (normal -9 1)))))")
    done = perform(Command(f"anglipy profile {file}"))
    assert done.code == 1
    assert "wrong.aq:1:24" in done.output
