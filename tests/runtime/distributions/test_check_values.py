"""Log densities that the original system returns, digit by digit, and the parameterisation they pin
down.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from anglipy.runtime.values import Keyword, PersistentMap, Vector
from tests.runtime.distributions.cases import build

A, B = Keyword("a"), Keyword("b")
MATRIX = Vector([Vector([2, 1]), Vector([1, 2])])

CHECKS: list[tuple[str, tuple[Any, ...], Any, float]] = [
    ("bernoulli", (0.3,), 1, -1.2039728043259361),
    ("flip", (0.3,), True, -1.2039728043259361),
    ("beta", (2, 3), 0.5, 0.4054651081),
    ("binomial", (5, 0.3), 2, -1.1753853475),
    ("categorical", (PersistentMap.of([(A, 1), (B, 3)]),), B, -0.2876820725),
    ("discrete", (Vector([1, 2, 3]),), 1, -1.0986122887),
    ("dirichlet", (Vector([1, 2, 3]),), Vector([0.2, 0.3, 0.5]), 1.5040773968),
    ("exponential", (2,), 1.5, -2.3068528194),
    ("gamma", (2, 3), 1.5, -1.8973103146),
    ("chi-squared", (3,), 2, -1.5723649429),
    ("normal", (0, 2), 1, -1.7370857138),
    ("laplace", (0, 2), 1, -1.8862943611),
    ("mvn", (Vector([0, 0]), MATRIX), Vector([1, 1]), -2.7205165441),
    ("poisson", (3,), 2, -1.4959226032),
    ("student-t", (3,), 1, -1.5762529945),
    ("student-t-loc-scale", (3, 1, 2), 2, -1.8541214455),
    ("uniform-continuous", (0, 2), 2, -0.6931471806),
    ("uniform-discrete", (0, 3), 2, -1.0986122887),
    ("multivariate-t", (3, Vector([0, 0]), MATRIX), Vector([1, 1]), -2.8888599494),
    ("wishart", (3, MATRIX), Vector([Vector([1, 0]), Vector([0, 1])]), -4.8456093466),
]


@pytest.mark.parametrize(
    ("name", "parameters", "value", "expected"), CHECKS, ids=[c[0] for c in CHECKS]
)
def test_log_prob_is_that_of_the_original(
    name: str, parameters: tuple[Any, ...], value: Any, expected: float
) -> None:
    """The ten decimals that are known; the rest is compared with scipy elsewhere."""
    assert build(name, *parameters).log_prob(value) == pytest.approx(
        expected, rel=1e-9, abs=5.1e-11
    )


@pytest.mark.parametrize("kind", [int, float, Fraction, np.float64, np.int64, np.float32, np.array])
def test_parameters_and_values_may_be_any_kind_of_number(kind: Any) -> None:
    for name, parameters, value, expected in CHECKS:
        if name in ("gamma", "normal", "laplace", "student-t", "chi-squared", "uniform-continuous"):
            dist = build(name, *map(kind, parameters))
            assert dist.log_prob(value) == pytest.approx(expected, rel=1e-9)
    assert build("normal", 0, 2).log_prob(kind(1)) == pytest.approx(-1.7370857138, rel=1e-9)


def test_ratios_are_probabilities_and_weights() -> None:
    assert build("flip", Fraction(3, 10)).log_prob(True) == pytest.approx(-1.2039728043259361)
    weights = Vector([Fraction(1, 6), Fraction(1, 3), Fraction(1, 2)])
    assert build("discrete", weights).log_prob(1) == pytest.approx(-1.0986122887)


def test_arrays_and_tensors_are_vectors() -> None:
    torch = pytest.importorskip("torch")
    for convert in (np.array, torch.tensor):
        assert build("discrete", convert([1, 2, 3])).log_prob(1) == pytest.approx(-1.0986122887)
        mvn = build("mvn", convert([0.0, 0.0]), convert([[2.0, 1.0], [1.0, 2.0]]))
        assert mvn.log_prob(convert([1.0, 1.0])) == pytest.approx(-2.7205165441)
        assert build("dirichlet", convert([1, 2, 3])).log_prob([0.2, 0.3, 0.5]) == pytest.approx(
            1.5040773968
        )
        assert build("normal", convert(0), convert(2)).log_prob(convert(1)) == pytest.approx(
            -1.7370857138
        )


def test_categories_may_be_pairs_or_a_map() -> None:
    pairs = Vector([Vector([A, 1]), Vector([B, 3])])
    for categories in (pairs, PersistentMap.of([(A, 1), (B, 3)]), {A: 1, B: 3}, [(A, 1), (B, 3)]):
        assert build("categorical", categories).log_prob(B) == pytest.approx(-0.2876820725)


def test_equal_categories_have_the_sum_of_their_weights() -> None:
    dist = build("categorical", [[A, 1], [A, 2], [B, 5]])
    assert dist.log_prob(A) == pytest.approx(np.log(3 / 8))
