"""The engines of particle MCMC are right: every random outcome of a turn is enumerated, and the
kernel leaves the posterior as it is, to rounding. Nothing here has a false-positive rate.

The programs made by hand run one particle after the other, the compiled ones in lockstep.
"""

from __future__ import annotations

import math
import operator
from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from anglipy.api import loads
from anglipy.diagnostics import InferenceError
from anglipy.inference.engine import engine_named, options_of
from anglipy.inference.lockstep import for_groups
from anglipy.inference.pmcmc import groups, particles, tape
from anglipy.inference.pmcmc.conditional import CONDITIONAL, one_of
from anglipy.inference.resampling import SCHEMES
from anglipy.runtime.machine import Query
from tests.inference.kernels import posterior_of_paths, prove_invariance, results_of, turns
from tests.inference.programs import IN_STEP
from tests.inference.test_exact import truth
from tests.lanes.test_engines import QUERIES
from tests.oracles_random import expectation

NAMES = ["coin", "hmm", "branching", "dead ends", "afterwards", "no observe", "only observes"]
BY_HAND, GROUPED = IN_STEP, QUERIES
BOTH = pytest.mark.parametrize("programs", [BY_HAND, GROUPED], ids=["scalar", "lockstep"])


def test_programs_run_as_the_tests_say() -> None:
    for name in NAMES:
        assert for_groups(BY_HAND[name]) is None
        assert for_groups(GROUPED[name]) is not None


# --- pgibbs ---


@BOTH
@pytest.mark.parametrize("name", NAMES)
def test_pgibbs_leaves_the_posterior_invariant(name: str, programs: Any) -> None:
    prove_invariance(programs[name], "pgibbs", particles=2)


@BOTH
@pytest.mark.parametrize("name", ["afterwards", "dead ends"])
@pytest.mark.parametrize("scheme", SCHEMES)
def test_pgibbs_is_right_by_every_scheme(name: str, scheme: str, programs: Any) -> None:
    prove_invariance(programs[name], "pgibbs", particles=2, resampling=scheme)


def test_pgibbs_is_right_for_three_particles() -> None:
    """With two, conditional systematic resampling is hardly more than appending the retained."""
    prove_invariance(BY_HAND["hmm"], "pgibbs", particles=3)


@pytest.mark.slow
@pytest.mark.parametrize("scheme", ["stratified", "residual"])
def test_pgibbs_is_right_for_three_particles_by_other_schemes(scheme: str) -> None:
    prove_invariance(BY_HAND["hmm"], "pgibbs", particles=3, resampling=scheme)


@pytest.mark.slow
def test_pgibbs_is_right_for_three_particles_in_lockstep() -> None:
    prove_invariance(GROUPED["hmm"], "pgibbs", particles=3)


@pytest.mark.parametrize("name", ["recursion and memory", "joining"])
def test_pgibbs_is_right_where_groups_split_and_join(name: str) -> None:
    prove_invariance(GROUPED[name], "pgibbs", particles=2)


@pytest.mark.parametrize("name", ["hmm", "dead ends"])
def test_pgibbs_is_right_in_small_groups(name: str) -> None:
    prove_invariance(GROUPED[name], "pgibbs", particles=2, lanes=1)


# --- pgas ---


@BOTH
@pytest.mark.parametrize("name", [name for name in NAMES if name != "branching"])
def test_pgas_leaves_the_posterior_invariant(name: str, programs: Any) -> None:
    prove_invariance(programs[name], "pgas", particles=2)


def test_pgas_leaves_the_posterior_invariant_where_runs_branch() -> None:
    prove_invariance(BY_HAND["branching"], "pgas", particles=2)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_pgas_is_right_by_every_scheme(scheme: str) -> None:
    prove_invariance(BY_HAND["hmm"], "pgas", particles=2, resampling=scheme)


@pytest.mark.parametrize("name", ["recursion and memory", "joining"])
def test_pgas_is_right_where_groups_split_and_join(name: str) -> None:
    prove_invariance(GROUPED[name], "pgas", particles=2)


LATER = """
  (let [a (sample (flip 0.4))
        f (fn [p] (sample (flip p)))]
    (observe (flip (if a 0.3 0.8)) true)
    (let [b (if a (if (f 0.3) (f 0.6) false) (f 0.5))]
      (observe (flip (if b 0.9 0.4)) true)
      (+ (if a 2 0) (if b 1 0))))"""
