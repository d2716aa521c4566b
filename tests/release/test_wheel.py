"""The wheel, installed in an empty environment outside of the checkout, does what it should."""

from __future__ import annotations

import json
import subprocess
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from anglipy import __version__
from tests.release.installing import ROOT, Installed, built, installed
from tests.repl.pseudo_terminal import CTRL_D, Terminal

pytestmark = pytest.mark.release

GAUSS = """\
(defquery gauss [y]
  (let [mu (sample (normal 0 1))]
    (observe (normal mu 1) y)
    mu))
"""


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return built(tmp_path_factory.mktemp("dist"))


@pytest.fixture(scope="module")
def there(files: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory) -> Installed:
    made = installed(files[0], tmp_path_factory.mktemp("installed"))
    (made.home / "gauss.aq").write_text(GAUSS)
    return made


@pytest.fixture
def terminal(there: Installed) -> Iterator[Terminal]:
    program = (str(there.bin / "anglipy"),)
    nowhere = {"PYTHONPATH": "", "HOME": str(there.home)}
    with Terminal(there.home, program=program, **nowhere) as opened:
        yield opened


def tracked(*folders: str) -> set[str]:
    """The files of the repository in some folders; of an unpacked archive, those that are there."""
    done = subprocess.run(
        ["git", "-C", str(ROOT), "ls-files", "-z", *folders], capture_output=True, check=True
    )
    return {name for name in done.stdout.decode().split("\0") if (ROOT / name).is_file()}


def test_what_the_wheel_holds(files: tuple[Path, Path]) -> None:
    """The package with its grammar, library and types, the licence, and nothing else."""
    names = set(zipfile.ZipFile(files[0]).namelist())
    about = f"anglipy-{__version__}.dist-info"
    wanted = tracked("anglipy") | {f"anglipy/{name}" for name in tracked("grammar", "stdlib")}
    assert {n for n in names if not n.startswith(about)} == wanted
    assert f"{about}/licenses/LICENSE" in names
    assert "anglipy/py.typed" in names


def test_what_the_source_distribution_holds(files: tuple[Path, Path]) -> None:
    """All that is needed to build, to test and to cite it."""
    with tarfile.open(files[1]) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    folders = ("anglipy", "grammar", "stdlib", "tests", "docs", "examples")
    single = {"LICENSE", "CITATION.cff", "README.md", "pyproject.toml", "Makefile"}
    assert tracked(*folders) | single | {"constraints.txt", "docs/changelog.md"} <= names


def test_what_is_imported_is_what_was_installed(there: Installed) -> None:
    place = there.run("python", "-c", "import anglipy; print(anglipy.__file__)").strip()
    assert Path(place).is_relative_to(there.bin.parent)
    assert there.run("anglipy", "--version") == f"anglipy {__version__}\n"
    assert there.run("python", "-m", "anglipy", "--version") == f"anglipy {__version__}\n"


def test_running(there: Installed) -> None:
    output = there.run("anglipy", "run", "gauss.aq", "-v", "[1]", "-f", "json", "-a", "smc")
    assert json.loads(output)["draws"] == 1000


def test_checking(there: Installed) -> None:
    assert there.run("anglipy", "check", "gauss.aq") == "ok: 1 query, 2 sites\n"
    (there.home / "wrong.aq").write_text("(defquery wrong []\n  (sample (nromal 0 1)))\n")
    output = there.run("anglipy", "check", "wrong.aq", code=1)
    assert "wrong.aq:2:12" in output
    assert "did you mean `normal`?" in output


def test_training_inspecting_and_using_an_artifact(there: Installed) -> None:
    few = ("--traces", "256", "--batch", "64", "--option", "validation=64", "--seed", "1")
    there.run("anglipy", "compile", "gauss.aq", "-o", "gauss.pt", *few)
    assert "for the query `gauss`" in there.run("anglipy", "inspect", "gauss.pt")
    output = there.run("anglipy", "run", "gauss.aq", "--ic", "gauss.pt", "-v", "[1]", "-n", "50")
    assert output.startswith("gauss by ic")


def test_pictures_say_what_they_lack(there: Installed) -> None:
    output = there.run("anglipy", "run", "gauss.aq", "-v", "[1]", "--plot", "p.png", code=2)
    assert "pip install 'anglipy[plots]'" in output


def test_python(there: Installed) -> None:
    code = (
        "import anglipy, anglipy.importer, gauss\n"
        "print(gauss.gauss.infer(args=[1.0], particles=100, algorithm='smc').draws)\n"
    )
    (there.home / "use.py").write_text(code)
    assert there.run("python", "use.py") == "100\n"


def test_the_prompt(terminal: Terminal) -> None:
    """Documentation, an inference, an error with its place, and normal work behind it."""
    terminal.answer("(doc normal)", "normal: distribution")
    terminal.answer('(load "gauss.aq")', "gauss.aq: gauss")
    terminal.answer("(infer gauss [1] :seed 1)", "gauss by importance")
    screen = terminal.answer("(+ 1 (foo))", "`foo` is not defined")
    assert "\n  |       ^^^\n" in screen
    terminal.answer("(+ 20 22)", "\n42")
    terminal.send(CTRL_D)
    assert terminal.code() == 0


def test_the_prompt_of_a_pipe(there: Installed) -> None:
    assert there.run("anglipy", "repl", given="(map inc [1 2])\n(crp 1)\n").startswith("(2 3)\n")


def test_the_shell_completes(there: Installed) -> None:
    script = there.run("anglipy", "completion", "bash")
    assert "complete -o nosort -F" in script
