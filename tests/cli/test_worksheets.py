"""Files that infer by themselves: `anglipy run FILE` runs them, and no query need be chosen."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from anglipy.api import loads
from anglipy.cli import main

QUERIES = """
(defquery coin [heads] (let [p (sample (beta 1 1))] (observe (binomial 10 p) heads) p))
(defquery other [x] x)
"""
WORKSHEET = f"""
(ns sheet (:use [anglican core runtime emit stat]))
{QUERIES}
(def states (take 100 (doquery :importance coin [7])))
(println "mean" (empirical-mean (collect-results states)))
"""


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "sheet.clj").write_text(WORKSHEET)
    (tmp_path / "queries.clj").write_text(QUERIES)
    monkeypatch.chdir(tmp_path)


def call(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as end:
        main(arguments)
    captured = capsys.readouterr()
    assert isinstance(end.value.code, int)
    return end.value.code, captured.out, captured.err


def test_a_worksheet_prints_what_it_prints(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = call(capsys, "run", "sheet.clj")
    assert code == 0
    assert out.startswith("mean 0.")
    assert out.count("\n") == 1
    assert "sheet.clj ran coin" in err


def test_a_seed_repeats_what_a_worksheet_draws(capsys: pytest.CaptureFixture[str]) -> None:
    first = call(capsys, "run", "sheet.clj", "--seed", "1", "--quiet")
    assert first == call(capsys, "run", "sheet.clj", "--seed", "1", "--quiet")
    assert first != call(capsys, "run", "sheet.clj", "--seed", "2", "--quiet")
    assert first[2] == ""


def test_a_query_of_a_worksheet_runs_when_it_is_asked_for(
    capsys: pytest.CaptureFixture[str],
) -> None:
    code, out, _ = call(capsys, "run", "sheet.clj", "-q", "coin", "-v", "[3]")
    assert code == 0
    assert "coin by importance" in out


@pytest.mark.parametrize("options", [("-n", "10"), ("-f", "json"), ("-a", "smc")])
def test_who_asks_for_a_posterior_must_say_of_what(
    capsys: pytest.CaptureFixture[str], options: tuple[str, ...]
) -> None:
    code, _, err = call(capsys, "run", "sheet.clj", *options)
    assert code == 2
    assert "AQ311" in err


def test_queries_alone_are_no_worksheet(capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = call(capsys, "run", "queries.clj")
    assert code == 2
    assert "AQ311" in err


def test_a_script_without_queries_is_run(capsys: pytest.CaptureFixture[str]) -> None:
    Path("script.clj").write_text('(defn twice [x] (* 2 x)) (println "four:" (twice 2))')
    assert call(capsys, "run", "script.clj") == (0, "four: 4\n", "")


def test_a_file_of_definitions_alone_is_no_script(capsys: pytest.CaptureFixture[str]) -> None:
    Path("library.clj").write_text("(ns library) (defn twice [x] (* 2 x))")
    code, _, err = call(capsys, "run", "library.clj")
    assert code == 2
    assert "defines no query" in err


def test_pictures_have_the_name_of_their_worksheet(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("matplotlib")
    monkeypatch.chdir(tmp_path)
    draws = """(ns a (:use [gorilla-plot core]))
(defn look [xs] (list-plot xs))
(run! look [[1 2 3] [2 3]])
(load-string "(histogram [1 2 2])")
"""
    for name in ("a.clj", "b.clj"):
        Path(name).write_text(draws)
        assert call(capsys, "run", name)[0] == 0
    assert sorted(path.name for path in tmp_path.glob("*.png")) == [
        f"{stem}-plot-{n}.png" for stem in "ab" for n in (1, 2, 3)
    ]


def test_pictures_of_the_prompt_replace_no_file(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("matplotlib")
    monkeypatch.chdir(tmp_path)
    Path("plot-1.png").write_text("mine")
    loads("(ns a (:use [gorilla-plot core])) (list-plot [1 2]) (list-plot [2 1])")
    found = re.findall(r"list-plot: (plot-\d+\.png)", capsys.readouterr().err)
    assert len(found) == len(set(found)) == 2
    assert "plot-1.png" not in found
    assert Path("plot-1.png").read_text() == "mine"
    assert all(Path(name).exists() for name in found)