"""After an observe particles make different numbers of choices at one site before they meet
again."""


@pytest.mark.parametrize("scalar", [True, False])
@pytest.mark.parametrize("engine", ["pgas", "pgibbs"])
def test_it_is_right_where_what_follows_differs(engine: str, scalar: bool) -> None:
    query = loads(f"(defquery q [] {LATER})").queries["q"].query
    assert len(posterior_of_paths(query)) == 5
    prove_invariance(query, engine, particles=2, scalar=scalar)


def test_ancestors_are_drawn_anew() -> None:
    """States without a memory: with three particles a path changes its beginning as often as its
    end.
    """
    changed = {}
    for engine in ("pgibbs", "pgas"):
        posterior = MEMORYLESS.infer(engine, particles=3, samples=600, seed=1)
        firsts = [value[0] for value in posterior.values[::3]]
        changed[engine] = sum(map(operator.ne, firsts, firsts[1:])) / len(firsts)
    assert changed["pgas"] > 1.5 * changed["pgibbs"]


MEMORYLESS = loads("""
  (defquery q []
    (mapv (fn [_] (let [x (sample (normal 0 1))] (observe (normal x 1) 0) x)) (range 12)))
""").queries["q"]  # fmt: skip


# --- pimh ---


def prove_pimh(query: Query, **options: Any) -> None:
    """The law of accepted sweeps is that of proposed ones weighted by their evidences, and draws
    from it are distributed by the posterior on average.
    """
    begin = turns(query, "pimh", **options)
    proposed: dict[Any, float] = defaultdict(float)
    for probability, (chain, shares) in begin(None):
        if chain is not None:
            key = round(chain.log_evidence, 9), tuple(sorted(shares.items()))
            proposed[key] += probability * math.exp(chain.log_evidence)
    total = sum(proposed.values())
    before = {key: weight / total for key, weight in proposed.items()}
    chains = {
        (round(chain.log_evidence, 9), tuple(sorted(shares.items()))): chain
        for _, (chain, shares) in begin(None)
        if chain is not None
    }
    after: dict[Any, float] = defaultdict(float)
    drawn: dict[Any, float] = defaultdict(float)
    for key, weight in before.items():
        for probability, (chain, shares) in begin(chains[key]):
            found = round(chain.log_evidence, 9), tuple(sorted(shares.items()))
            after[found] += weight * probability
            for value, share in shares.items():
                drawn[value] += weight * probability * share
    assert dict(after) == pytest.approx(before, rel=1e-7, abs=1e-9)
    assert dict(drawn) == pytest.approx(results_of(posterior_of_paths(query)), rel=1e-10)


@BOTH
@pytest.mark.parametrize("name", NAMES)
def test_pimh_leaves_the_law_of_sweeps_invariant(name: str, programs: Any) -> None:
    prove_pimh(programs[name], particles=2)


def test_the_evidence_of_pimh_is_unbiased() -> None:
    """Of every proposal, accepted or not."""
    for programs in (BY_HAND, GROUPED):
        for name in ("hmm", "dead ends"):
            prove_evidence(programs[name], "pimh", None, particles=2)


def prove_evidence(query: Query, algorithm: str, chain: Any, **options: Any) -> None:
    engine: Any = engine_named(algorithm)
    state = replace(engine.init(query, None, options_of(algorithm, **options)), chain=chain)
    found = expectation(lambda rng: np.exp(engine.turn(state, rng).log_evidences))
    assert found == pytest.approx(truth(query).sum(), rel=1e-12)


# --- ipmcmc ---


@BOTH
@pytest.mark.parametrize("name", ["coin", "dead ends", "only observes"])
def test_ipmcmc_leaves_the_posterior_invariant(name: str, programs: Any) -> None:
    prove_invariance(programs[name], "ipmcmc", paths=1, particles=1, nodes=2)


@BOTH
def test_ipmcmc_is_right_with_several_particles(programs: Any) -> None:
    prove_invariance(programs["coin"], "ipmcmc", paths=1, particles=2, nodes=2)


