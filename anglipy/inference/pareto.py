"""The shape k of the tail of importance weights: whether weighted averages can be trusted.

A generalised Pareto distribution is fitted to the largest weights. Its shape k is the reciprocal of
the number of finite moments of the weights: below 1/2 their variance is finite, above 1 not even
their mean is. Vehtari, Simpson, Gelman, Yao & Gabry 2024, "Pareto smoothed importance sampling";
the fit is that of Zhang & Stephens 2009, "A new and efficient estimation method for the generalized
Pareto distribution", with the weakly informative prior of the former's appendix.
"""

from __future__ import annotations

import math

import numpy as np

from anglipy.inference.log_space import FloatArray

__all__ = ["fitted_shape", "pareto_k", "trusted_up_to"]

_LEAST_TAIL = 5
"""Fewer weights in the tail say nothing."""
_PRIOR_SIZE, _PRIOR_SHAPE = 10, 0.5
"""The prior counts as so many observations of this shape."""


def pareto_k(log_weights: FloatArray, count: int) -> float | None:
    """The estimate of k from log weights, shape (N,), of `count` independent draws: those that are
    missing have weight zero.

    The tail are the min(count / 5, 3 sqrt(count)) largest weights (Vehtari et al. 2024, eq. 10).
    None if there are fewer than five different weights above the rest, as where all are equal, or
    all observed is discrete: then there is no tail. Infinite if the fifth is nothing beside the
    first.
    """
    size = math.ceil(min(0.2 * count, 3.0 * math.sqrt(count)))
    positive = log_weights[log_weights > -math.inf]
    if size < _LEAST_TAIL or positive.size < _LEAST_TAIL:
        return None
    size = min(size, positive.size - (positive.size == count))
    ordered = np.sort(positive)
    scaled = np.exp(ordered - ordered[-1])
    if scaled[-_LEAST_TAIL] == 0.0:
        return math.inf
    threshold = float(scaled[-size - 1]) if size < positive.size else 0.0
    excesses = scaled[-size:] - threshold
    # A difference of the order of rounding is none.
    excesses = excesses[excesses > 1e-12 * scaled[-size:]]
    distinct = 1 + np.count_nonzero(np.diff(excesses))  # They are in order.
    return fitted_shape(excesses) if distinct >= _LEAST_TAIL else None


def trusted_up_to(count: int) -> float:
    """The greatest k with which so many draws give usable averages: min(1 - 1/log10(count), 0.7);
    Vehtari et al. 2024, eq. 13.

    >>> round(trusted_up_to(100), 2), round(trusted_up_to(1_000_000), 2)
    (0.5, 0.7)
    """
    return min(1.0 - 1.0 / math.log10(count), 0.7) if count > 10 else 0.0


def fitted_shape(excesses: FloatArray) -> float:
    """The shape k of a generalised Pareto distribution for positive numbers in ascending order.

    Zhang & Stephens 2009, eqs. 2 and 5 to 7: the posterior mean of theta = -k / sigma over a grid,
    where k is a function of theta.
    """
    n = excesses.size
    points = 30 + int(math.sqrt(n))
    quartile = float(excesses[int(n / 4 + 0.5) - 1])
    grid = 1.0 - np.sqrt(points / (np.arange(1, points + 1) - 0.5))
    theta = grid / (3.0 * quartile) + 1.0 / float(excesses[-1])
    shapes = np.array([float(np.log1p(-t * excesses).mean()) for t in theta])
    with np.errstate(invalid="ignore", divide="ignore"):
        # Where theta is 0 the formula is 0/0; its neighbours on the grid stand for it.
        likelihoods = np.nan_to_num(n * (np.log(-(theta / shapes)) - shapes - 1.0), nan=-np.inf)
    weights = np.exp(likelihoods - likelihoods.max())
    best = float(np.dot(theta, weights) / weights.sum())
    shape = float(np.log1p(-best * excesses).mean())
    return (n * shape + _PRIOR_SIZE * _PRIOR_SHAPE) / (n + _PRIOR_SIZE)
