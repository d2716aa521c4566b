"""The example programs against exact answers.

Three kinds of proof. *Deterministic*: the compiled program is run on chosen answers, and its own
densities are summed or integrated; what comes out are the published numbers, which the comments of
the files repeat. *Independent*: the same numbers from a formula or an algorithm written here.
*Statistical*: engines on the programs, with data that leave the weights bounded, so that the sample
sizes of `assertions` are affordable.
"""

from __future__ import annotations

import itertools
import json
import math
import re
import shlex
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from scipy import stats

from anglipy.cli import main
from anglipy.runtime.checkpoints import Result, Sample
from anglipy.runtime.convert import to_python
from tests.examples.runs import EXAMPLES, Run, example, followed, log_sum, start, told, weighted
from tests.statistical.assertions import assert_cdf, assert_mean, seeded_rng

# ---- coin


@pytest.mark.parametrize("flips", list(itertools.product([True, False], repeat=3)))
def test_coin_is_a_beta_posterior(flips: tuple[bool, ...]) -> None:
    """Gauss's rule with eight nodes is exact for these polynomials of degree four at most."""
    nodes, weights = np.polynomial.legendre.leggauss(8)
    model, heads = example("coin"), sum(flips)
    runs = [followed(model, flips, [float((1 + node) / 2)]) for node in nodes]
    density = weights / 2 * np.exp([run.log_joint for run in runs])
    evidence = density.sum()
    assert evidence == pytest.approx([1 / 4, 1 / 12, 1 / 12, 1 / 4][heads], rel=1e-12)
    mean = float(density @ [run.result for run in runs]) / evidence
    assert mean == pytest.approx(0.2 * (1 + heads), rel=1e-12)


def test_coin_by_importance() -> None:
    model, rng = example("coin"), seeded_rng("coin by importance")
    args, bounds = [True, True, False], (0.0, 4 / 27)
    assert_mean(weighted(model, args, rng), 1 / 12, discrepancy=0.004, bounds=bounds)
    moment = weighted(model, args, rng, lambda r: r)
    assert_mean(moment, 0.6 / 12, discrepancy=0.004, bounds=bounds)


# ---- the mean of a Gaussian, directly and by rejection


def gaussian_answer(y1: float, y2: float) -> tuple[float, float, float]:
    """Posterior mean and variance and the log evidence, by conjugacy."""
    variance = 1 / (1 / 5 + 2 / 2)
    mean = variance * (1 / 5 + (y1 + y2) / 2)
    first = stats.norm.logpdf(y1, 1, math.sqrt(7))
    between = 1 / (1 / 5 + 1 / 2)
    second = stats.norm.logpdf(y2, between * (1 / 5 + y1 / 2), math.sqrt(between + 2))
    return mean, variance, float(first + second)


@pytest.mark.parametrize(
    ("data", "mean", "log_evidence"),
    [((9, 8), 7.25, -8.239404), ((12, 10), 9.333333, -12.260237)],
)
def test_gaussian(data: tuple[int, int], mean: float, log_evidence: float) -> None:
    """The program's joint density, integrated, is the conjugate answer and the published one."""
    exact_mean, variance, exact_evidence = gaussian_answer(*data)
    assert (exact_mean, exact_evidence) == pytest.approx((mean, log_evidence), abs=5e-7)
    assert math.sqrt(variance) == pytest.approx(0.912871, abs=5e-7)
    model = example("gaussian")
    grid = np.linspace(exact_mean - 9, exact_mean + 9, 181)
    density = np.exp([followed(model, data, [float(mu)]).log_joint for mu in grid])
    step = grid[1] - grid[0]
    assert math.log(density.sum() * step) == pytest.approx(exact_evidence, abs=1e-9)
    weights = density / density.sum()
    assert weights @ grid == pytest.approx(exact_mean, abs=1e-9)
    assert weights @ (grid - exact_mean) ** 2 == pytest.approx(variance, abs=1e-9)


@pytest.mark.parametrize(
    ("file", "query"), [("gaussian", "gaussian"), ("marsaglia", "gaussian-by-rejection")]
)
def test_gaussian_by_importance(file: str, query: str) -> None:
    mean, _, log_evidence = gaussian_answer(2, 1)
    model, rng = example(file, query), seeded_rng(f"{query} by importance")
    bounds = (0.0, math.exp(-1 / 8) / (4 * math.pi))
    evidence = math.exp(log_evidence)
    assert_mean(weighted(model, [2, 1], rng), evidence, discrepancy=0.003, bounds=bounds)
    above = weighted(model, [2, 1], rng, lambda mu: mu > mean)
    assert_mean(above, evidence / 2, discrepancy=0.003, bounds=bounds)


