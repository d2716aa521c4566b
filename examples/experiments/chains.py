"""Finite hidden Markov models exactly: forward and backward messages, many series at once."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from examples.experiments.gaussians import Array

__all__ = ["Chain", "Smoothed", "normal_log_density", "smoothed"]


class Chain(NamedTuple):
    """S states, all of them observed through what they emit."""

    start: Array
    """(S,)."""
    transitions: Array
    """(S, S), rows sum to one."""

    def drawn(self, length: int, count: int, rng: np.random.Generator) -> np.ndarray:
        """States of `count` series, (count, length)."""
        states = np.empty((count, length), dtype=np.int64)
        chances = np.broadcast_to(self.start, (count, len(self.start)))
        for t in range(length):
            cumulative = chances.cumsum(1)
            states[:, t] = (rng.random((count, 1)) > cumulative[:, :-1]).sum(1)
            chances = self.transitions[states[:, t]]
        return states


class Smoothed(NamedTuple):
    """What n series of length T tell of the states."""

    log_evidence: Array
    """(n,)."""
    marginals: Array
    """(n, T, S): of each state given the whole series."""
    entropy: Array
    """(n,): of the whole path given the series, in nats."""


def smoothed(chain: Chain, log_likelihood: Array) -> Smoothed:
    """Forward and backward over series with these log densities of each observation, (n, T, S)."""
    count, length, size = log_likelihood.shape
    peak = log_likelihood.max(2, keepdims=True)
    likelihood = np.exp(log_likelihood - peak)
    forward, log_evidence = np.empty((count, length, size)), peak.sum((1, 2))
    ahead = np.broadcast_to(chain.start, (count, size))
    for t in range(length):
        joint = ahead * likelihood[:, t]
        total = joint.sum(1, keepdims=True)
        forward[:, t] = joint / total
        log_evidence = log_evidence + np.log(total[:, 0])
        ahead = forward[:, t] @ chain.transitions
    marginals = forward.copy()
    entropy = _entropy(forward[:, -1])
    for t in range(length - 2, -1, -1):
        # P(state t | state t + 1, what was seen until t), (n, next, this)
        backward = forward[:, t, None, :] * chain.transitions.T[None]
        backward /= backward.sum(2, keepdims=True)
        entropy = entropy + (marginals[:, t + 1] * _entropy(backward)).sum(1)
        marginals[:, t] = np.einsum("nj,nji->ni", marginals[:, t + 1], backward)
    return Smoothed(log_evidence, marginals, entropy)


def normal_log_density(values: Array, means: Array, sd: float) -> Array:
    """Of values (...,) under normals at each of `means` (S,): (..., S)."""
    z = (values[..., None] - means) / sd
    return -0.5 * z * z - np.log(sd * np.sqrt(2.0 * np.pi))


def _entropy(p: Array) -> Array:
    """Over the last axis, in nats."""
    return -(p * np.log(np.where(p > 0.0, p, 1.0))).sum(-1)
