"""Files of named arrays and one JSON document: safetensors, never pickle.

Writing is atomic: a temporary file in the same folder, synced, then renamed over the target, so
that a reader sees the old file or the new one. Reading executes nothing from the file, and refuses
what it cannot trust: pickles and archives (nothing is ever unpacked, so there are no bombs),
truncated or altered files (a SHA-256 of document and arrays is part of the file), files that are
no plain files or larger than any of ours, documents of another format or of a later version. What
a document says is checked by whoever reads it (`ic.checked`).
"""

from __future__ import annotations

import glob
import hashlib
import json
import stat
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import safetensors
import safetensors.numpy

from anglipy.diagnostics import ArtifactError
from anglipy.whole import replace_file

__all__ = [
    "VERSION",
    "Contents",
    "decode",
    "encode",
    "read_container",
    "sweep",
    "write_container",
]

VERSION = 1
"""Of the format. A reader refuses files with a higher one."""

LARGEST_FILE = 1 << 33
"""Bytes. Nothing larger is read."""
LEFT_OVER_S = 60.0
"""A temporary file that was not touched for so long was left by a process that was killed."""

METADATA = "anglipy"
"""The one entry of the file's metadata; a second one would make the order of the header's bytes
arbitrary.
"""

_NOT_OURS = {
    b"PK\x03\x04": "a zip archive, such as torch.save writes",
    b"\x80\x02": "a Python pickle",
    b"\x80\x03": "a Python pickle",
    b"\x80\x04": "a Python pickle",
    b"\x80\x05": "a Python pickle",
    b"\x89PNG": "a PNG image",
    b"\x93NUMPY": "a numpy array",
    b"\x1f\x8b": "a gzip file",
}


class Contents(NamedTuple):
    """What a file holds."""

    arrays: dict[str, np.ndarray]
    document: dict[str, Any]


def write_container(
    path: Path, kind: str, arrays: Mapping[str, np.ndarray], document: Mapping[str, Any]
) -> None:
    """Write the arrays and the document to `path`, atomically.

    Raises:
        ArtifactError: AQ601 if the file cannot be written.

    """
    data = encode(kind, arrays, document)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        replace_file(path, data)
    except OSError as error:
        raise ArtifactError("AQ601", f"cannot write {path}: {error.strerror or error}") from error


def read_container(path: Path, kind: str) -> Contents:
    """The arrays and the document of a file that `write_container` wrote.

    Raises:
        ArtifactError: AQ601 cannot be read, AQ602 is something else, AQ603 is damaged, AQ604 is of
            a later version.

    """
    return decode(path, _bytes(path, kind), kind)


def encode(kind: str, arrays: Mapping[str, np.ndarray], document: Mapping[str, Any]) -> bytes:
    """The bytes of a file with these arrays and this document."""
    ordered = {name: np.asarray(arrays[name], order="C") for name in sorted(arrays)}
    text = json.dumps(document, sort_keys=True)
    about = {
        "document": text,
        "format": kind,
        "sha256": _digest(kind, text, ordered),
        "version": VERSION,
    }
    return safetensors.numpy.save(ordered, {METADATA: json.dumps(about)})


def decode(path: str | Path, data: bytes, kind: str) -> Contents:
    """The inverse of `encode`; `path` is named in errors, which are those of `read_container`."""
    about = _about(path, data, kind)
    if about.get("format") != kind:
        raise ArtifactError("AQ602", f"{path} is not {_a(kind)}", help=_written_by(kind))
    version = about.get("version")
    if not isinstance(version, int) or not 0 < version <= VERSION:
        raise ArtifactError(
            "AQ604",
            f"{path} has format version {version}, this anglipy reads up to {VERSION}",
            help="a newer anglipy wrote it: use that one, or compile again",
        )
    try:
        arrays = safetensors.numpy.load(data)
        document = json.loads(about["document"])
    except RecursionError as error:
        raise _damaged(path, "its document is nested too deeply") from error
    except (safetensors.SafetensorError, KeyError, ValueError, TypeError) as error:
        raise _damaged(path, str(error)) from error
    ordered = {name: arrays[name] for name in sorted(arrays)}
    if _digest(kind, about["document"], ordered) != about.get("sha256"):
        raise _damaged(path, "its checksum does not fit its content")
    if not isinstance(document, dict):
        raise _damaged(path, "its document is not a JSON object")
    return Contents(ordered, document)


def sweep(path: Path) -> None:
    """Remove the temporary files that killed processes left while they wrote `path`."""
    with suppress(OSError):
        for left in path.parent.glob(f".{glob.escape(path.name)}.????????"):
            if time.time() - left.stat().st_mtime > LEFT_OVER_S:
                left.unlink(missing_ok=True)


def _bytes(path: Path, kind: str) -> bytes:
    """The content of a file that may be ours."""
    try:
        about = path.stat()
        if not stat.S_ISREG(about.st_mode):
            what = "it is a folder" if stat.S_ISDIR(about.st_mode) else "it is no plain file"
            raise ArtifactError("AQ601", f"cannot read {path}: {what}")
        if about.st_size > LARGEST_FILE:
            raise ArtifactError(
                "AQ602",
                f"{path} is not {_a(kind)}: it has {about.st_size:,} bytes",
                help=_written_by(kind),
            )
        data = path.read_bytes()
    except OSError as error:
        raise ArtifactError("AQ601", f"cannot read {path}: {error.strerror or error}") from error
    for magic, what in _NOT_OURS.items():
        if data.startswith(magic):
            raise ArtifactError(
                "AQ602", f"{path} is not {_a(kind)} but {what}", help=_written_by(kind)
            )
    return data


def _about(path: str | Path, data: bytes, kind: str) -> dict[str, Any]:
    """What the header says of the file: 8 bytes of length, then JSON, in it our own JSON as one
    string.
    """
    if not data:
        raise _damaged(path, "it is empty")
    length = int.from_bytes(data[:8], "little")
    if len(data) < 8 or data[8:9] != b"{":
        raise ArtifactError("AQ602", f"{path} is not {_a(kind)}", help=_written_by(kind))
    if len(data) < 8 + length:
        raise _damaged(path, "it ends too early")
    try:
        metadata = json.loads(data[8 : 8 + length]).get("__metadata__", {})
        about = json.loads(metadata.get(METADATA, "{}"))
    except (ValueError, AttributeError, TypeError, RecursionError) as error:
        raise _damaged(path, "its header is not JSON") from error
    if not isinstance(about, dict):
        raise _damaged(path, "its header says nothing of the file")
    return about


def _digest(kind: str, text: str, arrays: Mapping[str, np.ndarray]) -> str:
    digest = hashlib.sha256(f"{kind}\n{len(text)}\n{text}".encode())
    for name, array in arrays.items():
        digest.update(f"\n{name} {array.dtype.str} {array.shape}\n".encode())
        digest.update(array.tobytes())
    return digest.hexdigest()


def _damaged(path: str | Path, reason: str) -> ArtifactError:
    return ArtifactError(
        "AQ603", f"{path} is damaged: {reason}", help="copy it again, or compile again"
    )


def _written_by(kind: str) -> str:
    return f"{_short(kind)}s are written by `anglipy compile`"


def _a(kind: str) -> str:
    name = _short(kind)
    return f"an {name}" if name[0] in "aeiou" else f"a {name}"


def _short(kind: str) -> str:
    return kind.removeprefix("anglipy ")
