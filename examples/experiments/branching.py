"""A program whose structure depends on a choice: its floor by enumeration."""

from __future__ import annotations

import numpy as np
from scipy.stats import poisson

from examples.experiments.gaussians import Array

__all__ = ["exact", "floor"]

MOST, LARGEST = 40, 450
"""Values of the choices, and of the observation, that are enumerated."""


def joint() -> tuple[Array, Array]:
    """Log P(choices, y): of runs with one choice r > 4, (., y), and with two, (r, k, y)."""
    ys = np.arange(LARGEST)
    r = np.arange(MOST)
    log_r = poisson.logpmf(r, 4)
    fibonacci = [1, 1]
    while len(fibonacci) < 14:
        fibonacci.append(fibonacci[-1] + fibonacci[-2])
    starts = np.array([fibonacci[3 * few] for few in range(5)])
    rates = starts[:, None] + np.arange(MOST)
    deep = log_r[:5, None] + poisson.logpmf(np.arange(MOST), 4)
    two = deep[:, :, None] + poisson.logpmf(ys, rates[:, :, None])
    one = log_r[5:, None] + poisson.logpmf(ys, 6.0)
    return one, two


def exact(y: int) -> tuple[float, Array]:
    """The log evidence of an observation, and P(r | y)."""
    one, two = joint()
    p = np.concatenate([np.exp(two[:, :, y]).sum(1), np.exp(one[:, y])])
    return float(np.log(p.sum())), p / p.sum()


def floor() -> float:
    """The entropy of the choices given y, averaged over y."""
    log_p = np.concatenate([part.reshape(-1, LARGEST) for part in joint()])
    log_evidence = np.logaddexp.reduce(log_p, axis=0)
    return float((np.exp(log_p) * (log_evidence - log_p)).sum())
