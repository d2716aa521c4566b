"""Every network on every program whose floor is known, with the same time for each: how far above
the floor it ends, and how good its weights are.

python -m examples.experiments.ablation                      go on with the table where it was left
python -m examples.experiments.ablation --minutes 5 --again  begin anew, with more time
python -m examples.experiments.ablation --quick              see that it works; writes no results
"""

from __future__ import annotations

from pathlib import Path

import click

from examples.experiments.cases import CASES, Case
from examples.experiments.cells import Cell, save, stored
from examples.experiments.lab import ARTIFACTS, Experiment, Lab, Settings
from examples.experiments.page import write_page
from examples.experiments.record import Circumstances

__all__ = ["NETWORKS", "cell"]

NETWORKS: dict[str, tuple[str, dict[str, int]]] = {
    "lstm-512": ("lstm", {"hidden": 512, "width": 512}),
    **{
        name: (name, {}) for name in ("lstm", "ff+attention", "lstm+attention", "transformer", "ff")
    },
}
"""Kinds of network and options that differ from the defaults, of 128 units: the first is of the
size that was published.
"""
SIMULATIONS, PARTICLES = 200, 100


@click.command()
@click.option("--minutes", default=1.0, show_default=True, help="Of each training.")
@click.option("--seed", default=1, show_default=True)
@click.option("--case", "names", multiple=True, help="Only these programs.")
@click.option("--network", "networks", multiple=True, help="Only these networks.")
@click.option("--again", is_flag=True, help="Do not take what is there already.")
@click.option("--quick", is_flag=True, help="Everything tiny; no results are written.")
@click.option("--artifacts", type=click.Path(path_type=Path), default=ARTIFACTS)
def main(
    minutes: float,
    seed: int,
    names: tuple[str, ...],
    networks: tuple[str, ...],
    again: bool,
    quick: bool,
    artifacts: Path,
) -> None:
    """Fill the table of programs and networks, cell by cell; each is kept once it is there."""
    there = set() if again else {(c.case, c.network) for c in stored()}
    settings = Settings(quick=quick, minutes=minutes, seed=seed, artifacts=artifacts)
    for network in networks or NETWORKS:
        for case in (CASES[name] for name in names or CASES):
            if (case.name, network) in there:
                continue
            made = cell(case, network, settings)
            if not quick:
                # Read again: another process may have filled other cells meanwhile.
                others = (c for c in stored() if (c.case, c.network) != (case.name, network))
                save([*others, made])
                write_page()


def cell(case: Case, network: str, settings: Settings) -> Cell:
    """Train and judge one network."""
    experiment = Experiment(f"ablation-{case.name}", "", "", lambda lab: None)
    lab = Lab(experiment, settings, click.echo)
    model = lab.model(case.file, case.query)
    kind, sizes = NETWORKS[network]
    options = {**case.options, **sizes}
    trained = lab.train(model, name=network, network=kind, validation=2_000, **options)
    found = model.calibrate(
        trained.path,
        simulations=lab.few(SIMULATIONS, 50),
        particles=lab.few(PARTICLES, 10),
        seed=settings.seed,
        **case.setup,
    )
    made = Cell(
        case.name,
        network,
        case.floor(),
        trained.loss,
        found.ess[2],
        trained.training.parameters,
        trained.training.traces,
        trained.training.seconds,
        settings.seed,
        settings.minutes or 0.0,
        Circumstances.now(),
    )
    click.echo(f"{case.name}, {network}: gap {made.gap:.4f} nats, ESS/N {made.ess:.3f}")
    return made


if __name__ == "__main__":
    main()
