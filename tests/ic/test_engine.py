"""The engine `ic`: unbiased whatever the network proposes, and honest about what the network does
not know.
"""

from __future__ import annotations

import math
import warnings
from dataclasses import replace

import numpy as np
import pytest

from anglipy.diagnostics import ArtifactError, InferenceError, ProgramError
from anglipy.ic.engine import Compiled, CompiledOptions, ProposalWarning, infer_compiled
from anglipy.inference import ENGINES, infer
from tests.ic.models import coin, gaussian, growing, model, untrained, wandering
from tests.inference.programs import dist, done, observe, predict, query, sample
from tests.oracles_random import all_paths


def estimates(asked, artifact, particles: int, value=None):
    """Exact E[Zhat] and E[Zhat * posterior mean], over all that the engine can draw."""
    evidence = first = total = 0.0

    def run(rng):
        try:
            posterior = infer_compiled(asked, value, artifact, particles, rng)
        except InferenceError:
            return 0.0, 0.0
        z = math.exp(posterior.log_evidence)
        return z, z * posterior.mean()

    for probability, (z, moment) in all_paths(run):
        total += float(probability)
        evidence += float(probability) * z
        first += float(probability) * moment
    assert total == pytest.approx(1.0, abs=1e-12)
    return evidence, first


@pytest.mark.parametrize(
    ("particles", "epsilon", "wild"), [(1, 0.01, 0.0), (1, 0.01, 0.3), (1, 0.0, 0.3), (2, 0.1, 0.3)]
)
def test_an_untrained_network_is_unbiased(particles: int, epsilon: float, wild: float) -> None:
    """Branches, rejection, tables of several sizes: E[Zhat] = Z and E[Zhat f] = Z E[f], exactly."""
    asked = model("wandering", wandering)
    artifact = untrained(asked, seed=3, epsilon=epsilon, wild=wild)
    exact = infer(asked, None, "enumerate")
    z = math.exp(exact.log_evidence)
    evidence, moment = estimates(asked, artifact, particles)
    assert evidence == pytest.approx(z, rel=1e-10)
    assert moment == pytest.approx(z * exact.mean(), rel=1e-10)


def test_a_site_without_a_slot_is_proposed_by_the_prior_with_a_warning() -> None:
    asked = model("wandering", wandering)
    known = query(
        "part",
        lambda _: sample(
            "w/side",
            dist("flip", 0.4),
            lambda side: observe("w/y", dist("flip", 0.5), True, lambda: done(side)),
        ),
    )
    artifact = untrained(known, wild=0.3)
    with pytest.warns(ProposalWarning, match=r"w/kind, w/try"):
        infer_compiled(asked, None, artifact, 50, seed=0)
    exact = infer(asked, None, "enumerate")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ProposalWarning)
        evidence, _ = estimates(asked, artifact, 1)
    assert evidence == pytest.approx(math.exp(exact.log_evidence), rel=1e-10)


def test_continuous_programs_are_estimated_well_without_training() -> None:
    posterior = infer_compiled(
        model("gauss", gaussian), (2.0, 3.0), untrained(model("g", gaussian)), 5_000, seed=0
    )
    variance = 1.0 / (1.0 / 5.0 + 1.0)
    assert posterior.mean() == pytest.approx(variance * (0.2 + 2.5), abs=0.1)
    assert posterior.algorithm == "ic"
    assert posterior.draws == 5_000


def test_new_table_sizes_and_instances_do_not_stop_it() -> None:
    asked = model("growing", growing)
    artifact = untrained(asked, traces=5, wild=0.1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ProposalWarning)
        posterior = infer_compiled(asked, None, artifact, 500, seed=0)
    assert posterior.ess > 1.0


def test_the_same_seed_gives_the_same_draws() -> None:
    asked, artifact = model("coin", coin), untrained(model("coin", coin))
    first, second = (
        infer_compiled(asked, (True, False, True), artifact, 100, seed=5) for _ in range(2)
    )
    assert first.values == second.values
    np.testing.assert_array_equal(first.log_weights, second.log_weights)


def test_the_engine_is_registered_and_steps_are_values() -> None:
    assert isinstance(ENGINES["ic"], Compiled)
    engine, artifact = Compiled(), untrained(model("coin", coin))
    state = engine.init(model("coin", coin), (True, True, True), CompiledOptions(artifact, 2_500))
    rng = np.random.default_rng(0)
    first, info = engine.step(state, rng)
    assert (info.draws, info.total) == (2_000, 2_500)
    assert state.draws.count == 0
    second, info = engine.step(first, rng)
    assert engine.is_done(second)
    assert first.draws.count == 2_000
    assert len(engine.result(second)) == 2_500


def test_an_artifact_is_needed() -> None:
    with pytest.raises(ArtifactError, match="needs an artifact"):
        infer(model("coin", coin), None, "ic")


def test_predicts_and_dead_particles() -> None:
    asked = query(
        "p",
        lambda _: sample(
            "p/x",
            dist("flip", 0.5),
            lambda x: predict(
                "x",
                x,
                lambda: observe("p/y", dist("flip", 0.5 if x else 0.0), True, lambda: done(x)),
            ),
        ),
    )
    posterior = infer_compiled(asked, None, untrained(asked), 200, seed=0)
    assert posterior.draws == 200
    assert set(posterior.values) == {True}
    assert all(run == (("x", True),) for run in posterior.predicts)
    impossible = query(
        "q",
        lambda _: sample(
            "p/x",
            dist("flip", 0.5),
            lambda x: observe("p/y", dist("flip", 0.0), True, lambda: done(x)),
        ),
    )
    with pytest.raises(InferenceError, match="p/y"):
        infer_compiled(impossible, None, untrained(asked), 20, seed=0)


def test_errors_name_the_particle_and_the_address() -> None:
    asked = query(
        "e",
        lambda sd: sample(
            "e/x",
            dist("normal", 0.0, 1.0),
            lambda x: observe(
                "e/y", dist("normal", x, 1.0 if sd is None else sd), 1.0, lambda: done(x)
            ),
        ),
    )
    artifact = untrained(asked)
    with pytest.raises(ProgramError, match="normal"):
        infer_compiled(asked, -1.0, artifact, 10, seed=0)


def test_an_observation_of_another_shape_is_left_out_with_a_warning() -> None:
    def body(size):
        return lambda _: sample(
            "v/x",
            dist("normal", 0.0, 1.0),
            lambda x: observe(
                "v/y", dist("mvn", [x] * size, np.eye(size).tolist()), [1.0] * size, lambda: done(x)
            ),
        )

    artifact = untrained(query("v", body(2)))
    infer_compiled(query("v", body(2)), None, artifact, 10, seed=0)
    with pytest.warns(ProposalWarning, match="never saw an observation"):
        infer_compiled(query("v", body(3)), None, artifact, 10, seed=0)


def test_epsilon_is_the_artifacts() -> None:
    """With the prior alone as the proposal all weights of the choices are one."""
    asked = model("coin", coin)
    artifact = replace(untrained(asked, wild=1.0), epsilon=1.0 - 1e-12)
    posterior = infer_compiled(asked, (True, True, True), artifact, 100, seed=0)
    np.testing.assert_allclose(posterior.log_weights, 3 * np.log(posterior.values), atol=1e-6)
