"""Polynomials with Laplace priors and Student-t noise, as exactly as one likes."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from scipy.special import gammaln
from scipy.stats import qmc
from scipy.stats import t as student

from examples.experiments.gaussians import Array

__all__ = ["NU", "Curve", "exact", "simulated"]

NU = 4.0
TAIL_NU = 5.0
"""Of the proposal: heavier than the posterior in every direction."""
ROUNDS = 5
"""In each the proposal takes the moments that the one before has found."""
WIDER = 1.3


class Curve(NamedTuple):
    """What points tell of the coefficients."""

    log_evidence: float
    mean: Array
    sd: Array


def simulated(w: Array, x: Array, sd: float, seed: int) -> Array:
    """Points near a polynomial with coefficients `w`, the constant first."""
    rng = np.random.default_rng([seed, len(w)])
    return np.polynomial.polynomial.polyval(x, w) + sd * rng.standard_t(NU, len(x))


def exact(x: Array, y: Array, scales: Array, sd: float, log2_points: int = 17) -> Curve:
    """The posterior of coefficients with priors Laplace(0, scale).

    By importance sampling on a scrambled Sobol sequence, from independent t distributions in
    coordinates in which the posterior is round.
    """
    design = np.vander(x, len(scales), increasing=True)
    mean, covariance = _around_the_mode(design, y, scales, sd)
    u = qmc.Sobol(len(scales), seed=1).random_base2(log2_points)
    z = student.ppf(np.clip(u, 1e-12, 1 - 1e-12), TAIL_NU)
    log_z = student.logpdf(z, TAIL_NU).sum(1)
    for _ in range(ROUNDS):
        root = np.linalg.cholesky(covariance)
        w = mean + z @ root.T
        log_weights = _log_joint(w, design, y, scales, sd) - log_z + np.log(np.diag(root)).sum()
        peak = log_weights.max()
        weights = np.exp(log_weights - peak)
        log_evidence = peak + math.log(weights.mean())
        weights /= weights.sum()
        mean = weights @ w
        spread = (w - mean).T @ (weights[:, None] * (w - mean))
        covariance = WIDER * spread + 1e-12 * np.eye(len(scales))
    return Curve(float(log_evidence), mean, np.sqrt(np.diag(spread)))


def _log_joint(w: Array, design: Array, y: Array, scales: Array, sd: float) -> Array:
    z = (y - w @ design.T) / sd
    constant = gammaln((NU + 1) / 2) - gammaln(NU / 2) - 0.5 * math.log(NU * math.pi * sd**2)
    likelihood = (constant - (NU + 1) / 2 * np.log1p(z * z / NU)).sum(1)
    prior = -(np.abs(w) / scales + np.log(2.0 * scales)).sum(1)
    return likelihood + prior


def _around_the_mode(design: Array, y: Array, scales: Array, sd: float) -> tuple[Array, Array]:
    """The mode, by reweighted least squares, and a covariance wider than the posterior's."""
    w = np.linalg.lstsq(design, y, rcond=None)[0] if len(y) >= len(scales) else 0.0 * scales
    for _ in range(100):
        z = (y - design @ w) / sd
        weights = (NU + 1) / (NU + z * z) / sd**2
        pull = 1.0 / (scales * np.maximum(np.abs(w), 0.1 * scales))
        precision = design.T @ (weights[:, None] * design) + np.diag(pull)
        w = np.linalg.solve(precision, design.T @ (weights * y))
    return w, 2.0 * np.linalg.inv(precision)
