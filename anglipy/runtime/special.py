"""Log densities of the gamma family, accurate for large parameters too, where lgamma loses all
digits by cancellation.

The saddle-point form of C. Loader, "Fast and accurate computation of binomial probabilities"
(2000): log n! = stirling_error(n) + log sqrt(2 pi n) + n log n - n, and deviance(x, m) = x log(x /
m) + m - x. Each function takes and gives floats and stands on the math module alone.
"""

from __future__ import annotations

from math import exp, inf, lgamma, log, log1p, pi

__all__ = [
    "deviance", "log_bessel", "log_beta", "log_binomial_mass", "log_gamma_growth",
    "log_poisson_mass", "positive_exp", "stirling_error",
]  # fmt: skip

_HALF_LOG_TWO_PI = 0.5 * log(2.0 * pi)
_SMALLEST, _LARGEST = 5e-324, 1.7976931348623157e308
_LARGEST_EXPONENT = 709.782712893384
_LARGE_BESSEL = 30.0
_DIRECT = 500.0
"""Below this the plain formulas are used: their rounding error is then under 1e-12."""


def stirling_error(n: float) -> float:
    """Log gamma(n + 1) - (n + 1/2) log n + n - log sqrt(2 pi), n > 0 (Loader 2000, section 3)."""
    if n < 16.0:
        return lgamma(n + 1.0) - (n + 0.5) * log(n) + n - _HALF_LOG_TWO_PI
    square = n * n
    series = 1.0 / 1260.0 - (1.0 / 1680.0 - 1.0 / (1188.0 * square)) / square
    return (1.0 / 12.0 - (1.0 / 360.0 - series / square) / square) / n


def deviance(x: float, mean: float) -> float:
    """The sum x log(x / mean) + mean - x, for x > 0 and mean > 0; exact near x = mean, too."""
    difference = x - mean
    if abs(difference) >= 0.1 * x + 0.1 * mean:
        ratio = x / mean
        return x * (log(ratio) if 0.0 < ratio < inf else log(x) - log(mean)) + mean - x
    v = 0.5 * difference / (0.5 * x + 0.5 * mean)
    total = difference * v
    term = 2.0 * v * x
    for odd in range(3, 2000, 2):
        term *= v * v
        previous = total
        total += term / odd
        if total == previous:
            break
    return total


def log_poisson_mass(x: float, mean: float) -> float:
    """The sum x log mean - mean - log gamma(x + 1), for x >= 0 and mean >= 0, integers or not."""
    if mean == 0.0:
        return 0.0 if x == 0.0 else -inf
    if x == 0.0:
        return -mean
    if mean == inf or x == inf:
        return -inf
    if (x < _DIRECT and mean < _DIRECT) or x < 1.0:
        return x * log(mean) - mean - lgamma(x + 1.0)
    return -stirling_error(x) - deviance(x, mean) - _HALF_LOG_TWO_PI - 0.5 * log(x)


def log_binomial_mass(x: float, rest: float, p: float, q: float) -> float:
    """Log of gamma(n + 1) / (gamma(x + 1) gamma(rest + 1)) p^x q^rest with n = x + rest, q = 1 - p.

    x >= 0 and rest >= 0 need not be integers. They are given apart, because their sum may round.
    """
    n = x + rest
    if p == 0.0:
        return 0.0 if x == 0.0 else -inf
    if q == 0.0:
        return 0.0 if rest == 0.0 else -inf
    if x == 0.0 or rest == 0.0:
        return rest * log_complement(p, q) + x * log_complement(q, p)
    if n < _DIRECT or x < 1.0 or rest < 1.0:
        small, large = (x, rest) if x < rest else (rest, x)
        coefficient = log_gamma_growth(large, small) - lgamma(small + 1.0)
        return coefficient + x * log_complement(q, p) + rest * log_complement(p, q)
    corrections = stirling_error(n) - stirling_error(x) - stirling_error(rest)
    distances = deviance(x, n * p) + deviance(rest, n * q)
    return corrections - distances + 0.5 * (log(n) - log(x) - log(rest)) - _HALF_LOG_TWO_PI


def log_gamma_growth(x: float, step: float) -> float:
    """Log of gamma(x + step + 1) / gamma(x + 1) for x >= 0, step >= 0."""
    if x + step < _DIRECT:
        return lgamma(x + step + 1.0) - lgamma(x + 1.0)
    n = x + step
    growth = (x + 0.5) * log1p(step / x) + step * log(n) - step
    return stirling_error(n) - stirling_error(x) + growth


def log_complement(p: float, q: float) -> float:
    """Log q where q = 1 - p, from whichever of the two is the more precise."""
    return log1p(-p) if p < 0.5 else log(q)


def log_beta(a: float, b: float) -> float:
    """Log of the beta function, a > 0 and b > 0."""
    small, large = (a, b) if a < b else (b, a)
    if large < _DIRECT:
        return lgamma(small) + lgamma(large) - lgamma(small + large)
    # B(a, b) = (a + b) / (a b) Gamma(a + 1) Gamma(b + 1) / Gamma(a + b + 1)
    return (
        lgamma(small) - log_gamma_growth(large, small) + log1p(small / large)
        if small < _DIRECT
        else _log_beta_large(small, large)
    )


def _log_beta_large(small: float, large: float) -> float:
    """By Stirling's formula for all three gamma functions."""
    n = small + large
    errors = stirling_error(small) + stirling_error(large) - stirling_error(n)
    powers = -small * log1p(large / small) - large * log1p(small / large)
    return errors + powers + _HALF_LOG_TWO_PI + 0.5 * (log(n) - log(small) - log(large))


def log_bessel(kappa: float) -> float:
    """Log(exp(-kappa) I0(kappa)) for kappa >= 0, where I0 is the modified Bessel function: its
    series, or the asymptotic one (Abramowitz and Stegun 9.6.12, 9.7.1).
    """
    total = term = 1.0
    k = 0
    if kappa < _LARGE_BESSEL:
        square = 0.25 * kappa * kappa
        while term > 1e-17 * total:
            k += 1
            term *= square / (k * k)
            total += term
        return log(total) - kappa
    while term > 1e-17 * total:
        k += 1
        term *= (2 * k - 1) ** 2 / (8.0 * kappa * k)
        total += term
    return log(total) - _HALF_LOG_TWO_PI - 0.5 * log(kappa)


def positive_exp(x: float) -> float:
    """The exponential function as a double above zero and finite: what is beyond is the smallest or
    the largest of these.
    """
    return (exp(x) or _SMALLEST) if x < _LARGEST_EXPONENT else _LARGEST
