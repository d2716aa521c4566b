"""Tables in text: rows of cells between commas, semicolons or tabs.

A table has a header when no cell of its first row is a number. A cell is a number if it is written
as one is: `-1`, `0.5`, `.5`, `2e3`, `nan`, `inf`. Digits after a leading zero (`007`) or between
underscores (`12_000`) are an id or a postcode and stay text, as everything else does; empty cells
are None. Every error is an OptionError (exit code 2) with its place.
"""

from __future__ import annotations

import csv
import io
import re
import warnings
from collections.abc import Sequence
from typing import Any

from anglipy.diagnostics import OptionError, Source, Span

__all__ = ["read_table"]

_SEPARATORS = (",", ";", "\t")
_WHOLE = re.compile(r"[+-]?(0|[1-9][0-9]*)")
_DECIMAL = re.compile(r"[+-]?((0|[1-9][0-9]*)(\.[0-9]*)?|\.[0-9]+)(e[+-]?[0-9]+)?", re.IGNORECASE)
_SPECIAL = re.compile(r"[+-]?(nan|inf|infinity)", re.IGNORECASE)
_UNNAMEABLE = re.compile(r"[\s()\[\]{}\"';,@^`~\\]+")
"""What ends a keyword where it is written in a program."""

Cell = int | float | str | None


def read_table(source: Source) -> list[Any]:
    """The rows: lists of cells, or dicts of cells by the names of the header.

    The separator is the first of comma, semicolon and tab that parts the first row. What a keyword
    cannot hold, as a space, is a `-` in a name, and a warning tells the new names.

    Raises:
        OptionError: AQ314 for a text that is no table, a row that does not fit the header, and a
            header with the same name twice or with a cell that is empty.

    """
    text = source.text
    reader = csv.reader(io.StringIO(text, newline=""), strict=True, delimiter=_separator(text))
    rows: list[list[str]] = []
    names: list[str] | None = None
    try:
        for row in reader:
            if not row:
                continue
            if not rows and _is_header(row):
                names = _names(row, _line(source, reader.line_num))
            elif names is not None and len(row) != len(names):
                raise OptionError(
                    "AQ314",
                    f"a row of {len(row)} cells under a header of {len(names)}",
                    _line(source, reader.line_num),
                )
            rows.append(row)
    except csv.Error as error:
        span = _line(source, reader.line_num)
        raise OptionError("AQ314", f"not CSV: {error}", span) from error
    if names is None:
        return [[_cell(cell) for cell in row] for row in rows]
    return [dict(zip(names, map(_cell, row), strict=True)) for row in rows[1:]]


def _separator(text: str) -> str:
    for separator in _SEPARATORS:
        first = next(
            filter(None, csv.reader(io.StringIO(text, newline=""), delimiter=separator)), []
        )
        if len(first) > 1:
            return separator
    return ","


def _is_header(row: Sequence[str]) -> bool:
    """Whether there are words in this row, and nothing that might be meant as a number."""
    return any(cell.strip() for cell in row) and not any(map(_like_a_number, row))


def _like_a_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _names(header: Sequence[str], place: Span) -> list[str]:
    """The names of the columns, each of which can be a keyword."""
    written = [cell.strip() for cell in header]
    names = [_UNNAMEABLE.sub("-", cell).strip("-") for cell in written]
    for number, name in enumerate(names):
        if not name:
            raise OptionError(
                "AQ314",
                f"the column {number + 1} has no name in the header",
                place,
                help="name it, or leave it out of the file",
            )
        if name in names[:number]:
            raise OptionError(
                "AQ314",
                f"two columns of the header have the name `{name}`",
                place,
                help="rename one: a row is a map, which has each key once",
            )
    changed = [pair for pair in zip(written, names, strict=True) if pair[0] != pair[1]]
    if changed:
        told = ", ".join(f"`{old}` is :{new}" for old, new in changed)
        warnings.warn(f"{place.source.name}: the column {told}", stacklevel=2)
    return names


def _cell(text: str) -> Cell:
    text = text.strip()
    if not text:
        return None
    if _WHOLE.fullmatch(text):
        return int(text)
    if _DECIMAL.fullmatch(text) or _SPECIAL.fullmatch(text):
        return float(text)
    return text


def _line(source: Source, number: int) -> Span:
    """The whole of a line, counted from 1."""
    last = source.position(len(source.text))[0]
    start = source.offset(min(max(number, 1), last), 1)
    return Span(source, start, start + max(1, len(source.line(min(max(number, 1), last)))))
