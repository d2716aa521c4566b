"""Random programs by chains: one by one and in lockstep they give what the program can give, and
nothing else; and where nothing is random any more, the same.
"""

from __future__ import annotations

import numpy as np
import pytest

from anglipy.api import loads
from anglipy.diagnostics import AnglipyError, InternalError
from anglipy.inference.engine import infer
from anglipy.runtime.equality import key_of
from anglipy.runtime.machine import Query
from tests.lanes.enumeration import Failure, TooMany, failure_of, one_by_one
from tests.lanes.writer import program_of

BLOCK = 20


def blocks(count: int) -> list[object]:
    """The first seeds of so many blocks of programs; the first block is quick enough."""
    return [pytest.param(n * BLOCK, marks=pytest.mark.slow if n else ()) for n in range(count)]


def predicts_key(run: object) -> object:
    return tuple((key_of(label), key_of(value)) for label, value in reversed(run))  # type: ignore[call-overload]


def check(query: Query, scalar: bool, chains: int) -> bool:
    """Whether the chains could be run; where one fails, a run of the program can fail so, too."""
    joint, failures = one_by_one(query, most=300)
    known = {(result, predicts) for result, predicts, _ in joint}
    try:
        posterior = infer(
            query, None, "almh", samples=6 * chains, chains=chains, scalar=scalar, seed=1
        )
    except InternalError:
        raise
    except AnglipyError as error:
        allowed = {without_address(failure) for failure in failures}
        if error.diagnostic.code == "AQ501" or without_address(failure_of(error)) in allowed:
            return False
        raise
    runs = posterior.predicts or [()] * len(posterior)
    found = {(key_of(v), predicts_key(p)) for v, p in zip(posterior.values, runs, strict=True)}
    assert found <= known, found - known
    return True


def without_address(failure: Failure) -> object:
    code, message, span, _ = failure
    return code, message, span


@pytest.mark.parametrize("first", blocks(6))
@pytest.mark.parametrize(("scalar", "chains"), [(True, 3), (False, 40)])
def test_random_programs(first: int, scalar: bool, chains: int) -> None:
    compared = 0
    for seed in range(first, first + BLOCK):
        text = program_of(seed)
        try:
            compared += check(loads(text).queries["main"].query, scalar, chains)
        except TooMany:
            continue
        except Exception as error:
            raise AssertionError(f"seed {seed}:\n{text}") from error
    assert compared > BLOCK / 5


@pytest.mark.parametrize("first", blocks(3))
def test_many_chains_have_the_posterior_of_enumeration(first: int) -> None:
    """By the largest difference of a probability, with 2,000 chains; six standard deviations."""
    for seed in range(first, first + BLOCK):
        text = program_of(seed)
        query = loads(text).queries["main"].query
        try:
            joint, failures = one_by_one(query, most=300)
        except TooMany:
            continue
        if failures or not joint:
            continue
        n = 2_000
        posterior = infer(query, None, "lmh", samples=n, chains=n, burn=100, seed=seed)
        truth: dict[object, float] = {}
        for (result, _, _), weight in joint.items():
            truth[result] = truth.get(result, 0.0) + weight
        total = sum(truth.values())
        found = {key_of(value): p for value, p in posterior.probabilities(None)}
        for result, weight in truth.items():
            p = weight / total
            error = abs(found.get(result, 0.0) - p)
            assert error < 6 * np.sqrt(p * (1 - p) / n) + 1e-3, f"seed {seed}: {result}\n{text}"
