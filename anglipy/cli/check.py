"""`anglipy check`: every error and warning of some files, without running anything."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import NamedTuple

import click

from anglipy.cli.files import read_text
from anglipy.cli.messages import count, show
from anglipy.diagnostics import Diagnostic, Source, to_data

__all__ = ["check"]


@click.command("check", short_help="Report every error of a program without running it.")
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option("--json", "as_json", is_flag=True, help="Print the messages as one JSON array.")
def check(files: tuple[str, ...], as_json: bool) -> int:
    """Report every error that can be found in each FILE without running it.

    \b
    anglipy check examples/*.aq
    anglipy check model.aq --json

    The exit code is 1 if there is an error. Warnings alone do not fail.
    """
    found = {file: _survey(Path(file)) for file in files}
    diagnostics = [d for survey in found.values() for d in survey.diagnostics]
    failed = any(d.severity == "error" for d in diagnostics)
    if as_json:
        click.echo(json.dumps([to_data(d) for d in diagnostics], indent=2))
        return 1 if failed else 0
    if diagnostics:
        show(diagnostics, sys.stdout)
    for file, survey in found.items():
        if not any(d.severity == "error" for d in survey.diagnostics):
            prefix = f"{file}: " if len(files) > 1 else ""
            queries = count(survey.queries, "query", "queries")
            click.echo(f"{prefix}ok: {queries}, {count(survey.sites, 'site')}")
    return 1 if failed else 0


class _Survey(NamedTuple):
    diagnostics: list[Diagnostic]
    queries: int
    sites: int


def _survey(path: Path) -> _Survey:
    """The messages about a file, and what it defines."""
    from anglipy.compile import Compiler
    from anglipy.environment import Namespace

    source = Source(str(path), read_text(path))
    compiler = Compiler(Namespace(), path.parent, execute=False)
    diagnostics = [d for error in compiler.check(source) for d in error.diagnostics]
    definitions = compiler.namespace.definitions.values()
    return _Survey(
        diagnostics,
        sum(definition.is_query for definition in definitions),
        sum(len(definition.sites) for definition in definitions),
    )
