"""Truncated distributions, mixtures and products."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import integrate, stats

from anglipy.diagnostics import ProgramError
from anglipy.runtime.distributions.base import (
    Distribution,
    Finite,
    IntegerRange,
    IntegersFrom,
    Interval,
    Naturals,
    Positive,
    Product,
    Reals,
    Unknown,
    UserDistribution,
    listed_values,
)
from anglipy.runtime.values import Keyword, Vector
from tests.runtime.distributions.cases import build
from tests.runtime.distributions.test_sampling import draws_of
from tests.statistical.assertions import assert_cdf, assert_counts

INF = math.inf
NORMAL = build("normal", 1, 2)
A, B = Keyword("a"), Keyword("b")


# ---- truncated


@pytest.mark.parametrize(
    ("low", "high"),
    [(None, 3), (0, None), (-2, 4), (0.9, 1.1), (40, None), (-60, -50), (20, 20.001), (-INF, INF)],
)
def test_truncated_normals(low: Any, high: Any) -> None:
    """Against scipy, deep in the tails too; and draws by both ways."""
    dist = build("truncated", NORMAL, low, high)
    a, b = (-INF if low is None else low), (INF if high is None else high)
    scipy = stats.truncnorm((a - 1) / 2, (b - 1) / 2, loc=1, scale=2)
    points = scipy.ppf([0.01, 0.5, 0.9])
    for x in points:
        assert dist.log_prob(x) == pytest.approx(scipy.logpdf(x), rel=1e-9, abs=1e-9)
        tails = dist.log_tails(x)
        assert tails is not None
        assert tails == pytest.approx((scipy.logcdf(x), scipy.logsf(x)), rel=1e-6, abs=1e-6)
    assert dist.log_prob(a - 1.0) == -INF if a > -INF else True
    assert_cdf(draws_of(dist), scipy.cdf, discrepancy=0.06)


@given(st.floats(-8.0, 8.0), st.floats(1e-9, 10.0))
def test_truncated_densities_are_normalised(low: float, width: float) -> None:
    dist = build("truncated", build("student-t", 3), low, low + width)
    total, _ = integrate.quad(lambda x: math.exp(dist.log_prob(x)), low, low + width)
    assert total == pytest.approx(1.0, rel=1e-8)


@pytest.mark.parametrize(
    ("name", "parameters", "low", "high"),
    [
        ("poisson", (3.0,), 2, 5),
        ("poisson", (3.0,), 2, None),
        ("poisson", (3.0,), 25, None),
        ("binomial", (3000, 0.5), 1300, None),
        ("binomial", (3000, 0.5), 1700, 2999),
        ("negative-binomial", (2.5, 0.01), 1500, None),
        ("geometric", (0.3,), 1.5, None),
        ("uniform-discrete", (0, 10**6), 10, 999_000),
        ("discrete", ([1, 2, 0, 5],), 1, 3),
        ("bernoulli", (0.3,), 0, 1),
    ],
)
def test_truncated_counts(name: str, parameters: Any, low: Any, high: Any) -> None:
    whole = build(name, *parameters)
    dist = build("truncated", whole, low, high)
    first, last = math.ceil(low), 10**6 if high is None else high
    last = min(last, first + 3000) if name != "uniform-discrete" else first + 20
    values = list(range(first, last + 1))
    shift = dist.log_prob(values[0]) - whole.log_prob(values[0])
    found = [dist.log_prob(k) for k in values]
    assert found == pytest.approx([whole.log_prob(k) + shift for k in values], rel=1e-9, abs=1e-9)
    if name != "uniform-discrete":
        assert math.fsum(map(math.exp, found)) == pytest.approx(1.0, abs=1e-9)
        assert_counts(
            draws_of(dist),
            dict(zip(values[:12], map(math.exp, found), strict=False)),
            discrepancy=0.08,
        )
    assert dist.log_prob(first - 1) == -INF
    assert type(dist.sample(np.random.default_rng(0))) is int


def test_truncated_twice() -> None:
    once = build("truncated", NORMAL, 0, 5)
    twice = build("truncated", once, 2, None)
    assert twice.log_prob(3) == pytest.approx(build("truncated", NORMAL, 2, 5).log_prob(3))
    counts = build("truncated", build("truncated", build("poisson", 4), 3, None), None, 5)
    assert counts.log_prob(4) == pytest.approx(
        build("truncated", build("poisson", 4), 3, 5).log_prob(4)
    )


def test_supports_of_truncated() -> None:
    for dist, low, high, support in (
        (NORMAL, None, None, Reals()),
        (NORMAL, 0, None, Positive()),
        (NORMAL, 0, 1, Interval(0.0, 1.0)),
        (build("gamma", 2, 3), -5, None, Positive()),
        (build("beta", 2, 3), 0.5, 7, Interval(0.5, 1.0)),
        (build("poisson", 3), None, None, Naturals()),
        (build("poisson", 3), 1.5, None, IntegersFrom(2)),
        (build("poisson", 3), 1.5, 4.5, IntegerRange(2, 4)),
        (build("truncated", build("poisson", 3), 2, None), 1, 9, IntegerRange(2, 9)),
    ):
        assert build("truncated", dist, low, high).support == support


def test_tables_of_truncated_counts_have_tails() -> None:
    dist = build("truncated", build("poisson", 3), 2, 5)
    for k in (2, 3, 4):
        tails = dist.log_tails(k + 0.5)
        assert tails is not None
        assert math.exp(tails[0]) == pytest.approx(
            sum(math.exp(dist.log_prob(j)) for j in range(2, k + 1))
        )
    assert dist.log_tails(1.9) == (-INF, 0.0)
    assert dist.log_tails(5) == (0.0, -INF)


class Triangle(Distribution):
    """Density 2 x on [0, 1], by a user of Python."""

    __slots__ = ()
    name = "triangle"
    fields = ()
    given = ()

    def sample(self, rng: Any) -> float:
        return math.sqrt(rng.random())

    def log_prob(self, value: Any) -> float:
        return math.log(2 * value) if 0 < value <= 1 else -INF

    def log_tails(self, x: float) -> tuple[float, float]:
        inside = min(max(x, 0.0), 1.0)
        return (2 * math.log(inside) if inside else -INF), (
            math.log1p(-inside * inside) if inside < 1 else -INF
        )


def test_distributions_of_users_are_truncated_by_their_tails() -> None:
    dist = build("truncated", Triangle(), 0.5, 0.75)
    assert dist.log_prob(0.6) == pytest.approx(math.log(1.2 / (0.75**2 - 0.25)))
    assert_cdf(draws_of(dist), lambda x: (x * x - 0.25) / (0.75**2 - 0.25), discrepancy=0.05)
    user = UserDistribution("mine", {}, lambda rng: 0.0, lambda value: 0.0)
    with pytest.raises(ProgramError, match="whose distribution function is known, got \\(mine\\)"):
        build("truncated", user, 0, 1)


# ---- mixtures


def test_mixture_of_normals() -> None:
    dist = build("mixture", [1, 0, 3], [NORMAL, build("flip", 0.5), build("normal", -2, 0.5)])

    def cdf(x: Any) -> Any:
        return stats.norm.cdf(x, 1, 2) / 4 + stats.norm.cdf(x, -2, 0.5) * 3 / 4

    for x in (-2.0, 0.3, 50.0):
        exact = stats.norm.logpdf(x, [1, -2], [2, 0.5]) + np.log([0.25, 0.75])
        assert dist.log_prob(x) == pytest.approx(np.logaddexp(*exact), rel=1e-12)
    assert_cdf(draws_of(dist), cdf, discrepancy=0.04)
    assert dist.log_tails(0.5) is None, "a flip has none"
    whole = build("mixture", [1, 3], [NORMAL, build("normal", -2, 0.5)])
    tails = whole.log_tails(0.5)
    assert tails is not None
    assert math.exp(tails[0]) == pytest.approx(cdf(0.5))
    cut = build("truncated", whole, 0, None)
    assert cut.log_prob(1) == pytest.approx(whole.log_prob(1) - math.log(1 - cdf(0)))


def test_mixture_of_categories() -> None:
    dist = build("mixture", [1, 1], [build("categorical", {A: 1, B: 1}), build("dirac", A)])
    assert dist.support == Finite((A, B))
    assert [dist.log_prob(v) for v in (A, B, None)] == pytest.approx(
        [math.log(0.75), math.log(0.25), -INF]
    )
    assert_counts(draws_of(dist), {A: 0.75, B: 0.25}, discrepancy=0.05)


def test_supports_of_mixtures() -> None:
    poisson = build("poisson", 3)
    assert build("mixture", [1, 1], [poisson, poisson]).support == Naturals()
    assert build("mixture", [1, 0], [poisson, NORMAL]).support == Naturals()
    assert build("mixture", [1, 1], [poisson, build("dirac", 0)]).support == Unknown()


# ---- products


def test_product() -> None:
    dist = build("product", [NORMAL, build("flip", 0.3), build("mvn", [0], [[1]])])
    value = Vector([0.5, True, Vector([0.1])])
    expected = NORMAL.log_prob(0.5) + math.log(0.3) + stats.norm.logpdf(0.1)
    assert dist.log_prob(value) == pytest.approx(expected)
    drawn = dist.sample(np.random.default_rng(0))
    assert [type(x) for x in drawn] == [float, bool, Vector]
    assert isinstance(dist.support, Product)
    with pytest.raises(
        ProgramError, match="product: the value must be a vector of 3 values, got 1"
    ):
        dist.log_prob(1)
    assert build("product", []).log_prob(Vector([])) == 0.0


def test_iid() -> None:
    dist = build("iid", build("flip", 0.25), 2)
    mass = {
        (a, b): (0.25 if a else 0.75) * (0.25 if b else 0.75)
        for a in (True, False)
        for b in (True, False)
    }
    assert_counts(lambda n: [tuple(v) for v in draws_of(dist)(n)], mass, discrepancy=0.05)
    values = listed_values(dist.support)
    assert values is not None
    assert {tuple(v): math.exp(dist.log_prob(v)) for v in values} == pytest.approx(mass)
    assert listed_values(build("iid", build("flip", 0.5), 30).support) is None
    assert listed_values(build("iid", NORMAL, 2).support) is None
    assert build("iid", NORMAL, 3).log_prob([1, 1, 1]) == pytest.approx(3 * NORMAL.log_prob(1))
