"""`anglipy compile`: train the network that proposes a query's choices from its observations."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from anglipy.cli import completing, messages
from anglipy.cli.edge import INTERRUPTED
from anglipy.cli.messages import say
from anglipy.cli.options import (
    SETTING,
    Count,
    Settings,
    argument_options,
    combining_options,
    settings,
)
from anglipy.cli.training import training_display
from anglipy.diagnostics import OptionError
from anglipy.durations import clock

if TYPE_CHECKING:
    from anglipy.ic.options import TrainingRecord

__all__ = ["compile_"]


@click.command("compile", short_help="Train an inference network for a query.")
@click.argument("file", metavar="FILE", shell_complete=completing.files)
@click.option(
    "-q",
    "--query",
    metavar="NAME",
    shell_complete=completing.queries,
    help="Which query, if FILE has several.",
)
@click.option(
    "-o",
    "--out",
    "artifact",
    required=True,
    type=click.Path(path_type=Path),
    metavar="ARTIFACT",
    help="The file to write.",
)
@click.option("--traces", type=Count(1), metavar="N", help="Stop after N traces.")
@click.option(
    "--minutes", type=click.FloatRange(0, min_open=True), metavar="M", help="Stop after M minutes."
)
@click.option(
    "--network",
    type=click.Choice(["ff+attention", "lstm", "lstm+attention", "transformer", "ff"]),
    help="What reads the choices before a choice; ff+attention if nothing is said.",
)
@click.option(
    "--proposal",
    type=click.Choice(["mixture", "spline"]),
    help="What single continuous numbers are proposed by.",
)
@click.option("--batch", type=Count(1), metavar="N", help="Traces per step.")
@click.option(
    "--learning-rate",
    type=click.FloatRange(0, min_open=True),
    metavar="X",
    help="Of Adam, at the start.",
)
@click.option("--seed", type=Count(0), metavar="N", help="Repeat a training exactly.")
@click.option(
    "--device",
    metavar="NAME",
    shell_complete=completing.one_of(("auto", "cpu", "cuda")),
    help="cpu, cuda, or auto: the GPU if there is one.",
)
@click.option("--workers", type=Count(0), metavar="N", help="Processes that run the program.")
@click.option(
    "--dataset",
    metavar="DIR",
    shell_complete=completing.folders,
    help="Train on the traces in DIR, and keep there what is simulated.",
)
@click.option(
    "--reuse",
    type=Count(1),
    metavar="K",
    help="Train on a trace of --dataset K times at most.",
)
@click.option(
    "--patience",
    type=Count(1),
    metavar="N",
    help="Stop after N validations in a row that are no better.",
)
@click.option("--resume", is_flag=True, help="Go on with the training that ARTIFACT was left by.")
@click.option("--overwrite", is_flag=True, help="Train anew in the place of an ARTIFACT.")
@click.option(
    "--option",
    "given",
    type=SETTING,
    multiple=True,
    shell_complete=completing.training,
    help="Any other option of the training.",
)
@argument_options
@click.option(
    "--args-fn",
    metavar="NAME",
    shell_complete=completing.functions,
    help="A function of FILE that draws the argument of each run; what is in it is an input.",
)
@combining_options
@click.option("--quiet", is_flag=True, help="Print nothing but errors.")
def compile_(
    file: str,
    query: str | None,
    artifact: Path,
    value: str | None,
    named: tuple[str, ...],
    given: tuple[Settings, ...],
    quiet: bool,
    **training: Any,
) -> int:
    """Train a network on runs of a query of FILE, and keep the best one in ARTIFACT.

    The query runs forward; what it observes is drawn, not conditioned on, so no data are needed. A
    query whose shape depends on its argument (how many points, say) gets one with -v or --arg. If
    a part of the argument is an input and not observed, --args-fn names a function that draws it.

    \b
    anglipy compile gauss.aq -o gauss.artifact --traces 50000
    anglipy compile captcha.aq -o captcha.artifact --minutes 50 --batch 128
    anglipy compile captcha.aq -o captcha.artifact --minutes 50 --resume

    Losses are in nats per trace, of validation traces that are never trained on; `prior` is the
    loss without any network. Ctrl-C saves and stops. A slow program is run once for many trainings
    with --dataset (`anglipy simulate` fills one beforehand), and by several processes with
    --workers; the traces are the same however many there are.
    """
    from anglipy.cli.arguments import argument, suggesting
    from anglipy.cli.queries import open_query

    if not artifact.parent.is_dir():
        raise OptionError("AQ315", f"cannot write {artifact}: there is no such directory")
    model = open_query(file, query)
    options = {name: item for name, item in training.items() if item is not None} | settings(given)
    if value is not None or named:
        options["example_args"] = argument(model, value, named)
    is_given = not options.keys().isdisjoint(("example_args", "args_fn"))
    with (
        messages.quiet(quiet),
        suggesting(model, is_given, "compile", file, "-o", artifact, query=query),
        training_display(quiet) as display,
    ):
        note = None if quiet else _note
        record = model.compile(artifact, display.on_progress, display.watch, note, **options)
    if not quiet:
        from anglipy.ic.sources import BLIND

        for warning in record.warnings:
            if warning != BLIND:  # which was said at the beginning
                say(f"warning: {warning}")
        click.echo(_summary(artifact, record))
    if record.interrupted:
        say(f"interrupted; go on with: {_resuming()}")
        return INTERRUPTED
    return 0


def _resuming() -> str:
    """The command that was given, as one that goes on."""
    given: Sequence[str] = click.get_current_context().find_root().obj
    words = [word for word in given if word not in ("--overwrite", "--resume")]
    return f"anglipy {shlex.join([*words, '--resume'])}"


def _note(text: str) -> None:
    say(f"note: {text}")


def _summary(artifact: Path, record: TrainingRecord) -> str:
    early = ", stopped early" if record.early else ""
    return (
        f"{artifact}: {record.traces:,} traces in {clock(record.seconds)}{early}, "
        f"validation loss {record.best_loss:.4f} nats (prior {record.prior_loss:.4f})"
    )
