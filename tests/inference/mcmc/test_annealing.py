"""Annealed importance sampling is unbiased, exactly; simulated annealing finds the best run."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from anglipy.diagnostics import InferenceError, OptionError
from anglipy.inference.engine import infer
from tests.inference.mcmc.programs import ALL, load
from tests.inference.mcmc.test_stationary import posterior_traces
from tests.inference.test_exact import prove

RESULTS = {
    "coin": ALL["coin"],
    "dead ends": ALL["dead ends"],
    "branch": load("""
      (if (sample (flip 0.6))
        (let [a (sample (uniform-discrete 0 2))] (observe (discrete [(inc a) 2]) 0) a)
        (do (observe (flip 0.45) true) 9))"""),
    "shrinking": load("""
      (let [n (sample (uniform-discrete 1 3)) x (sample (uniform-discrete 0 n))]
        (observe (flip (/ (inc x) 3)) true)
        (+ (* 4 n) x))"""),
}


@pytest.mark.parametrize("name", RESULTS)
@pytest.mark.parametrize("scalar", [True, False])
@pytest.mark.parametrize("steps", [1, 2])
def test_annealed_importance_sampling_is_unbiased(name: str, scalar: bool, steps: int) -> None:
    prove(RESULTS[name], "ais", samples=1, steps=steps, scalar=scalar)


def test_it_is_unbiased_from_another_exponent() -> None:
    prove(RESULTS["coin"], "ais", samples=2, steps=2, start_exponent=0.25)


@pytest.mark.parametrize("name", ["coin", "branch"])
def test_two_runs_together_are_unbiased(name: str) -> None:
    prove(RESULTS[name], "ais", samples=2, steps=1)


def test_annealing_has_less_variance_than_importance_sampling() -> None:
    query = load("(let [x (sample (normal 0 10))] (observe (normal x 1) 20) x)")
    exact = -0.5 * math.log(2 * math.pi * 101) - 400 / 202
    few = infer(query, None, "ais", samples=4_000, steps=200, sigma=3, seed=1)
    plain = infer(query, None, "importance", samples=4_000, seed=1)
    assert few.ess > 3 * plain.ess
    assert few.log_evidence is not None
    assert few.log_evidence_standard_error is not None
    assert abs(few.log_evidence - exact) < 5 * few.log_evidence_standard_error


def best(name: str) -> tuple[Any, float]:
    traces, _ = posterior_traces(ALL[name])
    found = max(traces, key=lambda trace: trace.log_joint)
    return found.end.value, found.log_joint


@pytest.mark.parametrize("name", ["two observes", "branch", "mem", "shrinking twice", "dead ends"])
@pytest.mark.parametrize(
    ("algorithm", "options"),
    [
        ("siman", {"cooling_schedule": "exponential"}),
        ("siman", {"cooling_schedule": "lundy-mees"}),
        ("bamc", {}),
    ],
)
def test_the_search_finds_the_best_run(name: str, algorithm: str, options: dict[str, Any]) -> None:
    posterior = infer(ALL[name], None, algorithm, samples=4_000, seed=2, **options)
    assert np.all(np.diff(posterior.log_weights) > 0)
    assert posterior.log_weights[-1] == pytest.approx(best(name)[1])
    assert posterior.log_evidence is None


@pytest.mark.parametrize("algorithm", ["siman", "bamc"])
def test_every_candidate_is_a_draw_on_request(algorithm: str) -> None:
    posterior = infer(
        ALL["coin"], None, algorithm, samples=50, predict_candidates=True, predict_trace=True
    )
    assert len(posterior) == 50
    labels = {str(label) for run in posterior.predicts for label, _ in run}
    assert labels == {"$trace"}


def test_bandits_of_a_single_pull_and_of_rewards_that_never_differ() -> None:
    """Where Anglican's search ends with an error."""
    query = load("(do (sample (flip 0.5)) (sample (normal 0 1)) 1)")
    posterior = infer(query, None, "bamc", samples=300, predict_bandits=True, seed=1)
    assert np.all(np.diff(posterior.log_weights) > 0)
    assert posterior.log_weights[-1] > math.log(0.5) - 0.95


@pytest.mark.parametrize(
    ("algorithm", "options", "text"),
    [
        ("siman", {"cooling_rate": 1.5}, "`cooling-rate` must be a number from 0 to 1"),
        ("siman", {"cooling_schedule": "fast"}, "`cooling-schedule` has no value `fast`"),
        ("ais", {"steps": 0}, "`steps` must be a whole number from 1"),
        ("ais", {"start_exponent": -1}, "`start-exponent` must be a number from 0"),
    ],
)
def test_a_bad_option(algorithm: str, options: dict[str, Any], text: str) -> None:
    with pytest.raises(OptionError) as caught:
        infer(ALL["coin"], None, algorithm, **options)
    assert text in caught.value.diagnostic.message


@pytest.mark.parametrize("algorithm", ["lmh", "rmh", "almh", "siman", "bamc", "ais"])
@pytest.mark.parametrize("chains", [1, 3, 40])
def test_what_nothing_can_explain(algorithm: str, chains: int) -> None:
    query = load("(let [x (sample (flip 0.5))] (observe (flip 0) true) x)")
    options = {"chains": chains} if "mh" in algorithm else {}
    with pytest.raises(InferenceError) as caught:
        infer(query, None, algorithm, samples=40, **options)
    assert caught.value.diagnostic.code == "AQ501"
    assert "have weight zero" in caught.value.diagnostic.message
