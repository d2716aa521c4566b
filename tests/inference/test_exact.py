"""The main proof of the engines: exact expectations over every random outcome, for small numbers of
particles.

    E[Zhat] = Z    and    E[Zhat * fhat] = Z * E[f | y]

for every function f of the result, which is tested for all indicator functions at once. Nothing
here has a false-positive rate. The seeded faults at the end show that the proof sees mistakes.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from anglipy.diagnostics import InferenceError
from anglipy.inference import importance as importance_module
from anglipy.inference import infer, smc, smc_particles
from anglipy.inference.log_space import Weighed
from anglipy.inference.posterior import Posterior
from anglipy.inference.resampling import SCHEMES
from anglipy.runtime.checkpoints import Checkpoint, Observe, Sample
from anglipy.runtime.distributions.base import Booleans, Finite, IntegerRange
from anglipy.runtime.machine import Query, resume
from tests.inference.programs import ALL, IN_STEP
from tests.oracles_random import all_paths, expectation

Table = dict[Any, float]
VALUES = range(20)
"""Every program's results lie in here."""


def truth(query: Query) -> np.ndarray:
    """Z * P(result = v | y) for v in VALUES: the joint summed over all runs, in linear space, by
    recursion.
    """
    joint = np.zeros(len(VALUES))

    def follow(checkpoint: Checkpoint, weight: float) -> None:
        if isinstance(checkpoint, Sample):
            for value in values_of(checkpoint.dist.support):
                chance = math.exp(checkpoint.dist.log_prob(value))
                follow(resume(checkpoint, value), weight * chance)
        elif isinstance(checkpoint, Observe):
            chance = math.exp(checkpoint.dist.log_prob(checkpoint.value))
            follow(resume(checkpoint, checkpoint.value), weight * chance)
        else:
            joint[checkpoint.value] += weight

    follow(query.start(), 1.0)
    return joint


def values_of(support: Any) -> Any:
    match support:
        case Booleans():
            return (True, False)
        case Finite(values):
            return values
        case IntegerRange(low, high):
            return range(low, high + 1)
    raise AssertionError(support)


def estimate(query: Query, algorithm: str, options: dict[str, Any]) -> Callable[[Any], np.ndarray]:
    """Zhat * (share of each value in VALUES), as a function of the source of randomness."""

    def run(rng: Any) -> np.ndarray:
        try:
            return joint_of(infer(query, None, algorithm, rng=rng, **options))
        except InferenceError as error:
            if error.diagnostic.code != "AQ501":
                raise
            return np.zeros(len(VALUES))

    return run


def joint_of(posterior: Posterior) -> np.ndarray:
    """Zhat * (share of each value in VALUES)."""
    assert posterior.log_evidence is not None
    joint = np.zeros(len(VALUES))
    for value, probability in posterior.probabilities():
        joint[value] = probability * math.exp(posterior.log_evidence)
    return joint


def prove(query: Query, algorithm: str, **options: Any) -> None:
    """E[Zhat 1{v}] = Z P(v | y) for every v, hence for every f; and with f = 1, E[Zhat] = Z."""
    assert expectation(estimate(query, algorithm, options)) == pytest.approx(
        truth(query), rel=1e-12, abs=1e-14
    )


def test_the_oracle_agrees_with_sums_by_hand() -> None:
    assert truth(ALL["coin"])[:2] == pytest.approx([0.7 * 0.2, 0.3 * 0.9])
    assert truth(ALL["uneven"])[:2] == pytest.approx([0.5, 0.15])
    assert truth(ALL["dead ends"])[[11, 12]] == pytest.approx([1 / 12, 1 / 16])
    assert truth(ALL["dead ends"]).sum() == pytest.approx(1 / 12 + 1 / 16)
    assert truth(ALL["only observes"])[1] == pytest.approx(0.125)


