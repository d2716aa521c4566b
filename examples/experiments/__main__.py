"""Run experiments, and write the page of results.

python -m examples.experiments gum              train, measure, write the row of RESULTS.md
python -m examples.experiments gum --quick      the same in seconds, to see that it works
python -m examples.experiments --list           what there is
python -m examples.experiments page             write RESULTS.md anew from the stored results
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from examples.experiments.catalogue import EXPERIMENTS
from examples.experiments.lab import ARTIFACTS, Lab, Settings
from examples.experiments.page import write_page
from examples.experiments.record import RESULTS


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("names", nargs=-1, metavar="NAME...")
@click.option("--quick", is_flag=True, help="Everything tiny; no results are written.")
@click.option("--minutes", type=float, help="Of each training, instead of the experiment's own.")
@click.option("--seed", default=1, show_default=True, help="Of everything that is random.")
@click.option("--network", help="lstm, ff, lstm+attention, ff+attention or transformer.")
@click.option("--reuse", is_flag=True, help="Use the artifacts that are there already.")
@click.option(
    "--artifacts",
    type=click.Path(path_type=Path),
    default=ARTIFACTS,
    show_default=True,
    help="Where trained networks are kept.",
)
@click.option("--list", "listed", is_flag=True, help="Name the experiments.")
def main(names: tuple[str, ...], listed: bool, **given: Any) -> None:
    """Run the experiments NAME..., or `all` of them; `page` only writes RESULTS.md."""
    if listed or not names:
        for experiment in EXPERIMENTS.values():
            click.echo(f"{experiment.row:>4}  {experiment.name:<16}{experiment.title}")
        return
    settings = Settings(**given)
    for name in EXPERIMENTS if names == ("all",) else names:
        if name != "page":
            run(name, settings)
    if not settings.quick:
        write_page()


def run(name: str, settings: Settings) -> None:
    """One experiment, and its file of results."""
    if name not in EXPERIMENTS:
        raise click.UsageError(f"there is no experiment {name}; --list names them")
    experiment = EXPERIMENTS[name]
    click.echo(f"{name}: {experiment.title}")
    lab = Lab(experiment, settings, click.echo)
    experiment.run(lab)
    outcome = lab.outcome()
    if not settings.quick:
        click.echo(outcome.save(RESULTS))


if __name__ == "__main__":
    main()
