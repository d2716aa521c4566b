"""Six devices over ten steps, against the exact posterior over all 64 joint states."""

from __future__ import annotations

import itertools

import numpy as np

from examples.experiments.chains import Chain, Smoothed, normal_log_density, smoothed
from examples.experiments.gaussians import Array
from examples.experiments.lab import Experiment, Lab

__all__ = ["CHAIN", "EXPERIMENT", "STATES", "exact", "floor"]

LENGTH = 10
SD = 10.0
WEIGHTS = np.array([480.0, 50, 500, 230, 280, 450])
STATES = np.array(list(itertools.product([0, 1], repeat=len(WEIGHTS))))
"""All joint states, (64, 6)."""
CHAIN = Chain(
    np.where(STATES == 1, 0.1, 0.9).prod(1),
    np.where(STATES[:, None] == STATES[None], 0.95, 0.05).prod(2),
)


def exact(ys: Array) -> Smoothed:
    """Of series (n, T)."""
    return smoothed(CHAIN, normal_log_density(ys, STATES @ WEIGHTS, SD))


def simulated(count: int, rng: np.random.Generator) -> Array:
    """Series from the model, (count, T)."""
    return rng.normal((STATES @ WEIGHTS)[CHAIN.drawn(LENGTH, count, rng)], SD)


def floor(series: int, seed: int) -> float:
    """The entropy of all states given the data, averaged over data from the model."""
    return float(exact(simulated(series, np.random.default_rng([seed, 64]))).entropy.mean())


def _run(lab: Lab) -> None:
    model = lab.model("factorial_hmm.aq")
    trained = lab.train(model, minutes=2.5, batch=128, validation=2_000)
    lab.figure("loss above the floor", trained.loss - floor(lab.few(20_000, 200), lab.seed))
    ys = simulated(lab.few(10, 2), np.random.default_rng([lab.seed, 3]))
    truth = exact(ys)
    on = truth.marginals @ STATES
    for particles in (10, lab.few(1_000, 20)):
        for algorithm in ("smc", "ic"):
            given = {"artifact": trained.path} if algorithm == "ic" else {}
            errors, shares = [], []
            for row, series in enumerate(ys):
                found = model.infer(
                    algorithm, args=[series.tolist()], particles=particles, seed=lab.seed, **given
                )
                path = found.expectation(lambda states: np.array([list(s) for s in states], float))
                errors.append(np.abs(path - on[row]).mean())
                shares.append(found.ess / particles)
            case = f"{algorithm.upper()}@{particles:,}"
            lab.figure(f"mean error of P(on), {case}", float(np.mean(errors)))
            if algorithm == "ic":
                lab.figure(f"median ESS/N, {case}", float(np.median(shares)))


EXPERIMENT = Experiment(
    "factorial-hmm", "", "Six devices that share one meter: a factorial hidden Markov model", _run
)
