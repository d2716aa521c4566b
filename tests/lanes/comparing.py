"""Distributions of groups, and what their draws and densities are compared with."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import stats

from anglipy.runtime.lanes.distributions import construct
from anglipy.runtime.lanes.values import lane
from anglipy.runtime.vectors import Vector

ALPHA = 1e-6 / 200
"""The chance that a right sampler fails, for each of some 200 comparisons."""
M = 20_000


def as_lanes(values: list[Any]) -> Any:
    """Values of one shape, with lanes of the running group inside."""
    first = values[0]
    if isinstance(first, Vector):
        return Vector([as_lanes(list(column)) for column in zip(*values, strict=True)])
    return lane(np.array(values))


def close(found: Any, expected: Any) -> None:
    """Equal to rounding; infinities exactly."""
    found, expected = np.asarray(found), np.asarray(expected)
    assert found.shape == expected.shape
    assert not np.isnan(found).any()
    assert (np.isinf(found) == np.isinf(expected)).all()
    finite = np.isfinite(expected)
    np.testing.assert_allclose(found[finite], expected[finite], rtol=1e-12, atol=3e-12)


def lane_distribution(cls: Any, given: list[Any]) -> Any:
    return construct(cls, [as_lanes(list(column)) for column in zip(*given, strict=True)])


def follows(drawn: Any, oracle: Any) -> None:
    """Drawn numbers have the distribution: Kolmogorov and Smirnov, or chi-square."""
    drawn = np.asarray(drawn)
    if not hasattr(oracle, "pmf"):
        assert stats.kstest(drawn, oracle.cdf).pvalue > ALPHA
        return
    low, high = int(drawn.min()), int(drawn.max())
    values = np.arange(low, high + 1)
    expected = oracle.pmf(values) * len(drawn)
    assert (expected[np.isin(values, drawn)] > 0).all()
    counts = np.bincount(drawn.astype(np.int64) - low, minlength=len(values))
    enough = expected > 8
    rest = len(drawn) - expected[enough].sum()
    counts = [*counts[enough], len(drawn) - counts[enough].sum()]
    expected = [*expected[enough], rest]
    if rest < 8:
        counts, expected = [*counts[:-2], sum(counts[-2:])], [*expected[:-2], sum(expected[-2:])]
    assert stats.chisquare(counts, expected).pvalue > ALPHA
