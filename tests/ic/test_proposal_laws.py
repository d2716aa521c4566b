"""Laws of every proposal family, for every distribution of the language, whatever a network puts
out: normalised on the support of the prior and on nothing else, weights finite, gradients right.

All but the descent at the end are exact: sums, quadrature, finite differences.
"""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from anglipy.ic.batches import batch_of
from anglipy.ic.layers import Shape
from anglipy.ic.layouts import product_parts
from anglipy.ic.network import Network
from anglipy.ic.priors import Prior, describe
from anglipy.ic.proposals import FAMILIES, defended, propose
from anglipy.ic.tapes import record
from anglipy.runtime.vectors import Vector
from tests.ic.family_cases import CASES, families_of, log_density, made, setting, waiting
from tests.inference.programs import dist as named
from tests.inference.programs import done, observe, query, sample

EVERY = [
    case for cases in CASES.values() for case in cases if describe(made(case)).family != "prior"
]
NUMBERS = families_of("normal", "heavy", "positive", "interval", "circle", "beta")
EXTREME: list[tuple] = [
    *(("normal", mean, sd) for mean in (-1e12, 0.0, 1e12) for sd in (1e-9, 1e9)),
    *(("gamma", a, b) for a in (1e-2, 1e6) for b in (1e-6, 1e6)),
    *(("beta", a, b) for a in (1e-2, 1e4) for b in (1e-2, 1e4)),
    *(("uniform-continuous", low, low + width) for low in (-1e9, 0.0) for width in (1e-3, 1e9)),
    *(("poisson", rate) for rate in (1e-9, 1e3, 1e9)),
    *(("binomial", n, p) for n in (1, 1_000_000) for p in (1e-9, 0.5, 1.0 - 1e-9)),
    *(("geometric", p) for p in (1e-6, 1.0 - 1e-9)),
    *(("negative-binomial", r, p) for r in (1e-2, 1e3) for p in (1e-4, 0.999)),
    *(("exponential", rate) for rate in (1e-9, 1e9)),
    *(("student-t", nu) for nu in (0.3, 1e6)),
    *(("von-mises", 3.1, kappa) for kappa in (1e-9, 1e6)),
    *(("flip", p) for p in (0.0, 1e-12, 1.0)),
    ("discrete", [1e-300, 1.0, 0.0, 1e300]),
    ("uniform-discrete", -(10**9), 10**9),
    ("lognormal", 0.0, 30.0),
    ("weibull", 0.05, 1.0),
    ("pareto", 1e-3, 0.1),
    ("inverse-gamma", 0.1, 1e-6),
    ("dirichlet", [1e-2, 1.0, 1e4]),
    ("mvn", [1e9, -1e9], [[1e-9, 0.0], [0.0, 1e9]]),
    ("mixture", [1.0, 1e-12], [("normal", 0.0, 1e-6), ("normal", 1e6, 1.0)]),
    ("truncated", ("normal", 0.0, 1.0), 30.0, None),
    ("multinomial", 1000, [1e-6, 1.0, 0.0]),
]
"""Parameters near the ends of what doubles hold."""
OUTPUTS = st.tuples(st.integers(0, 10_000), st.sampled_from([0.1, 1.0, 2.0]))
"""A seed for a network's outputs, and how far they are from where they start."""
POINTS = 100_001
FEW = settings(max_examples=3, deadline=None)


# ---- normalised


