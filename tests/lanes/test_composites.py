"""Distributions made of others, and those that go one by one, against the scalar distributions."""

from __future__ import annotations

from math import inf, nan
from typing import Any

import numpy as np
import pytest
from scipy import stats

from anglipy.diagnostics import ProgramError
from anglipy.runtime.distributions import CONSTRUCTORS
from anglipy.runtime.lanes.distributions import construct, draw, score
from anglipy.runtime.lanes.foreign import lane_constructor
from anglipy.runtime.lanes.groups import CURRENT, root, using
from anglipy.runtime.lanes.values import Choice, Lane, LaneDistribution, NotLanes, lane, row, rows
from anglipy.runtime.maps import PersistentMap
from anglipy.runtime.vectors import Vector
from tests.lanes.comparing import ALPHA, M, close, follows

N = 200


def build(name: str, *args: Any) -> Any:
    """A distribution, of which some parameters may be lanes."""
    return lane_constructor(CONSTRUCTORS[name])(*args)


def agrees(dist: Any, value: Any) -> None:
    """The log densities are those of each particle's own distribution."""
    expected = [d.log_prob(v) for d, v in zip(rows(dist), rows(value), strict=True)]
    close(np.broadcast_to(score(dist, value), len(expected)), expected)


def real() -> Any:
    return lane(np.random.default_rng(1).normal(0, 3, CURRENT.group.n))


def positive() -> Any:
    return lane(np.random.default_rng(2).exponential(size=CURRENT.group.n) + 0.1)


def table() -> Any:
    """Normals chosen by index."""
    parts = tuple(CONSTRUCTORS["normal"](float(i), 1.0) for i in range(3))
    codes = np.arange(CURRENT.group.n) % 3
    return Choice(codes, parts, CURRENT.group.stamp, plain=True)


MIXTURES = {
    "lanes in a component": lambda: ([1, 2], [build("normal", real(), 1.0), build("normal", 3, 2)]),
    "lanes in the weights": lambda: (
        Vector([positive(), 0.0]), [build("normal", 0, 1), build("cauchy", 3, 2)]),
    "no lanes": lambda: (
        [1, 0, 2], [build("normal", 0, 1), build("flip", 0.5), build("normal", 3, 2)]),
    "components of several kinds": lambda: (
        Vector([1.0, positive(), 2.0]),
        [build("gamma", positive(), 1.0), build("normal", real(), 1.0), build("laplace", 0, 1)]),
    "a table": lambda: ([1, 3], [table(), build("normal", -5.0, 1.0)]),
    "truncated components": lambda: (
        [1, 3], [build("truncated", build("normal", real(), 1.0), 0, None), build("gamma", 2, 1)]),
    "mixtures of mixtures": lambda: (
        [1, 3], [build("mixture", [1, 2], [build("normal", real(), 1.0), build("normal", 0, 1)]),
                 build("normal", -5.0, 1.0)]),
}  # fmt: skip


@pytest.mark.parametrize("name", MIXTURES)
def test_mixtures(name: str) -> None:
    with using(root(N)):
        dist = build("mixture", *MIXTURES[name]())
        for value in (real(), positive(), 0.7):
            agrees(dist, value)
        drawn = draw(dist, np.random.default_rng(0), N)
        assert drawn.__class__ is Lane
        agrees(dist, drawn)


def test_mixtures_of_vectors() -> None:
    with using(root(N)):
        unit = [[1.0, 0.0], [0.0, 1.0]]
        mean = Vector([real(), 1.0])
        dist = build("mixture", [1, 2], [build("mvn", mean, unit), build("mvn", [0, 0], unit)])
        drawn = draw(dist, np.random.default_rng(0), N)
        assert [item.__class__ for item in drawn] == [Lane, Lane]
        agrees(dist, drawn)
        agrees(dist, Vector([0.5, -0.5]))


def test_draws_of_mixtures() -> None:
    """Every second particle has other weights and means."""
    with using(root(M)):
        even = np.arange(M) % 2 == 0
        weight, mean = lane(np.where(even, 1.0, 5.0)), lane(np.where(even, 0.0, 9.0))
        dist = build(
            "mixture", Vector([weight, 3]), [build("normal", mean, 1), build("gamma", 2, 1)]
        )
        drawn = draw(dist, np.random.default_rng(0), M).array[::2]

        class Law:
            def cdf(self, x: Any) -> Any:
                return stats.norm.cdf(x) / 4 + stats.gamma.cdf(x, 2.0) * 3 / 4

        follows(drawn, Law())


