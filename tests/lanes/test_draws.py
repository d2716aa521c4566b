"""Draws of groups of particles: they have the distribution, whatever made it."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from scipy import stats

from anglipy.runtime.distributions import CONSTRUCTORS
from anglipy.runtime.lanes.distributions import draw
from anglipy.runtime.lanes.groups import CURRENT, root, using
from anglipy.runtime.lanes.values import Choice, Lane
from anglipy.runtime.vectors import Vector
from tests.lanes.comparing import M, follows, lane_distribution
from tests.lanes.families import (
    PARAMETERS,
    SAMPLED,
)


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
