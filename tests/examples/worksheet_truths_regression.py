"""True answers of regressions, filters, counts and mixtures: linear algebra and grids."""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np
from scipy import special, stats

from tests.examples.worksheet_checks import Known, of_draws, of_evidence, of_joint
from tests.examples.worksheet_truths_continuous import masses, middles

# ---- linear models


def posterior(design: np.ndarray, y: np.ndarray, prior: float, noise: float) -> Any:
    """Mean, covariance and evidence of coefficients with a normal prior of this variance."""
    precision = design.T @ design / noise + np.eye(design.shape[1]) / prior
    cov = np.linalg.inv(precision)
    marginal = noise * np.eye(len(y)) + prior * design @ design.T
    evidence = stats.multivariate_normal(np.zeros(len(y)), marginal).pdf(y)
    return cov @ design.T @ y / noise, cov, float(evidence)


def squared(n: int, noise: float) -> float:
    """N(y; m, v)^2 = N(y; m, v/2) / sqrt(4 pi v), for n points."""
    return (4 * math.pi * noise) ** (-n / 2)


LINE_X = np.stack([np.arange(1.0, 7.0), np.ones(6)], axis=1)
LINE_Y = np.array([2.1, 3.9, 5.3, 7.7, 10.2, 12.9])


def line_mean() -> np.ndarray:
    found: np.ndarray = posterior(LINE_X, LINE_Y, 4.0, 1.0)[0]
    return found


def line_cov() -> np.ndarray:
    found: np.ndarray = posterior(LINE_X, LINE_Y, 4.0, 1.0)[1].ravel()
    return found


def line() -> Known:
    """E[w^2 (f - mean)^2] is that of a posterior with half of the noise variance."""
    mean, _, evidence = posterior(LINE_X, LINE_Y, 4.0, 1.0)
    mean2, cov2, evidence2 = posterior(LINE_X, LINE_Y, 4.0, 0.5)
    second = squared(6, 1.0) * evidence2 * (np.diag(cov2) + (mean2 - mean) ** 2)
    return Known(mean, np.sqrt(second) / evidence)


CURVE = np.array([[-1.0, 1.2], [-0.5, 0.1], [0.0, -0.3], [0.5, 0.4], [1.0, 0.9]])


def degrees() -> Known:
    x, y = CURVE.T
    designs = [np.vander(x, degree + 1) for degree in range(3)]
    evidence = np.array([posterior(d, y, 1.0, 0.16)[2] for d in designs])
    second = np.array([posterior(d, y, 1.0, 0.08)[2] for d in designs]) * squared(5, 0.16)
    mean = evidence / evidence.sum()
    variance = (second @ (np.eye(3) - mean) ** 2) / 3
    return Known(mean, np.sqrt(variance) / evidence.mean())


# ---- the filter on a circle


def kalman() -> tuple[np.ndarray, np.ndarray, float]:
    """Mean and covariance of the last state, and the log evidence, from the joint normal."""
    omega = math.pi / 6
    turn = 0.9 * np.array([[np.cos(omega), -np.sin(omega)], [np.sin(omega), np.cos(omega)]])
    see = np.array([[1.0, 0.2], [0.0, 1.0], [0.5, -0.5]])
    t = np.arange(8)
    circle = np.stack([-np.sin(omega * t), np.cos(omega * t)], axis=1)
    ys = circle @ see.T + 0.1 * ((7 * t) % 3)[:, None]
    power = [np.linalg.matrix_power(turn, k) for k in range(8)]
    means = np.concatenate([p @ [0, 1] for p in power])
    # State t is the sum of turned noises: blocks[t, s] is what the noise of time s contributes.
    blocks = np.zeros((16, 16))
    for later, earlier in itertools.product(range(8), repeat=2):
        if earlier <= later:
            rows, columns = (slice(2 * i, 2 * i + 2) for i in (later, earlier))
            blocks[rows, columns] = power[later - earlier]
    noise = np.kron(np.diag([1.0] + [0.2] * 7), np.eye(2))
    cov = blocks @ noise @ blocks.T
    seeing = np.kron(np.eye(8), see)
    total = seeing @ cov @ seeing.T + 0.5 * np.eye(24)
    gain = np.linalg.solve(total, seeing @ cov).T
    log_evidence = stats.multivariate_normal(seeing @ means, total).logpdf(ys.ravel())
    mean = means + gain @ (ys.ravel() - seeing @ means)
    last = (cov - gain @ seeing @ cov)[-2:, -2:]
    return mean[-2:], last.ravel(), float(log_evidence)


# ---- hidden Markov models


