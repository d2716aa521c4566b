"""Where in the user's text an error happened, read off Python's own traceback.

Generated code carries the positions of the .aq source, and its globals hold the sources under
`SOURCES`; so the innermost traceback entry that belongs to a user's file gives the exact span, at
no cost while nothing fails.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from functools import lru_cache
from itertools import islice
from pathlib import Path
from types import CodeType, TracebackType
from typing import Any

from anglipy.diagnostics import AnglipyError, ArityError, ProgramError, Source, Span
from anglipy.names import counted
from anglipy.runtime.checkpoints import Address, Site
from anglipy.runtime.nils import name_nil
from anglipy.runtime.primitives.registry import PRIMITIVES

__all__ = [
    "LANES", "LIBRARY", "ORDINARY", "SOURCES", "Place", "beginning", "caller", "explain",
    "is_library", "placed", "span_at",
]  # fmt: skip

SOURCES = "__sources__"
"""The global of generated modules that maps file names to sources."""
LANES = "__lanes__"
"""The global that gives the version for groups of any function of the module."""
ORDINARY = "__ordinary__"
"""The global of modules of code for groups that gives the ordinary version of any function."""
LIBRARY = "__library__"
"""A global of the standard library's modules."""


_PACKAGE = str(Path(__file__).parents[1])


Place = tuple[dict[str, Any], CodeType, int]
"""Globals, code, and the place of an instruction in it."""


def explain(error: Exception, outer: Place | None = None) -> AnglipyError:
    """The error for the user: with a span, whatever Python raised. `outer` is where the code was
    called from, where Python's traceback does not tell.
    """
    spans, outside = _spans(
        error.__traceback__, _listed(None if outer is None else span_at(*outer))
    )
    user = [span for span in spans if not is_library(span)] or _callers(error.__traceback__)
    found = user or spans
    span = found[-1] if found else None
    if isinstance(error, AnglipyError):
        located = error.located(span)
        if located.diagnostic.code == "AQ403":
            located = _hidden(located)
        if span is not None and spans and spans[-1] is not span:
            located.noted(f"inside the library, at {spans[-1]}")
            return located
        return name_nil(located, _variables(error.__traceback__))
    if isinstance(error, RecursionError):
        return ProgramError("AQ407", "a direct function nests too deep for Python", span)
    if isinstance(error, NameError) and spans and outside is None:
        name = spans[-1].source.text[spans[-1].start : spans[-1].end]
        return ProgramError("AQ406", f"`{name}` is declared but not defined yet", span)
    if isinstance(error, TypeError) and outside is None:
        called = re.match(r"([\w.]+)\(\) (takes|missing|got)", str(error))
        if called:
            name = called[1].removesuffix(".__init__").rpartition(".")[2].replace("_", "-").lower()
            return ArityError("AQ405", _arity(name, str(error)), span)
    name = type(error).__name__
    where = () if outside is None else (f"raised in Python, at {outside}",)
    return ProgramError("AQ404", f"{name}: {error}" if str(error) else name, span, notes=where)


def _arity(name: str, said: str) -> str:
    """What Python said of the arguments of a call, in our words."""
    takes = re.search(r"takes (?:from )?(?:(\d+) to )?(\d+) positional arguments? but (\d+)", said)
    if takes:
        low, high = int(takes[1] or takes[2]), int(takes[2])
        return f"`{name}` takes {counted(low, high)}, got {takes[3]}"
    takes = re.search(
        r"takes (?:exactly )?(no|one|\d+) (?:keyword )?arguments? \((\d+) given", said
    )
    if takes:
        number = {"no": 0, "one": 1}.get(takes[1])
        exactly = int(takes[1]) if number is None else number
        return f"`{name}` takes {counted(exactly, exactly)}, got {takes[2]}"
    lacks = re.search(r"missing (\d+) required \S+ arguments?: (.*)", said)
    if lacks:
        number = int(lacks[1])
        what = "an argument" if number == 1 else f"{number} arguments"
        return f"`{name}` was called without {what} that it needs: {lacks[2].replace(chr(39), '`')}"
    return f"`{name}` was called with a wrong number of arguments"