def test_mixtures_of_categories_go_one_by_one() -> None:
    with using(root(M)):
        first = CONSTRUCTORS["categorical"]({"a": 1, "b": 3})
        dist = build("mixture", Vector([lane(np.full(M, 1.0)), 1]), [first, build("dirac", "c")])
        drawn = rows(draw(dist, np.random.default_rng(0), M))
        for value, mass in (("a", 1 / 8), ("b", 3 / 8), ("c", 1 / 2)):
            assert stats.binomtest(drawn.count(value), M, mass).pvalue > ALPHA
        agrees(dist, "b")


def test_wrong_mixtures_have_the_scalar_error() -> None:
    with using(root(4)):
        weight = lane(np.array([1.0, 1.0, -1.0, 1.0]))
        parts = [build("normal", real(), 1.0), build("normal", 0.0, 1.0)]
        with pytest.raises(ProgramError, match="mixture: each weight must be >= 0, got -1") as bad:
            build("mixture", Vector([weight, 1.0]), parts)
        assert bad.value.lane == 2
        with pytest.raises(
            ProgramError, match="mixture: components must be 3, as there are weights"
        ):
            build("mixture", Vector([1, 1, 1]), parts)


# ---- products


def test_products() -> None:
    with using(root(N)):
        parts = [build("normal", real(), 1.0), build("flip", 0.3), build("mvn", [0.0], [[1.0]])]
        dist = build("product", parts)
        drawn = draw(dist, np.random.default_rng(0), N)
        assert [item.__class__ for item in drawn] == [Lane, Lane, Vector]
        assert drawn[1].array.dtype == np.bool_
        agrees(dist, drawn)
        agrees(dist, Vector([0.5, True, Vector([0.1])]))
        agrees(build("product", [build("normal", 0, 1)]), Vector([real()]))


def test_iid() -> None:
    with using(root(M)):
        dist = build("iid", build("exponential", lane(np.where(np.arange(M) % 2, 5.0, 2.0))), 3)
        assert isinstance(dist, LaneDistribution)
        drawn = draw(dist, np.random.default_rng(0), M)
        for item in drawn:
            follows(item.array[::2], stats.expon(scale=0.5))
        agrees(dist, drawn)
        agrees(dist, Vector([1.0, real(), 2.0]))


def test_iid_of_lengths_that_differ() -> None:
    with using(root(4)):
        dist = build("iid", build("flip", 0.5), lane(np.array([1, 2, 1, 3])))
        assert [len(v) for v in rows(draw(dist, np.random.default_rng(0), 4))] == [1, 2, 1, 3]


def test_vectors_of_the_wrong_length_have_the_scalar_error() -> None:
    with using(root(4)):
        dist = build("iid", build("normal", real(), 1.0), 2)
        with pytest.raises(ProgramError, match="iid: the value must be a vector of 2 values"):
            score(dist, Vector([1.0]))


# ---- truncated


WHOLE: dict[str, Any] = {
    "normal": lambda: (real(), positive()),
    "laplace": lambda: (real(), positive()),
    "cauchy": lambda: (real(), positive()),
    "exponential": lambda: (positive(),),
    "half-normal": lambda: (positive(),),
    "half-cauchy": lambda: (positive(),),
    "lognormal": lambda: (real(), positive()),
    "pareto": lambda: (positive(), positive()),
    "uniform-continuous": lambda: (lane(-rows_of(positive())), 200.0),
    "weibull": lambda: (positive(), positive()),
    "gamma": lambda: (positive(), positive()),
}


def rows_of(value: Any) -> Any:
    return value.array


def _first_failure(dists: Any, bounds: Any) -> ProgramError | None:
    for dist in dists:
        try:
            CONSTRUCTORS["truncated"](dist, *bounds)
        except ProgramError as error:
            return error
    return None


@pytest.mark.parametrize("name", WHOLE)
@pytest.mark.parametrize(
    "bounds", [(None, 5.0), (0.2, None), (1.0, 5.0), (30.0, 90.0), (-9.0, inf)]
)
def test_truncated(name: str, bounds: Any) -> None:
    with using(root(N)):
        whole = build(name, *WHOLE[name]())
        impossible = _first_failure(rows(whole), bounds)
        if impossible is not None:
            with pytest.raises(ProgramError) as caught:
                build("truncated", whole, *bounds)
            assert str(caught.value) == str(impossible)
            return
        dist = build("truncated", whole, *bounds)
        for value in (real(), positive(), 1.5, 31.0):
            agrees(dist, value)
        drawn = rows(draw(dist, np.random.default_rng(0), N))
        assert all((bounds[0] or -inf) <= x <= (bounds[1] or inf) for x in drawn)


