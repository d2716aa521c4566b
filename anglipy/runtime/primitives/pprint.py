"""clojure.pprint: values over several lines, and tables."""

from __future__ import annotations

import sys
from typing import Any

from anglipy.runtime.access import get, values_of
from anglipy.runtime.equality import MapLike, SetLike, elements, known_length
from anglipy.runtime.primitives.checks import text
from anglipy.runtime.primitives.registry import primitive
from anglipy.runtime.printing import LAZY_LIMIT, pr_str, to_str
from anglipy.runtime.scalars import Keyword
from anglipy.runtime.seqs import Seq

__all__ = ["pretty_text"]

WIDTH = 72


def pretty_text(value: Any, indent: int = 0) -> str:
    """Readable text of a value in lines of at most `WIDTH` characters, where that is possible."""
    flat = pr_str(value)
    if len(flat) + indent <= WIDTH:
        return flat
    if isinstance(value, (MapLike, dict)):
        parts = []
        for key, inner in value.items():
            name = pr_str(key)
            parts.append(f"{name} {pretty_text(inner, indent + len(name) + 2)}")
        return _joined("{", parts, "}", indent + 1, ",")
    if isinstance(value, (SetLike, set, frozenset)):
        return _joined("#{", [pretty_text(v, indent + 2) for v in value], "}", indent + 2, "")
    inside = elements(value)
    if inside is None or (isinstance(value, Seq) and known_length(value) is None):
        return flat
    start, end = "()" if isinstance(value, Seq) else "[]"
    texts = [pretty_text(v, indent + 1) for _, v in zip(range(LAZY_LIMIT), inside, strict=False)]
    if all(elements(v) is None and not isinstance(v, MapLike) for v in inside):
        return _filled(start, texts, end, indent + 1)
    return _joined(start, texts, end, indent + 1, "")


def _joined(start: str, parts: list[str], end: str, indent: int, comma: str) -> str:
    return start + f"{comma}\n{' ' * indent}".join(parts) + end


def _filled(start: str, parts: list[str], end: str, indent: int) -> str:
    """As many parts on a line as fit."""
    lines, line = [], ""
    for part in parts:
        if line and indent + len(line) + 1 + len(part) > WIDTH:
            lines.append(line)
            line = part
        else:
            line = f"{line} {part}" if line else part
    return start + f"\n{' ' * indent}".join([*lines, line]) + end


@primitive("clojure.pprint/pprint", "pprint", arity=(1, 2), pure=False)
def pprint(value: Any, writer: Any = None) -> None:
    """Print a value over as many lines as it takes."""
    stream = getattr(writer, "stream", sys.stdout)
    stream.write(pretty_text(value) + "\n")


@primitive("clojure.pprint/print-table", arity=(1, 2), pure=False)
def print_table(*arguments: Any) -> None:
    """`(print-table rows)`, `(print-table keys rows)`: a table of maps."""
    rows = list(values_of(arguments[-1], "print-table"))
    if len(arguments) == 2:
        keys = list(values_of(arguments[0], "print-table"))
    else:
        keys = [key for key, _ in rows[0].items()] if rows else []
    cells = [[to_str(get(row, key)) for key in keys] for row in rows]
    names = [pr_str(key) for key in keys]
    widths = [max(len(c) for c in column) for column in zip(names, *cells, strict=True)]
    rule = "|-" + "-+-".join("-" * width for width in widths) + "-|"
    sys.stdout.write(
        "\n" + "\n".join([_row(names, widths), rule, *(_row(c, widths) for c in cells)])
    )
    sys.stdout.write("\n")


def _row(cells: list[str], widths: list[int]) -> str:
    return "| " + " | ".join(c.rjust(w) for c, w in zip(cells, widths, strict=True)) + " |"


@primitive("clojure.pprint/cl-format", arity=(2, None), pure=False)
def cl_format(writer: Any, control: Any, *values: Any) -> Any:
    """The values by Common Lisp's directives `~a ~s ~d ~x ~r ~f ~e ~$ ~{...~} ~[...~] ~p ~t ~%` and
    so on: printed if the writer is true, written to a writer, or for nil as a string.
    """
    from anglipy.runtime.cl_format import formatted

    made = formatted(text(control, "cl-format"), values)
    if writer is None or writer is False:
        return made
    getattr(writer, "stream", sys.stdout).write(made)
    return None


@primitive("clojure.pprint/write", arity=(1, None), pure=False)
def write(value: Any, *options: Any) -> Any:
    """Print a value over as many lines as it takes; with `:stream nil` it is the text that is
    given.
    """
    given = dict(zip(options[::2], options[1::2], strict=False))
    if given.get(Keyword("stream"), True) is None:
        return pretty_text(value)
    pprint(value)
    return None
