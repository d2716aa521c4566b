"""Chains in lockstep move as single ones do, exactly: by enumeration of all random choices of a
move of one chain and of two, the probabilities of where it leads are those of the proved kernel of
`test_stationary`, for each chain on its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from anglipy.inference.lockstep import for_groups
from anglipy.inference.mcmc import groups, kernels
from anglipy.inference.mcmc.groups import Flock, GroupWalk, flocks_of
from anglipy.inference.mcmc.kernels import Proposing
from anglipy.inference.mcmc.moves import Rules
from anglipy.runtime.distributions import Discrete
from anglipy.runtime.distributions.base import IntegerRange
from anglipy.runtime.equality import key_of
from anglipy.runtime.lanes.groups import using
from anglipy.runtime.lanes.values import rows
from anglipy.runtime.machine import Query
from tests.inference.mcmc.programs import ALL
from tests.inference.mcmc.test_stationary import kernel, key_of_trace, posterior_traces, rewards
from tests.oracles_random import all_paths


def keys_of(flock: Flock) -> list[Any]:
    """For each chain what `key_of_trace` gives, without the order of the choices."""
    found: list[Any] = [[] for _ in range(flock.program.root.n)]
    with using(flock.program.root):
        for key, column in flock.columns.items():
            values = rows(column.value)
            for chain in np.flatnonzero(column.present).tolist():
                found[chain].append((key, key_of(values[chain])))
    return [frozenset(choices) for choices in found]


def starts(query: Query, chains: int, rules: Rules) -> dict[Any, Flock]:
    """The chains in every state in which all are possible."""
    grouped = for_groups(query)
    assert grouped is not None

    def begin(rng: Any) -> Flock:
        walk, _ = GroupWalk(flocks_of(grouped, None, chains, 100), rules).moved(rng)
        return walk.flocks[0]

    found = {}
    for _, flock in all_paths(begin):
        if (flock.log_likelihood > -np.inf).all():
            found[tuple(keys_of(flock))] = flock
    return found


def rows_of_kernel(query: Query, rules: Rules) -> dict[Any, dict[Any, float]]:
    """By the proved kernel, for every state the probabilities of the next."""
    found, _ = posterior_traces(query)
    keys = [frozenset(key_of_trace(trace)) for trace in found]
    _, matrix = kernel(query, rules)
    return {a: dict(zip(keys, row, strict=True)) for a, row in zip(keys, matrix, strict=True)}


def outcomes(flock: Flock, rules: Rules) -> Iterator[tuple[float, tuple[Any, ...]]]:
    for probability, (after, _, _) in all_paths(lambda rng: flock.moved(rules, rng)):
        yield float(probability), tuple(keys_of(after))


def prove(query: Query, rules: Rules, chains: int, most: int) -> None:
    """At most `most` states, spread over all of them, are moved from."""
    single = rows_of_kernel(query, rules)
    found = starts(query, chains, rules)
    assert {key for pair in found for key in pair} == set(single)
    chosen = list(found.items())
    for before, flock in chosen[:: max(1, len(chosen) // most)][:most]:
        total: dict[Any, float] = {}
        for probability, after in outcomes(flock, rules):
            total[after] = total.get(after, 0.0) + probability
        expected = {
            after: float(np.prod([single[a][b] for a, b in zip(before, after, strict=True)]))
            for after in total
        }
        assert sum(total.values()) == pytest.approx(1.0, abs=1e-12)
        assert total == pytest.approx(expected, abs=1e-10)


@pytest.mark.parametrize("name", ALL)
def test_one_chain_of_lmh(name: str) -> None:
    prove(ALL[name], Rules(), chains=1, most=100)


@pytest.mark.parametrize("name", ALL)
def test_one_chain_of_almh(name: str) -> None:
    prove(ALL[name], Rules(picking=rewards(ALL[name])), chains=1, most=100)


@pytest.mark.parametrize("name", ALL)
def test_one_chain_of_rmh(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(
        kernels.LOCAL, IntegerRange, lambda x, sigma: (Discrete, ([1, 2, 3, 0, 1],))
    )
    prove(ALL[name], Rules(proposing=Proposing(0.4, 1.0)), chains=1, most=100)


@pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=pytest.mark.slow) if name == "mem" else name for name in ALL],
)
def test_two_chains_of_lmh(name: str) -> None:
    prove(ALL[name], Rules(), chains=2, most=2)


def test_the_proof_sees_a_value_that_does_not_come_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "anglipy.inference.mcmc.groups.comes_back",
        lambda program, *_: np.zeros(program.root.n, dtype=bool),
    )
    with pytest.raises(AssertionError):
        prove(ALL["shrinking support"], Rules(), chains=1, most=100)


def test_the_proof_sees_chains_that_change_places(monkeypatch: pytest.MonkeyPatch) -> None:
    mixer = groups.Mixer
    monkeypatch.setattr(groups, "Mixer", lambda root, accepted: mixer(root, accepted[::-1]))
    with pytest.raises(AssertionError):
        prove(ALL["two observes"], Rules(), chains=2, most=2)
