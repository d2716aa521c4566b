"""Distribution functions in logs against arithmetic with fifty digits, those of the distributions
against scipy.
"""

from __future__ import annotations

import math
from typing import Any

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from anglipy.runtime import cumulative
from anglipy.runtime.cumulative import (
    beta_tails,
    gamma_tails,
    log_add,
    log_complement_of,
    log_difference,
    log_normal_between,
    normal_tails,
)
from anglipy.runtime.special import log_bessel, log_beta
from tests.runtime.distributions.cases import CONTINUOUS, DISCRETE, build, oracle

mpmath.mp.dps = 50


def agree(found: tuple[float, float], lower: mpmath.mpf, upper: mpmath.mpf) -> None:
    """Both logs to eleven digits, or to 1e-11 where they are near zero."""
    for log_tail, exact in zip(found, (lower, upper), strict=True):
        if exact > 0:
            assert log_tail == pytest.approx(float(mpmath.log(exact)), rel=1e-11, abs=1e-11)


@given(st.floats(-1e3, 1e3))
def test_normal(z: float) -> None:
    root = mpmath.sqrt(2)
    agree(normal_tails(z), mpmath.erfc(-z / root) / 2, mpmath.erfc(z / root) / 2)


@given(st.floats(0.01, 1e5), st.floats(-6.0, 6.0))
def test_gamma(shape: float, deviations: float) -> None:
    x = max(1e-3, shape + deviations * math.sqrt(shape))
    lower = mpmath.gammainc(shape, 0, x, regularized=True)
    agree(gamma_tails(shape, x), lower, mpmath.gammainc(shape, x, regularized=True))


@given(st.floats(0.05, 2e3), st.floats(0.05, 2e3), st.floats(-6.0, 6.0))
def test_beta(a: float, b: float, deviations: float) -> None:
    mean = a / (a + b)
    x = mean + deviations * math.sqrt(mean * (1 - mean) / (a + b + 1))
    x = min(max(1e-6, x), 1 - 1e-6)
    y = 1 - mpmath.mpf(x)
    lower = mpmath.betainc(a, b, 0, x, regularized=True)
    agree(beta_tails(a, b, x, 1 - x), lower, mpmath.betainc(b, a, 0, y, regularized=True))


@pytest.mark.parametrize(("a", "b"), [(2.5, 1e9), (300.0, 1e13), (0.1, 1e8)])
def test_lopsided_beta(a: float, b: float) -> None:
    """Either way round: the larger shape makes it a gamma distribution."""
    for x in (0.3 * a / b, a / b, 3 * a / b):
        lower = mpmath.betainc(a, b, 0, x, regularized=True)
        agree(beta_tails(a, b, x, 1 - x), lower, 1 - lower)
        agree(beta_tails(b, a, 1 - x, x), 1 - lower, lower)


@pytest.mark.parametrize("deviations", [-30.0, -2.0, -1e-6, 0.0, 0.5, 5.0, 60.0])
def test_uniform_expansions_meet_the_continued_fractions(
    deviations: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    shape, b = 2e6, 5e6
    x, y = shape + deviations * math.sqrt(shape), 0.0
    mean = shape / (shape + b)
    y = mean + deviations * math.sqrt(mean * (1 - mean) / (shape + b))
    found = gamma_tails(shape, x), beta_tails(shape, b, y, 1 - y)
    monkeypatch.setattr(cumulative, "_LARGE", 1e99)
    expected = gamma_tails(shape, x), beta_tails(shape, b, y, 1 - y)
    for one, other in zip(found, expected, strict=True):
        assert one == pytest.approx(other, rel=3e-11, abs=3e-11)


@given(st.floats(-40.0, 40.0), st.floats(1e-12, 5.0))
def test_probability_between(low: float, width: float) -> None:
    high = low + width
    root = mpmath.sqrt(2)
    exact = (mpmath.erf(high / root) - mpmath.erf(low / root)) / 2
    if abs(low) > 8:
        exact = abs(mpmath.erfc(abs(low) / root) - mpmath.erfc(abs(high) / root)) / 2
    assert log_normal_between(low, high) == pytest.approx(
        float(mpmath.log(exact)), rel=1e-9, abs=1e-9
    )


@given(st.floats(-50.0, 50.0), st.floats(-50.0, 50.0))
def test_sums_and_differences_in_logs(a: float, b: float) -> None:
    assert log_add(a, b) == pytest.approx(np.logaddexp(a, b))
    high, low = max(a, b), min(a, b)
    if high - low > 1e-6:
        exact = mpmath.log(mpmath.exp(high) - mpmath.exp(low))
        assert log_difference(high, low) == pytest.approx(float(exact), rel=1e-9, abs=1e-9)
    assert log_difference(low, high) == -math.inf
    assert log_complement_of(-abs(a) - 1e-3) == pytest.approx(
        float(mpmath.log1p(-mpmath.exp(-abs(a) - 1e-3)))
    )


@given(st.floats(1e-3, 1e10), st.floats(1e-3, 1e10), st.floats(0.0, 1e6))
def test_beta_function_and_bessel_function(a: float, b: float, kappa: float) -> None:
    assert log_beta(a, b) == pytest.approx(float(mpmath.log(mpmath.beta(a, b))), rel=1e-11)
    exact = mpmath.log(mpmath.besseli(0, kappa)) - kappa
    assert log_bessel(kappa) == pytest.approx(float(exact), rel=1e-12, abs=1e-14)


# ---- of distributions


KNOWN = [case for case in [*CONTINUOUS, *DISCRETE] if case[0] != "bernoulli"]


@pytest.mark.parametrize(("name", "parameters"), KNOWN)
def test_tails_of_distributions(name: str, parameters: tuple[Any, ...]) -> None:
    dist, scipy = build(name, *parameters), oracle(name, *parameters)
    for p in (1e-12, 1e-3, 0.2, 0.5, 0.9, 1 - 1e-6):
        for x in (float(scipy.ppf(p)), float(scipy.ppf(p)) + 0.3):
            tails = dist.log_tails(x)
            assert tails is not None
            expected = scipy.cdf(x), scipy.sf(x)
            found = math.exp(tails[0]), math.exp(tails[1])
            assert found == pytest.approx(expected, rel=1e-9, abs=1e-15)
    assert dist.log_tails(math.inf) == (0.0, -math.inf)
    assert dist.log_tails(-math.inf) == (-math.inf, 0.0)


def test_tails_that_are_not_known() -> None:
    for dist in (build("von-mises", 0, 1), build("flip", 0.5), build("dirichlet", [1, 1])):
        assert dist.log_tails(0.5) is None
