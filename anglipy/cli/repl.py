"""`anglipy repl`: read, evaluate, print, and survive errors."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from anglipy.cli import completing
from anglipy.cli.files import read_text

__all__ = ["repl"]


@click.command("repl", short_help="Evaluate forms as you type them.")
@click.argument("file", metavar="[FILE]", required=False, shell_complete=completing.files)
def repl(file: str | None) -> int:
    """Evaluate forms as you type them; with FILE, load that first.

    On a terminal Enter evaluates what is complete and goes on with what is not; Tab completes,
    Ctrl-R searches the history. Ctrl-C drops what is typed or stops what runs; an inference that is
    stopped gives the posterior of the draws so far. Ctrl-D ends. :help has the rest.

    \b
    anglipy repl
    anglipy repl examples/coin.aq
    echo '(+ 1 2)' | anglipy repl

    The history is kept in the file that ANGLIPY_HISTORY names, by default
    ~/.local/state/anglipy/history.
    """
    from anglipy.cli.messages import wants_color
    from anglipy.cli.values import read_value
    from anglipy.repl.terminal import converse

    def read_data(path: Any) -> Any:
        """The content of a .edn, .json, .csv, .npy, .png or .jpg file, as `anglipy run -v @FILE`
        takes it: `(infer captcha [(read-data "image.png")] :artifact "captcha.pt")`.
        """
        return read_value(f"@{path}", "read-data")

    preload = None if file is None else (file, read_text(Path(file)))
    return converse(preload, wants_color, {"read-data": read_data})
