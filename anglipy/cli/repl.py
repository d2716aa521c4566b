"""`anglipy repl`: read, evaluate, print, and survive errors."""

from __future__ import annotations

from pathlib import Path

import click

from anglipy.cli.files import read_text

__all__ = ["repl"]


@click.command("repl", short_help="Evaluate forms as you type them.")
@click.argument("file", metavar="[FILE]", required=False)
def repl(file: str | None) -> int:
    """Evaluate forms as you type them; with FILE, load that first.

    A form may span lines. Ctrl-C drops what is typed or stops what runs, Ctrl-D ends.

    \b
    anglipy repl
    anglipy repl examples/coin.aq
    echo '(+ 1 2)' | anglipy repl
    """
    from anglipy.cli.messages import wants_color
    from anglipy.repl.terminal import converse

    preload = None if file is None else (file, read_text(Path(file)))
    return converse(preload, wants_color)
