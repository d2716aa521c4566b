"""The experiments: their exact answers against the literature, and that each of them runs. What
they find when they are run in earnest is in examples/experiments/RESULTS.md.
"""

from __future__ import annotations

import itertools
import math
from pathlib import Path

import numpy as np
import pytest

from examples.experiments import (
    arth150,
    bandpass,
    branching,
    coin,
    dates,
    factorial_hmm,
    faults,
    gum,
    hmm,
    magnitude,
    minimal,
    order,
    pumps,
    state_space,
)
from examples.experiments.ablation import cell
from examples.experiments.cases import CASES
from examples.experiments.catalogue import EXPERIMENTS
from examples.experiments.cells import save, stored
from examples.experiments.curves import exact as exact_curve
from examples.experiments.gaussians import conditioned, entropy, kl_normal
from examples.experiments.genes import genes, is_there
from examples.experiments.lab import Lab, Settings
from examples.experiments.least_squares import summarised
from examples.experiments.page import page
from examples.experiments.record import RESULTS, Circumstances, Figure, Outcome, Training
from examples.experiments.typing_errors import typed, written

# --- exact answers ---


def test_gaussian_posteriors():
    truth = minimal.exact(2.3)
    assert truth.mean == pytest.approx([2.277228], abs=1e-6)
    assert math.sqrt(truth.covariance[0, 0]) == pytest.approx(0.0995037, abs=1e-7)
    assert truth.log_evidence == pytest.approx(-3.542726, abs=1e-6)
    for data, mean, evidence in (((9, 8), 7.25, -8.239404), ((12, 10), 9.333333, -12.260237)):
        truth = gum.exact(*data)
        assert truth.mean == pytest.approx([mean], abs=1e-6)
        assert truth.log_evidence == pytest.approx(evidence, abs=1e-6)
    assert entropy(truth.covariance) == pytest.approx(1.327778, abs=1e-6)


def test_conditioning_agrees_with_the_joint_density():
    rng = np.random.default_rng(3)
    root = rng.normal(size=(4, 4))
    mean, covariance, x = rng.normal(size=4), root @ root.T, rng.normal(size=4)

    def log_density(at, mean, covariance):
        z = at - mean
        quadratic = z @ np.linalg.solve(covariance, z)
        return -0.5 * (quadratic + np.linalg.slogdet(2 * np.pi * covariance)[1])

    found = conditioned(mean, covariance, np.array([1, 3]), x[[1, 3]])
    hidden = log_density(x[[0, 2]], found.mean, found.covariance)
    assert hidden + found.log_evidence == pytest.approx(log_density(x, mean, covariance))
    assert kl_normal(1.0, 2.0, 1.0, 2.0) == 0.0


def test_coin():
    assert coin.floor() == pytest.approx(-0.435601, abs=1e-6)
    assert [coin.exact_mean(heads) for heads in range(4)] == pytest.approx([0.2, 0.4, 0.6, 0.8])


def test_hidden_markov_model():
    truth = hmm.exact(hmm.DATA)
    assert truth.log_evidence == pytest.approx([-43.729860], abs=1e-6)
    assert truth.marginals[0, 0] == pytest.approx([0.103458, 0.532207, 0.364335], abs=1e-6)
    assert truth.marginals.sum(2) == pytest.approx(np.ones((1, 16)))


def test_the_entropy_of_a_path_by_enumeration():
    data = hmm.DATA[:4]
    found = hmm.exact(data)
    log_joint = []
    for path in np.ndindex(3, 3, 3, 3):
        steps = [hmm.CHAIN.start[path[0]]]
        steps += [hmm.CHAIN.transitions[a, b] for a, b in itertools.pairwise(path)]
        emitted = [-0.5 * (y - hmm.MEANS[s]) ** 2 for y, s in zip(data, path, strict=True)]
        log_joint.append(np.log(steps).sum() + sum(emitted) - 2.0 * math.log(2.0 * math.pi))
    p = np.exp(log_joint)
    assert found.log_evidence == pytest.approx([np.log(p.sum())])
    p /= p.sum()
    assert found.entropy == pytest.approx([-(p * np.log(p)).sum()])


def test_pumps():
    whole = pumps.exact(bounded=False)
    assert whole.log_evidence == pytest.approx(-36.577695, abs=1e-5)
    assert (whole.alpha, whole.beta) == pytest.approx((0.697169, 0.926807), abs=1e-5)
    assert whole.thetas[[0, 4, 9]] == pytest.approx([0.05982, 0.60134, 1.98983], abs=1e-5)
    bounded = pumps.exact()
    assert bounded.thetas == pytest.approx(whole.thetas, rel=0.01)
    assert 0.0 < bounded.log_evidence - whole.log_evidence < 1.0


def test_regression():
    x = np.linspace(-9, 9, 10)
    residuals = np.array([0.3, -0.6, 0.1, 1.2, -0.4, 0.2, -1.1, 0.5, -0.2, 6])
    found = exact_curve(x, 5 + 0.75 * x - 0.3 * x**2 + residuals, np.array([10, 1, 0.1]), 1.0)
    assert found.log_evidence == pytest.approx(-28.201384, abs=2e-3)
    assert found.mean == pytest.approx([4.6202, 0.8378, -0.2776], abs=2e-3)
    assert found.sd == pytest.approx([0.5924, 0.0991, 0.0190], rel=0.01)


