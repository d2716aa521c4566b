"""The argument of a query: whether it fits the parameters, and how parameters are given by name.

A query takes one value. If it was declared with a parameter vector, as in `(defquery gauss [y1 y2]
...)`, that value is a vector of as many elements. A map, a row or a table of pandas names the
parameters instead; a query of one parameter also takes the bare element, when that is nothing that
could itself be the vector. Parameters that begin with `_` need no value, nor do those of a vector
after `&`, as in `[a & [b c]]`.

Everybody who asks a query something comes through here: the command line, the prompt, Python. They
differ in what they call the argument (`Asked`). An argument that fits stays as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import Any, TypeAlias

from anglipy.datum import read_edn
from anglipy.diagnostics import OptionError
from anglipy.names import nearest
from anglipy.runtime.convert import from_python
from anglipy.runtime.equality import elements
from anglipy.runtime.foreign import is_tabular
from anglipy.runtime.printing import describe
from anglipy.runtime.values import Keyword, MapLike, Symbol, Vector

__all__ = [
    "Asked",
    "Parameters",
    "Usage",
    "by_name",
    "check_name",
    "fitted",
    "from_caller",
    "parameters",
    "refuse_several",
    "rows_of_caller",
]

MANY = 10_000
"""Elements are counted so far: a sequence may have no end."""


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
        """Every name by which a value may be given."""
        names = [name for name in self.names if name is not None]
        return [*names, *self.optional, *([self.rest] if self.rest else [])]

    @property
    def is_needed(self) -> bool:
        """Whether a run without any value would leave a parameter empty."""
        return any(name is None or not name.startswith("_") for name in self.names)

    @property
    def is_single(self) -> bool:
        """Whether the vector holds one value at most."""
        most = len(self.names) + len(self.optional)
        return self.is_vector and most == 1 and not self.has_rest

    @property
    def wanted(self) -> str:
        """How many values, in words."""
        least = len(self.names)
        most = least + len(self.optional)
        if self.has_rest:
            return f"at least {_values(least)}"
        return _values(most) if least == most else f"{least} to {_values(most)}"

    def name_of(self, given: str) -> str:
        """The name that was meant: `_` may stand for `-`, as names of Python have it."""
        dashed = given.replace("_", "-")
        return dashed if given not in self.known and dashed in self.known else given


Usage: TypeAlias = Callable[[Parameters], str]


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asks, for messages."""

    who: str
    """What gives the argument: `-v gives`, `args has`."""
    usage: Usage
    """How a right argument is written."""


@lru_cache(maxsize=256)
def parameters(declared: str) -> Parameters:
    """Parse the parameters of a query, as its source gives them."""
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


def fitted(query: str, params: str, value: Any, asked: Asked) -> Any:
    """The argument of a query of these parameters, from a value of the language. None stands for no
    argument. Raises OptionError AQ312 for a wrong number of values, and for wrong names.
    """
    declared = parameters(params)
    if not declared.is_vector:
        return value
    if value is None:
        return _nothing(query, declared, asked)
    if isinstance(value, MapLike):
        return _of_map(query, declared, value, asked)
    inside = elements(value)
    if inside is None:
        if declared.is_single:
            return Vector([value])
        raise _misfit(query, declared, f"{asked.who} only {describe(value)}", asked)
    least, most = len(declared.names), len(declared.names) + len(declared.optional)
    given = _length(inside)
    if given < least or (given > most and not declared.has_rest):
        raise _misfit(query, declared, f"{asked.who} {given}", asked)
    return value


def _nothing(query: str, declared: Parameters, asked: Asked) -> None:
    if declared.is_needed:
        raise OptionError(
            "AQ312",
            f"the query `{query}` needs a value for {declared.text}",
            help=asked.usage(declared),
        )


def _of_map(query: str, declared: Parameters, value: MapLike, asked: Asked) -> Vector:
    """The argument from a map of parameters by name, or that is itself the only parameter."""
    given = {declared.name_of(_text(key)): item for key, item in value.items()}
    if declared.is_single and not given.keys() & set(declared.known):
        _refuse_misspelt(query, declared, given)
        return Vector([value])
    if not declared.known:
        raise _misfit(query, declared, f"{asked.who} {describe(value)}", asked)
    return by_name(query, declared, given)


def _refuse_misspelt(query: str, declared: Parameters, given: Mapping[str, Any]) -> None:
    """OptionError AQ312 for a map of one value under a name that is nearly the only parameter's: it
    may be the parameter by name, and may be data.
    """
    (name, *others) = given or [""]
    near = nearest(name, declared.known)
    if near and not others:
        raise OptionError(
            "AQ312",
            f"the query `{query}` has no parameter `{name}`",
            help=f"did you mean `{near}`? a map that is itself the value of `{near}` stands in a "
            "vector, [{...}]",
        )


