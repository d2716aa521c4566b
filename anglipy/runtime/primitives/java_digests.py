"""Message digests of Java: `(MessageDigest/getInstance "MD5")`, and what may be done with one.

Bytes are integers from 0 to 255 here, so that `(format "%02x" byte)` writes them as Java does.
"""

from __future__ import annotations

import hashlib
from typing import Any

from anglipy.diagnostics import ProgramError
from anglipy.names import nearest
from anglipy.runtime.access import values_of
from anglipy.runtime.primitives.checks import index, text
from anglipy.runtime.primitives.registry import primitive
from anglipy.runtime.vectors import Vector

__all__ = ["MessageDigest", "bytes_of"]

_ALGORITHMS = {
    "MD5": "md5", "SHA": "sha1", "SHA-1": "sha1", "SHA-224": "sha224", "SHA-256": "sha256",
    "SHA-384": "sha384", "SHA-512": "sha512", "SHA3-256": "sha3_256", "SHA3-512": "sha3_512",
}  # fmt: skip
"""Python's names by Java's."""


def bytes_of(values: Any, name: str) -> bytes:
    """Bytes of integers from -128 to 255, so that Java's signed bytes are understood too."""
    return bytes(index(value, name) % 256 for value in values_of(values, name))


class MessageDigest:
    """A digest of the bytes that it has been given so far."""

    __slots__ = ("_state", "algorithm")

    def __init__(self, algorithm: str) -> None:
        self.algorithm = algorithm
        self._state = hashlib.new(_ALGORITHMS[algorithm.upper()], usedforsecurity=False)

    def update(self, data: Any) -> None:
        """Take more bytes, or one."""
        self._state.update(bytes_of([data] if isinstance(data, int) else data, ".update"))

    def digest(self, data: Any = ()) -> Vector:
        """The digest of all that was taken, and of these bytes; then begin anew."""
        self.update(data)
        found = self._state.digest()
        self.reset()
        return Vector(found)

    def reset(self) -> None:
        """Begin anew."""
        self._state = hashlib.new(_ALGORITHMS[self.algorithm.upper()], usedforsecurity=False)

    def length(self) -> int:
        """How many bytes a digest has."""
        return self._state.digest_size

    def __repr__(self) -> str:
        return f"#digest[{self.algorithm}]"


@primitive("MessageDigest/getInstance", "java.security.MessageDigest/getInstance", arity=(1, 1),
           pure=False)  # fmt: skip
def message_digest(algorithm: Any) -> MessageDigest:
    """A digest by an algorithm: "MD5", "SHA-1", "SHA-256"..."""
    name = text(algorithm, "MessageDigest/getInstance")
    if name.upper() not in _ALGORITHMS:
        near = nearest(name.upper(), list(_ALGORITHMS))
        hint = f"did you mean `{near}`? " if near else ""
        raise ProgramError(
            "AQ440", f"MessageDigest/getInstance: there is no algorithm `{name}`",
            help=f"{hint}known: {', '.join(_ALGORITHMS)}",
        )  # fmt: skip
    return MessageDigest(name)
