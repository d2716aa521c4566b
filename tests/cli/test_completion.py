"""What the shell completes by Tab: what anglipy offers, and that bash, zsh and fish offer it."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import pexpect
import pytest
from click.shell_completion import BashComplete

import anglipy.ic.engine  # noqa: F401  (this registers the engines that load torch)
from anglipy.cli.completing import OF_NETWORKS
from anglipy.cli.completion import SHELLS
from anglipy.cli.entry import anglipy as command_line
from anglipy.cli.run import ALGORITHMS
from anglipy.inference import ENGINES

MODELS = """
(defn arguments [] [(sample (normal 0 1))])
(defquery alpha "One." [y1 y2] (observe (normal 0 1) y1) (sample (normal y2 1)))
(defquery
  beta [flips] (sample (flip 0.5)))
"""


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "models.aq").write_text(MODELS)
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "rows.csv").write_text("1,2\n")
    (tmp_path / "data" / "notes.txt").write_text("no data\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def offered(line: str) -> list[str]:
    """What Tab offers at the end of a line; `<file>` and `<dir>` are left to the shell."""
    *words, last = line.split(" ")
    complete = BashComplete(command_line, {}, "anglipy", "_ANGLIPY_COMPLETE")
    items = complete.get_completions(words[1:], last)
    return [item.value if item.type == "plain" else f"<{item.type}>" for item in items]


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("anglipy comp", ["compile", "completion"]),
        ("anglipy run --plot", ["--plot", "--plot-kind"]),
        ("anglipy run mo", ["<file>"]),
        ("anglipy check models.aq mo", ["<file>"]),
        ("anglipy inspect mo", ["<file>"]),
        ("anglipy run models.aq --ic mo", ["<file>"]),
        ("anglipy run models.aq --plot p", ["<file>"]),
        ("anglipy simulate models.aq --dataset d", ["<dir>"]),
        ("anglipy run models.aq -q ", ["alpha", "beta"]),
        ("anglipy run models.aq --query=be", ["beta"]),
        ("anglipy profile models.aq -q a", ["alpha"]),
        ("anglipy run nowhere.aq -q ", []),
        ("anglipy run models.aq --arg ", ["y1=", "y2=", "flips="]),
        ("anglipy run models.aq -q beta --arg ", ["flips="]),
        ("anglipy run models.aq -q beta --arg flips=@data/r", ["flips=@data/rows.csv"]),
        ("anglipy run models.aq -v @da", ["@data/"]),
        ("anglipy run models.aq -v @data/", ["@data/rows.csv"]),
        ("anglipy run models.aq -v @nowhere/", []),
        ("anglipy compile models.aq --args-fn ", ["arguments"]),
        ("anglipy run models.aq -a en", ["enumerate"]),
        ("anglipy run models.aq -a smc -o ess", ["ess-threshold="]),
        ("anglipy run models.aq -a :smc -o ess_t", ["ess-threshold="]),
        ("anglipy run models.aq --ic a.pt -o ref", ["refine="]),
        ("anglipy run models.aq -a nothing -o ", []),
        ("anglipy compile models.aq --option hid", ["hidden="]),
        ("anglipy compile models.aq --device c", ["cpu", "cuda"]),
        ("anglipy completion ", list(SHELLS)),
    ],
)
def test_what_is_offered(line: str, wanted: list[str]) -> None:
    assert offered(line) == wanted


def test_every_engine_is_offered() -> None:
    assert set(ALGORITHMS) == set(ENGINES)


@pytest.mark.parametrize("name", OF_NETWORKS)
def test_options_of_networks_are_those_of_their_engines(name: str) -> None:
    names = {*ENGINES[name].options_type.names()}
    assert set(OF_NETWORKS[name]) == names - {"artifact", "samples"}


def shell(name: str, directory: Path) -> pexpect.spawn[str]:
    """A shell as it is after `eval` of the script, with nothing of the user's in it; what it calls
    anglipy says what it got.
    """
    if shutil.which(name) is None:
        pytest.skip(f"there is no {name} here")
    (directory / "anglipy").write_text(
        f"""#!/bin/sh
        if [ -z "$_ANGLIPY_COMPLETE" ] && [ "$1" != completion ]; then
            echo "got <$*>"
        else
            exec {sys.executable} -m anglipy "$@"
        fi
        """
    )
    (directory / "anglipy").chmod(0o755)
    environment = os.environ | {
        "PATH": f"{directory}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
        "HOME": str(directory),
        "TERM": "dumb",
    }
    begin, arguments = {
        "bash": ('eval "$(anglipy completion bash)"', ["--norc", "--noprofile", "-i"]),
        "zsh": (
            'autoload -U compinit; compinit -u; eval "$(anglipy completion zsh)"',
            ["-f", "-i"],
        ),
        "fish": ("anglipy completion fish | source", ["--no-config", "-i"]),
    }[name]
    child = pexpect.spawn(
        name, arguments, env=environment, cwd=str(directory), encoding="utf-8", timeout=60,
        dimensions=(40, 200),
    )  # fmt: skip
    child.sendline(f"{begin}; echo rea''dy")
    child.expect("ready\r?\n")
    return child


@pytest.mark.slow
@pytest.mark.parametrize("name", SHELLS)
@pytest.mark.parametrize(
    ("typed", "completed"),
    [
        ("run models.aq -q be", "beta"),
        ("run mod", "models.aq"),
        ("run models.aq -a enu", "enumerate"),
        ("insp", "inspect"),
        ("run models.aq -q beta --arg fl", "flips="),
        ("run models.aq -v @data/ro", "@data/rows.csv"),
        ("run models.aq -q beta --arg flips=@data/ro", "flips=@data/rows.csv"),
        ("run models.aq --ic=mod", "--ic=models.aq"),
        ("run models.aq --ic=data/ro", "--ic=data/rows.csv"),
        ("run models.aq --algorithm=enu", "--algorithm=enumerate"),
    ],
)
def test_shells_complete(name: str, typed: str, completed: str, place: Path) -> None:
    child = shell(name, place)
    try:
        child.send(f"anglipy {typed}\t\r")
        wanted = f"got <{typed.rpartition(' ')[0]} {completed}".replace("< ", "<")
        assert child.expect_exact([wanted, pexpect.TIMEOUT]) == 0, child.before
    finally:
        child.close(force=True)


@pytest.mark.slow
@pytest.mark.parametrize("name", SHELLS)
def test_no_space_is_added_where_the_word_goes_on(name: str, place: Path) -> None:
    child = shell(name, place)
    try:
        child.send("anglipy run models.aq -v @da\tro\t\r")
        wanted = "got <run models.aq -v @data/rows.csv>"
        assert child.expect_exact([wanted, pexpect.TIMEOUT]) == 0, child.before
    finally:
        child.close(force=True)
