"""How the REPL shows a value: never more than a screen or two, whatever it is.

Collections end in `...` after `ITEMS` elements, at every depth, so that endless ones can be shown;
posteriors are tables; errors are messages.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from anglipy.diagnostics import AnglipyError
from anglipy.repl.bars import strokes
from anglipy.runtime.equality import MapLike, Sequential, SetLike
from anglipy.runtime.printing import pr_str

__all__ = ["ITEMS", "defined", "shown", "whole"]

ITEMS = 100
"""Elements of one collection that are shown."""
CHARACTERS = 4_000
"""Characters after which nothing more is shown."""
LINE = 90
"""Those of what a definition gives, which is rarely looked at: the name was wanted."""


class _Text(str):
    """A piece of output, as opposed to a string value."""

    __slots__ = ()


def shown(value: Any) -> str:
    """The text of a value for the terminal."""
    return _special(value) or _limited(value)


def defined(value: Any) -> str:
    """The text of a value that was given a name: a line of it, unless it is a posterior."""
    return _special(value) or _limited(value, LINE)


def whole(value: Any) -> str:
    """The text of a value for a pipe: all that is not endless."""
    return _special(value) or pr_str(value)


def _special(value: Any) -> str | None:
    """The text of what is no value of the language."""
    if isinstance(value, AnglipyError):
        return str(value)
    if hasattr(value, "log_weights") and hasattr(value, "summary"):
        from anglipy.repl.posteriors import table

        return table(value, strokes())
    return None


def _limited(value: Any, characters: int = CHARACTERS) -> str:
    """As `pr_str`, with limits. A stack of iterators over open collections: nothing recurses."""
    out: list[str] = []
    length = 0
    stack: list[Iterator[Any]] = [iter((value,))]
    while stack:
        for part in stack[-1]:
            pieces = None if part.__class__ is _Text else _pieces(part)
            if pieces is not None:
                stack.append(pieces)
                break
            text = part if part.__class__ is _Text else pr_str(part)
            out.append(text)
            length += len(text)
            if length > characters:
                return "".join(out)[:characters].rstrip() + " ..."
        else:
            stack.pop()
    return "".join(out)


def _pieces(value: Any) -> Iterator[Any] | None:
    """The pieces of a collection: `_Text` and values; None for everything else."""
    if isinstance(value, Sequential):
        return _between(value.brackets[0], value, value.brackets[1])
    if isinstance(value, (list, tuple)):
        return _between("[", value, "]")
    if isinstance(value, (SetLike, set, frozenset)):
        return _between("#{", value, "}")
    if isinstance(value, (MapLike, dict)):
        return _entries(value.items())
    return None


def _between(left: str, values: Iterable[Any], right: str) -> Iterator[Any]:
    yield _Text(left)
    for place, value in enumerate(islice(values, ITEMS + 1)):
        if place:
            yield _Text(" ")
        yield value if place < ITEMS else _Text("...")
    yield _Text(right)


def _entries(items: Iterable[tuple[Any, Any]]) -> Iterator[Any]:
    yield _Text("{")
    for place, (key, value) in enumerate(islice(items, ITEMS + 1)):
        if place:
            yield _Text(", ")
        if place == ITEMS:
            yield _Text("...")
            break
        yield key
        yield _Text(" ")
        yield value
    yield _Text("}")
