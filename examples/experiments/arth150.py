"""Gene expression: 67 genes from 40 others, in a linear Gaussian network."""

from __future__ import annotations

import numpy as np

from examples.experiments.gaussians import Array, Conditioned, conditioned, entropy
from examples.experiments.genes import genes, is_there, joint
from examples.experiments.lab import Experiment, Lab

__all__ = ["EXPERIMENT", "data", "exact"]

NETWORKS = ("lstm", "lstm+attention", "ff+attention")
BEST = "lstm+attention"
SHOWN = ("81", "422", "783", "738", "414", "570", "47")


def observed() -> Array:
    """The places of the observed genes."""
    return np.array([place for place, gene in enumerate(genes()) if gene.observed])


def data() -> Array:
    """The prior mean of each observed gene, one sd up and one down in turn."""
    mean, covariance = joint()
    places = observed()
    turns = np.where(np.arange(len(places)) % 2 == 0, 1.0, -1.0)
    return mean[places] + turns * np.sqrt(covariance[places, places])


def exact(values: Array) -> Conditioned:
    """The posterior of the other genes, in the order in which the program samples them."""
    return conditioned(*joint(), observed(), values)


def _run(lab: Lab) -> None:
    if not is_there():
        raise SystemExit("the network is in the wheel of pgmpy: pip install --no-deps pgmpy")
    model = lab.model("arth150.aq")
    values = data()
    truth = exact(values)
    floor = entropy(truth.covariance)
    sds = np.sqrt(np.diag(truth.covariance))
    names = [gene.name for gene in genes() if not gene.observed]
    shown = [names.index(name) for name in SHOWN]
    particles = lab.few(10_000, 100)
    for network in NETWORKS:
        trained = lab.train(model, network=network, minutes=3.5, batch=64, validation=1_000)
        best = network == BEST
        gap = trained.loss - floor
        lab.figure(f"loss above the floor, {network}", gap, at_most=1.0 if best else None)
        found = model.infer(
            args=[values.tolist()], artifact=trained.path, particles=particles, seed=lab.seed
        )
        means = found.expectation(lambda levels: np.array(list(levels), dtype=float))
        errors = np.abs(means - truth.mean)
        mark = 0.05 if best else None
        lab.figure(f"largest error of seven means, {network}", errors[shown].max(), at_most=mark)
        lab.figure(f"largest error of a mean in posterior sd, {network}", (errors / sds).max())
        error = abs(found.log_evidence - truth.log_evidence)
        lab.figure(f"error of the log evidence, {network}", error)
        lab.figure(f"ESS/N, {network}", found.ess / particles)


EXPERIMENT = Experiment(
    "arth150", "G7", "Gene expression: 67 genes from 40 others, linear and Gaussian", _run
)