def test_marsaglia_draws_from_the_prior_of_the_gaussian() -> None:
    """With the weights of the next test, the posterior is that of gaussian.aq for all data."""
    model, rng = example("marsaglia", "gaussian-by-rejection"), seeded_rng("marsaglia")

    def draw(n: int) -> Sequence[float]:
        posterior = model.infer("importance", [2, 1], samples=n, seed=int(rng.integers(2**32)))
        return posterior.values

    assert_cdf(draw, stats.norm(1, math.sqrt(5)).cdf, discrepancy=0.04)


def test_marsaglia_weighs_as_the_gaussian() -> None:
    posterior = example("marsaglia", "gaussian-by-rejection").infer(
        "importance", [9, 8], samples=200, seed=3
    )
    mu = np.array(posterior.values)
    sd = math.sqrt(2)
    expected = stats.norm.logpdf(9, mu, sd) + stats.norm.logpdf(8, mu, sd)
    assert posterior.log_weights == pytest.approx(expected, rel=1e-12)


def test_marsaglia_rejects_outside_the_circle() -> None:
    model = example("marsaglia", "gaussian-by-rejection")
    run = followed(model, [9, 8], [0.9, 0.9, -0.8, 0.7, 0.6, 0.0])
    turned = 0.6 * math.sqrt(-2 * math.log(0.36) / 0.36)
    assert run.result == pytest.approx(1 + math.sqrt(5) * turned)


# ---- geometric


def test_geometric_summed() -> None:
    """The runs of the program are: k failures, then a success."""
    model = example("geometric")
    runs = []
    standing = start(model, [8])
    for _ in range(120):
        runs.append(told(standing, True))
        standing = told(standing, False)
    assert [run.result for run in runs] == list(range(120))
    log_evidence = log_sum(run.log_joint for run in runs)
    assert log_evidence == pytest.approx(-3.13992, abs=5e-6)
    posterior = [math.exp(run.log_joint - log_evidence) for run in runs]
    assert sum(k * p for k, p in enumerate(posterior)) == pytest.approx(7.89464, abs=5e-6)
    published = [0.00020, 0.00605, 0.06629, 0.26737, 0.39673, 0.21657, 0.04349, 0.00321, 0.00009]
    assert posterior[4:13] == pytest.approx(published, abs=5e-6)


def test_geometric_by_importance() -> None:
    k = np.arange(200)
    evidence = float(0.1 * 0.9**k @ stats.norm.pdf(8, k, 1))
    draw = weighted(example("geometric"), [8], seeded_rng("geometric by importance"))
    assert_mean(draw, evidence, discrepancy=0.012, bounds=(0.0, 0.3989423))


# ---- branching


def test_branching_summed() -> None:
    model = example("branching")
    runs: list[tuple[int, float]] = []
    for r in range(60):
        run = followed(model, [6], [r])
        ends = [run] if isinstance(run.checkpoint, Result) else [told(run, p) for p in range(80)]
        assert all(end.result == r for end in ends)
        assert len(ends) == (1 if r > 4 else 80)
        runs += [(r, end.log_joint) for end in ends]
    log_evidence = log_sum(log_joint for _, log_joint in runs)
    assert log_evidence == pytest.approx(-2.64355, abs=5e-6)
    posterior = np.zeros(60)
    for r, log_joint in runs:
        posterior[r] += math.exp(log_joint - log_evidence)
    assert posterior @ np.arange(60) == pytest.approx(5.25767, abs=5e-6)
    published = [0.02806, 0.12824, 0.00530, 0, 0, 0.35304, 0.23536, 0.13449, 0.06725, 0.02989]
    assert posterior[:12] == pytest.approx([*published, 0.01195, 0.00435], abs=5e-6)


def test_branching_by_importance() -> None:
    draw = weighted(example("branching"), [6], seeded_rng("branching by importance"))
    bounds = (0.0, float(stats.poisson.pmf(6, 6)))
    assert_mean(draw, math.exp(-2.64355), discrepancy=0.005, bounds=bounds)


# ---- hidden Markov models

