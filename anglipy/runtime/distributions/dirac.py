"""A certain value."""

from __future__ import annotations

from math import inf
from typing import Any

from anglipy.runtime.distributions.base import Distribution, Finite
from anglipy.runtime.equality import equal
from anglipy.runtime.random_source import Rng

__all__ = ["Dirac"]


class Dirac(Distribution):
    """`(dirac x)`: x with probability one; other values, by `=`, have none."""

    __slots__ = ("x",)
    name = "dirac"
    fields = ("x",)

    def __init__(self, x: Any) -> None:
        self.given = (x,)
        self.x = x

    def sample(self, rng: Rng) -> Any:
        """The value itself; no randomness is used."""
        return self.x

    def log_prob(self, value: Any) -> float:
        """0 at x, else -inf."""
        return 0.0 if equal(self.x, value) else -inf

    @property
    def support(self) -> Finite:
        """The value alone."""
        return Finite((self.x,))
