"""Resampling given that one particle, the retained one, has offspring: what conditional SMC needs.

A scheme of `resampling` gives parent j a random number of offspring C_j with expectation n w_j. In
the extended distribution of particle MCMC (Andrieu, Doucet & Holenstein 2010, sec. 4) the offspring
of a parent b that lies on the retained path have the law

    P(C = c | b) = P(C = c) c_b / (n w_b),

weighted by c_b, and the retained path goes on in one of the c_b offspring, each as likely as the
others. Every function here draws from this law exactly. For `systematic` and `stratified` that is
to place one point uniformly in the interval of b, and the others around it by the scheme (Chopin &
Singh 2015, "On particle Gibbs sampling", algorithm 4). Appending the retained particle to n - 1
others, as Anglican does, is the law of `multinomial` only.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np

from anglipy.inference.log_space import AllWeightsZero, FloatArray, normalise
from anglipy.inference.resampling import Ancestors, multinomial, parents_of

__all__ = ["CONDITIONAL", "any_ancestor", "any_of", "one_of"]

ConditionalScheme: TypeAlias = Callable[[Any, FloatArray, int, int], tuple[Ancestors, int]]
"""(rng, weights, n, retained) -> the ancestors of n particles in ascending order, and which of the
n goes on with the retained path: `ancestors[it] == retained`."""


def any_of(rng: Any, n: int) -> int:
    """One of 0..n-1, all as likely."""
    return bisect_right(range(1, n), rng.random() * n)


def one_of(rng: Any, weights: FloatArray) -> int:
    """One of the places of the weights, drawn by them."""
    return int(multinomial(rng, weights, 1)[0])


def any_ancestor(rng: Any, weights: FloatArray, log_futures: FloatArray, retained: int) -> int:
    """One of the places, by its weight times the probability of what is to follow it; the retained
    one if all of these are zero by rounding.
    """
    with np.errstate(divide="ignore"):
        log_weights = np.log(weights) + log_futures
    try:
        return one_of(rng, normalise(log_weights))
    except AllWeightsZero:
        return retained


def _systematic(rng: Any, weights: FloatArray, n: int, retained: int) -> tuple[Ancestors, int]:
    """The point of the retained particle, n C_(b-1) + n w_b v, tells the u of all of them."""
    point, place = _own_point(rng, weights, n, retained)
    points = np.arange(n) + rng.random() if point is None else point + (np.arange(n) - place)
    return _with(parents_of(weights, points / n), retained, place)


def _stratified(rng: Any, weights: FloatArray, n: int, retained: int) -> tuple[Ancestors, int]:
    point, place = _own_point(rng, weights, n, retained)
    points = np.arange(n) + rng.random(n)
    if point is not None:
        points[place] = point
    return _with(parents_of(weights, points / n), retained, place)


def _own_point(rng: Any, weights: FloatArray, n: int, retained: int) -> tuple[Any, int]:
    """A point in the interval of the retained particle, in n-ths, and the stratum that it is in. No
    point if the interval is empty by rounding.
    """
    ends = np.cumsum(weights)
    scale = n / float(ends[-1])
    low = scale * (float(ends[retained - 1]) if retained else 0.0)
    width = scale * float(ends[retained]) - low
    last = n - 1
    if width <= 0.0:
        return None, min(int(low), last)
    point = rng.random() * width + low
    first = min(int(low), last)
    place = first + bisect_right(range(first + 1, min(int(low + width), last) + 1), point)
    return point, place


def _multinomial(rng: Any, weights: FloatArray, n: int, retained: int) -> tuple[Ancestors, int]:
    """The others are drawn independently of it."""
    return _joined(multinomial(rng, weights, n - 1), retained)


def _residual(rng: Any, weights: FloatArray, n: int, retained: int) -> tuple[Ancestors, int]:
    """It is one of its own sure offspring, or the first of those that are drawn."""
    expected = n * (weights / weights.sum())
    sure = np.floor(expected + 1e-12).astype(np.intp)
    left_over = n - int(sure.sum())
    own, share = int(sure[retained]), float(expected[retained])
    is_sure = left_over == 0 or (own > 0 and (own >= share or rng.random() * share < own))
    certain = np.repeat(np.arange(len(weights)), sure)
    if is_sure and own > 0:
        certain = np.delete(certain, int(np.searchsorted(certain, retained)))
    elif is_sure:
        # Its weight is zero by rounding, and nobody is left to drop but a sure one.
        certain = certain[1:]
    drawn = left_over if is_sure else left_over - 1
    if drawn > 0:
        rest = np.maximum(expected - sure, 0.0)
        certain = np.concatenate([certain, multinomial(rng, rest, drawn)])
        certain.sort()
    return _joined(certain, retained)


def _with(ancestors: Ancestors, retained: int, place: int) -> tuple[Ancestors, int]:
    """With the retained particle at its place, whatever rounding says."""
    ancestors[place] = retained
    return ancestors, place


def _joined(others: Ancestors, retained: int) -> tuple[Ancestors, int]:
    """With the retained particle among the others."""
    place = int(np.searchsorted(others, retained))
    return np.insert(others, place, retained), place


CONDITIONAL: dict[str, ConditionalScheme] = {
    "systematic": _systematic,
    "stratified": _stratified,
    "multinomial": _multinomial,
    "residual": _residual,
}
"""For each of `resampling.SCHEMES` its law given that the retained particle has offspring."""