def scale(prior: Prior) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Evenly spaced places on a scale that has no ends, the values there, and the log of how fast
    these change.
    """
    low, high = (0.0, 1.0) if prior.family == "beta" else prior.numbers[0, :2]
    if prior.family == "circle":
        places = np.linspace(-math.pi, math.pi, POINTS)
        return places, places, np.zeros(POINTS)
    if prior.family in ("interval", "beta"):
        places = np.linspace(-36.0, 36.0, POINTS)
        share = 1.0 / (1.0 + np.exp(-places))
        slope = math.log(high - low) - np.logaddexp(0.0, places) - np.logaddexp(0.0, -places)
        return places, low + (high - low) * share, slope
    places = np.linspace(-45.0, 45.0, POINTS)
    numbers = np.repeat(prior.numbers, POINTS, axis=0)
    family: Any = FAMILIES[prior.family]
    values = family.value(numbers, places)
    _, log_slope = family.coordinate(torch.from_numpy(numbers), torch.from_numpy(values))
    return places, values, -log_slope.numpy()


@pytest.mark.parametrize("definition", NUMBERS, ids=lambda x: str(x)[:40])
@FEW
@given(
    seed=st.integers(0, 10_000),
    spread=st.sampled_from([0.1, 0.5]),
    proposal=st.sampled_from(["mixture", "spline"]),
)
def test_a_density_integrates_to_one(
    definition: tuple, seed: int, spread: float, proposal: str
) -> None:
    """By trapezia, on a scale of the value that has no ends. Splines have corners; and the density
    of the arc sine is what doubles near one leave of it.
    """
    _, prior, family, raw = setting(definition, seed, spread, proposal)
    places, values, log_slope = scale(prior)
    log_q = log_density(family, raw, prior, values)
    total = np.trapezoid(np.exp(log_q + log_slope), places)
    corners = definition == ("beta", 0.5, 0.5) or proposal == "spline"
    assert total == pytest.approx(1.0, abs=1e-4 if corners else 1e-6)


@pytest.mark.parametrize(
    "definition", families_of("integers", "categorical"), ids=lambda x: str(x)[:40]
)
@FEW
@given(outputs=OUTPUTS)
def test_a_mass_sums_to_one(definition: tuple, outputs: Any) -> None:
    _, prior, family, raw = setting(definition, *outputs)
    low, high = (0, prior.size - 1) if prior.family == "categorical" else prior.numbers[0, 2:4]
    values = np.arange(low, min(high, low + 200_000) + 1)
    masses = np.exp(log_density(family, raw, prior, values))
    left = masses[-1] * 1e6 if high > values[-1] else 0.0
    assert masses.sum() == pytest.approx(1.0, abs=1e-6 + left)


@pytest.mark.parametrize(
    "definition",
    [
        ("iid", ("flip", 0.3), 3),
        ("product", [("uniform-discrete", 3, 6), ("flip", 0.3), ("binomial", 3, 0.5)]),
    ],
    ids=str,
)
@FEW
@given(outputs=OUTPUTS)
def test_products_of_tables_sum_to_one(definition: tuple, outputs: Any) -> None:
    _, prior, family, raw = setting(definition, *outputs)
    sizes = [size for _, size in product_parts(prior.family) or []]
    values = list(itertools.product(*map(range, sizes)))
    masses = np.exp(log_density(family, raw, prior, np.array(values)))
    assert masses.sum() == pytest.approx(1.0, abs=1e-9)


@pytest.mark.parametrize("definition", CASES["multinomial"], ids=str)
@FEW
@given(outputs=OUTPUTS)
def test_multinomials_sum_to_one(definition: tuple, outputs: Any) -> None:
    _, prior, family, raw = setting(definition, *outputs)
    total, size = definition[1], len(definition[2])
    values = [v for v in itertools.product(range(total + 1), repeat=size) if sum(v) == total]
    masses = np.exp(log_density(family, raw, prior, np.array(values)))
    assert masses.sum() == pytest.approx(1.0, abs=1e-9)
    impossible = [
        v for v in values if any(x and not w for x, w in zip(v, definition[2], strict=True))
    ]
    found = log_density(family, raw, prior, np.array(impossible))
    assert (found == -math.inf).all()


@pytest.mark.parametrize("definition", [*CASES["mvn"], *CASES["multivariate-t"]], ids=str)
@FEW
@given(outputs=st.tuples(st.integers(0, 10_000), st.sampled_from([0.05, 0.2])))
def test_plane_densities_integrate_to_one(definition: tuple, outputs: Any) -> None:
    _, prior, family, raw = setting(definition, *outputs)
    sides = [np.linspace(-30.0, 30.0, 901) + m for m in prior.numbers[0, :2]]
    values = np.stack(np.meshgrid(*sides, indexing="ij"), 2)
    table = np.exp(log_density(family, raw, prior, values.reshape(-1, 2))).reshape(901, 901)
    total = np.trapezoid(np.trapezoid(table, sides[1], axis=1), sides[0])
    assert total == pytest.approx(1.0, abs=1e-5)


# ---- on the support of the prior, with finite weights


@pytest.mark.parametrize("definition", EVERY, ids=lambda x: str(x)[:40])
@FEW
@given(seed=st.integers(0, 10_000), spread=st.sampled_from([0.3, 3.0]))
def test_what_is_proposed_the_prior_can_draw_and_the_other_way(
    definition: tuple, seed: int, spread: float
) -> None:
    dist, prior, family, raw = setting(definition, seed, spread)
    part, rng = waiting(dist, 60), np.random.default_rng(seed)
    _, _, log_weights = propose(raw.expand(60, -1), None, part, 0.0, rng, family)
    # Correlations that doubles cannot tell from one make a singular matrix, of no density.
    singular = prior.family in ("correlation", "wishart") and spread > 1.0
    assert np.isfinite(log_weights).all() or singular
    assert not np.isnan(log_weights).any()
    _, drawn, log_prior = part.draw_prior(rng)
    log_q = torch.from_numpy(log_density(family, raw, prior, drawn))
    log_prior = torch.as_tensor(np.broadcast_to(log_prior, 60).copy())
    assert torch.isfinite(defended(log_q, log_prior, 0.01)).all()


@pytest.mark.parametrize("definition", EXTREME, ids=str)
@pytest.mark.parametrize("spread", [0.1, 2.0])
def test_weights_are_finite_for_extreme_priors(definition: tuple, spread: float) -> None:
    """Whatever the prior and the network, no weight is above 1 / epsilon or no number, and no
    gradient either.
    """
    dist, prior, family, raw = setting(definition, 3, spread)
    part, rng, epsilon = waiting(dist, 200), np.random.default_rng(1), 0.01
    raw = raw.repeat(200, 1).requires_grad_()
    _, drawn, log_weights = propose(raw.detach(), None, part, epsilon, rng, family)
    assert not np.isnan(log_weights).any()
    assert log_weights.max() <= -math.log(epsilon) + 1e-6
    if prior.family == "prior":
        return
    numbers = torch.from_numpy(prior.numbers).expand(200, -1)
    values = torch.as_tensor(np.asarray(drawn, dtype=np.float64))
    log_q = family.log_prob(raw, numbers, values)
    log_prior = torch.from_numpy(log_weights) + log_q.detach()
    defended(log_q, log_prior.nan_to_num(0.0), epsilon).sum().backward()
    assert raw.grad is not None
    assert torch.isfinite(raw.grad).all()
    assert torch.isfinite(family.prior_features(numbers, prior.size)).all()


# ---- learned


def number_of(x: Any) -> float:
    """A number that tells something of a value of any distribution."""
    if isinstance(x, (Vector, list)):
        return number_of(x[0])
    return float(len(x)) if isinstance(x, str) else max(-1e3, min(1e3, float(x)))


def one_site(definition: tuple) -> Any:
    """A choice, and an observe that depends on it."""
    return query(
        "one",
        lambda _: sample(
            "one/x",
            made(definition),
            lambda x: observe("one/y", named("normal", number_of(x), 1.0), 0.0, lambda: done(0)),
        ),
    )


def grown(definition: tuple, proposal: str) -> tuple[Network, Any]:
    """A network for such a program, nobody's training behind it, and a batch."""
    batch = batch_of(record(one_site(definition), None, np.random.default_rng(0), 48))
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(1)
        network = Network(Shape(16, 16, 4, 3, proposal), "lstm")
        network.grow(batch)
    return network, batch


