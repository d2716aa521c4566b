"""Names of the language as valid, readable and unique names in Python."""

from __future__ import annotations

import keyword
import re
from collections.abc import Iterable
from difflib import SequenceMatcher, get_close_matches

__all__ = ["Names", "as_written", "counted", "meant", "nearest", "python_name"]

_SPELLED = {
    "-": "_", "/": "_", ".": "_", "|": "_", "%": "arg", "?": "_p", "!": "_bang", "*": "_star",
    "+": "_plus", ">": "_gt", "<": "_lt", "=": "_eq", "'": "_prime", "$": "", "&": "_and", "#": "",
}  # fmt: skip


def python_name(name: str) -> str:
    """A Python name close to a name of the language: `get-x` is `get_x`, `same?` is `same_p`."""
    name = re.sub(r"\|\d+$", "", name).replace("->", "_to_")
    text = "".join(
        c if c.isascii() and (c.isalnum() or c == "_") else _SPELLED.get(c, f"_x{ord(c):x}")
        for c in name
    )
    text = text.lstrip("_") or "it"
    return f"n{text}" if text[0].isdigit() else text


class Names:
    """Gives out names that have not been given out before."""

    def __init__(self, taken: set[str] | None = None) -> None:
        self._taken = set(taken or ())
        self._counts: dict[str, int] = {}

    def __call__(self, name: str) -> str:
        """A valid name like this one, not given out before."""
        base = python_name(name)
        if (
            base not in self._taken
            and not keyword.iskeyword(base)
            and not keyword.issoftkeyword(base)
        ):
            self._taken.add(base)
            return base
        count = self._counts.get(base, 1)
        while True:
            count += 1
            candidate = f"{base}_{count}"
            if candidate not in self._taken:
                break
        self._counts[base] = count
        self._taken.add(candidate)
        return candidate


_LIKE = 0.7
"""How alike a name must be to be what was meant, from 0 to 1."""


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name closest in spelling, if one is close."""
    candidates = [k for k in dict.fromkeys(known) if "|" not in k]
    found = get_close_matches(name, candidates, n=1, cutoff=_LIKE)
    return found[0] if found else None


def meant(name: str, own: Iterable[str], others: Iterable[str]) -> str | None:
    """The name that somebody who wrote `name` meant, if one is close: the closest in spelling.

    A name that the program itself gives counts for more, and so does the beginning of one.

    >>> meant("thermo", ["thermometers"], ["throw"]), meant("smaple", ["samples"], ["sample"])
    ('thermometers', 'sample')
    """
    found = [(_likeness(name, one), one) for one in dict.fromkeys(own) if "|" not in one]
    near = nearest(name, others)
    if near is not None:
        found.append((SequenceMatcher(None, near, name).ratio(), near))
    best = max(found, key=lambda pair: pair[0], default=(0.0, None))
    return best[1] if best[0] >= _LIKE else None


def _likeness(name: str, known: str) -> float:
    """How likely one of the program's own names was meant, from 0 to 1."""
    begun = len(name) > 2 and known.startswith(name)
    return max(0.85 if begun else 0.0, SequenceMatcher(None, known, name).ratio())


def as_written(name: str) -> str:
    """A name of a program as it is written: `x__12__auto__`, made by a syntax-quote, as `x#`."""
    return re.sub(r"__\d+__auto__$", "#", name)


def counted(low: int, high: int | None) -> str:
    """A number of arguments in words: `2 arguments`, `1 to 3 arguments`, `at least 1 argument`."""
    if high is None:
        return f"at least {low} argument{'s' * (low != 1)}"
    if low == high:
        return f"{low} argument{'s' * (low != 1)}" if low else "no arguments"
    return f"{low} to {high} arguments" if high - low > 1 else f"{low} or {high} arguments"
