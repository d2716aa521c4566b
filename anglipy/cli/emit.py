"""`anglipy emit`: the program after any pass of the compiler."""

from __future__ import annotations

from pathlib import Path

import click

from anglipy.cli import completing
from anglipy.cli.files import existing, write_whole

__all__ = ["emit"]

STAGES = ("expanded", "core", "cps", "python")


@click.command("emit", short_help="Print what the compiler makes of a program.")
@click.argument("file", metavar="FILE", shell_complete=completing.files)
@click.option(
    "--stage",
    type=click.Choice(STAGES),
    default="python",
    show_default=True,
    help="After which pass.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Write there instead of to stdout.",
)
def emit(file: str, stage: str, out: Path | None) -> None:
    """Print FILE as it is after a pass of the compiler, without running it.

    \b
    expanded  surface forms and macros replaced by core forms
    core      scopes resolved, a site for every sample and observe
    cps       continuation-passing style, where something is sampled or observed
    python    the Python that runs

    \b
    anglipy emit examples/coin.aq
    anglipy emit examples/coin.aq --stage cps
    """
    from anglipy import api

    existing(Path(file))
    text = api.emit(file, stage)
    if out is None:
        click.echo(text, nl=not text.endswith("\n"))
    else:
        write_whole(out, text)
