"""A thread that looks, again and again, where another one is."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable
from types import FrameType

__all__ = ["Sampler"]

INTERVAL_S = 0.001
_SWITCH_S = 0.0005
"""How long Python lets a thread wait for its turn; meanwhile the other one goes on."""


class Sampler:
    """Tells `sampled(frame, seconds)` about the thread that made it: the innermost frame, and the
    time since it told the last time. The times add up to what `stop` returns.
    """

    def __init__(self, sampled: Callable[[FrameType | None, float], None]) -> None:
        self._sampled = sampled
        self._watched = threading.get_ident()
        self._begun, self._ended = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._run, name="profile", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._switch_s = sys.getswitchinterval()
        sys.setswitchinterval(min(_SWITCH_S, self._switch_s))
        self._thread.start()
        self._began = self._last = time.perf_counter()
        self._begun.set()

    def stop(self) -> float:
        """End; the seconds since `start`."""
        self._ended.set()
        self._thread.join()
        sys.setswitchinterval(self._switch_s)
        now = time.perf_counter()
        self._sampled(None, now - self._last)
        return now - self._began

    def _run(self) -> None:
        self._begun.wait()
        while not self._ended.wait(INTERVAL_S):
            frame = sys._current_frames().get(self._watched)
            now = time.perf_counter()
            self._sampled(frame, now - self._last)
            self._last = now
            del frame
