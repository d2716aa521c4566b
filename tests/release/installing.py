"""The wheel in an empty environment outside of the checkout, and commands that are run there."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class Installed:
    """An environment that has the wheel and what it needs, and a home directory with nothing."""

    bin: Path
    home: Path

    @property
    def environment(self) -> dict[str, str]:
        """Variables in which nothing says where the checkout is."""
        kept = {name: os.environ[name] for name in ("LANG", "TMPDIR") if name in os.environ}
        path = os.pathsep.join([str(self.bin), os.environ.get("PATH", os.defpath)])
        return kept | {"PATH": path, "HOME": str(self.home), "OMP_NUM_THREADS": "1"}

    def run(self, *words: str, code: int = 0, given: str = "") -> str:
        """The output of a program of the environment, stderr behind stdout, at home."""
        done = subprocess.run(
            [str(self.bin / words[0]), *words[1:]],
            input=given,
            capture_output=True,
            text=True,
            cwd=self.home,
            env=self.environment,
            timeout=300,
            check=False,
        )
        output = done.stdout + done.stderr
        assert done.returncode == code, f"{words} left with {done.returncode}\n{output}"
        return output


def built(directory: Path) -> tuple[Path, Path]:
    """The wheel and the source distribution; the wheel is built from what is in the other."""
    # The build backend is among the versions that are fixed, so it need not be fetched again.
    subprocess.run(
        [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(directory), str(ROOT)],
        check=True,
        capture_output=True,
        timeout=300,
    )
    (wheel,) = directory.glob("*.whl")
    (source,) = directory.glob("*.tar.gz")
    return wheel, source


def installed(wheel: Path, directory: Path) -> Installed:
    """A new environment with the wheel, in the versions that are tested."""
    environment, home = directory / "environment", directory / "home"
    home.mkdir()
    subprocess.run([sys.executable, "-m", "venv", str(environment)], check=True, timeout=300)
    # Half the time would go into compiling modules of torch that nothing here imports.
    subprocess.run(
        [
            str(environment / "bin" / "python"), "-m", "pip", "install", "--quiet", "--no-compile",
            "--disable-pip-version-check", "-c", str(ROOT / "constraints.txt"), str(wheel),
        ],
        check=True,
        timeout=900,
    )  # fmt: skip
    return Installed(environment / "bin", home)
