"""Many values of the argument: `anglipy run FILE --values rows.csv`, one posterior per row.

    path    rows
    .csv    its lines; under a header of parameter names, the parameters by name
    .json   the elements of its array; objects are parameters by name
    .jsonl  a value per line, as in .json
    .edn    the elements of its vector; maps are parameters by name

The posteriors are written as lines of JSON, each as soon as it is known: `row`, counted from 1, and
what `-f json` gives; a row that fails has `error`, and the others go on.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from anglipy.cli.arguments import argument_of
from anglipy.cli.files import read_text
from anglipy.cli.values import read_value
from anglipy.diagnostics import OptionError, UserError, to_data

if TYPE_CHECKING:
    from anglipy.api import Model
    from anglipy.inference.posterior import Posterior

__all__ = ["lines_of", "rows_of"]


def rows_of(model: Model, name: str) -> list[Any]:
    """The argument of each row of a file; an OptionError that names the row where one does not
    fit.
    """
    path = Path(name.removeprefix("@"))
    values = _json_lines(path) if path.suffix.lower() == ".jsonl" else _elements(path)
    if not values:
        raise OptionError("AQ314", f"there are no rows in {path}")
    found = []
    for number, value in enumerate(values, 1):
        try:
            found.append(argument_of(model, value))
        except OptionError as error:
            error.noted(f"in row {number} of {path}")
            raise
    return found


def _elements(path: Path) -> list[Any]:
    from anglipy.runtime.equality import elements

    value = read_value(f"@{path}", "--values")
    inside = elements(value)
    if inside is None:
        raise OptionError(
            "AQ314",
            f"--values: {path} holds one value, not a row for each run",
            help="use -v for one value",
        )
    return list(inside)


def _json_lines(path: Path) -> list[Any]:
    from anglipy.runtime.convert import from_python

    found = []
    for number, line in enumerate(read_text(path).splitlines(), 1):
        if not line.strip():
            continue
        try:
            found.append(from_python(json.loads(line)))
        except (json.JSONDecodeError, RecursionError) as error:
            raise OptionError("AQ314", f"line {number} of {path} is not JSON") from error
    return found


def lines_of(
    rows: list[Any], infer: Callable[[int, Any], Posterior]
) -> Iterator[tuple[str, Exception | None]]:
    """The line of each row, and the error if it failed. `infer` takes its number, from 0, and its
    argument.
    """
    for place, value in enumerate(rows):
        failed = None
        try:
            posterior = infer(place, value)
        except UserError as error:
            if error.exit_code != 1:
                # The command line is wrong, for all rows.
                raise
            failed = error
            data = {"row": place + 1, "error": [to_data(d) for d in error.diagnostics]}
        else:
            data = {"row": place + 1, **posterior.to_data()}
        yield json.dumps(data, ensure_ascii=False, allow_nan=False) + "\n", failed
        if failed is None and posterior.stopped:
            return
