"""Log densities against scipy on random parameters and points, and that they integrate or sum to
one.
"""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import integrate, special, stats

from anglipy.runtime.distributions.base import Interval, Positive, UnitInterval
from tests.runtime.distributions.cases import CONTINUOUS, DISCRETE, build, oracle

REALS = st.floats(-1e3, 1e3)
SCALES = st.floats(1e-3, 1e3)
SHAPES = st.floats(0.01, 400.0)
PROBABILITIES = st.floats(1e-6, 1 - 1e-6)


def close(expected: float) -> Any:
    """To nine digits: scipy itself loses some where the terms of a sum cancel."""
    return pytest.approx(expected, rel=1e-9, abs=1e-9)


@given(REALS, SCALES, REALS)
def test_normal(mean: float, sd: float, x: float) -> None:
    assert build("normal", mean, sd).log_prob(x) == close(stats.norm.logpdf(x, mean, sd))


@given(REALS, SCALES, st.floats(-700.0, 700.0))
def test_laplace(loc: float, scale: float, z: float) -> None:
    """Within 700 scales: beyond, scipy takes the log of a density that has underflowed."""
    x = loc + z * scale
    assert build("laplace", loc, scale).log_prob(x) == close(stats.laplace.logpdf(x, loc, scale))


@given(SHAPES, REALS, SCALES, REALS)
def test_student_t(nu: float, loc: float, scale: float, x: float) -> None:
    assert build("student-t", nu).log_prob(x) == close(stats.t.logpdf(x, nu))
    dist = build("student-t-loc-scale", nu, loc, scale)
    assert dist.log_prob(x) == close(stats.t.logpdf(x, nu, loc, scale))


@given(SHAPES, SCALES, st.floats(1e-9, 1e3))
def test_gamma(shape: float, rate: float, x: float) -> None:
    assert build("gamma", shape, rate).log_prob(x) == close(
        stats.gamma.logpdf(x, shape, scale=1 / rate)
    )
    assert build("chi-squared", shape).log_prob(x) == close(stats.chi2.logpdf(x, shape))
    assert build("exponential", rate).log_prob(x) == close(stats.expon.logpdf(x, scale=1 / rate))


@given(REALS, SCALES, st.floats(1e-9, 1e3))
def test_halves_and_folds(mean: float, scale: float, x: float) -> None:
    assert build("half-normal", scale).log_prob(x) == close(stats.halfnorm.logpdf(x, scale=scale))
    assert build("half-cauchy", scale).log_prob(x) == close(stats.halfcauchy.logpdf(x, scale=scale))
    assert build("cauchy", mean, scale).log_prob(x) == close(stats.cauchy.logpdf(x, mean, scale))
    both = np.logaddexp(stats.norm.logpdf(x, mean, scale), stats.norm.logpdf(-x, mean, scale))
    assert build("folded-normal", mean, scale).log_prob(x) == close(both)


@given(st.floats(-20.0, 20.0), st.floats(0.05, 20.0), st.floats(1e-9, 1e9))
def test_lognormal(mean: float, sd: float, x: float) -> None:
    expected = stats.norm.logpdf(math.log(x), mean, sd) - math.log(x)
    assert build("lognormal", mean, sd).log_prob(x) == close(expected)


@given(SHAPES, SCALES, st.floats(1e-3, 1e3))
def test_inverse_gamma(shape: float, scale: float, x: float) -> None:
    expected = stats.invgamma.logpdf(x, shape, scale=scale)
    assert build("inverse-gamma", shape, scale).log_prob(x) == close(expected)


@given(st.floats(0.05, 20.0), SCALES, st.floats(1e-3, 20.0))
def test_weibull_and_pareto(shape: float, scale: float, z: float) -> None:
    expected = stats.weibull_min.logpdf(z * scale, shape, scale=scale)
    assert build("weibull", shape, scale).log_prob(z * scale) == close(expected)
    expected = stats.pareto.logpdf((1 + z) * scale, shape, scale=scale)
    assert build("pareto", scale, shape).log_prob((1 + z) * scale) == close(expected)


