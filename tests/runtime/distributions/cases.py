"""Distributions side by side with scipy's: the oracle of the tests in this folder."""

from __future__ import annotations

from typing import Any

from scipy import stats

from anglipy.runtime.distributions import CONSTRUCTORS, Distribution

__all__ = ["CONTINUOUS", "DISCRETE", "build", "oracle"]


def build(name: str, *parameters: Any) -> Distribution:
    """The distribution of that name."""
    return CONSTRUCTORS[name](*parameters)


def oracle(name: str, *p: Any) -> Any:
    """The same distribution by scipy."""
    match name:
        case "normal":
            return stats.norm(p[0], p[1])
        case "uniform-continuous":
            return stats.uniform(p[0], p[1] - p[0])
        case "beta":
            return stats.beta(p[0], p[1])
        case "gamma":
            return stats.gamma(p[0], scale=1 / p[1])
        case "exponential":
            return stats.expon(scale=1 / p[0])
        case "chi-squared":
            return stats.chi2(p[0])
        case "laplace":
            return stats.laplace(p[0], p[1])
        case "student-t":
            return stats.t(p[0])
        case "student-t-loc-scale":
            return stats.t(p[0], loc=p[1], scale=p[2])
        case "poisson":
            return stats.poisson(p[0])
        case "binomial":
            return stats.binom(p[0], p[1])
        case "bernoulli":
            return stats.bernoulli(p[0])
        case "uniform-discrete":
            return stats.randint(p[0], p[1])
    raise KeyError(name)


CONTINUOUS: list[tuple[str, tuple[Any, ...]]] = [
    ("normal", (0.0, 1.0)),
    ("normal", (-3.0, 0.25)),
    ("uniform-continuous", (-1.0, 4.0)),
    ("beta", (2.0, 3.0)),
    ("beta", (0.5, 0.5)),
    ("beta", (1.0, 1.0)),
    ("beta", (300.0, 700.0)),
    ("gamma", (2.0, 3.0)),
    ("gamma", (0.3, 0.1)),
    ("gamma", (1.0, 2.0)),
    ("gamma", (900.0, 2.0)),
    ("exponential", (2.0,)),
    ("chi-squared", (3.0,)),
    ("chi-squared", (1.0,)),
    ("laplace", (1.0, 2.0)),
    ("student-t", (3.0,)),
    ("student-t", (800.0,)),
    ("student-t-loc-scale", (4.0, 1.0, 2.0)),
]

DISCRETE: list[tuple[str, tuple[Any, ...]]] = [
    ("bernoulli", (0.3,)),
    ("binomial", (5, 0.3)),
    ("binomial", (30, 0.9)),
    ("binomial", (31, 0.5)),
    ("binomial", (60, 0.05)),
    ("poisson", (0.7,)),
    ("poisson", (12.0,)),
    ("uniform-discrete", (-2, 3)),
    ("uniform-discrete", (0, 70)),
]
