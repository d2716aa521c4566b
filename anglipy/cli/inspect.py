"""`anglipy inspect`: what is in a trained artifact."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from anglipy.cli import completing
from anglipy.cli.files import existing
from anglipy.cli.messages import count, table
from anglipy.durations import clock

if TYPE_CHECKING:
    from anglipy.ic.artifact import Artifact
    from anglipy.ic.options import Progress, TrainingRecord

__all__ = ["inspect"]

SHOWN = 70
"""Characters shown of an argument."""
HISTORY_ROWS = 10
"""Validations shown of a training: the first, the last, and some between."""


@click.command("inspect", short_help="Show what is in a trained artifact.")
@click.argument("artifact", metavar="ARTIFACT", shell_complete=completing.files)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.option(
    "--plot",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Draw the training instead: .png, .svg or .pdf.",
)
def inspect(artifact: str, as_json: bool, plot: Path | None) -> None:
    """Show the addresses, proposal families, sizes and training record of ARTIFACT.

    \b
    anglipy inspect captcha.artifact
    anglipy inspect captcha.artifact --json
    anglipy inspect captcha.artifact --plot training.svg

    Losses are in nats per trace on the validation traces; `prior` is the loss without any network.
    `visits` are those to an address in one run that the network knows; later ones are left to the
    prior.
    """
    from anglipy.ic.artifact import Artifact

    path = existing(Path(artifact))
    loaded = Artifact.load(path)
    if plot is not None:
        from anglipy.plots import plot_training

        plot_training(loaded.record, loaded.query, plot)
    elif as_json:
        click.echo(json.dumps(_data(loaded, path.stat().st_size), indent=2))
    else:
        click.echo("\n".join(_lines(loaded, artifact, path.stat().st_size)))


def _parameters(artifact: Artifact) -> int:
    return sum(array.size for array in artifact.arrays.values())


def _data(artifact: Artifact, size: int) -> dict[str, Any]:
    return {
        "query": artifact.query,
        "program_hash": artifact.program_hash,
        "bytes": size,
        "parameters": _parameters(artifact),
        "addresses": [
            {"site": row.site, "role": row.role, "family": row.family, "shape": list(row.shape)}
            for row in artifact.addresses
        ],
        "shape": artifact.shape,
        "epsilon": artifact.epsilon,
        "options": artifact.options,
        "argument": dict(_example(artifact)).get("argument"),
        "versions": artifact.versions,
        "record": artifact.record.to_data(),
    }


BY_SITE = ("beyond", "limits")
"""Kept among the options of an artifact, but told with the addresses or not at all."""


def _lines(artifact: Artifact, name: str, size: int) -> Iterator[str]:
    yield f"{name}: for the query `{artifact.query}`"
    yield from table(
        [
            ("program", artifact.program_hash[:12]),
            ("size", f"{_parameters(artifact):,} parameters, {size / 1e6:.2f} MB"),
            ("network", _pairs(artifact.shape)),
            ("training", _pairs({k: v for k, v in artifact.options.items() if k not in BY_SITE})),
            *_example(artifact),
            ("versions", _pairs(artifact.versions)),
        ],
        indent="  ",
    )
    yield f"\n{count(len(artifact.addresses), 'address', 'addresses')}"
    given = artifact.options.get("limits")
    limits = given if isinstance(given, dict) else {}
    rows = [
        (r.role, r.site, r.family, "x".join(map(str, r.shape)), str(limits.get(r.site, "")))
        for r in artifact.addresses
    ]
    yield from table([("role", "site", "family", "shape", "visits"), *rows], indent="  ")
    yield from _training(artifact.record)


def _example(artifact: Artifact) -> Iterator[tuple[str, str]]:
    """What the query was called with in training, shortened."""
    from anglipy.runtime.printing import pr_str

    example = artifact.example
    if not example.is_kept:
        yield "argument", "one that is not kept here"
    elif example.value is not None:
        text = pr_str(example.value)
        yield "argument", text if len(text) <= SHOWN else f"{text[: SHOWN - 3]}..."


def _training(record: TrainingRecord) -> Iterator[str]:
    ending = ", interrupted" if record.interrupted else ""
    yield f"\n{record.traces:,} traces in {clock(record.seconds)}{ending}"
    yield (
        f"best validation loss {record.best_loss:.4f} nats at {record.best_at:,} traces "
        f"(prior {record.prior_loss:.4f})"
    )
    if record.sites:
        rows = [
            (s.site, f"{s.loss:.4f}", f"{s.prior_loss:.4f}", str(s.steps)) for s in record.sites
        ]
        yield from table([("site", "loss", "prior", "choices"), *rows], indent="  ")
    if record.history:
        yield ""
        rows = [
            (
                f"{p.traces:,}",
                clock(p.seconds),
                f"{p.training_loss:.4f}",
                f"{p.validation_loss:.4f}",
            )
            for p in _spread(record.history)
        ]
        yield from table([("traces", "time", "training", "validation"), *rows], indent="  ")
    yield from (f"warning: {warning}" for warning in record.warnings)


def _spread(history: Sequence[Progress]) -> list[Progress]:
    """At most `HISTORY_ROWS` entries, evenly spread, the first and the last among them."""
    last = len(history) - 1
    if last < HISTORY_ROWS:
        return list(history)
    return [history[round(i * last / (HISTORY_ROWS - 1))] for i in range(HISTORY_ROWS)]


def _pairs(data: dict[str, Any]) -> str:
    return ", ".join(f"{name} {value}" for name, value in data.items())
