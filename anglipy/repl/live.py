"""What runs right now, in one line below everything else, from half a second on.

A thread redraws the line ten times a second, so that it moves even while one step of an engine
takes long. Whatever the program prints goes above it. Where nobody looks, nothing is drawn.
"""

from __future__ import annotations

import shutil
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import TYPE_CHECKING, Any, TextIO, cast

from anglipy.durations import clock
from anglipy.repl.bars import Strokes, strokes

if TYPE_CHECKING:
    from anglipy.ic.options import Progress
    from anglipy.inference.engine import StepInfo

__all__ = ["InferenceWatch", "Live", "Text", "TrainingWatch"]

PATIENCE_S = 0.5
INTERVAL_S = 0.1
_BAR = 20
_ERASE = "\r\x1b[K"

Text = Callable[[float], str]
"""What to say after so many seconds."""


class Live:
    """The line. `is_on` says whether there is a terminal to show it on."""

    def __init__(self, is_on: bool = False) -> None:
        self.is_on = is_on
        self._text: Text = lambda seconds: f"{clock(seconds)}  (Ctrl-C stops it)"
        self._lock = threading.RLock()
        self._is_drawn = False
        self._is_at_margin = True
        self._began = 0.0

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Show the line while this lasts, if it lasts."""
        if not self.is_on:
            yield
            return
        out, end = sys.stdout, threading.Event()
        self._began = time.monotonic()
        thread = threading.Thread(target=self._redraw, args=(out, end), daemon=True)
        thread.start()
        errors = sys.stderr
        sys.stdout = cast(TextIO, _Above(out, self))
        sys.stderr = cast(TextIO, _Above(errors, self, out))
        try:
            yield
        finally:
            sys.stdout, sys.stderr = out, errors
            end.set()
            with self._lock:
                self._erase(out)
            thread.join()

    @contextmanager
    def saying(self, text: Text) -> Iterator[None]:
        """Show this in the line meanwhile."""
        before, began = self._text, self._began
        self._text, self._began = text, time.monotonic()
        try:
            yield
        finally:
            self._text, self._began = before, began

    def write(self, out: TextIO, text: str, drawn_on: TextIO) -> int:
        """Write above the line, which is drawn on one of the streams. It is not drawn again before
        a line of output is whole.
        """
        with self._lock:
            self._erase(drawn_on)
            if text:
                self._is_at_margin = text.endswith("\n")
            return out.write(text)

    def _redraw(self, out: TextIO, end: threading.Event) -> None:
        first = time.monotonic() + PATIENCE_S
        while not end.wait(INTERVAL_S):
            if time.monotonic() < first:
                continue
            text = self._text(time.monotonic() - self._began)
            width = shutil.get_terminal_size().columns - 1
            with self._lock:
                if self._is_at_margin and not end.is_set():
                    out.write(f"{_ERASE}{text[:width]}")
                    out.flush()
                    self._is_drawn = True

    def _erase(self, out: TextIO) -> None:
        if self._is_drawn:
            out.write(_ERASE)
            out.flush()
            self._is_drawn = False


class _Above:
    """Standard output, or what stands for errors, while the line is shown on standard output."""

    def __init__(self, out: TextIO, live: Live, drawn_on: TextIO | None = None) -> None:
        self._out, self._live, self._drawn_on = out, live, drawn_on or out

    def write(self, text: str) -> int:
        """Write above the line."""
        return self._live.write(self._out, text, self._drawn_on)

    def writelines(self, lines: Iterable[str]) -> None:
        """Write all of them above the line."""
        for line in lines:
            self.write(line)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._out, name)


# --- what there is to say ---


class InferenceWatch:
    """The newest report of an engine, as text."""

    def __init__(self, algorithm: str) -> None:
        self._algorithm, self._steps = algorithm, 0
        self._info: StepInfo | None = None
        self._strokes = strokes()
        self._is_stopped = False

    @contextmanager
    def noticing(self) -> Iterator[None]:
        """Say from the first Ctrl-C on that it stopped: what was drawn until then is still to be
        put together.
        """
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = signal.getsignal(signal.SIGINT)

        def interrupt(number: int, frame: FrameType | None) -> None:
            self._is_stopped = True
            if callable(before):
                before(number, frame)

        signal.signal(signal.SIGINT, interrupt)
        try:
            yield
        finally:
            signal.signal(signal.SIGINT, before)

    def __call__(self, info: StepInfo) -> None:
        """Take a report."""
        self._steps, self._info = self._steps + 1, info

    def text(self, seconds: float) -> str:
        """What there is to say now."""
        info = self._info
        if self._is_stopped:
            return f"{self._algorithm}  stopped; summarising ...  {clock(seconds)}"
        if info is None:
            return f"{self._algorithm}  {clock(seconds)}  (Ctrl-C stops it)"
        parts = [self._algorithm, clock(seconds)]
        if info.draws and info.total:
            share = info.draws / info.total
            parts[0] = f"{_bar(self._strokes, share)} {share:4.0%}  {self._algorithm}"
        ess = info.draws_ess if info.ess is None else info.ess
        if ess is not None:
            parts.append(f"ess {ess:,.0f}")
        done, unit = (info.draws, "draws") if info.draws else (self._steps, "steps")
        parts += [f"{done / max(seconds, 1e-3):,.0f} {unit}/s", f"{done:,} {unit}"]
        return "  ".join(parts)


class TrainingWatch:
    """The newest report of a training, as text. Losses are in nats per trace."""

    def __init__(self) -> None:
        self._progress: Progress | None = None
        self._strokes = strokes()

    def __call__(self, progress: Progress) -> None:
        """Take a report."""
        self._progress = progress

    def text(self, seconds: float) -> str:
        """What there is to say now."""
        progress = self._progress
        if progress is None:
            return f"training  {clock(seconds)}"
        return "  ".join(
            (
                f"{_bar(self._strokes, progress.fraction)} {progress.fraction:4.0%}",
                f"{progress.traces:,} traces",
                f"{progress.traces_per_second:,.0f}/s",
                f"loss {progress.validation_loss:.3f}",
                f"best {progress.best_loss:.3f}",
                f"prior {progress.prior_loss:.3f}",
                clock(seconds),
            )
        )


def _bar(strokes: Strokes, share: float) -> str:
    return f"[{strokes.bar(share, _BAR).ljust(_BAR)}]"
