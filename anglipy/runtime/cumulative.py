"""Distribution functions in logs: both tails of the normal, gamma and beta distributions.

Each gives (log P(X <= x), log P(X > x)), nearly to full precision of the smaller of the two, far out
in the tails too. The functions take and give floats and stand on the math module alone.
"""

from __future__ import annotations

from math import erfc, exp, expm1, inf, log, log1p, pi, sqrt

from anglipy.runtime.special import deviance, log_binomial_mass, log_poisson_mass

__all__ = [
    "CERTAIN", "IMPOSSIBLE", "Tails", "beta_tails", "gamma_tails", "log_add", "log_complement_of",
    "log_difference", "normal_tails", "tails_of_lower", "tails_of_upper",
]  # fmt: skip

Tails = tuple[float, float]
"""log P(X <= x) and log P(X > x)."""

CERTAIN: Tails = (0.0, -inf)
"""The tails above the support."""
IMPOSSIBLE: Tails = (-inf, 0.0)
"""The tails below the support."""

_LOG_TWO = log(2.0)
_ROOT_HALF = sqrt(0.5)
_HALF_LOG_TWO_PI = 0.5 * log(2.0 * pi)
_FAR = 20.0
_LARGE = 1e6
"""Shapes of the gamma distribution from which Temme's expansion is exact to doubles."""
_TINY = 1e-300
_STEPS = 1_000_000


def log_complement_of(x: float) -> float:
    """Log(1 - exp(x)) for x <= 0 (Maechler 2012, "Accurately computing log(1 - exp(-|a|))")."""
    if x >= 0.0:
        return -inf
    return log(-expm1(x)) if x > -_LOG_TWO else log1p(-exp(x))


def log_add(a: float, b: float) -> float:
    """Log(exp(a) + exp(b))."""
    high, low = (a, b) if a > b else (b, a)
    return high if low == -inf else high + log1p(exp(low - high))


def log_difference(larger: float, smaller: float) -> float:
    """Log(exp(larger) - exp(smaller)), -inf where that is not above zero."""
    if larger <= smaller:
        return -inf
    return larger if smaller == -inf else larger + log_complement_of(smaller - larger)


def tails_of_lower(lower: float) -> Tails:
    """Both tails, of the lower one, which is not close to one."""
    return lower, log_complement_of(lower)


def tails_of_upper(upper: float) -> Tails:
    """Both tails, of the upper one, which is not close to one."""
    return log_complement_of(upper), upper


# ---- normal


def normal_tails(z: float) -> Tails:
    """Of the standard normal distribution."""
    if z > 0.0:
        return tails_of_upper(_log_normal_tail(z))
    return tails_of_lower(_log_normal_tail(-z))


def _log_normal_tail(z: float) -> float:
    """Log P(Z > z) for z >= 0; far out by the continued fraction of Laplace (Abramowitz and Stegun
    26.2.14).
    """
    if z < _FAR:
        return log(0.5 * erfc(z * _ROOT_HALF))
    if z == inf:
        return -inf
    fraction = z
    for k in range(24, 0, -1):
        fraction = z + k / fraction
    return -0.5 * z * z - _HALF_LOG_TWO_PI - log(fraction)


# ---- gamma


def gamma_tails(shape: float, x: float) -> Tails:
    """Of the gamma distribution with rate 1; shape > 0."""
    if x <= 0.0:
        return IMPOSSIBLE
    if x == inf:
        return CERTAIN
    if shape >= _LARGE:
        return _temme(shape, x)
    log_mass = log_poisson_mass(shape, x)
    if x < shape + 1.0:
        return tails_of_lower(min(0.0, log_mass + log(_gamma_series(shape, x))))
    return tails_of_upper(min(0.0, log_mass + log(shape) + log(_gamma_fraction(shape, x))))


def _gamma_series(shape: float, x: float) -> float:
    """The sum of x^n / ((shape + 1) ... (shape + n)) (Abramowitz and Stegun 6.5.29)."""
    term = total = 1.0
    divisor = shape
    for _ in range(_STEPS):
        divisor += 1.0
        term *= x / divisor
        total += term
        if term < 1e-17 * total:
            break
    return total


def _gamma_fraction(shape: float, x: float) -> float:
    """The continued fraction of the upper tail (6.5.31), by the modified method of Lentz."""
    b = x + 1.0 - shape
    c = 1.0 / _TINY
    found = d = 1.0 / (b or _TINY)
    for n in range(1, _STEPS):
        a = n * (shape - n)
        b += 2.0
        d = 1.0 / (a * d + b or _TINY)
        c = b + a / c or _TINY
        found *= c * d
        if abs(c * d - 1.0) < 1e-16:
            break
    return found


def _temme(shape: float, x: float) -> Tails:
    """The uniform expansion for large shapes, to its first term (Temme 1979, "The asymptotic
    expansion of the incomplete gamma functions", section 3).
    """
    half_square = deviance(shape, x) / shape
    if half_square == inf:
        return CERTAIN if x > shape else IMPOSSIBLE
    eta = sqrt(2.0 * half_square) * (1.0 if x > shape else -1.0)
    if abs(eta) < 0.01:
        correction = -1.0 / 3.0 + eta / 12.0 - 2.0 * eta * eta / 135.0 + eta**3 / 864.0
    else:
        correction = shape / (x - shape) - 1.0 / eta
    log_density = -shape * half_square - 0.5 * log(2.0 * pi * shape)
    lower, upper = normal_tails(eta * sqrt(shape))
    if eta > 0.0:
        return tails_of_upper(min(0.0, upper + log1p(correction * exp(log_density - upper))))
    return tails_of_lower(min(0.0, lower + log1p(-correction * exp(log_density - lower))))


# ---- beta


def beta_tails(a: float, b: float, x: float, y: float) -> Tails:
    """Of the beta distribution with shapes a, b > 0, at x = 1 - y; both are given, because one of
    them may be too close to one to say how far it is.
    """
    if x <= 0.0:
        return IMPOSSIBLE
    if y <= 0.0:
        return CERTAIN
    if x * (a + b + 2.0) < a + 1.0:
        return tails_of_lower(_log_beta_tail(a, b, x, y))
    return tails_of_upper(_log_beta_tail(b, a, y, x))


def _log_beta_tail(a: float, b: float, x: float, y: float) -> float:
    """Log P(X <= x) where x is below the mean, nearly."""
    log_factor = log_binomial_mass(a, b, x, y) + log(b) - log(a + b)
    return min(0.0, log_factor + log(_beta_fraction(a, b, x)))


def _beta_fraction(a: float, b: float, x: float) -> float:
    """The continued fraction of the incomplete beta function (Abramowitz and Stegun 26.5.8), by the
    modified method of Lentz.
    """
    c = 1.0
    found = d = 1.0 / (1.0 - (a + b) * x / (a + 1.0) or _TINY)
    for m in range(1, _STEPS):
        even = a + 2.0 * m
        for term in (
            m * (b - m) * x / ((even - 1.0) * even),
            -(a + m) * (a + b + m) * x / (even * (even + 1.0)),
        ):
            d = 1.0 / (1.0 + term * d or _TINY)
            c = 1.0 + term / c or _TINY
            found *= c * d
        if abs(c * d - 1.0) < 1e-16:
            break
    return found