@given(st.floats(-10.0, 10.0), st.floats(0.0, 500.0), st.floats(-math.pi, math.pi))
def test_von_mises(mu: float, kappa: float, x: float) -> None:
    expected = kappa * (math.cos(x - mu) - 1) - math.log(2 * math.pi * special.i0e(kappa))
    assert build("von-mises", mu, kappa).log_prob(x) == close(expected)
    assert build("von-mises", mu, kappa).log_prob(x + 4 * math.pi) == close(expected)


@given(st.floats(0.05, 400.0), st.floats(0.01, 1.0), st.integers(0, 400))
def test_negative_binomial_and_geometric(r: float, p: float, k: int) -> None:
    expected = stats.nbinom.logpmf(k, r, p)
    assert build("negative-binomial", r, p).log_prob(k) == close(expected)
    assert build("geometric", p).log_prob(k) == close(stats.geom.logpmf(k + 1, p))


@given(st.floats(-30.0, 30.0), st.floats(0.3, 30.0), st.integers(0, 60))
def test_folded_normal_discrete(mean: float, std: float, k: int) -> None:
    """By the difference of tails, as the survival function has them to full precision."""
    low, high = abs(mean), -abs(mean)
    bins = [(k - 0.5, k + 0.5, m) for m in ((low, high) if k else (low,))]
    mass = sum(
        abs(stats.norm.sf(a, m, std) - stats.norm.sf(b, m, std))
        if a > m
        else stats.norm.cdf(b, m, std) - stats.norm.cdf(a, m, std)
        for a, b, m in bins
    )
    if mass > 1e-300:
        dist = build("folded-normal-discrete", mean, std)
        assert math.exp(dist.log_prob(k)) == pytest.approx(mass, rel=1e-9)


@given(st.lists(st.integers(0, 60), min_size=1, max_size=5), st.data())
def test_multinomial(counts: list[int], data: st.DataObject) -> None:
    size = len(counts)
    weights = data.draw(st.lists(st.floats(0.01, 9.0), min_size=size, max_size=size))
    p = np.array(weights) / sum(weights)
    expected = (
        special.gammaln(sum(counts) + 1)
        - special.gammaln(np.array(counts) + 1).sum()
        + float(np.array(counts) @ np.log(p))
    )
    assert build("multinomial", sum(counts), weights).log_prob(counts) == close(expected)


@given(st.integers(1, 5), st.floats(0.2, 1e3), st.integers(0, 2**32 - 1))
def test_multivariate_t_and_wishart(size: int, nu: float, seed: int) -> None:
    rng = np.random.default_rng(seed)
    root = rng.normal(size=(size, size + 1))
    scale = root @ root.T + 0.1 * np.eye(size)
    mu, x = rng.normal(size=size), rng.normal(size=size)
    assert build("multivariate-t", nu, mu, scale).log_prob(x) == close(
        stats.multivariate_t.logpdf(x, mu, scale, df=nu)
    )
    n, other = nu + size, rng.normal(size=(size, size + 1))
    x = other @ other.T + 0.1 * np.eye(size)
    assert build("wishart", n, scale).log_prob(x) == close(stats.wishart.logpdf(x, n, scale))


@given(SHAPES, SHAPES, st.floats(1e-9, 1 - 1e-9))
def test_beta(a: float, b: float, x: float) -> None:
    assert build("beta", a, b).log_prob(x) == close(stats.beta.logpdf(x, a, b))


@given(st.floats(0.01, 400.0), st.integers(0, 400))
def test_poisson(rate: float, k: int) -> None:
    assert build("poisson", rate).log_prob(k) == close(stats.poisson.logpmf(k, rate))


@given(st.integers(0, 450), PROBABILITIES, st.data())
def test_binomial(n: int, p: float, data: st.DataObject) -> None:
    k = data.draw(st.integers(0, n))
    assert build("binomial", n, p).log_prob(k) == close(stats.binom.logpmf(k, n, p))


@given(st.lists(st.floats(0.1, 50.0), min_size=2, max_size=6), st.data())
def test_dirichlet(alpha: list[float], data: st.DataObject) -> None:
    masses = data.draw(st.lists(st.floats(0.01, 1.0), min_size=len(alpha), max_size=len(alpha)))
    x = np.array(masses) / sum(masses)
    assert build("dirichlet", alpha).log_prob(x.tolist()) == close(stats.dirichlet.logpdf(x, alpha))


