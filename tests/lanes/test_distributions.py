"""Distributions of a group of particles against the scalar distributions, row by row."""

from __future__ import annotations

import itertools
from fractions import Fraction
from math import inf, nan
from typing import Any

import numpy as np
import pytest
from scipy import stats

from anglipy.diagnostics import ProgramError
from anglipy.runtime.distributions import CONSTRUCTORS, UserDistribution
from anglipy.runtime.lanes.distributions import construct, draw, score
from anglipy.runtime.lanes.families import FAMILIES
from anglipy.runtime.lanes.families.base import BadLane
from anglipy.runtime.lanes.families.special import log_gamma
from anglipy.runtime.lanes.families.vectors import root_of
from anglipy.runtime.lanes.groups import CURRENT, root, unite, using
from anglipy.runtime.lanes.values import Choice, Lane, LaneDistribution, NotLanes, lane, row, rows
from anglipy.runtime.maps import PersistentMap
from anglipy.runtime.scalars import Keyword
from anglipy.runtime.vectors import Vector
from tests.lanes.families import (
    ONE_BY_ONE,
    PARAMETERS,
    SAMPLED,
    VALUES,
    number_near,
    weights,
)

N = 300


def as_lanes(values: list[Any]) -> Any:
    """Values of one shape, with lanes of the running group inside."""
    first = values[0]
    if isinstance(first, Vector):
        return Vector([as_lanes(list(column)) for column in zip(*values, strict=True)])
    return lane(np.array(values))


def close(found: Any, expected: Any) -> None:
    """Equal to rounding; infinities exactly."""
    found, expected = np.asarray(found), np.asarray(expected)
    assert found.shape == expected.shape
    assert not np.isnan(found).any()
    assert (np.isinf(found) == np.isinf(expected)).all()
    finite = np.isfinite(expected)
    np.testing.assert_allclose(found[finite], expected[finite], rtol=1e-12, atol=3e-12)


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


def lane_distribution(cls: Any, given: list[Any]) -> Any:
    return construct(cls, [as_lanes(list(column)) for column in zip(*given, strict=True)])


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


# ---- sampling


ALPHA = 1e-6 / 200
"""The chance that a right sampler fails, for each of some 200 comparisons."""
M = 20_000


def follows(drawn: Any, oracle: Any) -> None:
    """Drawn numbers have the distribution: Kolmogorov and Smirnov, or chi-square."""
    drawn = np.asarray(drawn)
    if not hasattr(oracle, "pmf"):
        assert stats.kstest(drawn, oracle.cdf).pvalue > ALPHA
        return
    low, high = int(drawn.min()), int(drawn.max())
    values = np.arange(low, high + 1)
    expected = oracle.pmf(values) * len(drawn)
    assert (expected[np.isin(values, drawn)] > 0).all()
    counts = np.bincount(drawn.astype(np.int64) - low, minlength=len(values))
    enough = expected > 8
    rest = len(drawn) - expected[enough].sum()
    counts = [*counts[enough], len(drawn) - counts[enough].sum()]
    expected = [*expected[enough], rest]
    if rest < 8:
        counts, expected = [*counts[:-2], sum(counts[-2:])], [*expected[:-2], sum(expected[-2:])]
    assert stats.chisquare(counts, expected).pvalue > ALPHA


@pytest.mark.parametrize("place", range(len(SAMPLED)))
def test_draws(place):
    """Drawn with plain parameters, with lanes, from a table; every second lane has others."""
    name, args, oracle = SAMPLED[place]
    cls, rng = CONSTRUCTORS[name], np.random.default_rng(place)
    dist = cls(*args)
    family = [other for other in SAMPLED if other[0] == name]
    other = PARAMETERS[name](rng) if len(family) == 1 else family[family[0][1] == args][1]
    if name == "discrete":
        longer = max(len(args[0]), len(other[0]))
        padded = [Vector([*g[0], *[0.0] * (longer - len(g[0]))]) for g in (args, other)]
        args, other = (padded[0],), (padded[1],)
    kind = {bool: np.bool_, int: np.int64, float: np.float64}[type(dist.sample(rng))]
    with using(root(M)):
        group = CURRENT.group
        mixed = [args if i % 2 == 0 else other for i in range(M)]
        codes = np.arange(M) % 2
        table = Choice(codes, (dist, cls(*other)), group.stamp, plain=True)
        for source in (dist, lane_distribution(cls, mixed), table):
            drawn = draw(source, rng, M)
            assert drawn.__class__ is Lane
            assert drawn.stamp is group.stamp
            assert drawn.array.dtype == kind
            assert drawn.array.shape == (M,)
            follows(drawn.array[::2], oracle)