def test_the_order_of_a_polynomial_by_a_grid():
    """Order 0 is a matter of one dimension."""
    x = np.linspace(-1, 1, 5)
    y = np.array([0.3, 0.35, 0.2, 0.28, 0.5])
    w = np.linspace(-3, 3, 60_001)
    z = (y - w[:, None]) / order.SD
    constant = math.lgamma(2.5) - math.lgamma(2.0) - 0.5 * math.log(4 * math.pi * order.SD**2)
    log_joint = (constant - 2.5 * np.log1p(z * z / 4)).sum(1) - np.abs(w) - math.log(2.0)
    expected = np.log(np.exp(log_joint).sum() * (w[1] - w[0]))
    assert exact_curve(x, y, np.ones(1), order.SD).log_evidence == pytest.approx(expected, abs=1e-3)
    chances, _ = order.order_posterior(x, y)
    assert chances.sum() == pytest.approx(1.0)


def test_branching():
    log_evidence, chances = branching.exact(6)
    assert log_evidence == pytest.approx(-2.64355, abs=1e-5)
    assert chances[:6] == pytest.approx([0.02806, 0.12824, 0.0053, 0, 0, 0.35304], abs=1e-5)
    assert 0.0 < branching.floor() < 4.3


def test_state_space():
    """The Kalman filter, and the entropy of a chain of Gaussians backwards in time."""
    ys = [1.19, 0.18, 0.08, 2.7]
    mean, variance, log_evidence = 0.0, 1.0, 0.0
    for y in ys:
        total = variance + 0.5
        log_evidence -= 0.5 * (math.log(2 * math.pi * total) + (y - mean) ** 2 / total)
        mean, variance = mean + variance / total * (y - mean), variance * 0.5 / total
        last = mean, variance
        mean, variance = 0.9 * mean, 0.81 * variance + 1.0
    truth = state_space.exact(np.array(ys))
    assert truth.log_evidence == pytest.approx(log_evidence)
    assert (truth.mean[-1], truth.covariance[-1, -1]) == pytest.approx(last)


def test_factorial_hidden_markov_model():
    assert factorial_hmm.CHAIN.transitions.sum(1) == pytest.approx(np.ones(64))
    rng = np.random.default_rng(1)
    ys = factorial_hmm.simulated(2, rng)
    truth = factorial_hmm.exact(ys)
    assert (truth.entropy >= 0.0).all()
    assert truth.marginals.sum(2) == pytest.approx(np.ones((2, 10)))
    assert 0.0 < factorial_hmm.floor(200, 1) < 2.0


def test_band_pass_filter():
    nominal = bandpass.transfer(
        np.zeros(12), bandpass.NOMINAL, frequencies=[970, 985, 1000, 1010, 1030]
    )
    assert nominal[0] == pytest.approx([0.0019059, 0.062902, 0.5, 0.357873, 0.002214], abs=1e-6)
    state = np.zeros(12)
    state[bandpass.COMPONENTS.index("L2")] = bandpass.OPEN
    assert bandpass.transfer(state, bandpass.NOMINAL)[0, 0] == pytest.approx(0.00010487, abs=1e-8)


def test_faults_of_a_dead_circuit():
    """Nothing comes through: all that is left is an offset and noise, two dimensions."""
    rng = np.random.default_rng(2)
    noise, offset = 0.002, 0.004
    output = offset + noise * rng.standard_normal(40)
    found = faults.posterior(output, 2_000, rng)
    level = np.linspace(-3.5, -2.0, 1_501)[:, None]
    at = np.linspace(-0.02, 0.02, 1_601)
    sd = 10.0**level
    squares = ((output[:, None] - at) ** 2).sum(0)
    log_joint = (
        -0.5 * squares / sd**2
        - 40 * np.log(sd * math.sqrt(2.0 * math.pi))
        - 0.5 * (at / 0.005) ** 2
        - math.log(0.005 * math.sqrt(2.0 * math.pi))
    )
    exact = np.log(np.exp(log_joint).mean() * 0.04)
    dead = 1  # R1 is open
    assert found.log_evidence[dead] - faults.PRIOR[dead] == pytest.approx(exact, abs=0.15)
    assert found.chances[dead] == pytest.approx(1 / 12, abs=0.02)


def test_dates():
    truth = dates.exact("03/05/2021")
    assert truth.dates[2021, 3, 5] == pytest.approx(truth.dates[2021, 5, 3])
    assert sum(truth.dates.values()) == pytest.approx(1.0, abs=1e-3)
    sure = dates.exact("25/12/1999")
    assert max(sure.dates, key=sure.dates.__getitem__) == (1999, 12, 25)
    # Text, date and style as the distribution of the program has them.
    style, date = 3, (2003, 2, 14)
    prior = math.log(dates.STYLES[style] / 40 / 12 / 28)
    text = "14 Febrvary 2003"
    other = [d for d in truth.dates if d == date]
    found = dates.exact(text)
    log_joint = prior + typed(written(style, *date)).log_prob(text)
    assert not other
    assert found.dates[date] == pytest.approx(math.exp(log_joint - found.log_evidence), rel=1e-3)


