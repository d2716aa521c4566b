"""Checks of arguments shared by the primitives; every message names the function as the user wrote
it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NoReturn

from anglipy.diagnostics import ProgramError
from anglipy.runtime.access import function_of
from anglipy.runtime.foreign import is_numpy_scalar
from anglipy.runtime.printing import describe

__all__ = ["fail", "function", "index", "text"]


def fail(name: str, expected: str, got: Any, help: str | None = None) -> NoReturn:
    """ProgramError AQ440: `name` expected one thing and got another."""
    raise ProgramError("AQ440", f"{name}: expected {expected}, got {describe(got)}", help=help)


def function(value: Any, name: str) -> Callable[..., Any]:
    """`value` as what can be called: functions, keywords, maps, sets, vectors."""
    called: Callable[..., Any] | None = value if callable(value) else function_of(value)
    return fail(name, "a function", value) if called is None else called


def index(value: Any, name: str) -> int:
    """A count or index: an integer, or a double or ratio, truncated as the JVM does."""
    if type(value) is int:
        return value
    if is_numpy_scalar(value):
        value = value.item()
    if isinstance(value, bool) or not hasattr(value, "__trunc__"):
        fail(name, "an integer", value)
    try:
        return int(value)
    except (ValueError, OverflowError):
        fail(name, "an integer", value)


def text(value: Any, name: str) -> str:
    """`value` if it is a string."""
    return value if isinstance(value, str) else fail(name, "a string", value)
