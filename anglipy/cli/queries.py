"""Which query of a file the user means."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from anglipy.cli.files import existing
from anglipy.cli.messages import nearest
from anglipy.diagnostics import OptionError

if TYPE_CHECKING:
    from anglipy.api import Program
    from anglipy.model import Model

__all__ = ["choose", "is_script", "open_program", "open_query"]


def open_query(file: str, name: str | None) -> Model:
    """Compile a file and choose a query."""
    program, _ = open_program(file)
    return choose(program, Path(file), name)


def open_program(file: str) -> tuple[Program, list[str]]:
    """Compile a file and run what stands at its top level; the names of the queries that it infers
    there.
    """
    from anglipy import api
    from anglipy.host.inference import noticing

    existing(Path(file))
    with noticing() as inferred:
        program = api.load(file)
    return program, inferred


def is_script(file: str) -> bool:
    """Whether a file does more than define names."""
    from anglipy.defining import head_name
    from anglipy.diagnostics import Source
    from anglipy.reader import read

    forms = read(Source(file, Path(file).read_text(encoding="utf-8")))
    heads = map(head_name, forms)
    return any(not h.startswith("def") and h not in _DECLARING for h in heads)


_DECLARING = ("", "ns", "require", "use", "import", "declare", "comment", "set!", "require-python")


def choose(program: Program, file: Path, name: str | None) -> Model:
    """The query of this name; without one the only query, or the one named like the file."""
    queries = program.queries
    if not queries:
        raise OptionError("AQ311", f"{file} defines no query", help="(defquery name [...] ...)")
    names = ", ".join(queries)
    if name is not None:
        if name in queries:
            return queries[name]
        raise OptionError(
            "AQ311",
            f"{file} has no query `{name}`",
            help=nearest(name, list(queries)) or f"its queries are {names}",
        )
    if len(queries) == 1:
        return next(iter(queries.values()))
    for same in (file.stem, file.stem.replace("_", "-")):
        if same in queries:
            return queries[same]
    raise OptionError(
        "AQ311", f"{file} has {len(queries)} queries; say which", help=f"-q with one of {names}"
    )
