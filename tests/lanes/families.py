"""Random parameters and values for every distribution that has arrays of its own, and laws to draw
against.
"""

from __future__ import annotations

from math import inf
from typing import Any

import numpy as np
from scipy import stats

from anglipy.runtime.vectors import Vector

__all__ = ["ONE_BY_ONE", "PARAMETERS", "SAMPLED", "VALUES", "number_near", "weights"]

ONE_BY_ONE = {
    "categorical-dp", "continuous-min-max", "discrete-min-max", "folded-normal-discrete", "lkj",
    "multinomial", "wishart",
}  # fmt: skip
"""Those that have no arrays of their own."""


def spread(rng: Any, low: float = 1e-3, high: float = 1e4) -> float:
    """A positive number of any order of magnitude."""
    return float(np.exp(rng.uniform(np.log(low), np.log(high))))


def one_of(rng: Any, *given: Any) -> Any:
    return given[rng.integers(len(given))]


def real(rng: Any) -> float:
    return float(rng.normal(0, 3))


def matrix(rng: Any, d: int) -> Vector:
    root_ = rng.normal(size=(d, d))
    return Vector([Vector(r) for r in (root_ @ root_.T + np.eye(d)).tolist()])


def weights(rng: Any, k: int) -> list[float]:
    found = rng.exponential(size=k) * (rng.random(k) < 0.8)
    found[rng.integers(k)] = 1.0
    return found.tolist()


PARAMETERS = {
    "bernoulli": lambda r: (one_of(r, 0.0, 1.0, 0.5, float(r.random()), 1e-12),),
    "beta": lambda r: (one_of(r, 1.0, spread(r), 0.5), one_of(r, 1.0, spread(r), 0.5)),
    "binomial": lambda r: (
        int(one_of(r, 0, 5, 1000, r.integers(1, 2000))),
        one_of(r, 0.0, 1.0, float(r.random())),
    ),
    "beta2": lambda r: (one_of(r, 0.0, 1.0, float(r.random())), 2.0 + spread(r)),
    "cauchy": lambda r: (real(r), spread(r)),
    "chi-squared": lambda r: (one_of(r, 2.0, spread(r)),),
    "dirichlet": lambda r: (Vector([one_of(r, 1.0, spread(r, 0.1, 50.0)) for _ in range(3)]),),
    "discrete": lambda r: (Vector(weights(r, 4)),),
    "exponential": lambda r: (spread(r),),
    "flip": lambda r: (one_of(r, 0.0, 1.0, 0.5, float(r.random()), 1e-12),),
    "folded-normal": lambda r: (real(r), spread(r)),
    "folded-normal-positive": lambda r: (real(r), spread(r)),
    "gamma": lambda r: (one_of(r, 1.0, spread(r), 500.5), spread(r)),
    "geometric": lambda r: (one_of(r, 1.0, float(r.random()), spread(r, 1e-9, 1.0)),),
    "half-cauchy": lambda r: (spread(r),),
    "half-normal": lambda r: (spread(r),),
    "inverse-gamma": lambda r: (one_of(r, 1.0, spread(r), 500.5), spread(r)),
    "laplace": lambda r: (real(r), spread(r)),
    "lognormal": lambda r: (real(r), spread(r, 1e-3, 10.0)),
    "multivariate-t": lambda r: (
        spread(r, 0.1, 1e6),
        Vector([real(r), real(r), real(r)]),
        matrix(r, 3),
    ),
    "mvn-mean-var": lambda r: (Vector([real(r), real(r), real(r)]), spread(r)),
    "mvn-mean-vars": lambda r: (
        Vector([real(r), real(r), real(r)]),
        Vector([spread(r), spread(r), spread(r)]),
    ),
    "mvn": lambda r: (Vector([real(r), real(r), real(r)]), matrix(r, 3)),
    "negative-binomial": lambda r: (spread(r), one_of(r, 1.0, float(r.random()))),
    "normal": lambda r: (real(r), spread(r)),
    "pareto": lambda r: (spread(r), spread(r, 1e-2, 1e2)),
    "poisson": lambda r: (one_of(r, 0.0, spread(r), 499.0),),
    "student-t": lambda r: (spread(r, 0.1, 1e7),),
    "student-t-loc-scale": lambda r: (spread(r, 0.1, 1e7), real(r), spread(r)),
    "uniform-continuous": lambda r: (real(r) - 10.0, real(r) + 10.0),
    "uniform-discrete": lambda r: (int(r.integers(-5, 3)), int(r.integers(3, 9))),
    "von-mises": lambda r: (real(r), one_of(r, 0.0, spread(r), 30.0)),
    "weibull": lambda r: (one_of(r, 1.0, spread(r, 1e-2, 1e2)), spread(r)),
}

EDGES = (0.0, -0.0, 1.0, -1.0, inf, -inf, 1e-300, 1e300, 0.5, 2.0, 3.0)


def number_near(rng: Any, draws: Any) -> float:
    return float(one_of(rng, float(draws()), float(draws()), one_of(rng, *EDGES)))


