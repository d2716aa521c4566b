from __future__ import annotations

from collections import defaultdict
from typing import Any

import numpy as np
import pytest

from anglipy.inference.pmcmc.conditional import CONDITIONAL, any_of, one_of
from anglipy.inference.resampling import SCHEMES
from tests.oracles_random import all_paths

WEIGHTS = [[1, 2, 5], [0, 3, 0, 1, 0], [1], [1, 1, 1, 1], [1, 0], [0.5, 7.5, 2.25, 1.75]]


def law(run: Any) -> dict[Any, float]:
    found: dict[Any, float] = defaultdict(float)
    for probability, outcome in all_paths(run):
        found[outcome] += float(probability)
    return dict(found)


@pytest.mark.parametrize("name", SCHEMES)
@pytest.mark.parametrize("n", [1, 2, 3])
@pytest.mark.parametrize("weights", WEIGHTS, ids=str)
def test_the_law_is_that_of_the_scheme_weighted_by_the_offspring(
    name: str, n: int, weights: Any
) -> None:
    """P(ancestors, place | b) = P(ancestors) [ancestors[place] = b] / (n w_b), exactly; where
    offspring of one parent are alike, the place among them is of no matter.
    """
    array = np.array(weights, dtype=float)
    free = law(lambda rng: tuple(SCHEMES[name](rng, array, n).tolist()))
    ordered = name in ("systematic", "stratified")
    for b in np.flatnonzero(array).tolist():

        def run(rng: Any, b: int = b) -> Any:
            ancestors, place = CONDITIONAL[name](rng, array, n, b)
            assert ancestors[place] == b
            return tuple(ancestors.tolist()), (int(place) if ordered else None)

        expected: dict[Any, float] = defaultdict(float)
        for ancestors, probability in free.items():
            for place, parent in enumerate(ancestors):
                if parent == b:
                    key = ancestors, (place if ordered else None)
                    expected[key] += probability / (n * array[b] / array.sum())
        assert law(run) == pytest.approx(dict(expected), rel=1e-12, abs=1e-14)


@pytest.mark.parametrize("name", CONDITIONAL)
@pytest.mark.parametrize("weights", [[1.0, 0.0], [0.0, 1.0], [1.0, 0.0, 1.0], [1e-320, 1.0]])
def test_a_retained_particle_without_weight_is_kept_all_the_same(
    name: str, weights: list[float]
) -> None:
    """Its weight may be zero by rounding, next to one of a much better particle."""
    for seed in range(20):
        for b in range(len(weights)):
            for n in (1, 2, 3):
                rng = np.random.default_rng(seed)
                ancestors, place = CONDITIONAL[name](rng, np.array(weights), n, b)
                assert len(ancestors) == n
                assert ancestors[place] == b
                assert ancestors.min() >= 0
                assert ancestors.max() < len(weights)
                assert np.all(np.diff(ancestors) >= 0)


@pytest.mark.parametrize("n", [1, 2, 5])
def test_any_of_is_uniform(n: int) -> None:
    assert law(lambda rng: any_of(rng, n)) == pytest.approx({i: 1 / n for i in range(n)})


def test_one_of_goes_by_weight() -> None:
    assert law(lambda rng: one_of(rng, np.array([1.0, 0.0, 3.0]))) == {0: 0.25, 2: 0.75}
