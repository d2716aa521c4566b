"""What is made once and kept between processes: files in the user's cache directory.

`load(kind, key)` gives what `store(kind, key, value)` kept: data of Python's own `marshal`, which
may hold code objects. A key is a hash of everything that the value depends on (`key_of`), so a file
is never out of date, only unused; a few files of a kind are kept, the oldest go first.

A cache is there to be thrown away: whatever goes wrong with it (a directory that cannot be written,
a file cut short, another user's file) means that the value is made again, and nothing is said.

Loading code means trusting the place it comes from. Only files are read that belong to the user
and that nobody else may write, in a directory of which the same is true; a file names the SHA-256
of its content, which is compared before anything of it is decoded. Who can write there as the
user can change `__pycache__` or the user's site-packages as well, so nothing is lost that was safe
before. Artifacts and posteriors, which people send to each other, are never read this way.
"""

from __future__ import annotations

import hashlib
import marshal
import os
import sys
from contextlib import suppress
from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path
from typing import Any

from anglipy.whole import replace_file

__all__ = ["VARIABLE", "directory", "key_of", "load", "store"]

VARIABLE = "ANGLIPY_CACHE"
"""The environment variable that names another directory; set to nothing, it means no cache."""

_MAGIC = b"anglipy cache 1\n"
_KEPT = 8
"""How many files of a kind are kept."""


def directory() -> Path | None:
    """The user's cache directory: $ANGLIPY_CACHE, or where the platform keeps such things; None if
    there is to be no cache.
    """
    chosen = os.environ.get(VARIABLE)
    if chosen is not None:
        return Path(chosen) if chosen else None
    try:
        home = Path.home()
    except RuntimeError:  # There is no home directory.
        return None
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA")
        return (Path(base) if base else home / "AppData" / "Local") / "anglipy" / "Cache"
    if sys.platform == "darwin":
        return home / "Library" / "Caches" / "anglipy"
    base = os.environ.get("XDG_CACHE_HOME", "")
    # "All paths set in these environment variables must be absolute" (XDG base directories).
    return (Path(base) if base.startswith("/") else home / ".cache") / "anglipy"


def key_of(*parts: str) -> str:
    """The key of what is made of these texts by this Python."""
    digest = hashlib.sha256()
    for part in (sys.version, EXTENSION_SUFFIXES[0], *parts):
        data = part.encode()
        digest.update(b"%d:" % len(data))
        digest.update(data)
    return digest.hexdigest()


def load(kind: str, key: str) -> Any:
    """What was kept under this key; None if there is nothing, or nothing that can be trusted."""
    place = directory()
    if place is None or not _is_ours(place):
        return None
    path = place / f"{kind}-{key}"
    try:
        with path.open("rb") as file:
            if not _is_ours(file.fileno()):
                return None
            content = file.read()
    except OSError:
        return None
    start = len(_MAGIC) + 32
    if content[: len(_MAGIC)] != _MAGIC or content[len(_MAGIC) : start] != _digest(
        key, content[start:]
    ):
        return None
    try:
        return marshal.loads(content[start:])
    except (EOFError, ValueError, TypeError):
        return None


def store(kind: str, key: str, value: Any) -> None:
    """Keep a value, if that is possible. Readers see the whole file or none."""
    place = directory()
    if place is None:
        return
    data = marshal.dumps(value)
    with suppress(OSError):
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not _is_ours(place):
            return
        replace_file(place / f"{kind}-{key}", _MAGIC + _digest(key, data) + data, 0o600)
        _tidy(place, kind)


def _digest(key: str, data: bytes) -> bytes:
    return hashlib.sha256(key.encode() + data).digest()


def _is_ours(file: Path | int) -> bool:
    """Whether a file belongs to the user, and nobody else may write it. Where there are no such
    permissions, the profile of the user is the protection.
    """
    if not hasattr(os, "geteuid"):
        return True
    try:
        status = os.stat(file)
    except OSError:
        return False
    return status.st_uid == os.geteuid() and not status.st_mode & 0o022


def _tidy(place: Path, kind: str) -> None:
    """Remove the oldest files of a kind."""
    found = [path for path in place.glob(f"{kind}-*") if path.is_file()]
    found.sort(key=lambda path: path.stat().st_mtime, reverse=True)
    for path in found[_KEPT:]:
        path.unlink(missing_ok=True)
