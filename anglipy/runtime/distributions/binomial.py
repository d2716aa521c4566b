"""The binomial distribution."""

from __future__ import annotations

from math import comb, floor, inf
from typing import Any

from anglipy.runtime.cumulative import CERTAIN, IMPOSSIBLE, Tails, beta_tails
from anglipy.runtime.distributions.base import Distribution, IntegerRange
from anglipy.runtime.distributions.checks import (
    nonnegative_integer,
    parameter_error,
    probability,
    value_number,
)
from anglipy.runtime.random_source import Rng
from anglipy.runtime.special import log_binomial_mass

__all__ = ["Binomial", "draw_successes"]

_ENUMERABLE = 30
"""Up to this many trials a draw is one uniform compared with the cumulative mass, so that it can be
enumerated.
"""
_LARGEST_N = 2**63 - 1


class Binomial(Distribution):
    """`(binomial n p)`: mass C(n, k) p^k (1 - p)^(n - k), k = 0 .. n: successes in n trials of
    probability p.

    Whole doubles such as 2.0 count as their integer; other values have no mass. Johnson, Kemp and
    Kotz 2005, ch. 3.
    """

    __slots__ = ("n", "p")
    name = "binomial"
    fields = ("n", "p")

    def __init__(self, n: Any, p: Any) -> None:
        self.given = (n, p)
        self.n = nonnegative_integer("binomial", "n", n)
        if self.n > _LARGEST_N:
            raise parameter_error("binomial", "n", "below 2^63", n)
        self.p = probability("binomial", "p", p)

    def sample(self, rng: Rng) -> int:
        """Up to 30 trials by inversion, more by numpy's binomial."""
        return draw_successes(self.n, self.p, rng)

    def log_prob(self, value: Any) -> float:
        """Log C(n, k) + k log p + (n - k) log(1 - p)."""
        x = value_number("binomial", value)
        if not 0.0 <= x <= self.n or x == inf or x != int(x):
            return -inf
        return log_binomial_mass(x, self.n - x, self.p, 1.0 - self.p)

    def log_tails(self, x: float) -> Tails:
        """The incomplete beta function."""
        if x < 0.0:
            return IMPOSSIBLE
        if x >= self.n:
            return CERTAIN
        k = float(floor(x))
        return beta_tails(self.n - k, k + 1.0, 1.0 - self.p, self.p)

    @property
    def support(self) -> IntegerRange:
        """0 .. n."""
        return IntegerRange(0, self.n)


def draw_successes(n: int, p: float, rng: Rng) -> int:
    """The number of successes in n trials: up to 30 by inversion, more by numpy's binomial."""
    if n > _ENUMERABLE:
        return int(rng.binomial(n, p))
    u = rng.random()
    q = 1.0 - p
    below = 0.0
    last = n if p > 0.0 else 0
    for k in range(last):
        below += comb(n, k) * p**k * q ** (n - k)
        if u < below:
            return k
    return last