TRANSITIONS = np.array([[0.10, 0.50, 0.40], [0.20, 0.20, 0.60], [0.15, 0.15, 0.70]])
MEANS = np.array([-1, 1, 0])
DATA_2014 = [0.9, 0.8, 0.7, 0, -0.025, -5, -2, -0.1, 0, 0.13, 0.45, 6, 0.2, 0.3, -1, -1]


def forward_backward(data: Sequence[float], first_observed: bool) -> tuple[float, np.ndarray]:
    """The log evidence and the (length, 3) marginals, by the textbook recursion."""
    emitted = stats.norm.pdf(np.array(data)[:, None], MEANS[None, :], 1)
    if not first_observed:
        emitted = np.vstack([np.ones(3), emitted])
    forward, log_evidence = [], 0.0
    alpha = np.full(3, 1 / 3)
    for t, likelihood in enumerate(emitted):
        alpha = (alpha @ TRANSITIONS if t else alpha) * likelihood
        log_evidence += math.log(alpha.sum())
        alpha = alpha / alpha.sum()
        forward.append(alpha)
    beta = np.ones(3)
    marginals = [forward[-1]]
    for alpha, likelihood in zip(forward[-2::-1], emitted[:0:-1], strict=True):
        beta = TRANSITIONS @ (likelihood * beta)
        beta /= beta.sum()
        marginals.append(alpha * beta / (alpha @ beta))
    return log_evidence, np.array(marginals[::-1])


def merged(query: str, args: Any) -> tuple[float, np.ndarray]:
    """The log evidence and the (length, 3) marginals, from the checkpoints of the program.

    All runs are followed at once: of those that stand at the same draw with the same last state one
    goes on for all, with their total probability and the expected number of visits so far.
    """
    first = start(example("hmm", query), args)
    standing: list[tuple[Run, float, np.ndarray]] = [(first, 0.0, np.zeros((0, 3)))]
    while isinstance(standing[0][0].checkpoint, Sample):
        arrived: dict[int, list[tuple[Run, float, np.ndarray]]] = {0: [], 1: [], 2: []}
        for run, log_mass, visits in standing:
            for state in range(3):
                after = told(run, state)
                mass = log_mass + after.log_joint - run.log_joint
                arrived[state].append((after, mass, np.vstack([visits, np.eye(3)[state]])))
        standing = [one_for_all(group) for group in arrived.values()]
    last, log_evidence, visits = one_for_all(standing)
    assert len(last.result) == len(visits)
    return log_evidence, visits


def one_for_all(group: list[tuple[Run, float, np.ndarray]]) -> tuple[Run, float, np.ndarray]:
    total = log_sum(log_mass for _, log_mass, _ in group)
    visits = sum(math.exp(log_mass - total) * counted for _, log_mass, counted in group)
    return group[0][0], total, np.asarray(visits)


@pytest.mark.parametrize(
    ("query", "data", "log_evidence"),
    [
        ("hmm", None, -44.424470),
        ("hmm", DATA_2014 * 16, -710.9693),
        ("hmm-observed", None, -43.729860),
        ("hmm-observed", DATA_2014, -44.53630),
        ("hmm-observed", DATA_2014 * 16, -711.08108),
        ("hmm-observed", DATA_2014 * 64, -2844.02439),
    ],
)
def test_hmm(query: str, data: list[float] | None, log_evidence: float) -> None:
    found, visits = merged(query, None if data is None else [data])
    lost_signs = [abs(y) if t < 8 and y != -0.025 else y for t, y in enumerate(DATA_2014)]
    data = data or (DATA_2014 if query == "hmm" else lost_signs)
    exact, marginals = forward_backward(data, query == "hmm-observed")
    assert found == pytest.approx(exact, abs=1e-8)
    assert exact == pytest.approx(log_evidence, abs=5e-5)
    assert visits == pytest.approx(marginals, abs=1e-9)


def test_hmm_published_posterior() -> None:
    _, visits = merged("hmm", None)
    assert visits[-1] == pytest.approx([0.25453, 0.06106, 0.68441], abs=5e-6)
    assert visits[6, 0] == pytest.approx(0.92997, abs=5e-6)
    assert (visits @ [0, 1, 2]).sum() == pytest.approx(23.9264, abs=5e-5)


