"""Where in the user's text an error happened, read off Python's own traceback.

Generated code carries the positions of the .aq source, and its globals hold the sources under `SOURCES`; so the
innermost traceback entry that belongs to a user's file gives the exact span, at no cost while nothing fails.
"""

from __future__ import annotations

from itertools import islice
from types import TracebackType
from typing import Any

from anglipy.diagnostics import AnglipyError, ProgramError, Source, Span

__all__ = ["SOURCES", "explain"]

SOURCES = "__sources__"
"""The global of generated modules that maps file names to sources."""


def explain(error: Exception) -> AnglipyError:
    """The error for the user: with a span, whatever Python raised."""
    spans, outside = _spans(error.__traceback__)
    user = [span for span in spans if not span.source.name.startswith("stdlib/")]
    span = (user or spans or [None])[-1]
    if isinstance(error, AnglipyError):
        located = error.located(span)
        if span is not None and spans and spans[-1] is not span:
            located.noted(f"inside the library, at {spans[-1]}")
        return located
    if isinstance(error, RecursionError):
        return ProgramError("AQ407", "a direct function nests too deep for Python", span)
    name = type(error).__name__
    where = () if outside is None else (f"raised in Python, at {outside}",)
    return ProgramError("AQ404", f"{name}: {error}" if str(error) else name, span, notes=where)


def _spans(trace: TracebackType | None) -> tuple[list[Span], str | None]:
    """Spans of the traceback's entries in .aq files, outermost first; and the last Python place after them."""
    spans: list[Span] = []
    outside: str | None = None
    while trace is not None:
        code = trace.tb_frame.f_code
        source = trace.tb_frame.f_globals.get(SOURCES, {}).get(code.co_filename)
        if source is not None:
            span = _span(source, code, trace.tb_lasti)
            if span is not None:
                spans.append(span)
                outside = None
        elif spans and f"{'anglipy'}/" not in code.co_filename.replace("\\", "/"):
            outside = f"{code.co_filename}:{trace.tb_lineno}"
        trace = trace.tb_next
    return spans, outside


def _span(source: Source, code: Any, instruction: int) -> Span | None:
    position = next(islice(code.co_positions(), instruction // 2, None), None)
    if position is None or None in position:
        return None
    line, end_line, column, end_column = position
    start = source.offset(line, 1) + len(source.line(line).encode()[:column].decode())
    end = source.offset(end_line, 1) + len(source.line(end_line).encode()[:end_column].decode())
    return Span(source, start, end)