def test_paths_have_probabilities_that_sum_to_one() -> None:
    paths = list(all_paths(estimate(IN_STEP["branching"], "smc", {"particles": 2})))
    assert sum(probability for probability, _ in paths) == 1
    assert len(paths) > 50


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("samples", [1, 2])
def test_importance_is_unbiased(name: str, samples: int) -> None:
    prove(ALL[name], "importance", samples=samples)


@pytest.mark.parametrize("name", ["coin", "branching", "dead ends", "uneven"])
def test_importance_is_unbiased_for_three_samples(name: str) -> None:
    prove(ALL[name], "importance", samples=3)


@pytest.mark.parametrize("name", IN_STEP)
@pytest.mark.parametrize("particles", [1, 2])
@pytest.mark.parametrize("scheme", SCHEMES)
def test_smc_is_unbiased(name: str, particles: int, scheme: str) -> None:
    prove(IN_STEP[name], "smc", particles=particles, resampling=scheme)


@pytest.mark.parametrize("name", IN_STEP)
def test_smc_is_unbiased_for_three_particles(name: str) -> None:
    prove(IN_STEP[name], "smc", particles=3)


@pytest.mark.parametrize("name", ["hmm", "dead ends", "afterwards"])
@pytest.mark.parametrize("threshold", [0.0, 0.4, 0.9])
def test_smc_is_unbiased_when_it_resamples_now_and_then(name: str, threshold: float) -> None:
    prove(IN_STEP[name], "smc", particles=2, ess_threshold=threshold)


@pytest.mark.parametrize("name", ["coin", "dead ends", "afterwards"])
def test_smc_is_unbiased_over_several_sweeps(name: str) -> None:
    prove(IN_STEP[name], "smc", particles=1, sweeps=2)
    prove(IN_STEP[name], "smc", samples=3, particles=2)


def test_smc_without_resampling_is_importance_sampling() -> None:
    query = IN_STEP["dead ends"]
    never = infer(query, None, "smc", particles=200, ess_threshold=0, seed=3)
    assert never.log_evidence == pytest.approx(truth_log_evidence(query), abs=0.5)
    for name in IN_STEP:
        prove(IN_STEP[name], "smc", particles=2, ess_threshold=0)


def truth_log_evidence(query: Query) -> float:
    return math.log(truth(query).sum())


@pytest.mark.parametrize("name", ALL)
def test_enumerate_gives_the_joint_itself(name: str) -> None:
    posterior = infer(ALL[name], None, "enumerate")
    assert joint_of(posterior) == pytest.approx(truth(ALL[name]), rel=1e-12)
    assert posterior.exact


def test_keeping_the_last_weights_has_no_larger_variance_than_resampling_them() -> None:
    """The second moment of Zhat * share never exceeds that with a resampling after the last
    observe.
    """
    query = IN_STEP["coin"]
    kept = estimate(query, "smc", {"particles": 2})

    def resampled(rng: Any) -> np.ndarray:
        engine = smc.Smc()
        state = engine.init(query, None, smc.SmcOptions(particles=2))
        while not engine.is_done(state):
            state, _ = engine.step(state, rng)
        return joint_of(engine.result(state).resample(2, rng))

    first, second = expectation(kept), expectation(resampled)
    assert second == pytest.approx(first)
    moments = [expectation(lambda rng, run=run: run(rng) ** 2) for run in (kept, resampled)]
    assert np.all(moments[0] <= moments[1] + 1e-15)
    assert moments[0][0] < moments[1][0]


# --- seeded faults: the proof must see each of them ---


def drop_a_weight(patch: pytest.MonkeyPatch) -> None:
    score = smc_particles.log_prob_of
    patch.setattr(
        smc_particles, "log_prob_of", lambda o: 0.0 if o.site.id == "branch/left" else score(o)
    )


def count_an_observe_twice(patch: pytest.MonkeyPatch) -> None:
    score = smc_particles.log_prob_of
    patch.setattr(
        smc_particles, "log_prob_of", lambda o: 2 * score(o) if o.instance == 1 else score(o)
    )


