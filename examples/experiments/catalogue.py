"""All experiments, in the order of the page."""

from __future__ import annotations

from examples.experiments import (
    arth150,
    calibration,
    circuit,
    clusters,
    coin,
    dates,
    factorial_hmm,
    gmm,
    gum,
    hmm,
    magnitude,
    minimal,
    order,
    polynomial,
    polynomial_summary,
    pumps,
    state_space,
)
from examples.experiments.lab import Experiment

__all__ = ["EXPERIMENTS"]

MODULES = (
    minimal,
    gum,
    coin,
    hmm,
    polynomial,
    polynomial_summary,
    order,
    pumps,
    magnitude,
    arth150,
    circuit,
    gmm,
    clusters,
    state_space,
    factorial_hmm,
    dates,
    calibration,
)

EXPERIMENTS: dict[str, Experiment] = {
    module.EXPERIMENT.name: module.EXPERIMENT for module in MODULES
}