def test_bounds_may_be_lanes() -> None:
    with using(root(N)):
        low = real()
        dist = build("truncated", build("normal", 0.0, 1.0), low, None)
        assert isinstance(dist, LaneDistribution)
        drawn = draw(dist, np.random.default_rng(0), N)
        assert (drawn.array >= low.array).all()
        agrees(dist, drawn)
        agrees(build("truncated", build("normal", 0.0, 1.0), 0, 3), real())
        with pytest.raises(ProgramError, match="truncated: max must be >= min"):
            build("truncated", build("normal", 0.0, 1.0), low, -100.0)
        with pytest.raises(ProgramError, match="truncated: min must be a number, or nil for none"):
            build("truncated", build("normal", 0.0, 1.0), lane(np.full(N, nan)), None)


def test_draws_of_truncated() -> None:
    """Also where draws of the whole are seldom between the bounds."""
    with using(root(M)):
        mean = lane(np.where(np.arange(M) % 2, 7.0, 1.0))
        for low in (0.0, 4.0):
            dist = build("truncated", build("normal", mean, 1.0), low, 5.0)
            drawn = draw(dist, np.random.default_rng(0), M).array[::2]
            follows(drawn, stats.truncnorm(low - 1.0, 4.0, loc=1.0))


def test_truncated_counts_go_one_by_one() -> None:
    with using(root(N)):
        dist = build("truncated", build("poisson", positive()), 1, 3)
        drawn = rows(draw(dist, np.random.default_rng(0), N))
        assert set(drawn) <= {1, 2, 3}
        agrees(dist, 2)
        agrees(dist, lane(np.array(drawn)))


# ---- one by one


def counts() -> Any:
    return Vector([lane(np.arange(CURRENT.group.n) % 2 + 1), 2, 3])


SINGLY: dict[str, Any] = {
    "categorical-dp": lambda: (
        PersistentMap.of([(0.5, 1), (1.5, 2)]), build("normal", real(), 1.0), 1),
    "categorical-crp": lambda: (PersistentMap.of([(0, positive()), (1, 2)]), positive()),
    "continuous-min-max": lambda: (-1.0, 5.0, lane(np.clip(rows_of(real()), -1, 5)), positive()),
    "discrete-min-max": lambda: (3, 6, counts()),
    "folded-normal-discrete": lambda: (real(), positive()),
    "lkj": lambda: (3, positive()),
    "multinomial": lambda: (5, counts()),
    "wishart": lambda: (4, Vector([Vector([positive(), 0.0]), Vector([0.0, 2.0])])),
}  # fmt: skip


@pytest.mark.parametrize("name", SINGLY)
@pytest.mark.parametrize("n", [5, 300])
def test_those_that_go_one_by_one(name: str, n: int) -> None:
    """Few particles have a table of distributions, many a distribution with lanes inside."""
    with using(root(n)):
        args = SINGLY[name]()
        dist = build(name, *args)
        for one, own in zip(rows(dist), zip(*map(rows, args), strict=True), strict=True):
            assert one == CONSTRUCTORS[name](*own)
        drawn = draw(dist, np.random.default_rng(0), n)
        agrees(dist, drawn)
        agrees(dist, row(drawn, 0))
        agrees(row(dist, 0), drawn)


def test_tables_of_restaurants() -> None:
    with using(root(M)):
        crp = CONSTRUCTORS["categorical-crp"]
        parts = (crp(PersistentMap.of([(0, 2), (1, 1)]), 1.0), crp(PersistentMap.of([(0, 3)]), 2.0))
        stamp = CURRENT.group.stamp
        dist = Choice(np.arange(M) % 2, parts, stamp, plain=True)
        drawn = draw(dist, np.random.default_rng(0), M)
        follows(drawn.array[::2], stats.rv_discrete(values=([0, 1, 2], [0.5, 0.25, 0.25])))
        follows(drawn.array[1::2], stats.rv_discrete(values=([0, 1], [0.6, 0.4])))
        agrees(dist, drawn)
        follows(draw(parts[1], np.random.default_rng(1), M).array, stats.bernoulli(0.4))


def test_families_refuse_what_arrays_cannot_hold() -> None:
    with using(root(3)):
        with pytest.raises(NotLanes):
            construct(CONSTRUCTORS["iid"], (build("normal", real(), 1.0), "a"))
        with pytest.raises(NotLanes):
            construct(CONSTRUCTORS["mixture"], (Vector([positive()]), Vector(["a"])))
