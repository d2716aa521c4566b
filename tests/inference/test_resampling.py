from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anglipy.inference.resampling import SCHEMES, Scheme
from tests.oracles_random import all_paths, expectation

WEIGHTS = [[1, 2, 5], [0, 3, 0, 1, 0], [1], [1, 1, 1, 1], [1, 0], [0.5, 7.5, 2.25, 1.75]]
"""Exact in binary, so that the expected counts can be compared without a tolerance."""


def offspring(scheme: Scheme, weights: Any, n: int, rng: Any) -> np.ndarray:
    ancestors = scheme(rng, np.asarray(weights, dtype=float), n)
    return np.bincount(ancestors, minlength=len(weights)).astype(float)


@pytest.mark.parametrize("name", SCHEMES)
@pytest.mark.parametrize("n", [1, 2, 3])
@pytest.mark.parametrize("weights", WEIGHTS, ids=str)
def test_expected_offspring_are_exactly_proportional(name: str, weights: Any, n: int) -> None:
    expected = n * np.asarray(weights) / np.sum(weights)
    found = expectation(lambda rng: offspring(SCHEMES[name], weights, n, rng))
    assert found == pytest.approx(expected, rel=1e-14, abs=1e-14)


@pytest.mark.parametrize("weights", WEIGHTS, ids=str)
def test_systematic_gives_floor_or_ceiling(weights: Any) -> None:
    expected = 4 * np.asarray(weights) / np.sum(weights)
    for probability, counts in all_paths(
        lambda rng: offspring(SCHEMES["systematic"], weights, 4, rng)
    ):
        assert probability > 0
        assert np.all((counts == np.floor(expected)) | (counts == np.ceil(expected)))


@pytest.mark.parametrize("name", SCHEMES)
@given(
    st.lists(st.floats(0, 1), min_size=1, max_size=20).filter(lambda w: max(w) > 1e-3),
    st.integers(1, 40),
    st.integers(0, 2**32),
)
@settings(max_examples=40)
def test_every_scheme_gives_n_living_ancestors_in_order(
    name: str, weights: list[float], n: int, seed: int
) -> None:
    ancestors = SCHEMES[name](np.random.default_rng(seed), np.array(weights), n)
    assert ancestors.shape == (n,)
    assert ancestors.dtype == np.intp
    assert np.all(np.diff(ancestors) >= 0)
    assert all(weights[i] > 0 for i in ancestors)


@pytest.mark.parametrize("name", ["systematic", "stratified", "residual"])
def test_equal_weights_leave_everyone_one_child(name: str) -> None:
    for seed in range(5):
        ancestors = SCHEMES[name](np.random.default_rng(seed), np.full(7, 1 / 7), 7)
        assert ancestors.tolist() == list(range(7))


@pytest.mark.parametrize("name", SCHEMES)
def test_the_largest_uniform_does_not_fall_off_the_end(name: str) -> None:
    class Largest:
        def random(self, size: int | None = None) -> Any:
            u = math.nextafter(1.0, 0.0)
            return u if size is None else np.full(size, u)

    weights = np.array([0.1] * 10 + [0.0, 0.0])
    ancestors = SCHEMES[name](Largest(), weights, 10_000)
    assert ancestors[-1] == 9


def test_a_wrong_scheme_is_seen() -> None:
    """The expected counts tell apart a scheme whose last parent owns too little."""

    def short(rng: Any, weights: Any, n: int) -> Any:
        points = (rng.random() + np.arange(n)) / (n + 1)
        return np.searchsorted(np.cumsum(weights) / weights.sum(), points, side="right")

    found = expectation(lambda rng: offspring(short, [1, 2, 5], 2, rng))
    assert found != pytest.approx([0.25, 0.5, 1.25])
