"""`anglipy check`: every error, warning and note about some files, without running anything."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from anglipy.cli import completing
from anglipy.cli.files import read_text
from anglipy.cli.messages import count, show
from anglipy.diagnostics import Source, to_data

if TYPE_CHECKING:
    from anglipy.api import Survey

__all__ = ["check"]


@click.command("check", short_help="Report every error of a program without running it.")
@click.argument(
    "files", nargs=-1, required=True, metavar="FILE...", shell_complete=completing.files
)
@click.option("--strict", is_flag=True, help="Take warnings for errors.")
@click.option("--json", "as_json", is_flag=True, help="Print the messages as one JSON array.")
def check(files: tuple[str, ...], strict: bool, as_json: bool) -> int:
    """Report every error that can be found in each FILE without running it.

    \b
    anglipy check examples/*.aq
    anglipy check model.aq --json
    anglipy check model.aq --strict

    The exit code is 1 if there is an error. Warnings alone do not fail, unless with --strict; notes
    never do.
    """
    found = {file: _survey(Path(file), strict) for file in files}
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


def _survey(path: Path, strict: bool) -> Survey:
    """The messages about a file, and what it defines."""
    from anglipy.api import survey

    found = survey(Source(str(path), read_text(path)), path.parent)
    if strict:
        errors = [
            replace(d, severity="error") if d.severity == "warning" else d
            for d in found.diagnostics
        ]
        found = replace(found, diagnostics=errors)
    return found
