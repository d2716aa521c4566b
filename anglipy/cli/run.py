"""`anglipy run`: a query and its data in, a posterior out."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from anglipy.cli import completing, messages
from anglipy.cli.edge import INTERRUPTED
from anglipy.cli.files import existing, will_be_written, write_whole
from anglipy.cli.options import SETTING, Amount, Count, Settings, argument_options, settings
from anglipy.cli.output import FORMATS, formatted
from anglipy.cli.progress import inference_progress
from anglipy.diagnostics import OptionError

if TYPE_CHECKING:
    from anglipy.cli.batch import Row
    from anglipy.diagnostics import UserError
    from anglipy.inference.posterior import Posterior
    from anglipy.model import Model

__all__ = ["Command", "inferred", "run"]

ALGORITHMS = [
    "importance", "smc", "enumerate", "lmh", "rmh", "almh", "ais", "siman", "bamc",
    "pimh", "pgibbs", "pgas", "ipmcmc", "pcascade", "pfilter", "ic", "ic-smc",
]  # fmt: skip
PLOT_KINDS = ("auto", "marginals", "pairs", "trace", "weights")
"""Those of `anglipy.plots`, which loads numpy."""
CHAINS = ("lmh", "rmh", "almh", "pimh", "pgibbs", "pgas")
"""The algorithms whose draws are Markov chains."""


@click.command("run", short_help="Run a query and print its posterior.")
@click.argument("file", metavar="FILE", shell_complete=completing.files)
@click.option(
    "-q",
    "--query",
    metavar="NAME",
    shell_complete=completing.queries,
    help="Which query, if FILE has several.",
)
@click.option(
    "-a",
    "--algorithm",
    metavar="NAME",
    shell_complete=completing.one_of(ALGORITHMS),
    help="importance, smc, lmh... Default: the network of --ic, else importance.",
)
@click.option("-n", "--samples", type=Count(1), metavar="N", help="Draws to make.")
@click.option("--particles", type=Count(1), metavar="N", help="Particles per sweep (smc).")
@click.option("-b", "--burn", type=Count(0), metavar="N", help="Draws to drop first, per chain.")
@click.option("-t", "--thin", type=Count(1), metavar="N", help="Keep every Nth of a chain.")
@click.option(
    "-o",
    "--option",
    "given",
    type=SETTING,
    multiple=True,
    shell_complete=completing.options,
    help="Any other option of the algorithm.",
)
@argument_options
@click.option(
    "--values",
    metavar="PATH",
    shell_complete=completing.files,
    help="Many arguments: .csv, .json, .jsonl, .edn, or a folder. Prints a line of JSON for each.",
)
@click.option(
    "--ic",
    "artifact",
    metavar="ARTIFACT",
    shell_complete=completing.files,
    help="Use a network trained by `anglipy compile`.",
)
@click.option(
    "--escalate",
    type=Amount(1),
    metavar="ESS",
    help="Add particles, then ic-smc, until there are so many effective samples (ic).",
)
@click.option(
    "--refine",
    type=Count(0),
    metavar="N",
    help="Adapt the network to this data in N rounds first (ic); ARTIFACT stays as it is.",
)
@click.option("--seed", type=Count(0), metavar="N", help="Repeat a run exactly.")
@click.option(
    "--scalar", is_flag=True, help="Run particles one by one: slow, the reference for all else."
)
@click.option(
    "-f",
    "--format",
    "form",
    type=click.Choice(list(FORMATS)),
    help="What to print.  [default: text]",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Write there instead of to stdout.",
)
@click.option(
    "--save",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Keep the posterior, draw by draw, for `Posterior.load`.",
)
@click.option(
    "--plot",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Draw the posterior: .png, .svg or .pdf.",
)
@click.option(
    "--plot-kind",
    type=click.Choice(PLOT_KINDS),
    default="auto",
    show_default=True,
    help="What to draw.",
)
@click.option("--quiet", is_flag=True, help="Say nothing on stderr but errors.")
def run(**command: Any) -> int:
    """Run a query of FILE on its data and print the posterior of its result.

    VALUE is EDN, or @path for a .edn, .json, .csv, .npy, .png or .jpg file. A query of one
    parameter also takes the bare element; --arg is clearer where that could mean two things.

    \b
    anglipy run examples/coin.aq -v '[true true false]'
    anglipy run gauss.aq --arg y1=9 --arg y2=8 -n 10000 --seed 1
    anglipy run hmm.aq --arg data=@data.csv -a smc --particles 1000
    anglipy run gauss.aq -v '[9 8]' -a rmh -n 5000 -b 500 -t 2 -o chains=10
    anglipy run hmm.aq -a :smc -o ':number-of-particles 1000'       # as Anglican has it
    anglipy run captcha.aq --ic captcha.artifact -v @image.png
    anglipy run gauss.aq -v '[9 8]' -f json --out posterior.json
    anglipy run gauss.aq -v '[9 8]' --plot posterior.png
    anglipy run gauss.aq -v '[9 8]' -a rmh -o chains=4 --plot chains.png --plot-kind trace
    anglipy run gauss.aq --values rows.csv --seed 1 > posteriors.jsonl

    text, the default, is a table. json is one object: query, algorithm, options, draws, ess,
    log_evidence, seconds, posterior. edn is the same object as EDN. csv has one weighted draw per
    line, with a column for each part of the result (a, b.c, v[0]) as in pandas; a part whose shape
    differs between draws is one cell of EDN. With --values row i uses the seed plus i - 1 (with
    --ic, rows run together from one seed), and a row that fails does not stop the rest.

    A worksheet, a file that infers at its top level by itself, needs no query chosen: given nothing
    but FILE, and perhaps a seed for what it draws, it runs and prints what it prints.
    """
    return _run(Command(**command))


@dataclass(frozen=True, slots=True)
class Command:
    """The options of the command line, by name."""

    file: str
    query: str | None
    algorithm: str | None
    samples: int | None
    particles: int | None
    burn: int | None
    thin: int | None
    given: tuple[Settings, ...]
    value: str | None
    named: tuple[str, ...]
    values: str | None
    artifact: str | None
    escalate: float | None
    refine: int | None
    seed: int | None
    scalar: bool
    form: str | None
    out: Path | None
    save: Path | None
    plot: Path | None
    plot_kind: str
    quiet: bool

    @classmethod
    def of(cls, given: dict[str, Any]) -> Command:
        """Some of the options; the others are not given."""
        return cls(**{**{field.name: None for field in fields(cls)}, **given})

    def asks_for_nothing(self) -> bool:
        """Whether nothing is said but the file: what it does itself may be all that is wanted."""
        silent = ("file", "seed", "quiet", "plot_kind")
        return not any(getattr(self, f.name) for f in fields(self) if f.name not in silent)

    def options(self) -> dict[str, Any]:
        """The options of the algorithm."""
        options = settings(self.given)
        for name in ("samples", "particles", "burn", "thin", "escalate", "refine"):
            number = getattr(self, name)
            if number is None:
                continue
            if name in options:
                raise OptionError("AQ310", f"`{name}` is given twice")
            options[name] = number
        if self.scalar:
            options["scalar"] = True
        return options

    def engine(self) -> str | None:
        """The name of the algorithm; Anglican's names may begin with a colon."""
        if self.algorithm is None:
            return None
        from anglipy.host.algorithms import OTHER_NAMES, engine_of

        if not self.algorithm.startswith(":"):
            return OTHER_NAMES.get(self.algorithm, self.algorithm)
        return engine_of(self.algorithm.removeprefix(":"))


