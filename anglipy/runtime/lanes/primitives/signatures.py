"""What a primitive does with each of its arguments, in a notation of one letter per argument.

    .   not looked at: it is kept, or given to a function
    c   looked at, but not at what is inside: a collection, a count, an index
    k   a key: compared by value, however deep
    d   looked at, however deep

and for arguments that are functions, by what is done with their answers:

    f   nothing depends on them
    s   they are tested for truth
    n   they are tested for nil
    v   they are looked at, but not at what is inside
    h   they are looked at, however deep
    r   they may be a `Reduced`

`prefix|repeat|suffix` describes any number of arguments, `a/b` is chosen by their number.
"""

from __future__ import annotations

from functools import cache

__all__ = ["DEEP", "Signature"]

DEEP = "kd"
"""Where lane values anywhere inside matter."""


class Signature:
    """The roles of the arguments of a primitive."""

    __slots__ = ("_alternatives", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self._alternatives = text.split("/")

    def roles(self, count: int) -> str:
        """One letter for each of `count` arguments."""
        return _roles(self.text, count)

    def has(self, letters: str) -> bool:
        """Whether some argument has one of these roles."""
        return any(letter in self.text for letter in letters)


@cache
def _roles(text: str, count: int) -> str:
    open_ended = ""
    for alternative in text.split("/"):
        if "|" in alternative:
            open_ended = alternative
        elif len(alternative) >= count and (len(alternative) == count or "/" not in text):
            return alternative[:count]
    prefix, repeat, suffix = [*open_ended.split("|"), "", ""][:3]
    suffix = suffix[: max(0, count - len(prefix))]
    room = count - len(prefix) - len(suffix)
    return prefix[:count] + (repeat * count)[: max(0, room)] + suffix
