"""Training: traces from the program's joint distribution, one minibatch after the other.

    minimise  E over (choices, data) of  - sum over choices of log q'(choice | choices before it,
        data)

which is the average divergence of the proposals from the posterior, up to a constant: the loss has
the posterior's own entropy as its floor (Le, Baydin and Wood 2017, eq. 3). A fixed validation set,
drawn with its own seed, decides which network is kept in the artifact, and may end training early.
Now and then, at every validation, and when it is stopped, the whole state of training goes to
`<artifact>.resume` (`ic.resuming`). Where traces come from is the business of `ic.sources`.
"""

from __future__ import annotations

import math
import signal
import threading
import time
import warnings
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch

from anglipy.diagnostics import ArtifactError
from anglipy.ic.artifact import Artifact
from anglipy.ic.batches import batch_of
from anglipy.ic.container import sweep
from anglipy.ic.devices import device_of, forked_rng
from anglipy.ic.extending import extended
from anglipy.ic.judgement.novelty import learned_from, summaries
from anglipy.ic.layers import Shape
from anglipy.ic.learner import Learner, Losses, validate
from anglipy.ic.limits import limits_of
from anglipy.ic.network import Network
from anglipy.ic.options import TrainingOptions
from anglipy.ic.records import Live, Progress, SiteLoss, TrainingRecord
from anglipy.ic.resuming import RESUME_KIND, restore_state, resume_path, save_state
from anglipy.ic.sources import Source
from anglipy.ic.store import artifact_of, network_of
from anglipy.ic.threads import fitting_threads
from anglipy.runtime.machine import Query

__all__ = ["RESUME_KIND", "Progress", "TrainingOptions", "TrainingRecord", "resume_path", "train"]

REPORTS = 40
"""Validations in a budget, unless the options say otherwise."""
GLANCE_S = 0.2
"""Time between two looks of whoever watches."""

Listener = Callable[[Progress], object]
Watcher = Callable[[Live], object]


def train(
    query: Query,
    options: TrainingOptions,
    artifact_path: str | Path,
    on_progress: Listener | None = None,
    *,
    watch: Watcher | None = None,
    program_hash: str = "",
    sites: Iterable[str] | None = None,
    should_stop: Callable[[], bool] | None = None,
    on_note: Callable[[str], object] | None = None,
) -> TrainingRecord:
    """Train a network for a query and write the best one to `artifact_path`.

    The first Ctrl-C ends training after the step under way; the artifact and the state to resume
    from are written, and the record says `interrupted`. `on_progress` is called at every
    validation, `watch` a few times a second, `on_note` with what is worth knowing before the first
    step; a program that observes nothing is warned of. `program_hash` and `sites`, the static sites
    of the program, are kept for `Artifact.check`.

    Raises:
        OptionError: AQ303 a device that is not there.
        ArtifactError: AQ601 a file cannot be written, AQ606 nothing to resume or other options,
            AQ607 an observed value that a network cannot read, AQ608 a run without end, AQ609 a
            query without choices, AQ611 and AQ612 a worker failed or died, AQ613 a dataset of
            another program, AQ614 the loss is no number any more.
        ProgramError: a value was wrong while the program ran.

    """
    device_of(options.device)
    with forked_rng(), _interruptible() as interrupted:
        trainer = Trainer(query, options, Path(artifact_path), program_hash, sites)
        try:
            for warning in trainer.warnings:
                warnings.warn(warning, stacklevel=3)
            for note in trainer.source.notes:
                _tell(on_note, note)
            if options.resume:
                trainer.restore()
            else:
                trainer.checkpoint()
            with fitting_threads(trainer.learner.network, options.threads):
                _go_on(trainer, on_progress, watch, interrupted, should_stop or (lambda: False))
            return trainer.finish(not trainer.is_done)
        finally:
            trainer.close()


def _go_on(
    trainer: Trainer,
    on_progress: Listener | None,
    watch: Watcher | None,
    interrupted: threading.Event,
    stop: Callable[[], bool],
) -> None:
    """Step after step, until the budget is used up or someone wants it to stop."""
    glance = 0.0
    while not trainer.is_done and not interrupted.is_set() and not stop():
        trainer.step()
        if trainer.is_due:
            _tell(on_progress, trainer.report())
        elif trainer.is_unsaved:
            trainer.checkpoint()
        if watch is not None and time.perf_counter() >= glance:
            watch(trainer.live())
            glance = time.perf_counter() + GLANCE_S
    if trainer.unreported:
        _tell(on_progress, trainer.report())


