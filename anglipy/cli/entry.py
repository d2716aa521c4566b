"""The group of commands, and `main`, which runs one of them and never shows a traceback.

Commands import `anglipy.api` when they are called, so that `anglipy --help` loads neither the
compiler nor numpy nor torch (`tests/test_imports.py` pins this).
"""

from __future__ import annotations

import atexit
import gc
import sys
from collections.abc import Sequence

import click

from anglipy import __version__
from anglipy.cli import edge
from anglipy.cli.calibrate import calibrate
from anglipy.cli.check import check
from anglipy.cli.compile import compile_
from anglipy.cli.completion import completion
from anglipy.cli.emit import emit
from anglipy.cli.inspect import inspect
from anglipy.cli.profile import profile
from anglipy.cli.repl import repl
from anglipy.cli.run import run
from anglipy.cli.simulate import simulate

__all__ = ["anglipy", "main"]


class InOrder(click.Group):
    """A group that lists its commands in the order of a user's day instead of the alphabet."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names as they were added."""
        return list(self.commands)


@click.group(
    cls=InOrder,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    invoke_without_command=True,
    no_args_is_help=False,
)
@click.version_option(__version__, "-V", "--version", message="anglipy %(version)s")
@click.pass_context
def anglipy(context: click.Context) -> int:
    """Anglican programs: run them, train a network for them, look inside them.

    \b
    anglipy run examples/coin.aq -v '[true true false]'
    anglipy compile examples/gaussian.aq -o gaussian.artifact --minutes 5
    anglipy run examples/gaussian.aq --ic gaussian.artifact -v '[9 8]'
    anglipy check examples/*.aq

    `anglipy COMMAND --help` has more examples, `anglipy completion --help` says how the shell
    completes commands, options, queries and files by Tab. Without a command, on a terminal, it is
    `anglipy repl`.
    """
    if context.invoked_subcommand is not None:
        return 0
    if not sys.stdin.isatty():
        raise click.exceptions.NoArgsIsHelpError(context)
    code: int = context.invoke(repl)
    return code


for command in (
    run,
    compile_,
    simulate,
    calibrate,
    check,
    emit,
    inspect,
    profile,
    repl,
    completion,
):
    anglipy.add_command(command)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and leave the process with its exit code.

    0: fine; 1: the program or its data is wrong; 2: the command line is wrong; 70: a mistake of
    anglipy; 130: interrupted.
    """
    if arguments is None:
        _collect_rarely()
    sys.exit(edge.guard(lambda: _run(arguments)))


def _collect_rarely() -> None:
    """Let Python look for garbage less often, and not at the end: what the imports make stays until
    then, and going through it again and again was a quarter of the time of a short run.
    """
    gc.set_threshold(100_000, 20, 20)
    atexit.register(gc.freeze)


def _run(arguments: Sequence[str] | None) -> int:
    given = sys.argv[1:] if arguments is None else list(arguments)
    code = anglipy.main(given, prog_name="anglipy", standalone_mode=False, obj=given)
    return code if isinstance(code, int) else 0
