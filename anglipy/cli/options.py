"""`--option NAME=VALUE`: options that belong to an algorithm or to training, which check them
themselves.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

import click

from anglipy.diagnostics import OptionError

__all__ = ["SETTING", "Setting", "settings"]


class Setting(NamedTuple):
    """One NAME=VALUE of the command line."""

    name: str
    value: Any


class _SettingType(click.ParamType[Setting]):
    name = "NAME=VALUE"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> Setting:
        """`ess-threshold=0.5` is Setting("ess_threshold", 0.5)."""
        name, equals, text = str(value).partition("=")
        if not equals or not name:
            self.fail(f"`{value}` is not NAME=VALUE", param, ctx)
        return Setting(name.replace("-", "_"), _scalar(text))


SETTING = _SettingType()


def settings(given: Iterable[Setting]) -> dict[str, Any]:
    """The settings by name; a name may be given once."""
    options: dict[str, Any] = {}
    for setting in given:
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
            return kind(text)
        except ValueError:
            continue
    return text
