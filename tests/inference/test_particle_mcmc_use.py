"""The engines of particle MCMC as they are used: options, errors, doquery, conditional."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from anglipy.api import Session, loads
from anglipy.diagnostics import AnglipyError, InferenceError, OptionError
from anglipy.inference import options_of
from anglipy.inference.lockstep import GroupValues

ENGINES = ["pimh", "pgibbs", "pgas", "ipmcmc"]
SIZES = {"ipmcmc": {"nodes": 4}}
TEXT = """
(defquery gauss [ys]
  (let [mu (sample (normal 1 (sqrt 5)))]
    (loop [ys (seq ys)]
      (if ys (do (observe (normal mu (sqrt 2)) (first ys)) (recur (next ys))) mu))))
(defquery coin []
  (let [biased (sample (flip 0.3))]
    (observe (flip (if biased 0.9 0.2)) true)
    (predict :b biased)
    biased))
(defquery never [] (let [x (sample (flip 0.5))] (observe (flip 0.0) true) x))
(defquery rare []
  (let [x (sample (uniform-discrete 0 400))]
    (observe (flip (if (= x 7) 1.0 0.0)) true)
    x))
(defquery uneven [] (if (sample (flip 0.5)) (do (observe (flip 0.3) true) 1) 0))
(defquery hidden []
  (let [z (sample (normal 0 1)) x (sample* (normal z 1)) y (if (> x 0) (sample (normal 0 1)) z)]
    (observe (normal y 1) 1) (if (> x 0) (sample (normal y 1)) (sample (flip 0.5)))))
(defquery kinds []
  (loop [i 0 kept []]
    (if (= i 4)
      kept
      (let [word (sample (categorical {:a 1 :b 2 :c 3}))
            shares (sample (dirichlet [1 2 3]))
            number (sample (uniform-discrete 0 3))]
        (observe (normal (+ number (nth shares 0)) 1) 1.0)
        (recur (inc i) (conj kept [word shares number]))))))
(defquery outer []
  (let [p (sample ((conditional coin :pgibbs :number-of-particles 20 :samples 400)))]
    (observe (flip (if p 0.2 0.6)) true)
    p))
