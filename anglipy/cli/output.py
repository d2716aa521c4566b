"""A posterior as text, JSON, EDN or CSV.

* text: a few lines and a table for people.
* json: one object; what is in it stands in `anglipy.inference.summary`.
* edn: the same object; names are keywords (`:log-evidence`), keys of the
  results what they are (`:mu`), and others strings (`"2.5%"`).
* csv: one line per draw of positive weight, in the order drawn: `weight`, `log_weight`, and a
  column for each part of the result and of what was predicted, with the names of
  `anglipy.inference.parts`: `result`, `mu`, `theta.scale`, `xs[0]`. Vectors whose lengths and maps
  whose keys differ between draws are one cell of EDN, as are all results with more than
  `PART_LIMIT` parts. The weights sum to one; numbers are decimal, a column of nothing but strings
  has them as they are, nil and what a draw lacks are empty cells, all else is EDN.
"""

from __future__ import annotations

import csv
import io
import operator
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from anglipy.inference.posterior import Posterior

__all__ = ["FORMATS", "formatted"]


def formatted(posterior: Posterior, form: str) -> str:
    """The posterior in one of `FORMATS`, with a line end at its end."""
    text = FORMATS[form](posterior)
    return text if text.endswith("\n") else text + "\n"


def _text(posterior: Posterior) -> str:
    return posterior.summary()


def _json(posterior: Posterior) -> str:
    return posterior.to_json()


def _edn(posterior: Posterior) -> str:
    from anglipy.repl.as_values import value_of_report
    from anglipy.runtime.printing import pr_str

    return pr_str(value_of_report(posterior.to_data()))


def _csv(posterior: Posterior) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    columns: dict[str, Sequence[Any]] = {
        "weight": posterior.weights.tolist(),
        "log_weight": posterior.log_weights.tolist(),
    }
    for name, cells in _columns(posterior):
        while name in columns:
            name += "_"
        columns[name] = cells
    writer.writerow(columns)
    writer.writerows(zip(*columns.values(), strict=True))
    return out.getvalue()


def _columns(posterior: Posterior) -> Iterator[tuple[str, list[str]]]:
    """The names of the parts, and a cell for each draw."""
    from anglipy.inference.parts import PART_LIMIT, parts_of
    from anglipy.runtime.printing import pr_str

    parts = parts_of(posterior, PART_LIMIT + 1, regular=True)
    if len(parts) > PART_LIMIT:
        yield "result", [pr_str(value) for value in posterior.values]
        return
    for part in parts:
        is_text = all(isinstance(value, str) for value in part.values)
        cells = [""] * len(posterior)
        for draw, value in zip(part.draws, part.values, strict=True):
            cells[draw] = value if is_text else _cell(value)
        yield part.name, cells


def _cell(value: Any) -> str:
    """A value by itself.

    >>> [_cell(value) for value in (3, 0.5, float("inf"), True, None, "a")]
    ['3', '0.5', 'inf', 'true', '', '"a"']
    """
    from anglipy.inference.parts import kind_of
    from anglipy.runtime.distributions.checks import as_float
    from anglipy.runtime.printing import pr_str

    if value is None:
        return ""
    if kind_of(value) != "number":
        return pr_str(value)
    return str(operator.index(value)) if hasattr(value, "__index__") else repr(as_float(value))


FORMATS: dict[str, Callable[[Posterior], str]] = {
    "text": _text,
    "json": _json,
    "edn": _edn,
    "csv": _csv,
}
