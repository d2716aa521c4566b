"""IC-SMC, many data sets at once, refining and escalating: right whatever the network proposes."""

from __future__ import annotations

import copy
import math
from dataclasses import replace

import numpy as np
import pytest

from anglipy.api import loads
from anglipy.diagnostics import InferenceError, OptionError, UserError
from anglipy.ic.engine import infer_compiled
from anglipy.ic.judgement.refining import flattened
from anglipy.ic.many import infer_many
from anglipy.ic.store import network_of
from anglipy.inference import infer, options_of
from anglipy.inference.log_space import effective_sample_size
from anglipy.model import Model
from anglipy.runtime.vectors import Vector
from tests.ic.models import MADE, program, untrained
from tests.oracles_random import all_paths

PROGRAMS = loads("""
(defquery chain [a b]
  (let [x (sample "x" (flip 0.3))
        _ (observe "a" (flip (if x 0.9 0.2)) (if (nil? a) true a))
        again (fn again [turn]
                (let [z (sample "z" (uniform-discrete 0 3))]
                  (if (and (= z 0) (< turn 2)) (again (inc turn)) z)))
        y (if x (again 1) (if (sample "w" (flip 0.5)) 5 6))
        _ (observe "b" (flip (/ (+ 1.0 y) 8.0)) (if (nil? b) false b))
        v (if (= y 6) (sample "v" (flip 0.25)) false)]
    (+ y (if v 10 0))))

(defquery steps [ys]
  (loop [x 0.0 ys (or (seq ys) [nil nil nil nil]) total 0.0]
    (if (seq ys)
      (let [x (sample "x" (normal x 1.0))]
        (observe "y" (normal x 0.3) (first ys))
        (recur x (rest ys) (+ total x)))
      total)))
""")


def outcomes(run):
    """Exact E[Zhat] and E[Zhat * mean] over all random paths."""
    evidence = moment = total = 0.0
    for probability, (z, first) in all_paths(run):
        total += float(probability)
        evidence += float(probability) * z
        moment += float(probability) * first
    assert total == pytest.approx(1.0, abs=1e-9)
    return evidence, moment


def of_posterior(make):
    def run(rng):
        try:
            posterior = make(rng)
        except InferenceError:
            return 0.0, 0.0
        z = math.exp(posterior.log_evidence)
        return z, z * posterior.mean()

    return run


@pytest.mark.usefixtures("in_double_precision")
@pytest.mark.parametrize("epsilon", [0.0, 0.1])
@pytest.mark.parametrize(
    ("particles", "threshold", "scheme"),
    [(1, 1.0, "systematic"), (2, 1.0, "systematic"), (2, 0.7, "multinomial")],
)
def test_ic_smc_is_unbiased_with_an_untrained_network(particles, threshold, scheme, epsilon):
    """Branches, a rejection loop, choices between two observes and after the last."""
    asked = PROGRAMS.chain.query
    artifact = untrained(asked, seed=4, epsilon=epsilon, wild=0.5)
    exact = infer(asked, Vector([None, None]), "enumerate")
    z = math.exp(exact.log_evidence)

    def make(rng):
        return infer(
            asked,
            Vector([None, None]),
            "ic-smc",
            rng=rng,
            particles=particles,
            artifact=artifact,
            resampling=scheme,
            ess_threshold=threshold,
        )

    evidence, moment = outcomes(of_posterior(make))
    assert evidence == pytest.approx(z, rel=1e-10)
    assert moment == pytest.approx(z * exact.mean(), rel=1e-10)


def test_ic_smc_without_resampling_is_importance_sampling():
    asked = PROGRAMS.steps.query
    data = Vector([Vector([0.5, 1.0, 2.0, 2.5])])
    artifact = untrained(asked, seed=1, wild=0.1)
    given = {"artifact": artifact, "particles": 4_000, "seed": 3}
    single = infer(asked, data, "ic-smc", ess_threshold=0, **given)
    plain = infer(asked, data, "ic", **given)
    resampled = infer(asked, data, "ic-smc", **given)
    assert 0.2 < single.ess / plain.ess < 5.0
    assert resampled.ess > 5.0 * plain.ess
    exact = _kalman([0.5, 1.0, 2.0, 2.5])
    for found in (single, plain, resampled):
        tolerance = 5.0 / math.sqrt(found.ess)
        assert found.log_evidence == pytest.approx(exact, abs=tolerance)


