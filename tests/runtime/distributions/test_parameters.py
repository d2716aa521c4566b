"""Wrong parameters are named, with the value that was given, when the distribution is built."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from anglipy.diagnostics import ProgramError
from anglipy.runtime.values import Keyword, PersistentMap, Vector
from tests.runtime.distributions.cases import build

WRONG: list[tuple[str, tuple[Any, ...], str]] = [
    ("normal", (0, -0.3), "normal: sd must be > 0, got -0.3"),
    ("normal", (0, 0), "normal: sd must be > 0, got 0"),
    ("normal", (0, 0.0), "normal: sd must be > 0, got 0.0"),
    ("normal", ("a", 1), 'normal: mean must be a number, got "a"'),
    ("normal", (None, 1), "normal: mean must be a number, got nil"),
    ("normal", (True, 1), "normal: mean must be a number, got true"),
    ("normal", (np.bool_(True), 1), "normal: mean must be a number, got true"),
    ("normal", (np.zeros(2), 1), "normal: mean must be a number, got [0.0 0.0]"),
    ("normal", (math.nan, 1), "normal: mean must be finite, got ##NaN"),
    ("normal", (0, math.inf), "normal: sd must be finite, got ##Inf"),
    ("normal", (0, math.nan), "normal: sd must be finite, got ##NaN"),
    ("normal", (10**400, 1), "normal: mean must be finite, got 1000"),
    ("flip", (1.5,), "flip: p must be between 0 and 1, got 1.5"),
    ("flip", (-0.1,), "flip: p must be between 0 and 1, got -0.1"),
    ("flip", (math.nan,), "flip: p must be between 0 and 1, got ##NaN"),
    ("flip", (Keyword("p"),), "flip: p must be a number, got :p"),
    ("bernoulli", (2,), "bernoulli: p must be between 0 and 1, got 2"),
    ("binomial", (-1, 0.5), "binomial: n must be >= 0, got -1"),
    ("binomial", (2.5, 0.5), "binomial: n must be an integer, got 2.5"),
    ("binomial", ("n", 0.5), 'binomial: n must be an integer, got "n"'),
    ("binomial", (2**63, 0.5), "binomial: n must be below 2^63, got 9223372036854775808"),
    ("binomial", (3, 1.1), "binomial: p must be between 0 and 1, got 1.1"),
    ("uniform-continuous", (1, 1), "uniform-continuous: max must be > min (1), got 1"),
    ("uniform-continuous", (2, 1.0), "uniform-continuous: max must be > min (2), got 1.0"),
    (
        "uniform-continuous",
        (-1e308, 1e308),
        "uniform-continuous: max - min must be within the range of doubles",
    ),
    ("uniform-continuous", (-math.inf, 0), "uniform-continuous: min must be finite, got ##-Inf"),
    ("uniform-discrete", (0, 0), "uniform-discrete: max must be > min (0), got 0"),
    ("uniform-discrete", (0.5, 3), "uniform-discrete: min must be an integer, got 0.5"),
    ("uniform-discrete", (0, True), "uniform-discrete: max must be an integer, got true"),
    ("uniform-discrete", (0, math.inf), "uniform-discrete: max must be an integer, got ##Inf"),
    ("discrete", ([],), "discrete: needs at least one weight, got none"),
    ("discrete", (None,), "discrete: needs at least one weight, got none"),
    ("discrete", ([0, 0.0],), "discrete: at least one weight must be > 0, all are zero"),
    ("discrete", ([1, -1],), "discrete: each weight must be >= 0, got -1"),
    ("discrete", ([1, math.nan],), "discrete: each weight must be finite, got ##NaN"),
    ("discrete", ([1, math.inf],), "discrete: each weight must be finite, got ##Inf"),
    ("discrete", ([1, -math.inf],), "discrete: each weight must be >= 0, got ##-Inf"),
    ("discrete", ([1, "x"],), 'discrete: each weight must be a number, got "x"'),
    ("discrete", ("ab",), 'discrete: weights must be a sequence of numbers, got "ab"'),
    ("discrete", (3,), "discrete: weights must be a sequence of numbers, got 3"),
    (
        "discrete",
        (PersistentMap.of([(1, 2)]),),
        "discrete: weights must be a sequence of numbers, got {1 2}",
    ),
    ("categorical", ([],), "categorical: needs at least one weight, got none"),
    (
        "categorical",
        ([[1, 2, 3]],),
        "categorical: categories must be a map or a sequence of [value weight] pairs",
    ),
    (
        "categorical",
        ([1, 2],),
        "categorical: categories must be a map or a sequence of [value weight] pairs",
    ),
    (
        "categorical",
        (7,),
        "categorical: categories must be a map or a sequence of [value weight] pairs, got 7",
    ),
    ("categorical", ({"a": -1},), "categorical: each weight must be >= 0, got -1"),
    ("beta", (0, 1), "beta: a must be > 0, got 0"),
    ("beta", (1, -2), "beta: b must be > 0, got -2"),
    ("gamma", (0, 1), "gamma: shape must be > 0, got 0"),
    ("gamma", (1, 0), "gamma: rate must be > 0, got 0"),
    ("exponential", (0.0,), "exponential: rate must be > 0, got 0.0"),
    ("exponential", ("r",), 'exponential: rate must be a number, got "r"'),
    ("chi-squared", (0,), "chi-squared: nu must be > 0, got 0"),
    ("poisson", (-1,), "poisson: lambda must be >= 0, got -1"),
    ("poisson", (1e19,), "poisson: lambda must be at most 9.2e+18, got 1.0E19"),
    ("laplace", (0, 0), "laplace: scale must be > 0, got 0"),
    ("laplace", ("x", 1), 'laplace: loc must be a number, got "x"'),
    ("student-t", (0,), "student-t: nu must be > 0, got 0"),
    ("student-t-loc-scale", (1, 0, -1), "student-t-loc-scale: scale must be > 0, got -1"),
    ("dirichlet", ([],), "dirichlet: alpha must be a sequence of numbers > 0, got []"),
    ("dirichlet", ([1, 0],), "dirichlet: each element of alpha must be > 0, got 0"),
    ("dirichlet", (1,), "dirichlet: alpha must be a sequence of numbers > 0, got 1"),
    ("beta2", (1.5, 3), "beta2: mode must be between 0 and 1, got 1.5"),
    ("beta2", (0.5, 1.9), "beta2: certainty must be >= 2, got 1.9"),
    ("beta2", (0.5, math.inf), "beta2: certainty must be finite, got ##Inf"),
    ("categorical-crp", ([1], 1), "categorical-crp: counts must be a map from values to counts"),
    ("categorical-crp", ({0: -1}, 1), "categorical-crp: each count must be >= 0, got -1"),
    ("categorical-crp", ({}, 0), "categorical-crp: alpha must be > 0, got 0"),
    ("categorical-dp", ({}, 3, 1), "categorical-dp: h must be a distribution, got 3"),
    ("cauchy", (0, 0), "cauchy: scale must be > 0, got 0"),
    ("continuous-min-max", (1, 1, 1, 0), "continuous-min-max: max must be > min (1), got 1"),
    ("continuous-min-max", (0, 1, 2, 0), "continuous-min-max: mode must be from 0 to 1, got 2"),
    ("continuous-min-max", (0, 1, 1, -1), "continuous-min-max: certainty must be >= 0, got -1"),
    ("discrete-min-max", (0, 2, [0, 0]), "discrete-min-max: at least one weight must be > 0"),
    ("discrete-min-max", (0.5, 2, [1]), "discrete-min-max: min must be an integer, got 0.5"),
    ("folded-normal", (0, 0), "folded-normal: std must be > 0, got 0"),
    ("folded-normal-discrete", ("a", 1), 'folded-normal-discrete: mean must be a number, got "a"'),
    ("geometric", (0,), "geometric: p must be > 0, got 0"),
    ("geometric", (1.5,), "geometric: p must be between 0 and 1, got 1.5"),
    ("geometric", (1e-17,), "geometric: p must be at least 1e-16, got 1.0E-17"),
    ("half-cauchy", (-1,), "half-cauchy: scale must be > 0, got -1"),
    ("half-normal", (0,), "half-normal: sd must be > 0, got 0"),
    ("iid", (3, 2), "iid: dist must be a distribution, got 3"),
    ("iid", (build("flip", 0.5), -1), "iid: n must be >= 0, got -1"),
    ("iid", (build("flip", 0.5), 1.5), "iid: n must be an integer, got 1.5"),
    ("inverse-gamma", (1, 0), "inverse-gamma: scale must be > 0, got 0"),
    ("lkj", (0, 1), "lkj: d must be >= 1, got 0"),
    ("lkj", (2, 0), "lkj: eta must be > 0, got 0"),
    ("lognormal", (0, 0), "lognormal: sd must be > 0, got 0"),
    ("mixture", (1, []), "mixture: weights must be a sequence of numbers, got 1"),
    ("mixture", ([1], [1]), "mixture: components must be a sequence of distributions, got [1]"),
    (
        "mixture",
        ([1, 1], [build("flip", 0.5)]),
        "mixture: components must be 2, as there are weights, got [(flip 0.5)]",
    ),
    ("mixture", ([], []), "mixture: needs at least one weight, got none"),
    ("multinomial", (-1, [1]), "multinomial: n must be >= 0, got -1"),
    ("multinomial", (1, 3), "multinomial: weights must be a sequence of numbers, got 3"),
    ("multinomial", (1, [0]), "multinomial: at least one weight must be > 0, all are zero"),
    ("multivariate-t", (0, [0], [[1]]), "multivariate-t: nu must be > 0, got 0"),
    (
        "multivariate-t",
        (1, [0, 0], [[1]]),
        "multivariate-t: sigma must be a 2 by 2 matrix, as the mu has 2 elements, got [[1]]",
    ),
    ("multivariate-t", (1, [0], [[-1]]), "multivariate-t: sigma must be positive definite"),
    ("mvn-mean-var", ([0], 0), "mvn-mean-var: var must be > 0, got 0"),
    (
        "mvn-mean-vars",
        ([0, 1], [1]),
        "mvn-mean-vars: vars must be a vector of 2 numbers, as mean is, got [1]",
    ),
    ("mvn-mean-vars", ([0], [0]), "mvn-mean-vars: each element of vars must be > 0, got 0"),
    ("negative-binomial", (0, 0.5), "negative-binomial: r must be > 0, got 0"),
    ("negative-binomial", (1, 0), "negative-binomial: p must be > 0, got 0"),
    (
        "negative-binomial",
        (1e17, 0.5),
        "negative-binomial: r (1 - p) / p must be at most 1e16, got",
    ),
    ("pareto", (0, 1), "pareto: scale must be > 0, got 0"),
    ("product", (3,), "product: dists must be a sequence of distributions, got 3"),
    ("truncated", (3, 0, 1), "truncated: dist must be a distribution, got 3"),
    ("truncated", (build("normal", 0, 1), 2, 1), "truncated: max must be >= min (2), got 1"),
    (
        "truncated",
        (build("normal", 0, 1), "a", 1),
        'truncated: min must be a number, or nil for none, got "a"',
    ),
    (
        "truncated",
        (build("exponential", 1), -2, -1),
        "truncated: (exponential 1) is never between -2 and -1",
    ),
    (
        "truncated",
        (build("flip", 0.5), 0, 1),
        "truncated: dist must be a distribution of numbers, got (flip 0.5)",
    ),
    (
        "truncated",
        (build("von-mises", 0, 1), 0, 1),
        "truncated: dist must be a distribution of numbers whose distribution function is known",
    ),
    ("von-mises", (0, -1), "von-mises: kappa must be >= 0, got -1"),
    ("weibull", (0, 1), "weibull: shape must be > 0, got 0"),
    ("wishart", (1, [[1, 0], [0, 1]]), "wishart: n must be > 1 for a 2 by 2 matrix, got 1"),
    ("wishart", (1, [[1, 0]]), "wishart: v must be a square matrix, got [[1 0]]"),
    ("mvn", (0, [[1]]), "mvn: mean must be a vector of numbers, got 0"),
    ("mvn", (["a"], [[1]]), 'mvn: each element of mean must be a number, got "a"'),
    (
        "mvn",
        ([0, 0], [[1, 0]]),
        "mvn: cov must be a 2 by 2 matrix, as the mean has 2 elements, got [[1 0]]",
    ),
    ("mvn", ([0, 0], [[1, 0], [0]]), "mvn: cov must be a 2 by 2 matrix"),
    ("mvn", ([0, 0], 1), "mvn: cov must be a 2 by 2 matrix"),
    ("mvn", ([0, 0], [[1, 0.5], [0.4, 1]]), "mvn: cov must be symmetric, got [[1 0.5] [0.4 1]]"),
    ("mvn", ([0, 0], [[1, 2], [2, 1]]), "mvn: cov must be positive definite, got [[1 2] [2 1]]"),
    ("mvn", ([0], [[0]]), "mvn: cov must be positive definite, got [[0]]"),
    ("mvn", ([0], [[math.nan]]), "mvn: each element of cov must be finite, got ##NaN"),
]


@pytest.mark.parametrize(("name", "parameters", "message"), WRONG)
def test_wrong_parameters_are_named(name: str, parameters: tuple[Any, ...], message: str) -> None:
    with pytest.raises(ProgramError) as caught:
        build(name, *parameters)
    assert caught.value.diagnostic.code == "AQ410"
    assert caught.value.diagnostic.message.startswith(message)


def test_long_values_are_shortened_in_messages() -> None:
    with pytest.raises(ProgramError) as caught:
        build("mvn", [0, 0], Vector(range(1000)))
    assert len(caught.value.diagnostic.message) < 200


def test_weights_may_be_as_large_and_small_as_doubles_go() -> None:
    assert build("discrete", [1e308, 1e308, 1e308]).log_prob(0) == pytest.approx(-math.log(3))
    assert build("discrete", [5e-324, 5e-324]).log_prob(0) == pytest.approx(-math.log(2))


def test_limits_that_are_allowed() -> None:
    assert build("flip", 0).log_prob(False) == 0.0
    assert build("flip", 1).log_prob(False) == -math.inf
    assert build("binomial", 0, 0.5).log_prob(0) == 0.0
    assert build("poisson", 0).log_prob(0) == 0.0
    assert build("poisson", 0).log_prob(1) == -math.inf
