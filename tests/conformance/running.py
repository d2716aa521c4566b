"""What the query of a case does for a single particle and for particles in lockstep.

Answers to samples depend on the particle and the address and on nothing else, so particle i of a
group must do exactly what it does alone.
"""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import pytest

from anglipy.diagnostics import AnglipyError
from anglipy.inference.lockstep import for_groups, weighed
from anglipy.inference.runs import log_prob_of
from anglipy.runtime.checkpoints import Result, Sample
from anglipy.runtime.lanes.gathering import from_rows
from anglipy.runtime.lanes.groups import using
from anglipy.runtime.lanes.machine import Machine
from anglipy.runtime.lanes.predicts import predicts_of
from anglipy.runtime.lanes.values import rows
from anglipy.runtime.machine import Query, resume
from anglipy.runtime.printing import pr_str
from tests.conformance.rewriting import PARTICLES

__all__ = ["Run", "alone", "check_value", "check_varying", "together"]

LANE = "lane"
"""The site that draws the number of the particle."""


class Run(NamedTuple):
    """What came of a run, as it prints."""

    value: str
    predicts: str


DEAD = Run("what it observed was impossible", "[]")


def alone(query: Query, particle: int = 0) -> Run:
    """A run of one particle on the scalar path."""
    checkpoint = query.start(None)
    while not isinstance(checkpoint, Result):
        if isinstance(checkpoint, Sample):
            answer = _answer(particle, *checkpoint.address, checkpoint.dist)
        elif log_prob_of(checkpoint) == -math.inf:
            return DEAD
        else:
            answer = checkpoint.value
        checkpoint = resume(checkpoint, answer)
    return _run(checkpoint.value, checkpoint.state.predict_list())


def together(query: Query, particles: Sequence[int]) -> list[Run]:
    """Runs of these particles as one group."""
    grouped = for_groups(query)
    assert grouped is not None
    machine = Machine()
    machine.start(grouped.frame, None, len(particles))
    found = dict.fromkeys(range(len(particles)), DEAD)
    while (stop := machine.next()) is not None:
        state: Any = stop.state
        if isinstance(stop, Sample):
            machine.resume(stop, state, _answers(machine, stop, particles))
        elif isinstance(stop, Result):
            found.update(_ended(machine, stop))
            machine.park(stop)
        else:
            state = weighed(machine, stop, [])
            if state is None:
                machine.park(stop)
            else:
                machine.resume(stop, state, stop.value)
    return list(found.values())


def _answer(particle: int, site: str, instance: int, dist: Any) -> Any:
    if site == LANE:
        return particle
    source = random.Random(f"{particle} {site} {instance}")
    return dist.sample(np.random.default_rng(source.getrandbits(64)))


def _answers(machine: Machine, stop: Sample, particles: Sequence[int]) -> Any:
    group = stop.state.group  # type: ignore[attr-defined]
    with using(group):
        instances, dists = rows(stop.instance), rows(stop.dist)
        return from_rows(
            [
                _answer(particles[machine.number_of(group, at)], stop.site.id, instances[at], dist)
                for at, dist in enumerate(dists)
            ]
        )


def _ended(machine: Machine, stop: Result) -> dict[int, Run]:
    state: Any = stop.state
    with using(state.group):
        values = rows(stop.value)
    predicts = predicts_of(state.predicts, state.group)
    runs = {}
    for at, value in enumerate(values):
        links, node = [], predicts[at]
        while node:
            label, predicted, node = node
            links.append((label, predicted))
        runs[machine.number_of(state.group, at)] = _run(value, links[::-1])
    return runs


def _run(value: Any, predicts: Sequence[tuple[Any, Any]]) -> Run:
    shown = " ".join(f"[{pr_str(label)} {pr_str(predicted)}]" for label, predicted in predicts)
    return Run(pr_str(value), f"[{shown}]")


def check_value(query: Query, expected: Run) -> None:
    """A single particle and all particles of groups do what is expected."""
    assert alone(query) == expected
    for count in (1, PARTICLES):
        assert together(query, range(count)) == [expected] * count, f"{count} in lockstep"


def check_varying(query: Query, expected: str) -> None:
    """Particle 0 has the constants of the case, the others have different ones: in lockstep all of
    them give what they give alone; if some of them fail, one of these errors is the group's.
    """
    runs: dict[int, Run] = {}
    failures: set[str] = set()
    for particle in range(PARTICLES):
        try:
            runs[particle] = alone(query, particle)
        except AnglipyError as error:
            failures.add(error.diagnostic.code)
    assert runs[0].value == expected
    if failures:
        with pytest.raises(AnglipyError) as caught:
            together(query, range(PARTICLES))
        assert caught.value.diagnostic.code in failures
    assert together(query, [*runs]) == [*runs.values()]
