"""Files of the user: read with errors that name them, written whole or not at all."""

from __future__ import annotations

from pathlib import Path

from anglipy.cli.messages import nearest
from anglipy.diagnostics import OptionError
from anglipy.whole import replace_file

__all__ = ["existing", "read_bytes", "read_text", "will_be_written", "write_whole"]


def existing(path: Path) -> Path:
    """The path, if a file is there; OptionError AQ313 with the nearest name in that directory
    otherwise.
    """
    if path.is_dir():
        raise OptionError("AQ313", f"{path} is a directory, not a file")
    if not path.exists():
        raise OptionError("AQ313", f"there is no file {path}", help=_neighbour(path))
    return path


def read_bytes(path: Path) -> bytes:
    """The content; OptionError AQ313 when the file is missing or may not be read."""
    try:
        return existing(path).read_bytes()
    except OSError as error:
        raise OptionError("AQ313", f"cannot read {path}: {_reason(error)}") from error


def read_text(path: Path) -> str:
    """The content as UTF-8; OptionError AQ314 when it is not text."""
    data = read_bytes(path)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise OptionError(
            "AQ314",
            f"{path} is not UTF-8 text (byte {error.start})",
            help="is it a file of another kind?",
        ) from error


def will_be_written(*paths: Path | None) -> None:
    """Check, before a long work, that its results could be written: OptionError AQ315."""
    for path in paths:
        if path is None:
            continue
        if path.is_dir():
            raise OptionError("AQ315", f"cannot write {path}: it is a directory")
        if not path.parent.is_dir():
            raise OptionError("AQ315", f"cannot write {path}: there is no directory {path.parent}")


def write_whole(path: Path, data: str) -> None:
    """Write a file so that a reader sees the old content or the new, never a part."""
    try:
        replace_file(path, data.encode())
    except OSError as error:
        raise OptionError("AQ315", f"cannot write {path}: {_reason(error)}") from error


def _neighbour(path: Path) -> str | None:
    folder = path.parent
    if not folder.is_dir():
        return f"there is no directory {folder} either"
    return nearest(path.name, [entry.name for entry in folder.iterdir()], likeness=0.8)


def _reason(error: OSError) -> str:
    return (error.strerror or str(error)).lower()
