"""Every proposal density is normalised on the prior's support, and what is drawn follows it."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from scipy import integrate

from anglipy.ic.composite_priors import COMPOSITES, SINGLES
from anglipy.ic.plain_priors import DESCRIBERS
from anglipy.ic.priors import describe, describe_lanes
from anglipy.ic.proposals import FAMILIES, defended, propose
from anglipy.runtime.distributions import CONSTRUCTORS
from anglipy.runtime.lanes.foreign import lane_constructor
from anglipy.runtime.lanes.groups import root, using
from anglipy.runtime.lanes.values import Choice, Lane, row, rows_in
from anglipy.runtime.scalars import Keyword
from tests.ic.family_cases import (
    CASES,
    families_of,
    grid,
    log_density,
    made,
    setting,
    waiting,
)

NUMBERS = families_of("normal", "heavy", "positive", "interval", "circle", "beta")
COUNTS = families_of("integers")
TABLES = families_of("categorical")
REST = [
    case
    for cases in CASES.values()
    for case in cases
    if case not in NUMBERS + COUNTS + TABLES and describe(made(case)).family != "prior"
]
EVERYTHING = [*NUMBERS, *COUNTS, *TABLES, *REST]
PROPOSALS = ("mixture", "spline")
ALPHA = 1e-9
"""Chance that one of the statistical tests fails though all is well; there are about 200."""


def test_every_distribution_has_a_case_and_a_describer() -> None:
    assert set(CASES) == set(CONSTRUCTORS)
    assert set(CONSTRUCTORS) - {*DESCRIBERS, *COMPOSITES, *SINGLES} == {"dirac"}


@pytest.mark.parametrize("name", sorted(set(CONSTRUCTORS) - {"dirac"}))
def test_every_distribution_has_a_family(name) -> None:
    for case in CASES[name]:
        assert describe(made(case)).family != "prior"


@pytest.mark.parametrize("proposal", PROPOSALS)
@pytest.mark.parametrize("definition", NUMBERS, ids=str)
def test_densities_integrate_to_one_and_draws_follow_them(definition, proposal) -> None:
    """DKW: the empirical distribution of n draws is within sqrt(log(2 / alpha) / 2n) of the
    density's integral, which is taken by trapezia.
    """
    dist, prior, family, raw = setting(definition, 5, 0.5, proposal)
    points = grid(prior)
    density = np.exp(log_density(family, raw, prior, points))
    cumulative = integrate.cumulative_trapezoid(density, points, initial=0.0)
    assert cumulative[-1] == pytest.approx(1.0, abs=1e-4)
    n = 20_000
    numbers = torch.from_numpy(prior.numbers).expand(n, -1)
    drawn = np.sort(family.draw(raw.expand(n, -1), numbers, np.random.default_rng(1)))
    expected = np.interp(drawn, points, cumulative)
    empirical = np.arange(1, n + 1) / n
    band = math.sqrt(math.log(2 / ALPHA) / (2 * n))
    assert np.abs(empirical - expected).max() < band + 2e-4
    assert all(dist.log_prob(float(x)) > -math.inf for x in drawn[:: n // 50])


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("definition", COUNTS + TABLES, ids=lambda x: str(x)[:40])
def test_masses_sum_to_one(definition, seed) -> None:
    _, prior, family, raw = setting(definition, seed, 0.5)
    values = np.arange(prior.size if prior.family == "categorical" else 20_000)
    masses = np.exp(log_density(family, raw, prior, values))
    assert masses.sum() == pytest.approx(1.0, abs=1e-9)


@pytest.mark.parametrize("definition", COUNTS + TABLES, ids=lambda x: str(x)[:40])
def test_draws_follow_the_defended_mass(definition) -> None:
    """Weights are exact, value by value, and bounded; draws follow the masses by DKW."""
    dist, prior, family, raw = setting(definition, 5, 0.7)
    n, epsilon = 4_000, 0.1
    part, of = waiting(dist, n), np.zeros(n, np.intp)
    value, taken, log_weights = propose(raw, of, part, epsilon, np.random.default_rng(2))
    drawn = rows_in(value, part.group)
    log_q = torch.from_numpy(log_density(family, raw, prior, taken))
    log_p = torch.tensor([dist.log_prob(x) for x in drawn], dtype=torch.float64)
    expected = log_p - defended(log_q, log_p, epsilon)
    np.testing.assert_allclose(log_weights, expected.numpy(), rtol=0, atol=1e-9)
    assert max(log_weights) <= -math.log(epsilon) + 1e-9
    table = np.arange(prior.size if prior.family == "categorical" else 2_000)
    everything = part._replace(group=root(len(table)))
    values = rows_in(everything.decode(table.astype(np.int64)), everything.group)
    masses = (1 - epsilon) * np.exp(log_density(family, raw, prior, table)) + epsilon * np.exp(
        [dist.log_prob(x) for x in values]
    )
    empirical = np.cumsum(np.bincount(taken.astype(np.int64), minlength=len(table))) / n
    band = math.sqrt(math.log(2 / ALPHA) / (2 * n))
    assert np.abs(empirical - np.cumsum(masses)).max() < band


@pytest.mark.parametrize("definition", [*REST, *NUMBERS], ids=lambda x: str(x)[:40])
def test_weights_average_to_one(definition) -> None:
    """E_q'[prior / q'] = 1 with q' = (1 - epsilon) q + epsilon prior, which holds only if what is
    drawn has the density q' and that is normalised. The ratio lies in [0, 1 / epsilon], so that by
    Hoeffding the mean of n is within sqrt(log(2 / alpha) / 2n) / epsilon: the least discrepancy
    that is seen is 8 percent.
    """
    dist, _, _, raw = setting(definition, 1, 0.3)
    n, epsilon = 10_000, 0.4
    raw, rng = raw.expand(n, -1), np.random.default_rng(4)
    _, _, log_weights = propose(raw, None, waiting(dist, n), epsilon, rng)
    weights = np.exp(log_weights)
    assert weights.max() <= 1 / epsilon + 1e-9
    band = math.sqrt(math.log(2 / ALPHA) / (2 * n)) / epsilon
    assert weights.mean() == pytest.approx(1.0, abs=band)


@pytest.mark.parametrize("definition", families_of("wishart", "correlation"), ids=str)
def test_the_volume_of_coordinates_of_matrices(definition) -> None:
    """|d coordinates / d X| by automatic differentiation, X being the lower triangle."""
    dist, prior, family, _ = setting(definition, 0)
    _, taken, _ = waiting(dist, 5).draw_prior(np.random.default_rng(0))
    numbers = torch.from_numpy(prior.numbers)
    for value in torch.from_numpy(taken):
        at, log_slope = family.coordinates(numbers, value[None])
        np.testing.assert_allclose(family.factor(numbers, at)[0], value, rtol=1e-9)
        back = torch.autograd.functional.jacobian(
            lambda z: lower_triangle(family.factor(numbers, z[None]), prior.family), at[0]
        )
        assert float(-torch.linalg.slogdet(back)[1]) == pytest.approx(float(log_slope[0]), abs=1e-8)


def lower_triangle(factor, family):
    """Of X = C C', given that of C."""
    diagonal = family == "wishart"
    size = factor.shape[1]
    p = next(p for p in range(1, 9) if p * (p + 1) // 2 - (0 if diagonal else p) == size)
    rows, columns = torch.tril_indices(p, p, 0 if diagonal else -1)
    c = torch.zeros(p, p, dtype=factor.dtype).index_put((rows, columns), factor[0])
    if not diagonal:
        c = c + torch.diag((1.0 - (c * c).sum(1)).sqrt())
    return (c @ c.T)[rows, columns]


@pytest.mark.parametrize("proposal", PROPOSALS)
@pytest.mark.parametrize("definition", EVERYTHING, ids=lambda x: str(x)[:40])
def test_gradients_are_finite_and_encoding_is_undone(definition, proposal) -> None:
    dist, prior, family, raw = setting(definition, 9, 1.0, proposal)
    part = waiting(dist, 50)
    with using(part.group):
        value, taken, _ = part.draw_prior(np.random.default_rng(3))
    drawn, again = (rows_in(v, part.group) for v in (value, part.decode(np.asarray(taken))))
    if prior.family in ("wishart", "correlation"):
        for one, other in zip(drawn, again, strict=True):
            np.testing.assert_allclose(
                [list(line) for line in one], [list(line) for line in other], rtol=1e-9
            )
    else:
        assert again == drawn
    outputs = raw.repeat(50, 1).requires_grad_()
    numbers = torch.from_numpy(prior.numbers).expand(50, -1)
    values = torch.as_tensor(np.asarray(taken, dtype=np.float64))
    log_q = family.log_prob(outputs, numbers, values)
    log_q.sum().backward()
    assert torch.isfinite(log_q).all()
    assert torch.isfinite(outputs.grad).all()
    relative = family.relative(numbers, values)
    assert relative.shape == (50, prior.size if prior.family != "categorical" else 1)
    assert torch.isfinite(relative).all()
    assert family.prior_features(numbers, prior.size).shape == (50, family.prior_width(prior.size))


def lanes_of(*numbers):
    return lambda group: Lane(np.array(numbers), group.stamp)


@pytest.mark.parametrize(
    ("name", "parameters"),
    [
        ("normal", (lanes_of(1.0, 2.0, 3.0, 4.0), 2.0)),
        ("laplace", (0.0, lanes_of(1.0, 2.0, 3.0, 4.0))),
        ("student-t", (lanes_of(1.0, 3.0, 5.0, 9.0),)),
        ("gamma", (lanes_of(1.0, 3.0, 5.0, 9.0), 2.0)),
        ("exponential", (lanes_of(1.0, 3.0, 5.0, 9.0),)),
        ("beta", (lanes_of(1.0, 3.0, 5.0, 9.0), 2.0)),
        ("poisson", (lanes_of(1.0, 3.0, 5.0, 9.0),)),
        ("cauchy", (lanes_of(1.0, 2.0, 3.0, 4.0), 2.0)),
        ("lognormal", (lanes_of(1.0, 2.0, 3.0, 4.0), 2.0)),
        ("inverse-gamma", (lanes_of(1.0, 2.0, 3.0, 4.0), 2.0)),
        ("weibull", (lanes_of(1.0, 2.0, 3.0, 4.0), 2.0)),
        ("pareto", (lanes_of(1.0, 2.0, 3.0, 4.0), 2.0)),
        ("half-normal", (lanes_of(1.0, 2.0, 3.0, 4.0),)),
        ("half-cauchy", (lanes_of(1.0, 2.0, 3.0, 4.0),)),
        ("folded-normal", (lanes_of(1.0, 2.0, 3.0, 4.0), 2.0)),
        ("folded-normal-positive", (0.0, lanes_of(1.0, 2.0, 3.0, 4.0))),
        ("von-mises", (lanes_of(1.0, 2.0, 3.0, 4.0), 2.0)),
        ("beta2", (lanes_of(0.1, 0.2, 0.3, 0.4), 4.0)),
        ("negative-binomial", (lanes_of(1.0, 2.0, 3.0, 4.0), 0.3)),
        ("geometric", (lanes_of(0.1, 0.2, 0.3, 0.4),)),
        ("mvn-mean-var", ([lanes_of(1.0, 2.0, 3.0, 4.0), 0.0], 2.0)),
        ("mvn-mean-vars", ([0.0, 1.0], [lanes_of(1.0, 2.0, 3.0, 4.0), 0.5])),
        ("multivariate-t", (lanes_of(1.0, 2.0, 3.0, 4.0), [0.0, 1.0], [[1.0, 0.2], [0.2, 1.0]])),
        ("truncated", (("normal", lanes_of(1.0, 2.0, 3.0, 4.0), 1.0), 0.0, 3.0)),
        ("truncated", (("normal", 0.0, 1.0), lanes_of(1.0, 2.0, 3.0, 4.0), None)),
        ("truncated", (("poisson", lanes_of(1.0, 2.0, 3.0, 4.0)), 1, 5)),
        ("mixture", ([lanes_of(1.0, 2.0, 3.0, 4.0), 1.0], [("normal", 0.0, 1.0)] * 2)),
        ("mixture", ([1.0, 2.0], [("flip", lanes_of(0.1, 0.2, 0.3, 0.4)), ("flip", 0.5)])),
        ("product", ([("normal", lanes_of(1.0, 2.0, 3.0, 4.0), 1.0), ("flip", 0.5)],)),
        ("iid", (("flip", lanes_of(0.1, 0.2, 0.3, 0.4)), 3)),
        ("flip", (lanes_of(0.1, 0.2, 0.3, 1.0),)),
        ("binomial", (lanes_of(3, 300, 5, 0), lanes_of(0.5, 0.1, 0.0, 1.0))),
        ("uniform-discrete", (0, lanes_of(3, 4, 500, 2))),
        ("uniform-discrete", (lanes_of(-3, 4, 1, 2), 10)),
        ("uniform-continuous", (lanes_of(-3.0, 4.0, 1.0, 2.0), 10.0)),
        ("mvn", ([lanes_of(1.0, 2.0, 3.0, 4.0), 0.0], [[1.0, 0.2], [0.2, 1.0]])),
        ("mvn", ([0.0, 0.0], [[lanes_of(1.0, 2.0, 3.0, 4.0), 0.2], [0.2, 1.0]])),
        ("dirichlet", ([lanes_of(1.0, 2.0, 3.0, 4.0), 1.0],)),
        ("discrete", ([lanes_of(1.0, 2.0, 0.0, 4.0), 1.0],)),
        ("categorical", ([["a", lanes_of(1.0, 2.0, 3.0, 4.0)], ["b", 1.0], ["a", 1.0]],)),
        ("categorical", ([[lanes_of(1.0, 2.0, 3.0, 4.0), 2.0], [7.0, 1.0]],)),
    ],
    ids=lambda x: x if isinstance(x, str) else "",
)
def test_priors_of_a_group_are_those_of_its_particles(name, parameters) -> None:
    group = root(4)

    def given(parameter):
        if isinstance(parameter, list):
            return [given(each) for each in parameter]
        if isinstance(parameter, tuple):
            return lane_constructor(CONSTRUCTORS[parameter[0]])(*map(given, parameter[1:]))
        return parameter(group) if callable(parameter) else parameter

    with using(group):
        dist = lane_constructor(CONSTRUCTORS[name])(*map(given, parameters))
        singles = [row(dist, place) for place in range(4)]
    assert_priors(dist, group, singles)


def test_priors_of_a_table_are_those_of_its_rows() -> None:
    group, codes = root(4), np.array([1, 0, 2, 1])
    tables = [
        [("categorical", [[key, weight] for key, weight in zip(keys, (1, 2, 5), strict=False)])
         for keys in ("ab", "bca", "x")],
        [("uniform-discrete", 0, 3), ("uniform-discrete", 5, 1000), ("uniform-discrete", 2, 4)],
        [("mvn", [0.0], [[2.0]]), ("mvn", [0.0, 1.0], np.eye(2).tolist()), ("mvn", [3.0], [[1.0]])],
        [("normal", 0.0, 1.0), ("normal", 1.0, 2.0), ("normal", 2.0, 3.0)],
    ]  # fmt: skip
    for table in tables:
        parts = [CONSTRUCTORS[name](*parameters) for name, *parameters in table]
        dist = Choice(codes, parts, group.stamp, plain=True)
        assert_priors(dist, group, [parts[code] for code in codes])


def assert_priors(dist, group, singles) -> None:
    """Family, numbers and the meaning of categories are those of each particle's distribution."""
    seen = []
    with using(group):
        parts = describe_lanes(dist)
    for places, prior in parts:
        places = np.arange(group.n) if places is None else places
        for at, place in enumerate(places.tolist()):
            one = prior.at(np.array([at]))
            alone = describe(singles[place])
            assert one.family == alone.family
            width = alone.numbers.shape[1]
            np.testing.assert_allclose(
                one.numbers[0, :width], alone.numbers[0], rtol=1e-9, atol=1e-12
            )
            assert (one.numbers[0, width:] == -math.inf).all()
            if alone.family == "categorical":
                own = waiting(singles[place], alone.size)
                mine = own._replace(prior=one)
                index = np.arange(alone.size)
                assert rows_in(mine.decode(index), own.group) == rows_in(
                    own.decode(index), own.group
                )
            seen.append(place)
    assert sorted(seen) == list(range(group.n))


def test_a_category_listed_twice_counts_once_with_both_weights() -> None:
    dist = CONSTRUCTORS["categorical"]([["a", 1.0], ["b", 1.0], ["a", 2.0]])
    prior = describe(dist)
    np.testing.assert_allclose(np.exp(prior.numbers), [[0.75, 0.25, 0.0]])


def test_what_has_no_family_is_proposed_by_itself() -> None:
    from anglipy.runtime.distributions.base import UserDistribution

    own = UserDistribution("normal", {"m": 1.0}, lambda rng: 1.0, lambda value: 0.0)
    assert describe(own).family == "prior"


def test_a_choice_can_be_left_to_the_prior() -> None:
    dist = CONSTRUCTORS["normal"](0.0, 1.0)
    dist.tag = Keyword("prior-only")
    assert describe(dist).family == "prior"
    assert FAMILIES["prior"].outputs(1, 10) == 0