@pytest.mark.parametrize("query", ["hmm", "hmm-observed"])
def test_hmm_by_enumeration(query: str) -> None:
    data = [0.9, -0.8, 0.7, 0.0]
    posterior = example("hmm", query).infer("enumerate", [data])
    log_evidence, marginals = forward_backward(data, query == "hmm-observed")
    assert posterior.log_evidence == pytest.approx(log_evidence, abs=1e-12)
    assert len(posterior.probabilities()) == 3 ** len(marginals)
    for t, marginal in enumerate(marginals):
        found = dict(posterior.marginal(t).probabilities())
        assert [found[state] for state in range(3)] == pytest.approx(marginal, abs=1e-12)


def test_hmm_by_smc() -> None:
    """The estimate of the evidence is unbiased; each replicate is a whole run of five particles."""
    model, rng, data = example("hmm"), seeded_rng("hmm by smc"), [0.9, 0.8, 0.7]

    def draw(n: int) -> list[float]:
        seeds = rng.integers(2**32, size=n).tolist()
        runs = (model.infer("smc", [data], particles=5, seed=seed) for seed in seeds)
        return [math.exp(run.log_evidence or 0.0) for run in runs]

    log_evidence, _ = forward_backward(data, first_observed=False)
    assert_mean(draw, math.exp(log_evidence), discrepancy=0.006, bounds=(0.0, 0.3989423**3))


# ---- robust regression

Z = np.arange(-5, 6)
T = 1 + 0.5 * Z - 0.3 * Z**2


def log_regression(w: np.ndarray) -> np.ndarray:
    """The log joint density at weights of shape (..., 3)."""
    residual = T - (w[..., :1] + w[..., 1:2] * Z + w[..., 2:] * Z**2)
    prior = stats.laplace.logpdf(w, 0, [10, 1, 0.1]).sum(-1)
    return prior + stats.t.logpdf(residual, 4).sum(-1)


def test_regression_has_this_density() -> None:
    model, rng = example("regression"), np.random.default_rng(5)
    for w in rng.normal([0.9, 0.5, -0.3], [1, 0.3, 0.1], (100, 3)):
        run = followed(model, None, w.tolist())
        assert run.log_joint == pytest.approx(float(log_regression(w)), rel=1e-10)
        assert to_python(run.result) == pytest.approx(w.tolist())


def test_regression_takes_other_data() -> None:
    run = followed(example("regression"), [[1, 2], [0.5, 3.0]], [0.1, 0.2, 0.3])
    prior = stats.laplace.logpdf([0.1, 0.2, 0.3], 0, [10, 1, 0.1]).sum()
    observed = stats.t.logpdf([0.5 - 0.6, 3.0 - 1.7], 4).sum()
    assert run.log_joint == pytest.approx(prior + observed)


def test_regression_density_gives_the_published_answers() -> None:
    mean, sd = np.array([0.87012, 0.49059, -0.28689]), np.array([0.43676, 0.09706, 0.03487])
    axes = [np.linspace(m - 7 * s, m + 7 * s, 57) for m, s in zip(mean, sd, strict=True)]
    grid = np.stack(np.meshgrid(*axes, indexing="ij"), -1).reshape(-1, 3)
    density = np.exp(log_regression(grid))
    volume = math.prod(axis[1] - axis[0] for axis in axes)
    assert math.log(density.sum() * volume) == pytest.approx(-20.7360, abs=2e-4)
    weights = density / density.sum()
    found = weights @ grid
    assert found == pytest.approx(mean, abs=1e-4)
    assert np.sqrt(weights @ (grid - found) ** 2) == pytest.approx(sd, abs=1e-4)


# ---- the comments

COMMANDS = [
    pytest.param(command[1], id=path.stem)
    for path in sorted(EXAMPLES.glob("*.aq"))
    for command in re.finditer(r"^;; +anglipy (run .*)$", path.read_text(encoding="utf-8"), re.M)
]


@pytest.mark.parametrize("command", COMMANDS)
def test_the_command_in_the_comment(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    """It runs as written, from the root of the repository; with fewer draws here."""
    words = shlex.split(command)
    count = next(i for i, word in enumerate(words) if word in ("-n", "--particles")) + 1
    words[count] = "50"
    words = [str(EXAMPLES.parent / word) if word.endswith(".aq") else word for word in words]
    with pytest.raises(SystemExit) as end:
        main([*words, "-f", "json", "--seed", "1"])
    assert end.value.code == 0
    assert json.loads(capsys.readouterr().out)["draws"] == 50


def test_every_example_says_how_to_run_it() -> None:
    assert len(COMMANDS) == len(list(EXAMPLES.glob("*.aq")))
