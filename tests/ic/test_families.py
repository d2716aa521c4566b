"""Every proposal density is normalised on the prior's support, and what is drawn follows it."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from scipy import integrate

from anglipy.ic.priors import Prior, describe, describe_lanes
from anglipy.ic.proposals import FAMILIES, defended, propose
from anglipy.ic.running import Waiting
from anglipy.runtime.distributions import CONSTRUCTORS
from anglipy.runtime.lanes.distributions import draw
from anglipy.runtime.lanes.foreign import lane_constructor
from anglipy.runtime.lanes.groups import root, using
from anglipy.runtime.lanes.values import Choice, Lane, row, rows_in

COMPONENTS = 4
CONTINUOUS = [
    (("normal", 1.0, 2.0), -math.inf, math.inf),
    (("laplace", -3.0, 0.5), -math.inf, math.inf),
    (("student-t", 3.0), -math.inf, math.inf),
    (("student-t-loc-scale", 1.5, 10.0, 2.0), -math.inf, math.inf),
    (("uniform-continuous", 2.0, 7.0), 2.0, 7.0),
    (("beta", 2.0, 3.0), 0.0, 1.0),
    (("gamma", 2.0, 3.0), 0.0, math.inf),
    (("exponential", 0.5), 0.0, math.inf),
    (("chi-squared", 3.0), 0.0, math.inf),
]
COUNTED = [
    (("poisson", 3.5), range(400)),
    (("poisson", 0.01), range(400)),
    (("binomial", 12, 0.3), range(13)),
    (("binomial", 400, 0.3), range(401)),
    (("flip", 0.3), (False, True)),
    (("bernoulli", 0.3), (0, 1)),
    (("uniform-discrete", -2, 5), range(-2, 5)),
    (("uniform-discrete", 0, 1000), range(1000)),
    (("discrete", [1.0, 0.0, 3.0]), range(3)),
    (("categorical", [["a", 1.0], ["b", 2.0]]), ("a", "b")),
]


def setting(definition: tuple, seed: int, spread: float = 1.0):
    """A prior and one row of outputs for its family."""
    dist = CONSTRUCTORS[definition[0]](*definition[1:])
    prior = describe(dist)
    family = FAMILIES[prior.family]
    generator = torch.Generator().manual_seed(seed)
    biases = family.biases(prior.size, COMPONENTS)
    raw = biases + spread * torch.randn(len(biases), generator=generator)
    return dist, prior, family, raw.double()[None]


def log_density(family, raw, prior: Prior, encoded) -> np.ndarray:
    values = torch.as_tensor(np.asarray(encoded, dtype=np.float64))
    count = len(values)
    numbers = torch.from_numpy(prior.numbers).expand(count, -1)
    return family.log_prob(raw.expand(count, -1), numbers, values).numpy()


def waiting(dist, n: int) -> Waiting:
    """n particles that wait for a draw from one distribution."""
    group = root(n)
    with using(group):
        ((_, prior),) = describe_lanes(dist)
    return Waiting("s", dist, prior, group, np.arange(n), np.ones(n, np.int64))


def as_taken(dist, values) -> list[float]:
    """Values of a counted distribution as its family takes them."""
    prior = describe(dist)
    if prior.family != "categorical":
        return [float(value) for value in values]
    part = waiting(dist, prior.size)
    listed = rows_in(part.decode(np.arange(prior.size)), part.group)
    return [listed.index(value) for value in values]


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(("definition", "low", "high"), CONTINUOUS, ids=lambda x: str(x))
def test_continuous_proposals_integrate_to_one(definition, low, high, seed) -> None:
    _, prior, family, raw = setting(definition, seed, 0.5)

    def density(x: float) -> float:
        return math.exp(log_density(family, raw, prior, [x])[0])

    if high - low < math.inf:
        total = integrate.quad(density, low, high, limit=400)[0]
    elif low == 0.0:
        total = integrate.quad(
            lambda t: density(math.exp(t)) * math.exp(t), -60, 12, limit=800, points=[-5, 0, 3]
        )[0]
    else:
        middle, scale = prior.numbers[0]
        total = integrate.quad(
            lambda z: scale * density(middle + scale * z), -30, 30, limit=800, points=[-2, 0, 2]
        )[0]
    assert total == pytest.approx(1.0, abs=1e-6)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(("definition", "values"), COUNTED, ids=lambda x: str(x)[:30])
def test_masses_sum_to_one(definition, values, seed) -> None:
    dist, prior, family, raw = setting(definition, seed, 0.5)
    total = np.exp(log_density(family, raw, prior, as_taken(dist, values))).sum()
    assert total == pytest.approx(1.0, abs=1e-9)


@pytest.mark.parametrize(("definition", "low", "high"), CONTINUOUS, ids=lambda x: str(x))
def test_continuous_draws_follow_their_density(definition, low, high) -> None:
    """DKW: the empirical distribution of n draws is within sqrt(log(2 / alpha) / 2n) of the
    density's integral.
    """
    dist, prior, family, raw = setting(definition, 5, 0.7)
    n = 20_000
    numbers = torch.from_numpy(prior.numbers).expand(n, -1)
    drawn = np.sort(family.draw(raw.expand(n, -1), numbers, np.random.default_rng(1)))
    assert drawn[0] >= low
    assert drawn[-1] <= high
    grid = np.unique(
        np.concatenate(
            [
                np.quantile(drawn, np.linspace(0.0005, 0.9995, 6000)),
                np.linspace(drawn[0], drawn[-1], 6000),
            ]
        )
    )
    density = np.exp(log_density(family, raw, prior, grid))
    cumulative = integrate.cumulative_trapezoid(density, grid, initial=0.0)
    empirical = np.searchsorted(drawn, grid, side="right") / n
    band = math.sqrt(math.log(2 / 1e-9) / (2 * n))
    assert np.abs(empirical - empirical[0] - cumulative).max() < band + 0.004
    assert dist.log_prob(float(drawn[n // 2])) > -math.inf


@pytest.mark.parametrize(("definition", "values"), COUNTED, ids=lambda x: str(x)[:30])
def test_counted_draws_follow_the_defended_mass(definition, values) -> None:
    dist, prior, family, raw = setting(definition, 5, 0.7)
    n, epsilon = 4_000, 0.1
    part, of = waiting(dist, n), np.zeros(n, np.intp)
    value, taken, log_weights = propose(raw, of, part, epsilon, np.random.default_rng(2))
    drawn = rows_in(value, part.group)
    log_q = log_density(family, raw, prior, taken)
    log_p = torch.tensor([dist.log_prob(x) for x in drawn], dtype=torch.float64)
    expected = log_p - defended(torch.from_numpy(log_q), log_p, epsilon)
    np.testing.assert_allclose(log_weights, expected.numpy(), rtol=0, atol=1e-9)
    assert max(log_weights) <= -math.log(epsilon) + 1e-9
    band = math.sqrt(math.log(2 / 1e-9) / (2 * n))
    table = as_taken(dist, values)
    masses = (1 - epsilon) * np.exp(log_density(family, raw, prior, table)) + epsilon * np.exp(
        [dist.log_prob(value) for value in values]
    )
    ranks = {value: rank for rank, value in enumerate(values)}
    empirical = np.cumsum(np.bincount([ranks[x] for x in drawn], minlength=len(values))) / n
    assert np.abs(empirical - np.cumsum(masses)).max() < band


@pytest.mark.parametrize(
    "definition",
    [
        ("mvn", [1.0, -2.0], [[2.0, 0.5], [0.5, 1.0]]),
        ("dirichlet", [1.0, 2.0, 3.0]),
        ("beta", 0.5, 0.5),
        ("normal", 1e6, 1e-3),
        ("uniform-continuous", -1e-3, 1e6),
        ("poisson", 1e4),
    ],
)
def test_weights_average_to_one(definition) -> None:
    """E_q'[prior / q'] = 1, and the defence bounds each weight, so that the mean has a standard
    error.
    """
    dist, _, _, raw = setting(definition, 3, 0.3)
    n = 4_000
    everyone = raw.expand(n, -1)
    _, _, log_weights = propose(everyone, None, waiting(dist, n), 0.2, np.random.default_rng(4))
    weights = np.exp(log_weights)
    assert weights.max() <= 5.0 + 1e-9
    assert weights.mean() == pytest.approx(1.0, abs=6 * weights.std() / math.sqrt(n) + 1e-9)


@pytest.mark.parametrize(
    "definition",
    [d for d, *_ in CONTINUOUS]
    + [d for d, _ in COUNTED]
    + [("mvn", [0.0, 0.0, 0.0], np.eye(3).tolist()), ("dirichlet", [0.1, 0.1])],
)
def test_gradients_are_finite_and_encoding_is_undone(definition) -> None:
    dist, prior, family, raw = setting(definition, 9)
    part = waiting(dist, 50)
    with using(part.group):
        value = draw(dist, np.random.default_rng(3), 50)
    drawn = rows_in(value, part.group)
    taken = part.encode(value) if prior.family != "categorical" else as_taken(dist, drawn)
    assert rows_in(part.decode(np.asarray(taken)), part.group) == drawn
    outputs = raw.repeat(50, 1).requires_grad_()
    numbers = torch.from_numpy(prior.numbers).expand(50, -1)
    values = torch.as_tensor(np.asarray(taken, dtype=np.float64))
    log_q = family.log_prob(outputs, numbers, values)
    log_q.sum().backward()
    assert torch.isfinite(log_q).all()
    assert torch.isfinite(outputs.grad).all()
    assert torch.isfinite(family.relative(numbers, values)).all()
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
            np.testing.assert_allclose(one.numbers[0, :width], alone.numbers[0], atol=1e-12)
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
