"""Random programs in lockstep against the scalar path, by exact enumeration: the same results,
predicts and addresses with the same probabilities, or one of the same errors.
"""

from __future__ import annotations

import pytest

from anglipy.api import loads
from tests.lanes.enumeration import TooMany, assert_same
from tests.lanes.writer import program_of

BLOCK = 20
"""Programs per test."""


def check(seeds: range, most: int) -> int:
    """Compare the programs of these seeds that have at most so many runs; how many there were."""
    compared = 0
    for seed in seeds:
        text = program_of(seed)
        try:
            assert_same(loads(text).queries["main"].query, most=most)
        except TooMany:
            continue
        except Exception as error:
            raise AssertionError(f"seed {seed}:\n{text}") from error
        compared += 1
    return compared


@pytest.mark.parametrize("first", range(0, 10 * BLOCK, BLOCK))
def test_lockstep_has_the_distribution_of_the_scalar_path(first: int) -> None:
    assert check(range(first, first + BLOCK), most=300) > BLOCK / 4


@pytest.mark.nightly
@pytest.mark.parametrize("first", range(1_000, 6_000, 500))
def test_many_more_programs(first: int) -> None:
    assert check(range(first, first + 500), most=1_000) > 200
