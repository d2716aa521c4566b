"""The examples give their exact answers.

Each model's evidence, and the posterior probability of an event, are computed here a second time,
by closed form, summation or quadrature. The numbers that the files state are compared
with these; then importance sampling and SMC are held against them. Both estimate, without bias, the
evidence Z and Z times the probability of the event, and their estimates lie between 0 and a known
bound, so the number of replicates follows from the discrepancy that must be seen.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from anglipy.api import load
from anglipy.inference import infer
from anglipy.runtime.convert import from_python
from tests.statistical.assertions import assert_mean, seeded_rng

EXAMPLES = Path(__file__).parents[2] / "examples"
DATA_2014 = [0.9, 0.8, 0.7, 0, -0.025, -5, -2, -0.1, 0, 0.13, 0.45, 6, 0.2, 0.3, -1, -1]
DATA_INFCOMP = [0.9, 0.8, 0.7, 0, -0.025, 5, 2, 0.1, 0, 0.13, 0.45, 6, 0.2, 0.3, -1, -1]


def normal(x: Any, mean: Any, sd: float) -> Any:
    return np.exp(-(((x - mean) / sd) ** 2) / 2) / (sd * math.sqrt(2 * math.pi))


def poisson(k: int, rate: float) -> float:
    return math.exp(k * math.log(rate) - rate - math.lgamma(k + 1))


@dataclass(frozen=True)
class Exact:
    """Evidence, and the posterior on a grid of results: (value, probability)."""

    evidence: float
    values: np.ndarray
    probabilities: np.ndarray

    @classmethod
    def of(cls, values: Any, joint: Any) -> Exact:
        joint = np.asarray(joint, dtype=float)
        return cls(float(joint.sum()), np.asarray(values), joint / joint.sum())

    def mean(self) -> Any:
        return np.tensordot(self.probabilities, self.values, axes=(0, 0))

    def sd(self) -> Any:
        squares = np.tensordot(self.probabilities, self.values**2, axes=(0, 0))
        return np.sqrt(squares - self.mean() ** 2)


# ---- the models, computed a second time


def coin(flips: Sequence[bool]) -> Exact:
    r = (np.arange(20_000) + 0.5) / 20_000
    heads = sum(flips)
    return Exact.of(r, r**heads * (1 - r) ** (len(flips) - heads) / len(r))


def gaussian(ys: Sequence[float]) -> Exact:
    mu = np.linspace(-20, 30, 50_001)
    joint = normal(mu, 1, math.sqrt(5)) * (mu[1] - mu[0])
    for y in ys:
        joint = joint * normal(y, mu, math.sqrt(2))
    return Exact.of(mu, joint)


def geometric(y: float) -> Exact:
    n = np.arange(400)
    return Exact.of(n, 0.1 * 0.9**n * normal(y, n, 1))


def fib(n: int) -> int:
    a, b = 1, 1
    for _ in range(n):
        a, b = b, a + b
    return a


def branching(y: int) -> Exact:
    def given(r: int) -> float:
        if r > 4:
            return poisson(y, 6)
        return sum(poisson(extra, 4) * poisson(y, fib(3 * r) + extra) for extra in range(100))

    return Exact.of(np.arange(60), [poisson(r, 4) * given(r) for r in range(60)])


TRANSITIONS = np.array([[0.1, 0.5, 0.4], [0.2, 0.2, 0.6], [0.15, 0.15, 0.7]])
MEANS = np.array([-1.0, 1.0, 0.0])


def forward(ys: Sequence[float], first_is_observed: bool) -> Exact:
    """The last state, by the forward algorithm."""
    belief = np.full(3, 1 / 3)
    for step, y in enumerate(ys):
        if step > 0 or not first_is_observed:
            belief = belief @ TRANSITIONS
        belief = belief * normal(y, MEANS, 1)
    return Exact.of(np.arange(3), belief)


def regression(zs: Sequence[float], ts: Sequence[float], grid: int = 101) -> Exact:
    """Midpoint rule in the distribution functions of the priors, refined about their medians."""
    # With u in (-1, 1), w = scale * sign(u) * g(|u|) covers the heavy and the narrow parts alike.
    u = (np.arange(grid) + 0.5) / grid * 2 - 1
    axes, weights = [], []
    for scale in (10.0, 1.0, 0.1):
        reach = 12 * np.sinh(3 * np.abs(u)) / np.sinh(3.0)
        slope = 12 * 3 * np.cosh(3 * np.abs(u)) / np.sinh(3.0)
        axes.append(scale * np.sign(u) * reach)
        weights.append(np.exp(-reach) / 2 * slope * 2 / grid)
    w0, w1, w2 = np.meshgrid(*axes, indexing="ij")
    joint = weights[0][:, None, None] * weights[1][None, :, None] * weights[2][None, None, :]
    constant = math.gamma(2.5) / (math.gamma(2) * math.sqrt(4 * math.pi))
    for z, t in zip(zs, ts, strict=True):
        joint = joint * constant * (1 + (t - (w0 + w1 * z + w2 * z * z)) ** 2 / 4) ** -2.5
    return Exact.of(np.stack([w0.ravel(), w1.ravel(), w2.ravel()], axis=1), joint.ravel())


# ---- what the files say


def log_evidence(exact: Exact) -> float:
    return math.log(exact.evidence)


@pytest.mark.parametrize("heads", range(4))
def test_coin_answers(heads: int) -> None:
    exact = coin([True] * heads + [False] * (3 - heads))
    assert exact.evidence == pytest.approx([1 / 4, 1 / 12, 1 / 12, 1 / 4][heads], rel=1e-6)
    assert exact.mean() == pytest.approx((1 + heads) / 5, rel=1e-6)


def test_gaussian_answers() -> None:
    near, far = gaussian([9, 8]), gaussian([12, 10])
    assert log_evidence(near) == pytest.approx(-8.239404, abs=1e-6)
    assert (near.mean(), near.sd()) == pytest.approx((7.25, 0.912871), abs=1e-6)
    assert log_evidence(far) == pytest.approx(-12.260237, abs=1e-6)
    assert (far.mean(), far.sd()) == pytest.approx((9.333333, 0.912871), abs=1e-6)


def test_geometric_answers() -> None:
    exact = geometric(8)
    assert log_evidence(exact) == pytest.approx(-3.13992, abs=1e-5)
    assert exact.mean() == pytest.approx(7.89464, abs=1e-5)
    stated = [0.00020, 0.00605, 0.06629, 0.26737, 0.39673, 0.21657, 0.04349, 0.00321, 0.00009]
    assert exact.probabilities[4:13] == pytest.approx(stated, abs=6e-6)


def test_branching_answers() -> None:
    exact = branching(6)
    assert log_evidence(exact) == pytest.approx(-2.64355, abs=1e-5)
    assert exact.mean() == pytest.approx(5.25767, abs=1e-5)
    stated = [
        0.02806,
        0.12824,
        0.00530,
        0,
        0,
        0.35304,
        0.23536,
        0.13449,
        0.06725,
        0.02989,
        0.01195,
        0.00435,
    ]
    assert exact.probabilities[:12] == pytest.approx(stated, abs=6e-6)


def test_hmm_answers() -> None:
    unobserved = forward(DATA_2014, first_is_observed=False)
    assert log_evidence(unobserved) == pytest.approx(-44.424470, abs=1e-6)
    assert unobserved.probabilities == pytest.approx([0.25453, 0.06106, 0.68441], abs=6e-6)
    assert log_evidence(forward(DATA_INFCOMP, True)) == pytest.approx(-43.729860, abs=1e-6)
    assert log_evidence(forward(DATA_2014, True)) == pytest.approx(-44.53630, abs=1e-5)


def test_regression_answers() -> None:
    zs = list(range(-5, 6))
    exact = regression(zs, [1 + 0.5 * z - 0.3 * z * z for z in zs], grid=121)
    assert log_evidence(exact) == pytest.approx(-20.7360, abs=2e-3)
    assert exact.mean() == pytest.approx([0.87012, 0.49059, -0.28689], abs=2e-3)
    assert exact.sd() == pytest.approx([0.43676, 0.09706, 0.03487], abs=2e-3)


# ---- the programs, enumerated


def model(name: str) -> Any:
    programs = (load(path) for path in sorted(EXAMPLES.glob("*.aq")))
    return next(program.queries[name] for program in programs if name in program.queries)


@pytest.mark.parametrize(("name", "first_is_observed"), [("hmm", False), ("hmm-observed", True)])
@pytest.mark.parametrize("data", [[0.9], [0.9, -0.8, 0.1, 5, 0.2]])
def test_hmm_enumerated(name: str, first_is_observed: bool, data: list[float]) -> None:
    exact = forward(data, first_is_observed)
    posterior = model(name).infer("enumerate", [data])
    assert posterior.log_evidence == pytest.approx(log_evidence(exact), rel=1e-12)
    for state in range(3):
        found = posterior.expectation(lambda states, state=state: float(list(states)[-1] == state))
        assert found == pytest.approx(exact.probabilities[state], rel=1e-12)


# ---- the programs, sampled


@dataclass(frozen=True)
class Sampled:
    """A query with an argument, an event, the exact answers, and the most an estimate can be."""

    query: str
    argument: Any
    event: Callable[[Any], bool]
    exact: Exact
    most: float

    def probability(self) -> float:
        """The posterior probability of the event; for the models of states, of their last state."""
        results = self.exact.values
        whole = [[value] for value in results] if self.query.startswith("hmm") else results
        return float(self.exact.probabilities[[bool(self.event(r)) for r in whole]].sum())


def last_is_0(states: Any) -> bool:
    return list(states)[-1] == 0


PEAK = 1 / math.sqrt(2 * math.pi)
NEAR = gaussian([1, 2])
SHORT = [0.9, 0.8, 0.7]
SAMPLED = [
    Sampled("coin", [True] * 3, lambda r: r < 0.8, coin([True] * 3), 1.0),
    Sampled("gaussian", [1, 2], lambda mu: mu < 1, NEAR, PEAK**2 / 2),
    Sampled("gaussian-by-rejection", [1, 2], lambda mu: mu < 1, NEAR, PEAK**2 / 2),
    Sampled("geometric", [2], lambda n: n < 2, geometric(2), PEAK),
    Sampled("branching", [6], lambda r: r < 5, branching(6), poisson(6, 6)),
    Sampled("hmm", [SHORT], last_is_0, forward(SHORT, False), PEAK**3),
    Sampled("hmm-observed", [SHORT[:2]], last_is_0, forward(SHORT[:2], True), PEAK**2),
    Sampled("regression", [[1], [1.2]], lambda w: next(iter(w)) < 1, regression([1], [1.2]), 0.375),
]
sampled = pytest.mark.parametrize("case", SAMPLED, ids=lambda case: case.query)
Event = Callable[[Any], bool]


def always(value: Any) -> bool:
    return True


def importance_draws(case: Sampled, event: Event, rng: Any, n: int) -> np.ndarray:
    """n times the weight of a draw, relative to the evidence, if the event happens, else 0."""
    query, argument = model(case.query).query, from_python(case.argument)
    posterior = infer(query, argument, "importance", rng=rng, samples=n)
    weights = np.exp(posterior.log_weights) / case.exact.evidence
    happened = np.array([event(value) for value in posterior.values])
    return np.concatenate([weights * happened, np.zeros(n - len(weights))])


def smc_draws(case: Sampled, event: Event, rng: Any, n: int) -> np.ndarray:
    """n times, from a sweep of four particles: the evidence estimate, relative to the evidence,
    times the share of the event.
    """
    query, argument = model(case.query).query, from_python(case.argument)
    draws = np.empty(n)
    for sweep in range(n):
        posterior = infer(query, argument, "smc", rng=rng, particles=4)
        share = posterior.expectation(lambda value: float(event(value)))
        draws[sweep] = math.exp(posterior.log_evidence or 0.0) / case.exact.evidence * share
    return draws


@sampled
@pytest.mark.parametrize(
    ("draws", "replicates"), [(importance_draws, 12_000), (smc_draws, 2_000)], ids=["is", "smc"]
)
def test_sampled(case: Sampled, draws: Any, replicates: int) -> None:
    rng = seeded_rng(f"{draws.__name__} of {case.query}")
    most = case.most / case.exact.evidence * (1 + 1e-9)
    seen = {"bounds": (0.0, most), "discrepancy": most * math.sqrt(27 / replicates)}
    assert_mean(lambda n: draws(case, always, rng, n), 1.0, **seen)
    assert_mean(lambda n: draws(case, case.event, rng, n), case.probability(), **seen)