def test_the_summary_of_points_is_a_chain_of_regressions():
    rng = np.random.default_rng(4)
    x = rng.uniform(-10, 10, 200)
    y = 1.0 - 2.0 * x + 0.5 * x**2 + rng.standard_t(4, 200)
    found = summarised(np.column_stack([x, y]).tolist())
    assert found[:3] == pytest.approx([1.0, -2.0, 0.5], abs=0.3)
    assert len(found) == 10
    truth = exact_curve(x, y, np.full(3, 2.0), 1.0)
    assert found[:3] == pytest.approx(truth.mean, abs=0.5 * truth.sd.max())
    assert math.exp(found[3]) == pytest.approx(truth.sd[2], rel=0.3)


def test_magnitude():
    assert magnitude.floor(0) == pytest.approx(0.261084, abs=2e-6)
    assert magnitude.floor(100) == pytest.approx(372.1524 + 0.261084, abs=1e-3)
    assert magnitude.log_evidence(25.0) == pytest.approx(-5.42332, abs=1e-5)


@pytest.mark.skipif(not is_there(), reason="pgmpy is not installed")
def test_gene_expression():
    truth = arth150.exact(arth150.data())
    assert truth.log_evidence == pytest.approx(-27.226550, abs=1e-6)
    assert entropy(truth.covariance) == pytest.approx(16.173301, abs=1e-6)
    names = [gene.name for gene in genes() if not gene.observed]
    place = names.index("81")
    assert truth.mean[place] == pytest.approx(5.01191, abs=1e-5)
    assert math.sqrt(truth.covariance[place, place]) == pytest.approx(0.21259, abs=1e-5)
    assert sum(gene.observed for gene in genes()) == 40


# --- machinery ---


FAST = ("minimal", "coin")


@pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=() if name in FAST else pytest.mark.slow) for name in EXPERIMENTS],
)
def test_each_runs(name: str, tmp_path: Path):
    if name == "arth150" and not is_there():
        pytest.skip("pgmpy is not installed")
    said: list[str] = []
    settings = Settings(quick=True, artifacts=tmp_path)
    lab = Lab(EXPERIMENTS[name], settings, said.append)
    EXPERIMENTS[name].run(lab)
    outcome = lab.outcome()
    assert outcome.figures
    assert all(isinstance(figure.value, float) for figure in outcome.figures)
    assert not any(math.isnan(figure.value) for figure in outcome.figures)
    assert Outcome.load(outcome.save(tmp_path)) == outcome
    assert outcome.command.startswith(f"python -m examples.experiments {name} --seed 1 --quick")
    assert said


def test_a_cell_of_the_ablation(tmp_path: Path):
    settings = Settings(quick=True, minutes=1.0, artifacts=tmp_path)
    made = cell(CASES["coin"], "ff", settings)
    assert made.gap > 0.0
    assert 0.0 < made.ess <= 1.0
    save([made], tmp_path / "cells.json")
    assert stored(tmp_path / "cells.json") == [made]
    assert "| coin | ff | **" in page([], [made])


def test_marks():
    assert Figure("x", 1.0).passed is None
    assert Figure("x", 1.0, at_most=1.0).passed is True
    assert Figure("x", 1.0, at_least=2.0).passed is False
    assert Figure("x", 1.0, at_most=2.0, at_least=1.5).passed is False
    assert Figure("x", math.nan, at_most=2.0).passed is False


def test_the_page_says_what_was_missed():
    outcome = Outcome(
        "gum",
        "G1",
        "A title",
        "a command",
        1,
        90.0,
        (Figure("good", 0.5, at_most=1.0), Figure("bad", 0.5, at_least=1.0), Figure("told", 7.0)),
        (Training("gum-lstm", "lstm", 1000, 10.0, 1.0, 2.0, 5000),),
        ("A note.",),
        Circumstances("A processor", 2, 0.9, "3.11", "0.1.0"),
    )
    text = page([outcome])
    assert "good 0.5 (≤ 1)<br>**bad 0.5 (≥ 1)** | **missed** | 1.5 min |" in text
    assert "| told | 7 |  |  |" in text
    assert "| gum-lstm (lstm) | 5,000 | 1,000 | 10 s | 100 | 1.0000 | 2.0000 |" in text
    assert "other work" not in text
    assert "A note." in text


def test_the_page_of_results_is_up_to_date():
    found = [Outcome.load(path) for path in sorted(RESULTS.glob("*.json"))]
    assert {outcome.experiment for outcome in found} <= set(EXPERIMENTS)
    found.sort(key=lambda outcome: list(EXPERIMENTS).index(outcome.experiment))
    assert (RESULTS.parent / "RESULTS.md").read_text(encoding="utf-8") == page(found, stored())
