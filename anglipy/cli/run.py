"""`anglipy run`: a query and its data in, a posterior out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from anglipy.cli import messages
from anglipy.cli.edge import INTERRUPTED
from anglipy.cli.files import existing, write_whole
from anglipy.cli.options import SETTING, Setting, settings
from anglipy.cli.output import FORMATS, formatted
from anglipy.cli.progress import inference_progress
from anglipy.diagnostics import OptionError

__all__ = ["run"]


@click.command("run", short_help="Run a query and print its posterior.")
@click.argument("file", metavar="FILE")
@click.option("-q", "--query", metavar="NAME", help="Which query, if FILE has several.")
@click.option(
    "-a",
    "--algorithm",
    metavar="NAME",
    help="importance, smc... Default: the network of --ic, else importance.",
)
@click.option("-n", "--samples", type=click.IntRange(1), metavar="N", help="Draws to make.")
@click.option("--particles", type=click.IntRange(1), metavar="N", help="Particles per sweep (smc).")
@click.option(
    "--option", "given", type=SETTING, multiple=True, help="Any other option of the algorithm."
)
@click.option("-v", "--value", metavar="VALUE", help="The argument of the query: EDN, or @path.")
@click.option(
    "--arg",
    "named",
    multiple=True,
    metavar="NAME=VALUE",
    help="One parameter of the query, by name.",
)
@click.option(
    "--ic", "artifact", metavar="ARTIFACT", help="Use a network trained by `anglipy compile`."
)
@click.option("--seed", type=click.IntRange(0), metavar="N", help="Repeat a run exactly.")
@click.option(
    "--scalar", is_flag=True, help="Run particles one by one: slow, the reference for all else."
)
@click.option(
    "-f",
    "--format",
    "form",
    type=click.Choice(list(FORMATS)),
    default="text",
    show_default=True,
    help="What to print.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Write there instead of to stdout.",
)
def run(
    file: str,
    query: str | None,
    algorithm: str | None,
    samples: int | None,
    particles: int | None,
    given: tuple[Setting, ...],
    value: str | None,
    named: tuple[str, ...],
    artifact: str | None,
    seed: int | None,
    scalar: bool,
    form: str,
    out: Path | None,
) -> int:
    """Run a query of FILE on its data and print the posterior of its result.

    VALUE is EDN, or @path for a .edn, .json, .csv, .npy, .png or .jpg file. A query of one
    parameter also takes the bare element; --arg is clearer where that could mean two things.

    \b
    anglipy run coin.aq -v '[true true false]'
    anglipy run gauss.aq --arg y1=9 --arg y2=8 -n 10000 --seed 1
    anglipy run hmm.aq --arg data=@data.csv -a smc --particles 1000
    anglipy run captcha.aq --ic captcha.artifact -v @image.png
    anglipy run gauss.aq -v '[9 8]' -f json --out posterior.json

    text, the default, is a table. json is one object: query, algorithm, options, draws, ess,
    log_evidence, seconds, posterior. edn is the same object as EDN. csv has one weighted draw per
    line.
    """
    from anglipy.cli.arguments import argument
    from anglipy.cli.queries import open_query

    if artifact is not None:
        existing(Path(artifact))
    model = open_query(file, query)
    options = _options(samples, particles, given)
    if scalar:
        options["scalar"] = True
    argument_value = argument(model, value, named)
    with inference_progress() as on_progress:
        posterior = model.infer(
            algorithm,
            args=argument_value,
            seed=seed,
            artifact=artifact,
            on_progress=on_progress,
            keep_partial=True,
            **options,
        )
    text = formatted(posterior, form)
    if out is None:
        click.echo(text, nl=False)
    else:
        write_whole(out, text)
    if posterior.stopped:
        messages.say(f"interrupted: this is the posterior of {posterior.draws} draws")
        return INTERRUPTED
    return 0


def _options(
    samples: int | None, particles: int | None, given: tuple[Setting, ...]
) -> dict[str, Any]:
    options = settings(given)
    for name, number in (("samples", samples), ("particles", particles)):
        if number is None:
            continue
        if name in options:
            raise OptionError("AQ310", f"`{name}` is given twice")
        options[name] = number
    return options
