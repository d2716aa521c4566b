"""The options of engines: one frozen dataclass for each, checked when it is made."""

from __future__ import annotations

import difflib
import operator
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, fields
from numbers import Integral, Real
from typing import Any, Self

from anglipy.diagnostics import OptionError

__all__ = [
    "UNREMARKABLE",
    "LockstepOptions",
    "Options",
    "check_name",
    "check_types",
    "nearest",
    "whole_number",
]


@dataclass(frozen=True, slots=True)
class Options:
    """The base of every engine's options: one frozen dataclass per engine, checked when it is
    made.
    """

    @classmethod
    def names(cls) -> tuple[str, ...]:
        """The names that `of` takes."""
        return tuple(field.name for field in fields(cls))

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> Self:
        """The options with these values given and the rest at their defaults."""
        return cls(**given)


DEFAULT_LANES = 16_384
UNREMARKABLE = {"only_if_changed": True}
"""The metadata of a field that reports show only where it differs from its default."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LockstepOptions(Options):
    """How an engine runs its particles."""

    scalar: bool = field(default=False, metadata=UNREMARKABLE)
    """Run particles one by one: the reference, slower for all but very few."""
    lanes: int = field(default=DEFAULT_LANES, metadata=UNREMARKABLE)
    """Particles that run in one group at most. More need more memory at a time; results are
    collected, so that any number of particles can be drawn."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "lanes", whole_number("lanes", self.lanes))
        if self.scalar.__class__ is not bool:
            raise OptionError(
                "AQ303", f"the option `scalar` must be true or false, got {self.scalar!r}"
            )

    @classmethod
    def names(cls) -> tuple[str, ...]:
        """The engine's own fields, then these."""
        shared = [field.name for field in fields(LockstepOptions)]
        own = [field.name for field in fields(cls) if field.name not in shared]
        return (*own, *shared)


def whole_number(name: str, value: Any, least: int = 1) -> int:
    """The value of an option that counts something. Raises OptionError AQ303."""
    try:
        number = operator.index(value)
    except TypeError:
        number = None
    if number is None or isinstance(value, bool) or number < least:
        raise OptionError(
            "AQ303", f"the option `{name}` must be a whole number from {least}, got {value!r}"
        )
    return number


_TYPES = {
    "int": (Integral, "a whole number"),
    "float": (Real, "a number"),
    "bool": (bool, "true or false"),
    "str": (str, "a name"),
}


def check_types(options: Options) -> None:
    """Raises OptionError AQ303 for a value that is not of the type that its field is declared with,
    where that is int, float, bool or str: an engine need not check these itself.
    """
    for each in fields(options):
        declared = each.type if isinstance(each.type, str) else each.type.__name__
        kind, what = _TYPES.get(declared, (object, ""))
        value = getattr(options, each.name)
        if not isinstance(value, kind) or (isinstance(value, bool) and kind not in (bool, object)):
            raise OptionError("AQ303", f"the option `{each.name}` must be {what}, got {value!r}")


def check_name(name: str, value: Any, known: Collection[str]) -> None:
    """Raises OptionError AQ303 if the value of an option is none of the names that it may be."""
    if value not in known:
        raise OptionError(
            "AQ303",
            f"the option `{name}` has no value `{value}`",
            help=f"{nearest(str(value), known)}known: {', '.join(known)}",
        )


def nearest(name: str, known: Iterable[str]) -> str:
    """`did you mean `x`? ` for the nearest of the known names, or nothing.

    >>> nearest("partciles", ["particles", "sweeps"])
    'did you mean `particles`? '
    """
    close = difflib.get_close_matches(name, list(known), n=1)
    return f"did you mean `{close[0]}`? " if close else ""