@pytest.mark.parametrize("source", ["plain", "lanes", "table"])
def test_draws_of_dirichlet(source):
    alphas = [Vector([0.5, 2.0, 3.0]), Vector([1.0, 1.0, 1.0])]
    drawn = vectors_drawn("dirichlet", [(a,) for a in alphas], source)
    np.testing.assert_allclose(drawn.sum(axis=1), 1.0, rtol=1e-12)
    for place, a in enumerate(alphas[0]):
        follows(drawn[::2, place], stats.beta(a, 5.5 - a))


@pytest.mark.parametrize("source", ["plain", "lanes", "table"])
def test_draws_of_mvn(source):
    cov = Vector([Vector([2.0, 1.0]), Vector([1.0, 3.0])])
    unit = Vector([Vector([1.0, 0.0]), Vector([0.0, 1.0])])
    drawn = vectors_drawn("mvn", [(Vector([1.0, -1.0]), cov), (Vector([0.0, 0.0]), unit)], source)
    follows(drawn[::2, 0], stats.norm(1.0, 2.0**0.5))
    follows(drawn[::2, 1], stats.norm(-1.0, 3.0**0.5))
    follows(drawn[::2] @ [1.0, -1.0], stats.norm(2.0, 3.0**0.5))


def vectors_drawn(name: str, given: list[Any], source: str) -> Any:
    cls, rng = CONSTRUCTORS[name], np.random.default_rng(0)
    with using(root(M)):
        dist: Any = cls(*given[0])
        if source == "lanes":
            dist = lane_distribution(cls, [given[i % 2] for i in range(M)])
        if source == "table":
            parts = tuple(cls(*args) for args in given)
            dist = Choice(np.arange(M) % 2, parts, CURRENT.group.stamp, plain=True)
        drawn = draw(dist, rng, M)
        assert drawn.__class__ is Vector
        assert {item.__class__ for item in drawn} == {Lane}
        return np.stack([item.array for item in drawn], axis=1)


class Comparing:
    """A uniform that knows only `<`."""

    def __init__(self, number: Fraction) -> None:
        self.number = number

    def __lt__(self, bound: Any) -> Any:
        return self.number < bound


class ComparingRng:
    """Evenly spread uniforms."""

    def random(self, n: int | None = None) -> Any:
        found = np.empty(n, dtype=object)
        found[:] = [Comparing(Fraction(2 * i + 1, 2 * n)) for i in range(n)]
        return found


@pytest.mark.parametrize(
    ("name", "args"),
    [
        ("flip", (0.25,)), ("bernoulli", (0.25,)), ("discrete", (Vector([1.0, 0.0, 2.0, 5.0]),)),
        ("discrete", (Vector([1.0, 2.0] * 40),)), ("binomial", (3, 0.5)), ("binomial", (0, 0.5)),
        ("uniform-discrete", (2, 6)), ("uniform-discrete", (0, 200)),
    ],
)  # fmt: skip
def test_uniforms_that_can_only_be_compared(name, args):
    n = 2400
    cls = CONSTRUCTORS[name]
    dist = cls(*args)
    with using(root(n)):
        table = Choice(np.zeros(n, dtype=np.intp), (dist,), CURRENT.group.stamp, plain=True)
        for source in (dist, lane_distribution(cls, [args] * n), table):
            drawn = draw(source, ComparingRng(), n).array
            assert drawn.dtype.kind in "bi"
            outcomes = [False, True] if name == "flip" else range(200)
            for value in outcomes:
                share = np.exp(dist.log_prob(value))
                assert abs((drawn == value).mean() - share) <= 1 / n


# ---- categorical and dirac


def categorical(*pairs: Any) -> Any:
    return CONSTRUCTORS["categorical"](Vector([Vector(pair) for pair in pairs]))


A, B, C = Keyword("a"), Keyword("b"), Keyword("c")