def smoothed(start: Any, step: Any, likelihoods: Any) -> tuple[np.ndarray, np.ndarray]:
    """Marginals of every state, and of every pair of neighbours, by forward-backward.

    Args:
        start: of the first state, which has the first likelihood.
        step: probabilities of the next state, shape (k, k).
        likelihoods: shape (t, k).

    """
    forward, backward = [np.asarray(start) * likelihoods[0]], [np.ones(len(start))]
    for likelihood in likelihoods[1:]:
        forward.append(forward[-1] @ step * likelihood)
    for likelihood in likelihoods[:0:-1]:
        backward.append(step @ (likelihood * backward[-1]))
    marginals = np.array(forward) * np.array(backward[::-1])
    pairs = [
        f[:, None] * step * (likelihood * b)
        for f, likelihood, b in zip(forward, likelihoods[1:], backward[-2::-1], strict=False)
    ]
    return marginals / marginals[0].sum(), np.array(pairs) / marginals[0].sum()


HMM_DATA = [0.9, 0.8, 0.7, 0, -0.025, -5, -2, -0.1, 0, 0.13, 0.45, 6, 0.2, 0.3, -1, -1]


def hmm() -> np.ndarray:
    """Of the unobserved first state and the sixteen others."""
    step = np.array([[0.1, 0.5, 0.4], [0.2, 0.2, 0.6], [0.15, 0.15, 0.7]])
    seen = stats.norm.pdf(np.array(HMM_DATA)[:, None], [-1, 1, 0], 1)
    return smoothed([1 / 3] * 3, step, [np.ones(3), *seen])[0]


DISASTERS = [3, 4, 2, 5, 2, 2, 3, 4, 2, 1, 3, 1, 1, 0, 1, 0, 1, 1, 0, 0]


def number_of_changes() -> float:
    """Of the level of the rate, which may change before the first year as well."""
    step = 0.9 * np.eye(3) + 0.1 / 3
    seen = stats.poisson.pmf(np.array(DISASTERS)[:, None], [0.5, 1.5, 3.5])
    _, pairs = smoothed([1 / 3] * 3, step, [np.ones(3), *seen])
    return float(sum(pair.sum() - np.trace(pair) for pair in pairs))


# ---- one change


def switch_point() -> tuple[Known, Known]:
    """P(switch = 0..20); and both rates, and whether the second is the lower one."""
    rates = middles(0, 12, 240)
    prior = masses(stats.gamma(2), rates)
    counts = np.array(DISASTERS)
    early, late = (g.ravel() for g in np.meshgrid(rates, rates, indexing="ij"))
    masses_, likelihoods = [], []
    for switch in range(21):
        one, two = counts[:switch], counts[switch:]
        parts = [stats.poisson.pmf(c[:, None], rates).prod(axis=0) for c in (one, two)]
        likelihoods.append(np.outer(*parts).ravel())
        masses_.append(np.outer(prior, prior).ravel() / 21)
    fell = np.where(early == late, 0.5, early > late)
    values = np.tile(np.stack([early, late, fell], axis=1), (21, 1))
    p, w = np.concatenate(masses_), np.concatenate(likelihoods)
    return _of_groups(masses_, likelihoods), of_joint(values, p, w)


def _of_groups(prior: list[np.ndarray], likelihood: list[np.ndarray]) -> Known:
    """Posterior probabilities of groups of points, without a row of indicators for each point."""
    pairs = list(zip(prior, likelihood, strict=True))
    first, second = (np.array([p @ w**power for p, w in pairs]) for power in (1, 2))
    mean = first / first.sum()
    variance = second @ (np.eye(len(pairs)) - mean) ** 2
    return Known(mean, np.sqrt(variance) / first.sum())


# ---- counts


def league() -> tuple[Known, Known, Known]:
    """Rates of lions and bears; whether the lions are better; who wins: lions, bears, nobody."""
    rates = middles(0, 16, 400)
    prior = masses(stats.gamma(2), rates)
    parts = [
        stats.poisson.pmf(np.array(c)[:, None], rates).prod(axis=0)
        for c in ([2, 3, 1, 4], [0, 1, 1])
    ]
    lions, bears = (g.ravel() for g in np.meshgrid(rates, rates, indexing="ij"))
    p, w = np.outer(prior, prior).ravel(), np.outer(*parts).ravel()
    better = np.where(lions == bears, 0.5, lions > bears)
    pmf = stats.poisson.pmf(np.arange(60), rates[:, None])
    below = np.cumsum(pmf, axis=1) - pmf
    wins = (pmf @ below.T).ravel(), (below @ pmf.T).ravel(), (pmf @ pmf.T).ravel()
    outcomes = [of_joint([1] * len(p) + [0] * len(p), [*(p * x), *(p * (1 - x))], [*w, *w])
                for x in wins]  # fmt: skip
    winner = Known(np.array([o.mean[0] for o in outcomes]), np.array([o.sd[0] for o in outcomes]))
    return of_joint(np.stack([lions, bears], axis=1), p, w), of_joint(better, p, w), winner


