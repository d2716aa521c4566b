"""Exact transition kernels of chains over paths: every random outcome of a turn is enumerated."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from itertools import product
from typing import Any

import numpy as np
import pytest

from anglipy.inference.engine import engine_named, options_of
from anglipy.inference.pmcmc.paths import Choice, Path
from anglipy.runtime.checkpoints import Checkpoint, Observe, Result, Sample
from anglipy.runtime.equality import key_of
from anglipy.runtime.machine import Query, resume
from tests.inference.test_exact import values_of
from tests.oracles_random import all_paths

__all__ = ["posterior_of_paths", "prove_invariance", "results_of", "turns"]


def posterior_of_paths(query: Query) -> dict[Path, tuple[float, Any]]:
    """The probability given the observes of every path, and its result."""
    found: dict[Path, tuple[float, Any]] = {}

    def follow(checkpoint: Checkpoint, weight: float, path: Path) -> None:
        if isinstance(checkpoint, Result):
            found[path] = (weight, key_of(checkpoint.value))
        elif isinstance(checkpoint, Observe):
            weight *= math.exp(checkpoint.dist.log_prob(checkpoint.value))
            if weight > 0.0:
                follow(resume(checkpoint, checkpoint.value), weight, (*path, ()))
        elif isinstance(checkpoint, Sample):
            for value in values_of(checkpoint.dist.support):
                chance = math.exp(checkpoint.dist.log_prob(value))
                block = (*path[-1], Choice(checkpoint.site.id, value))
                if chance > 0.0:
                    follow(resume(checkpoint, value), weight * chance, (*path[:-1], block))

    follow(query.start(), 1.0, ((),))
    total = sum(weight for weight, _ in found.values())
    return {path: (weight / total, value) for path, (weight, value) in found.items()}


Outcome = tuple[Any, dict[Any, float]]
"""The chain after a turn, and the weight that each result has among its draws."""


def turns(query: Query, algorithm: str, **options: Any) -> Callable[[Any], Any]:
    """For a chain, every outcome of its next turn with the probability."""
    engine: Any = engine_named(algorithm)
    begun = engine.init(query, None, options_of(algorithm, **options))

    def outcomes(chain: Any) -> list[tuple[float, Outcome]]:
        state = replace(begun, chain=chain)

        def run(rng: Any) -> Outcome:
            turn = engine.turn(state, rng)
            shares: dict[Any, float] = defaultdict(float)
            for values, log_weights, *_ in turn.blocks:
                for value, weight in zip(values, np.exp(log_weights).tolist(), strict=True):
                    shares[key_of(value)] += weight
            total = sum(shares.values())
            return turn.chain, {value: share / total for value, share in shares.items()}

        return [(float(probability), outcome) for probability, outcome in all_paths(run)]

    return outcomes


def prove_invariance(query: Query, algorithm: str, paths: int = 0, **options: Any) -> None:
    """The posterior of paths is left as it is by a turn, and the draws of a turn are on average
    distributed by it. `paths`: a chain is a tuple of so many paths, independent of one another.
    """
    truth = posterior_of_paths(query)
    outcomes = turns(query, algorithm, **options)
    after: dict[Any, float] = defaultdict(float)
    drawn: dict[Any, float] = defaultdict(float)
    before = _chains(truth, paths)
    for chain, weight in before.items():
        for probability, (next_chain, shares) in outcomes(chain):
            after[next_chain] += weight * probability
            for value, share in shares.items():
                drawn[value] += weight * probability * share
    assert dict(after) == pytest.approx(before, rel=1e-10, abs=1e-12)
    assert dict(drawn) == pytest.approx(results_of(truth), rel=1e-10, abs=1e-12)


def _chains(truth: dict[Path, tuple[float, Any]], paths: int) -> dict[Any, float]:
    if not paths:
        return {path: weight for path, (weight, _) in truth.items()}
    several = product(truth.items(), repeat=paths)
    return {
        tuple(path for path, _ in them): math.prod(weight for _, (weight, _) in them)
        for them in several
    }


def results_of(truth: dict[Path, tuple[float, Any]]) -> dict[Any, float]:
    """The posterior of the results."""
    expected: dict[Any, float] = defaultdict(float)
    for weight, value in truth.values():
        expected[value] += weight
    return dict(expected)