def count_near(rng: Any, draws: Any) -> int:
    return int(one_of(rng, int(draws()), int(draws()), int(rng.integers(-3, 12)), 2**62))


def simplex_near(rng: Any, draws: Any) -> Vector:
    return one_of(
        rng, draws(), draws(), Vector([0.0, 0.25, 0.75]), Vector([0.5, 0.6, -0.1]),
        Vector([0.5, 0.6, 0.1]), Vector([inf, 0.0, 0.0]), Vector([0.0, 0.0, 1.0]),
    )  # fmt: skip


def vector_near(rng: Any, draws: Any) -> Vector:
    return one_of(rng, draws(), draws(), Vector([1e200, 0.0, 1.0]), Vector([inf, 0.0, 1.0]))


VALUES: dict[str, list[Any]] = {
    "flip": [lambda r, d: bool(r.random() < 0.5), count_near],
    "bernoulli": [count_near, number_near, lambda r, d: bool(r.random() < 0.5)],
    "dirichlet": [simplex_near],
    "geometric": [count_near, number_near],
    "multivariate-t": [vector_near],
    "mvn": [vector_near],
    "mvn-mean-var": [vector_near],
    "mvn-mean-vars": [vector_near],
    "negative-binomial": [count_near, number_near],
    "discrete": [count_near, number_near],
    "binomial": [count_near, number_near],
    "poisson": [count_near, number_near],
    "uniform-discrete": [count_near, number_near],
}


# ---- laws


class _VonMises:
    """Scipy's goes on around the circle; draws lie in [-pi, pi]."""

    law = stats.vonmises(2.0, loc=1.0)

    def cdf(self, x: Any) -> Any:
        return self.law.cdf(x) - self.law.cdf(-np.pi)


VON_MISES = _VonMises()

SAMPLED: list[tuple[str, tuple[Any, ...], Any]] = [
    ("bernoulli", (0.3,), stats.bernoulli(0.3)),
    ("beta", (2.0, 0.5), stats.beta(2.0, 0.5)),
    ("beta", (300.0, 700.0), stats.beta(300.0, 700.0)),
    ("binomial", (7, 0.3), stats.binom(7, 0.3)),
    ("binomial", (30, 0.9), stats.binom(30, 0.9)),
    ("binomial", (200, 0.2), stats.binom(200, 0.2)),
    ("beta2", (0.25, 6.0), stats.beta(2.0, 4.0)),
    ("cauchy", (1.0, 3.0), stats.cauchy(1.0, 3.0)),
    ("chi-squared", (3.0,), stats.chi2(3.0)),
    ("discrete", (Vector([1.0, 0.0, 3.0, 2.0, 0.0]),), stats.rv_discrete(
        values=([0, 2, 3], [1 / 6, 1 / 2, 1 / 3]))),
    ("discrete", (Vector([float(i % 7) for i in range(100)]),), stats.rv_discrete(
        values=(range(100), [i % 7 / sum(j % 7 for j in range(100)) for i in range(100)]))),
    ("exponential", (2.5,), stats.expon(scale=0.4)),
    ("flip", (0.3,), stats.bernoulli(0.3)),
    ("folded-normal", (1.0, 2.0), stats.foldnorm(0.5, scale=2.0)),
    ("folded-normal-positive", (-1.0, 2.0), stats.foldnorm(0.5, scale=2.0)),
    ("gamma", (0.3, 4.0), stats.gamma(0.3, scale=0.25)),
    ("gamma", (30.0, 4.0), stats.gamma(30.0, scale=0.25)),
    ("geometric", (0.2,), stats.geom(0.2, loc=-1)),
    ("half-cauchy", (2.0,), stats.halfcauchy(scale=2.0)),
    ("half-normal", (2.0,), stats.halfnorm(scale=2.0)),
    ("inverse-gamma", (2.5, 3.0), stats.invgamma(2.5, scale=3.0)),
    ("laplace", (1.0, 3.0), stats.laplace(1.0, 3.0)),
    ("lognormal", (0.5, 0.7), stats.lognorm(0.7, scale=np.exp(0.5))),
    ("negative-binomial", (2.5, 0.3), stats.nbinom(2.5, 0.3)),
    ("normal", (-3.0, 0.25), stats.norm(-3.0, 0.25)),
    ("pareto", (2.0, 3.0), stats.pareto(3.0, scale=2.0)),
    ("poisson", (3.5,), stats.poisson(3.5)),
    ("poisson", (2000.0,), stats.poisson(2000.0)),
    ("student-t", (2.5,), stats.t(2.5)),
    ("student-t-loc-scale", (2.5, 1.0, 3.0), stats.t(2.5, loc=1.0, scale=3.0)),
    ("uniform-continuous", (-1.0, 4.0), stats.uniform(-1.0, 5.0)),
    ("uniform-discrete", (-2, 5), stats.randint(-2, 5)),
    ("uniform-discrete", (0, 3_000_000), stats.uniform(0.0, 3e6)),
    ("von-mises", (1.0, 2.0), VON_MISES),
    ("weibull", (1.5, 2.0), stats.weibull_min(1.5, scale=2.0)),
]  # fmt: skip
