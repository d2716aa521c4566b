"""`anglipy calibrate`: whether the posteriors of a trained network can be trusted."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from anglipy.cli import completing, messages
from anglipy.cli.files import existing, will_be_written, write_whole
from anglipy.cli.messages import count, table
from anglipy.cli.options import Count, argument_options
from anglipy.cli.progress import reporting
from anglipy.diagnostics import OptionError

if TYPE_CHECKING:
    from collections.abc import Callable

    from anglipy.ic.judgement.calibration import Calibration

__all__ = ["calibrate", "verdict"]

ROWS = 24
"""Quantities and sites shown of each."""
NAMES = 4


@click.command("calibrate", short_help="Judge a network on data that the program simulates.")
@click.argument("file", metavar="FILE", shell_complete=completing.files)
@click.argument("artifact", metavar="ARTIFACT", type=click.Path(path_type=Path))
@click.option(
    "-q",
    "--query",
    metavar="NAME",
    shell_complete=completing.queries,
    help="Which query, if FILE has several.",
)
@click.option(
    "-n",
    "--simulations",
    type=Count(50),
    metavar="N",
    help="Data sets to simulate.  [default: 500]",
)
@click.option("--particles", type=Count(2), metavar="N", help="For each of them.  [default: 100]")
@click.option("--seed", type=Count(0), metavar="N", help="Of everything.  [default: 1]")
@argument_options
@click.option(
    "--args-fn",
    metavar="NAME",
    shell_complete=completing.functions,
    help="A function of FILE that draws the argument.",
)
@click.option(
    "--html", type=click.Path(path_type=Path), metavar="FILE", help="Write a report with pictures."
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.option("--quiet", is_flag=True, help="Say nothing on stderr but errors.")
def calibrate(
    file: str,
    artifact: Path,
    query: str | None,
    value: str | None,
    named: tuple[str, ...],
    args_fn: str | None,
    html: Path | None,
    as_json: bool,
    quiet: bool,
    **numbers: int | None,
) -> None:
    """Simulate data sets with FILE, ask the network of ARTIFACT about them, compare with the truth.

    Ranks of the truth (simulation-based calibration), expected coverage, TARP, and the loss of
    each site against its prior, in nats: of the network alone, and of the weighted posterior that
    `anglipy run --ic` gives. What is found is kept in ARTIFACT; `run` then also warns of data that
    the model finds surprising. The query is called with what the network was trained with, an
    argument or a function that draws them, unless there is another here.

    \b
    anglipy calibrate gauss.aq gauss.artifact
    anglipy calibrate captcha.aq captcha.artifact -n 200 --particles 20 --html report.html
    """
    from anglipy.cli.arguments import argument, suggesting
    from anglipy.cli.queries import open_query

    existing(artifact)
    _refuse_swapped(file, artifact)
    will_be_written(html)
    if html is not None:
        from anglipy.plots import check_drawable

        check_drawable()
    model = open_query(file, query)
    options: dict[str, Any] = {name: n for name, n in numbers.items() if n is not None}
    if value is not None or named:
        options["args"] = argument(model, value, named)
    is_given = "args" in options or args_fn is not None
    with (
        messages.quiet(quiet),
        suggesting(model, is_given, "calibrate", file, artifact, query=query),
        _progress(quiet) as on_progress,
    ):
        found = model.calibrate(artifact, args_fn=args_fn, on_progress=on_progress, **options)
    if html is not None:
        from anglipy.plots.page import calibration_page

        write_whole(html, calibration_page(found, model.name, verdict(found)))
    if as_json:
        click.echo(json.dumps(found.to_data(), indent=2))
    else:
        click.echo("\n".join(_lines(found, str(artifact))))


def _refuse_swapped(file: str, artifact: Path) -> None:
    """OptionError AQ310 for the program in the place of the artifact."""
    program = Path(file)
    if artifact.suffix == ".aq" and program.suffix != ".aq" and program.exists():
        raise OptionError(
            "AQ310",
            f"the program comes first: {artifact} stands where the artifact belongs",
            help=f"anglipy calibrate {artifact} {program}",
        )


@contextmanager
def _progress(quiet: bool) -> Iterator[Callable[[int, int], object] | None]:
    if quiet:
        yield None
        return
    with reporting() as reporter:

        def on_progress(done: int, total: int) -> None:
            if reporter.is_live:
                reporter.line(f"{done:,} of {total:,} data sets")

        yield on_progress


def verdict(found: Calibration) -> list[str]:
    """What it means, a sentence each."""
    sentences = []
    for weighted, who in ((False, "network alone"), (True, "weighted posterior")):
        bad = found.rejected(weighted)
        if not bad:
            sentences.append(f"{who}: no sign of miscalibration")
            continue
        names = ", ".join(bad[:NAMES]) + (f", {len(bad) - NAMES} more" if len(bad) > NAMES else "")
        sentences.append(f"{who}: not calibrated for {names}")
    if found.unexplained:
        sentences.append(
            f"{count(found.unexplained, 'data set')} of {found.simulations} no particle can "
            "explain: more particles are needed"
        )
    if found.ess[2] < 0.1:
        sentences.append(
            "most particles count for little: train longer, or look at the sites that gained least"
        )
    flat = [s.site for s in found.sites if s.prior_loss - s.loss < 0.01]
    if flat:
        names = ", ".join(flat[:NAMES])
        more = f", {len(flat) - NAMES} more" if len(flat) > NAMES else ""
        sentences.append(
            f"no better than the prior at {names}{more}: the data say nothing of it, or it is not "
            "learned"
        )
    return sentences


def _lines(found: Calibration, name: str) -> Iterator[str]:
    data = found.to_data()
    yield (
        f"{name}: {found.simulations:,} simulated data sets, {found.particles:,} particles each, "
        f"{found.seconds:.1f} s"
    )
    yield ""
    yield from verdict(found)
    yield "\neffective sample size per particle"
    yield from table(
        [tuple(data["ess_per_particle"]), [f"{x:.3f}" for x in found.ess]], indent="  "
    )
    yield "\nloss in nats per trace"
    rows = [
        (
            s.site,
            f"{s.loss:.4f}",
            f"{s.prior_loss:.4f}",
            f"{s.prior_loss - s.loss:.4f}",
            f"{s.steps}",
        )
        for s in found.sites[:ROWS]
    ]
    total = ("all", f"{found.loss:.4f}", f"{found.prior_loss:.4f}")
    rows.append(
        (*total, f"{found.prior_loss - found.loss:.4f}", f"{sum(s.steps for s in found.sites)}")
    )
    yield from table([("site", "loss", "prior", "gained", "choices"), *rows], indent="  ")
    yield "\nranks of the truth: p-value of uniformity"
    shown = sorted(found.quantities, key=lambda q: min(q.alone_p, q.weighted_p))[:ROWS]
    ranked = [(q.name, f"{q.alone_p:.4f}", f"{q.weighted_p:.4f}") for q in shown]
    yield from table([("quantity", "alone", "weighted"), *ranked], indent="  ")
    yield "\ncoverage of highest-density regions"
    covered = [
        (f"{c['level']:.2f}", f"{c['alone']:.3f}", f"{c['weighted']:.3f}") for c in data["coverage"]
    ]
    yield from table([("level", "alone", "weighted"), *covered], indent="  ")
