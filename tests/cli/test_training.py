"""What a training shows, and `anglipy simulate`."""

from __future__ import annotations

import json
import math
import os
import pty
import re
import shlex
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import anglipy
from anglipy.cli import main
from anglipy.cli.training import live_lines, plain_line
from anglipy.diagnostics import ArtifactError
from anglipy.ic.artifact import Artifact, Example
from anglipy.ic.records import Live, Progress, SiteLoss, TrainingRecord
from anglipy.model import Model

PROGRESS = Progress(25_000, 1000.0, 1.5, 1.6, 2.0, 1.55, 20_000, 25.0, 0.25)
SITES = tuple(SiteLoss(f"q/{name}", 1.0, 1.0 + place, 10) for place, name in enumerate("abcdef"))
GAUSS = """
(defquery gauss [y]
  (let [mu (sample (normal 0 1))]
    (observe (normal mu 1) y)
    mu))
"""


def test_a_plain_line_has_everything() -> None:
    assert plain_line(PROGRESS) == (
        " 25%  25,000 traces  1,000 traces/s  training 1.500  validation 1.600  best 1.550  "
        "prior 2.000  0:25  about 1:15 left"
    )


def test_live_lines_list_the_sites_with_the_least_gain() -> None:
    lines = live_lines(Live(30_000, 990.4, 1.4, 30.0, 0.3, PROGRESS, SITES))
    assert lines[0] == " 30%  30,000 traces  990 traces/s  0:30  about 1:10 left"
    assert lines[1] == (
        "nats  training 1.400  validation 1.600  prior 2.000  best 1.550 at 20,000 traces"
    )
    assert [line.split()[0] for line in lines[3:]] == ["q/a", "q/b", "q/c", "q/d"]
    assert "least gained, of 6 sites" in lines[2]


def test_live_lines_before_the_first_validation() -> None:
    lines = live_lines(Live(0, 0.0, math.nan, 0.0, 0.0, None, ()))
    assert lines == ["  0%  0 traces  0 traces/s  0:00", ""]


def run(*arguments: str) -> int:
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert isinstance(caught.value.code, int)
    return caught.value.code


def test_simulate_and_train_on_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("gauss.aq").write_text(GAUSS)
    fill = ("simulate", "gauss.aq", "--dataset", "data", "--traces", "100", "--shard", "20")
    assert run(*fill) == 0
    assert "data: 5 shards simulated" in capsys.readouterr().out
    before = {path.name: path.read_bytes() for path in Path("data").iterdir()}
    assert run(*fill, "--workers", "2") == 0
    assert "data: 0 shards simulated" in capsys.readouterr().out
    small = ["--option", "hidden=16", "--option", "width=16", "--option", "validation=64"]
    train = ("compile", "gauss.aq", "-o", "g.artifact", "--dataset", "data", "--traces", "200")
    assert run(*train, "--batch", "20", "--reuse", "2", "--patience", "50", *small) == 0
    assert {name: Path("data", name).read_bytes() for name in before} == before
    Path("gauss.aq").write_text(GAUSS.replace("(normal mu 1)", "(normal mu 2)"))
    capsys.readouterr()
    assert run(*train, "--overwrite", *small) == 1
    assert "error[AQ613]: data/validation-0-64-0.traces holds traces" in capsys.readouterr().err


