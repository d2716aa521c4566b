"""The bias of a coin from three flips: eight posteriors, all of them Beta distributions."""

from __future__ import annotations

import itertools
import math

import numpy as np
from scipy.special import betaln, digamma

from examples.experiments.lab import Experiment, Lab

__all__ = ["EXPERIMENT", "exact_mean", "floor"]

FLIPS = 3


def exact_mean(heads: int) -> float:
    """The posterior is Beta(1 + heads, 1 + tails)."""
    return (1 + heads) / (2 + FLIPS)


def floor() -> float:
    """The mean entropy of the posterior: the prior's is 0, so it is minus the information."""
    total = 0.0
    for heads in range(FLIPS + 1):
        a, b = 1 + heads, 1 + FLIPS - heads
        entropy = (
            betaln(a, b)
            - (a - 1) * digamma(a)
            - (b - 1) * digamma(b)
            + (a + b - 2) * digamma(a + b)
        )
        total += math.comb(FLIPS, heads) * math.exp(betaln(a, b)) * entropy
    return float(total)


def _run(lab: Lab) -> None:
    model = lab.model("coin.aq")
    trained = lab.train(model, traces=100_000, validation=50_000, validate_every=25_000)
    lab.figure("loss above the floor", trained.loss - floor(), at_most=0.005)
    particles = lab.few(20_000, 200)
    errors, shares = [], []
    for flips in itertools.product([False, True], repeat=FLIPS):
        found = model.infer(
            args=list(flips), artifact=trained.path, particles=particles, seed=lab.seed
        )
        errors.append(abs(found.mean() - exact_mean(sum(flips))))
        shares.append(found.ess / particles)
    lab.figure("largest error of the eight means", max(errors), at_most=0.01)
    lab.figure("least ESS/N of the eight", min(shares))
    lab.figure("median ESS/N of the eight", float(np.median(shares)))


EXPERIMENT = Experiment("coin", "G2", "The bias of a coin from three flips", _run)
