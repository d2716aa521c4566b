"""Who is told by the machine, and by the sampler, and counts."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from types import CodeType, FrameType
from typing import Any

import numpy as np

from anglipy.diagnostics import Span
from anglipy.profiling.counts import Counts
from anglipy.profiling.places import Places
from anglipy.profiling.words import name_of, reason_of
from anglipy.runtime.checkpoints import Checkpoint, Observe, Result, Sample
from anglipy.runtime.lanes.groups import CURRENT, Group
from anglipy.runtime.lanes.machine import Machine
from anglipy.runtime.lanes.scopes import Choosing, Recalling, Scope, through
from anglipy.runtime.lanes.state import State
from anglipy.runtime.lanes.values import codes_at
from anglipy.runtime.locate import beginning, caller

__all__ = ["Watched", "Watching"]

_ONCE = ("anglipy.linking", "anglipy.library", "anglipy.cache", "importlib._bootstrap")
"""Modules that are at work once: to load a module, to make code for groups."""


class Watching:
    """Counts into a profile. The machines that are made meanwhile are `Watched`."""

    def __init__(self, profile: Counts) -> None:
        self.profile = profile
        self.machine: type = Watched
        self.where: Span | None = None
        """The form that the machine splits groups for, or unites them for."""
        self._last: Span | None = None
        """Where groups were split that meet only at the end of the query."""
        self._places = Places()
        self._prepares: dict[CodeType, bool] = {}

    def sampled(self, frame: FrameType | None, seconds: float) -> None:
        """The program was here for so long. Called from the thread of the sampler."""
        profile = self.profile
        profile.samples += 1
        if self._is_preparing(frame):
            profile.preparing += seconds
            return
        span = self._places.of_stack(frame, self.where)
        if span is None:
            profile.elsewhere += seconds
        else:
            profile.at(span).seconds += seconds

    def _is_preparing(self, frame: FrameType | None) -> bool:
        while frame is not None:
            code = frame.f_code
            if code not in self._prepares:
                name = str(frame.f_globals.get("__name__", ""))
                self._prepares[code] = name.startswith(_ONCE)
            if self._prepares[code]:
                return True
            frame = frame.f_back
        return False

    # ---- what the machine and primitives tell

    def split(self, why: Any, ways: int, group: Group, k: Any) -> None:
        """See `lanes.groups.Watch`."""
        frame = sys._getframe(2)
        span = self._places.of_stack(frame, None) or caller([through(k)]) or _memoised(frame)
        if span is not None:
            self.where = span
            if caller([through(k)]) is None:
                self._last = span
            self.profile.count_split(span, reason_of(why), ways, group.n)

    def one_by_one(self, f: Any, calls: int, particles: int) -> None:
        """See `lanes.groups.Watch`. What takes one call is no news."""
        if calls < 2:
            return
        span = self._places.of_stack(sys._getframe(2), self.where)
        if span is not None:
            self.profile.count_calls(span, name_of(f, span), calls, particles)

    def stopped(self, checkpoint: Checkpoint) -> None:
        """A group came to a checkpoint."""
        if isinstance(checkpoint, Result) or checkpoint.site.span is None:
            return
        kind = "sample" if isinstance(checkpoint, Sample) else "observe"
        state: State = checkpoint.state  # type: ignore[assignment]
        self.profile.count_stop(checkpoint.site.span, kind, state.group.n)

    def merged(self, span: Span | None, sizes: Sequence[int]) -> None:
        """Groups of these sizes become one."""
        span = span or self._last
        self.where = span
        if span is not None:
            self.profile.count_merge(span, sizes)


class Watched(Machine):
    """A machine that tells what it does."""

    def __init__(self, lanes: int | None = None) -> None:
        super().__init__(lanes)
        watch: Any = CURRENT.watch
        self.watch: Watching = watch

    def next(self) -> Checkpoint | None:
        """As of `Machine`."""
        self.watch.where = None
        found = super().next()
        self.watch.where = None
        if isinstance(found, Sample | Observe):
            self.watch.stopped(found)
        return found

    def united(self, steps: list[tuple[Any, State, Any]], scope: Scope) -> tuple[Any, ...]:
        """As of `Machine`."""
        if len(steps) > 1:
            frame = steps[0][0]
            span = caller([frame]) if frame.__class__ is tuple else beginning(frame.code)
            self.watch.merged(span, [state.group.n for _, state, _ in steps])
        return super().united(steps, scope)

    def _close(self, scope: Scope) -> None:
        if len(scope.waiting) > 1:
            sizes = [state.group.n for state, _ in scope.waiting]
            self.watch.merged(caller([through(scope.k)]), sizes)
        super()._close(scope)

    def _recalling(self, recalling: Recalling) -> None:
        self.watch.where = caller([through(recalling.value[0])])
        super()._recalling(recalling)

    def _choosing(self, choosing: Choosing) -> None:
        choice, group = choosing.choice, choosing.state.group
        there = np.unique(codes_at(choice, group)).tolist()
        if len(there) > 1:
            self.watch.split("return", len(there), group, choice.parts[there[0]])
        super()._choosing(choosing)


def _memoised(frame: FrameType) -> Span | None:
    """Where a memoised function is defined, of a call of it that nothing goes on behind."""
    called = frame.f_locals.get("frame")
    captures = getattr(called, "captures", ())
    return beginning(captures[0].code) if captures and hasattr(captures[0], "code") else None
