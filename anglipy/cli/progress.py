"""Progress on stderr: one line that rewrites itself on a terminal, and plain lines now and then
elsewhere.

An inference reports only on a terminal, and only if it takes more than a moment. Training reports
every validation.
"""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from anglipy.ic.options import Progress
    from anglipy.inference.engine import StepInfo

__all__ = ["Reporter", "clock", "inference_progress", "reporting", "training_progress"]

PATIENCE_S = 0.5
"""How long an inference may take before it says anything."""
INTERVAL_S = 0.1
"""Time between two lines of an inference."""


class Reporter:
    """Writes lines of progress, not too many of them."""

    def __init__(self, patience_s: float = 0.0) -> None:
        self.is_live = sys.stderr.isatty()
        self._next = time.monotonic() + patience_s
        self._is_open = False

    @property
    def is_due(self) -> bool:
        """Whether it is time for another line."""
        return time.monotonic() >= self._next

    def line(self, text: str) -> None:
        """Show a line now."""
        self._next = time.monotonic() + INTERVAL_S
        if self.is_live:
            width = shutil.get_terminal_size().columns - 1
            sys.stderr.write(f"\r\x1b[K{text[:width]}")
            self._is_open = True
        else:
            sys.stderr.write(f"{text}\n")
        sys.stderr.flush()

    def close(self) -> None:
        """Take the live line away."""
        if self._is_open:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()
            self._is_open = False


@contextmanager
def reporting(patience_s: float = 0.0) -> Iterator[Reporter]:
    """A reporter whose live line is gone afterwards, whatever happens."""
    reporter = Reporter(patience_s)
    try:
        yield reporter
    finally:
        reporter.close()


@contextmanager
def inference_progress(quiet: bool = False) -> Iterator[Callable[[StepInfo], object] | None]:
    """What to call after each step of an engine, or None where nobody looks."""
    if quiet or not sys.stderr.isatty():
        yield None
        return
    with reporting(PATIENCE_S) as reporter:

        def on_progress(info: StepInfo) -> None:
            if reporter.is_due:
                reporter.line(_step(info))

        yield on_progress


def _step(info: StepInfo) -> str:
    parts = [
        f"{info.draws:,} draws" if info.total is None else f"{info.draws:,} of {info.total:,} draws"
    ]
    if info.ess is not None:
        parts.append(f"ess {info.ess:,.0f}")
    if info.log_evidence is not None:
        parts.append(f"log evidence {info.log_evidence:.3f}")
    return "  ".join(parts)


@contextmanager
def training_progress(quiet: bool = False) -> Iterator[Callable[[Progress], object] | None]:
    """What to call after each step of a training, or None where nobody wants to know."""
    if quiet:
        yield None
        return
    with reporting() as reporter:

        def on_progress(progress: Progress) -> None:
            reporter.line(_training(progress))

        yield on_progress


def _training(progress: Progress) -> str:
    return "  ".join(
        (
            f"{progress.fraction:4.0%}",
            f"{progress.traces:,} traces",
            f"{progress.traces_per_second:,.0f} traces/s",
            f"training {progress.training_loss:.3f}",
            f"validation {progress.validation_loss:.3f}",
            f"best {progress.best_loss:.3f}",
            f"prior {progress.prior_loss:.3f}",
            clock(progress.seconds),
        )
    )


def clock(seconds: float) -> str:
    """A duration as minutes and seconds.

    >>> clock(5), clock(125.4), clock(4000)
    ('0:05', '2:05', '1:06:40')
    """
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
