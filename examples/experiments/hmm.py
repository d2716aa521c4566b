"""Sixteen states of a hidden Markov model, all observed, by 10 to 10,000 particles: the figure of
Le, Baydin and Wood 2017, in numbers.
"""

from __future__ import annotations

import numpy as np

from anglipy import Model, Posterior
from examples.experiments.chains import Chain, Smoothed, normal_log_density, smoothed
from examples.experiments.gaussians import Array
from examples.experiments.lab import Experiment, Lab, Trained

__all__ = ["CHAIN", "DATA", "EXPERIMENT", "divergence", "exact", "floor"]

DATA = [0.9, 0.8, 0.7, 0, -0.025, 5, 2, 0.1, 0, 0.13, 0.45, 6, 0.2, 0.3, -1, -1]
MEANS = np.array([-1.0, 1.0, 0.0])
CHAIN = Chain(
    np.full(3, 1 / 3),
    np.array([[0.10, 0.50, 0.40], [0.20, 0.20, 0.60], [0.15, 0.15, 0.70]]),
)
LEAST = 1e-10
"""A probability that is estimated as zero counts as this in the divergence."""


def exact(data: list[float]) -> Smoothed:
    """Of one series."""
    return smoothed(CHAIN, normal_log_density(np.array([data]), MEANS, 1.0))


def floor(series: int, seed: int) -> float:
    """The entropy of the path given the data, averaged over data from the model."""
    rng = np.random.default_rng([seed, 16])
    means = MEANS[CHAIN.drawn(len(DATA), series, rng)]
    ys = rng.normal(means, 1.0)
    return float(smoothed(CHAIN, normal_log_density(ys, MEANS, 1.0)).entropy.mean())


def marginals(posterior: Posterior) -> Array:
    """(T, 3): the probability of each state at each time."""
    states = np.array([list(path) for path in posterior.values], dtype=np.int64)
    return np.stack([posterior.weights @ (states == state) for state in range(3)], axis=1)


def divergence(truth: Array, found: Array) -> float:
    """KL(truth || found) of the marginals, summed over time."""
    return float((truth * np.log(np.maximum(truth, LEAST) / np.maximum(found, LEAST))).sum())


def _run(lab: Lab) -> None:
    model = lab.model("hmm.aq", "hmm-observed")
    trained = lab.train(model, minutes=3.0, validation=5_000)
    lab.figure("loss above the floor", trained.loss - floor(lab.few(100_000, 1_000), lab.seed))
    truth = exact(DATA).marginals[0]
    for particles in (10, 100, 1_000, 10_000):
        for algorithm in ("importance", "smc", "ic"):
            _compare(lab, model, trained, truth, algorithm, particles)


def _compare(
    lab: Lab, model: Model, trained: Trained, truth: Array, algorithm: str, particles: int
) -> None:
    """Ten runs: the mean divergence, and the mean ESS."""
    found = []
    for repetition in range(lab.few(10, 2)):
        posterior = model.infer(
            algorithm,
            artifact=trained.path if algorithm == "ic" else None,
            seed=lab.seed + repetition,
            **{"samples" if algorithm == "importance" else "particles": particles},
        )
        found.append((divergence(truth, marginals(posterior)), posterior.ess))
    kl, ess = np.mean(found, axis=0)
    marked = algorithm == "ic" and particles == 1_000
    name = {"importance": "IS", "smc": "SMC", "ic": "IC"}[algorithm]
    lab.figure(f"KL, {name}@{particles:,}", kl, at_most=0.05 if marked else None)
    if algorithm == "ic":
        lab.figure(f"ESS, {name}@{particles:,}", ess, at_least=500 if marked else None)


EXPERIMENT = Experiment("hmm", "G3", "A hidden Markov model of 16 steps, three states", _run)
