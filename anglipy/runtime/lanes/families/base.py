"""What a family of distributions does for n particles at once, and the checks that families share.

Parameters are floats where they are equal for all particles, and arrays with the particles along
the first axis where they differ: (n,) for a number, (n, K) for a vector, (n, K, K) for a matrix.
Arrays (n, K) are best laid out with the particles contiguous, as `columns(...)` makes them.

What `prepare` gives is the family's own business; it is called *prepared* everywhere. A *table* is
what is prepared of P distributions, with P in the place of n.

The scalar classes in `anglipy.runtime.distributions` are the reference: a family draws from the
same distribution, gives the same log densities up to rounding, and refuses what they refuse.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from math import inf, isfinite, isnan, log, log1p
from typing import Any, TypeAlias
from weakref import ref

import numpy as np

from anglipy.runtime.distributions.base import Distribution
from anglipy.runtime.distributions.checks import as_float
from anglipy.runtime.lanes.values import Lane, NotLanes
from anglipy.runtime.vectors import Vector

__all__ = [
    "Array", "BadLane", "Family", "all_finite", "all_positive", "columns", "is_positive",
    "log1p_of", "log_of", "log_of_scale", "number_values", "refuse",
]  # fmt: skip

Array: TypeAlias = Any
"""A float that holds for all particles, or an array with one element (or row) per particle."""


class BadLane(Exception):
    """A parameter or a value was refused; `lane` is the first particle it belongs to."""

    def __init__(self, lane: int = 0) -> None:
        super().__init__(lane)
        self.lane = lane


class Family(ABC):
    """Distributions of one class, n at once. A subclass sets `shapes` and defines `plain`,
    `prepare`, `sample` and `log_prob`.
    """

    shapes: tuple[str, ...] = ()
    """Per parameter: "number", "integer", "vector", "matrix", "table" or "any"."""
    numeric = False
    """Whether all parameters are numbers."""
    value = "number"
    """What `log_prob` takes: "number" (float64), "raw" (arrays of any kind, and any plain value),
    "vector", "any" (as "raw", and `Choice`s), or "whole" (the value as it is).
    """
    sequence: Any = Vector
    """What the distribution keeps a vector that it is given in."""

    def __init_subclass__(cls) -> None:
        cls.numeric = all(shape == "number" for shape in cls.shapes)

    @abstractmethod
    def plain(self, dist: Any) -> Any:
        """What is prepared of a plain distribution, whose parameters were checked."""

    @abstractmethod
    def prepare(self, *parameters: Any) -> Any:
        """Check parameters of which some differ between particles; BadLane for bad ones."""

    @abstractmethod
    def sample(self, prepared: Any, rng: Any, n: int) -> Any:
        """N draws, one per particle: an array (n,) or (n, K)."""

    @abstractmethod
    def log_prob(self, prepared: Any, value: Any) -> Any:
        """Log densities (n,); -inf outside of the support, BadLane where there can be none.
        Something must differ between particles, the parameters or the value.
        """

    def log_tails(self, prepared: Any, x: Array) -> Any:
        """Log P(X <= x) and log P(X > x); NotLanes where they are not known for arrays."""
        raise NotLanes

    def stack(self, parts: Sequence[Distribution]) -> Any:
        """A table of plain distributions; NotLanes if their shapes differ."""
        rows = [self.plain(part) for part in parts]
        found = [np.array(column) for column in zip(*rows, strict=True)]
        # What is the same in all rows need not be gathered; but something must tell them apart.
        return tuple(
            column[0].item()
            if place and column.ndim == 1 and column.dtype == float and (column == column[0]).all()
            else column
            for place, column in enumerate(found)
        )

    def take(self, prepared: Any, index: Any) -> Any:
        """What is prepared of the rows of a table that `index` names."""
        return tuple(part if part.__class__ is float else part[index] for part in prepared)

    def sample_at(self, table: Any, codes: Any, rng: Any) -> Any:
        """One draw per code, from that row of the table."""
        return self.sample(self.take(table, codes), rng, len(codes))

    def log_prob_at(self, table: Any, codes: Any, value: Any) -> Any:
        """Log densities at values that differ between particles, by the rows of the table."""
        return self.log_prob(self.take(table, codes), value)

    def box(self, prepared: Any, drawn: Any, stamp: Any) -> Any:
        """What was drawn as a value of the language, for the group with that stamp."""
        return Lane(drawn, stamp)


# ---- checks: fast when all is well


_SEEN: dict[int, tuple[Any, dict[str, Any]]] = {}
"""What is known of arrays that are parameters, by identity, as long as they live. An array of a
lane value never changes, and a program often observes many values under one scale.
"""


def _facts(x: Any) -> dict[str, Any]:
    """What is known of an array, to be added to."""
    key = id(x)
    found = _SEEN.get(key)
    if found is not None and found[0]() is x:
        return found[1]
    facts: dict[str, Any] = {}
    _SEEN[key] = ref(x, lambda _: _SEEN.pop(key, None)), facts
    return facts


def all_finite(x: Array) -> bool:
    """Whether no number is infinite or nan."""
    if x.__class__ is float:
        return isfinite(x)
    # The sum of squares may overflow; then it is asked properly.
    return isfinite(x.dot(x)) or bool(np.isfinite(x).all())


def all_positive(x: Array) -> bool:
    """Whether all numbers are above zero and finite."""
    if x.__class__ is float:
        return bool(0.0 < x < inf)
    facts = _facts(x)
    found = facts.get("positive")
    if found is None:
        found = bool(np.minimum.reduce(x) > 0.0 and np.maximum.reduce(x) < inf)
        facts["positive"] = found
    return bool(found)


def is_positive(x: Array) -> Any:
    """For each number whether it is above zero and finite."""
    return (np.asarray(x) > 0.0) & (np.asarray(x) < inf)


def refuse(*good: Any) -> None:
    """BadLane for the first particle for which not all the conditions hold, if there is one."""
    together = np.logical_and.reduce(np.broadcast_arrays(*[np.atleast_1d(each) for each in good]))
    if not together.all():
        raise BadLane(int(np.argmin(together)))


def number_values(value: Any) -> Array:
    """Observed values as a float or an array of float64; BadLane for nan and what is no number."""
    if value.__class__ is np.ndarray:
        kind = value.dtype.kind
        if kind == "f":
            if isnan(value.dot(value)):
                raise BadLane(int(np.argmax(np.isnan(value))))
            return value
        if kind == "b":
            raise BadLane
        return value.astype(np.float64)
    number = value if value.__class__ is float else as_float(value)
    if number is None or number != number:
        raise BadLane
    return number


# ---- small mathematics on floats and arrays alike


def log_of(x: Array) -> Array:
    """The natural log, -inf at zero."""
    if x.__class__ is float:
        return log(x) if x > 0.0 else -inf
    return np.log(x)


def log_of_scale(x: Array) -> Array:
    """`log_of` of a parameter, which other values may be scored under; not to be changed."""
    if x.__class__ is float:
        return log(x)
    facts = _facts(x)
    found: Array | None = facts.get("log")
    if found is None:
        found = np.log(x)
        if "asked" in facts:  # It is kept for whoever asks a third time.
            facts["log"] = found
        facts["asked"] = True
    return found


def log1p_of(x: Array) -> Array:
    """log(1 + x), -inf at -1."""
    if x.__class__ is float:
        return log1p(x) if x > -1.0 else -inf
    return np.log1p(x)


def columns(parts: Sequence[Array], n: int) -> Any:
    """Numbers (floats or (n,)) side by side, as an array (n, K) with contiguous columns."""
    made = np.empty((len(parts), n))
    for place, part in enumerate(parts):
        made[place] = part
    return made.T
