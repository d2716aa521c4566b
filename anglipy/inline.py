'''Queries inside of Python: `anglipy.query("""(defquery coin [y] ...)""")`.

Errors are placed in the Python file: its text is compiled with everything outside of the string
blanked out, so that lines and columns are those of the file. Where the string is not a plain
literal
(it has escapes, or is computed) only the line is known.
'''

from __future__ import annotations

import ast
import linecache
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from anglipy.api import built
from anglipy.diagnostics import OptionError, Source
from anglipy.model import Model
from anglipy.names import nearest
from anglipy.runtime.machine import Query
from anglipy.tracebacks import theirs_only

__all__ = ["query"]

_QUOTES = re.compile(r"[rRuU]?(\"\"\"|'''|\"|')")


@dataclass(frozen=True, eq=False)
class Embedded(Source):
    """A text that is a part of a file."""

    file_text: str = field(default="", repr=False)

    @property
    def shown(self) -> str:
        """The whole file."""
        return self.file_text


def query(text: str, name: str | None = None, python: Mapping[str, Any] | None = None) -> Model:
    """The query that a text defines.

    Args:
        text: a program: `(defquery name [parameters] ...)`, with other definitions before it; or
            `(query [parameters] ...)` at its end.
        name: which query, if the text defines several.
        python: values of Python by the names that the program calls them by: functions, torch
            modules, data.

    Raises:
        UserError: with file, line and column in the Python file.
        OptionError: AQ311 if the text defines no query, or several and none is named.

    """
    caller = sys._getframe(1)
    source = _source(text, caller.f_code.co_filename, caller.f_lineno)
    file = Path(caller.f_code.co_filename)
    with theirs_only:
        program, values = built(source, file.parent if file.is_file() else Path.cwd(), python)
    queries = program.queries
    last = values[-1] if values else None
    if name is None and isinstance(last, Query) and last.name not in queries:
        return Model(last, program.namespace, program.path)
    if name is None and len(queries) == 1:
        return next(iter(queries.values()))
    if name in queries:
        return queries[name]
    names = ", ".join(queries)
    if not queries:
        raise OptionError("AQ311", "the text defines no query", help="(defquery name [...] ...)")
    if name is None:
        message = f"the text defines {len(queries)} queries; say which"
        raise OptionError("AQ311", message, help=f"name= one of {names}")
    near = nearest(name, queries)
    raise OptionError(
        "AQ311",
        f"the text defines no query `{name}`",
        help=f"did you mean `{near}`?" if near else f"its queries are {names}",
    )


def _source(text: str, file: str, line: int) -> Source:
    """The text as a part of the file that has it at this line."""
    whole = "".join(linecache.getlines(file))
    found = _literal(whole, text, line)
    if found is None:
        return Source(f"<query at {file}:{line}>", text)
    return Embedded(file, re.sub(r"[^\n]", " ", whole[:found]) + text, whole)


def _literal(whole: str, text: str, line: int) -> int | None:
    """The offset of the first character of the text, if a literal near this line has it as it
    stands.
    """
    try:
        tree = ast.parse(whole)
    except (SyntaxError, ValueError):
        return None
    same = [
        node for node in ast.walk(tree) if isinstance(node, ast.Constant) and node.value == text
    ]
    lines = whole.splitlines(keepends=True)
    for node in sorted(same, key=lambda node: abs(node.lineno - line)):
        # Python counts columns in bytes.
        before = lines[node.lineno - 1].encode()[: node.col_offset].decode()
        start = sum(map(len, lines[: node.lineno - 1])) + len(before)
        quotes = _QUOTES.match(whole, start)
        if quotes is not None and whole.startswith(text, quotes.end()):
            return quotes.end()
    return None
