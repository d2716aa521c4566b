"""What a program supplies for the training of its queries: a generator of arguments, and how what
it observes is to be read.

    (defn inputs [] [(vec (repeatedly 10 (fn [] (sample* (uniform-continuous -10 10))))) nil])
    (def embedders {"points" :set, "regression/name" :string})

A generator takes nothing and returns the argument of a query. It may be a `defn` that draws with
`sample*`, or a `defm` that draws with `sample`, whose choices nobody proposes; it runs in lockstep.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from anglipy.compile import Compiler, program_hash
from anglipy.diagnostics import OptionError, Source
from anglipy.environment import Namespace
from anglipy.names import nearest
from anglipy.runtime.convert import from_python, to_python
from anglipy.runtime.machine import Query
from anglipy.runtime.scalars import Keyword
from anglipy.runtime.values import MapLike, Sequential

if TYPE_CHECKING:
    from anglipy.ic.setup import Hook

__all__ = ["embedders_of", "generator_named", "hook_of"]

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


def hook_of(namespace: Namespace, given: Any) -> Hook:
    """A function that combines the observes or the samples of a run: one of the program, by its
    name, or one of Python, which is given a list of dictionaries, with `"value"` for `:value`, and
    may return such a list. Raises OptionError AQ317 for what is none.
    """
    from anglipy.ic.setup import Hook

    if isinstance(given, Hook):
        return given
    if callable(given) and not isinstance(given, Keyword):
        name = getattr(given, "__name__", "a function")
        return Hook(name, lambda maps: from_python(given([_as_python(one) for one in maps])))
    name = str(given)
    found = namespace.value_of(name) if namespace.lookup(name) is not None else None
    if not callable(found) or isinstance(found, Query):
        near = nearest(name, namespace.definitions)
        raise OptionError(
            "AQ317",
            f"the program defines no function `{name}` to combine what a run did with",
            help=f"did you mean `{near}`?" if near else f"(defn {name} [maps] ...)",
        )
    digest = program_hash(namespace, name) if name in namespace.definitions else ""
    return Hook(name, found, digest)


def _as_python(entry: MapLike) -> dict[str, Any]:
    """A map of a run as a dictionary; vectors in it are lists, keywords stay keywords."""
    return {
        _text(key): to_python(value) if isinstance(value, Sequential) else value
        for key, value in entry.items()
    }


def embedders_of(namespace: Namespace) -> dict[str, str]:
    """How the program says that its observations are read, by site; empty if it does not."""
    given = namespace.value_of(EMBEDDERS) if EMBEDDERS in namespace.definitions else None
    if not isinstance(given, MapLike):
        return {}
    return {_text(site): _text(reading) for site, reading in given.items()}


def _text(value: Any) -> str:
    return value.text if isinstance(value, Keyword) else str(value)