"""
PROGRAM = loads(TEXT)


def query(name: str) -> Any:
    return PROGRAM.queries[name]


@pytest.mark.parametrize("engine", ENGINES)
def test_the_same_seed_gives_the_same_draws(engine: str) -> None:
    first, second = (
        query("gauss").infer(engine, args=[[9.0, 8.0]], samples=300, seed=3, particles=10)
        for _ in range(2)
    )
    assert list(first.values) == list(second.values)
    assert 4 < first.mean() < 10


@pytest.mark.parametrize("engine", ["pimh", "pgibbs", "pgas"])
def test_draws_weigh_the_same_and_are_a_chain(engine: str) -> None:
    posterior = query("coin").infer(engine, particles=10, samples=100, seed=1)
    assert len(posterior) == 100
    assert not posterior.log_weights.any()
    assert set(posterior.chains.tolist()) == {0}
    assert posterior.ess > 0
    assert (posterior.acceptance is None) == (engine != "pimh")
    assert posterior.predicted("b").mean() == posterior.mean()


def test_draws_of_ipmcmc_weigh_what_their_node_does() -> None:
    posterior = query("gauss").infer(
        "ipmcmc", args=[[9.0, 8.0]], particles=10, nodes=4, samples=400, seed=1
    )
    assert len(posterior) == 400
    weights = np.exp(posterior.log_weights).reshape(10, 40)
    assert weights.sum(axis=1) == pytest.approx(np.ones(10))
    assert posterior.family_count == 40
    assert posterior.log_evidence == pytest.approx(-8.2394, abs=1.5)
    assert posterior.log_evidence_standard_error > 0
    only = query("gauss").infer(
        "ipmcmc", args=[[9.0, 8.0]], particles=10, nodes=4, samples=20, all_particles=False, seed=1
    )
    assert len(only) == 20
    assert not only.log_weights.any()


@pytest.mark.parametrize("engine", ENGINES)
def test_burning_and_thinning_leave_out_draws(engine: str) -> None:
    options = {"particles": 10, "seed": 2, **SIZES.get(engine, {})}
    every = query("gauss").infer(engine, args=[[9.0, 8.0]], samples=200, **options)
    some = query("gauss").infer(engine, args=[[9.0, 8.0]], samples=20, burn=25, thin=7, **options)
    assert list(some.values)[:20] == list(every.values)[25 : 25 + 7 * 20 : 7]


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("scalar", [True, False])
def test_nothing_explains_the_data(engine: str, scalar: bool) -> None:
    with pytest.raises(InferenceError, match="have weight zero"):
        query("never").infer(
            engine, particles=2, samples=10, scalar=scalar, seed=1, **SIZES.get(engine, {})
        )


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("scalar", [True, False])
def test_a_chain_begins_when_a_particle_lives(engine: str, scalar: bool) -> None:
    posterior = query("rare").infer(
        engine, particles=10, samples=100, scalar=scalar, seed=4, **SIZES.get(engine, {})
    )
    assert set(posterior.values) == {7}
    assert len(posterior) >= 100


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("scalar", [True, False])
def test_observes_out_of_step(engine: str, scalar: bool) -> None:
    with pytest.raises(InferenceError, match="out of step"):
        query("uneven").infer(engine, particles=20, scalar=scalar, seed=1)


@pytest.mark.parametrize("scalar", [True, False])
def test_a_program_that_draws_behind_the_back_of_the_engine_is_told_so(scalar: bool) -> None:
    with pytest.raises(AnglipyError) as caught:
        query("hidden").infer("pgibbs", particles=5, samples=500, scalar=scalar, seed=1)
    assert caught.value.diagnostic.code == "AQ509"
    assert "sample*" in str(caught.value.diagnostic.help)


@pytest.mark.parametrize("engine", ["pgibbs", "pgas"])
def test_one_particle_does_not_move(engine: str) -> None:
    with pytest.raises(OptionError, match="must be 2 or more") as caught:
        options_of(engine, particles=1)
    assert caught.value.diagnostic.help
    assert options_of("pimh", particles=1)


def test_more_paths_than_nodes() -> None:
    with pytest.raises(OptionError, match="5 of 4 nodes") as caught:
        options_of("ipmcmc", nodes=4, csmc_nodes=5)
    assert "up to 4" in str(caught.value.diagnostic.help)
    assert options_of("ipmcmc", nodes=5).csmc_nodes == 2  # type: ignore[attr-defined]
    with pytest.raises(OptionError, match="resampling"):
        options_of("pgibbs", resampling="systemic")
    with pytest.raises(OptionError, match="all_particles"):
        options_of("ipmcmc", all_particles=3)


@pytest.mark.parametrize("engine", ["pgibbs", "pgas", "ipmcmc"])
def test_paths_of_words_and_vectors_are_repeated(engine: str) -> None:
    """One by one and in lockstep; a value is put among others of any kind."""
    for scalar in (True, False):
        posterior = query("kinds").infer(
            engine, particles=6, samples=240, scalar=scalar, seed=5, **SIZES.get(engine, {})
        )
        for kept in posterior.values:
            for _, shares, number in kept:
                assert sum(shares) == pytest.approx(1.0)
                assert number in (0, 1, 2)


def test_results_of_groups_stay_arrays() -> None:
    posterior = query("gauss").infer("pgibbs", args=[[9.0, 8.0]], samples=500, seed=1)
    assert isinstance(posterior.values._blocks[0], GroupValues)
    assert posterior.values.numbers().shape == (500,)


@pytest.mark.parametrize("lanes", [3, 10, 100])
def test_groups_may_be_small(lanes: int) -> None:
    for engine in ENGINES:
        posterior = query("gauss").infer(
            engine, args=[[9.0, 8.0]], particles=10, samples=400, lanes=lanes, seed=1
        )
        assert 5 < posterior.mean() < 9


# --- doquery and conditional ---


@pytest.fixture(scope="module")
def session() -> Session:
    made = Session()
    made.evaluate(TEXT, "<test>")
    return made


def value(session: Session, text: str) -> Any:
    return session.evaluate(text, "<test>")[-1]


@pytest.mark.parametrize("engine", ["pimh", "pgibbs", "pgas"])
def test_states_have_weight_zero_and_go_on_for_ever(session: Session, engine: str) -> None:
    value(
        session,
        f"(def s (doall (take 700 (doquery :{engine} coin [] :number-of-particles 10 :seed 1))))",
    )
    assert value(session, "(count s)") == 700
    assert value(session, "(every? (fn [s] (= 0.0 (:log-weight s))) s)")
    assert value(session, "(:predicts (first s))") is not None


def test_options_of_anglican(session: Session) -> None:
    text = """(count (take 100 (doquery :ipmcmc coin [] :number-of-particles 5 :number-of-nodes 6
      :number-of-csmc-nodes 2 :all-particles? true :pool :dynamic)))"""
    assert value(session, text) == 100


@pytest.mark.parametrize("engine", ENGINES)
def test_a_chain_of_states_has_the_weights_of_the_posterior(session: Session, engine: str) -> None:
    """P(biased | heads) = 0.27 / 0.41: the means of sweeps have a standard deviation below 1/2, the
    tolerance is six standard errors.
    """
    options = ":number-of-particles 20 :number-of-nodes 4 :seed 1"
    text = f"(collect-results (take 8000 (doquery :{engine} coin [] {options})))"
    found = value(session, f"(get (empirical-distribution {text}) true)")
    sweeps = 100 if engine == "ipmcmc" else 400
    assert found == pytest.approx(0.27 / 0.41, abs=6 * 0.5 / sweeps**0.5)


def test_conditional(session: Session) -> None:
    """Odds of a biased coin 0.27 : 0.14, times 0.2 : 0.6."""
    truth = 0.27 * 0.2 / (0.27 * 0.2 + 0.14 * 0.6)
    posterior = PROGRAM.queries["outer"].infer("importance", samples=300, seed=1)
    assert posterior.mean() == pytest.approx(truth, abs=0.15)