def test_the_log_evidence_of_ic_smc_agrees_with_that_of_smc():
    """The standard deviation over seeds is below 0.02: five of them."""
    asked = PROGRAMS.steps.query
    data = Vector([Vector([0.5, 1.0, 2.0, 2.5])])
    exact = _kalman([0.5, 1.0, 2.0, 2.5])
    found = infer(
        asked, data, "ic-smc", artifact=untrained(asked, wild=0.02), particles=40_000, seed=0
    )
    assert found.log_evidence == pytest.approx(exact, abs=0.1)


def _kalman(ys):
    mean, variance, total = 0.0, 0.0, 0.0
    for y in ys:
        variance += 1.0
        spread = variance + 0.09
        total += -0.5 * (math.log(2 * math.pi * spread) + (y - mean) ** 2 / spread)
        gain = variance / spread
        mean, variance = mean + gain * (y - mean), variance * (1 - gain)
    return total


def test_a_query_written_in_python_is_refused():
    asked = program("coin", "by hand")
    with pytest.raises(InferenceError, match="written in Python"):
        infer(asked, Vector([True, True, False]), "ic-smc", artifact=untrained(asked))


# --- many data sets ---


@pytest.mark.usefixtures("in_double_precision")
@pytest.mark.parametrize("made", MADE)
def test_each_of_many_data_sets_is_unbiased(made):
    asked = program("wandering", made)
    artifact = untrained(asked, seed=3, wild=0.3)
    options = options_of("ic", artifact=artifact, particles=1)
    exact = [math.exp(infer(asked, _of(made, y), "enumerate").log_evidence) for y in (True, False)]
    for place in (0, 1):

        def run(rng, place=place):
            both = infer_many(asked, [_of(made, True), _of(made, False)], options, rng=rng)
            found = both[place]
            return (0.0 if isinstance(found, UserError) else math.exp(found.log_evidence)), 0.0

        assert outcomes(run)[0] == pytest.approx(exact[place], rel=1e-10)


def _of(made, y):
    return Vector([y]) if made == "compiled" else y


def test_many_data_sets_have_the_posteriors_that_each_has_alone():
    asked = program("gaussian", "compiled")
    artifact = untrained(asked)
    data = [Vector([2.0, 3.0]), Vector([-1.0, 0.5]), Vector([4, 4.5])]
    options = options_of("ic", artifact=artifact, particles=5_000)
    together = infer_many(asked, data, options, seed=1)
    for value, posterior in zip(data, together, strict=True):
        alone = infer_compiled(asked, value, artifact, 5_000, seed=2)
        assert posterior.draws == 5_000
        assert posterior.mean() == pytest.approx(alone.mean(), abs=0.15)
        assert posterior.log_evidence == pytest.approx(alone.log_evidence, abs=0.15)


@pytest.mark.filterwarnings("ignore:the network never saw")
@pytest.mark.filterwarnings("ignore:every run of the training")
def test_data_sets_of_different_lengths_and_a_bad_one():
    model = PROGRAMS.steps
    artifact = untrained(model.query)
    rows = [[[0.5, 1.0]], [["x"]], [[0.1]], [[0.2, 0.3, 0.4, 0.5, 0.6]]]
    found = model.outcomes("ic", rows, artifact=_fitting(artifact, model), particles=500, seed=0)
    assert [isinstance(one, UserError) for one in found] == [False, True, False, False]
    for row, one in zip(rows, found, strict=True):
        if not isinstance(one, UserError):
            assert one.log_evidence == pytest.approx(_kalman(row[0]), abs=1.5)
    with pytest.raises(UserError):
        model.infer_many(args=rows, artifact=_fitting(artifact, model))


