from __future__ import annotations

import math
import warnings
from dataclasses import replace

import numpy as np
import pytest

from anglipy.api import loads
from anglipy.inference.pareto import pareto_k, trusted_up_to
from anglipy.inference.posterior import Posterior


@pytest.mark.parametrize("k", [0.1, 0.3, 0.5, 0.7, 1.0, 1.5])
def test_the_shape_of_weights_that_are_pareto(k: float) -> None:
    """u^-k is Pareto with shape k; 300,000 draws tell k within 0.1."""
    rng = np.random.default_rng(1)
    log_weights = k * rng.exponential(size=300_000)
    assert pareto_k(log_weights, 300_000) == pytest.approx(k, abs=0.1)


@pytest.mark.parametrize("sd", [0.4, 0.6, 0.8])
def test_the_shape_for_a_normal_proposal_that_is_too_narrow(sd: float) -> None:
    """Of a standard normal target proposed from normal(0, sd) the shape is 1 - sd^2: the ratio is
    exp((1 - sd^2) z^2 / 2), and P(z^2 / 2 > u) falls like exp(-u).
    """
    z = np.random.default_rng(2).standard_normal(400_000)
    log_weights = 0.5 * (1 - sd**2) * z**2
    assert pareto_k(log_weights, z.size) == pytest.approx(1 - sd**2, abs=0.12)


def test_the_numbers_of_arviz() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        psislw = pytest.importorskip("arviz").psislw
    rng = np.random.default_rng(0)
    for size in (30, 100, 1000, 5000):
        for log_weights in (rng.normal(size=size), 3 * rng.normal(size=size), rng.random(size)):
            theirs = float(psislw(log_weights.copy(), 1.0)[1])
            assert pareto_k(log_weights, size) == pytest.approx(theirs, abs=1e-9)


def test_what_has_no_tail_has_no_shape() -> None:
    assert pareto_k(np.zeros(1000), 1000) is None
    assert pareto_k(np.log(np.tile([0.1, 0.9], 500)), 1000) is None
    assert pareto_k(np.arange(10.0), 10) is None
    assert pareto_k(np.append(np.zeros(999), 1000.0), 1000) == math.inf


def test_draws_of_weight_zero_count() -> None:
    rng = np.random.default_rng(0)
    log_weights = rng.normal(size=100)
    with_zeros = np.append(log_weights, np.full(900, -math.inf))
    assert pareto_k(log_weights, 1000) == pareto_k(with_zeros, 1000)
    assert pareto_k(log_weights, 1000) != pareto_k(log_weights, 100)


def test_the_limit_of_trust() -> None:
    assert trusted_up_to(100) == pytest.approx(0.5)
    assert trusted_up_to(10**6) == 0.7
    assert trusted_up_to(1) == 0.0


GOOD = "(defquery q (let [x (sample (normal 0 1))] (observe (normal x 3) 0.5) x))"
BAD = "(defquery q (let [x (sample (normal 0 3))] (observe (normal x 0.01) 8) x))"


def test_the_summary_warns_of_heavy_tails() -> None:
    good = loads(GOOD).q.infer(samples=2_000, seed=0)
    bad = loads(BAD).q.infer(samples=2_000, seed=0)
    assert good.pareto_k < 0.5
    assert bad.pareto_k > 0.7
    assert "heavy tail" in bad.summary()
    assert "heavy tail" not in good.summary()
    assert bad.to_data()["pareto_k"] == bad.pareto_k
    assert good.warnings == ()
    assert good.to_data()["warnings"] == []
    assert bad.ess < 30
    told = f"few samples are effective ({bad.ess:.1f} of 2000 draws)"
    assert told in bad.warnings[0]
    assert bad.to_data()["warnings"] == list(bad.warnings)
    assert f"warning: {bad.warnings[0]}" in bad.summary()


WALK = """
(defquery walk [ys]
  (reduce (fn [x y]
            (let [next (sample (normal x 1))] (observe (normal next 0.3) y) next))
          (sample (normal 0 1)) ys))
"""


def test_the_summary_warns_of_few_effective_samples() -> None:
    """Of whatever algorithm, and not of draws that are few because few were asked for."""
    few = loads(WALK).walk.infer("smc", args=[[1.0, 2.0] * 20], particles=100, seed=0)
    assert few.ess < 10
    assert f"warning: few effective samples ({few.ess:.1f} of 100 draws)" in few.summary()
    assert "take more particles" in few.warnings[0]
    good = loads(GOOD).q.infer("smc", particles=2_000, seed=0)
    assert good.warnings == ()
    weights = np.full(1_000, -20.0)
    weights[::100] = 0.0
    rough = Posterior.from_particles(range(1_000), weights)
    assert rough.ess == pytest.approx(10, rel=1e-3)
    assert "averages are rough" in rough.warnings[0]
    assert Posterior.from_particles(range(20), [0.0, 0.0, *[-20.0] * 18]).warnings == ()
    stuck = replace(
        Posterior.from_particles([float(i // 100) for i in range(1_000)], np.zeros(1_000)),
        chains=np.zeros(1_000, dtype=int),
    )
    assert stuck.ess < 30
    assert len(stuck.warnings) == 1


def test_there_is_none_where_weights_are_exact_or_have_ancestors() -> None:
    exact = loads("(defquery q (sample (flip 0.5)))").q.infer("enumerate")
    assert exact.pareto_k is None
    families = loads(BAD).q.infer(samples=2_000, seed=0).resample(100, 0)
    assert families.pareto_k is None
    assert Posterior.from_particles([1, 2], [0, 1]).pareto_k is None


NUMBERS = "(defquery q (let [x (sample (normal 0 3))] (observe (normal x 0.01) 4) {:x x :n [1 x]}))"
FEW = "(defquery q (let [k (sample (uniform-discrete 0 30))] (observe (normal k 0.5) 8) {:k k}))"


def test_real_numbers_are_not_listed_however_few_have_weight() -> None:
    few = loads(NUMBERS).q.infer(samples=1_000, seed=0)
    assert few.probabilities()[0][1] > 0.2
    assert "more values" not in few.summary()
    copies = loads(NUMBERS).q.infer("smc", particles=1_000, seed=0)
    assert copies.probabilities()[0][1] > 0.2
    assert "more values" not in copies.summary()
    assert "{:k 8}" in loads(FEW).q.infer(samples=1_000, seed=0).summary()
