"""Sources, spans, diagnostics and the tree of errors: everything a message to the user is made of.

    AnglipyError
      UserError               the program, the data or the command line is wrong      exit code 1
        ReadError             brackets, literals, characters
          Incomplete          the text ends inside a form (the REPL asks for more)
        ExpandError           a special form or macro has the wrong shape
        ResolveError          a name means nothing here
        ArityError            a known function got the wrong number of arguments
        ProgramError          a value was wrong while the program ran
        InferenceError        an engine cannot go on (all weights zero, observes out of step)
        ArtifactError         a trained artifact is damaged or belongs to another program
        OptionError           an unknown option or a bad value for one                 exit code 2
      InternalError           a mistake of ours                                        exit code 70
      ErrorGroup              several of the above at once

A span is two character offsets into a source; lines and columns are computed from them, 1-based, in
characters. This module imports the standard library only and never prints.
"""

from __future__ import annotations

import unicodedata
from bisect import bisect_right
from dataclasses import dataclass, field, replace
from functools import cached_property

__all__ = [
    "AnglipyError",
    "ArityError",
    "ArtifactError",
    "Diagnostic",
    "ErrorGroup",
    "ExpandError",
    "Incomplete",
    "InferenceError",
    "InternalError",
    "OptionError",
    "ProgramError",
    "ReadError",
    "ResolveError",
    "Source",
    "Span",
    "UserError",
    "render",
    "to_data",
]


@dataclass(frozen=True, eq=False)
class Source:
    """A text with a name: a path as the user gave it, or `<repl 7>`."""

    name: str
    text: str = field(repr=False)

    @cached_property
    def _starts(self) -> list[int]:
        # A byte order mark has no column.
        starts = [1 if self.text.startswith("\ufeff") else 0]
        starts.extend(i + 1 for i, char in enumerate(self.text) if char == "\n")
        return starts

    def position(self, offset: int) -> tuple[int, int]:
        """Line and column of a character offset, both counted from 1."""
        line = max(1, bisect_right(self._starts, offset))
        return line, max(1, offset - self._starts[line - 1] + 1)

    def offset(self, line: int, column: int) -> int:
        """The inverse of `position`."""
        return self._starts[line - 1] + column - 1

    def place(self, offset: int) -> tuple[int, int]:
        """The same as Python counts: lines from 1, columns from 0 in bytes of UTF-8."""
        line, column = self.position(offset)
        if self._is_ascii:
            return line, column - 1
        return line, len(self.line(line)[: column - 1].encode())

    @cached_property
    def _is_ascii(self) -> bool:
        return self.shown.isascii()

    @property
    def shown(self) -> str:
        """The text that messages quote: this one, unless it is a part of another file."""
        return self.text

    def line(self, number: int) -> str:
        """The text of a line, without its line end."""
        start = self._starts[number - 1]
        end = self.shown.find("\n", start)
        return self.shown[start:] if end < 0 else self.shown[start:end].rstrip("\r")


