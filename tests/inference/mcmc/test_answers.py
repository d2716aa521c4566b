"""Chains on continuous programs with known answers.

Every replicate is the end of a chain of its own, so that replicates are independent, and each chain
is long enough that what is left of its beginning is far below the discrepancy that is looked for:
the halves of a doubled length agree as well.
"""

from __future__ import annotations

from math import exp, sqrt
from typing import Any

import numpy as np
import pytest
from scipy import integrate, stats

from anglipy.api import loads
from anglipy.inference.engine import infer
from anglipy.runtime.machine import Query
from tests.statistical.assertions import assert_cdf, assert_counts, seeded_rng

TEXTS = {
    "gauss": """
      (let [mu (sample (normal 1 (sqrt 5)))]
        (observe (normal mu (sqrt 2)) 9)
        (observe (normal mu (sqrt 2)) 8)
        mu)""",
    "gamma": """
      (let [rate (sample (gamma 2 1))]
        (observe (poisson rate) 3)
        rate)""",
    "exponential": """
      (let [rate (sample (exponential 0.5))]
        (observe (exponential rate) 0.7)
        (observe (exponential rate) 0.4)
        rate)""",
    "beta": """
      (let [p (sample (beta 2 3))]
        (observe (binomial 10 p) 7)
        p)""",
    "chain of normals": """
      (let [a (sample (normal 0 1)) b (sample (normal a 1))]
        (observe (normal b 1) 3)
        b)""",
    "shrinking interval": """
      (let [top (sample (uniform-continuous 1 3)) x (sample (uniform-continuous 0 top))]
        (observe (normal x 0.5) 1.5)
        x)""",
}
QUERIES = {
    name: loads(f"(defquery q [] {text})").queries["q"].query for name, text in TEXTS.items()
}


def shrinking() -> Any:
    """p(x | y) is proportional to phi((1.5 - x) / .5) log(3 / max(1, x)) on (0, 3)."""

    def density(x: float) -> float:
        return exp(-2 * (1.5 - x) ** 2) * np.log(3 / max(1.0, x))

    grid = np.linspace(0, 3, 3001)
    cumulative = integrate.cumulative_trapezoid([density(x) for x in grid], grid, initial=0)
    return lambda x: np.interp(x, grid, cumulative / cumulative[-1])


POSTERIORS = {
    "gauss": stats.norm(7.25, sqrt(0.8333333333333334)).cdf,
    "gamma": stats.gamma(5, scale=1 / 2).cdf,
    "exponential": stats.gamma(3, scale=1 / 1.6).cdf,
    "beta": stats.beta(9, 6).cdf,
    "chain of normals": stats.norm(2, sqrt(2 / 3)).cdf,
    "shrinking interval": shrinking(),
}


def last_draws(query: Query, algorithm: str, n: int, length: int, rng: Any, **options: Any) -> Any:
    """The ends of n chains, all of which run in lockstep."""
    posterior = infer(
        query, None, algorithm, rng=rng, samples=n, chains=n, burn=length, lanes=50_000, **options
    )
    return np.asarray(posterior.values.numbers())


@pytest.mark.parametrize("name", TEXTS)
@pytest.mark.parametrize(
    ("algorithm", "options", "length"),
    [
        ("lmh", {}, 600),
        ("rmh", {"alpha": 0.5, "sigma": 0.7}, 120),
        ("rmh", {"alpha": 0.9, "sigma": 0.7}, 120),
    ],
)
@pytest.mark.slow
def test_the_ends_of_chains_have_the_posterior(
    name: str, algorithm: str, options: dict[str, Any], length: int
) -> None:
    rng = seeded_rng(f"{name} {algorithm} {options}")
    if algorithm == "lmh" and name == "gauss":
        length = 1500  # The prior seldom proposes what is far out in its tail.
    assert_cdf(
        lambda n: last_draws(QUERIES[name], algorithm, n, length, rng, **options),
        POSTERIORS[name],
        discrepancy=0.04,
    )


def test_counts_that_walk() -> None:
    """poisson(4) observed to be even with probability .9; the walk is the folded rounded normal."""
    query = (
        loads(
            "(defquery q [] (let [k (sample (poisson 4))]"
            " (observe (flip (if (even? k) 0.9 0.1)) true) k))"
        )
        .queries["q"]
        .query
    )
    prior = stats.poisson(4).pmf(np.arange(40))
    joint = prior * np.where(np.arange(40) % 2 == 0, 0.9, 0.1)
    truth = dict(enumerate((joint / joint.sum()).tolist()))
    rng = seeded_rng("counts that walk")
    assert_counts(
        lambda n: last_draws(query, "rmh", n, 80, rng, alpha=0.7, sigma=1.5).astype(int).tolist(),
        {k: p for k, p in truth.items() if p > 1e-3},
        discrepancy=0.06,
    )


@pytest.mark.parametrize("name", ["gauss", "gamma", "beta"])
def test_one_chain_walks_as_many_do(name: str) -> None:
    """A single chain, by its effective sample size: within five standard errors of the mean."""
    posterior = infer(QUERIES[name], None, "rmh", samples=20_000, burn=200, seed=1)
    numbers = np.linspace(-20, 20, 400_001)
    cdf = POSTERIORS[name](numbers)
    mean = float(((numbers[1:] + numbers[:-1]) / 2 * np.diff(cdf)).sum())
    assert posterior.r_hat < 1.02
    assert abs(posterior.mean() - mean) < 5 * posterior.standard_error()