@BOTH
@pytest.mark.parametrize("name", ["coin", "hmm"])
def test_ipmcmc_is_right_with_several_paths(name: str, programs: Any) -> None:
    """Two paths must not take the same node."""
    prove_invariance(programs[name], "ipmcmc", paths=2, particles=1, nodes=3, csmc_nodes=2)


@BOTH
def test_ipmcmc_is_right_if_only_paths_are_draws(programs: Any) -> None:
    prove_invariance(programs["coin"], "ipmcmc", paths=1, particles=2, nodes=2, all_particles=False)


def test_the_evidence_of_ipmcmc_is_unbiased_given_any_path() -> None:
    for programs in (BY_HAND, GROUPED):
        (path, *_) = posterior_of_paths(programs["hmm"])
        prove_evidence(programs["hmm"], "ipmcmc", (path,), particles=1, nodes=2)


# --- seeded faults: the proof must see each of them ---


def retained_lost(patch: pytest.MonkeyPatch) -> None:
    """Resampling does not know of the retained particle."""

    def lost(rng: Any, weights: Any, n: int, retained: int) -> Any:
        return SCHEMES["systematic"](rng, weights, n), 0

    patch.setitem(CONDITIONAL, "systematic", lost)


def retained_appended(patch: pytest.MonkeyPatch) -> None:
    """The others are resampled systematically by themselves, as Anglican has it."""

    def appended(rng: Any, weights: Any, n: int, retained: int) -> Any:
        others = SCHEMES["systematic"](rng, weights, n - 1)
        place = int(np.searchsorted(others, retained))
        return np.insert(others, place, retained), place

    patch.setitem(CONDITIONAL, "systematic", appended)


def retained_is_the_best(patch: pytest.MonkeyPatch) -> None:
    scheme = CONDITIONAL["systematic"]
    patch.setitem(
        CONDITIONAL, "systematic", lambda rng, w, n, b: scheme(rng, w, n, int(np.argmax(w)))
    )


def path_changed(patch: pytest.MonkeyPatch) -> None:
    """The retained particle does not repeat its path, but makes the other choices."""
    for module in (particles, groups):
        patch.setattr(module, "given_at", lambda block, place, sample: 1 - block[place].value)


@BOTH
@pytest.mark.parametrize("fault", [retained_lost, retained_is_the_best, path_changed])
def test_the_proof_sees_a_seeded_fault(
    fault: Callable[[pytest.MonkeyPatch], None], programs: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    fault(monkeypatch)
    with pytest.raises((AssertionError, InferenceError)):
        prove_invariance(programs["hmm"], "pgibbs", particles=2)


@BOTH
def test_the_proof_sees_futures_without_their_weight(
    programs: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def uniform(rng: Any, weights: Any, log_futures: Any, retained: int) -> int:
        return one_of(rng, np.where(np.isfinite(log_futures), weights, 0.0))

    for module in (particles, groups):
        monkeypatch.setattr(module, "any_ancestor", uniform)
    with pytest.raises(AssertionError):
        prove_invariance(programs["hmm"], "pgas", particles=2)


def test_the_proof_sees_what_the_systematic_scheme_of_anglican_does(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    retained_appended(monkeypatch)
    with pytest.raises(AssertionError):
        prove_invariance(BY_HAND["hmm"], "pgibbs", particles=3)


# --- the tape ---


@pytest.mark.parametrize("name", ["hmm", "joining", "dead ends"])
def test_a_tape_may_be_shortened_at_every_observe(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tape, "_FIRST_LIMIT", 0)
    prove_invariance(GROUPED[name], "pgibbs", particles=2)


def test_a_tape_is_as_long_as_the_tree_of_the_living(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of 100 observes and 50 particles: 5,000 choices are made, and few of them are kept."""
    monkeypatch.setattr(tape, "_FIRST_LIMIT", 100)
    lengths = []
    resampled = tape.Tape.resampled

    def noting(self: Any, parents: Any) -> None:
        resampled(self, parents)
        lengths.append(self._length)

    monkeypatch.setattr(tape.Tape, "resampled", noting)
    LONG.infer("pgibbs", particles=50, samples=50, seed=1)
    assert len(lengths) == 100
    assert max(lengths) < 2_000


LONG = loads("""
  (defquery q []
    (loop [i 0]
      (if (= i 100) i (do (observe (normal (sample (normal 0 1)) 0.1) 0) (recur (inc i))))))
""").queries["q"]  # fmt: skip
