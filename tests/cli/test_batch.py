"""`anglipy run --values`: a posterior per row, as lines of JSON; and the other ways to run it."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from anglipy.cli import main
from anglipy.cli.run import ALGORITHMS, CHAINS
from anglipy.inference.engine import engine_named
from anglipy.inference.mcmc.chain import ChainEngine
from anglipy.inference.pmcmc.chain import SweepEngine
from anglipy.inference.posterior import Posterior

MODEL = """
(defquery gauss [y1 y2]
  (let [mu (sample (normal 1 2))]
    (observe (normal mu 1) y1)
    (observe (normal mu 1) y2)
    mu))
"""


@pytest.fixture(autouse=True)
def _place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NO_COLOR", "1")
    Path("gauss.aq").write_text(MODEL)


def call(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as end:
        main(["run", "gauss.aq", *arguments])
    out, err = capsys.readouterr()
    return int(end.value.code or 0), out, err


def lines(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


ROWS = {
    "plain.csv": "9,8\n1,2\n",
    "header.csv": "y2,y1\n8,9\n2,1\n",
    "rows.json": "[[9, 8], [1, 2]]",
    "named.json": '[{"y1": 9, "y2": 8}, {"y2": 2, "y1": 1}]',
    "rows.jsonl": '[9, 8]\n\n{"y1": 1, "y2": 2}\n',
    "rows.edn": "[[9 8] {:y1 1 :y2 2}]",
}


def test_columns_that_are_no_parameters_are_noted_where_a_row_fails(
    capsys: pytest.CaptureFixture[str],
) -> None:
    Path("gauss.aq").write_text("(defquery q [rows] (if (< (nth rows 0) 1) (:week rows) 2))")
    Path("w.csv").write_text("week,count\n0,6\n1,4\n")
    code, out, _ = call(capsys, "--values", "w.csv", "-n", "10")
    assert code == 1
    said = "the query `q` [rows] has no parameter `week`, `count`: the row was taken as the whole"
    assert all(said in line["error"][0]["notes"][0] for line in lines(out))
    Path("gauss.aq").write_text("(defquery q [rows] (:week rows))")
    assert call(capsys, "--values", "w.csv", "-n", "10")[0] == 0


@pytest.mark.parametrize(
    ("program", "header", "help"),
    [
        ("(defquery q [flips] (count flips))", "flip,n", "did you mean `flips`?"),
        ("(defquery q [ys] (count ys))", "week,n", "call the columns like the parameters"),
        ("(defn f [r] (:weeks r)) (defquery q [r] (f r))", "week,n", "call the columns"),
        ("(defquery q [r] (let [week 1 n 2] (+ week n)))", "week,n", "call the columns"),
        ("(defquery q [{:keys [day]}] day)", "week,n", "call the columns"),
    ],
)
def test_columns_that_nobody_asks_for_are_an_error(
    program: str, header: str, help: str, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("gauss.aq").write_text(program)
    Path("w.csv").write_text(f"{header}\n0,6\n1,4\n")
    code, out, err = call(capsys, "--values", "w.csv", "-n", "10")
    assert (code, out) == (2, "")
    first, second = header.split(",")
    assert f"has no parameter `{first}`, `{second}`, and asks for none of them" in err
    assert f"= help: {help}" in err
    assert "in row 1 of w.csv" in err


@pytest.mark.parametrize(
    "program",
    [
        "(defquery q [row] (:week row))",
        "(defn f [r] (get r :week)) (defquery q [row] (f row))",
        "(defquery q [{:keys [day week]}] week)",
        "(defquery q [row] (let [{w :week} row] w))",
        "(defquery q row (count row))",
        "(require-python '[json :refer [dumps]]) (defquery q [row] (count row))",
    ],
)
def test_columns_that_the_program_asks_for_are_a_value(
    program: str, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("gauss.aq").write_text(program)
    Path("w.csv").write_text("week,n\n0,6\n1,4\n")
    code, out, err = call(capsys, "--values", "w.csv", "-n", "10")
    assert (code, err) == (0, "")
    assert [row["draws"] for row in lines(out)] == [10, 10]


@pytest.mark.parametrize("name", ROWS)
def test_a_line_for_each_row(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    Path(name).write_text(ROWS[name])
    code, out, err = call(capsys, "--values", name, "-n", "200", "--seed", "3")
    assert (code, err) == (0, "")
    first, second = lines(out)
    assert (first["row"], second["row"]) == (1, 2)
    for row, (seed, value) in zip((first, second), ((3, "[9 8]"), (4, "[1 2]")), strict=True):
        alone = json.loads(
            call(capsys, "-v", value, "-n", "200", "--seed", str(seed), "-f", "json")[1]
        )
        assert row["posterior"] == alone["posterior"]


def test_rows_with_an_at_sign_and_into_a_file(capsys: pytest.CaptureFixture[str]) -> None:
    Path("rows.json").write_text(ROWS["rows.json"])
    code, out, _ = call(capsys, "--values", "@rows.json", "-n", "10", "--out", "o.jsonl")
    assert (code, out) == (0, "")
    assert [row["row"] for row in lines(Path("o.jsonl").read_text())] == [1, 2]


def test_a_row_that_fails_does_not_stop_the_others(capsys: pytest.CaptureFixture[str]) -> None:
    Path("rows.json").write_text('[[9, "x"], [1, 2]]')
    code, out, err = call(capsys, "--values", "rows.json", "-n", "10")
    first, second = lines(out)
    assert code == 1
    assert first["error"][0]["code"] == "AQ420"
    assert second["draws"] == 10
    assert err.startswith(
        'row 1 failed:\nerror[AQ420]: normal: the value must be a number, got "x"'
    )
    assert err.endswith("1 of 2 rows failed\n")


def test_the_first_error_of_each_kind_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    Path("rows.json").write_text('[[1, "x"], ["y", 2], [1, 2], ["z", 2], [1, "w"], [1, "v"]]')
    code, out, err = call(capsys, "--values", "rows.json", "-n", "10")
    assert code == 1
    assert ["error" in line for line in lines(out)] == [True, True, False, True, True, True]
    told = [line for line in err.splitlines() if line.startswith(("row", "error"))]
    assert told == [
        "row 1 failed:",
        'error[AQ420]: normal: the value must be a number, got "x"',
        "row 2 failed:",
        'error[AQ420]: normal: the value must be a number, got "y"',
    ]
    assert " --> gauss.aq:5:5\n" in err
    assert err.endswith("\n5 of 6 rows failed, with errors as above\n")


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("r.json", "[[1, 2], [3]]", "in row 2 of r.json"),
        ("r.json", '[{"y1": 1}]', "also needs `y2`"),
        ("r.json", '[{"y1": 1, "y2": 2, "z": 3}]', "no parameter `z`"),
        ("r.json", "7", "holds one value"),
        ("r.json", "[]", "no rows"),
        ("r.jsonl", "[1, 2]\nx\n", "line 2 of r.jsonl is not JSON"),
        ("r.txt", "1 2", "cannot tell what is in r.txt"),
    ],
)
def test_rows_that_do_not_fit(
    name: str, content: str, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    Path(name).write_text(content)
    code, out, err = call(capsys, "--values", name)
    assert (code, out) == (2, "")
    assert message in err


@pytest.mark.parametrize(
    "more", [["-v", "1"], ["--arg", "y1=1"], ["--plot", "p.png"], ["-f", "csv"], ["--save", "p"]]
)
def test_what_does_not_go_with_rows(more: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    Path("rows.json").write_text(ROWS["rows.json"])
    code, _, err = call(capsys, "--values", "rows.json", *more)
    assert code == 2
    assert "do not go together" in err
    assert call(capsys, "--values", "rows.json", "-n", "5", "-f", "json")[0] == 0


def test_a_wrong_option_is_said_once(capsys: pytest.CaptureFixture[str]) -> None:
    Path("rows.json").write_text(ROWS["rows.json"])
    code, out, err = call(capsys, "--values", "rows.json", "--option", "nonsense=1")
    assert (code, out) == (2, "")
    assert err.count("AQ302") == 1


# --- options as Anglican has them ---


def test_options_of_anglican(capsys: pytest.CaptureFixture[str]) -> None:
    short = call(
        capsys, "-v", "[9 8]", "-a", ":smc", "-o", ":number-of-particles 20 :resampling :residual",
        "--seed", "1", "-f", "json",
    )  # fmt: skip
    data = json.loads(short[1])
    assert data["options"]["particles"] == 20
    assert data["options"]["resampling"] == "residual"
    assert (
        json.loads(call(capsys, "-v", "[9 8]", "-a", ":is", "-n", "9", "-f", "json")[1])[
            "algorithm"
        ]
        == "importance"
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["-a", ":sms"], "there is no algorithm `:sms`"),
        (["-o", ":particles"], "is not made of names and values"),
        (["-o", ":particles ("], "-o/--option"),
        (["-o", "out.json"], "a file to write to is --out"),
        (["-b", "10"], "the algorithm `importance` has no option `burn`"),
        (["-t", "2"], "the algorithm `importance` has no option `thin`"),
        (["-n", "5", "-o", ":number-of-samples 5"], "`samples` is given twice"),
    ],
)
def test_wrong_options(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code, _, err = call(capsys, "-v", "[9 8]", *arguments)
    assert code == 2
    assert message in err


# --- pictures and files ---


def test_a_plot_and_a_saved_posterior(capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("matplotlib")
    code, out, _ = call(
        capsys, "-v", "[9 8]", "-n", "50", "--seed", "1", "--plot", "p.svg", "--plot-kind",
        "weights", "--save", "p.json",
    )  # fmt: skip
    assert code == 0
    assert "gauss by importance" in out
    assert Path("p.svg").read_text().startswith("<?xml")
    assert f"\n{Posterior.load('p.json').summary()}\n" in f"\n{out}"
    code, _, err = call(capsys, "-v", "[9 8]", "--plot", "p.gif")
    assert code == 2
    assert "AQ303" in err


def test_a_trace_is_refused_before_the_work(capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("matplotlib")
    trace = ("--plot-kind", "trace")
    for more in ((), ("-a", "smc"), ("-a", "ipmcmc")):
        code, out, err = call(capsys, "-v", "[9 8]", *more, *trace, "--plot", "p.png")
        assert (code, out) == (2, "")
        assert "a trace shows the draws of Markov chains" in err
    code, out, err = call(capsys, "-v", "[9 8]", "-a", "rmh", *trace)
    assert (code, out) == (2, "")
    assert "--plot FILE.png --plot-kind trace" in err
    made = call(capsys, "-v", "[9 8]", "-a", "rmh", "-n", "40", *trace, "--plot", "p.svg")
    assert made[0] == 0
    assert "a chain of 40 draws" in Path("p.svg").read_text()


def test_the_algorithms_of_chains() -> None:
    """Those that the command line knows without loading them."""
    engines = {name: engine_named(name) for name in ALGORITHMS if not name.startswith("ic")}
    chains = [
        name
        for name, engine in engines.items()
        if isinstance(engine, ChainEngine)
        or (isinstance(engine, SweepEngine) and not engine.has_weights)
    ]
    assert chains == list(CHAINS)


def test_without_matplotlib_it_is_said_before_the_work(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    code, out, err = call(capsys, "-v", "[9 8]", "-n", "50", "--plot", "p.png")
    assert (code, out) == (2, "")
    assert "pip install 'anglipy[plots]'" in err


# --- quiet, colour, completion ---

WARNING = "(require-python '[loud :refer [f]])\n(defquery q (f (sample (normal 0 1))))"


def test_quiet_says_nothing_but_errors(capsys: pytest.CaptureFixture[str]) -> None:
    Path("loud.py").write_text(
        "import warnings\ndef f(x):\n    warnings.warn('loud')\n    return x\n"
    )
    Path("gauss.aq").write_text(WARNING)
    assert "warning: loud" in call(capsys, "-n", "2")[2]
    assert call(capsys, "-n", "2", "--quiet")[2] == ""
    assert "AQ303" in call(capsys, "-n", "2", "--quiet", "-a", "smc", "-o", "particles=0")[2]


def test_no_color_is_respected(monkeypatch: pytest.MonkeyPatch) -> None:
    from anglipy.cli.messages import wants_color

    class Terminal:
        def isatty(self) -> bool:
            return True

    assert not wants_color(Terminal())  # type: ignore[arg-type]
    monkeypatch.delenv("NO_COLOR")
    monkeypatch.setenv("TERM", "xterm")
    assert wants_color(Terminal())  # type: ignore[arg-type]


def test_a_network_runs_all_rows_together(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """One pass for all rows; folders; a row that fails."""
    from anglipy.api import load
    from tests.ic.models import untrained

    model = load("gauss.aq").gauss
    made = untrained(model.query)
    replace(made, program_hash=model.program_hash).save("a.pt")
    Path("rows.json").write_text('[[9, 8], [1, "x"], [1, 2]]')
    code, out, err = call(
        capsys, "--values", "rows.json", "--ic", "a.pt", "-n", "500", "--seed", "1"
    )
    first, bad, last = lines(out)
    assert code == 1
    assert "1 of 3 rows failed" in err
    assert [first["row"], bad["row"], last["row"]] == [1, 2, 3]
    assert bad["error"][0]["code"] == "AQ420"
    assert first["draws"] == last["draws"] == 500
    # Exactly 2 / 3 + ...: precision 1/4 + 2, mean (1/4 + sum) / precision.
    assert last["posterior"]["mean"] == pytest.approx(3.25 / 2.25, abs=0.2)
    Path("data").mkdir()
    for name, row in (("b", "[1, 2]"), ("a", "[2, 2]")):
        Path(f"data/{name}.json").write_text(row)
    code, out, _ = call(capsys, "--values", "data", "--ic", "a.pt", "-n", "50", "--seed", "1")
    assert code == 0
    assert [row["file"] for row in lines(out)] == ["data/a.json", "data/b.json"]
