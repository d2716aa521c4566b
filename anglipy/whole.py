"""Files written whole or not at all: a reader, and a machine that stops, see the old content or the
new one.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

__all__ = ["replace_file"]


def replace_file(path: Path, data: bytes, mode: int | None = None) -> None:
    """Write a file beside `path`, have it on the disk, and put it in the place of `path`. Without a
    `mode` its permissions are those of any new file. Raises OSError; then `path` is as it was.
    """
    import tempfile  # Only who writes needs it.

    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(name, 0o666 & ~_umask() if mode is None else mode)
        os.replace(name, path)
        _sync(path.parent)
    except BaseException:
        with suppress(OSError):
            os.unlink(name)
        raise


def _umask() -> int:
    """The process's file mode mask, which Python can only read by setting it."""
    mask = os.umask(0o022)
    os.umask(mask)
    return mask


def _sync(folder: Path) -> None:
    """Have the folder's own entries on the disk, where the system can do that."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
