"""Distributions of a group of particles against the scalar distributions, row by row."""

from __future__ import annotations

import itertools
from math import inf, nan
from typing import Any

import numpy as np
import pytest

from anglipy.diagnostics import ProgramError
from anglipy.runtime.distributions import CONSTRUCTORS, UserDistribution
from anglipy.runtime.lanes.distributions import construct, draw, score
from anglipy.runtime.lanes.families import FAMILIES
from anglipy.runtime.lanes.families.base import BadLane
from anglipy.runtime.lanes.families.special import log_gamma
from anglipy.runtime.lanes.families.vectors import root_of
from anglipy.runtime.lanes.groups import CURRENT, root, unite, using
from anglipy.runtime.lanes.values import Choice, LaneDistribution, NotLanes, lane, row, rows
from anglipy.runtime.vectors import Vector
from tests.lanes.comparing import M, as_lanes, close, lane_distribution
from tests.lanes.families import (
    ONE_BY_ONE,
    PARAMETERS,
    VALUES,
    number_near,
    weights,
)

N = 300


CASES = [(name, make) for name in PARAMETERS for make in VALUES.get(name, [number_near])]


@pytest.fixture(params=range(len(CASES)), ids=[f"{name}-{i}" for i, (name, _) in enumerate(CASES)])
def case(request: Any) -> Any:
    """Random parameters and values of a family, in the running group."""
    name, make = CASES[request.param]
    rng = np.random.default_rng(request.param)
    given = [PARAMETERS[name](rng) for _ in range(N)]
    dists = [CONSTRUCTORS[name](*args) for args in given]
    values = [make(rng, lambda dist=dist: dist.sample(rng)) for dist in dists]
    with using(root(N)):
        yield CONSTRUCTORS[name], given, dists, values


def test_every_family_is_here():
    assert {cls.name for cls in FAMILIES} == set(CONSTRUCTORS) - ONE_BY_ONE
    others = {"categorical", "categorical-crp", "dirac", "iid", "mixture", "product", "truncated"}
    assert {cls.name for cls in FAMILIES} == set(PARAMETERS) | others


def test_parameters_and_values_in_lanes(case):
    cls, given, dists, values = case
    dist = lane_distribution(cls, given)
    assert isinstance(dist, LaneDistribution)
    expected = [d.log_prob(v) for d, v in zip(dists, values, strict=True)]
    close(score(dist, as_lanes(values)), expected)


def test_parameters_in_lanes(case):
    cls, given, dists, values = case
    dist = lane_distribution(cls, given)
    for value in values[:40]:
        close(score(dist, value), [d.log_prob(value) for d in dists])


def test_some_parameters_in_lanes(case):
    cls, given, _, values = case
    for place in range(len(given[0])):
        args = list(given[0])
        args[place] = as_lanes([g[place] for g in given])
        try:
            dist = construct(cls, args)
        except ProgramError:  # min and max may be the wrong way round
            continue
        expected = [d.log_prob(v) for d, v in zip(rows(dist), values, strict=True)]
        close(score(dist, as_lanes(values)), expected)


def test_values_in_lanes(case):
    _, _, dists, values = case
    for dist in dists[:40]:
        close(score(dist, as_lanes(values)), [dist.log_prob(v) for v in values])


@pytest.mark.parametrize("size", [1, 5, 60])
def test_table(case, size):
    _, _, dists, values = case
    codes = np.random.default_rng(0).integers(0, size, N)
    choice = Choice(codes, dists[:size], CURRENT.group.stamp, plain=True)
    expected = [dists[c].log_prob(v) for c, v in zip(codes, values, strict=True)]
    close(score(choice, as_lanes(values)), expected)
    for value in values[:5]:
        close(score(choice, value), [dists[c].log_prob(value) for c in codes])


def test_plain(case):
    _, _, dists, values = case
    found = score(dists[0], values[0])
    assert found.__class__ is float
    assert found == dists[0].log_prob(values[0])


def test_descendants(case):
    """Parameters and values are looked up from a resampled group, and from a union."""
    cls, given, dists, values = case
    dist, value = lane_distribution(cls, given), as_lanes(values)
    expected = np.array([d.log_prob(v) for d, v in zip(dists, values, strict=True)])
    index = np.random.default_rng(1).integers(0, N, 50)
    child = CURRENT.group.child(index)
    with using(child):
        close(score(dist, value), expected[index])
        assert len(rows(draw(dist, np.random.default_rng(2), 50))) == 50
    with using(unite([child, CURRENT.group])):
        close(score(dist, value), expected[np.concatenate([index, np.arange(N)])])


