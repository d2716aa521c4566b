"""Draws against the distribution function or mass of scipy, at a stated rate of false alarms."""

from __future__ import annotations

import math
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from scipy import stats

from anglipy.runtime.distributions import Distribution
from anglipy.runtime.values import Vector
from tests.runtime.distributions.cases import CONTINUOUS, DISCRETE, build, oracle
from tests.statistical.assertions import Draw, assert_cdf, assert_counts, assert_mean, seeded_rng


def draws_of(dist: Distribution) -> Draw:
    rng = seeded_rng(repr(dist))
    return lambda n: [dist.sample(rng) for _ in range(n)]


@pytest.mark.parametrize(("name", "parameters"), CONTINUOUS)
def test_continuous_draws_follow_their_distribution_function(
    name: str, parameters: tuple[Any, ...]
) -> None:
    assert_cdf(draws_of(build(name, *parameters)), oracle(name, *parameters).cdf, discrepancy=0.03)


@pytest.mark.parametrize(("name", "parameters"), DISCRETE)
def test_discrete_draws_follow_their_mass(name: str, parameters: tuple[Any, ...]) -> None:
    scipy = oracle(name, *parameters)
    likely = range(int(scipy.ppf(0.001)), int(scipy.ppf(0.999)) + 1)
    mass = {k: float(scipy.pmf(k)) for k in likely}
    assert_counts(draws_of(build(name, *parameters)), mass, discrepancy=0.04)


@pytest.mark.parametrize("p", [0.0, 0.3, 1.0])
def test_flip(p: float) -> None:
    assert_counts(draws_of(build("flip", p)), {True: p, False: 1.0 - p}, discrepancy=0.01)


@pytest.mark.parametrize("kappa", [0.0, 0.5, 40.0])
def test_von_mises(kappa: float) -> None:
    """Scipy's distribution function goes on around the circle; draws lie in [-pi, pi]."""
    law = stats.vonmises(kappa, loc=1.0) if kappa else stats.uniform(-math.pi, 2 * math.pi)
    start = law.cdf(-math.pi)
    draw = draws_of(build("von-mises", 1.0, kappa))
    assert_cdf(draw, lambda x: law.cdf(x) - start, discrepancy=0.04)


@pytest.mark.parametrize(("mean", "std"), [(0.3, 0.8), (-4.0, 2.0)])
def test_folded_normal_discrete(mean: float, std: float) -> None:
    law = stats.foldnorm(abs(mean) / std, scale=std)
    mass = {k: law.cdf(k + 0.5) - law.cdf(max(k - 0.5, 0.0)) for k in range(12)}
    draw = draws_of(build("folded-normal-discrete", mean, std))
    assert_counts(draw, mass, discrepancy=0.05)


