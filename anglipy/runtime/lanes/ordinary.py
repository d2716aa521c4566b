"""From code for groups back to ordinary code.

What is to run for one particle at a time, though it was made while a group ran, needs ordinary
functions: the methods of a distribution that the program defines, a query inside a query. The
variables they captured are the same, with lane values inside that `rows` takes apart.
"""

from __future__ import annotations

from typing import Any

from anglipy.diagnostics import InternalError
from anglipy.runtime.functions import Closure, Direct
from anglipy.runtime.lanes.closures import LaneClosure, LaneDirect
from anglipy.runtime.locate import ORDINARY
from anglipy.runtime.machine import Query

__all__ = ["ordinary", "query"]


def ordinary(value: Any) -> Any:
    """A function with its ordinary code; any other value as it is."""
    kind = value.__class__
    if kind is not LaneClosure and kind is not LaneDirect:
        return value
    found = _code(value.code)
    if found is None:
        return value
    code, is_closure = found
    captures = tuple(map(ordinary, value.captures))
    made = Closure if is_closure else Direct
    return made(code, captures, value.name, value.required, value.variadic)


def query(name: str, frame: Any, params: str = "") -> Query:
    """The query that code for groups makes: with its ordinary code, for an engine to run."""
    found = _code(frame[0])
    if found is None:
        raise InternalError("AQ901", f"the query `{name}` has no ordinary code")
    return Query(name, (found[0], *map(ordinary, frame[1:])), params)


def _code(code: Any) -> tuple[Any, bool] | None:
    """The ordinary version of a function of code for groups, and whether it is a closure's."""
    linker = code.__globals__.get(ORDINARY)
    return None if linker is None else linker.ordinary_code(code.__name__)