# ---- what is wrong


BAD = [
    ("normal", [(0.0, 1.0), (0.0, 0.0)]), ("normal", [(0.0, 1.0), (inf, 1.0)]),
    ("normal", [(0.0, 1.0), (0.0, nan)]), ("flip", [(0.5,), (1.5,)]), ("flip", [(0.5,), (nan,)]),
    ("beta", [(1.0, 1.0), (1.0, -1.0)]), ("beta", [(1.0, 1.0), (1e308, 1e308)]),
    ("gamma", [(1.0, 1.0), (0.0, 1.0)]), ("binomial", [(3, 0.5), (-1, 0.5)]),
    ("binomial", [(3.0, 0.5), (3.5, 0.5)]), ("binomial", [(3, 0.5), (3, -0.1)]),
    ("poisson", [(1.0,), (-1.0,)]), ("poisson", [(1.0,), (1e19,)]),
    ("exponential", [(1.0,), (0.0,)]),
    ("chi-squared", [(1.0,), (inf,)]), ("laplace", [(1.0, 1.0), (1.0, -1.0)]),
    ("student-t", [(1.0,), (-1.0,)]), ("student-t-loc-scale", [(1.0, 0.0, 1.0), (1.0, 0.0, 0.0)]),
    ("uniform-continuous", [(0.0, 1.0), (1.0, 1.0)]),
    ("uniform-continuous", [(0.0, 1.0), (-1e308, 1e308)]),
    ("uniform-continuous", [(0.0, 1.0), (-inf, 1.0)]),
    ("uniform-discrete", [(0, 1), (1, 1)]), ("uniform-discrete", [(0.0, 1.0), (0.0, 1.5)]),
    ("discrete", [(Vector([1.0, 1.0]),), (Vector([0.0, 0.0]),)]),
    ("discrete", [(Vector([1.0, 1.0]),), (Vector([-1.0, 2.0]),)]),
    ("discrete", [(Vector([1.0, 1.0]),), (Vector([1.0, inf]),)]),
    ("dirichlet", [(Vector([1.0, 1.0]),), (Vector([1.0, 0.0]),)]),
    ("mvn", [
        (Vector([0.0]), Vector([Vector([1.0])])), (Vector([0.0]), Vector([Vector([-1.0])]))]),
    ("mvn", [
        (Vector([0.0] * 2), Vector([Vector([1.0, 0.0]), Vector([0.0, 1.0])])),
        (Vector([0.0] * 2), Vector([Vector([1.0, 0.5]), Vector([0.0, 1.0])]))]),
]  # fmt: skip


@pytest.mark.parametrize(("name", "given"), BAD)
def test_bad_parameters(name, given):
    """The scalar error, and the first particle it belongs to."""
    cls = CONSTRUCTORS[name]
    with pytest.raises(ProgramError) as expected:
        cls(*given[1])
    with using(root(5)), pytest.raises(ProgramError) as caught:
        lane_distribution(cls, [given[int(i in (3, 4))] for i in range(5)])
    assert str(expected.value) == str(caught.value)
    assert caught.value.lane == 3


@pytest.mark.parametrize("name", sorted(set(PARAMETERS) - {"flip", "bernoulli"}))
def test_bad_values(name):
    """A nan, a boolean or a string where a number is needed, from any kind of distribution."""
    rng = np.random.default_rng(0)
    cls, given = CONSTRUCTORS[name], [PARAMETERS[name](rng) for _ in range(4)]
    dists = [cls(*args) for args in given]
    value: Any = dists[0].sample(rng)
    size = len(value) if isinstance(value, Vector) else 0
    with using(root(4)):
        bad: Any = lane(np.array([0.5, 0.5, nan, nan]))
        bad = Vector([bad, *[0.5] * (size - 1)]) if size else bad
        table = Choice(np.arange(4), tuple(dists), CURRENT.group.stamp, plain=True)
        for dist in (dists[0], lane_distribution(cls, given), table):
            for wrong, place in ((bad, 2), ("a", 0), (lane(np.array([True] * 4)), 0)):
                with pytest.raises(ProgramError) as expected:
                    row(dist, place).log_prob(row(wrong, place))
                with pytest.raises(ProgramError) as caught:
                    score(dist, wrong)
                assert str(expected.value) == str(caught.value)
                if dist is not dists[0] or wrong != "a":
                    assert caught.value.lane == place


