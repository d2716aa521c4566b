"""Progress on stderr: one line that rewrites itself on a terminal, and plain lines now and then
elsewhere.

An inference reports only on a terminal, and only if it takes more than a moment. What a training
shows is in `cli.training`.
"""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from anglipy.inference.engine import StepInfo

__all__ = ["Reporter", "inference_progress", "reporting"]

PATIENCE_S = 0.5
"""How long an inference may take before it says anything."""
INTERVAL_S = 0.1
"""Time between two lines of an inference."""


class Reporter:
    """Writes lines of progress, not too many of them."""

    def __init__(self, patience_s: float = 0.0) -> None:
        self.is_live = sys.stderr.isatty()
        self._next = time.monotonic() + patience_s
        self._above, self._is_open = 0, False

    @property
    def is_due(self) -> bool:
        """Whether it is time for another line."""
        return time.monotonic() >= self._next

    def line(self, text: str) -> None:
        """Show a line now."""
        self._next = time.monotonic() + INTERVAL_S
        if self.is_live:
            self.block([text])
        else:
            sys.stderr.write(f"{text}\n")
            sys.stderr.flush()

    def block(self, lines: Sequence[str]) -> None:
        """Show lines in place of those shown before, on a terminal."""
        size = shutil.get_terminal_size()
        shown = [line[: size.columns - 1] for line in lines[: size.lines - 1]]
        sys.stderr.write(self._away() + "\n".join(shown))
        sys.stderr.flush()
        self._above, self._is_open = len(shown) - 1, True

    def _away(self) -> str:
        """What takes the lines shown before away."""
        return "\r\x1b[K" + "\x1b[A\x1b[K" * self._above

    def close(self) -> None:
        """Take the live lines away."""
        if self._is_open:
            sys.stderr.write(self._away())
            sys.stderr.flush()
            self._above, self._is_open = 0, False


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
