"""Several runs as one: sum(n Z f) / sum(n Z)."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from anglipy.api import loads
from anglipy.diagnostics import InferenceError
from anglipy.inference.posterior import Posterior

MODEL = loads(
    """
(defquery q [y]
  (let [x (sample (normal 0 1))]
    (observe (normal x 1) y)
    (predict :x x)
    (let [z (sample (normal x 1))]
      (observe (normal z 1) y)
      (+ x z))))
(defquery other (sample (flip 0.5)))
"""
)


def run(seed: int, algorithm: str = "importance", **options: Any) -> Posterior:
    return MODEL.q.infer(algorithm, args=[1.0], seed=seed, **options)


def test_runs_of_importance_sampling_are_one_long_run() -> None:
    runs = [run(seed, samples=samples) for seed, samples in enumerate((100, 300, 50))]
    together = Posterior.combined(runs)
    log_weights = np.concatenate([p.log_weights for p in runs])
    whole = Posterior.from_particles([v for p in runs for v in p.values], log_weights)
    assert together.draws == 450
    assert together.log_weights == pytest.approx(log_weights)
    assert together.mean() == pytest.approx(whole.mean())
    assert together.ess == pytest.approx(whole.ess)
    assert together.log_evidence == pytest.approx(
        math.log(math.fsum(np.exp(log_weights)) / 450), abs=1e-12
    )
    assert list(together.predicts) == [pair for p in runs for pair in p.predicts]


def test_the_formula_for_runs_of_particle_filters() -> None:
    runs = [run(seed, "smc", particles=n) for seed, n in enumerate((20, 100, 50))]
    together = Posterior.combined(runs)
    masses = [p.draws * math.exp(p.log_evidence) for p in runs]
    assert math.exp(together.log_evidence) == pytest.approx(sum(masses) / 170)
    mean = sum(m * p.mean() for m, p in zip(masses, runs, strict=True)) / sum(masses)
    assert together.mean() == pytest.approx(mean)
    assert together.family_count == sum(p.family_count for p in runs)
    assert together.ess <= together.weight_ess
    again = Posterior.combined([Posterior.combined(runs[:2]), runs[2]])
    assert again.log_evidence == pytest.approx(together.log_evidence)
    assert again.weights == pytest.approx(together.weights)


def test_sweeps_are_what_one_run_of_many_sweeps_makes_of_them() -> None:
    many = run(0, "smc", particles=30, sweeps=5)
    halves = [slice(30 * i, 30 * (i + 1)) for i in range(5)]
    sweeps = []
    for part in halves:
        log_weights = many.log_weights[part]
        log_evidence = math.log(np.exp(log_weights).mean())
        sweeps.append(
            replace(
                many,
                values=many.values[part],
                log_weights=log_weights,
                predicts=many.predicts[part],
                families=many.families[part],
                draws=30,
                log_evidence=log_evidence,
                log_evidence_standard_error=None,
            )
        )
    together = Posterior.combined(sweeps)
    assert together.mean() == pytest.approx(many.mean())
    assert together.log_evidence == pytest.approx(many.log_evidence)
    assert together.log_evidence_standard_error == pytest.approx(many.log_evidence_standard_error)
    assert together.ess == pytest.approx(many.ess)


def test_the_evidence_of_the_pool_is_unbiased() -> None:
    """y1 = x + e, y2 = x + d + f: normal with covariance [[2, 1], [1, 3]]."""
    from numpy.linalg import det, inv

    covariance = np.array([[2.0, 1.0], [1.0, 3.0]])
    y = np.ones(2)
    exact = math.exp(-0.5 * y @ inv(covariance) @ y) / (2 * math.pi * math.sqrt(det(covariance)))
    pools = []
    for seed in range(200):
        two = [run(1000 + 2 * seed, "smc", particles=10), run(1001 + 2 * seed, samples=30)]
        pools.append(math.exp(Posterior.combined(two).log_evidence))
    error = np.std(pools) / math.sqrt(len(pools))
    assert np.mean(pools) == pytest.approx(exact, abs=4 * error)


def test_standard_errors_add_up() -> None:
    runs = [run(seed, samples=400) for seed in range(3)]
    together = Posterior.combined(runs)
    assert together.log_evidence_standard_error == pytest.approx(
        run(9, samples=1200).log_evidence_standard_error, rel=0.2
    )
    assert Posterior.combined([run(0, "smc")]).log_evidence_standard_error is None


def test_what_stays_and_what_is_summed() -> None:
    one, two = run(0, samples=10), run(1, samples=10)
    together = Posterior.combined([one, two])
    assert together.query == "q"
    assert together.algorithm == "importance"
    assert together.options == {"samples": 10}
    assert together.seconds == one.seconds + two.seconds
    mixed = Posterior.combined([one, run(0, "smc", particles=5)])
    assert mixed.algorithm == "importance + smc"
    assert mixed.options is None
    assert "importance + smc" in mixed.summary()


@pytest.mark.parametrize(
    ("posteriors", "message"),
    [
        (lambda: [], "no posterior"),
        (lambda: [MODEL.other.infer("enumerate")] * 2, "exact"),
        (lambda: [run(0), Posterior.from_particles([1], [0])], "different queries"),
        (lambda: [Posterior.from_particles([1], [0], algorithm="chain")], "by chain.*evidence"),
        (lambda: [replace(run(0), log_evidence=None)], "does not estimate the evidence"),
    ],
)
def test_what_cannot_be_combined(posteriors: Any, message: str) -> None:
    with pytest.raises(InferenceError, match=message) as caught:
        Posterior.combined(posteriors())
    assert caught.value.diagnostic.code == "AQ555"
