"""What an experiment works with. It trains through anglipy's public interface, keeps artifacts in a
folder, and writes down figures.

    def run(lab):
        model = lab.model("gaussian.aq", "gaussian")
        trained = lab.train(model, traces=20_000)
        lab.figure("loss above the floor, nats", trained.loss - floor(), at_most=0.02)

`quick` makes every training and every number of simulations tiny, so that a test can run the whole
of an experiment in seconds; its figures mean nothing.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import anglipy
from anglipy.ic.artifact import Artifact
from anglipy.ic.options import TrainingOptions
from examples.experiments.record import RESULTS, Circumstances, Figure, Outcome, Training

__all__ = ["ARTIFACTS", "Experiment", "Lab", "Settings", "Trained"]

HERE = Path(__file__).parent
ARTIFACTS = Path("build/experiments")
QUICK = {"traces": 256, "validation": 64, "batch": 32, "hidden": 16, "width": 16, "components": 3}


@dataclass(frozen=True, slots=True)
class Experiment:
    """One of the experiments: what its row of the results says beside the figures."""

    name: str
    row: str
    """In the table of acceptance, or empty."""
    title: str
    run: Callable[[Lab], None]


@dataclass(frozen=True, slots=True)
class Settings:
    """How to run an experiment."""

    quick: bool = False
    minutes: float | None = None
    """Of each training, instead of what the experiment says."""
    seed: int = 1
    network: str | None = None
    artifacts: Path = ARTIFACTS
    reuse: bool = False
    """Take an artifact that is already there for trained."""

    def command(self, name: str) -> str:
        """The command line that runs an experiment like this."""
        words = ["python -m examples.experiments", name, f"--seed {self.seed}"]
        words += ["--quick"] if self.quick else []
        words += [f"--minutes {self.minutes:g}"] if self.minutes is not None else []
        words += [f"--network {self.network}"] if self.network is not None else []
        return " ".join(words)


@dataclass(frozen=True, slots=True)
class Trained:
    """A network, and what its training reached on traces it was not trained on, in nats."""

    path: Path
    loss: float
    training: Training


@dataclass(slots=True)
class Lab:
    """The place of one experiment."""

    experiment: Experiment
    settings: Settings
    say: Callable[[str], None] = print
    figures: list[Figure] = field(default_factory=list)
    trainings: list[Training] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    began: float = field(default_factory=time.perf_counter)

    @property
    def quick(self) -> bool:
        """Whether only the machinery is tried."""
        return self.settings.quick

    @property
    def seed(self) -> int:
        """Of everything that is random."""
        return self.settings.seed

    def few(self, number: int, quick: int) -> int:
        """How many simulations, particles or repetitions."""
        return quick if self.quick else number

    def model(self, file: str, query: str | None = None) -> anglipy.Model:
        """A query of a program beside this file, or of one of the other examples."""
        path = HERE / file if (HERE / file).exists() else HERE.parent / file
        queries = anglipy.load(path).queries
        return queries[query] if query is not None else next(iter(queries.values()))

    def train(self, model: anglipy.Model, name: str = "", **options: Any) -> Trained:
        """A network for a query. Options are those of `anglipy compile`; `name` tells the networks
        of one experiment apart.
        """
        settings = self.settings
        network = options.pop("network", None) or settings.network or TrainingOptions().network
        if settings.minutes is not None:
            options = {**options, "traces": None, "minutes": settings.minutes}
        if self.quick:
            options = {**options, "minutes": None, "validate_every": None, **QUICK}
        given = {"seed": settings.seed, "network": network, **options}
        settings.artifacts.mkdir(parents=True, exist_ok=True)
        path = self._path(self.experiment.name, name or network)
        if not (settings.reuse and path.exists()):
            self.say(f"training {path.name}")
            model.compile(path, self._on_progress, overwrite=True, **given)
        artifact = Artifact.load(path)
        record = artifact.record
        told = {key: item for key, item in options.items() if key != "example_args"}
        training = Training(
            path.stem,
            network,
            record.traces,
            round(record.seconds, 1),
            record.best_loss,
            record.prior_loss,
            sum(array.size for array in artifact.arrays.values()),
            {key: item for key, item in told.items() if item is not None},
        )
        self.trainings.append(training)
        return Trained(path, record.best_loss, training)

    def left_by(self, experiment: str, network: str) -> Path | None:
        """The artifact that another experiment has left, if there is one."""
        path = self._path(experiment, network)
        return path if path.exists() else None

    def _path(self, experiment: str, name: str) -> Path:
        stem = f"{experiment}-{name.replace('+', '-')}{'-quick' if self.quick else ''}"
        return self.settings.artifacts / f"{stem}.pt"

    def _on_progress(self, progress: Any) -> None:
        self.say(
            f"  {progress.traces:>10,} traces  {progress.seconds:6.0f} s  "
            f"{progress.traces_per_second:8,.0f} traces/s  loss {progress.validation_loss:.4f}"
        )

    def figure(
        self,
        what: str,
        value: float,
        *,
        at_most: float | None = None,
        at_least: float | None = None,
    ) -> Figure:
        """Write a number down."""
        figure = Figure(what, float(value), at_most, at_least)
        self.figures.append(figure)
        mark = {None: "", True: "  reached", False: "  MISSED"}[figure.passed]
        self.say(f"  {what}: {figure.value:.4g}{mark}")
        return figure

    def picture(self, name: str) -> Path:
        """Where to draw a picture, which the page will show."""
        folder = self.settings.artifacts if self.quick else RESULTS
        folder.mkdir(parents=True, exist_ok=True)
        self.note(f"![{name}](results/{name}.png)")
        return folder / f"{name}.png"

    def note(self, text: str) -> None:
        """Write down what is to be said beside the numbers."""
        self.notes.append(text)

    def outcome(self) -> Outcome:
        """Everything that was written down."""
        experiment = self.experiment
        return Outcome(
            experiment.name,
            experiment.row,
            experiment.title,
            self.settings.command(experiment.name),
            self.settings.seed,
            round(time.perf_counter() - self.began, 1),
            tuple(self.figures),
            tuple(self.trainings),
            tuple(self.notes),
            Circumstances.now(),
        )
