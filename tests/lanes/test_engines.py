"""The engines in lockstep are exactly unbiased: `tests.inference.test_exact` for compiled programs,
whose particles run as groups; and the seeded faults that the proof must see.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from anglipy.api import loads
from anglipy.inference import lockstep, smc_groups
from anglipy.inference.lockstep import for_groups, log_weights_of
from anglipy.inference.resampling import SCHEMES
from anglipy.runtime.lanes import machine as machines
from anglipy.runtime.lanes.groups import Group
from anglipy.runtime.lanes.machine import Machine
from anglipy.runtime.lanes.merging import Merger
from anglipy.runtime.machine import Query
from tests.inference.mcmc import programs as chains
from tests.inference.test_exact import prove, truth

TEXTS = {
    "coin": chains.TEXTS["coin"],
    "hmm": """
      (let [move [[5 1] [2 5]] emit [[0.7 0.2 0.1] [0.1 0.3 0.6]]]
        (loop [t 0 before 0]
          (if (= t 2)
            before
            (let [state (sample (discrete (nth move before)))]
              (observe (discrete (nth emit state)) (mod (inc (* 2 t)) 3))
              (recur (inc t) state)))))""",
    "branching": """
      (if (sample (flip 0.6))
        (let [a (sample (uniform-discrete 0 3))]
          (observe (discrete [(inc a) 2 1]) 0)
          (let [b (if (sample (flip 0.4)) 3 0)] (observe (flip 0.25) true) (+ a b)))
        (do (observe (flip 0.05) true) (observe (flip 0.8) true) 9))""",
    "joining": """
      (let [a (sample (uniform-discrete 0 2))
            b (if (= a 1) (if (sample (flip 0.25)) 1 0) (sample (uniform-discrete 0 2)))
            c (if (= b 1) (+ a 1) a)]
        (observe (flip (nth [0.1 0.4 0.9] c)) true)
        (let [d (if (= a b) (sample (uniform-discrete 0 2)) 0)]
          (observe (flip (if (= d a) 0.75 0.125)) true)
          (+ a (* 2 b) (* 4 d))))""",
    "dead ends": chains.TEXTS["dead ends"],
    "afterwards": """
      (let [x (sample (flip 0.25))]
        (observe (flip (if x 0.6 0.1)) true)
        (if x (sample (uniform-discrete 0 3)) 7))""",
    "no observe": "(sample (discrete [1 2 3]))",
    "only observes": "(do (observe (flip 0.25) true) (observe (flip 0.5) false) 1)",
    "recursion and memory": """
      (let [m (mem (fn [k] (sample (uniform-discrete 0 2))))
            f (fn f [n] (if (or (= n 0) (= 1 (m n))) n (f (dec n))))
            n (f 2)]
        (observe (flip (if (= n 0) 0.9 0.2)) true)
        (observe (flip (if (= 1 (m 1)) 0.25 0.5)) true)
        (+ n (* 3 (m 1)) (* 6 (m 2))))""",
}
QUERIES: dict[str, Query] = {
    name: loads(f"(defquery q [] {text})").queries["q"].query for name, text in TEXTS.items()
}
UNEVEN: Query = loads("""
  (defquery q [] (if (sample (flip 0.5)) (do (observe (flip 0.3) true) 1) 0))
