"""Distributions over values of any kind, and tables of distributions, in lanes."""

from __future__ import annotations

from math import inf, nan
from typing import Any

import numpy as np
import pytest
from scipy import stats

from anglipy.diagnostics import ProgramError
from anglipy.runtime.distributions import CONSTRUCTORS
from anglipy.runtime.lanes.distributions import construct, draw, score
from anglipy.runtime.lanes.groups import CURRENT, root, using
from anglipy.runtime.lanes.values import Choice, LaneDistribution, lane, rows
from anglipy.runtime.maps import PersistentMap
from anglipy.runtime.scalars import Keyword
from anglipy.runtime.vectors import Vector
from tests.lanes.comparing import ALPHA, M, close, follows


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