def test_patience_stops_early(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("gauss.aq").write_text(GAUSS)
    given = ["hidden=16", "width=16", "validation=16", "validate_every=64", "min_delta=100"]
    options = [part for option in given for part in ("--option", option)]
    arguments = ("compile", "gauss.aq", "-o", "g.artifact", "--traces", "100000", "--patience", "3")
    assert run(*arguments, *options) == 0
    printed = capsys.readouterr().out
    assert "stopped early" in printed
    assert " 256 traces" in printed


@pytest.mark.parametrize("device", ["cuda:99", "abacus", "mps"])
def test_a_device_that_is_not_there(
    device: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = tmp_path / "gauss.aq"
    source.write_text(GAUSS)
    code = run("compile", str(source), "-o", str(tmp_path / "a"), "--device", device)
    assert code == 2 or code == 1
    assert f"cannot use `{device}`" in capsys.readouterr().err


@pytest.mark.slow
def test_the_display_on_a_terminal(tmp_path: Path) -> None:
    """Lines rewrite themselves, and are gone at the end; --quiet shows nothing."""
    source = tmp_path / "gauss.aq"
    source.write_text(GAUSS)
    command = [sys.executable, "-m", "anglipy", "compile", str(source), "--overwrite"]
    command += ["-o", str(tmp_path / "a")]
    for quiet in (False, True):
        mine, its = pty.openpty()
        with subprocess.Popen(
            [*command, "--traces", "6400", *["--quiet"] * quiet],
            stderr=its,
            stdout=subprocess.PIPE,
        ) as running:
            os.close(its)
            shown = everything(mine)
            printed, _ = running.communicate(timeout=120)
        assert running.returncode == 0
        if quiet:
            assert shown == printed == b""
        else:
            for part in (
                rb"[\d,]+ traces  [\d,]+ traces/s  0:\d\d  about 0:\d\d left",
                rb"nats  training \d\.\d{3}  validation \d\.\d{3}  prior \d\.\d{3}"
                rb"  best \d\.\d{3} at [\d,]+ trace",
                rb"site +loss +prior +gained",
                rb"gauss/mu/sample#1 +\d\.\d{3} +\d\.\d{3} +\d\.\d{3}",
            ):
                assert re.search(part, shown), part
            assert shown.endswith(b"\x1b[A\x1b[K")


def everything(terminal: int) -> bytes:
    """What is written to a terminal until its other end is closed."""
    found = b""
    try:
        while part := os.read(terminal, 1 << 16):
            found += part
    except OSError:
        pass
    os.close(terminal)
    return found


def test_what_is_left_to_the_prior_is_told_before_anything_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("gauss.aq").write_text(GAUSS.replace("(normal 0 1)", "(tag :prior-only (normal 0 1))"))
    small = ["--option", "hidden=16", "--option", "width=16", "--option", "validation=16"]
    command = ("compile", "gauss.aq", "-o", "g.artifact", "--traces", "64", *small)
    assert run(*command) == 0
    told = capsys.readouterr().err.splitlines()
    assert told[0] == (
        "note: proposed by the prior, with nothing to be learned: "
        "gauss/mu/sample#1 (tagged :prior-only)"
    )
    assert run(*command, "--quiet", "--overwrite") == 0
    assert capsys.readouterr().err == ""


def test_a_training_is_never_lost_for_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("gauss.aq").write_text(GAUSS)
    command = ("compile", "gauss.aq", "-o", "g.artifact", "--traces", "64", "--quiet", *TINY)
    assert run(*command) == 0
    kept = {path: path.read_bytes() for path in tmp_path.iterdir()}
    assert len(kept) == 3
    for there in ("g.artifact", "g.artifact.resume"):
        capsys.readouterr()
        assert run(*command, "--seed", "1") == 1
        told = capsys.readouterr().err
        assert f"error[AQ618]: {there} exists already" in told
        assert "`--resume` goes on with that training, `--overwrite` trains anew" in told
        with pytest.raises(ArtifactError, match="exists already"):
            anglipy.load("gauss.aq").gauss.compile("g.artifact", traces=64)
        assert {path: path.read_bytes() for path in kept} == kept
        if there == "g.artifact":
            Path(there).unlink()
            del kept[tmp_path / there]
    assert run(*command, "--seed", "1", "--overwrite") == 0
    assert Path("g.artifact.resume").read_bytes() != kept[tmp_path / "g.artifact.resume"]
    longer = [word.replace("64", "128") if word == "64" else word for word in command]
    assert run(*longer, "--seed", "1", "--resume") == 0
    assert Artifact.load("g.artifact").record.traces == 128


def test_the_command_that_goes_on_is_the_one_that_was_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("r.aq").write_text(READINGS)
    given = ("compile", "r.aq", "-o", "r.pt", "--traces", "6400", *TINY, "--arg", "ys=[0 0 0]")

    def interrupted(self: Any, *args: Any, **options: Any) -> TrainingRecord:
        return TrainingRecord(64, 1.0, 1.0, 64, 2.0, interrupted=True)

    monkeypatch.setattr(Model, "compile", interrupted)
    assert run(*given, "--arg", "sigma=2", "--overwrite") == 130
    words = shlex.join(["anglipy", *given, "--arg", "sigma=2", "--resume"])
    assert f"interrupted; go on with: {words}\n" in capsys.readouterr().err


READINGS = """
(defn some-data [] [(vec (repeatedly 3 (fn [] nil))) (sample* (uniform-continuous 1 2))])

(defquery readings [ys sigma]
  (let [mu (sample (normal 0 sigma))]
    (doseq [y ys] (observe (normal mu 1) y))
    mu))
"""
TINY = [
    part
    for option in ("hidden=16", "width=16", "validation=16")
    for part in ("--option", option)
]  # fmt: skip


def test_calibrate_takes_the_argument_of_the_training(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("r.aq").write_text(READINGS)
    train = ("compile", "r.aq", "-o", "r.pt", "--traces", "64", "--overwrite", *TINY)
    given = ("--arg", "ys=[0 0 0]", "--arg", "sigma=2")
    judge = ("calibrate", "r.aq", "r.pt", "-n", "50", "--particles", "10", "--json")
    for argument in (given, ("--args-fn", "some-data")):
        assert run(*train, *argument) == 0
        capsys.readouterr()
        found = []
        for again in ((), argument):
            assert run(*judge, *again) == 0
            found.append({**json.loads(capsys.readouterr().out), "seconds": None})
        assert found[0] == found[1]
        assert run(*judge, "--arg", "ys=[0]", "--arg", "sigma=3") == 0
        assert json.loads(capsys.readouterr().out)["loss"] != found[0]["loss"]
        assert run("inspect", "r.pt") == 0
        assert ("argument  [[0 0 0] 2]" in capsys.readouterr().out) == (argument == given)


def test_an_argument_that_is_missing_is_asked_for_with_a_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("r.aq").write_text(READINGS)
    names = "--arg ys=VALUE --arg sigma=VALUE"
    assert run("compile", "r.aq", "-o", "r.pt", "--traces", "64", *TINY) == 1
    assert f"with an argument: anglipy compile r.aq -o r.pt {names}\n" in capsys.readouterr().err
    assert run("simulate", "r.aq", "--dataset", "d", "--traces", "64") == 1
    told = capsys.readouterr().err
    assert f"with an argument: anglipy simulate r.aq --dataset d --traces 64 {names}\n" in told
    given = ("--arg", "ys=[0 0 0]", "--arg", "sigma=2")
    assert run("compile", "r.aq", "-o", "r.pt", "--traces", "64", *TINY, *given) == 0
    for example, code in ((Example(None, False), 2), (Example(), 1)):
        replace(Artifact.load("r.pt"), example=example).save("r.pt")
        capsys.readouterr()
        assert run("calibrate", "r.aq", "r.pt", "-q", "readings", "-n", "50") == code
        told = capsys.readouterr().err
        assert f"with an argument: anglipy calibrate r.aq r.pt -q readings {names}\n" in told
