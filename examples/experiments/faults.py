"""Which fault a band-pass filter has, as exactly as one likes: for every state of its components
with at most one fault, the other choices are integrated out by importance sampling around the modes
of their posterior.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.special import gammaln, log_expit, logsumexp

from examples.experiments.bandpass import (
    COMPONENTS,
    FREQUENCIES,
    OPEN,
    SHORT,
    WRONG,
    Array,
    response,
)

__all__ = ["CONFIGURATIONS", "PRIOR", "Posterior", "posterior", "simulated"]

PARTS = len(COMPONENTS)
CONFIGURATIONS = np.concatenate(
    [np.zeros((1, PARTS), int)]
    + [fault * np.eye(PARTS, dtype=int) for fault in (OPEN, SHORT, WRONG)]
)
"""No fault, or one: (37, 12)."""
PRIOR = np.log(np.where(CONFIGURATIONS == 0, 0.94, 0.02)).sum(1)
"""Log probabilities of these in the program; they sum to less than one."""
NORMALS = PARTS + 2
"""Coordinates with a standard normal prior: tolerances, gain, offset. Then come the probe and the
drift of the wrong part, with a logistic prior: their sigmoids are uniform."""
SIZE = NORMALS + 2
LOWEST, HIGHEST = -3.5, -2.0
STARTS = 15
"""Values of the drift that the search begins with."""
STEPS = 30
NU = 6.0
MODES = 3
LEVELS = 24
"""Of the noise, which is proposed from a grid."""
HOPELESS = 12.0
"""Nats below the best that are not looked at more closely."""


class Posterior(NamedTuple):
    """Of the configurations with at most one fault."""

    log_evidence: Array
    """(37,): log p(configuration, output)."""
    ess: float
    """The least ESS/N of those that matter."""

    @property
    def chances(self) -> Array:
        """Of the configurations, given that there is at most one fault; (37,)."""
        found: Array = np.exp(self.log_evidence - logsumexp(self.log_evidence))
        return found


def simulated(count: int, rng: np.random.Generator) -> tuple[Array, Array]:
    """Circuits with at most one fault: which configuration, (n,), and the output, (n, 40)."""
    chances = np.exp(PRIOR - logsumexp(PRIOR))
    which = rng.choice(len(PRIOR), count, p=chances)
    z = np.concatenate(
        [rng.standard_normal((count, NORMALS)), rng.logistic(size=(count, 2))], axis=1
    )
    noise = 10.0 ** rng.uniform(LOWEST, HIGHEST, (count, 1))
    curves = _curve(z, CONFIGURATIONS[which])
    return which, curves + noise * rng.standard_normal(curves.shape)


def _curve(z: Array, states: Array) -> Array:
    """What is measured without noise, (n, 40)."""
    uniform = 1.0 / (1.0 + np.exp(-z[:, NORMALS:]))
    drifts = np.where(states == WRONG, 2.0 * uniform[:, 1:] - 1.0, 0.0)
    return response(
        states,
        z[:, :PARTS],
        drifts,
        1.0 + 0.02 * z[:, PARTS],
        4.0 + 2.0 * uniform[:, 0],
        0.005 * z[:, PARTS + 1],
    )


def _log_prior(z: Array) -> Array:
    logistic = z[:, NORMALS:]
    normal = -0.5 * (z[:, :NORMALS] ** 2).sum(1) - 0.5 * NORMALS * np.log(2.0 * np.pi)
    found: Array = normal + (log_expit(logistic) + log_expit(-logistic)).sum(1)
    return found


def _log_likelihood(squares: Array, noise: Array) -> Array:
    """Of residuals with this sum of squares, for an sd of the noise."""
    count = len(FREQUENCIES)
    return -0.5 * squares / noise**2 - count * np.log(noise * np.sqrt(2.0 * np.pi))


class _Modes(NamedTuple):
    """Where searches ended: n places."""

    z: Array
    states: Array
    slopes: Array
    """(n, 40, SIZE): of the curve."""
    squares: Array
    """(n,): of the residuals."""
    curvature: Array
    """(n, SIZE): of the prior."""
    height: Array
    """(n,): log joint density."""


def posterior(output: Array, draws: int, rng: np.random.Generator) -> Posterior:
    """Log p(configuration, output) for all configurations."""
    starts, states = _starts()
    modes = _searched(starts, states, output)
    owner = np.concatenate(
        [np.arange(1 + 2 * PARTS), np.repeat(np.arange(1 + 2 * PARTS, len(PRIOR)), STARTS)]
    )
    log_evidence = np.full(len(PRIOR), -np.inf)
    rough = np.array([_laplace(modes, owner == c).max() for c in range(len(PRIOR))]) + PRIOR
    ess = 1.0
    for configuration in np.flatnonzero(rough > rough.max() - HOPELESS):
        chosen = _distinct(modes, np.flatnonzero(owner == configuration))
        value, share = _integrated(modes, chosen, output, draws, rng)
        log_evidence[configuration] = value + PRIOR[configuration]
        if rough[configuration] > rough.max() - 5.0:
            ess = min(ess, share)
    return Posterior(log_evidence, ess)


def _starts() -> tuple[Array, Array]:
    """Where searches begin: at the middle of the prior, and at several values of a drift."""
    wrong = CONFIGURATIONS[1 + 2 * PARTS :]
    states = np.concatenate([CONFIGURATIONS[: 1 + 2 * PARTS], np.repeat(wrong, STARTS, axis=0)])
    z = np.zeros((len(states), SIZE))
    u = (np.arange(STARTS) + 0.5) / STARTS
    z[1 + 2 * PARTS :, -1] = np.tile(np.log(u / (1.0 - u)), PARTS)
    return z, states


def _slopes(z: Array, states: Array, curve: Array) -> Array:
    """By differences, (n, 40, SIZE)."""
    step = 1e-5
    moved = (z[:, None] + step * np.eye(SIZE)).reshape(-1, SIZE)
    curves = _curve(moved, np.repeat(states, SIZE, axis=0)).reshape(len(z), SIZE, -1)
    return np.moveaxis((curves - curve[:, None]) / step, 1, 2)


def _searched(z: Array, states: Array, output: Array) -> _Modes:
    """Levenberg-Marquardt steps from all starts together; the noise follows the residuals."""
    damping = np.full(len(z), 1.0)
    curve = _curve(z, states)
    squares = ((output - curve) ** 2).sum(1)
    for _ in range(STEPS):
        noise = _noise_of(squares)
        slopes = _slopes(z, states, curve)
        gradient, curvature = _prior_slopes(z)
        weighted = slopes / noise[:, None, None] ** 2
        gradient = gradient + np.einsum("nfp,nf->np", weighted, output - curve)
        hessian = np.einsum("nfp,nfq->npq", weighted, slopes)
        diagonal = (curvature + damping[:, None])[:, :, None] * np.eye(SIZE)
        step = np.linalg.solve(hessian + diagonal, gradient[:, :, None])[:, :, 0]
        tried = np.clip(z + step, -12.0, 12.0)
        tried_curve = _curve(tried, states)
        tried_squares = ((output - tried_curve) ** 2).sum(1)
        before = _log_prior(z) + _log_likelihood(squares, noise)
        better = _log_prior(tried) + _log_likelihood(tried_squares, noise) > before
        z = np.where(better[:, None], tried, z)
        curve = np.where(better[:, None], tried_curve, curve)
        squares = np.where(better, tried_squares, squares)
        damping = np.clip(np.where(better, 0.2, 5.0) * damping, 1e-6, 1e12)
    height = _log_prior(z) + _log_likelihood(squares, _noise_of(squares))
    return _Modes(z, states, _slopes(z, states, curve), squares, _prior_slopes(z)[1], height)


def _noise_of(squares: Array) -> Array:
    """The likeliest sd of the noise, within its bounds."""
    return np.clip(np.sqrt(squares / len(FREQUENCIES)), 10.0**LOWEST, 10.0**HIGHEST)


def _prior_slopes(z: Array) -> tuple[Array, Array]:
    """The gradient of the log prior, and minus its second derivatives."""
    gradient, curvature = -z.copy(), np.ones_like(z)
    uniform = 1.0 / (1.0 + np.exp(-z[:, NORMALS:]))
    gradient[:, NORMALS:] = 1.0 - 2.0 * uniform
    curvature[:, NORMALS:] = np.maximum(2.0 * uniform * (1.0 - uniform), 0.1)
    return gradient, curvature


def _laplace(modes: _Modes, chosen: Array) -> Array:
    """Roughly the log evidence of some modes."""
    noise = _noise_of(modes.squares[chosen])
    precision = _precision(modes, chosen, noise)
    found: Array = modes.height[chosen] - 0.5 * np.linalg.slogdet(precision)[1]
    return found


def _precision(modes: _Modes, chosen: Array, noise: Array) -> Array:
    slopes = modes.slopes[chosen] / noise[:, None, None]
    own = modes.curvature[chosen][:, :, None] * np.eye(SIZE)
    found: Array = np.einsum("nfp,nfq->npq", slopes, slopes) + own
    return found


def _distinct(modes: _Modes, places: Array) -> Array:
    """The highest modes that differ."""
    chosen: list[int] = []
    for place in places[np.argsort(-modes.height[places])]:
        apart = all(np.abs(modes.z[place] - modes.z[other]).max() > 0.1 for other in chosen)
        close = not chosen or modes.height[place] > modes.height[chosen[0]] - HOPELESS
        if apart and close and len(chosen) < MODES:
            chosen.append(int(place))
    return np.array(chosen)


def _integrated(
    modes: _Modes, chosen: Array, output: Array, draws: int, rng: np.random.Generator
) -> tuple[float, float]:
    """The log evidence of a configuration, and ESS/N.

    The noise is proposed from a grid, given the residuals at a mode; the rest from a multivariate t
    with the precision that belongs to that noise. All modes count in the density.
    """
    edges = np.linspace(LOWEST, HIGHEST, LEVELS + 1)
    middles = 10.0 ** (0.5 * (edges[1:] + edges[:-1]))
    levels, proposals = _proposals(modes, chosen, middles)
    which = rng.integers(0, len(chosen), draws)
    level = np.array([rng.choice(LEVELS, p=levels[m]) for m in which])
    log_noise = edges[level] + (edges[1] - edges[0]) * rng.random(draws)
    chi = rng.chisquare(NU, draws) / NU
    normal = rng.standard_normal((draws, SIZE)) / np.sqrt(chi)[:, None]
    roots = proposals[which, level]
    offsets = np.linalg.solve(np.swapaxes(roots, 1, 2), normal[:, :, None])[:, :, 0]
    z = modes.z[chosen][which] + offsets
    log_q = logsumexp(
        [
            np.log(levels[m][level] / (edges[1] - edges[0]))
            + _log_t(z - modes.z[mode], proposals[m][level])
            for m, mode in enumerate(chosen)
        ],
        axis=0,
    ) - np.log(len(chosen))
    states = np.broadcast_to(modes.states[chosen[0]], (draws, PARTS))
    squares = ((output - _curve(z, states)) ** 2).sum(1)
    log_weights = (
        _log_prior(z) - np.log(HIGHEST - LOWEST) + _log_likelihood(squares, 10.0**log_noise) - log_q
    )
    log_evidence = logsumexp(log_weights) - np.log(draws)
    share = np.exp(2.0 * logsumexp(log_weights) - logsumexp(2.0 * log_weights)) / draws
    return float(log_evidence), float(share)


def _proposals(modes: _Modes, chosen: Array, noises: Array) -> tuple[Array, Array]:
    """For each mode: the chances of the levels of noise, (m, levels), and the Cholesky factors of
    the precision that belong to them, (m, levels, SIZE, SIZE).
    """
    levels, roots = [], []
    for mode in chosen:
        precisions = _precision(modes, np.full(len(noises), mode), noises)
        free = 0.5 * np.linalg.slogdet(precisions)[1]
        log_level = _log_likelihood(modes.squares[mode], noises) - free
        chances = np.exp(log_level - logsumexp(log_level))
        levels.append(0.95 * chances + 0.05 / len(noises))
        roots.append(np.linalg.cholesky(precisions))
    return np.stack(levels), np.stack(roots)


def _log_t(offsets: Array, roots: Array) -> Array:
    """The log density of a multivariate t whose precision has these Cholesky factors."""
    z = np.einsum("npq,np->nq", roots, offsets)
    log_root = np.log(np.diagonal(roots, axis1=1, axis2=2)).sum(1)
    constant = gammaln(0.5 * (NU + SIZE)) - gammaln(0.5 * NU) - 0.5 * SIZE * np.log(NU * np.pi)
    found: Array = constant + log_root - 0.5 * (NU + SIZE) * np.log1p((z * z).sum(1) / NU)
    return found
