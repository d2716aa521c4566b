"""Where the files that are not Python live: the grammar and the standard library.

In a checkout they stand beside the package (`grammar/`, `stdlib/`); an installed wheel carries
them inside it (`anglipy/grammar`, `anglipy/stdlib`). This module imports the standard library
only and reads nothing.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from anglipy.diagnostics import InternalError

__all__ = ["resource"]

_PACKAGE = Path(__file__).resolve().parent
_ROOTS = (_PACKAGE, _PACKAGE.parent)


def resource(kind: Literal["grammar", "stdlib"], name: str) -> Path:
    """The path of a file that comes with anglipy, for example `resource("grammar",
    "anglican.lark")`.

    The package itself is searched before the directory that holds it.
    Raises InternalError when the installation lacks the file.
    """
    for root in _ROOTS:
        path = root / kind / name
        if path.is_file():
            return path
    raise InternalError(
        "AQ901",
        f"the file {kind}/{name} is missing from this installation of anglipy",
        help="install anglipy again",
        notes=tuple(f"looked in {root / kind}" for root in _ROOTS),
    )