@pytest.mark.parametrize(
    ("parts", "values"),
    [
        ([[(A, 1.0), (B, 3.0)], [(A, 2.0), (B, 2.0)]], [A, B, C, None]),
        ([[(A, 1.0), (B, 3.0)], [(C, 2.0), (B, 2.0), (A, 0.0)]], [A, B, C]),
        ([[(1, 1.0), (2, 3.0), (1, 2.0)], [(1, 1.0), (2, 3.0), (1, 5.0)]], [1, 2, 3]),
        ([[(1, 1.0), (2, 3.0)], [(1, 1.0), (2, 3.0)]], [1.0, 2.0, 0.0]),
        ([[(0.5, 1.0), (2.0, 3.0)], [(0.5, 1.0), (1.5, 3.0)]], [0.5, 1.5, 2.0]),
        ([[(True, 1.0), (False, 3.0)], [(True, 3.0), (False, 3.0)]], [True, False]),
        ([[(1, 1.0), (A, 3.0)], [(1, 3.0), (A, 3.0)]], [1, A, 1.0]),
        ([[(Vector([1, 2]), 1.0), (nan, 3.0)]] * 2, [Vector([1, 2]), nan]),
    ],
)
def test_categorical(parts, values):
    """All ways to draw from it and to observe it."""
    rng = np.random.default_rng(0)
    dists = [categorical(*pairs) for pairs in parts]
    with using(root(M)):
        stamp = CURRENT.group.stamp
        codes, chosen = np.arange(M) % 2, rng.integers(0, len(values), M)
        value = Choice(chosen, values, stamp, plain=True)
        if (
            all(v.__class__ in (int, float, bool) for v in values)
            and len(set(map(type, values))) == 1
        ):
            value = lane(np.array(values)[chosen])
        sources: list[Any] = [(dists[0], np.zeros(M, dtype=int))]
        sources.append((Choice(codes, dists, stamp, plain=True), codes))
        if [v for v, _ in parts[0]] == [v for v, _ in parts[1]]:
            pairs = [
                Vector([v, lane(np.array([w, parts[1][i][1]])[codes])])
                for i, (v, w) in enumerate(parts[0])
            ]
            sources.append((construct(CONSTRUCTORS["categorical"], (Vector(pairs),)), codes))
        for dist, which in sources:
            for at in (*values, value):
                found = np.broadcast_to(score(dist, at), M)
                at_each = rows(at)
                close(found[:50], [dists[which[i]].log_prob(at_each[i]) for i in range(50)])
            drawn = np.array(list(map(repr, rows(draw(dist, rng, M)))))[::2]
            for listed in {repr(v) for v, _ in parts[0]}:
                mass = sum(w for v, w in parts[0] if repr(v) == listed)
                mass /= sum(w for _, w in parts[0])
                count = int((drawn == listed).sum())
                assert stats.binomtest(count, len(drawn), mass).pvalue > ALPHA


def test_categorical_gives_lanes_of_numbers_and_choices_of_others():
    rng = np.random.default_rng(0)
    with using(root(50)):
        numbers = draw(categorical((1, 1.0), (2, 1.0)), rng, 50)
        assert numbers.array.dtype == np.int64
        others = draw(categorical((A, 1.0), (2, 1.0)), rng, 50)
        assert others.__class__ is Choice
        assert others.plain


def test_categorical_over_values_with_lanes_inside():
    rng = np.random.default_rng(0)
    with using(root(100)):
        x = lane(np.arange(100.0))
        pairs = Vector([Vector([Vector([x]), 1.0]), Vector([A, 1.0])])
        dist = construct(CONSTRUCTORS["categorical"], (pairs,))
        drawn = rows(draw(dist, rng, 100))
        assert all(v in (A, Vector([float(i)])) for i, v in enumerate(drawn))
        found = score(dist, Vector([3.0]))
        close(found, [np.log(0.5) if i == 3 else -inf for i in range(100)])


def test_categorical_of_a_map():
    with using(root(3)):
        weight = lane(np.array([1.0, 2.0, 3.0]))
        dist = construct(CONSTRUCTORS["categorical"], (PersistentMap.of([(A, weight), (B, 1.0)]),))
        close(score(dist, A), np.log([1 / 2, 2 / 3, 3 / 4]))


