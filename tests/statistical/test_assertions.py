"""The statistical assertions keep their two promises: few false alarms, and the stated discrepancy
is seen.
"""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from tests.statistical.assertions import (
    LEVEL,
    MISS,
    assert_cdf,
    assert_counts,
    assert_mean,
    cdf_sample_size,
    counts_sample_size,
    relative_entropy_bound,
    seeded_rng,
)


@pytest.mark.parametrize("p", [0.5, 0.1, 0.003])
@pytest.mark.parametrize("probability", [0.05, 1e-4, LEVEL])
def test_entropy_bound_is_not_exceeded_more_often_than_it_says(
    p: float, probability: float
) -> None:
    """Exactly, by summing the binomial probabilities of all counts beyond the bound."""
    n = 400
    bound = relative_entropy_bound(n, 2, probability)
    k = np.arange(n + 1)
    share = k / n
    with np.errstate(divide="ignore", invalid="ignore"):
        entropy = np.where(k > 0, share * np.log(share / p), 0) + np.where(
            k < n, (1 - share) * np.log((1 - share) / (1 - p)), 0
        )
    alarm = stats.binom.pmf(k, n, p)[entropy > bound].sum()
    assert alarm <= probability


def test_hoeffding_tolerance_is_not_exceeded_more_often_than_it_says() -> None:
    """Exactly, for coin flips: the tolerance of assert_mean on [0, 1]."""
    n = 500
    tolerance = math.sqrt(math.log(2 / LEVEL) / (2 * n))
    k = np.arange(n + 1)
    for p in (0.5, 0.2):
        alarm = stats.binom.pmf(k, n, p)[np.abs(k / n - p) > tolerance].sum()
        assert alarm <= LEVEL


def test_correct_replicates_pass() -> None:
    rng = seeded_rng("correct replicates")
    assert_mean(lambda n: rng.random(n), 0.5, discrepancy=0.02, bounds=(0.0, 1.0))
    assert_mean(lambda n: rng.standard_exponential(n), 1.0, discrepancy=0.1, sd=1.0)
    assert_cdf(lambda n: rng.standard_normal(n), stats.norm.cdf, discrepancy=0.02)
    assert_counts(
        lambda n: rng.integers(0, 4, n).tolist(), dict.fromkeys(range(4), 0.25), discrepancy=0.02
    )
    assert_counts(
        lambda n: rng.poisson(1.0, n).tolist(), {0: math.exp(-1), 1: math.exp(-1)}, discrepancy=0.02
    )


def test_the_stated_discrepancy_of_a_mean_is_seen() -> None:
    rng = seeded_rng("mean")
    for wrong in (0.48, 0.52):
        with pytest.raises(AssertionError, match="mean of"):
            assert_mean(lambda n: rng.random(n), wrong, discrepancy=0.02, bounds=(0.0, 1.0))
    with pytest.raises(AssertionError, match="mean of"):
        assert_mean(lambda n: rng.standard_exponential(n), 1.1, discrepancy=0.1, sd=1.0)


def test_the_stated_discrepancy_of_a_distribution_function_is_seen() -> None:
    """A uniform shifted by 0.02 is at distance 0.02."""
    rng = seeded_rng("cdf")
    for shift in (-0.02, 0.02):
        with pytest.raises(AssertionError, match="distribution function"):
            assert_cdf(lambda n, s=shift: rng.random(n) + s, stats.uniform.cdf, discrepancy=0.02)


@pytest.mark.parametrize("categories", [2, 5, 26])
def test_the_stated_discrepancy_of_counts_is_seen(categories: int) -> None:
    """Mass 0.03 moved from one outcome to another is a total variation of 0.03."""
    rng = seeded_rng(f"counts {categories}")
    p = np.full(categories, 1 / categories)
    moved = p.copy()
    moved[0] += 0.03
    moved[1] -= 0.03
    with pytest.raises(AssertionError, match="G ="):
        assert_counts(
            lambda n: rng.choice(categories, n, p=moved).tolist(),
            dict(enumerate(p)),
            discrepancy=0.03,
        )


def test_impossible_outcomes_fail_at_once() -> None:
    with pytest.raises(AssertionError, match="impossible"):
        assert_counts(lambda n: [0] * (n - 1) + [2], {0: 0.5, 1: 0.5}, discrepancy=0.1)


def test_values_out_of_the_stated_bounds_fail() -> None:
    with pytest.raises(AssertionError, match="above the bound"):
        assert_mean(lambda n: np.full(n, 2.0), 0.5, discrepancy=0.1, bounds=(0.0, 1.0))


def test_nan_fails() -> None:
    with pytest.raises(AssertionError, match="nan"):
        assert_cdf(lambda n: np.full(n, np.nan), stats.norm.cdf, discrepancy=0.1)


def test_sample_sizes_follow_the_discrepancy() -> None:
    """Halving the discrepancy costs four times the draws."""
    assert cdf_sample_size(0.01) == pytest.approx(4 * cdf_sample_size(0.02), rel=1e-3)
    assert counts_sample_size(3, 0.01) == pytest.approx(4 * counts_sample_size(3, 0.02), rel=1e-3)
    assert cdf_sample_size(0.01) == pytest.approx(
        (math.sqrt(math.log(2 / LEVEL)) + math.sqrt(math.log(2 / MISS))) ** 2 / 2 * 1e4, rel=1e-3
    )


def test_bounds_or_sd_is_required() -> None:
    with pytest.raises(ValueError, match="either bounds or sd"):
        assert_mean(lambda n: np.zeros(n), 0.0, discrepancy=0.1)
