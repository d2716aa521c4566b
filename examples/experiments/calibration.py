"""Whether the posteriors of the other experiments' networks are calibrated: simulation-based
calibration, the coverage of highest-density regions, and TARP, as `anglipy calibrate` does them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from anglipy.ic.judgement.calibration import Calibration
from anglipy.ic.options import TrainingOptions
from anglipy.inference.ranks import holm
from examples.experiments.genes import is_there
from examples.experiments.lab import Experiment, Lab
from examples.experiments.magnitude import NUISANCES, SMALL

__all__ = ["EXPERIMENT", "SUBJECTS"]


class Subject(NamedTuple):
    """A query, its argument when data are simulated, and the network that is judged."""

    file: str
    query: str | None = None
    setup: Mapping[str, Any] = {}
    network: str = TrainingOptions().network
    simulations: int = 300
    particles: int = 50
    minutes: float = 0.5
    """Of the training, if no other experiment has left a network."""
    training: Mapping[str, Any] = {}
    """Its other options."""


SUBJECTS: dict[str, Subject] = {
    "minimal": Subject("minimal.aq", simulations=1_000),
    "gum": Subject("gaussian.aq", simulations=1_000),
    "coin": Subject("coin.aq", simulations=1_000),
    "hmm": Subject("hmm.aq", "hmm-observed", simulations=500, particles=200),
    "polynomial": Subject(
        "polynomial.aq", None, {"args_fn": "inputs"}, particles=5_000, minutes=10.0
    ),
    "order": Subject(
        "order.aq", None, {"args_fn": "inputs"}, simulations=100, particles=1_000, minutes=4.0
    ),
    "arth150": Subject("arth150.aq", simulations=100, particles=200),
    "magnitude": Subject(
        "magnitude.aq",
        None,
        {"args": [NUISANCES, None]},
        simulations=100,
        particles=2_000,
        minutes=5.0,
        training=SMALL,
    ),
    "pumps": Subject(
        "pumps.aq", None, {"args_fn": "inputs"}, simulations=100, particles=1_000, minutes=5.0
    ),
}
"""More particles where fewer of them are effective."""


def _run(lab: Lab) -> None:
    names = [name for name in SUBJECTS if name != "arth150" or is_there()]
    names = names[: lab.few(len(names), 2)]
    found = {name: _judged(lab, name, SUBJECTS[name]) for name in names}
    weighted, alone = (_rejected(found, how) for how in ("weighted_p", "alone_p"))
    for name, calibration in found.items():
        lab.figure(f"not uniform, weighted, {name}", weighted[name], at_most=0)
        lab.figure(f"not uniform, network alone, {name}", alone[name])
        lab.figure(f"quantities, {name}", len(calibration.quantities))
        for row in calibration.to_data()["coverage"]:
            lab.figure(f"coverage at {row['level']:g}, weighted, {name}", row["weighted"])
        lab.figure(f"median ESS/N, {name}", calibration.ess[2])
    told = ", ".join(f"{n} {s.simulations:,} and {s.particles:,}" for n, s in SUBJECTS.items())
    lab.note(
        f"Simulated data sets and particles for each: {told}. A quantity is a choice, "
        "the log density of the run (whose ranks give the coverage of highest-density regions) or "
        "the distance to a point (TARP); it counts as not uniform at 5 % for all quantities of all "
        "programs together (Holm). The network alone, without weights, is no posterior, only near "
        "one: what is to be calibrated is the weighted posterior. Networks are those that the "
        "other experiments have left, or were trained for half a minute, that of order for "
        "four, those of magnitude and pumps for five."
    )
    lab.note(
        "A weighted posterior whose effective sample size is near one particle is overconfident, "
        "whatever the network: there the network alone is the better judge of what was learned, "
        "and more particles, refining or longer training are what is missing."
    )
    lab.note(
        "Pumps: for a quarter of the simulated data sets one particle has nearly all the weight "
        "(the prior of beta reaches from 1e-5 up), and the ranks of all quantities are at either "
        "end; 10,000 particles were given up after 20 minutes."
    )


def _rejected(found: Mapping[str, Calibration], p: str) -> dict[str, int]:
    """How many quantities of each program are not uniform."""
    pairs = [(name, getattr(q, p)) for name, c in found.items() for q in c.quantities]
    bad = holm([value for _, value in pairs])
    counts = dict.fromkeys(found, 0)
    for (name, _), rejected in zip(pairs, bad, strict=True):
        counts[name] += int(rejected)
    return counts


def _judged(lab: Lab, name: str, subject: Subject) -> Calibration:
    """The artifact of one experiment."""
    model = lab.model(subject.file, subject.query)
    options = {("example_args" if key == "args" else key): x for key, x in subject.setup.items()}
    path = lab.left_by(name, subject.network)
    if path is None:
        options = {**options, **subject.training, "minutes": subject.minutes}
        path = lab.train(model, name=name, network=subject.network, **options).path
    lab.say(f"judging {path.name}")
    return model.calibrate(
        path,
        simulations=lab.few(subject.simulations, 50),
        particles=lab.few(subject.particles, 10),
        seed=lab.seed,
        **subject.setup,
    )


EXPERIMENT = Experiment(
    "calibration", "G11", "Calibration of the networks of the other experiments", _run
)