def _run(command: Command) -> int:
    from anglipy.cli.arguments import argument
    from anglipy.cli.batch import rows_of
    from anglipy.cli.queries import choose, is_script, open_program

    _check(command)
    if command.artifact is not None:
        existing(Path(command.artifact))
    if command.seed is not None:
        _seed(command.seed)
    program, asked = open_program(command.file)
    if command.asks_for_nothing():
        if asked:
            _note(command, asked)
            return 0
        if not program.queries and is_script(command.file):
            return 0
    model = choose(program, Path(command.file), command.query)
    with messages.quiet(command.quiet):
        if command.values is not None:
            return _run_batch(command, model, rows_of(model, command.values))
        argument_value = argument(model, command.value, command.named)
        posterior = inferred(command, model, argument_value, command.seed)
        _deliver(command, posterior)
    if posterior.stopped:
        messages.say(f"interrupted: this is the posterior of {posterior.draws} draws")
        return INTERRUPTED
    return 0


def _seed(seed: int) -> None:
    """What the file draws at its top level is repeated with the seed, too."""
    from anglipy.runtime.random_source import set_host_seed

    set_host_seed(seed)


def _note(command: Command, names: Sequence[str]) -> None:
    """Say what a worksheet did, and how to ask it for something else."""
    if not command.quiet:
        ran = ", ".join(dict.fromkeys(names))
        messages.say(f"{command.file} ran {ran}; to run a query on other data: -q NAME -v VALUE")


