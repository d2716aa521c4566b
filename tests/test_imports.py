"""What a cheap command may load: everything heavy waits until it is needed."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = {
    "torch",
    "numpy",
    "scipy",
    "lark",
    "PIL",
    "safetensors",
    "matplotlib",
    "immutables",
    "pyrsistent",
}
COMPILER_AND_BELOW = {
    "anglipy.api",
    "anglipy.compile",
    "anglipy.reader",
    "anglipy.inference",
    "anglipy.ic",
}


def loaded_by(code: str) -> set[str]:
    """The modules in memory after a fresh Python ran this code."""
    script = f"{code}\nimport sys\nprint('\\n<modules>', *sys.modules, sep='\\n')"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=120
    )
    return set(done.stdout.split("<modules>\n")[1].split())


def command(*arguments: str) -> str:
    return (
        "from anglipy.cli import main\n"
        f"try:\n    main({list(arguments)!r})\n"
        "except SystemExit as end:\n    assert end.code == 0, end.code"
    )


def test_import_anglipy_is_cheap() -> None:
    loaded = loaded_by("import anglipy")
    assert {name for name in loaded if name.startswith("anglipy")} == {"anglipy"}
    assert not loaded & HEAVY


@pytest.mark.parametrize(
    "arguments",
    [
        ["--help"],
        ["--version"],
        ["run", "--help"],
        ["compile", "--help"],
        ["check", "--help"],
        ["profile", "--help"],
    ],
    ids=" ".join,
)
def test_help_loads_neither_the_compiler_nor_an_engine(arguments: list[str]) -> None:
    loaded = loaded_by(command(*arguments))
    assert not loaded & HEAVY
    assert not loaded & COMPILER_AND_BELOW


def test_check_loads_neither_numpy_nor_torch() -> None:
    loaded = loaded_by(command("check", "examples/coin.aq"))
    assert "anglipy.compile" in loaded
    assert not loaded & {"torch", "numpy", "scipy", "PIL", "safetensors", "matplotlib"}


def test_importance_sampling_runs_without_torch() -> None:
    loaded = loaded_by(command("run", "examples/coin.aq", "-v", "[true true false]", "-n", "100"))
    assert not loaded & {"torch", "scipy", "PIL", "safetensors", "matplotlib"}


def test_every_public_name_resolves() -> None:
    import anglipy

    for name in anglipy.__all__:
        assert getattr(anglipy, name) is not None
    assert set(anglipy.__all__) <= set(dir(anglipy))


def test_unknown_name_is_an_attribute_error() -> None:
    import anglipy

    with pytest.raises(AttributeError, match="nonsense"):
        anglipy.nonsense  # noqa: B018
