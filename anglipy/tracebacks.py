"""Tracebacks for those who use anglipy in Python: of an error of theirs they see their own lines,
in Python and in programs, and then the message. Frames of anglipy itself say nothing to them.

    with theirs_only: ...        or        @theirs_only

A `UserError` that leaves such a block loses our frames, and its cause, unless that happened in a
function of the user. A mistake of ours keeps everything, and so does every error where the
environment variable ANGLIPY_TRACEBACK is set.
"""

from __future__ import annotations

import contextlib
import os
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Literal

from anglipy.diagnostics import UserError

__all__ = ["VARIABLE", "level_of_theirs", "theirs_only"]

VARIABLE = "ANGLIPY_TRACEBACK"
"""The environment variable that keeps tracebacks as they are."""
_PACKAGE = str(Path(__file__).parent) + os.sep
_LIBRARY = "stdlib/"
"""How the names of our files in the language begin."""


class _TheirsOnly(contextlib.ContextDecorator):
    def __enter__(self) -> None:
        return None

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, *rest: object
    ) -> Literal[False]:
        # What is raised again has the traceback that the error has by then, and the frame of the
        # block is not added to it.
        if isinstance(error, UserError) and VARIABLE not in os.environ:
            error.__traceback__ = _without_ours(error.__traceback__)
            _forget_our_causes(error)
        return False


theirs_only = _TheirsOnly()
"""Leaves our frames out of the traceback of a `UserError`."""


def level_of_theirs() -> int:
    """The `stacklevel` with which a warning, given where this is called, points at the nearest line
    that is not ours; 1 if all are.
    """
    frame, level = sys._getframe(1), 1
    while frame.f_back is not None:
        if not _ours(frame.f_code.co_filename):
            return level
        frame, level = frame.f_back, level + 1
    return 1 if _ours(frame.f_code.co_filename) else level


def _without_ours(trace: TracebackType | None) -> TracebackType | None:
    """The traceback without our frames."""
    kept = None
    for entry in reversed([entry for entry in _entries(trace) if not _is_ours(entry)]):
        kept = TracebackType(kept, entry.tb_frame, entry.tb_lasti, entry.tb_lineno)
    return kept


def _forget_our_causes(error: BaseException) -> None:
    """Keep those causes of an error that happened in Python code of the user."""
    while error.__cause__ is not None:
        cause = error.__cause__
        trace = _without_ours(cause.__traceback__)
        if isinstance(cause, UserError) or not any(map(_is_theirs, _entries(trace))):
            error.__cause__ = cause.__cause__
        else:
            cause.__traceback__ = trace
            error = cause
    error.__suppress_context__ = True


def _entries(trace: TracebackType | None) -> Iterator[TracebackType]:
    while trace is not None:
        yield trace
        trace = trace.tb_next


def _is_ours(entry: TracebackType) -> bool:
    return _ours(entry.tb_frame.f_code.co_filename)


def _ours(name: str) -> bool:
    return name.startswith((_PACKAGE, _LIBRARY)) or name == contextlib.__file__


def _is_theirs(entry: TracebackType) -> bool:
    """Whether a line is Python's that the user wrote, in no library."""
    name = entry.tb_frame.f_code.co_filename
    paths = sysconfig.get_paths()
    libraries = tuple(paths[kind] for kind in ("stdlib", "platstdlib", "purelib", "platlib"))
    return name.endswith(".py") and not name.startswith(libraries)
