"""Draws of SMC that descend from one particle are a family, and the effective sample size counts
families."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from anglipy.api import loads
from anglipy.inference.posterior import Posterior
from anglipy.model import Model

WALK = """
(defquery walk [ys]
  (loop [ys (seq ys) x (sample (normal 0 1)) xs []]
    (if ys
      (let [x (if (> x 0) (sample (normal x 1)) (sample (normal x 2)))]
        (observe (normal x 0.5) (first ys))
        (recur (next ys) x (conj xs x)))
      xs)))
(defquery dying []
  (let [x (sample (normal 0 1))]
    (observe (flip (if (< x -1) 0 0.5)) true)
    (observe (normal x 1) 1)
    (observe (normal x 1) 1)
    x))
"""
YS = [1.0, -0.5, 0.3, 2.0, 1.5]


def query(name: str) -> Model:
    return loads(WALK).queries[name]


def partition(labels: Any) -> set[frozenset[int]]:
    """Which places have the same label."""
    places: dict[Any, set[int]] = {}
    for place, label in enumerate(labels):
        places.setdefault(label, set()).add(place)
    return {frozenset(group) for group in places.values()}


@pytest.mark.parametrize("scalar", [True, False])
@pytest.mark.parametrize(
    "options",
    [
        {"particles": 40},
        {"particles": 40, "sweeps": 3},
        {"particles": 40, "ess_threshold": 0.5, "resampling": "multinomial"},
        {"particles": 40, "lanes": 7, "sweeps": 2},
    ],
    ids=str,
)
def test_a_family_is_what_has_the_first_choice_in_common(
    options: dict[str, Any], scalar: bool
) -> None:
    posterior = query("walk").infer("smc", args=[YS], seed=3, scalar=scalar, **options)
    assert posterior.families is not None
    assert partition(posterior.families) == partition(xs[0] for xs in posterior.values)
    assert posterior.family_count < 40 * options.get("sweeps", 1)


@pytest.mark.parametrize("scalar", [True, False])
def test_particles_that_died_have_no_family(scalar: bool) -> None:
    posterior = query("dying").infer("smc", particles=50, sweeps=2, seed=0, scalar=scalar)
    assert partition(posterior.families) == partition(posterior.values)


def test_the_effective_sample_size_is_that_of_the_families() -> None:
    posterior = Posterior.from_particles([1, 1, 2, 3], np.log([1, 2, 3, 2]))
    shared = replace(posterior, families=np.array([5, 5, 0, 0]))
    assert posterior.ess == posterior.weight_ess == pytest.approx(64 / 18)
    assert shared.weight_ess == posterior.ess
    assert shared.ess == pytest.approx(64 / (9 + 25))
    assert shared.family_count == 2
    assert posterior.family_count is None


def test_without_resampling_every_draw_is_a_family() -> None:
    kept = query("walk").infer("smc", args=[YS], particles=40, ess_threshold=0, seed=0)
    assert kept.ess == pytest.approx(kept.weight_ess)
    one = query("walk").infer("smc", args=[YS[:1]], particles=40, seed=0)
    assert (one.families, one.ess) == (None, one.weight_ess)
    alone = query("walk").infer(args=[YS], samples=40, seed=0)
    assert (alone.families, alone.ess) == (None, alone.weight_ess)


@pytest.mark.parametrize("algorithm", ["importance", "smc"])
def test_the_standard_error_is_how_far_means_scatter(algorithm: str) -> None:
    """Lee & Whiteley's estimate of the variance, against that over 300 runs, within a quarter."""
    options = {"samples": 400} if algorithm == "importance" else {"resampling": "multinomial"}
    if algorithm == "smc":
        options["particles"] = 400
    model = query("walk")
    means, errors = [], []
    for seed in range(300):
        p = model.infer(algorithm, args=[YS[:3]], seed=seed, **options)
        means.append(p.expectation(lambda xs: xs[0]))
        errors.append(p.standard_error(lambda xs: xs[0]))
    estimated = math.sqrt(np.mean(np.square(errors)))
    assert estimated == pytest.approx(np.std(means), rel=0.25)


def test_the_summary_says_how_many_families_there_are() -> None:
    p = query("walk").infer("smc", args=[YS], particles=100, seed=0)
    data = p.to_data()
    assert data["families"] == p.family_count
    assert (data["ess"], data["weight_ess"]) == (p.ess, p.weight_ess)
    assert f"ess {p.ess:.1f} ({p.family_count} families; of the weights" in p.summary()
    part = p.marginal(0)
    assert part.ess == p.ess


def test_an_exact_mean_has_no_error() -> None:
    exact = loads("(defquery q (let [x (sample (flip 0.5))] x))").q.infer("enumerate")
    assert exact.standard_error() == 0.0
    assert exact.ess == math.inf
