"""Distribution functions in logs: both tails of the normal, gamma and beta distributions.

Each gives (log P(X <= x), log P(X > x)), nearly to full precision of the smaller of the two, far
out in the tails too. The functions take and give floats and stand on the math module alone.
"""

from __future__ import annotations

from math import erfc, exp, expm1, inf, log, log1p, pi, sqrt

from anglipy.runtime.special import (
    deviance,
    log_binomial_mass,
    log_complement,
    log_poisson_mass,
)

__all__ = [
    "CERTAIN", "IMPOSSIBLE", "Tails", "beta_tails", "gamma_tails", "log_add", "log_complement_of",
    "log_difference", "log_normal_between", "normal_tails", "tails_of_lower", "tails_of_upper",
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
"""Shapes from which uniform expansions are exact to doubles."""
_LOPSIDED = 1e7
"""A shape so much larger than the other makes a beta distribution a gamma distribution."""
_HUGE = 1e200
_AT_THE_MEDIAN = 1e-4
_NARROW = 1e-2
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


def _normal_hazard(z: float) -> float:
    """Density over upper tail, z >= 0."""
    if z < _FAR:
        return exp(-0.5 * z * z - _HALF_LOG_TWO_PI) / (0.5 * erfc(z * _ROOT_HALF))
    return _far_hazard(z)


def _far_hazard(z: float) -> float:
    """By the continued fraction of Laplace (Abramowitz and Stegun 26.2.14)."""
    fraction = z
    for k in range(24, 0, -1):
        fraction = z + k / fraction
    return fraction


def _log_normal_tail(z: float) -> float:
    """Log P(Z > z) for z >= 0."""
    if z < _FAR:
        return log(0.5 * erfc(z * _ROOT_HALF))
    return -0.5 * z * z - _HALF_LOG_TWO_PI - log(_far_hazard(z)) if z < inf else -inf


def log_normal_between(low: float, high: float) -> float:
    """Log P(low < Z <= high)."""
    width, middle = high - low, 0.5 * (low + high)
    if width < _NARROW and abs(middle) * width < _NARROW:
        # Where tails would be nearly equal: the density's Taylor series about the middle.
        square = middle * middle
        second = (square - 1.0) / 24.0
        fourth = (square * square - 6.0 * square + 3.0) * width * width / 1920.0
        correction = log1p((second + fourth) * width * width)
        return log(width) - 0.5 * square - _HALF_LOG_TWO_PI + correction if width > 0.0 else -inf
    if low > 0.0:
        return log_difference(_log_normal_tail(low), _log_normal_tail(high))
    if high < 0.0:
        return log_difference(_log_normal_tail(-high), _log_normal_tail(-low))
    return log_complement_of(log_add(_log_normal_tail(-low), _log_normal_tail(high)))


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
    root = sqrt(shape)
    far = root / abs(x - shape) if x != shape else inf
    return _uniform_expansion(deviance(shape, x), x > shape, far, 1.0 / (3.0 * root))


def _uniform_expansion(half_square: float, above: bool, far: float, near: float) -> Tails:
    """The tails of a normal at z with z^2 / 2 = half_square, corrected to the first order. `far` is
    what 1 / z has to be corrected to, and `near` the correction of the lower tail at z = 0.
    """
    z = sqrt(2.0 * half_square)
    if z == inf:
        return CERTAIN if above else IMPOSSIBLE
    hazard = _normal_hazard(z)
    if z > _AT_THE_MEDIAN:
        factor = hazard * far - (hazard - z) / z
    else:
        factor = 1.0 + hazard * (-near if above else near)
    tail = min(0.0, _log_normal_tail(z) + log(factor)) if factor > 0.0 else -inf
    return tails_of_upper(tail) if above else tails_of_lower(tail)


# ---- beta


def beta_tails(a: float, b: float, x: float, y: float) -> Tails:
    """Of the beta distribution with shapes a, b > 0, at x = 1 - y; both are given, because one of
    them may be too close to one to say how far it is.
    """
    if x <= 0.0:
        return IMPOSSIBLE
    if y <= 0.0:
        return CERTAIN
    if b > _LOPSIDED * max(1.0, min(a, _HUGE) ** 1.25):
        return gamma_tails(a, -(b + 0.5 * (a - 1.0)) * log_complement(x, y))
    if a > _LOPSIDED * max(1.0, min(b, _HUGE) ** 1.25):
        lower, upper = gamma_tails(b, -(a + 0.5 * (b - 1.0)) * log_complement(y, x))
        return upper, lower
    excess = (a + b) * y - b if x > y else a - (a + b) * x
    if min(a, b) >= _LARGE:
        return _large_beta(a, b, x, y, excess)
    if excess > 0.0:
        return tails_of_lower(_log_beta_tail(a, b, x, y, excess))
    return tails_of_upper(_log_beta_tail(b, a, y, x, -excess))


def _large_beta(a: float, b: float, x: float, y: float, excess: float) -> Tails:
    """The uniform expansion for large shapes (Temme 1982; DLMF 8.18.9), to its first term."""
    n = a + b
    root = sqrt(a) * sqrt(b / n)
    far = root / abs(excess) if excess else inf
    near = (b - a) / n / (3.0 * root)
    return _uniform_expansion(deviance(a, n * x) + deviance(b, n * y), excess < 0.0, far, near)


def _log_beta_tail(a: float, b: float, x: float, y: float, excess: float) -> float:
    """Log P(X <= x) where x is below the mean, by excess / (a + b)."""
    log_mass = log_binomial_mass(a, b, x, y) + log(b) - log(a + b)
    if min(a, b) > 1.0:
        return min(0.0, log_mass + log(a) + log(_beta_fraction(a, b, x, y, excess)))
    if x * (a + b + 2.0) < a + 1.0:
        return min(0.0, log_mass + log(_small_beta_fraction(a, b, x)))
    other = log_mass + log(a) - log(b) + log(_small_beta_fraction(b, a, y))
    return log_complement_of(min(0.0, other))


def _beta_fraction(a: float, b: float, x: float, y: float, excess: float) -> float:
    """The continued fraction of Didonato and Morris 1992, "Algorithm 708", equation 9, for a and b
    above one.
    """
    c, ratio, first = 1.0 + excess, b / a, 1.0 + 1.0 / a
    p, s = 1.0, a + 1.0
    before, below = 0.0, 1.0
    top, bottom = 1.0, c / first
    found = first / c
    for n in range(1, _STEPS):
        t = n / a
        w = n * (b - n) * x
        e = a / s
        alpha = p * (p + ratio) * e * e * (w * x)
        e = (1.0 + t) / (first + t + t)
        beta = n + w / s + e * (c + n * (1.0 + y))
        p, s = 1.0 + t, s + 2.0
        before, top = top, alpha * before + beta * top
        below, bottom = bottom, alpha * below + beta * bottom
        previous, found = found, top / bottom
        if abs(found - previous) <= 1e-16 * found:
            break
        before, below, top, bottom = before / bottom, below / bottom, found, 1.0
    return found


def _small_beta_fraction(a: float, b: float, x: float) -> float:
    """The continued fraction of Abramowitz and Stegun 26.5.8, by the modified method of Lentz."""
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