def by_name(query: str, declared: Parameters, given: Mapping[str, Any]) -> Any:
    """The argument with these parameters. Raises OptionError AQ312 if one is missing or unknown."""
    for name in given:
        check_name(query, declared, name)
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
    return Vector([*values, *(elements(given.get(declared.rest or "")) or ())])


def check_name(query: str, declared: Parameters, name: str) -> None:
    """OptionError AQ312 for a name that the query does not have."""
    if name not in declared.known:
        near = nearest(name, declared.known)
        takes = ", ".join(declared.known) or declared.text or "nothing"
        raise OptionError(
            "AQ312",
            f"the query `{query}` has no parameter `{name}`",
            help=f"did you mean `{near}`?" if near else f"it takes {takes}",
        )


def _misfit(query: str, declared: Parameters, given: str, asked: Asked) -> OptionError:
    return OptionError(
        "AQ312",
        f"the query `{query}` takes {declared.wanted} {declared.text}, {given}",
        help=asked.usage(declared),
    )


# --- from Python ---


def from_caller(query: str, params: str, value: Any, name: str = "args") -> Any:
    """The argument that a caller in Python gives under this name; see `fitted`."""
    given = from_python(_labelled(parameters(params), value))
    return fitted(query, params, given, Asked(f"`{name}` has", _usage_of(name)))


def refuse_several(query: str, params: str, more: int) -> None:
    """OptionError AQ312 for so many values beside the one that holds all parameters."""
    if more:
        declared = parameters(params)
        example = f"{query}([{', '.join(declared.known)}])" if declared.known else f"{query}([...])"
        raise OptionError(
            "AQ312",
            f"the query `{query}` is called with one list of all its values, got {more + 1} values",
            help=example,
        )


def rows_of_caller(query: str, params: str, values: Any, name: str = "args") -> list[Any]:
    """The arguments of several runs: of an iterable, or the rows of a table of pandas. Raises
    OptionError AQ312, which says which of them does not fit.
    """
    declared = parameters(params)
    if isinstance(values, (Mapping, MapLike, str)):
        raise OptionError(
            "AQ312",
            f"`{name}` of infer_many holds an argument for each run, got {describe(values)}",
            help=f"{name}=[...], or infer({name}=...) for one run",
        )
    rows = _rows(declared, values) if is_tabular(values) and values.ndim > 1 else list(values)
    found = []
    for number, row in enumerate(rows, 1):
        try:
            found.append(from_caller(query, params, row, name))
        except OptionError as error:
            error.noted(f"argument {number} of {len(rows)}; there is one for each run")
            raise
    return found


def _labelled(declared: Parameters, value: Any) -> Any:
    """A row or a table of pandas with parameters among its labels, as these parameters by name; a
    table that is the only parameter, as that; anything else as it is.
    """
    if not declared.is_vector or not is_tabular(value) or not hasattr(value, "keys"):
        return value
    labels = _labels(declared, value.keys())
    if labels:
        return {name: value[label] for label, name in labels}
    return [value] if value.ndim > 1 and declared.is_single else value


def _rows(declared: Parameters, table: Any) -> list[Any]:
    """The rows of a table, as parameters by name where its columns are called like them."""
    labels = _labels(declared, table.columns) if declared.is_vector else []
    if labels:
        return [{name: row[label] for label, name in labels} for row in table.to_dict("records")]
    if all(isinstance(label, str) for label in table.columns):
        return list(table.to_dict("records"))
    return list(table.to_numpy())


def _labels(declared: Parameters, labels: Iterable[Any]) -> list[tuple[str, str]]:
    """The labels that are parameters, with their names."""
    texts = [label for label in labels if isinstance(label, str)]
    named = [(label, declared.name_of(label)) for label in texts]
    return [(label, name) for label, name in named if name in declared.known]


def _usage_of(name: str) -> Usage:
    def usage(declared: Parameters) -> str:
        if not declared.known:
            return f"{name}={declared.text or '[]'}"
        known = [f"{word}..." if word == declared.rest else word for word in declared.known]
        named = ", ".join(f'"{word}": ...' for word in declared.known)
        return f"{name}=[{', '.join(known)}], or by name, {name}={{{named}}}"

    return usage


def _text(key: Any) -> str:
    return key.text if isinstance(key, Keyword) else str(key)


def _length(inside: Iterable[Any]) -> int:
    if isinstance(inside, Sequence):
        return len(inside)
    return sum(1 for _ in islice(inside, MANY))


def _values(number: int) -> str:
    return f"{number} value{'' if number == 1 else 's'}"
