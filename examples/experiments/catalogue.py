"""All experiments, in the order of the page."""

from __future__ import annotations

from examples.experiments import coin, gum, hmm, minimal, pumps
from examples.experiments.lab import Experiment

__all__ = ["EXPERIMENTS"]

EXPERIMENTS: dict[str, Experiment] = {
    module.EXPERIMENT.name: module.EXPERIMENT for module in (minimal, gum, coin, hmm, pumps)
}
