"""The mean of a Gaussian from two measurements, with 20,000 traces (Wood et al. 2014)."""

from __future__ import annotations

import numpy as np

from examples.experiments.gaussians import Conditioned, conditioned, entropy
from examples.experiments.lab import Experiment, Lab

__all__ = ["EXPERIMENT", "exact"]

DATA = ([9.0, 8.0], [12.0, 10.0])


def exact(y1: float, y2: float) -> Conditioned:
    """The posterior of mu ~ normal(1, sqrt 5) after two measurements of variance 2."""
    covariance = np.full((3, 3), 5.0) + np.diag([0.0, 2.0, 2.0])
    return conditioned(np.ones(3), covariance, np.array([1, 2]), np.array([y1, y2]))


def _run(lab: Lab) -> None:
    model = lab.model("gaussian.aq")
    trained = lab.train(model, traces=20_000, batch=16, validation=20_000, validate_every=5_000)
    floor = entropy(exact(*DATA[0]).covariance)
    lab.figure("loss above the floor", trained.loss - floor, at_most=0.02)
    particles = lab.few(10_000, 200)
    for data in DATA:
        truth = exact(*data)
        found = model.infer(args=data, artifact=trained.path, particles=particles, seed=lab.seed)
        case = f"y = {data[0]:g}, {data[1]:g}"
        lab.figure(f"ESS/N, {case}", found.ess / particles, at_least=0.95)
        lab.figure(f"error of the mean, {case}", abs(found.mean() - truth.mean[0]))
        lab.figure(
            f"error of the log evidence, {case}", abs(found.log_evidence - truth.log_evidence)
        )


EXPERIMENT = Experiment(
    "gum", "G1", "A Gaussian mean from two measurements, trained on 20,000 traces", _run
)
