"""The argument of a query, from `-v VALUE` or from `--arg NAME=VALUE ...`.

A query takes one value. If it was declared with a parameter vector, as in `(defquery gauss [y1 y2]
...)`, that value is a vector of as many elements. `-v` gives the whole value; a query of one
parameter also takes the bare element (`-v @image.png` instead of a vector with the image in it),
when that is not itself a vector or list. `--arg` fills the vector by name, and is unambiguous
always. Parameters that begin with `_` need no value, nor do those of a vector after `&`, as in
`[a & [b c]]`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from anglipy.cli.messages import count, nearest
from anglipy.cli.values import read_value
from anglipy.diagnostics import OptionError

if TYPE_CHECKING:
    from anglipy.model import Model

__all__ = ["Parameters", "argument", "argument_of", "parameters"]


@dataclass(frozen=True, slots=True)
class Parameters:
    """What a query takes, as declared: a vector of parameters, or one value under one name."""

    text: str
    names: tuple[str | None, ...]
    """Names in order; None for a destructuring pattern, which has no name of its own."""
    optional: tuple[str, ...] = ()
    """The names in a vector after `&`."""
    rest: str | None = None
    """A name after `&`, which takes any number of values."""
    has_rest: bool = False
    """Whether any number of values may follow, with a name or without."""
    is_vector: bool = True

    @property
    def known(self) -> list[str]:
        """Every name that `--arg` may use."""
        names = [name for name in self.names if name is not None]
        return [*names, *self.optional, *([self.rest] if self.rest else [])]

    @property
    def is_needed(self) -> bool:
        """Whether a run without any value would leave a parameter empty."""
        return any(name is None or not name.startswith("_") for name in self.names)


def parameters(declared: str) -> Parameters:
    """Parse the parameters of a query, as its source gives them."""
    from anglipy.datum import read_edn
    from anglipy.runtime.values import Symbol, Vector

    form = read_edn(declared, "parameters") if declared else None
    if not isinstance(form, Vector):
        name = form.name if isinstance(form, Symbol) else None
        return Parameters(declared, () if form is None else (name,), is_vector=False)
    names = tuple(item.name if isinstance(item, Symbol) else None for item in form)
    if "&" not in names:
        return Parameters(declared, names)
    at = names.index("&")
    before, after = names[:at], form[at + 1]
    if isinstance(after, Symbol):
        return Parameters(declared, before, rest=after.name, has_rest=True)
    inner = [item.name if isinstance(item, Symbol) else "&" for item in after]
    if "&" in inner:
        return Parameters(declared, before, has_rest=True)
    return Parameters(declared, before, optional=tuple(inner))


def argument(model: Model, value: str | None, named: Sequence[str]) -> Any:
    """The argument of the query: from `-v`, or from all `--arg`; None if neither is given and none
    is needed.
    """
    declared = parameters(model.params)
    if value is not None and named:
        raise OptionError("AQ312", "give the argument with -v or with --arg, not with both")
    if value is not None:
        return _whole(model.name, declared, read_value(value, "-v"))
    if named:
        return _by_name(model.name, declared, named)
    if declared.is_needed:
        raise OptionError(
            "AQ312",
            f"the query `{model.name}` needs a value for {declared.text}",
            help=_usage(declared),
        )
    return None


def argument_of(model: Model, value: Any) -> Any:
    """The argument from a value of a file: the whole of it, or a map of parameters by name."""
    from anglipy.runtime.values import Keyword, MapLike

    declared = parameters(model.params)
    if not isinstance(value, MapLike) or not declared.is_vector or not declared.known:
        return _whole(model.name, declared, value, "the row has")
    given = {key.text if isinstance(key, Keyword) else str(key): v for key, v in value.items()}
    if len(declared.names) == 1 and not set(given) & set(declared.known):
        # The one parameter is itself a map.
        return _whole(model.name, declared, value)
    for name in given:
        _check_name(model.name, declared, name)
    return _filled(model.name, declared, given)


def _whole(query: str, declared: Parameters, value: Any, who: str = "-v gives") -> Any:
    from anglipy.runtime.values import Sequential, Vector

    if not declared.is_vector or value is None:
        return value
    least = len(declared.names)
    most = least + len(declared.optional)
    if not isinstance(value, Sequential):
        return Vector([value]) if most == 1 and not declared.has_rest else value
    given = sum(1 for _ in value)
    if given < least or (given > most and not declared.has_rest):
        wanted = count(most, "value") if least == most else f"{least} to {count(most, 'value')}"
        wanted = f"at least {count(least, 'value')}" if declared.has_rest else wanted
        raise OptionError(
            "AQ312",
            f"the query `{query}` takes {wanted} {declared.text}, {who} {given}",
            help=_usage(declared),
        )
    return value


def _by_name(query: str, declared: Parameters, named: Sequence[str]) -> Any:
    return _filled(query, declared, _named_values(query, declared, named))


def _filled(query: str, declared: Parameters, given: Mapping[str, Any]) -> Any:
    """The argument with these parameters. Raises OptionError AQ312 if one is missing."""
    from anglipy.runtime.values import Vector

    missing = [n for n in declared.names if n not in given and not (n or "").startswith("_")]
    if missing:
        words = ", ".join("a pattern without a name" if n is None else f"`{n}`" for n in missing)
        raise OptionError(
            "AQ312", f"the query `{query}` also needs {words}", help=f"it takes {declared.text}"
        )
    values = [given.get(name) for name in declared.names if name is not None]
    if not declared.is_vector:
        return values[0]
    optional = [name for name in declared.optional if name in given]
    if optional:
        last = declared.optional.index(optional[-1])
        values += [given.get(name) for name in declared.optional[: last + 1]]
    return Vector([*values, *(given.get(declared.rest or "") or ())])


def _named_values(query: str, declared: Parameters, named: Sequence[str]) -> dict[str, Any]:
    given: dict[str, Any] = {}
    for item in named:
        name, equals, text = item.partition("=")
        if not equals:
            raise OptionError(
                "AQ312", f"--arg {item}: a name and a value are needed", help="--arg NAME=VALUE"
            )
        _check_name(query, declared, name)
        if name in given:
            raise OptionError("AQ312", f"--arg gives `{name}` twice")
        given[name] = read_value(text, f"--arg {name}")
    return given


def _check_name(query: str, declared: Parameters, name: str) -> None:
    if name not in declared.known:
        raise OptionError(
            "AQ312",
            f"the query `{query}` has no parameter `{name}`",
            help=nearest(name, declared.known) or _names(declared),
        )


def _names(declared: Parameters) -> str:
    if not declared.known:
        return f"it takes {declared.text or 'nothing'}; give the value with -v"
    return f"it takes {', '.join(declared.known)}"


def _usage(declared: Parameters) -> str:
    if not declared.known:
        return "-v VALUE"
    by_name = " ".join(f"--arg {name}=VALUE" for name in declared.known)
    return f"{by_name}, or -v with the whole value"
