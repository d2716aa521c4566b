"""VALUE on the command line: EDN text, or `@path` for the content of a file.

| path      | value                                                                              |
| --------- | ---------------------------------------------------------------------------------- |
| .edn      | the one form in the file                                                           |
| .json     | objects become maps with keyword keys, arrays vectors                              |
| .csv      | a vector of rows: vectors, or maps with keyword keys if the file has a header      |
| .npy      | a numpy array                                                                      |
| .png .jpg | the image in grey: a numpy array of uint8, (height, width), 0 black, 255 white     |

A CSV file has a header when no cell of its first row is a number. Cells that look like numbers are
numbers, empty cells are nil, the rest are strings. Nothing in a file is executed: no pickle, no
reader evaluation. Every error is an OptionError (exit code 2) that names the file and, in a text,
the line and column.
"""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

from anglipy.cli.files import existing, read_text
from anglipy.diagnostics import OptionError, ReadError, Source, Span

__all__ = ["read_value"]


def read_value(text: str, option: str) -> Any:
    """The value that `text` stands for; `option` names its place on the command line in errors."""
    if text.startswith("@"):
        return _read_file(text[1:], option)
    if not text.strip():
        raise OptionError(
            "AQ314", f"the value of {option} is empty", help="write nil if you mean nothing"
        )
    return _edn(text, option)


def _read_file(name: str, option: str) -> Any:
    path = Path(name)
    reader = _READERS.get(path.suffix.lower())
    if reader is None:
        raise OptionError(
            "AQ314",
            f"{option}: anglipy cannot tell what is in {path} by its name",
            help=f"the names end in {' '.join(_READERS)}",
        )
    return reader(path)


def _edn(text: str, name: str) -> Any:
    from anglipy.datum import read_edn

    try:
        value = read_edn(text, name)
    except ReadError as error:
        found = error.diagnostic
        raise OptionError("AQ314", found.message, found.span, found.help, found.notes) from error
    _check_files(Source(name, text))
    return value


def _check_files(source: Source) -> None:
    """OptionError AQ314 for `@path` inside of a value, which EDN would take for a `deref`."""
    if "@" not in source.text:
        return
    from anglipy.forms import ListForm, walk
    from anglipy.reader import read

    for form in (inside for whole in read(source) for inside in walk(whole)):
        if isinstance(form, ListForm) and source.text[form.span.start] == "@":
            path = source.text[form.span.start : form.span.end]
            raise OptionError(
                "AQ314",
                "the content of a file can be a whole value only, not a part of one",
                form.span,
                help=f"-v {path}, or --arg NAME={path} for a parameter",
            )


def _edn_file(path: Path) -> Any:
    return _edn(read_text(path), str(path))


def _json_file(path: Path) -> Any:
    from anglipy.runtime.convert import from_python

    text = read_text(path)
    source = Source(str(path), text)
    try:
        return from_python(json.loads(text))
    except json.JSONDecodeError as error:
        span = Span(source, error.pos, error.pos + 1)
        raise OptionError("AQ314", f"not JSON: {error.msg.lower()}", span) from error
    except RecursionError as error:
        raise OptionError("AQ314", f"the JSON in {path} is nested too deep") from error


def _csv_file(path: Path) -> Any:
    from anglipy.runtime.convert import from_python

    text = read_text(path)
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows: list[list[str]] = []
    try:
        for row in reader:
            if row:
                rows.append(row)
                _check_width(rows, reader.line_num, Source(str(path), text))
    except csv.Error as error:
        span = _line(Source(str(path), text), reader.line_num)
        raise OptionError("AQ314", f"not CSV: {error}", span) from error
    return from_python(_table(rows))


def _check_width(rows: list[list[str]], line: int, source: Source) -> None:
    """Rows may differ in length in a table of numbers, but not under a header."""
    header, row = rows[0], rows[-1]
    if _is_header(header) and len(row) != len(header):
        raise OptionError(
            "AQ314",
            f"a row of {len(row)} cells under a header of {len(header)}",
            _line(source, line),
        )


def _table(rows: list[list[str]]) -> list[Any]:
    if not rows or not _is_header(rows[0]):
        return [[_cell(cell) for cell in row] for row in rows]
    names = [name.strip() for name in rows[0]]
    return [dict(zip(names, map(_cell, row), strict=True)) for row in rows[1:]]


def _is_header(row: list[str]) -> bool:
    return all(isinstance(_cell(cell), str) for cell in row)


def _cell(text: str) -> int | float | str | None:
    text = text.strip()
    if not text:
        return None
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text


def _line(source: Source, number: int) -> Span:
    """The whole of a line, counted from 1."""
    last = source.position(len(source.text))[0]
    start = source.offset(min(max(number, 1), last), 1)
    return Span(source, start, start + max(1, len(source.line(min(max(number, 1), last)))))


def _npy_file(path: Path) -> Any:
    import numpy as np

    try:
        return np.load(existing(path), allow_pickle=False)
    except (OSError, EOFError, ValueError) as error:
        raise OptionError(
            "AQ314",
            f"cannot read {path} as a numpy array",
            help="it must be a file of numpy.save, without objects in it",
        ) from error


def _image_file(path: Path) -> Any:
    import numpy as np
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(existing(path)) as image:
            return np.asarray(image.convert("L"))
    except UnidentifiedImageError as error:
        raise OptionError("AQ314", f"{path} is not an image that can be read") from error
    except (OSError, SyntaxError, ValueError) as error:
        raise OptionError(
            "AQ314", f"the image {path} is damaged: {str(error).lower() or 'unreadable'}"
        ) from error


_READERS = {
    ".edn": _edn_file,
    ".json": _json_file,
    ".csv": _csv_file,
    ".npy": _npy_file,
    ".png": _image_file,
    ".jpg": _image_file,
    ".jpeg": _image_file,
}