@dataclass(frozen=True, slots=True)
class Span:
    """The characters [start, end) of a source."""

    source: Source
    start: int
    end: int

    @property
    def line(self) -> int:
        """Line of the first character, from 1."""
        return self.source.position(self.start)[0]

    @property
    def column(self) -> int:
        """Column of the first character, from 1, in characters."""
        return self.source.position(self.start)[1]

    def __str__(self) -> str:
        line, column = self.source.position(self.start)
        return f"{self.source.name}:{line}:{column}"


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One message: `code` such as AQ203, what is wrong, where, and what to do about it."""

    code: str
    message: str
    span: Span | None = None
    help: str | None = None
    notes: tuple[str, ...] = field(default=())
    severity: str = "error"


class AnglipyError(Exception):
    """The root. `diagnostic` is the message; `exit_code` is what the command line returns."""

    exit_code = 1

    def __init__(
        self,
        code: str,
        message: str,
        span: Span | None = None,
        help: str | None = None,
        notes: tuple[str, ...] = (),
    ) -> None:
        self.diagnostic = Diagnostic(code, message, span, help, notes)
        super().__init__(message)

    def __str__(self) -> str:
        return render(self.diagnostic)

    def located(self, span: Span | None) -> AnglipyError:
        """The same error, with this span if it had none."""
        if self.diagnostic.span is None and span is not None:
            self.diagnostic = replace(self.diagnostic, span=span)
        return self

    def noted(self, note: str) -> AnglipyError:
        """The same error with one more note (once)."""
        if note not in self.diagnostic.notes:
            self.diagnostic = replace(self.diagnostic, notes=(*self.diagnostic.notes, note))
        return self

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """All messages this error carries; one, except for an `ErrorGroup`."""
        return (self.diagnostic,)


class UserError(AnglipyError):
    """Something the user wrote or asked for is wrong."""


class ReadError(UserError):
    """The text is not made of well-formed forms."""


class Incomplete(ReadError):
    """The text ends inside a form."""


class ExpandError(UserError):
    """A special form or macro has the wrong shape."""


class ResolveError(UserError):
    """A name that nothing defines."""


class ArityError(UserError):
    """A known function called with a wrong number of arguments."""


class ProgramError(UserError):
    """A value was wrong while the program ran."""


class InferenceError(UserError):
    """An engine cannot go on."""


class ArtifactError(UserError):
    """An artifact is damaged, too new, or belongs to another program."""


class OptionError(UserError):
    """An unknown option, or a bad value for one."""

    exit_code = 2


class InternalError(AnglipyError):
    """A mistake of ours."""

    exit_code = 70


class ErrorGroup(UserError):
    """Several errors found in one go, in source order."""

    def __init__(self, errors: list[AnglipyError]) -> None:
        self.errors = tuple(errors)
        first = errors[0].diagnostic
        super().__init__(first.code, first.message, first.span, first.help, first.notes)

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """All messages, one per error."""
        return tuple(d for error in self.errors for d in error.diagnostics)

    def __str__(self) -> str:
        return "\n\n".join(render(d) for d in self.diagnostics)


_RED, _BLUE, _BOLD, _YELLOW, _RESET = "\x1b[31;1m", "\x1b[34;1m", "\x1b[1m", "\x1b[33;1m", "\x1b[0m"


def render(diagnostic: Diagnostic, color: bool = False) -> str:
    """The message as text, with the source line and carets under the span."""

    def paint(style: str, text: str) -> str:
        return f"{style}{text}{_RESET}" if color else text

    head = _RED if diagnostic.severity == "error" else _YELLOW
    lines = [
        paint(head, f"{diagnostic.severity}[{diagnostic.code}]")
        + paint(_BOLD, f": {diagnostic.message}")
    ]
    margin = "  "
    if diagnostic.span is not None:
        span = diagnostic.span
        number, column = span.source.position(span.start)
        text, lead, carets = _excerpt(span, span.source.line(number), column)
        margin = " " * (len(str(number)) + 1)
        bar = paint(_BLUE, "|")
        at_end = span.start >= len(span.source.text.rstrip())
        place = f"{span}" + (" (end of text)" if at_end else "")
        lines.append(f"{margin[:-1]}{paint(_BLUE, '-->')} {place}")
        lines.append(f"{margin}{bar}")
        lines.append(f"{paint(_BLUE, str(number))} {bar} {text}")
        lines.append(f"{margin}{bar} {lead}{paint(head, '^' * carets)}")
    if diagnostic.help is not None:
        lines.append(f"{margin}{paint(_BLUE, '=')} help: {diagnostic.help}")
    lines.extend(f"{margin}{paint(_BLUE, '=')} note: {note}" for note in diagnostic.notes)
    return "\n".join(lines)


_LONGEST_LINE = 120
_LEFT_OF_SPAN = 50


def _excerpt(span: Span, text: str, column: int) -> tuple[str, str, int]:
    """The line to show, what stands in front of the carets, and how many carets there are.

    A long line is cut around the span; control characters are shown as `?`; wide characters take
    two cells and combining ones none, as on a terminal.
    """
    text = "".join(char if char == "\t" or _is_visible(char) else "?" for char in text)
    first = column - 1
    last = min(len(text), max(first + 1, first + span.end - span.start))
    cut = max(0, first - _LEFT_OF_SPAN) if len(text) > _LONGEST_LINE else 0
    end = cut + _LONGEST_LINE if len(text) > _LONGEST_LINE else len(text)
    dots = "..." if cut else ""
    shown = dots + text[cut:end] + ("..." if end < len(text) else "")
    lead = "".join(char if char == "\t" else " " * _cells(char) for char in text[cut:first])
    carets = sum(_cells(char) for char in text[first : min(last, end)])
    return shown, " " * len(dots) + lead, max(1, carets)


def _is_visible(char: str) -> bool:
    return char.isprintable() or unicodedata.category(char) not in ("Cc", "Cf", "Cs", "Zl", "Zp")


def _cells(char: str) -> int:
    """How many cells of a terminal a character takes."""
    if char.isascii():
        return 1
    if unicodedata.combining(char):
        return 0
    return 2 if unicodedata.east_asian_width(char) in ("W", "F") else 1


def to_data(diagnostic: Diagnostic) -> dict[str, object]:
    """The message as plain data, for `--json`."""
    span = diagnostic.span
    place: dict[str, object] = {}
    if span is not None:
        line, column = span.source.position(span.start)
        end_line, end_column = span.source.position(span.end)
        place = {
            "file": span.source.name,
            "line": line,
            "column": column,
            "end_line": end_line,
            "end_column": end_column,
        }
    return {
        "severity": diagnostic.severity,
        "code": diagnostic.code,
        "message": diagnostic.message,
        **place,
        "help": diagnostic.help,
        "notes": list(diagnostic.notes),
    }
