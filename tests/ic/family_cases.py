"""Every distribution of the language with parameters for the tests of proposal families, and what
they share.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import torch

from anglipy.ic.priors import Prior, describe, describe_lanes
from anglipy.ic.proposals import FAMILIES, family_named
from anglipy.ic.running import Waiting
from anglipy.runtime.distributions import CONSTRUCTORS
from anglipy.runtime.lanes.groups import root, using

__all__ = [
    "CASES",
    "COMPONENTS",
    "families_of",
    "grid",
    "log_density",
    "made",
    "setting",
    "waiting",
]

COMPONENTS = 4


def made(definition: tuple) -> Any:
    """A distribution, distributions among its parameters being definitions too."""
    name, *parameters = definition
    return CONSTRUCTORS[name](*map(_parameter, parameters))


def _parameter(given: Any) -> Any:
    if isinstance(given, tuple):
        return made(given)
    if isinstance(given, list):
        return [_parameter(each) for each in given]
    return given


NORMAL, FLIP = ("normal", 0.0, 1.0), ("flip", 0.3)

CASES: dict[str, list[tuple]] = {
    "bernoulli": [("bernoulli", 0.3)],
    "beta": [("beta", 2.0, 3.0), ("beta", 0.5, 0.5), ("beta", 300.0, 2.0)],
    "beta2": [("beta2", 0.25, 6.0)],
    "binomial": [("binomial", 12, 0.3), ("binomial", 400, 0.3)],
    "categorical": [("categorical", [["a", 1.0], ["b", 2.0]])],
    "categorical-crp": [("categorical-crp", {0: 2, 1: 5}, 1.5)],
    "categorical-dp": [("categorical-dp", {7: 2}, FLIP, 1.0)],
    "cauchy": [("cauchy", -2.0, 3.0)],
    "chi-squared": [("chi-squared", 3.0)],
    "continuous-min-max": [("continuous-min-max", -1.0, 4.0, 3.0, 5.0)],
    "dirac": [("dirac", 3.0)],
    "dirichlet": [("dirichlet", [1.0, 2.0, 3.0])],
    "discrete": [("discrete", [1.0, 0.0, 3.0])],
    "discrete-min-max": [("discrete-min-max", -2, 1, [1.0, 2.0, 5.0])],
    "exponential": [("exponential", 0.5)],
    "flip": [FLIP],
    "folded-normal": [("folded-normal", 1.0, 2.0), ("folded-normal", 50.0, 0.5)],
    "folded-normal-discrete": [("folded-normal-discrete", 4.0, 3.0)],
    "folded-normal-positive": [("folded-normal-positive", 0.0, 2.0)],
    "gamma": [("gamma", 2.0, 3.0), ("gamma", 0.2, 1.0)],
    "geometric": [("geometric", 0.2)],
    "half-cauchy": [("half-cauchy", 2.0)],
    "half-normal": [("half-normal", 2.0)],
    "iid": [("iid", NORMAL, 3), ("iid", FLIP, 2), ("iid", ("poisson", 2.0), 2)],
    "inverse-gamma": [("inverse-gamma", 2.0, 3.0)],
    "laplace": [("laplace", -3.0, 0.5)],
    "lkj": [("lkj", 2, 1.0), ("lkj", 3, 2.0)],
    "lognormal": [("lognormal", 0.5, 0.7)],
    "mixture": [
        ("mixture", [0.35, 0.65], [NORMAL, ("normal", 10.0, 1.0)]),
        ("mixture", [1.0, 1.0], [NORMAL, ("cauchy", 1.0, 1.0)]),
        ("mixture", [1.0, 2.0], [("gamma", 2.0, 1.0), ("exponential", 0.1)]),
        ("mixture", [1.0, 2.0], [("beta", 2.0, 1.0), ("beta", 1.0, 5.0)]),
        ("mixture", [1.0, 2.0], [("uniform-continuous", 0.0, 2.0)] * 2),
        ("mixture", [1.0, 2.0], [("poisson", 2.0), ("poisson", 9.0)]),
        ("mixture", [1.0, 2.0], [("discrete", [1.0, 2.0]), ("discrete", [3.0, 1.0])]),
    ],
    "multinomial": [("multinomial", 4, [1.0, 2.0, 0.0, 3.0]), ("multinomial", 3, [0.0, 1.0, 1.0])],
    "multivariate-t": [("multivariate-t", 3.0, [0.0, 1.0], [[2.0, 0.5], [0.5, 1.0]])],
    "mvn": [("mvn", [1.0, -2.0], [[2.0, 0.5], [0.5, 1.0]])],
    "mvn-mean-var": [("mvn-mean-var", [1.0, -2.0], 4.0)],
    "mvn-mean-vars": [("mvn-mean-vars", [1.0, -2.0], [4.0, 0.25])],
    "negative-binomial": [("negative-binomial", 2.5, 0.3)],
    "normal": [("normal", 1.0, 2.0), ("normal", 1e6, 1e-3)],
    "pareto": [("pareto", 2.0, 3.0), ("pareto", 5.0, 0.5)],
    "poisson": [("poisson", 3.5), ("poisson", 0.01)],
    "product": [
        ("product", [NORMAL, FLIP, ("gamma", 2.0, 1.0)]),
        ("product", [("uniform-discrete", 3, 6), FLIP, ("binomial", 3, 0.5)]),
    ],
    "student-t": [("student-t", 3.0)],
    "student-t-loc-scale": [("student-t-loc-scale", 1.5, 10.0, 2.0)],
    "truncated": [
        ("truncated", NORMAL, 0.0, 3.0),
        ("truncated", NORMAL, 5.0, None),
        ("truncated", ("gamma", 2.0, 1.0), None, 0.5),
        ("truncated", ("cauchy", 0.0, 1.0), None, -2.0),
        ("truncated", ("beta", 2.0, 2.0), 0.5, None),
        ("truncated", ("poisson", 3.0), 2, 9),
        ("truncated", ("uniform-discrete", 0, 9), 2, 5),
        ("truncated", ("geometric", 0.2), 4, None),
    ],
    "uniform-continuous": [("uniform-continuous", 2.0, 7.0)],
    "uniform-discrete": [("uniform-discrete", -2, 5), ("uniform-discrete", 0, 1000)],
    "von-mises": [("von-mises", 1.0, 0.0), ("von-mises", -3.0, 20.0)],
    "weibull": [("weibull", 1.5, 2.0), ("weibull", 0.7, 1.0)],
    "wishart": [("wishart", 3.5, [[2.0, 0.5], [0.5, 1.0]]), ("wishart", 2.0, [[3.0]])],
}
"""By constructor."""


def families_of(*families: str) -> list[tuple]:
    """The cases that are proposed by one of these families."""
    return [
        case
        for cases in CASES.values()
        for case in cases
        if describe(made(case)).family in families
    ]


def setting(definition: tuple, seed: int, spread: float = 1.0, proposal: str = "mixture") -> tuple:
    """A prior and one row of outputs for its family."""
    dist = made(definition)
    prior = describe(dist)
    family = family_named(prior.family, proposal)
    generator = torch.Generator().manual_seed(seed)
    biases = family.biases(prior.size, COMPONENTS)
    raw = biases + spread * torch.randn(len(biases), generator=generator)
    return dist, prior, family, raw.double()[None]


def log_density(family: Any, raw: Any, prior: Prior, encoded: Any) -> np.ndarray:
    """Log q of values as the family takes them."""
    values = torch.as_tensor(np.asarray(encoded, dtype=np.float64))
    count = len(values)
    numbers = torch.from_numpy(prior.numbers).expand(count, -1)
    found: np.ndarray = family.log_prob(raw.expand(count, -1), numbers, values).detach().numpy()
    return found


def waiting(dist: Any, n: int) -> Waiting:
    """n particles that wait for a draw from one distribution."""
    group = root(n)
    with using(group):
        ((_, prior),) = describe_lanes(dist)
    return Waiting("s", dist, prior, group, np.arange(n), np.ones(n, np.int64))


def grid(prior: Prior, points: int = 100_001) -> np.ndarray:
    """Increasing values that cover the support of a prior of one number, dense where it is."""
    first, second = prior.numbers[0, :2]
    if prior.family in ("interval", "beta"):
        low, high = (0.0, 1.0) if prior.family == "beta" else (first, second)
        s = np.linspace(-34.0, 34.0, points)
        return np.unique(low + (high - low) / (1.0 + np.exp(-s)))
    if prior.family == "circle":
        return np.linspace(-math.pi, math.pi, points)
    numbers = np.repeat(prior.numbers, points, axis=0)
    reach = 40.0 if prior.family == "heavy" else 14.0
    return np.unique(FAMILIES[prior.family].value(numbers, np.linspace(-reach, reach, points)))