def _check(command: Command) -> None:
    """What does not go together, or could not be written in the end, is an OptionError."""
    will_be_written(command.out, command.save, command.plot)
    _check_plot(command)
    for name in ("escalate", "refine"):
        if getattr(command, name) is not None and command.artifact is None:
            raise OptionError(
                "AQ310",
                f"`--{name}` is of a trained network, and there is none",
                help="--ic ARTIFACT; `anglipy compile` trains one",
            )
    if command.values is None:
        return
    others = {
        "-v": command.value,
        "--arg": command.named,
        "--plot": command.plot,
        "--save": command.save,
        f"-f {command.form}": command.form not in (None, "json"),
    }
    for name, given in others.items():
        if given:
            raise OptionError(
                "AQ312",
                f"--values and {name} do not go together",
                help="--values prints one line of JSON for each row",
            )


def _check_plot(command: Command) -> None:
    """OptionError for a picture that could not be drawn."""
    if command.plot is None:
        if command.plot_kind not in (None, "auto"):
            raise OptionError(
                "AQ310",
                "--plot-kind says what to draw, and not into which file",
                help=f"--plot FILE.png --plot-kind {command.plot_kind}",
            )
        return
    from anglipy.plots import check_drawable, no_chains

    check_drawable(command.plot)
    algorithm = command.engine() or ("importance" if command.artifact is None else "ic")
    if command.plot_kind == "trace" and algorithm in ALGORITHMS and algorithm not in CHAINS:
        raise no_chains(algorithm)


def inferred(command: Command, model: Model, value: Any, seed: int | None) -> Posterior:
    """The posterior for an argument of the query."""
    with inference_progress(command.quiet) as on_progress:
        return model.infer(
            command.engine(),
            args=value,
            seed=seed,
            artifact=command.artifact,
            on_progress=on_progress,
            keep_partial=True,
            **command.options(),
        )


def _deliver(command: Command, posterior: Posterior) -> None:
    """Print or write the posterior, keep it, draw it."""
    text = formatted(posterior, command.form or "text")
    if command.out is None:
        click.echo(text, nl=False)
    else:
        write_whole(command.out, text)
    if command.save is not None:
        posterior.save(command.save)
    if command.plot is not None:
        posterior.plot(command.plot, command.plot_kind)


def _outcomes(
    command: Command, model: Model, rows: Sequence[Row]
) -> Iterator[Posterior | UserError]:
    """The posterior of each row; with a network all rows of a block at once."""
    from anglipy.cli.batch import one_by_one, together

    def seed(place: int) -> int | None:
        return None if command.seed is None else command.seed + place

    if command.artifact is None:
        return one_by_one(rows, lambda place, value: inferred(command, model, value, seed(place)))
    # Loaded once for all rows.
    artifact = model.artifact(command.artifact)
    if command.engine() not in (None, "ic") or command.escalate or command.refine:
        loaded = replace(command, artifact=artifact)
        return one_by_one(rows, lambda place, value: inferred(loaded, model, value, seed(place)))
    options = command.options()
    return together(
        rows,
        lambda first, values: model.outcomes(
            "ic", values, artifact=artifact, seed=seed(first), **options
        ),
    )


def _run_batch(command: Command, model: Model, rows: Sequence[Row]) -> int:
    """A line for each row, as soon as it is known, or all of them into a file."""
    from anglipy.cli.batch import Failures, lines_of

    kept: list[str] = []
    failures = Failures()
    try:
        for line, error in lines_of(rows, _outcomes(command, model, rows)):
            if command.out is None:
                click.echo(line, nl=False)
                sys.stdout.flush()
            kept.append(line)
            if error is not None:
                failures.tell(error, len(kept))
    except KeyboardInterrupt:
        # What is known is kept; it is said below how much that is.
        pass
    if command.out is not None:
        write_whole(command.out, "".join(kept))
    if len(kept) < len(rows):
        messages.say(f"interrupted after {len(kept)} of {len(rows)} rows")
        return INTERRUPTED
    if failures.count:
        messages.say(failures.summary(len(rows)))
    return 1 if failures.count else 0
