"""Runs whose draws are fixed beforehand: particle i of lockstep and run i of the scalar path get
the same answers at the same addresses, and must do the same.

Unlike in `enumeration`, groups that went different ways come together again as what they were.
"""

from __future__ import annotations

import math
import random
from typing import Any, NamedTuple

from anglipy.diagnostics import AnglipyError
from anglipy.inference.lockstep import for_groups, log_weights_of, weighed
from anglipy.inference.runs import log_prob_of, resume_with
from anglipy.runtime.checkpoints import Observe, Result, Sample
from anglipy.runtime.equality import key_of
from anglipy.runtime.lanes.gathering import from_rows
from anglipy.runtime.lanes.groups import Group, using
from anglipy.runtime.lanes.machine import Machine
from anglipy.runtime.lanes.predicts import predicts_of
from anglipy.runtime.lanes.values import rows
from anglipy.runtime.machine import Query
from tests.lanes.enumeration import Failure, TooMany, failure_of, outcomes

MOST_ANSWERS = 400
"""Checkpoints of a run that a test wants to follow."""


class Run(NamedTuple):
    """What one particle did: the result is None if an observe killed it."""

    result: Any
    predicts: Any
    visits: frozenset[Any]
    log_weight: float


DEAD = Run(None, None, frozenset(), -math.inf)


class Answers:
    """Answers that depend on the particle and the address, and on nothing else."""

    def __init__(self, seed: int) -> None:
        self.seed = seed

    def __call__(self, particle: int, site: str, instance: int, dist: Any) -> Any:
        values = outcomes(dist)
        chances = [math.exp(dist.log_prob(value)) for value in values]
        source = random.Random(f"{self.seed} {particle} {site} {instance}")
        return source.choices(values, chances)[0]


def alone(query: Query, value: Any, particle: int, answers: Answers) -> Run | Failure:
    """What a particle does on the scalar path."""
    log_weight = 0.0
    try:
        checkpoint = query.start(value)
        for _ in range(MOST_ANSWERS):
            if isinstance(checkpoint, Result):
                state = checkpoint.state
                return _run(checkpoint.value, state.predicts, state.visits, log_weight)
            answer = checkpoint.value if isinstance(checkpoint, Observe) else None
            if isinstance(checkpoint, Sample):
                answer = answers(particle, *checkpoint.address, checkpoint.dist)
            else:
                log_weight += log_prob_of(checkpoint)
                if log_weight == -math.inf:
                    return DEAD
            checkpoint = resume_with(checkpoint, answer)
    except AnglipyError as error:
        return failure_of(error)
    raise TooMany


def _run(value: Any, predicts: Any, visits: Any, log_weight: float) -> Run:
    found = []
    while predicts:
        label, predicted, predicts = predicts
        found.append((key_of(label), key_of(predicted)))
    seen = frozenset((site, count) for site, count in visits.items() if count)
    return Run(key_of(value), tuple(found), seen, log_weight)


def together(
    query: Query, value: Any, n: int, answers: Answers, lanes: int | None = None
) -> list[Run]:
    """What n particles do in lockstep; raises the error of one that fails."""
    grouped = for_groups(query)
    assert grouped is not None
    machine = Machine(lanes)
    for first in range(0, n, lanes or n):
        machine.start(grouped.frame, value, min(lanes or n, n - first))
    runs = [DEAD] * n
    while (stop := machine.next()) is not None:
        if isinstance(stop, Sample):
            machine.resume(stop, stop.state, _answered(machine, stop, answers))  # type: ignore[arg-type]
        elif isinstance(stop, Observe):
            state = weighed(machine, stop, [])
            if state is None:
                machine.park(stop)
            else:
                machine.resume(stop, state, stop.value)
        else:
            for particle, run in _ended(machine, stop):
                runs[particle] = run
            machine.park(stop)
    return runs


def _particles(machine: Machine, group: Group) -> list[int]:
    return [machine.number_of(group, place) for place in range(group.n)]


def _answered(machine: Machine, sample: Sample, answers: Answers) -> Any:
    group = sample.state.group  # type: ignore[attr-defined]
    with using(group):
        given = zip(
            _particles(machine, group),
            rows(sample.instance),
            rows(sample.dist),
            strict=True,
        )
        return from_rows([answers(i, sample.site.id, instance, d) for i, instance, d in given])


def _ended(machine: Machine, result: Result) -> list[tuple[int, Run]]:
    state: Any = result.state
    with using(state.group):
        values = rows(result.value)
        visits = {site: rows(count) for site, count in state.visits.items()}
    log_weights = log_weights_of(state).tolist()
    predicts = predicts_of(state.predicts, state.group)
    return [
        (
            particle,
            _run(
                values[place],
                predicts[place],
                {site: counts[place] for site, counts in visits.items()},
                log_weights[place],
            ),
        )
        for place, particle in enumerate(_particles(machine, state.group))
    ]


def named_of(error: AnglipyError) -> int:
    """The number of the particle that an error names, from 0; 0 if it names none."""
    named = [note for note in error.diagnostic.notes if note.startswith("in particle ")]
    return int(named[0].split()[2]) - 1 if named else 0


def assert_same_runs(
    query: Query, value: Any = None, n: int = 8, seed: int = 0, lanes: int | None = None
) -> None:
    """Every particle of lockstep does what it does alone; or one that fails alone is named, with
    its error.
    """
    answers = Answers(seed)
    expected = [alone(query, value, particle, answers) for particle in range(n)]
    failing = {i: run for i, run in enumerate(expected) if not isinstance(run, Run)}
    failed = None
    try:
        found = together(query, value, n, answers, lanes)
    except AnglipyError as error:
        failed = named_of(error), failure_of(error)
    if failing or failed:
        assert failed in failing.items(), (failed, failing)
        return
    for particle, (one, other) in enumerate(zip(found, expected, strict=True)):
        assert one[:3] == other[:3], (particle, one, other)
        assert math.isclose(one.log_weight, other.log_weight, rel_tol=1e-12), (one, other)
