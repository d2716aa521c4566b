"""Which name is nil, said with an error about a nil.

The generated code calls its variables as the program does, so the locals of the frame that failed
tell which of the names in the failing form is None there. What is not certain is not said.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from anglipy.diagnostics import AnglipyError, Source, Span
from anglipy.names import python_name

__all__ = ["name_nil"]

_TOKEN = re.compile(r'"(?:\\.|[^"\\])*"|;[^\n]*|[()\[\]{}]|[^\s,()\[\]{}";]+')
_NAME = re.compile(r"[^\W\d][\w.*+!?<>=-]*")
_KEYS = re.compile(r"\{[^{}]*?:keys\s*\[([^\[\]{}]*)\]")


def name_nil(error: AnglipyError, variables: Mapping[str, Any] | None = None) -> AnglipyError:
    """The error, which notes the names in its form that are nil, if it is about a nil.

    `variables` are those of the generated function that failed. Without them only the observed
    value of an observe is known to be the nil, by the code of the error.
    """
    found = error.diagnostic
    if found.span is None or not found.message.endswith(", got nil"):
        return error
    items = _items(found.span)
    if found.code == "AQ420":
        nils = items[-1:] if items[:1] == ["observe"] and len(items) > 2 else []
    else:
        nils = [item for item in items[1:] if _is_nil(item, variables or {})]
    for name in dict.fromkeys(nils):
        if _NAME.fullmatch(name):
            error.noted(f"`{name}` is nil{_why(name, found.span.source, found.span.start)}")
    return error


def _items(span: Span) -> list[str]:
    """The items of the list at this place; those that have parts themselves are ""."""
    items: list[str] = []
    depth = 0
    for token in _TOKEN.findall(span.source.text[span.start : span.end]):
        if token in ")]}":
            depth -= 1
        elif not token.startswith(";"):
            inner = token in "([{"
            if depth == 1:
                items.append("" if inner else token)
            depth += inner
    return items


def _is_nil(name: str, variables: Mapping[str, Any]) -> bool:
    own = python_name(name)
    others = re.compile(re.escape(own) + r"_\d+")
    return (
        own in variables
        and variables[own] is None
        and not any(map(others.fullmatch, variables))  # another variable of the same name
    )


def _why(name: str, source: Source, place: int) -> str:
    """What to know of a name that `{:keys [...]}` binds before the place."""
    bound = [keys.split() for keys in _KEYS.findall(source.text[:place])]
    keys = next((keys for keys in reversed(bound) if name in keys), None)
    if keys is None:
        return ""
    names = " ".join(keys)
    return (
        f": `{{:keys [{names}]}}` gives nil for a key that a map lacks, and for all keys of what "
        f"is no map; a row that is a vector is taken apart by [{names}]"
    )
