"""Random programs in lockstep against the scalar path: by exact enumeration, and particle by
particle with the draws fixed beforehand. Results, predicts, addresses and weights are the same, or
one of the errors is.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from anglipy.api import loads
from anglipy.runtime.machine import Query
from tests.lanes.enumeration import TooMany, assert_same
from tests.lanes.following import assert_same_runs
from tests.lanes.writer import program_of

BLOCK = 20
"""Programs per test."""


def check(seeds: range, compare: Callable[[Query, int], None]) -> int:
    """Compare the programs of these seeds; how many of them were not too long for it."""
    compared = 0
    for seed in seeds:
        text = program_of(seed)
        try:
            compare(loads(text).queries["main"].query, seed)
        except TooMany:
            continue
        except Exception as error:
            raise AssertionError(f"seed {seed}:\n{text}") from error
        compared += 1
    return compared


def by_enumeration(query: Query, seed: int) -> None:
    assert_same(query, most=300)


def particle_by_particle(query: Query, seed: int) -> None:
    assert_same_runs(query, n=12, seed=seed)
    assert_same_runs(query, n=12, seed=seed + 1, lanes=4)


@pytest.mark.parametrize("first", range(0, 8 * BLOCK, BLOCK))
def test_the_exact_distribution(first: int) -> None:
    assert check(range(first, first + BLOCK), by_enumeration) > BLOCK / 4


@pytest.mark.parametrize("first", range(1_000, 1_000 + 8 * BLOCK, BLOCK))
def test_every_particle_does_what_it_does_alone(first: int) -> None:
    assert check(range(first, first + BLOCK), particle_by_particle) > BLOCK / 2


@pytest.mark.nightly
@pytest.mark.parametrize("first", range(2_000, 6_000, 500))
def test_many_more_programs(first: int) -> None:
    seeds = range(first, first + 500)
    assert check(seeds, by_enumeration) > 200
    assert check(seeds, particle_by_particle) > 400