def test_flips_of_other_values_have_no_mass():
    with using(root(2)):
        dist = construct(CONSTRUCTORS["flip"], (lane(np.array([0.2, 0.4])),))
        for value in (1, "a", None, lane(np.array([1, 0])), Vector([1])):
            close(score(dist, value), [-inf, -inf])
        close(score(dist, Choice(np.array([0, 1]), (True, None), CURRENT.group.stamp, True)),
              [np.log(0.2), -inf])  # fmt: skip


def test_what_arrays_cannot_hold():
    with using(root(2)):
        x = lane(np.array([1.0, 2.0]))
        with pytest.raises(NotLanes):
            construct(CONSTRUCTORS["normal"], ("a", x))
        with pytest.raises(NotLanes):
            construct(CONSTRUCTORS["uniform-discrete"], (-(2**62), lane(np.array([2**62, 1]))))
        with pytest.raises(NotLanes):
            construct(UserDistribution, (x,))


def test_integers_beyond_64_bits():
    rng = np.random.default_rng(0)
    with using(root(3)):
        dist = CONSTRUCTORS["uniform-discrete"](2**70, 2**70 + 2)
        assert set(rows(draw(dist, rng, 3))) <= {2**70, 2**70 + 1}
        small = construct(CONSTRUCTORS["uniform-discrete"], (0, lane(np.array([1, 2, 3]))))
        close(score(small, 2**70), [-inf] * 3)
        close(score(dist, lane(np.array([1, 2, 3]))), [-inf] * 3)


def test_user_distributions_go_one_by_one():
    seen = []

    def sample(rng: Any) -> Any:
        seen.append(rng.random())
        return seen[-1]

    dist = UserDistribution("mine", {}, sample, lambda v: -v)
    with using(root(4)):
        drawn = draw(dist, np.random.default_rng(0), 4)
        assert rows(drawn) == seen
        close(score(dist, drawn), [-v for v in seen])
        assert score(dist, 2.0) == -2.0


def test_log_gamma_against_scipy():
    from scipy.special import gammaln

    x = np.exp(np.linspace(np.log(1e-300), np.log(1e300), 5001))
    x = np.concatenate([x, np.linspace(0.01, 20, 2001)])
    expected = gammaln(x)
    with np.errstate(all="ignore"):
        found = log_gamma(x)
    assert (np.abs(found - expected) <= 1e-15 * np.maximum(np.abs(expected), 20)).all()


def test_tables_of_many_outcomes_and_many_rows():
    """By bisection in each row, as the scalar draw."""
    rng = np.random.default_rng(0)
    cls = CONSTRUCTORS["discrete"]
    dists = tuple(cls(weights(rng, 40)) for _ in range(50))
    codes = rng.integers(0, 50, M)
    uniforms = rng.random(M)

    class Fixed:
        def random(self, n: int) -> Any:
            return uniforms

    class One:
        def __init__(self) -> None:
            self.left = itertools.count()

        def random(self) -> float:
            return float(uniforms[next(self.left)])

    one = One()
    with using(root(M)):
        table = Choice(codes, dists, CURRENT.group.stamp, plain=True)
        assert draw(table, Fixed(), M).array.tolist() == [dists[c].sample(one) for c in codes]


@pytest.mark.parametrize("d", [1, 2, 3, 4, 5])
def test_roots_of_many_matrices(d):
    """As LAPACK finds them; the first that has none is named."""
    halves = np.random.default_rng(d).standard_normal((M, d, d + 1))
    covs = halves @ halves.swapaxes(-2, -1)
    root = root_of(np.zeros(d), covs)
    assert np.abs(root - np.linalg.cholesky(covs)).max() <= 1e-12 * np.abs(root).max()
    covs[[5, 700]] = np.diag([*[1.0] * (d - 1), 0.0])
    covs[900] = -np.eye(d)
    with pytest.raises(BadLane) as bad:
        root_of(np.zeros(d), covs)
    assert bad.value.lane == 5
