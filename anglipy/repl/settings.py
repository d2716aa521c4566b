"""The options of engines and of training: their names, what they are without being given, and what
the code says of them.
"""

from __future__ import annotations

import ast
import inspect
import re
import textwrap
from dataclasses import MISSING, dataclass, fields
from functools import cache
from typing import Any

from anglipy.diagnostics import AnglipyError
from anglipy.inference.engine import Options

__all__ = ["Setting", "allowed", "settings_of"]


@dataclass(frozen=True, slots=True)
class Setting:
    """An option of an engine, or of training."""

    name: str
    """As programs write it."""
    default: str
    doc: str


_OTHER_NAMES = {"samples": "Draws in all: another way to say how many particles and sweeps."}
"""What is an option without being a field."""


@cache
def settings_of(options: type) -> tuple[Setting, ...]:
    """The options that a class has, its own first."""
    docs = dict(_OTHER_NAMES)
    for cls in reversed(options.__mro__[:-1]):
        docs.update(_docs_of(cls))
    known = {field.name: field for field in fields(options)}
    found = []
    names = options.names() if issubclass(options, Options) else known
    for name in names:
        field = known.get(name)
        default = "" if field is None or field.default is MISSING else _shown(field.default)
        found.append(Setting(name.replace("_", "-"), default, docs.get(name, "")))
    return tuple(found)


class _Wrong:
    """A value that no option takes."""

    def __repr__(self) -> str:
        return "nothing"


def allowed(options: type[Options], name: str) -> str:
    """The values that an option of an engine takes, in words: what the engine itself says of a
    value that it does not take.
    """
    own = name.replace("-", "_")
    if any(field.name == own and field.type in (bool, "bool") for field in fields(options)):
        return "true or false"
    try:
        options.of({own: _Wrong()})
    except AnglipyError as error:
        message = error.diagnostic
        found = re.search(r" must be (.*), got ", message.message)
        return found[1] if found else ", ".join(re.findall(r"known: (.*)", message.help or ""))
    except TypeError:
        return "the name of a file"
    return ""


def _docs_of(options: type) -> dict[str, str]:
    """The strings behind the fields of a class."""
    (tree,) = ast.parse(textwrap.dedent(inspect.getsource(options))).body
    assert isinstance(tree, ast.ClassDef)
    found: dict[str, str] = {}
    for statement, following in zip(tree.body, tree.body[1:], strict=False):
        if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
            match following:
                case ast.Expr(value=ast.Constant(value=str() as text)):
                    found[statement.target.id] = " ".join(text.split())
    return found


def _shown(default: Any) -> str:
    """A default as programs write it."""
    if default is None:
        return "none"
    return str(default).lower() if isinstance(default, bool) else str(default)