@given(st.integers(1, 5), st.integers(0, 2**32 - 1))
def test_mvn(size: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    root = rng.normal(size=(size, size + 1))
    cov = root @ root.T + 0.1 * np.eye(size)
    mean, x = rng.normal(size=size), rng.normal(size=size)
    assert build("mvn", mean, cov).log_prob(x) == close(
        stats.multivariate_normal.logpdf(x, mean, cov)
    )


@given(st.lists(st.one_of(st.just(0), st.floats(1e-3, 1e3)), min_size=1, max_size=20).filter(any))
def test_discrete_and_categorical(weights: list[float]) -> None:
    discrete = build("discrete", weights)
    categorical = build("categorical", [(str(i), weight) for i, weight in enumerate(weights)])
    for i, weight in enumerate(weights):
        expected = math.log(weight / sum(weights)) if weight else -math.inf
        assert discrete.log_prob(i) == close(expected)
        assert categorical.log_prob(str(i)) == close(expected)


def coordinates(support: Any) -> tuple[Any, Any, Any]:
    """A map of the support to the reals, its inverse, and dx/ds at s: no density is unbounded
    there.
    """
    match support:
        case Positive():
            return np.log, math.exp, math.exp
        case UnitInterval():
            return special.logit, special.expit, lambda s: special.expit(s) * special.expit(-s)
        case Interval(low, math.inf):
            return lambda x: np.log(x - low), lambda s: low + math.exp(s), math.exp
    return np.asarray, float, lambda s: 1.0


@pytest.mark.parametrize(("name", "parameters"), CONTINUOUS)
def test_densities_integrate_to_one(name: str, parameters: tuple[Any, ...]) -> None:
    """By quadrature between the quantiles 1e-9 and 1 - 1e-9.

    beta(1/2, 1/2) has a mass of 7e-9 between the largest double below one and one.
    """
    dist, scipy = build(name, *parameters), oracle(name, *parameters)
    to_real, of_real, slope = coordinates(dist.support)
    cuts = to_real(scipy.ppf([1e-9, 1e-6, 1e-3, 0.1, 0.5, 0.9, 1 - 1e-3, 1 - 1e-6, 1 - 1e-9]))
    total = sum(
        integrate.quad(lambda s: math.exp(dist.log_prob(of_real(s))) * slope(s), low, high)[0]
        for low, high in pairwise(cuts)
    )
    assert total == pytest.approx(1.0, abs=1e-8)


@pytest.mark.parametrize(("name", "parameters"), DISCRETE)
def test_masses_sum_to_one_and_agree(name: str, parameters: tuple[Any, ...]) -> None:
    dist, scipy = build(name, *parameters), oracle(name, *parameters)
    values = range(int(scipy.ppf(1e-12)) - 2, int(scipy.ppf(1 - 1e-12)) + 60)
    assert math.fsum(math.exp(dist.log_prob(k)) for k in values) == pytest.approx(1.0, abs=1e-9)
    for k in values:
        assert dist.log_prob(k) == close(scipy.logpmf(k))


def test_two_dimensional_densities_integrate_to_one() -> None:
    dirichlet = build("dirichlet", [1.5, 2.0, 3.0])
    total, _ = integrate.dblquad(
        lambda y, x: math.exp(dirichlet.log_prob([x, y, 1.0 - x - y])) if x + y < 1.0 else 0.0,
        0.0, 1.0, 0.0, lambda x: 1.0 - x, epsabs=1e-5,
    )  # fmt: skip
    assert total == pytest.approx(1.0, abs=1e-4)
    mvn = build("mvn", [1.0, -1.0], [[2.0, 1.0], [1.0, 2.0]])
    grid = np.arange(-10.0, 10.0, 0.25)
    cells = sum(math.exp(mvn.log_prob([1.0 + x, -1.0 + y])) for x in grid for y in grid)
    assert cells * 0.25**2 == pytest.approx(1.0, abs=1e-9)