def gamma_density_at_two() -> float:
    return float(stats.gamma(12, scale=1 / 5).pdf(2.0))


def better_by_draws() -> Known:
    """P(gamma(12, rate 5) > gamma(4, rate 4)), a regularised incomplete beta function."""
    p = float(special.betainc(4, 12, 4 / (4 + 5)))
    return of_draws(p, p * (1 - p))


def inflated() -> Known:
    share, rates = middles(0, 1, 400), middles(0, 25, 800)
    prior = np.outer(np.full(400, 1 / 400), masses(stats.expon(scale=2), rates)).ravel()
    p, r = (g.ravel() for g in np.meshgrid(share, rates, indexing="ij"))
    likelihood = (p + (1 - p) * np.exp(-r)) ** 5
    for count in (3, 2, 4):
        likelihood = likelihood * (1 - p) * stats.poisson.pmf(count, r)
    return of_joint(np.stack([p, r], axis=1), prior, likelihood)


# ---- logistic regression

HOURS = np.array([0.5, 1, 1.5, 1.75, 2, 2.75, 3, 3.5, 4, 5])
PASSED = np.array([0, 0, 0, 1, 0, 1, 0, 1, 1, 1], dtype=bool)


def _logistic(axis: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Both coefficients on a grid, prior masses, and likelihoods."""
    w0, w1 = (g.ravel() for g in np.meshgrid(axis, axis, indexing="ij"))
    prior = np.outer(*[stats.norm(0, 1.5).pdf(axis)] * 2).ravel()
    p = special.expit(w0[:, None] + w1[:, None] * (HOURS - HOURS.mean()))
    return w0, w1, prior / prior.sum(), np.where(PASSED, p, 1 - p).prod(axis=1)


def logistic() -> Known:
    """Both coefficients, and the probability to pass with two hours."""
    w0, w1, prior, likelihood = _logistic(middles(-10, 10, 400))
    passes = special.expit(w0 + w1 * (2 - HOURS.mean()))
    return of_joint(np.stack([w0, w1, passes], axis=1), prior, likelihood)


def logistic_evidence() -> Known:
    return of_evidence(*_logistic(middles(-10, 10, 400))[2:])


def logistic_by_quadrature() -> np.ndarray:
    """On the grid that the worksheet takes."""
    w0, w1, prior, likelihood = _logistic(np.arange(-6, 6.2, 0.25))
    joint = prior * likelihood / (prior @ likelihood)
    return np.array([w0 @ joint, w1 @ joint])


# ---- two components

POINTS = np.array([-1.9, -2.3, 1.6, 2.1, 2.4])


def collapsed_mixture() -> Known:
    """The higher and the lower of the two means."""
    share, means = middles(0, 1, 60), middles(-6, 6, 160)
    p, one, two = (g.ravel() for g in np.meshgrid(share, means, means, indexing="ij"))
    own = masses(stats.norm(0, 2), means)
    prior = np.einsum("i,j,k->ijk", masses(stats.beta(2, 2), share), own, own).ravel()
    density = stats.norm.pdf(POINTS[:, None], means, 0.5)
    index = np.arange(len(means))
    _, i, j = (g.ravel() for g in np.meshgrid(share, index, index, indexing="ij"))
    likelihood = np.ones(len(p))
    for row in density:
        likelihood *= p * row[i] + (1 - p) * row[j]
    return of_joint(
        np.stack([np.maximum(one, two), np.minimum(one, two)], axis=1), prior, likelihood
    )


# ---- polls


def election() -> Known:
    """Whether the ayes win, and their share."""
    share = middles(0, 1, 4_000)
    likelihood = stats.binom.pmf(41, 72, share)
    values = np.stack([share > 0.5, share], axis=1)
    return of_joint(values, masses(stats.beta(10, 10), share), likelihood)


def election_sd() -> float:
    return float(stats.beta(51, 41).std())


def survey() -> Known:
    share = middles(0, 1, 4_000)
    return of_joint(share, np.full(4_000, 1 / 4_000), stats.binom.pmf(67, 100, 0.5 + share / 2))
