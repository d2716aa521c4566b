"""Linear Gaussian models in closed form: posteriors by conditioning, and the floor of the loss."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["LOG_TWO_PI_E", "Array", "Conditioned", "conditioned", "entropy", "kl_normal"]

Array = NDArray[np.float64]
LOG_TWO_PI_E = math.log(2.0 * math.pi * math.e)


class Conditioned(NamedTuple):
    """What is known of the hidden part of a Gaussian vector once the rest of it is observed."""

    mean: Array
    covariance: Array
    log_evidence: float


def conditioned(mean: Array, covariance: Array, observed: Array, values: Array) -> Conditioned:
    """The posterior of the coordinates that are not `observed` (indices), in their order."""
    hidden = np.setdiff1d(np.arange(len(mean)), observed)
    inner = covariance[np.ix_(observed, observed)]
    across = covariance[np.ix_(hidden, observed)]
    surprise = values - mean[observed]
    gain = np.linalg.solve(inner, across.T).T
    _, log_determinant = np.linalg.slogdet(inner)
    quadratic = surprise @ np.linalg.solve(inner, surprise)
    return Conditioned(
        mean[hidden] + gain @ surprise,
        covariance[np.ix_(hidden, hidden)] - gain @ across.T,
        float(-0.5 * (quadratic + log_determinant + len(observed) * math.log(2.0 * math.pi))),
    )


def entropy(covariance: Array) -> float:
    """Of a Gaussian, in nats: of a posterior it is the floor of the loss, whatever the data."""
    return 0.5 * (len(covariance) * LOG_TWO_PI_E + float(np.linalg.slogdet(covariance)[1]))


def kl_normal(mean: float, sd: float, other_mean: float, other_sd: float) -> float:
    """KL(normal(mean, sd) || normal(other)), in nats."""
    ratio = (sd / other_sd) ** 2
    return 0.5 * (ratio + ((mean - other_mean) / other_sd) ** 2 - 1.0 - math.log(ratio))
