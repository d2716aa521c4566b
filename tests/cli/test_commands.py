"""Commands end to end: what goes to stdout, what to stderr, to files, and to the shell."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
import pytest

from anglipy.cli import edge, main
from anglipy.cli.files import write_whole
from anglipy.cli.options import Amount
from anglipy.diagnostics import OptionError

COIN = """
(defquery coin [a b c]
  (let [r (sample (uniform-continuous 0 1))]
    (observe (flip r) a)
    (observe (flip r) b)
    (observe (flip r) c)
    (> r 1/2)))
"""
GAUSS = """
(defquery gauss [y1 y2]
  (let [mu (sample (normal 1 (sqrt 5)))]
    (observe (normal mu (sqrt 2)) y1)
    (observe (normal mu (sqrt 2)) y2)
    mu))
"""


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A directory with two programs, which is the current one."""
    (tmp_path / "coin.aq").write_text(COIN)
    (tmp_path / "gauss.aq").write_text(GAUSS)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def call(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as end:
        main(arguments)
    captured = capsys.readouterr()
    assert isinstance(end.value.code, int)
    return end.value.code, captured.out, captured.err


def run_coin(capsys: pytest.CaptureFixture[str], *more: str) -> str:
    code, out, err = call(capsys, "run", "coin.aq", "-v", "[true true false]", *more)
    assert (code, err) == (0, "")
    return out


def test_json_is_one_object_and_nothing_else(capsys: pytest.CaptureFixture[str]) -> None:
    data = json.loads(run_coin(capsys, "-f", "json", "-n", "500", "--seed", "3"))
    assert (data["query"], data["algorithm"], data["draws"]) == ("coin", "importance", 500)
    assert data["options"]["samples"] == 500
    assert 0 < data["ess"] <= 500
    assert data["seconds"] > 0
    assert {text for text, _ in data["posterior"]["probabilities"]} == {"true", "false"}
    assert sum(p for _, p in data["posterior"]["probabilities"]) == pytest.approx(1)
    # log p(true, true, false) = log 1/12; the standard error of 500 draws is about 0.04.
    assert data["log_evidence"] == pytest.approx(-2.4849, abs=0.25)


@pytest.mark.parametrize("given", ["2", "2.0", "2.5"])
def test_numbers_are_reported_as_they_were_given(
    given: str, capsys: pytest.CaptureFixture[str]
) -> None:
    out = run_coin(capsys, "-a", "rmh", "-n", "80", "-o", f"sigma={given}", "--seed", "1")
    assert f"alpha 0.5, sigma {given})" in out


@pytest.mark.parametrize(
    ("given", "number"), [("1000", 1000), ("1e3", 1000), ("+7", 7), ("2.5", 2.5), ("4.0", 4.0)]
)
def test_amounts_are_whole_where_they_are_written_so(given: str, number: float) -> None:
    found = Amount(1).convert(given, None, None)
    assert (found, type(found)) == (number, type(number))
    with pytest.raises(click.BadParameter):
        Amount(1).convert("0.5", None, None)


def test_a_seed_repeats_a_run(capsys: pytest.CaptureFixture[str]) -> None:
    runs = [json.loads(run_coin(capsys, "-f", "json", "--seed", seed)) for seed in "778"]
    for data in runs:
        del data["seconds"]
    assert runs[0] == runs[1]
    assert runs[0] != runs[2]


def test_smc_by_option(capsys: pytest.CaptureFixture[str]) -> None:
    data = json.loads(run_coin(capsys, "-a", "smc", "--particles", "50", "-f", "json"))
    assert data["algorithm"] == "smc"
    assert data["options"]["particles"] == 50


def test_out_writes_the_file_and_nothing_to_stdout(
    capsys: pytest.CaptureFixture[str], place: Path
) -> None:
    out = run_coin(capsys, "-f", "json", "-n", "10", "--out", "posterior.json")
    assert out == ""
    assert json.loads((place / "posterior.json").read_text())["draws"] == 10


def test_a_failed_write_leaves_the_old_file(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = place / "posterior.json"
    path.write_text("old")

    def broken(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.replace", broken)
    with pytest.raises(OptionError, match="no space left"):
        write_whole(path, "new")
    assert path.read_text() == "old"
    assert not list(place.glob(".posterior*"))


def test_check_json_is_an_array(capsys: pytest.CaptureFixture[str], place: Path) -> None:
    (place / "bad.aq").write_text("(defquery bad []\n  (sample (nromal 0 1)))")
    code, out, err = call(capsys, "check", "bad.aq", "coin.aq", "--json")
    assert (code, err) == (1, "")
    (message,) = json.loads(out)
    assert (message["file"], message["line"], message["severity"]) == ("bad.aq", 2, "error")


def test_check_executes_nothing(capsys: pytest.CaptureFixture[str], place: Path) -> None:
    (place / "loud.py").write_text("open('touched', 'w').close()\ndef f(x):\n    return x\n")
    (place / "loud.aq").write_text(
        '(require-python \'[loud :refer [f]])\n(println "hello")\n(def x (f 1))\n'
    )
    code, out, _ = call(capsys, "check", "loud.aq")
    assert code == 0
    assert "hello" not in out
    assert not (place / "touched").exists()


@pytest.mark.parametrize("stage", ["expanded", "core", "cps", "python"])
def test_emit(capsys: pytest.CaptureFixture[str], stage: str) -> None:
    code, out, err = call(capsys, "emit", "gauss.aq", "--stage", stage)
    assert (code, err) == (0, "")
    assert "normal" in out


def test_emitted_python_is_python(capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = call(capsys, "emit", "gauss.aq")
    compile(out, "gauss.py", "exec")


def test_warnings_are_lines_on_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    def action() -> int:
        warnings.warn("look out", UserWarning, stacklevel=1)
        return 0

    assert edge.guard(action) == 0
    assert capsys.readouterr() == ("", "warning: look out\n")


@contextmanager
def process(*arguments: str) -> Iterator[subprocess.Popen[str]]:
    """A command in a process of its own, which does not outlive the test."""
    running = subprocess.Popen(
        [sys.executable, "-m", "anglipy", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path), "OMP_NUM_THREADS": "1"},
    )
    with running:
        try:
            yield running
        finally:
            running.kill()


def test_a_closed_pipe_is_no_error() -> None:
    shell = f"{sys.executable} -m anglipy emit gauss.aq | head -c 1"
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(
        ["bash", "-c", shell],
        capture_output=True,
        text=True,
        env=environment,
        timeout=60,
        check=True,
    )
    assert done.stderr == ""


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a full device")
def test_a_full_disk_is_no_mistake_of_ours(place: Path) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "anglipy", "emit", "gauss.aq"],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            env=os.environ | {"PYTHONPATH": os.pathsep.join(p for p in sys.path if p)},
            timeout=60,
            check=False,
        )
    assert done.returncode == 2
    assert done.stderr == "error[AQ315]: cannot write: no space left on device\n"


@pytest.mark.parametrize(
    ("option", "file", "code"),
    [
        ("--out", "nowhere/p.json", "AQ315"),
        ("--save", "nowhere/p.json", "AQ315"),
        ("--plot", "nowhere/p.png", "AQ315"),
        ("--plot", "p.xyz", "AQ303"),
        ("--out", ".", "AQ315"),
    ],
)
def test_what_cannot_be_written_is_said_before_the_work(
    capsys: pytest.CaptureFixture[str], place: Path, option: str, file: str, code: str
) -> None:
    (place / "loud.aq").write_text('(println "hello")\n' + COIN)
    status, out, err = call(capsys, "run", "loud.aq", "-v", "[true true true]", option, file)
    assert (status, out) == (2, "")
    assert code in err


@pytest.mark.slow
def test_interrupted_run_prints_what_it_has(place: Path) -> None:
    (place / "signs.py").write_text("def begin(x):\n    open('begun', 'w').close()\n    return x\n")
    (place / "long.aq").write_text(
        "(require-python '[signs :refer [begin]])\n(defquery long [] (begin (sample (flip 0.5))))\n"
    )
    with process("run", "long.aq", "-n", "100000000", "-f", "json") as running:
        end = time.monotonic() + 60
        while not (place / "begun").exists():
            assert time.monotonic() < end
            time.sleep(0.05)
        time.sleep(1)
        running.send_signal(signal.SIGINT)
        out, err = running.communicate(timeout=60)
    assert running.returncode == 130, err
    assert "Traceback" not in err
    data = json.loads(out)
    assert data["stopped"]
    assert 0 < data["draws"] < 100_000_000


@pytest.mark.slow
def test_training_inspecting_and_using_an_artifact(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = call(
        capsys, "compile", "gauss.aq", "-o", "gauss.artifact", "--traces", "256", "--batch", "64",
        "--option", "validation=64", "--seed", "1",
    )  # fmt: skip
    assert code == 0
    assert "gauss.artifact: 256 traces" in out
    assert "validation" in err
    code, out, err = call(capsys, "inspect", "gauss.artifact", "--json")
    assert (code, err) == (0, "")
    data = json.loads(out)
    assert data["query"] == "gauss"
    assert data["record"]["traces"] == 256
    assert {row["role"] for row in data["addresses"]} == {"sample", "observe"}
    code, out, err = call(capsys, "inspect", "gauss.artifact")
    assert (code, err) == (0, "")
    assert all(row["site"] in out for row in data["addresses"])
    code, out, err = call(
        capsys, "run", "gauss.aq", "--ic", "gauss.artifact", "-v", "[9 8]", "-n", "50", "-f", "json"
    )
    assert (code, err) == (0, "")
    assert json.loads(out)["algorithm"] == "ic"


@pytest.mark.slow
def test_interrupted_training_can_be_resumed(
    capsys: pytest.CaptureFixture[str], place: Path
) -> None:
    arguments = ("compile", "gauss.aq", "-o", "gauss.artifact", "--batch", "32")
    more = ("--option", "validation=32", "--option", "validate-every=64")
    with process(*arguments, *more, "--minutes", "5") as running:
        assert running.stderr is not None
        assert "traces/s" in running.stderr.readline()
        running.send_signal(signal.SIGINT)
        out, err = running.communicate(timeout=60)
    assert running.returncode == 130, err
    assert "Traceback" not in err
    assert "--resume" in err
    assert (place / "gauss.artifact").exists()
    done = int(out.split(": ")[1].split()[0].replace(",", ""))
    code, out, _ = call(capsys, *arguments, *more, "--traces", str(done + 64), "--resume")
    assert code == 0
    assert f"{done + 64:,} traces" in out
