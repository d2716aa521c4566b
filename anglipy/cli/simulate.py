"""`anglipy simulate`: fill a folder with traces of a query, to train on later."""

from __future__ import annotations

import time
from typing import Any

import click

from anglipy.cli import completing, messages
from anglipy.cli.messages import count
from anglipy.cli.options import Count, argument_options, combining_options
from anglipy.cli.progress import reporting
from anglipy.durations import clock

__all__ = ["simulate"]


@click.command("simulate", short_help="Fill a folder with traces to train on.")
@click.argument("file", metavar="FILE", shell_complete=completing.files)
@click.option(
    "-q",
    "--query",
    metavar="NAME",
    shell_complete=completing.queries,
    help="Which query, if FILE has several.",
)
@click.option(
    "--dataset",
    metavar="DIR",
    required=True,
    shell_complete=completing.folders,
    help="The folder.",
)
@click.option("--traces", type=Count(1), required=True, metavar="N", help="Until there are N.")
@click.option("--workers", type=Count(0), metavar="N", help="Processes that run the program.")
@click.option("--shard", type=Count(1), metavar="N", help="Traces in a file.")
@click.option("--seed", type=Count(0), metavar="N", help="Repeat a simulation exactly.")
@argument_options
@click.option(
    "--args-fn", metavar="NAME", help="A function of FILE that draws the argument of each run."
)
@combining_options
@click.option("--quiet", is_flag=True, help="Print nothing but errors.")
def simulate(
    file: str,
    query: str | None,
    dataset: str,
    traces: int,
    value: str | None,
    named: tuple[str, ...],
    quiet: bool,
    **given: Any,
) -> int:
    """Run a query of FILE with its observations drawn, and keep the traces in DIR.

    What is there already is kept: the same command goes on where it was stopped.

    \b
    anglipy simulate slow.aq --dataset traces --traces 20000 --workers 8
    anglipy compile slow.aq -o slow.artifact --dataset traces --traces 80000
    """
    from anglipy.cli.arguments import argument, suggesting
    from anglipy.cli.queries import open_query

    model = open_query(file, query)
    options = {name: item for name, item in given.items() if item is not None}
    if value is not None or named:
        options["example_args"] = argument(model, value, named)
    began = time.monotonic()
    is_given = not options.keys().isdisjoint(("example_args", "args_fn"))
    command = "simulate", file, "--dataset", dataset, "--traces", str(traces)
    with (
        messages.quiet(quiet),
        suggesting(model, is_given, *command, query=query),
        reporting() as reporter,
    ):

        def on_progress(done: int, wanted: int) -> None:
            if not quiet and (reporter.is_due or done == wanted):
                reporter.line(f"{done:,} of {wanted:,} shards  {clock(time.monotonic() - began)}")

        made = model.simulate(dataset, traces, on_progress if reporter.is_live else None, **options)
    if not quiet:
        took = clock(time.monotonic() - began)
        click.echo(f"{dataset}: {count(made, 'shard', 'shards')} simulated in {took}")
    return 0