@pytest.mark.usefixtures("in_double_precision")
@pytest.mark.parametrize("definition", EVERY, ids=lambda x: str(x)[:40])
def test_the_gradient_of_the_loss_is_its_slope(definition: tuple) -> None:
    """Along a random direction of all parameters, in double precision, by central differences."""
    network, batch = grown(definition, "mixture")
    torch.manual_seed(2)
    parameters = list(network.parameters())
    directions = [0.1 * torch.randn_like(parameter) for parameter in parameters]
    loss = -network.log_proposals(batch, 0.01).mean()
    gradients = torch.autograd.grad(loss, parameters, allow_unused=True)
    slope = sum(
        float((g * d).sum()) for g, d in zip(gradients, directions, strict=True) if g is not None
    )

    def moved(step: float) -> float:
        with torch.no_grad():
            for parameter, direction in zip(parameters, directions, strict=True):
                parameter += step * direction
            found = -network.log_proposals(batch, 0.01).mean()
            for parameter, direction in zip(parameters, directions, strict=True):
                parameter -= step * direction
        return float(found)

    h = 1e-6
    numeric = (moved(h) - moved(-h)) / (2.0 * h)
    assert slope == pytest.approx(numeric, rel=1e-5, abs=1e-7)
    assert slope != 0.0


@pytest.mark.slow
@pytest.mark.parametrize("proposal", ["mixture", "spline"])
@pytest.mark.parametrize("definition", EVERY, ids=lambda x: str(x)[:40])
def test_descent_lowers_the_loss(definition: tuple, proposal: str) -> None:
    """Of one batch: the head, and all that it sees, can learn."""
    family = describe(made(definition)).family
    if proposal == "spline" and FAMILIES[family].kind in ("categorical", "integers", "mvn"):
        pytest.skip("splines propose single continuous numbers")
    network, batch = grown(definition, proposal)
    optimiser = torch.optim.Adam(network.parameters(), lr=0.01)
    first = loss = math.inf
    for step in range(15):
        optimiser.zero_grad(set_to_none=True)
        value = -network.log_proposals(batch, 0.01).mean()
        value.backward()
        optimiser.step()
        loss = float(value.detach())
        first = loss if step == 0 else first
    assert loss < first
