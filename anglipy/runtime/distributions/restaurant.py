"""The predictive distributions of the Chinese restaurant process and of the Dirichlet process."""

from __future__ import annotations

from itertools import count
from math import inf, log
from typing import Any

from anglipy.runtime.cumulative import log_add
from anglipy.runtime.distributions.base import (
    Distribution,
    Finite,
    Support,
    Unknown,
    listed_values,
)
from anglipy.runtime.distributions.checks import nonnegative, parameter_error, positive
from anglipy.runtime.distributions.finite import cumulative, draw
from anglipy.runtime.equality import MapLike, equal, key_of
from anglipy.runtime.random_source import Rng

__all__ = ["CategoricalCrp", "CategoricalDp"]


class _Counted(Distribution):
    """Values with counts, and a new value with weight alpha."""

    __slots__ = ("_mass", "_total", "alpha", "known", "weights")

    known: list[Any]
    """The values with a count."""
    weights: list[float]
    """Their counts, and then alpha."""

    def _count(self, name: str, counts: Any, alpha: Any) -> None:
        """Check both; `name` is that of the constructor that was called."""
        self.alpha = positive(name, "alpha", alpha)
        if not isinstance(counts, (MapLike, dict)):
            raise parameter_error(name, "counts", "a map from values to counts", counts)
        self.known, self.weights = [], []
        for value, given in counts.items():
            self.known.append(value)
            self.weights.append(nonnegative(name, "each count", given))
        self.weights.append(self.alpha)
        self._mass = {key_of(v): w for v, w in zip(self.known, self.weights, strict=False)}
        self._total = log(sum(self.weights))

    def position(self, value: Any) -> int | None:
        """The place of a value in a finite support."""
        listed = listed_values(self.support) or ()
        places = (place for place, other in enumerate(listed) if equal(other, value))
        return next(places, None)

    def _draw(self, rng: Rng) -> int:
        """The place of a value, the number of values for a new one."""
        return draw(cumulative(self.weights), rng.random())

    def _log_mass(self, weight: float) -> float:
        return log(weight) - self._total if weight > 0.0 else -inf


class CategoricalCrp(_Counted):
    """`(categorical-crp counts alpha)`: table k with mass counts[k] / (sum(counts) + alpha), a new
    table with mass alpha / (sum(counts) + alpha), alpha > 0.

    `counts` is a map from tables to how many sit there. The new table is drawn as the smallest
    natural number that is not among them; any value that is not has its mass when observed, since
    it is a name only.
    """

    __slots__ = ()
    name = "categorical-crp"
    fields = ("counts", "alpha")

    def __init__(self, counts: Any, alpha: Any) -> None:
        self.given = (counts, alpha)
        self._count(self.name, counts, alpha)

    @staticmethod
    def of_process(counts: Any, alpha: Any) -> CategoricalCrp:
        """The same for a CRP, whose parameters they are."""
        made = CategoricalCrp.__new__(CategoricalCrp)
        made.given = (counts, alpha)
        made._count("CRP", counts, alpha)
        return made

    def sample(self, rng: Rng) -> Any:
        """One uniform, compared with the cumulative masses."""
        place = self._draw(rng)
        return self.known[place] if place < len(self.known) else self.new_table()

    def position(self, value: Any) -> int:
        """The place of a table in the support; that of the new one for all that are new."""
        known = super().position(value)
        return len(self.known) if known is None else known

    def new_table(self) -> int:
        """The smallest natural number that is no table yet."""
        return next(k for k in count() if k not in self._mass)

    def log_prob(self, value: Any) -> float:
        """Log count, or log alpha for a value without one, less log(sum(counts) + alpha)."""
        return self._log_mass(self._mass.get(key_of(value), self.alpha))

    @property
    def support(self) -> Finite:
        """The tables, and the one that a new one is called."""
        return Finite((*self.known, self.new_table()))


class CategoricalDp(_Counted):
    """`(categorical-dp counts h alpha)`: value x with mass counts[x] / (sum(counts) + alpha), and a
    draw from the distribution `h` with mass alpha / (sum(counts) + alpha), alpha > 0.

    `counts` is a map from values to how often each came. The density of a value that came before is
    its mass and what `h` gives it, together.
    """

    __slots__ = ("h",)
    name = "categorical-dp"
    fields = ("counts", "h", "alpha")

    def __init__(self, counts: Any, h: Any, alpha: Any) -> None:
        self.given = (counts, h, alpha)
        self._set(self.name, counts, h, alpha)

    def _set(self, name: str, counts: Any, h: Any, alpha: Any) -> None:
        if not isinstance(h, Distribution):
            raise parameter_error(name, "h", "a distribution", h)
        self.h = h
        self._count(name, counts, alpha)

    @staticmethod
    def of_process(counts: Any, h: Any, alpha: Any) -> CategoricalDp:
        """The same for a DP, whose parameters they are."""
        made = CategoricalDp.__new__(CategoricalDp)
        made.given = (counts, h, alpha)
        made._set("DP", counts, h, alpha)
        return made

    def sample(self, rng: Rng) -> Any:
        """One uniform, compared with the cumulative masses; then perhaps a draw from h."""
        place = self._draw(rng)
        return self.known[place] if place < len(self.known) else self.h.sample(rng)

    def log_prob(self, value: Any) -> float:
        """The log of the sum of both masses."""
        new = self._log_mass(self.alpha) + self.h.log_prob(value)
        return log_add(self._log_mass(self._mass.get(key_of(value), 0.0)), new)

    @property
    def support(self) -> Support:
        """The values that came, and those of h, if these are finitely many."""
        more = listed_values(self.h.support)
        if more is None:
            return Unknown()
        known = {key_of(value) for value in self.known}
        return Finite((*self.known, *(value for value in more if key_of(value) not in known)))
