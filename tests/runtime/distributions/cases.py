"""Distributions side by side with scipy's: the oracle of the tests in this folder."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from scipy import stats

from anglipy.runtime.distributions import CONSTRUCTORS, Distribution

__all__ = ["CONTINUOUS", "DISCRETE", "build", "oracle"]


def build(name: str, *parameters: Any) -> Distribution:
    """The distribution of that name."""
    return CONSTRUCTORS[name](*parameters)


ORACLES: dict[str, Callable[..., Any]] = {
    "bernoulli": stats.bernoulli,
    "beta": stats.beta,
    "beta2": lambda mode, c: stats.beta(mode * (c - 2) + 1, (1 - mode) * (c - 2) + 1),
    "binomial": stats.binom,
    "cauchy": stats.cauchy,
    "chi-squared": stats.chi2,
    "continuous-min-max": lambda low, high, mode, c: stats.beta(
        (mode - low) / (high - low) * c + 1,
        (high - mode) / (high - low) * c + 1,
        loc=low,
        scale=high - low,
    ),
    "exponential": lambda rate: stats.expon(scale=1 / rate),
    "folded-normal": lambda mean, std: stats.foldnorm(abs(mean) / std, scale=std),
    "folded-normal-positive": lambda mean, std: stats.foldnorm(abs(mean) / std, scale=std),
    "gamma": lambda shape, rate: stats.gamma(shape, scale=1 / rate),
    "geometric": lambda p: stats.geom(p, loc=-1),
    "half-cauchy": lambda scale: stats.halfcauchy(scale=scale),
    "half-normal": lambda sd: stats.halfnorm(scale=sd),
    "inverse-gamma": lambda shape, scale: stats.invgamma(shape, scale=scale),
    "laplace": stats.laplace,
    "lognormal": lambda mean, sd: stats.lognorm(sd, scale=np.exp(mean)),
    "negative-binomial": stats.nbinom,
    "normal": stats.norm,
    "pareto": lambda scale, shape: stats.pareto(shape, scale=scale),
    "poisson": stats.poisson,
    "student-t": stats.t,
    "student-t-loc-scale": stats.t,
    "uniform-continuous": lambda low, high: stats.uniform(low, high - low),
    "uniform-discrete": stats.randint,
    "weibull": lambda shape, scale: stats.weibull_min(shape, scale=scale),
}


def oracle(name: str, *p: Any) -> Any:
    """The same distribution by scipy."""
    return ORACLES[name](*p)


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
    ("beta2", (0.3, 7.0)),
    ("beta2", (0.0, 2.0)),
    ("cauchy", (1.0, 2.0)),
    ("continuous-min-max", (-1.0, 3.0, 0.5, 4.0)),
    ("folded-normal", (1.0, 2.0)),
    ("folded-normal", (-9.0, 2.0)),
    ("folded-normal-positive", (0.5, 2.0)),
    ("half-cauchy", (2.0,)),
    ("half-normal", (2.0,)),
    ("inverse-gamma", (2.5, 3.0)),
    ("inverse-gamma", (0.5, 0.1)),
    ("lognormal", (0.5, 0.7)),
    ("lognormal", (-2.0, 3.0)),
    ("pareto", (2.0, 3.0)),
    ("pareto", (0.1, 0.5)),
    ("weibull", (1.5, 2.0)),
    ("weibull", (0.5, 3.0)),
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
    ("geometric", (0.2,)),
    ("geometric", (0.9,)),
    ("negative-binomial", (2.5, 0.3)),
    ("negative-binomial", (0.2, 0.1)),
    ("negative-binomial", (40.0, 0.7)),
]
