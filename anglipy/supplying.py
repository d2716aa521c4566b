"""What a program supplies for the training of its queries: a generator of arguments, and how what
it observes is to be read.

    (defn inputs [] [(vec (repeatedly 10 (fn [] (sample* (uniform-continuous -10 10))))) nil])
    (def embedders {"points" :set, "regression/name" :string})

A generator takes nothing and returns the argument of a query. It may be a `defn` that draws with
`sample*`, or a `defm` that draws with `sample`, whose choices nobody proposes; it runs in lockstep.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from anglipy.compile import Compiler
from anglipy.diagnostics import OptionError, Source
from anglipy.environment import Namespace
from anglipy.names import nearest
from anglipy.runtime.machine import Query
from anglipy.runtime.scalars import Keyword
from anglipy.runtime.values import MapLike

__all__ = ["embedders_of", "generator_named"]

EMBEDDERS = "embedders"
"""The name that a program defines to say how its observations are read."""


def generator_named(namespace: Namespace, name: str) -> Query:
    """The query that calls the function of this name. Raises OptionError AQ317 if the program
    defines no such function.
    """
    if name not in namespace.definitions:
        near = nearest(name, namespace.definitions)
        raise OptionError(
            "AQ317",
            f"the program defines no function `{name}` to draw arguments with",
            help=f"did you mean `{near}`?" if near else f"(defn {name} [] [...])",
        )
    if isinstance(namespace.value_of(name), Query):
        raise OptionError(
            "AQ317",
            f"`{name}` is a query, and arguments are drawn by a function",
            help=f"(defm {name} [] ...), which may sample too",
        )
    text = f"(query {name} [] ({name}))"
    (query,) = Compiler(namespace, Path.cwd()).load(Source(f"<{name}>", text))
    assert isinstance(query, Query)
    return query


def embedders_of(namespace: Namespace) -> dict[str, str]:
    """How the program says that its observations are read, by site; empty if it does not."""
    given = namespace.value_of(EMBEDDERS) if EMBEDDERS in namespace.definitions else None
    if not isinstance(given, MapLike):
        return {}
    return {_text(site): _text(reading) for site, reading in given.items()}


def _text(value: Any) -> str:
    return value.text if isinstance(value, Keyword) else str(value)
