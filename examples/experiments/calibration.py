"""Whether the posteriors of the other experiments' networks are calibrated: simulation-based
calibration, the coverage of highest-density regions, and TARP, as `anglipy calibrate` does them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from examples.experiments.genes import is_there
from examples.experiments.lab import Experiment, Lab
from examples.experiments.magnitude import NUISANCES

__all__ = ["EXPERIMENT", "SUBJECTS"]


class Subject(NamedTuple):
    """A query, its argument when data are simulated, and the network that is judged."""

    file: str
    query: str | None = None
    setup: Mapping[str, Any] = {}
    network: str = "lstm"
    simulations: int = 300
    particles: int = 50


SUBJECTS: dict[str, Subject] = {
    "minimal": Subject("minimal.aq"),
    "gum": Subject("gaussian.aq"),
    "coin": Subject("coin.aq"),
    "hmm": Subject("hmm.aq", "hmm-observed", particles=200),
    "polynomial": Subject("polynomial.aq", None, {"args_fn": "inputs"}, particles=2_000),
    "order": Subject("order.aq", None, {"args_fn": "inputs"}, simulations=100, particles=500),
    "arth150": Subject("arth150.aq", simulations=100, particles=200),
    "magnitude": Subject(
        "magnitude.aq", None, {"args": [NUISANCES, None]}, simulations=100, particles=200
    ),
    "pumps": Subject("pumps.aq", None, {"args_fn": "inputs"}, simulations=100, particles=100),
}
"""More particles where fewer of them are effective."""


def _run(lab: Lab) -> None:
    names = [name for name in SUBJECTS if name != "arth150" or is_there()]
    for name in names[: lab.few(len(names), 2)]:
        _judge(lab, name, SUBJECTS[name])
    told = ", ".join(f"{n} {s.simulations} and {s.particles:,}" for n, s in SUBJECTS.items())
    lab.note(
        f"Simulated data sets and particles for each: {told}. A quantity is a choice, "
        "the log density of the run (whose ranks give the coverage of highest-density regions) or "
        "the distance to a point (TARP); it counts as not uniform at 5 % for all quantities of a "
        "program together (Holm). The network alone, without weights, is no posterior, only near "
        "one: what is to be calibrated is the weighted posterior. Networks are those that the "
        "other experiments have left, or were trained for half a minute."
    )
    lab.note(
        "A weighted posterior whose effective sample size is near one particle is overconfident, "
        "whatever the network: there the network alone is the better judge of what was learned, "
        "and more particles or longer training are what is missing."
    )


def _judge(lab: Lab, name: str, subject: Subject) -> None:
    """Calibrate the artifact of one experiment."""
    model = lab.model(subject.file, subject.query)
    options = {("example_args" if key == "args" else key): x for key, x in subject.setup.items()}
    path = lab.left_by(name, subject.network)
    if path is None:
        path = lab.train(model, name=name, network=subject.network, minutes=0.5, **options).path
    found = model.calibrate(
        path,
        simulations=lab.few(subject.simulations, 50),
        particles=lab.few(subject.particles, 10),
        seed=lab.seed,
        **subject.setup,
    )
    data = found.to_data()
    lab.figure(f"not uniform, weighted, {name}", len(found.rejected(True)), at_most=0)
    lab.figure(f"not uniform, network alone, {name}", len(found.rejected(False)))
    lab.figure(f"quantities, {name}", len(found.quantities))
    for row in data["coverage"]:
        lab.figure(f"coverage at {row['level']:g}, weighted, {name}", row["weighted"])
    lab.figure(f"median ESS/N, {name}", found.ess[2])


EXPERIMENT = Experiment(
    "calibration", "G11", "Calibration of the networks of the other experiments", _run
)
