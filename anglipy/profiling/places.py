"""Which form of the user's text a stack of Python is at."""

from __future__ import annotations

from types import CodeType, FrameType
from typing import Any

from anglipy.diagnostics import Span
from anglipy.runtime.checkpoints import Observe, Sample
from anglipy.runtime.lanes.machine import Machine
from anglipy.runtime.locate import SOURCES, caller, is_library, span_at

__all__ = ["Places"]

_ENGINES = ("anglipy.inference", "anglipy.ic")
_HELD = ("observe", "sample", "checkpoint", "stop")
"""What engines call the checkpoint that they are at."""
_NEXT = Machine.next.__code__


class Places:
    """Finds places, and remembers what it found out about code."""

    def __init__(self) -> None:
        self._spans: dict[tuple[CodeType, int], Span | None] = {}
        self._names: dict[CodeType, tuple[str, ...]] = {}

    def of_stack(self, frame: FrameType | None, machine: Span | None) -> Span | None:
        """The innermost form of the user's that a stack is in; where that is in the library, the
        form that called it. `machine`: where the machine is if it runs no code of the program.
        """
        library: FrameType | None = None
        while frame is not None:
            if SOURCES in frame.f_globals:
                span = self._span(frame)
                if span is not None and not is_library(span):
                    return span
                library = library or frame
            elif frame.f_code is _NEXT:
                found = machine if library is None else caller(frame_values(library))
                if found is not None or frame.f_locals["self"].outer is None:
                    return found
            elif library is None and (found := self._at_checkpoint(frame)) is not None:
                return found
            frame = frame.f_back
        return None

    def _span(self, frame: FrameType) -> Span | None:
        key = (frame.f_code, frame.f_lasti)
        if key not in self._spans:
            self._spans[key] = span_at(frame.f_globals, *key)
        return self._spans[key]

    def _at_checkpoint(self, frame: FrameType) -> Span | None:
        """The place of the checkpoint that a function of an engine draws for or weighs."""
        names = self._names.get(frame.f_code)
        if names is None:
            own = str(frame.f_globals.get("__name__", "")).startswith(_ENGINES)
            names = tuple(n for n in _HELD if own and n in frame.f_code.co_varnames)
            self._names[frame.f_code] = names
        for name in names:
            held = frame.f_locals.get(name)
            if held.__class__ is Sample or held.__class__ is Observe:
                return held.site.span
        return None


def frame_values(frame: FrameType) -> list[Any]:
    """The variables of a function."""
    return list(frame.f_locals.values())
