"""The particle cascade is unbiased, exactly: for any program, in lockstep and one by one."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from anglipy.api import loads
from anglipy.diagnostics import InferenceError
from anglipy.inference import infer
from anglipy.inference.pmcmc import pcascade
from anglipy.inference.pmcmc.pcascade import Mean, branched
from tests.inference.programs import ALL, IN_STEP
from tests.inference.test_exact import prove
from tests.lanes.test_engines import QUERIES, UNEVEN
from tests.oracles_random import expectation

NAMES = ["coin", "hmm", "branching", "dead ends", "afterwards", "no observe", "only observes"]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("programs", [IN_STEP, QUERIES], ids=["scalar", "lockstep"])
def test_it_is_unbiased(name: str, programs: Any) -> None:
    prove(programs[name], "pcascade", particles=2, samples=2)


@pytest.mark.parametrize("programs", [IN_STEP, QUERIES], ids=["scalar", "lockstep"])
def test_it_is_unbiased_over_batches_that_share_their_means(programs: Any) -> None:
    prove(programs["dead ends"], "pcascade", particles=1, samples=3)
    prove(programs["hmm"], "pcascade", particles=1, samples=2)


def test_observes_need_not_be_in_step() -> None:
    for query in (ALL["uneven"], UNEVEN):
        prove(query, "pcascade", particles=3, samples=3)


@pytest.mark.parametrize("limit", [3, 4, 100])
@pytest.mark.parametrize("mean", [Mean(), Mean(math.log(0.5), 4)])
def test_children_weigh_what_their_parent_does_on_average(limit: int, mean: Mean) -> None:
    weights = np.array([1.0, 0.25, 5.0])

    def of_each(rng: Any) -> np.ndarray:
        ancestors, log_weights, _ = branched(rng, np.log(weights), mean, limit)
        assert len(ancestors) <= limit
        return np.bincount(ancestors, np.exp(log_weights), minlength=3)

    assert expectation(of_each) == pytest.approx(weights, rel=1e-12)


def test_the_mean_is_that_of_all_who_arrived() -> None:
    _, _, after = branched(np.random.default_rng(0), np.log([1.0, 3.0]), Mean(0.0, 2), 100)
    assert after.arrivals == 4
    assert math.exp(after.log_total) == pytest.approx(5.0)


def test_the_proof_sees_children_of_the_wrong_weight(monkeypatch: pytest.MonkeyPatch) -> None:
    def heavier(rng: Any, log_weights: Any, mean: Any, limit: int) -> Any:
        ancestors, _, mean = branched(rng, log_weights, mean, limit)
        return ancestors, log_weights[ancestors], mean

    monkeypatch.setattr(pcascade, "branched", heavier)
    with pytest.raises(AssertionError):
        prove(QUERIES["hmm"], "pcascade", particles=2, samples=2)


WALK = loads("""
  (defquery walk [ys]
    (loop [ys (seq ys) x (sample (normal 0 1))]
      (if ys
        (do (observe (normal x 0.5) (first ys)) (recur (next ys) (sample (normal x 1))))
        x)))
  (defquery never [] (observe (flip (if (sample (flip 0.5)) 0.0 0.0)) true) 1)
""")


@pytest.mark.parametrize("scalar", [True, False])
def test_its_posterior(scalar: bool) -> None:
    """The estimate is within five of its own standard errors of that of SMC."""
    ys = [[0.5, 1.0, -0.3, 0.2, 0.9]]
    found = WALK.queries["walk"].infer(
        "pcascade", args=ys, samples=2_000, particles=500, seed=3, scalar=scalar
    )
    smc = WALK.queries["walk"].infer("smc", args=ys, particles=20_000, seed=1)
    assert 1_000 < len(found) < 4_000
    assert found.log_evidence == pytest.approx(
        smc.log_evidence, abs=5 * found.log_evidence_standard_error
    )
    assert 1 < found.ess < 2_000


def test_nobody_comes_to_the_end() -> None:
    with pytest.raises(InferenceError, match="all 50 runs have weight zero"):
        infer(WALK.queries["never"].query, None, "pcascade", samples=50, particles=20)