def test_dirac():
    rng = np.random.default_rng(0)
    with using(root(3)):
        x = lane(np.array([1, 2, 3]))
        cls = CONSTRUCTORS["dirac"]
        dist = construct(cls, (x,))
        assert draw(dist, rng, 3) is x
        close(score(dist, 2), [-inf, 0.0, -inf])
        close(score(dist, 2.0), [-inf] * 3)
        close(score(dist, lane(np.array([1, 1, 3]))), [0.0, -inf, 0.0])
        close(score(cls(A), Choice(np.array([0, 1, 0]), (A, B), x.stamp, True)), [0.0, -inf, 0.0])
        table = Choice(np.array([1, 0, 1]), (cls(A), cls(B)), x.stamp, plain=True)
        assert rows(draw(table, rng, 3)) == [B, A, B]
        close(score(table, A), [-inf, 0.0, -inf])
        table = Choice(np.array([1, 0, 1]), (cls(1.0), cls(2.0)), x.stamp, plain=True)
        assert draw(table, rng, 3).array.tolist() == [2.0, 1.0, 2.0]


# ---- tables


def test_rows_of_a_transition_matrix():
    """A distribution built from a row that differs between particles is a table."""
    rng = np.random.default_rng(0)
    matrix_ = Vector([Vector([0.9, 0.1, 0.0]), Vector([0.0, 0.5, 0.5])])
    with using(root(M)):
        codes = np.arange(M) % 2
        weights_ = Choice(codes, matrix_.items, CURRENT.group.stamp, plain=True)
        dist = construct(CONSTRUCTORS["discrete"], (weights_,))
        drawn = draw(dist, rng, M).array
        follows(drawn[::2], stats.rv_discrete(values=([0, 1], [0.9, 0.1])))
        follows(drawn[1::2], stats.rv_discrete(values=([1, 2], [0.5, 0.5])))
        close(score(dist, 1)[:2], np.log([0.1, 0.5]))


def test_bad_row_counts_only_for_who_has_it():
    table = (Vector([0.5, 0.5]), Vector([0.0, 0.0]), Vector([1.0, 3.0]))
    discrete = CONSTRUCTORS["discrete"]
    with using(root(3)):
        stamp = CURRENT.group.stamp
        fine = construct(discrete, (Choice(np.array([0, 2, 0]), table, stamp, plain=True),))
        close(score(fine, 0), np.log([0.5, 0.25, 0.5]))
        with pytest.raises(ProgramError, match="all are zero") as caught:
            construct(discrete, (Choice(np.array([0, 1, 1]), table, stamp, plain=True),))
        assert caught.value.lane == 1


def test_rows_of_different_length():
    rng = np.random.default_rng(0)
    discrete, dirichlet = CONSTRUCTORS["discrete"], CONSTRUCTORS["dirichlet"]
    with using(root(M)):
        stamp, codes = CURRENT.group.stamp, np.arange(M) % 2
        short, long = discrete([1.0, 1.0]), discrete([1.0, 1.0, 1.0, 1.0])
        table = Choice(codes, (short, long), stamp, plain=True)
        follows(draw(table, rng, M).array[::2], stats.randint(0, 2))
        follows(draw(table, rng, M).array[1::2], stats.randint(0, 4))
        close(score(table, 3)[:2], [-inf, np.log(0.25)])
        close(score(table, lane(codes * 2))[:2], np.log([0.5, 0.25]))
    with using(root(4)):
        parts = (dirichlet(Vector([1.0, 1.0])), dirichlet(Vector([1.0, 1.0, 1.0])))
        table = Choice(np.array([0, 1, 0, 1]), parts, CURRENT.group.stamp, plain=True)
        assert [len(v) for v in rows(draw(table, rng, 4))] == [2, 3, 2, 3]


def test_parts_of_different_kinds():
    """A table of several classes, and one with lanes inside of its parts."""
    rng = np.random.default_rng(0)
    normal, gamma = CONSTRUCTORS["normal"], CONSTRUCTORS["gamma"]
    with using(root(M)):
        stamp, codes = CURRENT.group.stamp, np.arange(M) % 2
        mean = lane(np.where(codes == 0, 5.0, nan))
        of_lanes = LaneDistribution(normal, (mean, 1.0))
        for first in (normal(5.0, 1.0), of_lanes):
            plain = first is not of_lanes
            table = Choice(codes, (first, gamma(2.0, 3.0)), stamp, plain)
            drawn = draw(table, rng, M).array
            follows(drawn[::2], stats.norm(5.0, 1.0))
            follows(drawn[1::2], stats.gamma(2.0, scale=1 / 3))
            expected = [normal(5.0, 1.0).log_prob(1.5), gamma(2.0, 3.0).log_prob(1.5)]
            close(score(table, 1.5)[:2], expected)
            close(score(table, lane(np.full(M, 1.5)))[:2], expected)


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