def _fitting(artifact, model: Model):
    return replace(artifact, program_hash=model.program_hash)


# --- refining and escalating ---


def test_refining_leaves_the_artifact_alone_and_helps():
    asked = program("gaussian", "compiled")
    artifact = untrained(asked)
    before = copy.deepcopy(network_of(artifact).state_dict())
    data = Vector([6.0, 6.5])
    plain = infer_compiled(asked, data, artifact, 1_000, seed=0)
    better = infer_compiled(asked, data, artifact, 1_000, seed=0, refine=4)
    for name, tensor in network_of(artifact).state_dict().items():
        assert (tensor == before[name]).all()
    assert better.draws == 1_000
    assert better.ess > 2.0 * plain.ess
    precision = 1.0 / 5.0 + 1.0
    assert better.mean() == pytest.approx((0.2 + 6.25) / precision, abs=0.1)


@pytest.mark.usefixtures("in_double_precision")
def test_weights_after_refining_are_unbiased():
    """The rounds are random; given them, every path of the draws that count is enumerated."""
    asked = PROGRAMS.chain.query
    artifact = untrained(asked, seed=2, wild=0.5)
    exact = math.exp(infer(asked, Vector([None, None]), "enumerate").log_evidence)
    from anglipy.ic.engine import Compiled

    engine = Compiled()
    options = options_of("ic", artifact=artifact, particles=1, refine=2)
    state = engine.init(asked, Vector([None, None]), options)
    for number in range(2):
        state, _ = engine.step(state, np.random.default_rng(number))

    def run(rng):
        after, _ = engine.step(state, rng)
        try:
            return math.exp(engine.result(after).log_evidence), 0.0
        except InferenceError:
            return 0.0, 0.0

    assert outcomes(run)[0] == pytest.approx(exact, rel=1e-10)


def test_flattened_weights_have_the_sample_size_asked_for():
    log_weights = np.array([0.0, -3.0, -9.0, -40.0, -math.inf])
    weights = flattened(log_weights, 3.0)
    assert weights[-1] == 0.0
    assert effective_sample_size(np.log(weights[:-1])) == pytest.approx(3.0, rel=1e-3)
    np.testing.assert_allclose(
        flattened(log_weights, 1.0), np.exp(log_weights) / np.exp(log_weights).sum()
    )


def test_escalating_reaches_what_is_asked_for_or_says_why_not():
    asked = PROGRAMS.steps.query
    artifact = untrained(asked, seed=1, wild=0.1)
    data = Vector([Vector([0.5, 1.0, 2.0, 2.5])])
    found = infer(asked, data, "ic", artifact=artifact, particles=50, escalate=100, seed=0)
    assert found.ess >= 100
    assert found.warnings == ()
    assert found.draws > 50
    failed = infer(
        asked, data, "ic", artifact=artifact, particles=50, escalate=5_000, most=1_000, seed=0
    )
    assert failed.ess < 5_000
    assert "asked were 5000" in failed.warnings[0]
    assert "refine 5" in failed.warnings[0]
    assert "warning: escalation ended" in failed.summary()


def test_escalating_uses_ic_smc_where_importance_sampling_is_hopeless():
    asked = PROGRAMS.steps.query
    artifact = untrained(asked, seed=1)
    data = Vector([Vector([2.0, 4.0, 6.0, 8.0, 10.0, 12.0])])
    found = infer(
        asked, data, "ic", artifact=artifact, particles=200, escalate=40, most=20_000, seed=0
    )
    assert found.algorithm == "ic-smc"
    assert found.ess >= 40


def test_options_that_make_no_sense():
    asked = PROGRAMS.chain.query
    artifact = untrained(asked)
    with pytest.raises(OptionError, match="escalate"):
        infer(asked, None, "ic", artifact=artifact, escalate=0.5)
    with pytest.raises(OptionError, match="refine"):
        infer(asked, None, "ic", artifact=artifact, refine=-1)
    with pytest.raises(OptionError, match="scalar"):
        infer(asked, None, "ic-smc", artifact=artifact, scalar=True)
