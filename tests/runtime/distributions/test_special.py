"""The saddle-point forms against arithmetic with fifty digits."""

from __future__ import annotations

import mpmath
import pytest
from hypothesis import given
from hypothesis import strategies as st

from anglipy.runtime.special import (
    deviance,
    log_binomial_mass,
    log_poisson_mass,
    stirling_error,
)
from tests.runtime.distributions.cases import build

mpmath.mp.dps = 50
LARGE = st.floats(0.5, 1e12)


def close(expected: mpmath.mpf) -> object:
    """To twelve digits, or 1e-11 where the logarithm is near zero."""
    return pytest.approx(float(expected), rel=1e-12, abs=1e-11)


@given(LARGE)
def test_stirling_error(n: float) -> None:
    exact = mpmath.loggamma(mpmath.mpf(n) + 1) - (
        (mpmath.mpf(n) + 0.5) * mpmath.log(n) - n + mpmath.log(2 * mpmath.pi) / 2
    )
    assert stirling_error(n) == pytest.approx(float(exact), rel=1e-11, abs=2e-14)


@given(LARGE, st.floats(0.5, 2.0))
def test_deviance(x: float, ratio: float) -> None:
    mean = x * ratio
    exact = x * mpmath.log(mpmath.mpf(x) / mean) + mpmath.mpf(mean) - x
    assert deviance(x, mean) == pytest.approx(float(exact), rel=1e-12, abs=1e-300)


@given(LARGE, st.floats(-8.0, 8.0))
def test_poisson_mass(mean: float, deviations: float) -> None:
    x = max(0.0, mean + deviations * mean**0.5)
    exact = mpmath.mpf(x) * mpmath.log(mean) - mean - mpmath.loggamma(mpmath.mpf(x) + 1)
    assert log_poisson_mass(x, mean) == close(exact)


@given(st.integers(2, 10**11), st.floats(0.001, 0.999), st.floats(-8.0, 8.0))
def test_binomial_mass(n: int, p: float, deviations: float) -> None:
    x = min(max(0, round(n * p + deviations * (n * p * (1 - p)) ** 0.5)), n)
    exact = (
        mpmath.loggamma(n + 1)
        - mpmath.loggamma(x + 1)
        - mpmath.loggamma(n - x + 1)
        + x * mpmath.log(p)
        + (n - x) * mpmath.log1p(-mpmath.mpf(p))
    )
    assert log_binomial_mass(x, n - x, p, 1.0 - p) == pytest.approx(
        float(exact), rel=1e-11, abs=1e-10
    )


@given(st.floats(0.1, 1e10), st.floats(1e-3, 1e3), st.floats(-8.0, 8.0))
def test_gamma_density(shape: float, rate: float, deviations: float) -> None:
    x = max(1e-6, (shape + deviations * shape**0.5) / rate)
    exact = (
        shape * mpmath.log(rate)
        + (mpmath.mpf(shape) - 1) * mpmath.log(x)
        - mpmath.mpf(rate) * x
        - mpmath.loggamma(shape)
    )
    assert build("gamma", shape, rate).log_prob(x) == pytest.approx(
        float(exact), rel=1e-11, abs=1e-10
    )


@given(st.floats(0.1, 1e8), st.floats(0.1, 1e8), st.floats(-8.0, 8.0))
def test_beta_density(a: float, b: float, deviations: float) -> None:
    mean = a / (a + b)
    x = min(max(1e-9, mean + deviations * (mean * (1 - mean) / (a + b + 1)) ** 0.5), 1 - 1e-9)
    exact = (
        (mpmath.mpf(a) - 1) * mpmath.log(x)
        + (mpmath.mpf(b) - 1) * mpmath.log1p(-mpmath.mpf(x))
        + mpmath.loggamma(mpmath.mpf(a) + b)
        - mpmath.loggamma(a)
        - mpmath.loggamma(b)
    )
    assert build("beta", a, b).log_prob(x) == pytest.approx(float(exact), rel=1e-10, abs=1e-9)


@given(st.floats(0.1, 1e10), st.floats(-50.0, 50.0))
def test_student_t_density(nu: float, x: float) -> None:
    half = (mpmath.mpf(nu) + 1) / 2
    exact = (
        mpmath.loggamma(half)
        - mpmath.loggamma(mpmath.mpf(nu) / 2)
        - mpmath.log(nu * mpmath.pi) / 2
        - half * mpmath.log1p(mpmath.mpf(x) ** 2 / nu)
    )
    assert build("student-t", nu).log_prob(x) == pytest.approx(float(exact), rel=1e-11, abs=1e-11)
