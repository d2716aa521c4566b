"""The messages of the reader: entries of `grammar/mistakes.toml`, filled in and made into errors.

An entry has a code, a message, perhaps a help, and examples of texts that earn it. It is looked up
by name: the name of the bad token in lower case, or the name that the code which found the mistake
gives. Mistakes of brackets and prefixes are found by their examples (see `reader`). The file is
read when the first mistake is met.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from anglipy.diagnostics import Incomplete, ReadError, Span
from anglipy.resources import resource

__all__ = ["Mistake", "fault", "mistakes"]


class Mistake(NamedTuple):
    """One entry. `incomplete` means that more text could still make it right."""

    code: str
    message: str
    help: str | None = None
    incomplete: bool = False
    structural: bool = False
    examples: tuple[str, ...] = ()


@lru_cache(maxsize=1)
def mistakes() -> dict[str, Mistake]:
    """All entries by name."""
    import tomllib  # Only a text with a mistake needs it.

    text = resource("grammar", "mistakes.toml").read_text(encoding="utf-8")
    return {name: Mistake(**entry) for name, entry in tomllib.loads(text).items()}


def fault(name: str, span: Span, notes: tuple[str, ...] = (), **values: str) -> ReadError:
    """The error of this name at this span; `values` fill the braces of its message and help."""
    mistake = mistakes()[name]
    kind = Incomplete if mistake.incomplete else ReadError
    help = None if mistake.help is None else mistake.help.format(**values)
    return kind(mistake.code, mistake.message.format(**values), span, help, notes)
