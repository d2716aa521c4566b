"""The argument of a query, from `-v VALUE` or from `--arg NAME=VALUE ...`.

`-v` gives the whole value; a query of one parameter also takes the bare element (`-v @image.png`
instead of a vector with the image in it), when that is not itself a vector or list. `--arg` gives
the parameters by name, and is unambiguous always. What fits a query `anglipy.arguments` says.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from anglipy.cli.values import read_value
from anglipy.diagnostics import OptionError, ProgramError, UserError

if TYPE_CHECKING:
    from anglipy.arguments import Parameters
    from anglipy.model import Model

__all__ = ["argument", "argument_of", "suggesting"]


def argument(model: Model, value: str | None, named: Sequence[str]) -> Any:
    """The argument of the query: from `-v`, or from all `--arg`; None if neither is given and none
    is needed.
    """
    from anglipy.arguments import by_name, parameters

    declared = parameters(model.params)
    if value is not None and named:
        raise OptionError("AQ312", "give the argument with -v or with --arg, not with both")
    if value is not None:
        return argument_of(model, read_value(value, "-v"), "-v gives")
    if named:
        return by_name(model.name, declared, _named_values(model.name, declared, named))
    if declared.is_needed:
        raise OptionError(
            "AQ312",
            f"the query `{model.name}` needs a value for {declared.text}",
            help=usage(declared),
        )
    return None


def argument_of(model: Model, value: Any, who: str = "the row has") -> Any:
    """The argument from a value that stands somewhere: the whole of it, a map of parameters by
    name, or the only parameter.
    """
    from anglipy.arguments import Asked, fitted, parameters
    from anglipy.runtime.values import Sequential, Vector

    declared = parameters(model.params)
    if value is None and declared.is_vector:
        # nil: every parameter is nil.
        value = Vector([None] * len(declared.names))
    if declared.is_single and not isinstance(value, Sequential) and hasattr(value, "__array__"):
        # An image or an array from a file is an element.
        value = Vector([value])
    return fitted(model.name, model.params, value, Asked(who, usage))


@contextmanager
def suggesting(
    model: Model, is_given: bool, *command: str | Path, query: str | None
) -> Iterator[None]:
    """An error of a query that was run without the argument it needs ends with the command that
    gives one. `query` is its name where the command has to say it.
    """
    from anglipy.arguments import parameters

    try:
        yield
    except UserError as error:
        lacks = isinstance(error, ProgramError) or error.diagnostic.code == "AQ312"
        declared = parameters(model.params)
        if lacks and not is_given and declared.is_needed:
            chosen = ["-q", query] if query is not None else []
            words = [*map(str, command), *chosen, *_named(declared)]
            error.noted(f"with an argument: anglipy {shlex.join(words)}")
        raise


def _named(declared: Parameters) -> list[str]:
    """The options for all parameters, with words in place of the values."""
    if not declared.known:
        return ["-v", "VALUE"]
    return [word for name in declared.known for word in ("--arg", f"{name}=VALUE")]


def _named_values(query: str, declared: Parameters, named: Sequence[str]) -> dict[str, Any]:
    from anglipy.arguments import check_name

    given: dict[str, Any] = {}
    for item in named:
        name, equals, text = item.partition("=")
        if not equals:
            raise OptionError(
                "AQ312", f"--arg {item}: a name and a value are needed", help="--arg NAME=VALUE"
            )
        name = declared.name_of(name)
        check_name(query, declared, name)
        if name in given:
            raise OptionError("AQ312", f"--arg gives `{name}` twice")
        given[name] = read_value(text, f"--arg {name}")
    return given


def usage(declared: Parameters) -> str:
    """How the argument is given on the command line."""
    if not declared.known:
        return "-v VALUE"
    return f"{' '.join(_named(declared))}, or -v with the whole value"
