"""What an experiment found, as plain data: figures with their marks, the trainings behind them, and
under which circumstances they were measured. One JSON file per experiment.
"""

from __future__ import annotations

import json
import math
import os
import platform
import subprocess
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import anglipy

__all__ = ["RESULTS", "Circumstances", "Figure", "Outcome", "Training"]

HERE = Path(__file__).parent
RESULTS = HERE / "results"


@dataclass(frozen=True, slots=True)
class Figure:
    """One number, and the mark that it is to reach, if there is one."""

    what: str
    value: float
    at_most: float | None = None
    at_least: float | None = None

    @property
    def passed(self) -> bool | None:
        """Whether it reaches its mark; None without one. Not a number never does."""
        if self.at_most is None and self.at_least is None:
            return None
        above = self.at_least is None or self.value >= self.at_least
        return above and (self.at_most is None or self.value <= self.at_most)


@dataclass(frozen=True, slots=True)
class Training:
    """One network: losses in nats per trace."""

    name: str
    network: str
    traces: int
    seconds: float
    loss: float
    prior_loss: float
    parameters: int
    options: dict[str, Any] = field(default_factory=dict)

    @property
    def traces_per_second(self) -> float:
        """Simulation and training together."""
        return self.traces / max(self.seconds, 1e-9)


@dataclass(frozen=True, slots=True)
class Circumstances:
    """Where and with what something was measured."""

    processor: str
    cores: int
    load: float
    """Mean number of processes that wanted to run in the last five minutes, ours among them."""
    python: str
    anglipy: str
    """The version, and git's name of the folder of its sources."""

    @classmethod
    def now(cls) -> Circumstances:
        """Those of this moment."""
        load = os.getloadavg()[1] if hasattr(os, "getloadavg") else math.nan
        return cls(
            _processor(),
            os.cpu_count() or 1,
            round(load, 1),
            platform.python_version(),
            f"{anglipy.__version__} ({_sources()})",
        )

    @property
    def is_busy(self) -> bool:
        """Whether other work ran beside the measurement."""
        return self.load > 1.3


@dataclass(frozen=True, slots=True)
class Outcome:
    """An experiment that has run."""

    experiment: str
    row: str
    title: str
    command: str
    seed: int
    seconds: float
    """All of it: trainings, inferences, exact answers."""
    figures: tuple[Figure, ...]
    trainings: tuple[Training, ...]
    notes: tuple[str, ...]
    circumstances: Circumstances

    @property
    def passed(self) -> bool:
        """Whether every figure that has a mark reaches it."""
        return all(figure.passed is not False for figure in self.figures)

    def save(self, folder: Path) -> Path:
        """Write `EXPERIMENT.json`."""
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{self.experiment}.json"
        path.write_text(json.dumps(asdict(self), indent=2, default=float) + "\n", encoding="utf-8")
        return path

    @classmethod
    def load(cls, path: Path) -> Outcome:
        """The inverse of `save`."""
        data = json.loads(path.read_text(encoding="utf-8"))
        parts = {
            "figures": tuple(Figure(**figure) for figure in data["figures"]),
            "trainings": tuple(Training(**training) for training in data["trainings"]),
            "notes": tuple(data["notes"]),
            "circumstances": Circumstances(**data["circumstances"]),
        }
        return cls(**{**data, **parts})


def _processor() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        for line in cpuinfo.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def _sources() -> str:
    """The tree of the package in git, with a plus if it was changed since; empty outside of git."""

    def git(*words: str) -> str:
        done = subprocess.run(
            ["git", "-C", str(HERE), *words], capture_output=True, text=True, check=False
        )
        return done.stdout.strip() if done.returncode == 0 else ""

    tree = git("rev-parse", "--short", "HEAD:anglipy")
    changed = git("status", "--porcelain", "--", ":/anglipy")
    return f"tree {tree}{'+' if changed else ''}" if tree else "not from git"