@pytest.mark.parametrize("count", [5, 100])
def test_discrete_and_categorical(count: int) -> None:
    """With zero weights at both ends and in the middle; 100 outcomes are bisected."""
    weights = [0, *range(1, count // 2), 0, *range(1, count // 2), 0]
    total = sum(weights)
    mass = {i: weight / total for i, weight in enumerate(weights)}
    assert_counts(draws_of(build("discrete", weights)), mass, discrepancy=0.05)
    categorical = build("categorical", [(f"v{i}", weight) for i, weight in enumerate(weights)])
    assert_counts(draws_of(categorical), {f"v{i}": p for i, p in mass.items()}, discrepancy=0.05)


def test_large_ranges_are_uniform() -> None:
    """By the position in the range: the exact range is too large to count."""
    for high in (2**20, 2**20 + 1, 10**30):
        draw = draws_of(build("uniform-discrete", 0, high))
        assert_cdf(
            lambda n, d=draw, h=high: [k / h for k in d(n)], stats.uniform.cdf, discrepancy=0.04
        )


def test_mvn_projections_are_normal() -> None:
    """Every linear image of a multivariate normal is normal; three directions fix mean and
    covariance.
    """
    mean, cov = np.array([1.0, -1.0]), np.array([[2.0, 1.0], [1.0, 3.0]])
    draw = draws_of(build("mvn", mean, cov))
    for direction in ([1.0, 0.0], [0.0, 1.0], [1.0, 1.0], [1.0, -2.0]):
        a = np.array(direction)
        normal = stats.norm(a @ mean, math.sqrt(a @ cov @ a))
        assert_cdf(
            lambda n, a=a: np.array([tuple(x) for x in draw(n)]) @ a, normal.cdf, discrepancy=0.03
        )


@pytest.mark.parametrize("alpha", [[1.0, 2.0, 3.0], [0.5, 0.5, 20.0]])
def test_dirichlet_margins_are_beta(alpha: list[float]) -> None:
    draw = draws_of(build("dirichlet", alpha))
    for i, a in enumerate(alpha):
        margin = stats.beta(a, sum(alpha) - a)
        assert_cdf(lambda n, i=i: [tuple(x)[i] for x in draw(n)], margin.cdf, discrepancy=0.04)
    together = stats.beta(alpha[0] + alpha[1], sum(alpha[2:])) if len(alpha) > 2 else None
    if together is not None:
        assert_cdf(
            lambda n: [x[0] + x[1] for x in map(tuple, draw(n))], together.cdf, discrepancy=0.04
        )


def test_importance_weights_have_mean_one() -> None:
    """E_q[p/q] = 1 ties draws and densities together without an oracle: p and q of one family, p
    narrower.
    """
    for p, q in (
        (build("normal", 0.3, 0.9), build("normal", 0.0, 1.0)),
        (build("laplace", 0.1, 0.9), build("laplace", 0.0, 1.0)),
        (build("beta", 3, 4), build("beta", 2, 3)),
        (build("binomial", 8, 0.45), build("binomial", 8, 0.5)),
        (build("discrete", [1, 2, 3]), build("discrete", [1, 1, 1])),
    ):
        draw = draws_of(q)
        assert_mean(
            lambda n, p=p, q=q, d=draw: [math.exp(p.log_prob(x) - q.log_prob(x)) for x in d(n)],
            1.0,
            discrepancy=0.2,
            sd=1.0,
        )


def test_dirichlet_with_small_concentrations() -> None:
    """Draws crowd at 0 and 1, where doubles are ties; so by bins, between which scipy's beta knows
    the mass.
    """
    dist, cuts = build("dirichlet", [0.02, 0.1]), [0.0, 1e-100, 1e-6, 0.01, 0.5, 0.999, 1.1]
    rng = seeded_rng(repr(dist))
    mass = dict(enumerate(np.diff(stats.beta(0.02, 0.1).cdf(cuts))))
    assert_counts(
        lambda n: [int(np.searchsorted(cuts, dist.sample(rng)[0], "right")) - 1 for _ in range(n)],
        mass,
        discrepancy=0.05,
    )


@pytest.mark.parametrize(
    ("name", "parameters", "kind"),
    [
        ("flip", (0.5,), bool),
        ("bernoulli", (0.5,), int),
        ("binomial", (5, 0.5), int),
        ("binomial", (50, 0.5), int),
        ("poisson", (np.float64(3.0),), int),
        ("uniform-discrete", (np.int64(0), np.int64(5)), int),
        ("uniform-discrete", (0, 2**40), int),
        ("discrete", (np.array([1, 2]),), int),
        ("normal", (np.float64(0.0), np.array(1.0)), float),
        ("uniform-continuous", (0, 1), float),
        ("beta", (1, np.float32(2)), float),
        ("gamma", (1, 2), float),
        ("exponential", (1,), float),
        ("laplace", (0, 1), float),
        ("student-t", (3,), float),
        ("student-t-loc-scale", (3, 0, np.float64(1)), float),
        ("chi-squared", (3,), float),
        ("mvn", (np.zeros(2), np.eye(2)), Vector),
        ("dirichlet", (np.ones(3),), Vector),
        ("beta2", (0.5, 3), float),
        ("cauchy", (0, np.float64(1)), float),
        ("continuous-min-max", (0, 1, np.float64(0.5), 2), float),
        ("discrete-min-max", (np.int64(3), 5, [1, 2]), int),
        ("folded-normal", (0, np.float64(1)), float),
        ("folded-normal-discrete", (np.float64(0), 1), int),
        ("folded-normal-positive", (0, 1), float),
        ("geometric", (np.float64(0.5),), int),
        ("half-cauchy", (np.float64(1),), float),
        ("half-normal", (np.float64(1),), float),
        ("inverse-gamma", (1, np.float64(2)), float),
        ("lognormal", (0, np.float64(1)), float),
        ("multivariate-t", (3, np.zeros(2), np.eye(2)), Vector),
        ("mvn-mean-var", (np.zeros(2), np.float64(1)), Vector),
        ("mvn-mean-vars", (np.zeros(2), np.ones(2)), Vector),
        ("negative-binomial", (np.float64(2), 0.5), int),
        ("pareto", (np.float64(2), 3), float),
        ("von-mises", (np.float64(2), 3), float),
        ("weibull", (np.float64(2), 3), float),
    ],
)
def test_draws_are_plain_python_values(name: str, parameters: tuple[Any, ...], kind: type) -> None:
    """Never numpy's, whatever the parameters were."""
    value = build(name, *parameters).sample(np.random.default_rng(1))
    assert type(value) is kind
    if kind is Vector:
        assert {type(element) for element in value} == {float}


@pytest.mark.parametrize(
    ("name", "parameters"),
    [
        ("beta", (0.001, 0.001)),
        ("gamma", (0.0005, 1.0)),
        ("chi-squared", (0.0005,)),
        ("dirichlet", ([0.001, 0.002, 0.001],)),
        ("uniform-continuous", (1.0, math.nextafter(1.0, 2.0))),
        ("exponential", (1e300,)),
        ("lognormal", (0.0, 1e5)),
        ("inverse-gamma", (0.0005, 1.0)),
        ("inverse-gamma", (0.0005, 1e-300)),
        ("weibull", (0.001, 1.0)),
        ("pareto", (1.0, 0.0005)),
        ("folded-normal-positive", (0.0, 1e-320)),
        ("negative-binomial", (1e-3, 1e-12)),
        ("geometric", (1e-15,)),
        ("von-mises", (3.0, 1e-9)),
        ("von-mises", (-300.0, 1e9)),
        ("lkj", (4, 0.1)),
        ("wishart", (2.01, [[1, 0, 0], [0, 1, 0], [0, 0, 1]])),
    ],
)
def test_draws_lie_in_the_support_even_where_doubles_run_out(
    name: str, parameters: tuple[Any, ...]
) -> None:
    dist = build(name, *parameters)
    rng = seeded_rng(repr(dist))
    for _ in range(2000):
        assert math.isfinite(dist.log_prob(dist.sample(rng)))


@pytest.mark.parametrize(
    ("name", "parameters", "method", "raw", "rounded"),
    [
        ("beta", (0.1, 0.1), "beta", 0.0, 5e-324),
        ("beta", (0.1, 0.1), "beta", 1.0, math.nextafter(1.0, 0.0)),
        ("gamma", (0.1, 1.0), "standard_gamma", 0.0, 5e-324),
        ("chi-squared", (0.1,), "standard_gamma", 0.0, 5e-324),
        ("uniform-continuous", (0.0, 5e-324), "random", 0.75, 0.0),
    ],
)
def test_a_draw_that_rounds_out_of_the_support_is_rounded_inwards(
    name: str, parameters: tuple[Any, ...], method: str, raw: float, rounded: float
) -> None:
    rng: Any = SimpleNamespace(**{method: lambda *_: raw})
    assert build(name, *parameters).sample(rng) == rounded
