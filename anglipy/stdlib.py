"""The standard library as it is written: its texts, and the names that they define."""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

from anglipy.diagnostics import Source
from anglipy.resources import resource

__all__ = ["REQUIRED", "Defined", "defined", "required", "sources"]

_FILES = ("core.aq", "anglib.aq", "anglican.aq", "clojure.aq")
"""The files of the library, in the order in which they are compiled."""

REQUIRED = {
    "clojure.test": "clojure/test.aq",
    "clojure.zip": "clojure/zip.aq",
    "clojure.math.combinatorics": "clojure/math/combinatorics.aq",
    "clojure.math.numeric-tower": "clojure/math/numeric_tower.aq",
    "clojure.core.matrix.stats": "clojure/core/matrix/stats.aq",
}
"""Files that are compiled when their namespace is required."""

_DEFINITION = re.compile(
    r"""^\(defn [ ] (?P<name> \S+) \s+ (?P<doc> "[^"]*" \s+)? (?P<params> \[ [^\]]* \])?""",
    re.MULTILINE | re.VERBOSE,
)
"""How each definition of the library begins: in column 1."""


class Defined(NamedTuple):
    """A function that the library defines, and how many arguments it takes at least and at most."""

    name: str
    low: int
    high: int | None


@cache
def sources() -> tuple[Source, ...]:
    """The texts of the library."""
    return tuple(
        Source(f"stdlib/{name}", resource("stdlib", name).read_text(encoding="utf-8"))
        for name in _FILES
    )


@cache
def required(name: str) -> Source | None:
    """The text of a namespace that is compiled when it is required."""
    if name not in REQUIRED:
        return None
    path = resource("stdlib", REQUIRED[name])
    return Source(f"stdlib/{REQUIRED[name]}", path.read_text(encoding="utf-8"))


@cache
def defined() -> tuple[Defined, ...]:
    """What the library defines, found without reading it form by form: every start needs it."""
    return tuple(
        Defined(match["name"], *_counts(match["params"]))
        for source in sources()
        for match in _DEFINITION.finditer(source.text)
    )


def _counts(params: str | None) -> tuple[int, int | None]:
    """Of a function with several arities, or with `&`, any number is allowed."""
    names = [] if params is None else params.strip("[]").split()
    if params is None or "&" in names:
        return max(0, len(names) - 2), None
    return len(names), len(names)
