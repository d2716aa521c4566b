"""The table of primitives: functions of the language that are written in Python and called
directly.

A primitive never samples or observes. `@primitive("conj", arity=(1, None))` enters a function under
its Clojure name; aliases share the entry's function. `constant` enters a value. The compiler reads
arity, purity, which arguments are functions, and the faster two-argument form, if there is one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from anglipy.diagnostics import InternalError

__all__ = ["CONSTANTS", "PRIMITIVES", "Arity", "Primitive", "constant", "primitive"]

Arity = tuple[int, int | None]
"""Least and largest number of arguments; None: no limit."""

Function = TypeVar("Function", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Primitive:
    """One entry of the table."""

    name: str
    """Clojure name, such as `update-in` or `clojure.string/join`."""
    python_name: str
    """Readable identifier for generated code; one per function."""
    fn: Callable[..., Any]
    """Called with the arguments as they are."""
    arity: Arity
    doc: str
    function_args: tuple[int, ...] = ()
    """Positions of the arguments that `fn`, or the function it gives, calls; (-1,) means all."""
    pure: bool = True
    """False if calling it has an effect besides its value, or depends on more than its arguments.
    """
    binary: Callable[[Any, Any], Any] | None = None
    """The same function for exactly two arguments, faster."""


PRIMITIVES: dict[str, Primitive] = {}
"""Clojure name -> entry. Filled while the modules of this package are imported, constant
afterwards.
"""

CONSTANTS: dict[str, Any] = {}
"""Clojure name -> value, for names such as `PI` that are no functions."""


def primitive(
    *names: str,
    arity: Arity,
    function_args: tuple[int, ...] = (),
    pure: bool = True,
    binary: Callable[[Any, Any], Any] | None = None,
) -> Callable[[Function], Function]:
    """Enter the decorated function under each of `names`; InternalError AQ901 if one is taken."""

    def enter(fn: Function) -> Function:
        doc = (fn.__doc__ or "").strip()
        python = "matrix_" if names[0].startswith("clojure.core.matrix") else ""
        python += fn.__name__.removeprefix(python)
        for name in names:
            if name in PRIMITIVES:
                raise InternalError("AQ901", f"two primitives are called {name}")
            PRIMITIVES[name] = Primitive(name, python, fn, arity, doc, function_args, pure, binary)
        return fn

    return enter


def constant(name: str, value: Any) -> None:
    """Enter a named value."""
    CONSTANTS[name] = value
