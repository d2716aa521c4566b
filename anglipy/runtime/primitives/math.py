"""Functions of one or two real numbers. They give doubles and never raise: outside its domain a
function is NaN.

Arrays and tensors are handled element by element: a method of that name if the object has one, else
numpy's function.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction
from typing import Any

from anglipy.diagnostics import ProgramError
from anglipy.runtime.foreign import is_array
from anglipy.runtime.numbers import LONG_MAX, LONG_MIN, mul_big, number, to_double
from anglipy.runtime.primitives.checks import index
from anglipy.runtime.primitives.registry import constant, primitive
from anglipy.runtime.printing import describe

__all__ = ["digamma", "exp", "log", "pow_", "round_", "sqrt"]


# --- application ----------------------------------------------------------------------------------


def _apply(name: str, f: Callable[[float], float], value: Any, ufunc: str) -> Any:
    """The value f takes on a number as a double, or of every element of an array."""
    if type(value) is not float:
        value = number(value, name)
        if not isinstance(value, (int, float, Fraction)):
            return _apply_array(name, value, ufunc)
        value = to_double(value)
    try:
        return f(value)
    except ValueError:
        return math.nan
    except OverflowError:
        return math.inf


def _apply_array(name: str, value: Any, ufunc: str) -> Any:
    method = getattr(value, ufunc, None)
    if method is not None:
        return method()
    if not is_array(value):
        raise ProgramError("AQ430", f"{name}: expected a number, got {describe(value)}")
    import numpy

    return getattr(numpy, ufunc)(value)


# --- rounding -------------------------------------------------------------------------------------


def _keeping_sign(f: Callable[[float], float]) -> Callable[[float], float]:
    """A rounding function that leaves infinities and NaN alone and gives -0.0 below zero."""

    def rounded(value: float) -> float:
        return math.copysign(float(f(value)), value) if math.isfinite(value) else value

    return rounded


_floor, _ceil, _rint = _keeping_sign(math.floor), _keeping_sign(math.ceil), _keeping_sign(round)


@primitive("floor", "Math/floor", arity=(1, 1))
def floor(x: Any) -> Any:
    """The largest whole double not above x."""
    return _apply("floor", _floor, x, "floor")


@primitive("ceil", "Math/ceil", arity=(1, 1))
def ceil(x: Any) -> Any:
    """The smallest whole double not below x."""
    return _apply("ceil", _ceil, x, "ceil")


@primitive("rint", "Math/rint", arity=(1, 1))
def rint(x: Any) -> Any:
    """The whole double nearest to x; halves go to the even one."""
    return _apply("rint", _rint, x, "rint")


@primitive("round", "Math/round", arity=(1, 1))
def round_(x: Any) -> int:
    """The integer nearest to x; halves go up. NaN gives 0, what is too large the largest or
    smallest long.
    """
    value = to_double(number(x, "round"))
    if not math.isfinite(value):
        return 0 if value != value else (LONG_MAX if value > 0 else LONG_MIN)
    below = math.floor(value)
    return max(LONG_MIN, min(LONG_MAX, below + 1 if value - below >= 0.5 else below))


@primitive("signum", "Math/signum", arity=(1, 1))
def signum(x: Any) -> Any:
    """-1.0, 0.0 or 1.0 as x is below, at or above zero."""
    return _apply("signum", lambda v: v if v == 0 or v != v else math.copysign(1.0, v), x, "sign")


# --- elementary functions -------------------------------------------------------------------------


@primitive("exp", "Math/exp", arity=(1, 1))
def exp(x: Any) -> Any:
    """The exponential function."""
    return _apply("exp", math.exp, x, "exp")


@primitive("log", "Math/log", arity=(1, 1))
def log(x: Any) -> Any:
    """The natural logarithm; of zero -Inf."""
    return _apply("log", lambda v: math.log(v) if v else -math.inf, x, "log")


@primitive("log10", "Math/log10", arity=(1, 1))
def log10(x: Any) -> Any:
    """The logarithm to base 10; of zero -Inf."""
    return _apply("log10", lambda v: math.log10(v) if v else -math.inf, x, "log10")


@primitive("log1p", "Math/log1p", arity=(1, 1))
def log1p(x: Any) -> Any:
    """log(1 + x), exact for small x."""
    return _apply("log1p", lambda v: math.log1p(v) if v != -1 else -math.inf, x, "log1p")


@primitive("expm1", "Math/expm1", arity=(1, 1))
def expm1(x: Any) -> Any:
    """exp(x) - 1, exact for small x."""
    return _apply("expm1", math.expm1, x, "expm1")


@primitive("sqrt", "Math/sqrt", arity=(1, 1))
def sqrt(x: Any) -> Any:
    """The square root; NaN below zero."""
    return _apply("sqrt", math.sqrt, x, "sqrt")


@primitive("cbrt", "Math/cbrt", arity=(1, 1))
def cbrt(x: Any) -> Any:
    """The cube root, of negative numbers too."""
    return _apply("cbrt", _cbrt, x, "cbrt")


def _cbrt(value: float) -> float:
    """The C library may be off by one unit in the last place; whole roots are made exact."""
    root = math.cbrt(value)
    whole = float(round(root)) if math.isfinite(root) else root
    return whole if whole**3 == value else root


@primitive("sin", "Math/sin", arity=(1, 1))
def sin(x: Any) -> Any:
    """The sine of an angle in radians."""
    return _apply("sin", math.sin, x, "sin")


@primitive("cos", "Math/cos", arity=(1, 1))
def cos(x: Any) -> Any:
    """The cosine of an angle in radians."""
    return _apply("cos", math.cos, x, "cos")


@primitive("tan", "Math/tan", arity=(1, 1))
def tan(x: Any) -> Any:
    """The tangent of an angle in radians."""
    return _apply("tan", math.tan, x, "tan")


@primitive("asin", "Math/asin", arity=(1, 1))
def asin(x: Any) -> Any:
    """The angle in [-pi/2, pi/2] with this sine."""
    return _apply("asin", math.asin, x, "arcsin")


@primitive("acos", "Math/acos", arity=(1, 1))
def acos(x: Any) -> Any:
    """The angle in [0, pi] with this cosine."""
    return _apply("acos", math.acos, x, "arccos")


@primitive("atan", "Math/atan", arity=(1, 1))
def atan(x: Any) -> Any:
    """The angle in [-pi/2, pi/2] with this tangent."""
    return _apply("atan", math.atan, x, "arctan")


@primitive("atan2", "Math/atan2", arity=(2, 2))
def atan2(y: Any, x: Any) -> float:
    """The angle in [-pi, pi] of the point (x, y)."""
    return math.atan2(to_double(number(y, "atan2")), to_double(number(x, "atan2")))


@primitive("sinh", "Math/sinh", arity=(1, 1))
def sinh(x: Any) -> Any:
    """The hyperbolic sine."""
    return _apply(
        "sinh", lambda v: math.copysign(math.inf, v) if abs(v) > 711 else math.sinh(v), x, "sinh"
    )


@primitive("cosh", "Math/cosh", arity=(1, 1))
def cosh(x: Any) -> Any:
    """The hyperbolic cosine."""
    return _apply("cosh", math.cosh, x, "cosh")


@primitive("tanh", "Math/tanh", arity=(1, 1))
def tanh(x: Any) -> Any:
    """The hyperbolic tangent."""
    return _apply("tanh", math.tanh, x, "tanh")


@primitive("pow", "Math/pow", arity=(2, 2))
def pow_(base: Any, exponent: Any) -> Any:
    """Base to the power exponent, as a double."""
    base, exponent = number(base, "pow"), number(exponent, "pow")
    if is_array(base) or is_array(exponent):
        return base**exponent
    x, y = to_double(base), to_double(exponent)
    try:
        return math.pow(x, y)
    except OverflowError:
        return -math.inf if x < 0 and y % 2 == 1 else math.inf
    except ValueError:
        if x:
            return math.nan
        return math.copysign(math.inf, x) if y % 2 == 1 else math.inf


_MOST_BITS = 10_000_000
"""The longest exact number that `expt` computes."""


@primitive("expt", arity=(2, 2))
def expt(base: Any, exponent: Any) -> Any:
    """Base to the power exponent: exact if the base is exact and the exponent an integer."""
    base, exponent = number(base, "expt"), number(exponent, "expt")
    if isinstance(base, float) or not isinstance(exponent, int):
        return pow_(base, exponent)
    if base == 0 and exponent < 0:
        raise ProgramError("AQ432", "expt: division by zero")
    exact = Fraction(base)
    bits = max(abs(exact.numerator), exact.denominator).bit_length() - 1
    if bits * abs(exponent) > _MOST_BITS:
        raise ProgramError(
            "AQ430",
            f"expt: the result has more than {_MOST_BITS // 10 * 3:,} digits",
            help="of a double, (expt 10. n), it is computed as a double",
        )
    result = exact**exponent
    return mul_big(1, result if result.denominator != 1 else result.numerator)


# --- special functions ----------------------------------------------------------------------------


@primitive("erf", arity=(1, 1))
def erf(x: Any) -> Any:
    """The error function."""
    return _apply("erf", math.erf, x, "erf")


@primitive("log-gamma-fn", arity=(1, 1))
def log_gamma(x: Any) -> Any:
    """The logarithm of |gamma(x)|; Inf at 0, -1, -2, ..."""
    return _apply(
        "log-gamma-fn",
        lambda v: math.inf if v <= 0 and v == int(v) else math.lgamma(v),
        x,
        "lgamma",
    )


@primitive("log-mv-gamma-fn", arity=(2, 2))
def log_multivariate_gamma(p: Any, a: Any) -> float:
    """The logarithm of the p-dimensional gamma function at a."""
    size, shape = index(p, "log-mv-gamma-fn"), to_double(number(a, "log-mv-gamma-fn"))
    constant_part = size * (size - 1) / 4 * math.log(math.pi)
    return constant_part + sum(float(log_gamma(shape - j / 2)) for j in range(size))


def _digamma(x: float) -> float:
    """Reflection below zero, recurrence up to 10, then the asymptotic series (Abramowitz and Stegun
    6.3.18).
    """
    if x <= 0:
        if x == int(x):
            return math.nan
        return _digamma(1 - x) - math.pi / math.tan(math.pi * x)
    shift = 0.0
    while x < 10:
        shift -= 1 / x
        x += 1
    square = 1 / (x * x)
    series = square * (
        1 / 12 - square * (1 / 120 - square * (1 / 252 - square * (1 / 240 - square / 132)))
    )
    return shift + math.log(x) - 0.5 / x - series


@primitive("digamma", arity=(1, 1))
def digamma(x: Any) -> Any:
    """The derivative of log gamma; NaN at 0, -1, -2, ..."""
    return _apply("digamma", lambda v: v if v == math.inf else _digamma(v), x, "digamma")


@primitive("log-sum-exp", arity=(2, 2))
def log_sum_exp(a: Any, b: Any) -> float:
    """log(exp(a) + exp(b)) without overflow; -Inf and -Inf give -Inf."""
    x, y = to_double(number(a, "log-sum-exp")), to_double(number(b, "log-sum-exp"))
    high, low = max(x, y), min(x, y)
    return high if math.isinf(high) else high + math.log1p(math.exp(low - high))


@primitive("finite?", arity=(1, 1))
def is_finite(x: Any) -> bool:
    """True for numbers that are neither infinite nor NaN."""
    return math.isfinite(number(x, "finite?"))


@primitive("NaN?", "Double/isNaN", arity=(1, 1))
def is_nan(x: Any) -> bool:
    """True for NaN."""
    return math.isnan(number(x, "NaN?"))


@primitive("infinite?", "Double/isInfinite", arity=(1, 1))
def is_infinite(x: Any) -> bool:
    """True for Inf and -Inf."""
    return math.isinf(number(x, "infinite?"))


constant("PI", math.pi)
constant("Math/PI", math.pi)
constant("Math/E", math.e)
constant("Double/POSITIVE_INFINITY", math.inf)
constant("Double/NEGATIVE_INFINITY", -math.inf)
constant("Double/NaN", math.nan)
constant("Double/MAX_VALUE", 1.7976931348623157e308)
constant("Double/MIN_VALUE", 5e-324)
constant("Long/MAX_VALUE", LONG_MAX)
constant("Long/MIN_VALUE", LONG_MIN)
constant("Integer/MAX_VALUE", 2**31 - 1)
constant("Integer/MIN_VALUE", -(2**31))
