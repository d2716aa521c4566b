"""Every run of a discrete program at once, as the particles of lockstep: the exact joint
distribution of its results.

At a sample every particle becomes as many as there are outcomes, each weighted by its probability.
So splits, joins, united calls, memory, predicts and index arrays are all used, and nothing is
random: the answer must be that of the scalar path, which takes one run after the other.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from anglipy.diagnostics import AnglipyError
from anglipy.inference.lockstep import for_groups, log_weights_of, weighed
from anglipy.inference.runs import log_prob_of, resume_with
from anglipy.runtime.checkpoints import Checkpoint, Observe, Result, Sample
from anglipy.runtime.distributions.base import (
    Booleans,
    Finite,
    IntegerRange,
    Product,
    listed_values,
)
from anglipy.runtime.equality import key_of
from anglipy.runtime.lanes.distributions import score
from anglipy.runtime.lanes.gathering import from_rows
from anglipy.runtime.lanes.groups import using
from anglipy.runtime.lanes.machine import Machine
from anglipy.runtime.lanes.predicts import predicts_of
from anglipy.runtime.lanes.values import Lane, rows
from anglipy.runtime.machine import Query

Joint = dict[Any, float]
"""Probability times weight, by (result, predicts, addresses visited)."""

MOST_RUNS = 20_000


class TooMany(Exception):
    """More runs than a test wants to follow."""


def outcomes(dist: Any) -> list[Any]:
    """All values of a distribution of finite support that have a probability."""
    return [value for value in _values(dist) if dist.log_prob(value) > -math.inf]


def _values(dist: Any) -> list[Any]:
    match dist.support:
        case Booleans():
            return [True, False]
        case Finite(values):
            return list(values)
        case IntegerRange(low, high) if high - low < MOST_RUNS:
            return list(range(low, high + 1))
        case Product() as several if (listed := listed_values(several)) is not None:
            return list(listed)
    raise TooMany


def in_lockstep(query: Query, value: Any = None, lanes: int = 1, most: int = MOST_RUNS) -> Joint:
    """The joint distribution, from `lanes` particles that all do the same. Raises TooMany."""
    grouped = for_groups(query)
    assert grouped is not None
    machine = Machine()
    machine.start(grouped.frame, value, lanes)
    joint: Joint = {}
    died: list[Any] = []
    while (stop := machine.next()) is not None:
        if isinstance(stop, Sample):
            _branch(machine, stop, most * lanes)
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


def _branch(machine: Machine, sample: Sample, most: int) -> None:
    state: Any = sample.state
    group = state.group
    with using(group):
        each = [outcomes(dist) for dist in rows(sample.dist)]
    counts = np.array([len(values) for values in each])
    if counts.sum() > most:
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


Failure = tuple[str, str, Any, tuple[str, ...]]
"""Of an error: code, message, span, notes."""


def one_by_one(
    query: Query, value: Any = None, most: int = MOST_RUNS
) -> tuple[Joint, set[Failure]]:
    """The same on the scalar path, and the errors of the runs that fail. Raises TooMany."""
    joint: Joint = {}
    failures: set[Failure] = set()
    work: list[tuple[Callable[[], Checkpoint], float]] = [(lambda: query.start(value), 1.0)]
    runs = 0
    while work:
        step, weight = work.pop()
        try:
            checkpoint = step()
            if isinstance(checkpoint, Sample):
                values = outcomes(checkpoint.dist)
                chances = [math.exp(log_prob_of(checkpoint, outcome)) for outcome in values]
            elif isinstance(checkpoint, Observe):
                values, chances = [checkpoint.value], [math.exp(log_prob_of(checkpoint))]
            else:
                _count_run(joint, checkpoint, weight)
                continue
        except AnglipyError as error:
            failures.add(failure_of(error))
            continue
        for outcome, chance in zip(values, chances, strict=True):
            if chance > 0:
                work.append((partial(resume_with, checkpoint, outcome), weight * chance))
        runs += len(values)
        if runs > most:
            raise TooMany
    return joint, failures


def _count_run(joint: Joint, result: Result, weight: float) -> None:
    state = result.state
    seen = frozenset(state.visits.items())
    key = (key_of(result.value), _predicts_key(state.predicts), seen)
    joint[key] = joint.get(key, 0.0) + weight


def failure_of(error: AnglipyError) -> Failure:
    """What the user is told, but for the particle."""
    diagnostic = error.diagnostic
    notes = tuple(note for note in diagnostic.notes if not note.startswith("in particle "))
    return diagnostic.code, diagnostic.message, diagnostic.span, notes


def assert_same(query: Query, value: Any = None, most: int = MOST_RUNS) -> None:
    """Lockstep gives exactly the distribution of the scalar path, or one of its errors."""
    expected, failures = one_by_one(query, value, most)
    for lanes in (1, 3):
        failed = None
        try:
            found = in_lockstep(query, value, lanes, most)
        except AnglipyError as error:
            failed = failure_of(error)
        if failures or failed:
            assert failed in failures, (failed, failures)
            continue
        assert found.keys() == expected.keys(), (
            set(found) - set(expected),
            set(expected) - set(found),
        )
        for key, weight in expected.items():
            assert math.isclose(found[key], weight, rel_tol=1e-9), (key, found[key], weight)
