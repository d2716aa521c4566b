"""Training: traces from the program's joint distribution, one minibatch after the other, never the
same twice.

    minimise  E over (choices, data) of  - sum over choices of log q'(choice | choices before it,
        data)

which is the average divergence of the proposals from the posterior, up to a constant: the loss has
the posterior's own entropy as its floor (Le, Baydin and Wood 2017, eq. 3). A fixed validation set,
drawn with its own seed, decides which network is kept in the artifact. After every validation, and
when it is stopped, the whole state of training goes to `<artifact>.resume`; with a budget in
traces, a training that was interrupted and resumed gives bitwise the same artifact as one that was
not.
"""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch

from anglipy.diagnostics import ArtifactError
from anglipy.ic.artifact import AddressRow, Artifact
from anglipy.ic.batches import batch_of
from anglipy.ic.container import read_container, write_container
from anglipy.ic.layers import Shape
from anglipy.ic.learner import VALIDATION_CHUNK, Learner, Losses, validate
from anglipy.ic.network import Network
from anglipy.ic.options import Progress, SiteLoss, TrainingOptions, TrainingRecord
from anglipy.ic.spool import Spool, batches_ahead
from anglipy.ic.store import artifact_of, rows_of, structure_of
from anglipy.ic.tapes import Tape, record
from anglipy.ic.threads import fitting_threads
from anglipy.runtime.machine import Query

__all__ = ["RESUME_KIND", "Progress", "TrainingOptions", "TrainingRecord", "resume_path", "train"]

RESUME_KIND = "anglipy training state"
BLIND = (
    "the program observed nothing while it was trained on, so the network cannot learn from data; "
    "if how much it observes depends on its argument, give an example of that with -v"
)
REPORTS = 40
"""Validations in a budget, unless the options say otherwise."""

Listener = Callable[[Progress], object]


def resume_path(artifact_path: str | Path) -> Path:
    """Where the state of an unfinished training lies."""
    path = Path(artifact_path)
    return path.with_name(path.name + ".resume")


