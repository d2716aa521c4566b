"""A report as a value of the language: for `-f edn`, and for programs that look at it."""

from __future__ import annotations

from typing import Any

from anglipy.datum import read_edn
from anglipy.diagnostics import AnglipyError
from anglipy.runtime.scalars import Keyword
from anglipy.runtime.values import PersistentMap, Vector

__all__ = ["value_of_report"]

_TEXTS = ("entries", "predicts")
"""Where the names are texts of keys and labels of the program."""


def value_of_report(data: Any, are_texts: bool = False) -> Any:
    """Dictionaries as maps and lists as vectors. Names are keywords (`:log-evidence`), keys and
    labels of the program what they are in it, and everything else stays a string.

    >>> from anglipy.runtime.printing import pr_str
    >>> pr_str(value_of_report({"log_evidence": 0.5, "entries": {":mu": {"2.5%": [1]}, "3": {}}}))
    '{:log-evidence 0.5, :entries {:mu {"2.5%" [1]}, 3 {}}}'
    """
    if isinstance(data, dict):
        return PersistentMap.of(
            (
                _key(name) if are_texts else _name(name),
                value_of_report(item, not are_texts and name in _TEXTS),
            )
            for name, item in data.items()
        )
    if isinstance(data, list):
        return Vector(value_of_report(item) for item in data)
    return data


def _name(name: str) -> Any:
    return Keyword(name.replace("_", "-")) if name.isidentifier() else name


def _key(text: str) -> Any:
    """The key or label with this text; the text of one that has no notation."""
    try:
        return read_edn(text)
    except AnglipyError:
        return text
