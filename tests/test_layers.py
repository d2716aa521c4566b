"""Who may import whom: the contracts of pyproject.toml hold, and name every module there is."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def test_import_contracts() -> None:
    script = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    done = subprocess.run(
        [sys.executable, "-c", script, "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def contracts() -> list[dict[str, object]]:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    found: list[dict[str, object]] = settings["tool"]["importlinter"]["contracts"]
    return found


def test_every_module_has_a_place_in_a_layer() -> None:
    listed = {
        name.strip()
        for contract in contracts()
        if contract["type"] == "layers"
        for layer in contract["layers"]  # type: ignore[attr-defined]
        for name in layer.replace("|", ":").split(":")
    }
    package = ROOT / "anglipy"
    modules = {
        f"anglipy.{path.stem}" for path in package.glob("*.py") if not path.stem.startswith("__")
    }
    modules |= {f"anglipy.{path.parent.name}" for path in package.glob("*/__init__.py")}
    assert modules == listed