def train(
    query: Query,
    options: TrainingOptions,
    artifact_path: str | Path,
    on_progress: Listener | None = None,
    *,
    program_hash: str = "",
    sites: Iterable[str] | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> TrainingRecord:
    """Train a network for a query and write the best one to `artifact_path`.

    The first Ctrl-C ends training after the step under way; the artifact and the state to resume
    from are written, and the record says `interrupted`. `program_hash` and `sites`, the static
    sites of the program, are kept for `Artifact.check`.

    Raises:
        ArtifactError: AQ601 a file cannot be written, AQ606 nothing to resume or other options,
            AQ607 an observed value
            that a network cannot read, AQ608 a run without end, AQ609 a query without choices.
        ProgramError: a value was wrong while the program ran.

    """
    with torch.random.fork_rng(devices=[]), _interruptible() as interrupted:
        trainer = Trainer(query, options, Path(artifact_path), program_hash, sites)
        if options.resume:
            trainer.restore()
        stop = should_stop or (lambda: False)
        with fitting_threads(trainer.learner.network, options.threads):
            while not trainer.is_done and not interrupted.is_set() and not stop():
                trainer.step()
                if trainer.is_due:
                    _tell(on_progress, trainer.report())
            if trainer.unreported:
                _tell(on_progress, trainer.report())
        return trainer.finish(not trainer.is_done)


def _tell(listener: Listener | None, progress: Progress) -> None:
    if listener is not None:
        listener(progress)


@contextmanager
def _interruptible() -> Iterator[threading.Event]:
    """An event that the first Ctrl-C sets; the second raises KeyboardInterrupt. In the main thread
    only.
    """
    event = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield event
        return

    def on_interrupt(number: int, frame: Any) -> None:
        if event.is_set():
            raise KeyboardInterrupt
        event.set()

    before = signal.signal(signal.SIGINT, on_interrupt)
    try:
        yield event
    finally:
        signal.signal(signal.SIGINT, before)


@dataclass(slots=True)
class Tally:
    """Where training is. Losses and seconds since the last report are kept to average over."""

    traces: int = 0
    seconds: float = 0.0
    reported: int = 0
    reported_seconds: float = 0.0
    loss_sum: float = 0.0
    best_loss: float = float("inf")
    best_at: int = 0


class Trainer:
    """One training from its first step, or from where it was left, to its end."""

    def __init__(
        self,
        query: Query,
        options: TrainingOptions,
        path: Path,
        program_hash: str,
        sites: Iterable[str] | None,
    ) -> None:
        self.query, self.options, self.path = query, options, path
        self.program_hash = program_hash
        self.sites = None if sites is None else tuple(sorted(sites))
        torch.manual_seed(options.seed)
        self.warnings: tuple[str, ...] = ()
        tapes = self._validation_tapes()
        self.validation = [batch_of(tape) for tape in tapes if tape.choices]
        rng = np.random.default_rng(options.seed)
        self.spool = Spool(query, options.example_args, rng, batches_ahead(tapes[0]))
        shape = Shape(options.hidden, options.width, 4, options.components)
        network = Network(shape, options.network)
        for batch in self.validation:
            network.grow(batch)
        self.learner = Learner(network, options)
        self.tally = Tally()
        self.history: list[Progress] = []
        self.losses: Losses | None = None
        self.clock = time.perf_counter()
        self.interval = options.validate_every or self._interval()

    # -- going on ------------------------------------------------------------------------------

    @property
    def is_done(self) -> bool:
        """Whether the budget is used up."""
        return self.options.fraction(self.tally.traces, self.tally.seconds) >= 1.0

    @property
    def is_due(self) -> bool:
        """Whether it is time to validate."""
        tally = self.tally
        if self.interval is not None:
            return tally.traces - tally.reported >= self.interval
        minutes = self.options.minutes or 1.0
        return tally.seconds - tally.reported_seconds >= 60.0 * minutes / REPORTS

    @property
    def unreported(self) -> bool:
        """Whether anything happened since the last report."""
        return self.losses is None or self.tally.traces > self.tally.reported

    def step(self) -> None:
        """One minibatch."""
        tally, options = self.tally, self.options
        count = options.batch
        if options.budget is not None:
            count = min(count, options.budget - tally.traces)
        left = None if options.budget is None else options.budget - tally.traces
        tape = self.spool.take(count, left)
        rate = options.rate(options.fraction(tally.traces, tally.seconds))
        if tape.choices:
            tally.loss_sum += self.learner.learn(batch_of(tape), rate) * count
        tally.traces += count
        now = time.perf_counter()
        tally.seconds += now - self.clock
        self.clock = now

    def report(self) -> Progress:
        """Validate, keep the network if it is the best so far, save the state to resume from."""
        tally = self.tally
        network = self.learner.best
        losses = validate(network, self.validation, self.options.epsilon)
        loss = losses.loss / losses.traces
        better = self.losses is None or loss < tally.best_loss
        if better:
            tally.best_loss, tally.best_at = loss, tally.traces
            self.losses = losses
        progress = self._progress(losses)
        self.history.append(progress)
        if better:
            self._save_artifact(network, interrupted=True)
        tally.reported, tally.reported_seconds, tally.loss_sum = tally.traces, tally.seconds, 0.0
        self._save_state()
        self.clock = time.perf_counter()
        return progress

    def finish(self, interrupted: bool) -> TrainingRecord:
        """The record, also put into the artifact. A finished training leaves its state too: its
        budget may be raised.
        """
        final = self._record(interrupted)
        replace(Artifact.load(self.path), record=final).save(self.path)
        return final

    # -- parts -------------------------------------------------------------------------------

    def _validation_tapes(self) -> list[Tape]:
        rng = np.random.default_rng([self.options.seed, 0x5EED])
        left, tapes = self.options.validation, []
        while left:
            count = min(left, VALIDATION_CHUNK)
            tapes.append(record(self.query, self.options.example_args, rng, count))
            left -= tapes[-1].count
        if not any(tape.choices for tape in tapes):
            raise ArtifactError(
                "AQ609", f"the query `{self.query.name}` makes no choices: nothing to train"
            )
        if not any(tape.observations for tape in tapes):
            self.warnings = (BLIND,)
        return tapes

    def _interval(self) -> int | None:
        """Traces between validations; None if time decides."""
        if self.options.minutes is not None or self.options.budget is None:
            return None
        return max(self.options.batch, self.options.budget // REPORTS)

    def _progress(self, losses: Losses) -> Progress:
        tally = self.tally
        since = tally.traces - tally.reported
        return Progress(
            traces=tally.traces,
            traces_per_second=since / max(tally.seconds - tally.reported_seconds, 1e-9),
            training_loss=tally.loss_sum / since if since else losses.loss / losses.traces,
            validation_loss=losses.loss / losses.traces,
            prior_loss=losses.prior_loss / losses.traces,
            best_loss=tally.best_loss,
            best_at=tally.best_at,
            seconds=tally.seconds,
            fraction=min(1.0, self.options.fraction(tally.traces, tally.seconds)),
        )

    def _record(self, interrupted: bool) -> TrainingRecord:
        losses = self.losses
        assert losses is not None
        sites = tuple(
            SiteLoss(site, loss / losses.traces, prior / losses.traces, int(steps))
            for site, (loss, prior, steps) in sorted(losses.by_site.items())
        )
        return TrainingRecord(
            self.tally.traces,
            self.tally.seconds,
            self.tally.best_loss,
            self.tally.best_at,
            losses.prior_loss / losses.traces,
            interrupted,
            tuple(self.history),
            sites,
            self.warnings,
        )

    def _save_artifact(self, network: Network, interrupted: bool) -> None:
        artifact_of(
            network,
            self.query.name,
            self.program_hash,
            self.sites,
            self.options,
            self._record(interrupted),
        ).save(self.path)

    # -- resuming ----------------------------------------------------------------------------

    def _save_state(self) -> None:
        network = self.learner.network
        tally = self.tally
        arrays = self.learner.to_arrays()
        arrays["torch_rng"] = torch.random.get_rng_state().numpy().copy()
        document = {
            "query": self.query.name,
            "program_hash": self.program_hash,
            "options": self.options.fixed(),
            "addresses": [
                [r.site, r.role, r.family, list(r.shape)] for r in rows_of(network.structure)
            ],
            "fixed": [list(number) for number in network.structure.fixed],
            "steps": self.learner.steps,
            "tally": {name: getattr(tally, name) for name in Tally.__slots__},
            "spool": self.spool.to_data(),
            "record": self._record(True).to_data(),
        }
        write_container(resume_path(self.path), RESUME_KIND, arrays, document)

    def restore(self) -> None:
        """Go on from the saved state. Raises ArtifactError AQ606 if there is none, or it is of
        another training.
        """
        path = resume_path(self.path)
        if not path.exists() or not self.path.exists():
            raise ArtifactError(
                "AQ606",
                f"there is nothing to resume: {path} and {self.path} are needed",
                help="train without --resume first",
            )
        arrays, document = read_container(path, RESUME_KIND)
        try:
            self._require_same(path, document)
            rows = [
                AddressRow(s, role, family, tuple(shape))
                for s, role, family, shape in document["addresses"]
            ]
            structure = structure_of(rows, document["fixed"])
            now = self.learner.network
            network = Network.of_structure(now.shape, structure, now.kind)
            self.learner = Learner(network, self.options)
            self.learner.restore(arrays, document["steps"])
            self.tally = Tally(**document["tally"])
            self.spool.restore(document["spool"])
            done = TrainingRecord.from_data(document["record"])
            torch.random.set_rng_state(torch.from_numpy(np.array(arrays["torch_rng"])))
        except (KeyError, TypeError, ValueError, RuntimeError) as error:
            raise ArtifactError(
                "AQ603", f"{path} is damaged: {error}", help="train again"
            ) from error
        self.history = list(done.history)
        self.losses = _losses_of(done, sum(batch.count for batch in self.validation))

    def _require_same(self, path: Path, document: dict[str, Any]) -> None:
        if document["program_hash"] != self.program_hash or document["query"] != self.query.name:
            raise ArtifactError(
                "AQ606",
                f"{path} is of another program, query `{document['query']}`",
                help="train without --resume",
            )
        mine = self.options.fixed()
        other = [name for name, value in document["options"].items() if mine.get(name) != value]
        if other:
            was = ", ".join(f"{name} was {document['options'][name]}" for name in other)
            raise ArtifactError(
                "AQ606",
                f"{path} was trained with other options: {was}",
                help="resume with the same options; only the budget may change",
            )


def _losses_of(done: TrainingRecord, traces: int) -> Losses:
    """The losses of the best network so far, from a record."""
    losses = Losses()
    losses.traces = traces
    losses.loss, losses.prior_loss = done.best_loss * traces, done.prior_loss * traces
    losses.by_site = {
        entry.site: [entry.loss * traces, entry.prior_loss * traces, float(entry.steps)]
        for entry in done.sites
    }
    return losses
