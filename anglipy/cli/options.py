"""`--option NAME=VALUE`: options that belong to an algorithm or to training, which check them
themselves. Anglican's way to write them is understood too: `-o ':number-of-particles 100'`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any, NamedTuple, TypeAlias, TypeVar

import click

from anglipy.cli import completing
from anglipy.diagnostics import OptionError, ReadError

__all__ = [
    "SETTING",
    "Amount",
    "Count",
    "Setting",
    "Settings",
    "argument_options",
    "combining_options",
    "settings",
]
_Command = TypeVar("_Command", bound=Callable[..., Any])


class Setting(NamedTuple):
    """One NAME=VALUE of the command line."""

    name: str
    value: Any


Settings: TypeAlias = tuple[Setting, ...]
"""What one `--option` says."""


class _SettingType(click.ParamType[Settings]):
    name = "NAME=VALUE"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> Settings:
        """`ess-threshold=0.5` is Setting("ess_threshold", 0.5)."""
        text = str(value)
        if text.startswith(":"):
            return self._of_anglican(text, param, ctx)
        name, equals, rest = text.partition("=")
        if not equals or not name:
            self.fail(f"`{value}` is not NAME=VALUE (a file to write to is --out)", param, ctx)
        return (Setting(name.replace("-", "_"), _scalar(rest)),)

    def _of_anglican(
        self, text: str, param: click.Parameter | None, ctx: click.Context | None
    ) -> Settings:
        """`:number-of-particles 100 :resampling :residual`."""
        from anglipy.datum import read_edn
        from anglipy.host.algorithms import IGNORED, RENAMED
        from anglipy.runtime.scalars import Keyword

        try:
            items = list(read_edn(f"[{text}]", "--option"))
        except ReadError as error:
            self.fail(f"`{text}`: {error.diagnostic.message}", param, ctx)
        names = items[::2]
        if len(items) % 2 or not all(isinstance(name, Keyword) for name in names):
            self.fail(f"`{text}` is not made of names and values, as in `:seed 1`", param, ctx)
        renamed = {**RENAMED, "number-of-samples": "samples"}
        return tuple(
            Setting(
                renamed.get(name.text, name.text).replace("-", "_"),
                v.text if isinstance(v, Keyword) else v,
            )
            for name, v in zip(names, items[1::2], strict=True)
            if name.text not in IGNORED
        )


SETTING = _SettingType()


class Count(click.IntRange):
    """A whole number, which may be written like `1e5`, too."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The number. Fails for others, and for those out of the range."""
        return super().convert(_whole(value), param, ctx)


class Amount(click.FloatRange):
    """A number, which is a whole one if it is written without a point: reports say it as it was
    given.
    """

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The number. Fails for others, and for those out of the range."""
        number = super().convert(value, param, ctx)
        written = str(_whole(value)).strip().removeprefix("+")
        return int(written) if written.isdecimal() else number


def _whole(text: Any) -> Any:
    """`1e5` as 100000; anything else as it is."""
    if not isinstance(text, str) or not _POWER.fullmatch(text):
        return text
    number = Decimal(text)
    return int(number) if number == number.to_integral_value() else text


_POWER = re.compile(r"[0-9]+(\.[0-9]+)?[eE]\+?[0-9]{1,2}")
"""A number with a power of ten."""


def settings(given: Iterable[Settings]) -> dict[str, Any]:
    """The settings by name; a name may be given once."""
    options: dict[str, Any] = {}
    for setting in (one for several in given for one in several):
        if setting.name in options:
            raise OptionError("AQ310", f"`{setting.name}` is given twice")
        options[setting.name] = setting.value
    return options


def _scalar(text: str) -> bool | int | float | str:
    """A boolean, an integer, a number, or the text itself.

    >>> [_scalar(text) for text in ("true", "10", "0.5", "systematic")]
    [True, 10, 0.5, 'systematic']
    """
    if text in ("true", "false"):
        return text == "true"
    for kind in (int, float):
        try:
            return kind(_whole(text))
        except ValueError:
            continue
    return text


def argument_options(command: _Command) -> _Command:
    """The options that give the argument of a query."""
    command = click.option(
        "--arg",
        "named",
        multiple=True,
        metavar="NAME=VALUE",
        shell_complete=completing.named,
        help="One parameter of the query, by name.",
    )(command)
    command = click.option(
        "-v",
        "--value",
        metavar="VALUE",
        shell_complete=completing.values,
        help="The argument of the query: EDN, or @path.",
    )(command)
    return command


def combining_options(command: _Command) -> _Command:
    """The options that name what is made of the observes and samples of a run."""
    command = click.option(
        "--combine-samples",
        metavar="NAME",
        help="A function of FILE that makes of all samples of a run those that are learned.",
    )(command)
    command = click.option(
        "--combine-observes",
        metavar="NAME",
        help="A function of FILE that makes of all observes of a run what the network reads.",
    )(command)
    return command
