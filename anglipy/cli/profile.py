"""`anglipy profile`: where a query's particles part, and where its time goes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from anglipy.cli import messages
from anglipy.cli.files import will_be_written, write_whole
from anglipy.cli.options import Count
from anglipy.cli.run import Command, inferred, run

__all__ = ["profile"]

ORDERS = ("file", "time", "splits")
"""Those of `anglipy.profiling`, which loads numpy."""
_OF_RUN = ("--values", "--format", "--out", "--save", "--plot", "--plot-kind")
"""What only `anglipy run` does with a posterior."""


@click.command("profile", short_help="Show where particles part, and where the time goes.")
@click.option(
    "--order",
    type=click.Choice(ORDERS),
    default="file",
    show_default=True,
    help="Lines as they stand, by time, or by the groups that their splits make.",
)
@click.option("--top", type=Count(1), metavar="N", help="Only the N lines that count most.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object instead of a table.")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Write there instead of to stdout.",
)
def profile(order: str, top: int | None, as_json: bool, out: Path | None, **command: Any) -> int:
    """Run a query of FILE as `anglipy run` does, and show line by line what its particles do.

    Particles run in groups. Below each line stands where groups split and why, where they merge
    again, what had to be called one by one, and how many came to its samples and observes; before
    it the time spent there, in seconds, and its share of all but preparing. Times are sampled every
    millisecond; the rest is counted.

    \b
    anglipy profile crp.aq -a smc --particles 1000 -v '[[1.1 1 -4 0.1 -5]]' --seed 1
    anglipy profile crp.aq -a smc -v @data.json --top 5 --order time
    anglipy profile crp.aq -v @data.json --json > profile.json
    """
    from anglipy.cli.arguments import argument
    from anglipy.cli.queries import open_query
    from anglipy.profiling import profile

    will_be_written(out)
    given = Command.of(command)
    model = open_query(given.file, given.query)
    value = argument(model, given.value, given.named)
    with messages.quiet(given.quiet), profile() as found:
        inferred(given, model, value, given.seed)
    text = f"{found.to_json(order, top)}\n" if as_json else found.table(order, top)
    if out is None:
        click.echo(text, nl=False)
    else:
        write_whole(out, text)
    return 0


profile.params[:0] = [
    parameter for parameter in run.params if not set(_OF_RUN) & set(parameter.opts)
]