def wrong_ancestor(patch: pytest.MonkeyPatch) -> None:
    scheme = SCHEMES["systematic"]
    patch.setitem(SCHEMES, "systematic", lambda rng, w, n: (scheme(rng, w, n) + 1) % n)


def no_uniform(patch: pytest.MonkeyPatch) -> None:
    scheme = SCHEMES["systematic"]

    class Half:
        def random(self) -> float:
            return 0.5

    patch.setitem(SCHEMES, "systematic", lambda rng, w, n: scheme(Half(), w, n))


def points_off_by_one(patch: pytest.MonkeyPatch) -> None:
    def scheme(rng: Any, weights: Any, n: int) -> Any:
        points = (rng.random() + np.arange(1, n + 1)) / (n + 1)
        return np.searchsorted(np.cumsum(weights), points * weights.sum(), side="right")

    patch.setitem(SCHEMES, "systematic", scheme)


def weighing(patch: pytest.MonkeyPatch, change: Callable[[Weighed, Any, int], Weighed]) -> None:
    """Change what the weights, shape (count,), are taken to be together."""
    weigh = smc_particles.weigh_all
    patch.setattr(smc_particles, "weigh_all", lambda w, count: change(weigh(w, count), w, count))


def mean_over_the_living_only(patch: pytest.MonkeyPatch) -> None:
    def change(found: Weighed, log_weights: Any, count: int) -> Weighed:
        living = int(np.count_nonzero(log_weights > -math.inf))
        return found._replace(log_mean=found.log_mean + math.log(count / max(living, 1)))

    weighing(patch, change)


def mean_off_by_one(patch: pytest.MonkeyPatch) -> None:
    weighing(patch, lambda f, w, n: f._replace(log_mean=f.log_mean + math.log(n / (n + 1))))


def weights_squared_when_resampling(patch: pytest.MonkeyPatch) -> None:
    weighing(patch, lambda found, w, n: found._replace(weights=found.weights**2))


def evidence_forgotten_when_resampling(patch: pytest.MonkeyPatch) -> None:
    weighing(patch, lambda found, w, n: found._replace(log_mean=0.0))


def particles_change_places(patch: pytest.MonkeyPatch) -> None:
    weigh = smc_particles.all_weighed

    def swapped(particles: Any) -> Any:
        weighed = weigh(particles)
        checkpoints = [p.checkpoint for p in weighed]
        checkpoints = checkpoints[1:] + checkpoints[:1]
        return tuple(
            smc_particles.Particle(c, p.log_weight)
            for c, p in zip(checkpoints, weighed, strict=True)
        )

    patch.setattr(smc_particles, "all_weighed", swapped)


FAULTS = [
    (drop_a_weight, "branching"),
    (count_an_observe_twice, "hmm"),
    (wrong_ancestor, "hmm"),
    (no_uniform, "branching"),
    (points_off_by_one, "branching"),
    (mean_over_the_living_only, "dead ends"),
    (mean_off_by_one, "hmm"),
    (weights_squared_when_resampling, "branching"),
    (evidence_forgotten_when_resampling, "hmm"),
    (particles_change_places, "branching"),
]


@pytest.mark.parametrize(("fault", "name"), FAULTS, ids=[fault.__name__ for fault, _ in FAULTS])
def test_the_proof_sees_a_seeded_fault(
    fault: Callable[[pytest.MonkeyPatch], None], name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    fault(monkeypatch)
    with pytest.raises(AssertionError):
        prove(IN_STEP[name], "smc", particles=2)


def test_the_proof_sees_a_fault_of_importance(monkeypatch: pytest.MonkeyPatch) -> None:
    run = importance_module.run_weighted

    def without_the_last(first: Any, rng: Any) -> Any:
        end, log_weight = run(first, rng)
        return end, log_weight if end.value else 0.0

    monkeypatch.setattr(importance_module, "run_weighted", without_the_last)
    with pytest.raises(AssertionError):
        prove(IN_STEP["coin"], "importance", samples=2)
