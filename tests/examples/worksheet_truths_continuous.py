"""True answers of worksheets with continuous choices: in closed form, or on a grid."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
from scipy import special, stats

from tests.examples.worksheet_checks import Known, of_draws, of_evidence, of_joint


def middles(low: float, high: float, n: int) -> np.ndarray:
    """The middles of n cells of the same width."""
    return low + (np.arange(n) + 0.5) * (high - low) / n


def masses(dist: Any, points: np.ndarray) -> np.ndarray:
    """Probabilities of the cells about points of `middles`, made to sum to one."""
    density = dist.pdf(points)
    return density / density.sum()


# ---- coins

BIAS = middles(0, 1, 4_000)


def one_coin() -> tuple[np.ndarray, np.ndarray]:
    """Prior masses, and likelihoods of six heads and two tails."""
    return masses(stats.beta(2, 2), BIAS), BIAS**6 * (1 - BIAS) ** 2


def bias() -> Known:
    return of_joint(BIAS, *one_coin())


def coin_evidence() -> Known:
    return of_evidence(*one_coin())


def next_is_heads() -> Known:
    prior, likelihood = one_coin()
    return of_joint(
        [1] * len(BIAS) + [0] * len(BIAS),
        np.concatenate([prior * BIAS, prior * (1 - BIAS)]),
        np.concatenate([likelihood, likelihood]),
    )


def fair_rather_than_bent() -> Known:
    prior = np.concatenate([[0.5], np.full(len(BIAS), 0.5 / len(BIAS))])
    return of_joint(np.arange(len(prior)) == 0, prior, np.concatenate([[0.5], BIAS]) ** 6)


def beta_moment(a: float, b: float, heads: int, tails: int) -> float:
    return math.exp(special.betaln(a + heads, b + tails) - special.betaln(a, b))


def bag() -> Known:
    """Of the family of coins: mean, strength, bias of a new coin and of the penny.

    The penny fell three times on heads, the nickel twice and once on tails, the dime on tails.
    """
    parts = []
    for (mean, p), (strength, q) in itertools.product([(1, 1), (2, 2), (3, 1)], [(2, 1), (10, 1)]):
        a, b = strength * mean / 4, strength * (4 - mean) / 4

        def rest(power: int, a: float = a, b: float = b) -> float:
            return beta_moment(a, b, 2 * power, power) * beta_moment(a, b, 0, power)

        def penny(degree: int, power: int, a: float = a, b: float = b) -> float:
            return beta_moment(a, b, degree + 3 * power, 0)

        def quarter(degree: int, a: float = a, b: float = b) -> float:
            return beta_moment(a, b, degree, 0)

        # For power 1 and 2: E[weight^power f^degree] for degree 0, 1, 2.
        moments = [
            [
                [value**degree * penny(0, power) * rest(power) for value in (mean, strength)]
                + [quarter(degree) * penny(0, power) * rest(power)]
                + [penny(degree, power) * rest(power)]
                for degree in range(3)
            ]
            for power in (1, 2)
        ]
        parts.append(np.array(moments) * p * q / 8)
    (evidence, first, _), (zero, one, two) = np.sum(parts, axis=0)
    means = first / evidence
    return Known(means, np.sqrt(two - 2 * means * one + means**2 * zero) / evidence)


# ---- partitions


def partitions(n: int) -> Iterator[tuple[int, ...]]:
    """All partitions of n points, as labels in order of first appearance."""
    if n == 0:
        yield ()
        return
    for labels in partitions(n - 1):
        for label in range(max(labels, default=-1) + 2):
            yield (*labels, label)


def restaurant(labels: Sequence[int], alpha: float) -> float:
    """The probability of a partition under a Chinese restaurant process."""
    p = 1.0
    for i, label in enumerate(labels):
        seen = sum(earlier == label for earlier in labels[:i])
        p *= (seen or alpha) / (i + alpha)
    return p


def normal_gamma_evidence(ys: np.ndarray) -> float:
    """Precision ~ gamma(2, rate 2), mean ~ normal(0, variance 1 / precision) (Murphy 2007, 95)."""
    n = len(ys)
    rate = 2 + ((ys - ys.mean()) ** 2).sum() / 2 + n * ys.mean() ** 2 / (2 * (1 + n))
    log = special.gammaln(2 + n / 2) - special.gammaln(2) + 2 * math.log(2)
    log -= (2 + n / 2) * math.log(rate) + math.log(1 + n) / 2 + n / 2 * math.log(2 * math.pi)
    return math.exp(log)


def partition_posterior(
    data: Sequence[float], alpha: float, evidence: Callable[[np.ndarray], float]
) -> dict[tuple[int, ...], float]:
    ys = np.array(data)
    joint = {
        labels: restaurant(labels, alpha)
        * math.prod(evidence(ys[np.array(labels) == k]) for k in set(labels))
        for labels in partitions(len(data))
    }
    total = sum(joint.values())
    return {labels: p / total for labels, p in joint.items()}


def crp_mixture(event: Callable[[tuple[int, ...]], Any], alpha: float = 1.0) -> float:
    found = partition_posterior([1.1, 1.0, -4.0, 0.05, -5.0], alpha, normal_gamma_evidence)
    return sum(p * float(event(labels)) for labels, p in found.items())


DP_DATA = np.array([-2.1, -1.8, 2.0, 2.2])


def _normal_evidence(ys: np.ndarray) -> float:
    cov = 9 * np.ones((len(ys), len(ys))) + 0.25 * np.eye(len(ys))
    return float(stats.multivariate_normal(np.zeros(len(ys)), cov).pdf(ys))


def dp_mixture(value: Callable[[tuple[int, ...]], Any]) -> float:
    found = partition_posterior(DP_DATA.tolist(), 1.0, _normal_evidence)
    return sum(p * float(value(labels)) for labels, p in found.items())


def dp_first_mean() -> float:
    """The mean of the component of the first point."""

    def mean(labels: tuple[int, ...]) -> float:
        ys = DP_DATA[np.array(labels) == labels[0]]
        return float(4 * ys.sum() / (4 * len(ys) + 1 / 9))

    return dp_mixture(mean)


def distinct_of_three() -> Known:
    """P(1), P(2), P(3) values among three draws, for three concentrations."""
    found = [
        sum(restaurant(labels, alpha) for labels in partitions(3) if len(set(labels)) == k)
        for alpha in (0.1, 1.0, 10.0)
        for k in (1, 2, 3)
    ]
    p = np.array(found)
    return of_draws(p, p * (1 - p))


def same_draws() -> Known:
    """Two draws of one restaurant agree, of values out of four; two of different restaurants do."""
    p = np.array([0.5 + 0.5 / 4, 1 / 4])
    return of_draws(p, p * (1 - p))


# ---- Gaussian processes

GP_DATA = np.array([[-2.0, -0.9], [-1.0, -0.8], [0.0, 0.1], [1.5, 1.1]])


def gp(at: Any, length: float = 1.0) -> tuple[np.ndarray, np.ndarray, float]:
    """Predictive means and standard deviations, with noise where data have it, and log evidence."""
    x, y = GP_DATA.T
    at = np.atleast_1d(at).astype(float)

    def kernel(a: np.ndarray, b: np.ndarray) -> np.ndarray:
        gap = a[:, None] - b
        return np.exp(-(gap**2) / (2 * length**2)) + 0.01 * (gap == 0)

    gram = kernel(x, x)
    weights = np.linalg.solve(gram, kernel(x, at)).T
    variance = 1.01 - np.einsum("ij,ji->i", weights, kernel(x, at))
    evidence = stats.multivariate_normal(np.zeros(len(x)), gram).logpdf(y)
    return weights @ y, np.sqrt(variance), float(evidence)


GP_GRID = np.arange(-2.75, 3, 0.5)
LENGTHS = (0.3, 1.0, 3.0)


def gp_lengths() -> Known:
    return of_joint(np.eye(3), [1 / 3] * 3, [math.exp(gp(0.5, length)[2]) for length in LENGTHS])


def gp_at_half() -> Known:
    """A draw at 1/2, whose variance counts as well."""
    found = [gp(0.5, length) for length in LENGTHS]
    likelihood = np.exp([log for _, _, log in found])
    known = of_joint([mean[0] for mean, _, _ in found], [1 / 3] * 3, likelihood)
    own = sum((sd[0] * w) ** 2 / 3 for (_, sd, _), w in zip(found, likelihood, strict=True))
    evidence = likelihood.mean()
    return Known(known.mean, np.sqrt(known.sd**2 + own / evidence**2))
