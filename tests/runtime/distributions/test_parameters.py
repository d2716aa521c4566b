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