def placed(error: AnglipyError, site: Site, instance: int) -> AnglipyError:
    """The error with the span of a checkpoint, if it had none, and a note: it was at this
    checkpoint, or after it, as the last one that was passed.
    """
    name_nil(error.located(site.span))
    address = Address(site.id, instance)
    at = error.diagnostic.span == site.span
    return error.noted(f"at {address}" if at else f"after the checkpoint {address}")


def _hidden(error: AnglipyError) -> AnglipyError:
    """The error of calling what is no function; says so where its name hides a function."""
    span = error.diagnostic.span
    called = span and re.match(r"\(([^\s()\[\]{}\"]+)", span.source.text[span.start : span.end])
    if called and called[1] in PRIMITIVES:
        name = called[1]
        help = (
            f"a variable `{name}` hides the function of this name: give it another name, or call"
            f" clojure.core/{name}"
        )
        error.diagnostic = replace(error.diagnostic, help=help)
    return error


def is_library(span: Span) -> bool:
    """Whether it is a place in the standard library."""
    return span.source.name.startswith("stdlib/")


def _callers(trace: TracebackType | None) -> list[Span]:
    """The nearest call in the user's text that library code is to return to: found along the
    continuations.
    """
    while (
        trace is not None
        and trace.tb_next is not None
        and SOURCES in trace.tb_next.tb_frame.f_globals
    ):
        trace = trace.tb_next
    found = None if trace is None else caller(trace.tb_frame.f_locals.values())
    return [] if found is None else [found]


def caller(values: Iterable[Any]) -> Span | None:
    """The form of the user's text that the nearest of some continuations goes on behind; `values`
    may hold anything besides.
    """
    work = list(values)
    while work:
        frame = work.pop(0)
        if frame.__class__ is not tuple or not frame:
            continue
        if frame[0].__class__ is tuple:  # the arguments of a closure: its continuation comes first
            work.append(frame[0])
        if not hasattr(frame[0], "__code__"):
            continue
        span = beginning(frame[0])
        if span is not None and not is_library(span):
            return span
        # One of the library, or of the machine, has the program's own inside.
        work.extend(frame[1:])
    return None


def beginning(function: Any) -> Span | None:
    """The form that a function of generated code was made of; None for other functions."""
    code = function.__code__
    source = function.__globals__.get(SOURCES, {}).get(code.co_filename)
    return None if source is None else _first(source, code)


@lru_cache(maxsize=1024)
def _first(source: Source, code: CodeType) -> Span | None:
    found = (_span(source, code, 2 * place) for place in range(len(code.co_code) // 2))
    return next((span for span in found if span is not None and span.end > span.start), None)


def _spans(trace: TracebackType | None, outer: list[Span]) -> tuple[list[Span], str | None]:
    """Spans of the traceback's entries in .aq files, outermost first, after those further out; and
    the last Python place after them.
    """
    spans = [*outer]
    outside: str | None = None
    while trace is not None:
        code = trace.tb_frame.f_code
        found = span_at(trace.tb_frame.f_globals, code, trace.tb_lasti)
        if found is not None:
            spans.append(found)
            outside = None
        elif spans and not code.co_filename.startswith(_PACKAGE):
            outside = f"{code.co_filename}:{trace.tb_lineno}"
        trace = trace.tb_next
    return spans, outside


def _variables(trace: TracebackType | None) -> dict[str, Any]:
    """Those of the innermost generated function."""
    found: dict[str, Any] = {}
    while trace is not None:
        if SOURCES in trace.tb_frame.f_globals:
            found = trace.tb_frame.f_locals
        trace = trace.tb_next
    return found


def span_at(globals_: dict[str, Any], code: CodeType, instruction: int) -> Span | None:
    """The span of an instruction of generated code; None for other code."""
    source = globals_.get(SOURCES, {}).get(code.co_filename)
    return None if source is None else _span(source, code, instruction)


def _listed(span: Span | None) -> list[Span]:
    return [] if span is None else [span]


def _span(source: Source, code: Any, instruction: int) -> Span | None:
    position = next(islice(code.co_positions(), instruction // 2, None), None)
    if position is None or None in position:
        return None
    line, end_line, column, end_column = position
    try:
        start = source.offset(line, 1) + len(source.line(line).encode()[:column].decode())
        end = source.offset(end_line, 1) + len(source.line(end_line).encode()[:end_column].decode())
    except IndexError:
        # A text of this name has been read since, which is shorter.
        return None
    return Span(source, start, end)
