"""Coin flips: `flip` gives a boolean, `bernoulli` gives 1 or 0."""

from __future__ import annotations

from math import inf, log, log1p
from typing import Any

from anglipy.runtime.distributions.base import Booleans, Distribution, IntegerRange
from anglipy.runtime.distributions.checks import probability
from anglipy.runtime.random_source import Rng

__all__ = ["Bernoulli", "Flip"]


class Flip(Distribution):
    """`(flip p)`: true with probability p, false with probability 1 - p.

    Only `true` and `false` have mass; 1 and 0 do not, being other values in Clojure.
    """

    __slots__ = ("p",)
    name = "flip"
    fields = ("p",)

    def __init__(self, p: Any) -> None:
        self.given = (p,)
        if p.__class__ is not float or not 0.0 <= p <= 1.0:
            p = probability("flip", "p", p)
        self.p: float = p

    def sample(self, rng: Rng) -> bool:
        """One uniform, one comparison."""
        return rng.random() < self.p

    def log_prob(self, value: Any) -> float:
        """Log p for true, log(1 - p) for false, -inf for anything else."""
        if value is True:
            return log(self.p) if self.p > 0.0 else -inf
        if value is False:
            return log1p(-self.p) if self.p < 1.0 else -inf
        return -inf

    @property
    def support(self) -> Booleans:
        """False and true."""
        return Booleans()


class Bernoulli(Distribution):
    """`(bernoulli p)`: 1 with probability p, 0 with probability 1 - p.

    Only the integers 1 and 0 have mass; `true` and 1.0 do not, being other values in Clojure.
    """

    __slots__ = ("p",)
    name = "bernoulli"
    fields = ("p",)

    def __init__(self, p: Any) -> None:
        self.given = (p,)
        if p.__class__ is not float or not 0.0 <= p <= 1.0:
            p = probability("bernoulli", "p", p)
        self.p: float = p

    def sample(self, rng: Rng) -> int:
        """One uniform, one comparison."""
        return 1 if rng.random() < self.p else 0

    def log_prob(self, value: Any) -> float:
        """Log p for 1, log(1 - p) for 0, -inf for anything else."""
        if not isinstance(value, int) or value.__class__ is bool:
            return -inf
        if value == 1:
            return log(self.p) if self.p > 0.0 else -inf
        if value == 0:
            return log1p(-self.p) if self.p < 1.0 else -inf
        return -inf

    @property
    def support(self) -> IntegerRange:
        """0 and 1."""
        return IntegerRange(0, 1)
