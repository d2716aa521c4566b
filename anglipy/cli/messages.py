"""Messages on stderr: diagnostics with their source line, in colour on a terminal, never under
NO_COLOR.
"""

from __future__ import annotations

import os
import re
import sys
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from difflib import get_close_matches
from typing import TextIO

from anglipy.diagnostics import Diagnostic, render

__all__ = ["count", "nearest", "quiet", "say", "show", "table", "wants_color"]

_NUMBER = re.compile(r"-?[0-9][0-9.,:e+-]*")


def wants_color(stream: TextIO) -> bool:
    """Whether colour codes belong on this stream (https://no-color.org)."""
    if os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        return False
    return stream.isatty()


def say(text: str) -> None:
    """One line on stderr."""
    print(text, file=sys.stderr, flush=True)


@contextmanager
def quiet(wanted: bool) -> Iterator[None]:
    """Without warnings, if that is wanted."""
    with warnings.catch_warnings():
        if wanted:
            warnings.simplefilter("ignore")
        yield


def show(diagnostics: Sequence[Diagnostic], stream: TextIO | None = None) -> None:
    """The messages up to the 20th error, a blank line between two, and how many errors there are if
    there is more than one.
    """
    out = sys.stderr if stream is None else stream
    color = wants_color(out)
    places = [place for place, d in enumerate(diagnostics) if d.severity == "error"]
    shown = diagnostics if len(places) <= _MOST else diagnostics[: places[_MOST - 1] + 1]
    print("\n\n".join(render(d, color) for d in shown), file=out)
    if len(places) > 1:
        some = f", the first {_MOST} of which are shown" if len(places) > _MOST else ""
        print(f"\n{len(places)} errors{some}", file=out)
    out.flush()


_MOST = 20
"""So many errors are shown: who has more mends these first."""


def count(number: int, noun: str, plural: str | None = None) -> str:
    """A number with its noun.

    >>> count(1, "query", "queries"), count(3, "site")
    ('1 query', '3 sites')
    """
    return f"{number} {noun if number == 1 else plural or noun + 's'}"


def nearest(word: str, known: Sequence[str], likeness: float = 0.6) -> str | None:
    """What the user may have meant, as a help line, or None.

    >>> nearest("importanse", ["importance", "smc"])
    'did you mean `importance`?'
    """
    close = get_close_matches(word, known, n=1, cutoff=likeness)
    return f"did you mean `{close[0]}`?" if close else None


def table(rows: Sequence[Sequence[str]], indent: str = "") -> list[str]:
    """Rows as aligned lines; columns of numbers stand to the right.

    >>> table([("traces", "loss"), ("64", "1.25"), ("128", "0.5")])
    ['traces  loss', '    64  1.25', '   128   0.5']
    """
    columns = list(zip(*rows, strict=True))
    aligned = []
    for column in columns:
        width = max(map(len, column))
        is_numeric = len(column) > 1 and all(_NUMBER.fullmatch(cell) for cell in column[1:])
        aligned.append([cell.rjust(width) if is_numeric else cell.ljust(width) for cell in column])
    return [indent + "  ".join(cells).rstrip() for cells in zip(*aligned, strict=True)]
