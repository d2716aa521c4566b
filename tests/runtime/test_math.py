"""Mathematical functions against scipy and Clojure's results; statistics with exact results."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
import scipy.special
from hypothesis import given
from hypothesis import strategies as st

from anglipy.runtime.primitives import PRIMITIVES
from anglipy.runtime.values import equal
from tests.runtime.calculator import calculate, complain, show

CASES = [
    ("(floor 2)", "2.0"),
    ("(floor -2.5)", "-3.0"),
    ("(ceil 2.1)", "3.0"),
    ("(ceil -0.5)", "-0.0"),
    ("(round 2.5)", "3"),
    ("(round -2.5)", "-2"),
    ("(round 0.49999999999999994)", "0"),
    ("(round 2)", "2"),
    ("(round 7/2)", "4"),
    ("(round ##NaN)", "0"),
    ("(round ##Inf)", "9223372036854775807"),
    ("(rint 2.5)", "2.0"),
    ("(signum -3)", "-1.0"),
    ("(signum 0.0)", "0.0"),
    ("(abs -1)", "1"),
    ("(abs -1.5)", "1.5"),
    ("(pow 2 3)", "8.0"),
    ("(pow 0 -1)", "##Inf"),
    ("(pow -8 1/3)", "##NaN"),
    ("(pow 10 400)", "##Inf"),
    ("(pow -10 401)", "##-Inf"),
    ("(pow -0.0 -1)", "##-Inf"),
    ("(expt 2 10)", "1024"),
    ("(expt 2 100)", "1267650600228229401496703205376N"),
    ("(expt 2 -1)", "1/2"),
    ("(expt 2/3 2)", "4/9"),
    ("(expt 2.0 2)", "4.0"),
    ("(sqrt 4)", "2.0"),
    ("(sqrt -1)", "##NaN"),
    ("(log 0)", "##-Inf"),
    ("(log -1)", "##NaN"),
    ("(log10 1000)", "3.0"),
    ("(log1p -1)", "##-Inf"),
    ("(exp 0)", "1.0"),
    ("(exp 1000)", "##Inf"),
    ("(sinh -1000)", "##-Inf"),
    ("(cosh -1000)", "##Inf"),
    ("(cbrt -27)", "-3.0"),
    ("(asin 2)", "##NaN"),
    ("(sin ##Inf)", "##NaN"),
    ("(atan2 1 1)", "0.7853981633974483"),
    ("(finite? ##Inf)", "false"),
    ("(finite? 1)", "true"),
    ("(Double/isNaN ##NaN)", "true"),
    ("(infinite? ##-Inf)", "true"),
    ("(log-sum-exp ##-Inf ##-Inf)", "##-Inf"),
    ("(log-sum-exp 0 ##-Inf)", "0.0"),
    ("(log-sum-exp 1000 1000)", "1000.6931471805599"),
    ("(log-gamma-fn 0)", "##Inf"),
    ("(digamma 0)", "##NaN"),
    ("(= PI Math/PI)", "true"),
    ("Double/NEGATIVE_INFINITY", "##-Inf"),
    ("(sum [1 2 3])", "6"),
    ("(sum [])", "0"),
    ("(sum [[1 2] [3 4]])", "[4 6]"),
    ("(sum [[1 2] [3 4]] 1)", "[3 7]"),
    ("(mean [1 2 3])", "2"),
    ("(mean 5)", "5"),
    ("(variance 5)", "0"),
    ("(sum 5)", "5"),
    ("(mean [1 2])", "3/2"),
    ("(mean [1.0 2])", "1.5"),
    ("(mean [[1 2] [3 4]])", "[2 3]"),
    ("(mean [[1 2] [3 4]] 1)", "[3/2 7/2]"),
    ("(mean (list 1 2 3 4))", "5/2"),
    ("(variance [1 2 3])", "2/3"),
    ("(variance [[1 2] [3 6]])", "[1 4]"),
    ("(std [1 2 3])", "0.816496580927726"),
    ("(std [[1 0] [3 4]])", "[1.0 2.0]"),
    ("(power [1 2] 3)", "[1 8]"),
    ("(power 1/2 2)", "1/4"),
    ("(l2-norm [1 2] [3 5])", "13"),
    ("(covariance [[1 2] [3 6]])", "[[1 2] [2 4]]"),
    ("(skew [1 3])", "[-1.0 1.0]"),
    ("(kurtosis [1 3])", "[1.0 1.0]"),
    ("(cov * [1 2] [3 4])", "[[3 4] [6 8]]"),
    ("(gen-matrix + 2 2)", "[[0 1] [1 2]]"),
]


@pytest.mark.parametrize(("text", "expected"), CASES)
def test_values(text, expected):
    assert show(text) == expected


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('(sqrt "4")', 'sqrt: expected a number, got the string "4"'),
        ("(exp [1])", "exp: expected a number, got the vector [1]"),
        ("(exp :a)", "exp: expected a number, got the keyword :a"),
        ("(expt 0 -1)", "expt: division by zero"),
        ("(mean [])", "mean: there is nothing to take it of"),
        ("(mean [1 2] 1)", "mean: the array has too few dimensions"),
        ("(mean [[1 2] [3]])", "arrays of different sizes: 2 and 1"),
    ],
)
def test_mistakes(text, message):
    assert complain(text) == message


FUNCTIONS = {
    "digamma": scipy.special.digamma,
    "log-gamma-fn": scipy.special.gammaln,
    "erf": scipy.special.erf,
    "exp": np.exp,
    "log1p": np.log1p,
    "expm1": np.expm1,
    "tanh": np.tanh,
    "cbrt": np.cbrt,
    "floor": np.floor,
    "ceil": np.ceil,
    "rint": np.rint,
    "signum": np.sign,
}


@pytest.mark.parametrize("name", FUNCTIONS)
@given(x=st.floats(-50, 50).filter(lambda v: abs(v - round(v)) > 1e-3))
def test_agrees_with_scipy(name, x):
    with np.errstate(all="ignore"):
        expected = float(FUNCTIONS[name](x))
    assert PRIMITIVES[name].fn(x) == pytest.approx(expected, rel=1e-10, abs=1e-10, nan_ok=True)


@given(st.integers(1, 4), st.floats(3, 50))
def test_multivariate_gamma(p, a):
    expected = scipy.special.multigammaln(a, p)
    assert PRIMITIVES["log-mv-gamma-fn"].fn(p, a) == pytest.approx(expected, rel=1e-10)


@given(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6))
def test_log_sum_exp(a, b):
    assert PRIMITIVES["log-sum-exp"].fn(a, b) == pytest.approx(np.logaddexp(a, b))


@given(st.lists(st.one_of(st.integers(-99, 99), st.fractions(-9, 9)), min_size=1, max_size=8))
def test_moments_are_exact(xs):
    centre = Fraction(sum(map(Fraction, xs)), len(xs))
    spread = sum((Fraction(x) - centre) ** 2 for x in xs) / len(xs)
    assert Fraction(PRIMITIVES["mean"].fn(xs)) == centre
    assert Fraction(PRIMITIVES["variance"].fn(xs)) == spread
    assert PRIMITIVES["std"].fn(xs) == pytest.approx(math.sqrt(spread))


@pytest.mark.parametrize("name", ["exp", "sqrt", "floor", "asin", "signum", "log"])
def test_arrays_are_handled_element_by_element(name):
    array = np.array([0.25, 0.5])
    expected = [PRIMITIVES[name].fn(x) for x in array]
    assert PRIMITIVES[name].fn(array).tolist() == pytest.approx(expected)


def test_statistics_of_arrays():
    assert calculate("(mean [1 2 3])") == 2
    assert equal(PRIMITIVES["mean"].fn(np.array([1.0, 2.0])), 1.5)
    assert equal(PRIMITIVES["sum"].fn(np.array([[1.0, 2.0], [3.0, 4.0]])), [4.0, 6.0])
