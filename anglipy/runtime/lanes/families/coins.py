"""`flip` and `bernoulli` for n particles at once. Prepared: (p,), the probability of success."""

from __future__ import annotations

from math import inf
from typing import Any

import numpy as np

from anglipy.runtime.lanes.families.base import Array, Family, log1p_of, log_of, refuse

__all__ = ["BernoulliFamily", "FlipFamily"]


class FlipFamily(Family):
    """`(flip p)`."""

    shapes = ("number",)
    value = "raw"
    kind = "b"
    """The kind of array that has mass."""

    def plain(self, dist: Any) -> Any:
        """The probability."""
        return (dist.p,)

    def prepare(self, p: Array) -> Any:
        """A number in [0, 1]."""
        if p.__class__ is not float:
            if not (np.minimum.reduce(p) >= 0.0 and np.maximum.reduce(p) <= 1.0):
                refuse((p >= 0.0) & (p <= 1.0))
        elif not 0.0 <= p <= 1.0:
            refuse(False)
        return (p,)

    def sample(self, prepared: Any, rng: Any, n: int) -> Any:
        """One uniform and one comparison each: an array of booleans."""
        below = rng.random(n) < prepared[0]
        return below if below.dtype.kind == "b" else below.astype(bool)

    def log_prob(self, prepared: Any, value: Any) -> Any:
        """Log p for success, log(1 - p) for failure, -inf for anything else."""
        (p,) = prepared
        if value.__class__ is np.ndarray:
            if value.dtype.kind != self.kind:
                return np.full(len(value), -inf)
            return self._mass(p, value)
        if self._is_outcome(value):
            return log_of(p) if value else log1p_of(-p)
        return np.full(len(p), -inf)

    def _mass(self, p: Array, value: Any) -> Any:
        return np.where(value, log_of(p), log1p_of(-p))

    def _is_outcome(self, value: Any) -> bool:
        return value is True or value is False


class BernoulliFamily(FlipFamily):
    """`(bernoulli p)`."""

    kind = "i"

    def sample(self, prepared: Any, rng: Any, n: int) -> Any:
        """One uniform and one comparison each: an array of 1 and 0."""
        return super().sample(prepared, rng, n).astype(np.int64)

    def _mass(self, p: Array, value: Any) -> Any:
        if value.view(np.uint64).max(initial=0) <= 1:
            return super()._mass(p, value)
        failure = np.where(value == 0, log1p_of(-p), -inf)
        return np.where(value == 1, log_of(p), failure)

    def _is_outcome(self, value: Any) -> bool:
        return isinstance(value, int) and value.__class__ is not bool and value in (0, 1)