def _tell(listener: Callable[[Any], object] | None, what: Any) -> None:
    if listener is not None:
        listener(what)


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
    to_beat: float = float("inf")
    """The loss that a validation must be `min_delta` below."""
    in_vain: int = 0
    """Validations since one was."""


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
        sweep(path)
        sweep(resume_path(path))
        torch.manual_seed(options.seed)
        # Workers are forked here, before torch has threads of its own.
        self.source = Source.of(query, options, program_hash)
        tapes = self.source.validation
        self.warnings = self.source.warnings
        self.validation = [batch_of(tape) for tape in tapes if tape.choices]
        shape = Shape(options.hidden, options.width, 4, options.components, options.proposal)
        network = Network(shape, options.network)
        network.limits = limits_of(tapes)
        for batch in self.validation:
            network.grow(batch)
        self.learner = Learner(network, options)
        self.tally = Tally()
        self.history: list[Progress] = []
        self.losses: Losses | None = None
        self.clock = time.perf_counter()
        self.saved_seconds = 0.0
        self.glanced = (0, 0.0)
        self.interval = options.validate_every or self._interval()

    def close(self) -> None:
        """End the workers, if there are any."""
        self.source.close()

    # -- going on ------------------------------------------------------------------------------

    @property
    def is_done(self) -> bool:
        """Whether the budget is used up, or patience."""
        done = self.options.fraction(self.tally.traces, self.tally.seconds) >= 1.0
        return done or self.is_early

    @property
    def is_early(self) -> bool:
        """Whether validations have got no better for too long."""
        patience = self.options.patience
        return patience is not None and self.tally.in_vain >= patience

    @property
    def is_due(self) -> bool:
        """Whether it is time to validate."""
        tally = self.tally
        if self.interval is not None:
            return tally.traces - tally.reported >= self.interval
        minutes = self.options.minutes or 1.0
        return tally.seconds - tally.reported_seconds >= 60.0 * minutes / REPORTS

    @property
    def is_unsaved(self) -> bool:
        """Whether it is time to save the state."""
        return self.tally.seconds - self.saved_seconds >= self.options.checkpoint_seconds

    @property
    def unreported(self) -> bool:
        """Whether anything happened since the last report."""
        return self.losses is None or self.tally.traces > self.tally.reported

    def step(self) -> None:
        """One minibatch. Raises ArtifactError AQ614 if its loss is not a number."""
        tally, options = self.tally, self.options
        count = options.batch
        if options.budget is not None:
            count = min(count, options.budget - tally.traces)
        tape = self.source.take(count)
        rate = options.rate(options.fraction(tally.traces, tally.seconds))
        if tape.choices:
            loss = self.learner.learn(batch_of(tape), rate)
            if not math.isfinite(loss):
                raise _diverged(tally.traces, loss, self.path)
            tally.loss_sum += loss * count
        tally.traces += count
        now = time.perf_counter()
        tally.seconds += now - self.clock
        self.clock = now

    def report(self) -> Progress:
        """Validate, keep the network if it is the best so far, save the state to resume from."""
        tally, options = self.tally, self.options
        network = self.learner.best
        losses = validate(network, self.validation, options.epsilon)
        loss = losses.loss / losses.traces
        better = self.losses is None or loss < tally.best_loss
        if better:
            tally.best_loss, tally.best_at = loss, tally.traces
            self.losses = losses
        if loss < tally.to_beat - options.min_delta:
            tally.to_beat, tally.in_vain = loss, 0
        else:
            tally.in_vain += 1
        progress = self._progress(losses)
        self.history.append(progress)
        if better:
            self._save_artifact(network)
        tally.reported, tally.reported_seconds, tally.loss_sum = tally.traces, tally.seconds, 0.0
        self.checkpoint()
        return progress

    def checkpoint(self) -> None:
        """Save the state to resume from."""
        save_state(self)
        self.saved_seconds = self.tally.seconds
        self.clock = time.perf_counter()

    def restore(self) -> None:
        """Go on from the saved state."""
        restore_state(self)
        self.saved_seconds = self.tally.seconds
        self.glanced = (self.tally.traces, self.tally.seconds)

    def finish(self, interrupted: bool) -> TrainingRecord:
        """The record, also put into the artifact. A finished training leaves its state too: its
        budget may be raised.
        """
        final = self.record(interrupted).judged
        artifact = replace(Artifact.load(self.path), record=final)
        artifact = extended(artifact, self.validation)
        known = learned_from(summaries(network_of(artifact), self.validation))
        if known is not None:
            artifact = replace(artifact, extras=known.to_arrays())
        artifact.save(self.path)
        return final

    # -- telling -----------------------------------------------------------------------------

    def live(self) -> Live:
        """What is going on right now."""
        tally = self.tally
        traces, seconds = self.glanced
        self.glanced = (tally.traces, tally.seconds)
        since = tally.traces - tally.reported
        last = self.history[-1] if self.history else None
        return Live(
            traces=tally.traces,
            traces_per_second=(tally.traces - traces) / max(tally.seconds - seconds, 1e-9),
            training_loss=tally.loss_sum / since if since else _training_loss(last),
            seconds=tally.seconds,
            fraction=self._fraction(),
            validated=last,
            sites=self._site_losses(),
        )

    def record(self, interrupted: bool) -> TrainingRecord:
        """What became of the training so far. There must have been a report."""
        losses = self.losses
        assert losses is not None
        return TrainingRecord(
            self.tally.traces,
            self.tally.seconds,
            self.tally.best_loss,
            self.tally.best_at,
            losses.prior_loss / losses.traces,
            interrupted,
            tuple(self.history),
            self._site_losses(),
            self.warnings,
            self.is_early,
        )

    def _fraction(self) -> float:
        return min(1.0, self.options.fraction(self.tally.traces, self.tally.seconds))

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
            fraction=self._fraction(),
        )

    def _site_losses(self) -> tuple[SiteLoss, ...]:
        losses = self.losses
        if losses is None:
            return ()
        return tuple(
            SiteLoss(site, loss / losses.traces, prior / losses.traces, int(steps))
            for site, (loss, prior, steps) in sorted(losses.by_site.items())
        )

    def _save_artifact(self, network: Network) -> None:
        artifact_of(
            network,
            self.query.name,
            self.program_hash,
            self.sites,
            self.options,
            self.record(interrupted=True),
        ).save(self.path)


def _training_loss(last: Progress | None) -> float:
    return math.nan if last is None else last.training_loss


def _diverged(traces: int, loss: float, path: Path) -> ArtifactError:
    return ArtifactError(
        "AQ614",
        f"the loss is {loss} after {traces:,} traces: training cannot go on from there",
        help="train again with a lower --learning-rate; is a value of the program infinite?",
        notes=(f"the best network before that is in {path}",) if path.exists() else (),
    )