""").queries["q"].query  # fmt: skip


def test_the_programs_run_in_groups() -> None:
    assert all(for_groups(query) is not None for query in QUERIES.values())
    assert truth(QUERIES["dead ends"])[[11, 12]] == pytest.approx([1 / 12, 1 / 16])
    assert all(truth(query).sum() > 0 for query in QUERIES.values())


@pytest.mark.parametrize("name", QUERIES)
@pytest.mark.parametrize("samples", [1, 2])
def test_importance_is_unbiased(name: str, samples: int) -> None:
    prove(QUERIES[name], "importance", samples=samples)


@pytest.mark.parametrize("name", ["coin", "afterwards", "dead ends", "no observe"])
def test_importance_is_unbiased_for_three_samples(name: str) -> None:
    prove(QUERIES[name], "importance", samples=3)
    prove(QUERIES[name], "importance", samples=3, lanes=2)


def test_importance_needs_no_equal_number_of_observes() -> None:
    prove(UNEVEN, "importance", samples=3)


@pytest.mark.parametrize("name", QUERIES)
@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("particles", [1, 2])
def test_smc_is_unbiased(name: str, scheme: str, particles: int) -> None:
    prove(QUERIES[name], "smc", particles=particles, resampling=scheme)


@pytest.mark.parametrize("name", ["coin", "hmm", "dead ends", "afterwards", "only observes"])
def test_smc_is_unbiased_for_three_particles(name: str) -> None:
    prove(QUERIES[name], "smc", particles=3)


@pytest.mark.parametrize("name", ["branching", "joining"])
def test_smc_is_unbiased_for_three_particles_that_branch(name: str) -> None:
    prove(QUERIES[name], "smc", particles=3)


@pytest.mark.parametrize("name", ["hmm", "joining", "dead ends"])
@pytest.mark.parametrize("threshold", [0.0, 0.4, 0.9])
def test_smc_is_unbiased_when_it_resamples_now_and_then(name: str, threshold: float) -> None:
    prove(QUERIES[name], "smc", particles=2, ess_threshold=threshold)


@pytest.mark.parametrize("name", ["hmm", "joining", "branching", "dead ends"])
def test_smc_is_unbiased_in_small_groups(name: str) -> None:
    prove(QUERIES[name], "smc", particles=2, lanes=1)


@pytest.mark.parametrize("name", ["hmm", "dead ends"])
@pytest.mark.parametrize("lanes", [1, 2])
def test_smc_is_unbiased_in_small_groups_of_three_particles(name: str, lanes: int) -> None:
    prove(QUERIES[name], "smc", particles=3, lanes=lanes)


@pytest.mark.parametrize("name", ["coin", "dead ends"])
def test_smc_is_unbiased_over_several_sweeps(name: str) -> None:
    prove(QUERIES[name], "smc", particles=1, sweeps=2)


# --- seeded faults: the proof must see each of them ---


def wrong_ancestor(patch: pytest.MonkeyPatch) -> None:
    scheme = SCHEMES["systematic"]
    patch.setitem(
        SCHEMES, "systematic", lambda rng, w, n: np.sort((scheme(rng, w, n) + 1) % len(w))
    )


def ancestors_off_by_one(patch: pytest.MonkeyPatch) -> None:
    child = Group.child

    def shifted(self: Group, index: Any) -> Group:
        return child(self, np.minimum(index + 1, self.n - 1))

    patch.setattr(Group, "child", shifted)


def stale_positions(patch: pytest.MonkeyPatch) -> None:
    """The offspring read the values of whoever was at their place before."""
    child = Group.child
    patch.setattr(Group, "child", lambda self, index: child(self, np.arange(len(index)) % self.n))


def dropped_lane(patch: pytest.MonkeyPatch) -> None:
    weigh = smc_groups.weighed

    def dropping(machine: Any, stop: Any, died: Any) -> Any:
        state = weigh(machine, stop, died)
        if state is None or state.group.n < 2:
            return state
        return state.within(state.group.child(np.arange(state.group.n - 1)), state.scope)

    patch.setattr(smc_groups, "weighed", dropping)


def doubled_weight(patch: pytest.MonkeyPatch) -> None:
    score = lockstep.score
    patch.setattr(lockstep, "score", lambda dist, value: 2 * score(dist, value))


def weights_not_merged(patch: pytest.MonkeyPatch) -> None:
    """Where groups come together, weights are forgotten."""
    merge = machines.merge_states
    patch.setattr(machines, "merge_states", lambda *args: merge(*args).weighted(0.0))


def weights_not_reset(patch: pytest.MonkeyPatch) -> None:
    offspring = smc_groups.offspring

    def kept(stops: Any, ancestors: Any, log_weight: float) -> Any:
        worst = min(log_weights_of(stop.state).min() for stop in stops)
        return offspring(stops, ancestors, worst)

    patch.setattr(smc_groups, "offspring", kept)


def places_swapped(patch: pytest.MonkeyPatch) -> None:
    """Where branches join, the ways of two particles are mistaken for each other."""
    merger_of = Machine._merger

    def swapped(self: Machine, groups: Any, base: Any, strict: bool = False) -> Merger:
        merger = merger_of(self, groups, base, strict)
        places = [part[0] for part in merger.parts]
        if merger.target is base and all(len(place) == len(places[0]) for place in places):
            merger.parts = list(zip(reversed(places), groups, strict=True))
        return merger

    patch.setattr(Machine, "_merger", swapped)


def the_dead_not_counted(patch: pytest.MonkeyPatch) -> None:
    weigh_all = smc_groups.weigh_all
    patch.setattr(smc_groups, "weigh_all", lambda w, count: weigh_all(w, max(len(w), 1)))


def evidence_forgotten(patch: pytest.MonkeyPatch) -> None:
    weigh_all = smc_groups.weigh_all
    patch.setattr(
        smc_groups, "weigh_all", lambda w, count: weigh_all(w, count)._replace(log_mean=0.0)
    )


def one_way_only(patch: pytest.MonkeyPatch) -> None:
    """Of the ways of a split, the last gets the particles of the first, too."""
    split = Machine._split

    def narrowed(self: Machine, parting: Any) -> None:
        (first, _), (second, go) = parting.ways[0], parting.ways[-1]
        parting.ways = [(np.sort(np.concatenate([first, second])), go)]
        split(self, parting)

    patch.setattr(Machine, "_split", narrowed)


FAULTS = [
    (wrong_ancestor, "hmm"),
    (ancestors_off_by_one, "hmm"),
    (stale_positions, "hmm"),
    (dropped_lane, "hmm"),
    (doubled_weight, "hmm"),
    (weights_not_merged, "joining"),
    (weights_not_reset, "hmm"),
    (places_swapped, "joining"),
    (the_dead_not_counted, "dead ends"),
    (evidence_forgotten, "hmm"),
    (one_way_only, "branching"),
]


@pytest.mark.parametrize(("fault", "name"), FAULTS, ids=[fault.__name__ for fault, _ in FAULTS])
def test_the_proof_sees_a_seeded_fault(
    fault: Callable[[pytest.MonkeyPatch], None], name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def proof() -> None:
        prove(QUERIES[name], "smc", particles=2)
        prove(QUERIES[name], "smc", particles=2, ess_threshold=0.9)

    proof()
    fault(monkeypatch)
    with pytest.raises(AssertionError):
        proof()


def test_the_proof_sees_a_fault_of_importance(monkeypatch: pytest.MonkeyPatch) -> None:
    weigh = lockstep.weighed

    def without_the_first(machine: Any, stop: Any, died: Any) -> Any:
        state = weigh(machine, stop, died)
        if state is None:
            return None
        log_weights = log_weights_of(state)
        log_weights[0] = 0.0
        return state.weighted(lockstep.Lane(log_weights, state.group.stamp))

    monkeypatch.setattr(lockstep, "weighed", without_the_first)
    with pytest.raises(AssertionError):
        prove(QUERIES["coin"], "importance", samples=2)
