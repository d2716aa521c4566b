"""Many values of the argument: `anglipy run FILE --values rows.csv`, one posterior per row.

    path    rows
    .csv    its lines; under a header of parameter names, the parameters by name
    .json   the elements of its array; objects are parameters by name
    .jsonl  a value per line, as in .json
    .edn    the elements of its vector; maps are parameters by name
    a folder    its .png, .jpg, .npy, .json and .edn files, by name, a value in each

The posteriors are written as lines of JSON, each as soon as it is known: `row`, counted from 1,
`file` if it has one of its own, and what `-f json` gives; a row that fails has `error`, and the
others go on. On stderr the first error of each kind is told in full, with its row. With a network
rows run together, `TOGETHER` at a time.

A row that is a map has parameters by name. Where a query of one parameter has none of these names
the row can be the value of it, but only if the program asks for one of them, as in `(:week row)`:
a name that nobody asks for is a mistake.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from anglipy.cli import messages
from anglipy.cli.arguments import argument_of
from anglipy.cli.files import read_text
from anglipy.cli.messages import nearest
from anglipy.cli.values import read_value
from anglipy.diagnostics import OptionError, UserError, to_data

if TYPE_CHECKING:
    from anglipy.inference.posterior import Posterior
    from anglipy.model import Model

__all__ = ["TOGETHER", "Failures", "Row", "lines_of", "one_by_one", "rows_of", "together"]

TOGETHER = 64
"""Rows that run together with a network: what is known of them is printed after each such block."""
MENTIONED = 4
"""Columns that a message names."""
TOLD = 10
"""Kinds of errors that are told on stderr."""
_OF_NAMES = r"[\w*+!?<>=./'&%-]"
"""What a name is made of, in a program."""
_IN_FOLDERS = (".png", ".jpg", ".jpeg", ".npy", ".json", ".edn")


@dataclass(frozen=True, slots=True)
class Row:
    """The argument of one run, and the file it is from, if the file has nothing else."""

    value: Any
    file: str | None = None
    note: str | None = None
    """What is worth knowing if the run fails."""


def rows_of(model: Model, name: str) -> list[Row]:
    """The rows of a file or folder; an OptionError that names the row where one does not fit."""
    path = Path(name.removeprefix("@"))
    if path.is_dir():
        values = _files(path)
    else:
        found = _json_lines(path) if path.suffix.lower() == ".jsonl" else _elements(path)
        values = [Row(value) for value in found]
    if not values:
        raise OptionError("AQ314", f"there are no rows in {path}")
    rows = []
    for number, row in enumerate(values, 1):
        try:
            given = argument_of(model, row.value)
            rows.append(Row(given, row.file, _unnamed(model, row.value, given)))
        except OptionError as error:
            error.noted(f"in {row.file}" if row.file else f"in row {number} of {path}")
            raise
    return rows


def _unnamed(model: Model, row: Any, given: Any) -> str | None:
    """That a row was taken for the only parameter, as none of its columns is called like it. Raises
    OptionError AQ312 where nothing in the program asks for one of them; what it hands to Python is
    not known.
    """
    from anglipy.arguments import parameters
    from anglipy.runtime.values import Keyword, MapLike

    if not isinstance(row, MapLike) or given is row or not any(item is row for item in given):
        return None
    names = [key.text if isinstance(key, Keyword) else str(key) for key, _ in row.items()]
    lacks = f"the query `{model.name}` {model.params} has no parameter {_listed(names)}"
    if names and not model.namespace.modules and not _mentions(model.source, names):
        known = parameters(model.params).known
        near = next(filter(None, (nearest(name, known) for name in names)), None)
        raise OptionError(
            "AQ312",
            f"{lacks}, and asks for none of them",
            help=f"{near or 'call the columns like the parameters'}; a row that is one value as a"
            " whole is a vector with a map in it, [{...}], in .json or .edn",
        )
    return (
        f"{lacks}: the row was taken as the whole value; -v @FILE gives the rows together to one"
        " run"
    )


def _mentions(text: str, names: Sequence[str]) -> bool:
    """Whether a program asks for an entry with one of these names.

    >>> _mentions("(:week row)", ["week"]), _mentions("{:keys [a week]}", ["week"])
    (True, True)
    >>> _mentions("(let [week 1] (:weeks row))", ["week"])
    False
    """
    any_name = "|".join(map(re.escape, names))
    word = rf"(?<!{_OF_NAMES})(?:{any_name})(?!{_OF_NAMES})"
    return bool(re.search(rf"[:\"]{word}|:(?:keys|strs|syms)\s*\[[^\]]*{word}", text))


def _listed(names: Sequence[str]) -> str:
    shown = [f"`{name}`" for name in names[:MENTIONED]]
    return ", ".join(shown) + ", ..." * (len(names) > MENTIONED)


def _files(folder: Path) -> list[Row]:
    """The values in the files of a folder, by name."""
    files = sorted(path for path in folder.iterdir() if path.suffix.lower() in _IN_FOLDERS)
    return [Row(read_value(f"@{path}", "--values"), str(path)) for path in files]


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


def one_by_one(
    rows: Sequence[Row], infer: Callable[[int, Any], Posterior]
) -> Iterator[Posterior | UserError]:
    """The posterior of each row, or the error that it failed with. `infer` takes its number, from
    0, and its argument.
    """
    for place, row in enumerate(rows):
        try:
            yield infer(place, row.value)
        except UserError as error:
            yield error


def together(
    rows: Sequence[Row], infer: Callable[[int, list[Any]], Sequence[Posterior | UserError]]
) -> Iterator[Posterior | UserError]:
    """The same, block by block: `infer` takes the number of a block's first row, and arguments."""
    for first in range(0, len(rows), TOGETHER):
        yield from infer(first, [row.value for row in rows[first : first + TOGETHER]])


