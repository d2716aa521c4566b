"""The main proof of the chains: the kernel K over all traces of a program, by enumeration of every
random choice of a move, has the posterior pi as its stationary distribution: pi K = pi.

And it gets there: every trace can be reached from every other. Nothing here has a false-positive
rate. The seeded faults at the end show that the proof sees mistakes.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from immutables import Map

from anglipy.inference.mcmc import kernels, moves, traces
from anglipy.inference.mcmc.almh import ByReward
from anglipy.inference.mcmc.kernels import Proposing
from anglipy.inference.mcmc.moves import Rules, moved
from anglipy.inference.mcmc.traces import Trace, begun
from anglipy.runtime.distributions import Discrete
from anglipy.runtime.distributions.base import IntegerRange
from anglipy.runtime.equality import key_of
from anglipy.runtime.machine import Query
from tests.inference.mcmc.programs import ALL
from tests.oracles_random import all_paths


def key_of_trace(trace: Trace) -> Any:
    """Equal for the same choices at the same addresses."""
    return tuple((choice.key, key_of(choice.value)) for choice in trace.choices)


def posterior_traces(query: Query) -> tuple[list[Trace], np.ndarray]:
    """Every trace of positive probability, and the posterior probabilities."""
    first = query.start()
    found, joint = [], []
    for probability, trace in all_paths(lambda rng: begun(first, rng)):
        if trace.is_possible:
            found.append(trace)
            joint.append(float(probability) * math.exp(trace.log_likelihood))
            assert trace.log_joint == pytest.approx(math.log(joint[-1]))
    return found, np.array(joint) / sum(joint)


def kernel(query: Query, rules: Rules) -> tuple[np.ndarray, np.ndarray]:
    """The posterior and the probabilities of moving from each trace to each."""
    found, pi = posterior_traces(query)
    place = {key_of_trace(trace): i for i, trace in enumerate(found)}
    assert len(place) == len(found)
    matrix = np.zeros((len(found), len(found)))
    for i, trace in enumerate(found):
        for probability, move in all_paths(lambda rng, old=trace: moved(old, rules, rng)):
            matrix[i, place[key_of_trace(move.trace)]] += float(probability)
    return pi, matrix


def prove(query: Query, rules: Rules) -> None:
    pi, matrix = kernel(query, rules)
    assert matrix.sum(axis=1) == pytest.approx(np.ones(len(pi)), abs=1e-12)
    assert np.abs(pi @ matrix - pi).max() < 1e-10
    reached = np.linalg.matrix_power(matrix + np.eye(len(pi)), len(pi)) > 0
    assert reached.all()


def rewards(query: Query) -> ByReward:
    """Some that were learned, different for every address but some."""
    found, _ = posterior_traces(query)
    keys = sorted({choice.key for trace in found for choice in trace.choices})
    learned = {key: (1.0 + 0.5 * i, 1 + i * i) for i, key in enumerate(keys) if i % 3 != 2}
    return ByReward(Map(learned), 40)


@pytest.mark.parametrize("name", ALL)
def test_lmh_leaves_the_posterior_as_it_is(name: str) -> None:
    prove(ALL[name], Rules())


@pytest.mark.parametrize("name", ALL)
def test_almh_leaves_the_posterior_as_it_is(name: str) -> None:
    prove(ALL[name], Rules(picking=rewards(ALL[name])))


@pytest.fixture
def local_kernels(monkeypatch: pytest.MonkeyPatch) -> None:
    """Kernels that a uniform decides, not symmetric, some of which leave the support."""
    monkeypatch.setitem(
        kernels.LOCAL, IntegerRange, lambda x, sigma: (Discrete, ([1, 2, x + sigma, 0, 1],))
    )


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("alpha", [0.4, 1.0])
@pytest.mark.usefixtures("local_kernels")
def test_rmh_leaves_the_posterior_as_it_is(name: str, alpha: float) -> None:
    pi, matrix = kernel(ALL[name], Rules(proposing=Proposing(alpha, 1.0)))
    assert np.abs(pi @ matrix - pi).max() < 1e-10
    if alpha < 1.0:
        prove(ALL[name], Rules(proposing=Proposing(alpha, 1.0)))


@pytest.mark.parametrize("name", ["two observes", "shrinking support"])
def test_a_power_of_the_likelihood_has_its_own_posterior(name: str) -> None:
    query, power = ALL[name], 0.3
    found, pi = posterior_traces(query)
    prior = pi / np.exp([trace.log_likelihood for trace in found])
    tempered = prior * np.exp([power * trace.log_likelihood for trace in found])
    tempered /= tempered.sum()
    _, matrix = kernel(query, Rules(power=power))
    assert np.abs(tempered @ matrix - tempered).max() < 1e-10


# --- seeded faults: the proof must see each of them ---


def redraw_as_anglican_does(patch: pytest.MonkeyPatch) -> None:
    answered = traces._answered

    def biased(sample: Any, before: Any, rng: Any) -> Any:
        value, log_prob, log_change = answered(sample, before, rng)
        return value, log_prob, 0.0 if log_change == -math.inf else log_change

    patch.setattr(traces, "_answered", biased)


def forget_the_number_of_choices(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(moves, "_log_pick", lambda trace, picking, key: 0.0)
    picked = moves._picked
    patch.setattr(moves, "_picked", lambda *args: (picked(*args)[0], 0.0))


def forget_what_is_reused(patch: pytest.MonkeyPatch) -> None:
    changed = traces.changed

    def without(*args: Any) -> Any:
        trace, log_ratio = changed(*args)
        return trace, min(log_ratio, 0.0) if log_ratio == -math.inf else 0.0

    patch.setattr(moves, "changed", without)


def forget_the_prior_of_the_new_value(patch: pytest.MonkeyPatch) -> None:
    proposed = Proposing.proposed

    def without(self: Any, choice: Any, rng: Any) -> Any:
        value, log_prob, log_ratio = proposed(self, choice, rng)
        return value, log_prob, log_ratio - log_prob + choice.log_prob

    patch.setattr(Proposing, "proposed", without)


def reuse_other_instances(patch: pytest.MonkeyPatch) -> None:
    at = Trace.at
    patch.setattr(Trace, "at", lambda self, key: at(self, (key[0], 1)))


FAULTS = [
    (redraw_as_anglican_does, "shrinking support"),
    (forget_the_number_of_choices, "geometric"),
    (forget_what_is_reused, "mem"),
    (forget_the_prior_of_the_new_value, "two observes"),
    (reuse_other_instances, "instances"),
]


@pytest.mark.parametrize(("fault", "name"), FAULTS, ids=[fault.__name__ for fault, _ in FAULTS])
def test_the_proof_sees_a_seeded_fault(
    fault: Callable[[pytest.MonkeyPatch], None], name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    fault(monkeypatch)
    with pytest.raises(AssertionError):
        prove(ALL[name], Rules())
