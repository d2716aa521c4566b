"""Every run of a discrete program at once, as the particles of lockstep: the exact joint
distribution of its results.

At a sample every particle becomes as many as there are outcomes, each weighted by its probability.
So splits, joins, united calls, memory, predicts and index arrays are all used, and nothing is
random: the answer must be that of the scalar path, which takes one run after the other.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from anglipy.inference.lockstep import for_groups, log_weights_of, weighed
from anglipy.runtime.checkpoints import Checkpoint, Observe, Result, Sample
from anglipy.runtime.distributions.base import Booleans, Finite, IntegerRange
from anglipy.runtime.equality import key_of
from anglipy.runtime.lanes.distributions import score
from anglipy.runtime.lanes.groups import using
from anglipy.runtime.lanes.machine import Machine
from anglipy.runtime.lanes.merging import from_rows
from anglipy.runtime.lanes.state import predicts_of
from anglipy.runtime.lanes.values import Lane, rows
from anglipy.runtime.machine import Query, resume

Joint = dict[Any, float]
"""Probability times weight, by (result, predicts, addresses visited)."""

MOST_LANES = 20_000


class TooMany(Exception):
    """More runs than a test wants to follow."""


def outcomes(dist: Any) -> list[Any]:
    """All values of a distribution of finite support."""
    match dist.support:
        case Booleans():
            return [True, False]
        case Finite(values):
            return list(values)
        case IntegerRange(low, high):
            return list(range(low, high + 1))
    raise AssertionError(dist)


def in_lockstep(
    query: Query, value: Any = None, lanes: int = 1, answer: Callable[..., Any] | None = None
) -> Joint:
    """The joint distribution, from `lanes` particles that all do the same."""
    grouped = for_groups(query)
    assert grouped is not None
    machine = Machine()
    machine.start(grouped.frame, value, lanes)
    joint: Joint = {}
    died: list[Any] = []
    while (stop := machine.next()) is not None:
        if isinstance(stop, Sample):
            _branch(machine, stop)
        elif isinstance(stop, Observe):
            state = weighed(machine, stop, died)
            if state is None:
                machine.park(stop)
            else:
                machine.resume(stop, state, stop.value)
        else:
            _collect(joint, stop)
            machine.park(stop)
    return {key: weight / lanes for key, weight in joint.items()}


def _branch(machine: Machine, sample: Sample) -> None:
    state: Any = sample.state
    group = state.group
    with using(group):
        each = [outcomes(dist) for dist in rows(sample.dist)]
    counts = np.array([len(values) for values in each])
    if counts.sum() > MOST_LANES:
        raise TooMany
    child = group.child(np.repeat(np.arange(group.n), counts))
    with using(child):
        value = from_rows([value for values in each for value in values])
        log_probs = np.broadcast_to(score(sample.dist, value), (child.n,))
        log_weights = log_weights_of(state.within(child, state.scope)) + log_probs
    state = state.within(child, state.scope).weighted(Lane(log_weights, child.stamp))
    machine.resume(sample, state, value)


def _collect(joint: Joint, result: Result) -> None:
    state: Any = result.state
    group = state.group
    with using(group):
        values = rows(result.value)
        sites = sorted(state.visits)
        visits = [rows(state.visits[site]) for site in sites]
    weights = np.exp(log_weights_of(state)).tolist()
    predicts = predicts_of(state.predicts, group)
    for place, (value, weight) in enumerate(zip(values, weights, strict=True)):
        seen = frozenset((s, v[place]) for s, v in zip(sites, visits, strict=True) if v[place])
        key = (key_of(value), _predicts_key(predicts[place]), seen)
        if weight > 0:
            joint[key] = joint.get(key, 0.0) + weight


def _predicts_key(node: Any) -> Any:
    found = []
    while node:
        label, value, node = node
        found.append((key_of(label), key_of(value)))
    return tuple(found)


def one_by_one(query: Query, value: Any = None) -> Joint:
    """The same on the scalar path."""
    joint: Joint = {}
    work: list[tuple[Checkpoint, float]] = [(query.start(value), 1.0)]
    runs = 0
    while work:
        checkpoint, weight = work.pop()
        if isinstance(checkpoint, Sample):
            for outcome in outcomes(checkpoint.dist):
                chance = math.exp(checkpoint.dist.log_prob(outcome))
                if chance > 0:
                    work.append((resume(checkpoint, outcome), weight * chance))
        elif isinstance(checkpoint, Observe):
            chance = math.exp(checkpoint.dist.log_prob(checkpoint.value))
            if chance > 0:
                work.append((resume(checkpoint, checkpoint.value), weight * chance))
        else:
            runs += 1
            if runs > MOST_LANES:
                raise TooMany
            state = checkpoint.state
            seen = frozenset(state.visits.items())
            key = (key_of(checkpoint.value), _predicts_key(state.predicts), seen)
            joint[key] = joint.get(key, 0.0) + weight
    return joint


def assert_same(query: Query, value: Any = None) -> None:
    """Lockstep gives exactly the distribution of the scalar path."""
    expected = one_by_one(query, value)
    for lanes in (1, 3):
        found = in_lockstep(query, value, lanes)
        assert found.keys() == expected.keys(), (
            set(found) - set(expected),
            set(expected) - set(found),
        )
        for key, weight in expected.items():
            assert math.isclose(found[key], weight, rel_tol=1e-9), (key, found[key], weight)