def lines_of(
    rows: Sequence[Row], outcomes: Iterable[Posterior | UserError]
) -> Iterator[tuple[str, UserError | None]]:
    """The line of each row, and the error if it failed."""
    for place, (row, outcome) in enumerate(zip(rows, outcomes, strict=False)):
        about: dict[str, Any] = {"row": place + 1}
        if row.file is not None:
            about["file"] = row.file
        failed = outcome if isinstance(outcome, UserError) else None
        if isinstance(outcome, UserError):
            if outcome.exit_code != 1:
                # The command line is wrong, for all rows.
                raise outcome
            if row.note is not None:
                outcome.noted(row.note)
            data = {**about, "error": [to_data(d) for d in outcome.diagnostics]}
        else:
            data = {**about, **outcome.to_data()}
        yield json.dumps(data, ensure_ascii=False, allow_nan=False) + "\n", failed
        if not isinstance(outcome, UserError) and outcome.stopped:
            return


class Failures:
    """The rows that failed, and which errors were told."""

    def __init__(self) -> None:
        self.count = 0
        self._kinds: set[Any] = set()

    def tell(self, error: UserError, row: int) -> None:
        """Show an error on stderr if it is the first of its kind: of this code, at this place."""
        self.count += 1
        diagnostics = error.diagnostics
        kind = tuple((d.code, str(d.span)) for d in diagnostics)
        if kind not in self._kinds:
            self._kinds.add(kind)
            if len(self._kinds) <= TOLD:
                messages.say(f"row {row} failed:")
                messages.show(diagnostics)

    def summary(self, rows: int) -> str:
        """How many of so many rows failed."""
        text = f"{self.count} of {messages.count(rows, 'row')} failed"
        if len(self._kinds) > TOLD:
            return f"{text}; of {len(self._kinds)} kinds of errors, {TOLD} are shown"
        return f"{text}, with errors as above" if self.count > len(self._kinds) else text
