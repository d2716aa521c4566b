"""VALUE on the command line: EDN text, or `@path` for the content of a file.

| path      | value                                                                              |
| --------- | ---------------------------------------------------------------------------------- |
| .edn      | the one form in the file                                                           |
| .json     | objects become maps with keyword keys, arrays vectors                              |
| .csv      | a vector of rows: vectors, or maps with keyword keys if the file has a header      |
| .npy      | a numpy array                                                                      |
| .png .jpg | the image in grey: a numpy array of uint8, (height, width), 0 black, 255 white     |

How the cells of a CSV file are read is told in `delimited`. Nothing in a file is executed: no
pickle, no reader evaluation. Every error is an OptionError (exit code 2) that names the file and,
in a text, the line and column.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from anglipy.cli.delimited import read_table
from anglipy.cli.files import existing, read_text
from anglipy.diagnostics import OptionError, ReadError, Source, Span

__all__ = ["read_value"]


LONGEST_NAME = 4096
"""Characters that the name of a file has at most."""


def read_value(text: str, option: str) -> Any:
    """The value that `text` stands for; `option` names its place on the command line in errors."""
    if text.startswith("@"):
        return _read_file(text[1:], option)
    if not text.strip():
        raise OptionError(
            "AQ314", f"the value of {option} is empty", help="write nil if you mean nothing"
        )
    _refuse_path(text, option)
    return _edn(text, option)


def _refuse_path(text: str, option: str) -> None:
    """OptionError AQ314 for the name of a file, which would be read as a symbol."""
    path = Path(text)
    if path.suffix.lower() in _READERS and len(text) < LONGEST_NAME and path.is_file():
        raise OptionError(
            "AQ314",
            f"{option}: {text} is a file, whose content is meant by an @ before it",
            help=f"@{text}",
        )


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

    return from_python(read_table(Source(str(path), read_text(path))))


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
