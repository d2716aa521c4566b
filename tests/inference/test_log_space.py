from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from anglipy.inference.log_space import (
    AllWeightsZero,
    Moments,
    effective_sample_size,
    is_log_weight,
    log_mean_exp,
    log_mean_exp_standard_error,
    log_sum_exp,
    normalise,
)

FINITE = st.floats(-50, 50)
LOG_WEIGHTS = st.lists(st.one_of(FINITE, st.just(-math.inf)), min_size=1, max_size=30)
SOME_POSITIVE = LOG_WEIGHTS.filter(lambda w: max(w) > -math.inf)


@given(LOG_WEIGHTS)
def test_log_sum_exp_is_what_it_says(log_weights: list[float]) -> None:
    total = math.fsum(math.exp(w) for w in log_weights)
    expected = math.log(total) if total else -math.inf
    assert log_sum_exp(log_weights) == pytest.approx(expected, abs=1e-12)


@given(LOG_WEIGHTS, st.floats(-1e6, 1e6))
def test_a_common_factor_comes_out_of_the_sum(log_weights: list[float], shift: float) -> None:
    shifted = log_sum_exp([w + shift for w in log_weights])
    assert shifted == pytest.approx(log_sum_exp(log_weights) + shift, rel=1e-9, abs=1e-9)


@given(st.permutations([0.0, -1.0, 3.0, -math.inf, 2.5]))
def test_order_does_not_matter(log_weights: list[float]) -> None:
    assert log_sum_exp(log_weights) == pytest.approx(log_sum_exp(sorted(log_weights)))


def test_numbers_far_beyond_the_range_of_exp() -> None:
    assert log_sum_exp([1e5, 1e5]) == pytest.approx(1e5 + math.log(2))
    assert log_sum_exp([-1e5, -1e5]) == pytest.approx(-1e5 + math.log(2))


def test_zero_weights() -> None:
    assert log_sum_exp([]) == -math.inf
    assert log_sum_exp([-math.inf] * 3) == -math.inf
    assert log_mean_exp([]) == -math.inf
    assert log_mean_exp([-math.inf] * 3) == -math.inf
    assert effective_sample_size([-math.inf] * 3) == 0.0
    assert effective_sample_size([]) == 0.0
    for nothing in ([], [-math.inf, -math.inf]):
        with pytest.raises(AllWeightsZero):
            normalise(nothing)


def test_nan_is_never_turned_into_a_number() -> None:
    assert math.isnan(log_sum_exp([0.0, math.nan]))
    assert math.isnan(log_mean_exp([math.nan, -math.inf]))
    assert np.isnan(normalise([0.0, math.nan])).all()
    assert math.isnan(effective_sample_size([0.0, math.nan]))


def test_what_may_be_a_log_weight() -> None:
    assert [is_log_weight(w) for w in (0.0, -1e300, -math.inf)] == [True] * 3
    assert [is_log_weight(w) for w in (math.nan, math.inf)] == [False] * 2


@given(SOME_POSITIVE)
def test_normalised_weights_keep_their_ratios(log_weights: list[float]) -> None:
    weights = normalise(log_weights)
    peak = int(np.argmax(log_weights))
    ratios = [math.exp(w - log_weights[peak]) for w in log_weights]
    assert weights / weights[peak] == pytest.approx(ratios)
    assert math.fsum(weights) == pytest.approx(1.0)


@given(SOME_POSITIVE)
def test_ess_lies_between_one_and_the_number_of_positive_weights(log_weights: list[float]) -> None:
    positive = sum(w > -math.inf for w in log_weights)
    assert 1 - 1e-12 <= effective_sample_size(log_weights) <= positive + 1e-9


@given(FINITE, st.integers(1, 20), st.integers(0, 20))
def test_ess_of_equal_weights_is_their_number(w: float, equal: int, zero: int) -> None:
    assert effective_sample_size([w] * equal + [-math.inf] * zero) == pytest.approx(equal)


@given(SOME_POSITIVE, st.integers(0, 5))
def test_zeros_may_be_counted_instead_of_listed(log_weights: list[float], zeros: int) -> None:
    listed = [*log_weights, *[-math.inf] * zeros]
    count = len(listed)
    assert log_mean_exp(log_weights, count) == pytest.approx(log_mean_exp(listed))
    assert log_mean_exp_standard_error(log_weights, count) == pytest.approx(
        log_mean_exp_standard_error(listed)
    )


def test_standard_error_is_the_delta_method() -> None:
    weights = np.array([1.0, 2.0, 4.0, 0.0])
    with np.errstate(divide="ignore"):
        log_weights = np.log(weights) + 300
    expected = weights.std(ddof=1) / 2 / weights.mean()
    assert log_mean_exp_standard_error(log_weights) == pytest.approx(expected)
    assert log_mean_exp_standard_error([1.0]) is None
    assert log_mean_exp_standard_error([-math.inf] * 4) is None


@given(LOG_WEIGHTS, LOG_WEIGHTS, st.integers(0, 5))
def test_moments_of_blocks_are_those_of_all(
    first: list[float], second: list[float], zeros: int
) -> None:
    blocks = [np.array(first), np.array(second)]
    found = Moments.of(blocks[0], len(first) + zeros).and_also(Moments.of(blocks[1], len(second)))
    everything = np.array([*first, *second, *[-math.inf] * zeros])
    assert found.count == len(everything)
    assert found.log_mean == pytest.approx(log_mean_exp(everything), abs=1e-12)
    assert found.ess == pytest.approx(effective_sample_size(everything))
    expected = log_mean_exp_standard_error(everything)
    assert found.standard_error == (expected if expected is None else pytest.approx(expected))


def test_moments_of_nothing() -> None:
    nothing = Moments()
    assert (nothing.ess, nothing.standard_error, nothing.log_mean) == (0.0, None, -math.inf)
    some = Moments.of(np.array([1.0, 2.0]), 3)
    assert nothing.and_also(some) is some.and_also(nothing) is some
    assert Moments.of(np.array([-math.inf]), 1).and_also(some).ess == pytest.approx(some.ess)
