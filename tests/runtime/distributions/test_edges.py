"""End points of supports, values of the wrong kind, and numbers at the ends of the doubles."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anglipy.diagnostics import ProgramError
from anglipy.runtime.distributions import CONSTRUCTORS
from anglipy.runtime.values import Char, Keyword
from tests.runtime.distributions.cases import build

INF = math.inf

POINTS: list[tuple[str, tuple[Any, ...], Any, float]] = [
    # Clojure keeps true, 1 and 1.0 apart.
    ("flip", (0.3,), False, math.log(0.7)),
    ("flip", (0.3,), 1, -INF),
    ("flip", (0.3,), "true", -INF),
    ("flip", (0.3,), None, -INF),
    ("bernoulli", (0.3,), 0, math.log(0.7)),
    ("bernoulli", (0.3,), 1.0, -INF),
    ("bernoulli", (0.3,), True, -INF),
    ("bernoulli", (0.3,), 2, -INF),
    ("bernoulli", (0.3,), np.int64(1), -INF),
    # End points of intervals.
    ("beta", (2, 3), 0.0, -INF),
    ("beta", (2, 3), 1, -INF),
    ("beta", (0.5, 0.5), 0.0, -INF),
    ("beta", (0.5, 0.5), 1.0, -INF),
    ("beta", (1, 1), 0, 0.0),
    ("beta", (1, 1), 1.0, 0.0),
    ("beta", (1, 3), 0.0, math.log(3)),
    ("beta", (2, 1), 1.0, math.log(2)),
    ("beta", (2, 3), -0.1, -INF),
    ("beta", (2, 3), 1.1, -INF),
    ("gamma", (2, 3), 0, -INF),
    ("gamma", (0.5, 3), 0.0, -INF),
    ("gamma", (1, 3), 0.0, math.log(3)),
    ("gamma", (2, 3), -1, -INF),
    ("gamma", (2, 3), INF, -INF),
    ("gamma", (2, 3), -INF, -INF),
    ("chi-squared", (2,), 0, math.log(0.5)),
    ("chi-squared", (3,), 0, -INF),
    ("exponential", (2,), 0, math.log(2)),
    ("exponential", (2,), -1e-300, -INF),
    ("exponential", (2,), INF, -INF),
    ("uniform-continuous", (0, 2), 0, -math.log(2)),
    ("uniform-continuous", (0, 2), 2.0, -math.log(2)),
    ("uniform-continuous", (0, 2), 2.0000001, -INF),
    ("uniform-continuous", (0, 2), -1, -INF),
    ("uniform-continuous", (0, 2), INF, -INF),
    # Integers, whole doubles, and what is between them.
    ("uniform-discrete", (0, 3), 3, -INF),
    ("uniform-discrete", (0, 3), -1, -INF),
    ("uniform-discrete", (0, 3), 1.5, -math.log(3)),
    ("uniform-discrete", (0, 3), 2.0, -math.log(3)),
    ("uniform-discrete", (0, 3), -0.5, -INF),
    ("uniform-discrete", (-3, 3), -0.5, -math.log(6)),
    ("uniform-discrete", (0, 3), INF, -INF),
    ("uniform-discrete", (0, 3), -INF, -INF),
    ("uniform-discrete", (0, 10**400), 10**399, -400 * math.log(10)),
    ("poisson", (3,), 2.7, build("poisson", 3).log_prob(2)),
    ("poisson", (3,), 2.0, build("poisson", 3).log_prob(2)),
    ("poisson", (3,), -1, -INF),
    ("poisson", (3,), -0.5, -INF),
    ("poisson", (3,), INF, -INF),
    ("binomial", (5, 0.3), 2.0, build("binomial", 5, 0.3).log_prob(2)),
    ("binomial", (5, 0.3), 2.5, -INF),
    ("binomial", (5, 0.3), 6, -INF),
    ("binomial", (5, 0.3), -1, -INF),
    ("binomial", (5, 0.3), INF, -INF),
    ("binomial", (5, 0.0), 0, 0.0),
    ("binomial", (5, 0.0), 1, -INF),
    ("binomial", (5, 1), 5, 0.0),
    ("binomial", (5, 1), 4, -INF),
    ("discrete", ([1, 2, 3],), 1.0, math.log(1 / 3)),
    ("discrete", ([1, 2, 3],), 1.5, -INF),
    ("discrete", ([1, 2, 3],), 3, -INF),
    ("discrete", ([1, 2, 3],), -1, -INF),
    ("discrete", ([1, 0, 3],), 1, -INF),
    ("discrete", ([1, 2],), INF, -INF),
    ("discrete-min-max", (3, 5, [1, 3]), 4, math.log(3 / 4)),
    ("discrete-min-max", (3, 5, [1, 3]), 4.0, math.log(3 / 4)),
    ("discrete-min-max", (3, 5, [1, 3]), 4.5, -INF),
    ("discrete-min-max", (3, 5, [1, 3]), 2, -INF),
    ("discrete-min-max", (3, 5, [1, 3]), 5, -INF),
    ("discrete-min-max", (3, 5, [1, 3]), INF, -INF),
    ("geometric", (0.25,), 2, math.log(0.25) + 2 * math.log(0.75)),
    ("geometric", (0.25,), 2.5, -INF),
    ("geometric", (0.25,), -1, -INF),
    ("geometric", (1,), 0, 0.0),
    ("geometric", (1,), 1, -INF),
    ("negative-binomial", (1, 0.25), 2.0, math.log(0.25) + 2 * math.log(0.75)),
    ("negative-binomial", (2, 1), 0, 0.0),
    ("negative-binomial", (2, 1), 1, -INF),
    ("negative-binomial", (2, 0.5), INF, -INF),
    ("negative-binomial", (2, 0.5), 0.5, -INF),
    ("folded-normal-discrete", (1, 2), 1.5, -INF),
    ("folded-normal-discrete", (1, 2), -1, -INF),
    ("half-normal", (1,), 0, math.log(2) - 0.5 * math.log(2 * math.pi)),
    ("half-normal", (1,), -1e-300, -INF),
    ("half-cauchy", (1,), 0, math.log(2 / math.pi)),
    ("half-cauchy", (1,), -1, -INF),
    ("half-cauchy", (1,), 1e200, math.log(2 / math.pi) - 2 * math.log(1e200)),
    ("cauchy", (0, 1), -1e200, -math.log(math.pi) - 2 * math.log(1e200)),
    ("folded-normal", (0, 1), 0, math.log(2) - 0.5 * math.log(2 * math.pi)),
    ("folded-normal-positive", (0, 1), 0, -INF),
    ("folded-normal", (0, 1), -1, -INF),
    ("lognormal", (0, 1), 0, -INF),
    ("lognormal", (0, 1), -1, -INF),
    ("lognormal", (0, 1), 1, -0.5 * math.log(2 * math.pi)),
    ("inverse-gamma", (2, 3), 0, -INF),
    ("inverse-gamma", (2, 3), INF, -INF),
    ("inverse-gamma", (1, 1e-300), 1e300, -900 * math.log(10)),
    ("weibull", (2, 3), 0, -INF),
    ("weibull", (1, 3), 0.0, -math.log(3)),
    ("weibull", (0.5, 3), 0, -INF),
    ("weibull", (2, 3), -1, -INF),
    ("weibull", (2, 3), INF, -INF),
    ("pareto", (1, 2), 1, math.log(2)),
    ("pareto", (1, 2), 0.999, -INF),
    ("pareto", (1, 2), INF, -INF),
    ("von-mises", (0, 0), 3, -math.log(2 * math.pi)),
    ("von-mises", (0, 1), INF, -INF),
    ("beta2", (0.5, 2), 0.3, 0.0),
    ("continuous-min-max", (0, 2, 1, 0), 0.3, -math.log(2)),
    ("continuous-min-max", (0, 2, 1, 3), 2.1, -INF),
    # Categories are compared by =.
    ("categorical", ([(1, 1), (1.0, 2), (True, 3)],), 1, math.log(1 / 6)),
    ("categorical", ([(1, 1), (1.0, 2), (True, 3)],), 1.0, math.log(2 / 6)),
    ("categorical", ([(1, 1), (1.0, 2), (True, 3)],), True, math.log(3 / 6)),
    ("categorical", ([(1, 1), (1.0, 2), (True, 3)],), False, -INF),
    ("categorical", ([("a", 1), (Char("a"), 3)],), Char("a"), math.log(3 / 4)),
    ("categorical", ([(None, 1), ("a", 3)],), None, math.log(1 / 4)),
    ("categorical", ([([1, 2], 1), ([2, 1], 3)],), (1, 2), math.log(1 / 4)),
    ("categorical", ([("a", 1)],), Keyword("a"), -INF),
    ("dirac", (2,), 2, 0.0),
    ("dirac", (2,), 2.0, -INF),
    ("dirac", ([1, 2],), (1, 2), 0.0),
    # Vectors.
    ("dirichlet", ([1, 2],), [0.5, 0.4], -INF),
    ("dirichlet", ([1, 2],), [1.5, -0.5], -INF),
    ("dirichlet", ([2, 2],), [1.0, 0.0], -INF),
    ("dirichlet", ([0.5, 1],), [0.0, 1.0], -INF),
    ("dirichlet", ([1, 2],), [0.0, 1.0], math.log(2)),
    ("dirichlet", ([1, 2],), [INF, 0.0], -INF),
    ("dirichlet", ([3],), [1.0], 0.0),
    ("mvn", ([0, 0], [[2, 1], [1, 2]]), [INF, 0.0], -INF),
    ("mvn", ([0, 0], [[2, 1], [1, 2]]), [1e308, -1e308], -INF),
    # Far away.
    ("normal", (0, 1), INF, -INF),
    ("normal", (0, 1), -1e200, -INF),
    ("normal", (0, 1), 10**400, -INF),
    ("laplace", (0, 1), -INF, -INF),
    ("student-t", (3,), INF, -INF),
    ("student-t", (1,), 1e200, -math.log(math.pi) - 2 * math.log(1e200)),
    ("student-t", (1,), 10**400, -INF),
    ("gamma", (0.3, 1e300), 1e300, -INF),
    ("beta", (1e16, 1e308), 4e-146, -4e162),
    ("chi-squared", (2,), 5e-324, math.log(0.5)),
]


@pytest.mark.parametrize(("name", "parameters", "value", "expected"), POINTS)
def test_log_prob_at(name: str, parameters: tuple[Any, ...], value: Any, expected: float) -> None:
    log_prob = build(name, *parameters).log_prob(value)
    assert log_prob == pytest.approx(expected, rel=1e-12, abs=1e-12)
    assert type(log_prob) is float


NUMERIC: list[tuple[str, tuple[Any, ...]]] = [
    ("normal", (0, 1)),
    ("uniform-continuous", (0, 1)),
    ("uniform-discrete", (0, 3)),
    ("discrete", ([1, 2],)),
    ("beta", (1, 1)),
    ("gamma", (1, 1)),
    ("chi-squared", (1,)),
    ("exponential", (1,)),
    ("poisson", (1,)),
    ("binomial", (3, 0.5)),
    ("laplace", (0, 1)),
    ("student-t", (3,)),
    ("student-t-loc-scale", (3, 0, 1)),
    ("beta2", (0.5, 3)),
    ("cauchy", (0, 1)),
    ("continuous-min-max", (0, 2, 1, 3)),
    ("folded-normal", (1, 2)),
    ("folded-normal-discrete", (1, 2)),
    ("folded-normal-positive", (1, 2)),
    ("geometric", (0.5,)),
    ("half-cauchy", (1,)),
    ("half-normal", (1,)),
    ("inverse-gamma", (2, 3)),
    ("lognormal", (0, 1)),
    ("negative-binomial", (2, 0.5)),
    ("pareto", (1, 2)),
    ("von-mises", (0, 1)),
    ("weibull", (2, 3)),
]


@pytest.mark.parametrize(("name", "parameters"), NUMERIC)
@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("a", '"a"'),
        (None, "nil"),
        (True, "true"),
        (Keyword("k"), ":k"),
        ([1], "[1]"),
        (Char("1"), "\\1"),
    ],
)
def test_a_numeric_distribution_refuses_what_is_not_a_number(
    name: str, parameters: tuple[Any, ...], value: Any, shown: str
) -> None:
    with pytest.raises(ProgramError) as caught:
        build(name, *parameters).log_prob(value)
    assert caught.value.diagnostic.code == "AQ420"
    assert caught.value.diagnostic.message == f"{name}: the value must be a number, got {shown}"


@pytest.mark.parametrize(("name", "parameters"), NUMERIC)
@pytest.mark.parametrize("nan", [math.nan, np.float64("nan"), np.array(math.nan)])
def test_nan_is_refused(name: str, parameters: tuple[Any, ...], nan: Any) -> None:
    with pytest.raises(ProgramError, match="must be a number other than nan, got ##NaN"):
        build(name, *parameters).log_prob(nan)


@pytest.mark.parametrize("value", [1.0, "ab", None, [1.0], [1.0, 2.0, 3.0], {1: 2}])
def test_vectors_of_the_wrong_size_are_refused(value: Any) -> None:
    unit = [[1, 0], [0, 1]]
    for dist in (
        build("mvn", [0, 0], unit),
        build("dirichlet", [1, 1]),
        build("multivariate-t", 3, [0, 0], unit),
        build("mvn-mean-var", [0, 0], 1),
        build("multinomial", 3, [1, 1]),
    ):
        with pytest.raises(ProgramError, match="the value must be a vector of 2 numbers") as caught:
            dist.log_prob(value)
        assert caught.value.diagnostic.code == "AQ420"


def test_vectors_with_other_things_inside_are_refused() -> None:
    for dist in (build("mvn", [0, 0], [[1, 0], [0, 1]]), build("dirichlet", [1, 1])):
        with pytest.raises(ProgramError, match="the value must be a number, got :x"):
            dist.log_prob([1.0, Keyword("x")])


def test_objects_without_a_hash_are_found_by_comparison() -> None:
    class Unhashable:
        __hash__ = None  # type: ignore[assignment]

        def __eq__(self, other: object) -> bool:
            return isinstance(other, Unhashable)

    dist = build("categorical", [("a", 1), (Unhashable(), 3)])
    assert dist.log_prob(Unhashable()) == pytest.approx(math.log(3 / 4))
    assert dist.log_prob("a") == pytest.approx(math.log(1 / 4))
    assert dist.log_prob("b") == -INF


EXTREMES = st.one_of(
    st.sampled_from([5e-324, 1e-308, 1e-16, 1.0, 1e16, 1e150, 1e308]), st.floats(5e-324, 1.7e308)
)


@settings(max_examples=1000)
@given(
    st.sampled_from([row for row in NUMERIC if row[0] not in ("discrete", "uniform-discrete")]),
    st.data(),
)
def test_log_prob_is_never_nan_nor_plus_infinity(
    case: tuple[str, tuple[Any, ...]], data: st.DataObject
) -> None:
    """For any parameters that a constructor takes and any number."""
    name = case[0]
    count = len(CONSTRUCTORS[name].fields)
    try:
        dist = build(name, *(data.draw(EXTREMES) for _ in range(count)))
    except ProgramError:
        return
    log_prob = dist.log_prob(data.draw(st.floats(allow_nan=False)))
    assert log_prob < INF


def test_a_category_listed_twice_has_the_sum_of_its_weights() -> None:
    dist = CONSTRUCTORS["categorical"]([["a", 1], ["b", 1], ["a", 2]])
    assert dist.log_prob("a") == pytest.approx(math.log(0.75), rel=1e-12)
    assert dist.support.values == ("a", "b")
    assert sum(math.exp(dist.log_prob(v)) for v in dist.support.values) == pytest.approx(1.0)
