"""The engine `ic`: unbiased whatever the network proposes, and honest about what the network does
not know.
"""

from __future__ import annotations

import math
import warnings
from dataclasses import replace

import numpy as np
import pytest
import torch

from anglipy.diagnostics import ArtifactError, InferenceError, ProgramError
from anglipy.ic.batches import batch_of, group_observations
from anglipy.ic.beside import Beside
from anglipy.ic.engine import Compiled, CompiledOptions, ProposalWarning, infer_compiled
from anglipy.ic.options import NETWORKS
from anglipy.ic.proposals import propose
from anglipy.ic.running import Runs
from anglipy.ic.store import network_of
from anglipy.ic.tapes import Choices, Tape, record
from anglipy.inference import ENGINES, infer
from anglipy.runtime.lanes.distributions import score
from anglipy.runtime.lanes.groups import using
from anglipy.runtime.vectors import Vector
from tests.ic.models import MADE, coin, model, program, untrained
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


@pytest.mark.parametrize("made", MADE)
@pytest.mark.parametrize(
    ("particles", "epsilon", "wild", "network"),
    [
        (1, 0.01, 0.0, "lstm"),
        (1, 0.0, 0.3, "lstm"),
        *((1, 0.01, 0.3, network) for network in NETWORKS),
        *((2, 0.1, 0.3, network) for network in NETWORKS),
    ],
)
def test_an_untrained_network_is_unbiased(
    made: str, particles: int, epsilon: float, wild: float, network: str
) -> None:
    """Branches, rejection, tables of several sizes: E[Zhat] = Z and E[Zhat f] = Z E[f], exactly."""
    asked = program("wandering", made)
    artifact = untrained(asked, seed=3, epsilon=epsilon, wild=wild, network=network)
    exact = infer(asked, None, "enumerate")
    z = math.exp(exact.log_evidence)
    evidence, moment = estimates(asked, artifact, particles)
    assert evidence == pytest.approx(z, rel=1e-10)
    assert moment == pytest.approx(z * exact.mean(), rel=1e-10)


@pytest.mark.parametrize("made", MADE)
def test_a_site_without_a_slot_is_proposed_by_the_prior_with_a_warning(made: str) -> None:
    asked = program("wandering", made)
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


@pytest.mark.parametrize("made", MADE)
def test_continuous_programs_are_estimated_well_without_training(made: str) -> None:
    asked = program("gaussian", made)
    posterior = infer_compiled(asked, Vector([2.0, 3.0]), untrained(asked), 5_000, seed=0)
    variance = 1.0 / (1.0 / 5.0 + 1.0)
    assert posterior.mean() == pytest.approx(variance * (0.2 + 2.5), abs=0.1)
    assert posterior.algorithm == "ic"
    assert posterior.draws == 5_000


@pytest.mark.parametrize("made", MADE)
def test_new_table_sizes_and_instances_do_not_stop_it(made: str) -> None:
    asked = program("growing", made)
    artifact = untrained(asked, traces=5, wild=0.1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ProposalWarning)
        posterior = infer_compiled(asked, None, artifact, 500, seed=0)
    assert posterior.ess > 1.0


@pytest.mark.parametrize("made", MADE)
def test_the_same_seed_gives_the_same_draws(made: str) -> None:
    asked = program("coin", made)
    artifact, tosses = untrained(asked), Vector([True, False, True])
    first, second = (infer_compiled(asked, tosses, artifact, 100, seed=5) for _ in range(2))
    assert first.values == second.values
    np.testing.assert_array_equal(first.log_weights, second.log_weights)


def test_the_engine_is_registered_and_steps_are_values() -> None:
    assert isinstance(ENGINES["ic"], Compiled)
    engine, asked = Compiled(), program("coin", "compiled")
    options = CompiledOptions(untrained(asked), 2_500)
    state = engine.init(asked, Vector([True, True, True]), options)
    rng = np.random.default_rng(0)
    first, info = engine.step(state, rng)
    assert (info.draws, info.total) == (2_000, 2_500)
    assert state.draws.count == 0
    second, info = engine.step(first, rng)
    assert engine.is_done(second)
    assert first.draws.count == 2_000
    assert len(engine.result(second)) == 2_500


@pytest.mark.usefixtures("in_double_precision")
@pytest.mark.parametrize("made", MADE)
@pytest.mark.parametrize("name", ["wandering", "growing", "coin", "mixture"])
@pytest.mark.parametrize("network", NETWORKS)
def test_weights_are_by_the_densities_that_training_minimises(
    network: str, name: str, made: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The network walks with groups that split, merge, share histories and wait for each other, and
    gives each run the proposals that it gives to the same run as a part of a tape. In double
    precision, in which nothing but a mistake makes a difference.
    """
    asked = program(name, made)
    beside = network_of(untrained(asked, wild=0.3, network=network))
    runs = Runs(asked, None, 60)
    seen: list[Choices] = []
    added = np.zeros(60)

    def writing(raw, of, part, epsilon, rng, family=None):
        value, drawn, log_weights = propose(raw, of, part, epsilon, rng, family)
        with using(part.group):
            log_prior = score(part.dist, value)
        prior = part.prior
        seen.append(Choices(part.site, part.runs, part.instances, prior, drawn, log_prior))
        added[part.runs] += log_weights
        return value, drawn, log_weights

    monkeypatch.setattr("anglipy.ic.beside.propose", writing)
    data = record(asked, None, np.random.default_rng(5), 1).observations
    with torch.inference_mode():
        reading = beside.reader(*group_observations(data, 1)[:1], 1, len(data))
        walk = Beside(beside, reading, 0.01, runs, np.random.default_rng(6))
        walk.run()
        everyone = np.arange(60)
        observed = [
            o._replace(
                runs=everyone, instances=o.instances.repeat(60), values=o.values.repeat(60, 0)
            )
            for o in data
        ]
        batch = batch_of(Tape(60, seen, observed))
        log_q = beside.log_proposals(batch, 0.01)
    expected = torch.zeros(60, dtype=torch.float64)
    expected.index_add_(0, batch.trace_of, batch.log_prior - log_q)
    np.testing.assert_allclose(added, expected.numpy(), rtol=1e-10, atol=1e-10)


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


@pytest.mark.parametrize("made", MADE)
def test_epsilon_is_the_artifacts(made: str) -> None:
    """With the prior alone as the proposal all weights of the choices are one."""
    asked = program("coin", made)
    artifact = replace(untrained(asked, wild=1.0), epsilon=1.0 - 1e-12)
    posterior = infer_compiled(asked, Vector([True, True, True]), artifact, 100, seed=0)
    np.testing.assert_allclose(posterior.log_weights, 3 * np.log(posterior.values), atol=1e-6)
