"""Twenty steps of a linear Gaussian state space model, against the exact smoother."""

from __future__ import annotations

import numpy as np

from examples.experiments.gaussians import Array, Conditioned, conditioned, entropy
from examples.experiments.lab import Experiment, Lab

__all__ = ["EXPERIMENT", "exact", "floor"]

LENGTH = 20
STAY, NOISE = 0.9, 0.5
"""The factor from one state to the next, and the variance of what is seen."""


def joint(length: int) -> Array:
    """The covariance of all states, then of all observations."""
    root = np.zeros((length, length))
    for t in range(length):
        root[t:, t] = STAY ** np.arange(length - t)
    states = root @ root.T
    return np.block([[states, states], [states, states + NOISE * np.eye(length)]])


def exact(ys: Array) -> Conditioned:
    """The posterior of the states."""
    length = len(ys)
    return conditioned(
        np.zeros(2 * length), joint(length), np.arange(length, 2 * length), np.asarray(ys)
    )


def floor(length: int = LENGTH) -> float:
    """The entropy of the posterior, the same for all data."""
    return entropy(exact(np.zeros(length)).covariance)


def _run(lab: Lab) -> None:
    model = lab.model("state_space.aq")
    trained = lab.train(model, minutes=2.5, batch=128, validation=2_000)
    lab.figure("loss above the floor", trained.loss - floor())
    rng = np.random.default_rng([lab.seed, LENGTH])
    series = {
        "from the model": rng.multivariate_normal(np.zeros(2 * LENGTH), joint(LENGTH))[LENGTH:],
        "a sine": 4.0 * np.sin(np.arange(LENGTH) * 2.0 * np.pi / 20.0)
        + rng.normal(0.0, 0.1**0.5, LENGTH),
    }
    particles = lab.few(1_000, 100)
    for name, ys in series.items():
        truth = exact(ys)
        sds = np.sqrt(np.diag(truth.covariance))
        for algorithm in ("smc", "ic"):
            given = {"artifact": trained.path} if algorithm == "ic" else {}
            found = model.infer(
                algorithm, args=[ys.tolist()], particles=particles, seed=lab.seed, **given
            )
            means = found.expectation(lambda xs: np.array(list(xs), dtype=float))
            case = f"{name}, {algorithm.upper()}@{particles:,}"
            far = float(np.sqrt((((means - truth.mean) / sds) ** 2).mean()))
            lab.figure(f"rms error of the means in posterior sd, {case}", far)
            error = abs(found.log_evidence - truth.log_evidence)
            lab.figure(f"error of the log evidence, {case}", error)
            if algorithm == "ic":
                lab.figure(f"ESS/N, {case}", found.ess / particles)


EXPERIMENT = Experiment(
    "state-space", "", "Twenty steps of a linear Gaussian state space model", _run
)
