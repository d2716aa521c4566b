"""Distributions over finitely many outcomes: `discrete` gives an index, `categorical` gives a
value.
"""

from __future__ import annotations

from math import exp, inf, log
from typing import Any

from anglipy.runtime.distributions.base import Distribution, Finite, IntegerRange
from anglipy.runtime.distributions.checks import (
    elements,
    exact_integer,
    parameter_error,
    value_number,
)
from anglipy.runtime.distributions.finite import checked_weights, cumulative, draw
from anglipy.runtime.equality import MapLike, equal, key_of
from anglipy.runtime.random_source import Rng

__all__ = ["Categorical", "Discrete", "DiscreteMinMax"]


class _Weighted(Distribution):
    """Indices drawn in proportion to weights; the tables are built when first needed, and kept."""

    __slots__ = ("_log_total", "_thresholds", "weights")

    weights: list[float]

    def _weigh(self, what: str, given: list[Any]) -> None:
        self.weights = checked_weights(self.name, what, given)
        self._thresholds: list[float] | None = None
        self._log_total: float | None = None

    def draw_index(self, rng: Rng) -> int:
        """An index, by one uniform compared with the cumulative probabilities."""
        if self._thresholds is None:
            self._thresholds = cumulative(self.weights)
        return draw(self._thresholds, rng.random())

    def log_mass(self, index: int) -> float:
        """The log probability of an index that exists."""
        if self._log_total is None:
            self._log_total = log(sum(self.weights))
        weight = self.weights[index]
        return log(weight) - self._log_total if weight > 0.0 else -inf


class Discrete(_Weighted):
    """`(discrete weights)`: index i with mass weights[i] / sum(weights), i from 0.

    `weights` is any sequence of numbers >= 0, not necessarily normalised. The index may be observed
    as 1 or as 1.0.
    """

    __slots__ = ()
    name = "discrete"
    fields = ("weights",)

    def __init__(self, weights: Any) -> None:
        given = elements(weights)
        if given is None:
            raise parameter_error("discrete", "weights", "a sequence of numbers", weights)
        self.given = (tuple(given),)
        self._weigh("each weight", given)

    def sample(self, rng: Rng) -> int:
        """An index."""
        return self.draw_index(rng)

    def log_prob(self, value: Any) -> float:
        """Log weights[value] - log sum(weights), -inf for a number that is not an index."""
        if value.__class__ is not int:
            number = value_number("discrete", value)
            if not 0.0 <= number < len(self.weights) or number != int(number):
                return -inf
            value = int(number)
        return self.log_mass(value) if 0 <= value < len(self.weights) else -inf

    @property
    def support(self) -> IntegerRange:
        """0 .. k - 1."""
        return IntegerRange(0, len(self.weights) - 1)


class DiscreteMinMax(_Weighted):
    """`(discrete-min-max min max weights)`: the integer min + i with mass weights[i] /
    sum(weights), i from 0.

    There is a weight for each integer from min up to but not including max, so that `max` says
    nothing new; it is kept, and not compared with the number of weights.
    """

    __slots__ = ("low",)
    name = "discrete-min-max"
    fields = ("min", "max", "weights")

    def __init__(self, low: Any, high: Any, weights: Any) -> None:
        self.low = exact_integer(self.name, "min", low)
        exact_integer(self.name, "max", high)
        given = elements(weights)
        if given is None:
            raise parameter_error(self.name, "weights", "a sequence of numbers", weights)
        self.given = (low, high, tuple(given))
        self._weigh("each weight", given)

    def sample(self, rng: Rng) -> int:
        """An index, from min on."""
        return self.low + self.draw_index(rng)

    def log_prob(self, value: Any) -> float:
        """Log weight - log sum(weights), -inf for a number that is not in the range."""
        number = value_number(self.name, value)
        if not -inf < number < inf or number != int(number):
            return -inf
        place = int(value) - self.low
        return self.log_mass(place) if 0 <= place < len(self.weights) else -inf

    @property
    def support(self) -> IntegerRange:
        """The integers that have a weight."""
        return IntegerRange(self.low, self.low + len(self.weights) - 1)


class Categorical(_Weighted):
    """`(categorical pairs)`: value v with mass proportional to its weight.

    `pairs` is a sequence of `[value weight]` or a map from values to weights. Weights are numbers
    >= 0, not necessarily normalised; values are anything, compared by `=`. A value that is listed
    twice has the sum of its weights, for drawing and for observing (Anglican observes with the last
    one, which is not the distribution it draws from). Besides `:categories`, keywords find
    `:values`, `:weights` and `:index` (value to index).
    """

    __slots__ = ("_index", "values")
    name = "categorical"
    fields = ("categories",)

    def __init__(self, categories: Any) -> None:
        pairs = _pairs(categories)
        self.given = (pairs,)
        self.values = tuple([pair[0] for pair in pairs])
        self._weigh("each weight", [pair[1] for pair in pairs])
        self._index: dict[Any, list[int]] | None = None

    def sample(self, rng: Rng) -> Any:
        """A value, by the index of it."""
        return self.values[self.draw_index(rng)]

    def log_prob(self, value: Any) -> float:
        """Log weight - log sum of weights, -inf for a value that is not listed."""
        places = self.positions(value)
        if len(places) == 1:
            return self.log_mass(places[0])
        mass = sum(exp(self.log_mass(place)) for place in places)
        return log(mass) if mass > 0.0 else -inf

    def position(self, value: Any) -> int | None:
        """The first index at which a value is listed, None if it is not."""
        return next(iter(self.positions(value)), None)

    def positions(self, value: Any) -> list[int]:
        """The indexes at which a value is listed."""
        try:
            if self._index is None:
                index: dict[Any, list[int]] = {}
                for place, listed in enumerate(self.values):
                    index.setdefault(key_of(listed), []).append(place)
                self._index = index
            return self._index.get(key_of(value), [])
        except TypeError:  # Python objects without a hash are found by comparison.
            return [place for place, listed in enumerate(self.values) if equal(listed, value)]

    def get(self, name: str, default: Any = None) -> Any:
        """`categories`, `values`, `weights` or `index`."""
        if name == "values":
            return self.values
        if name == "weights":
            return tuple(pair[1] for pair in self.given[0])
        if name == "index":
            return {value: i for i, value in enumerate(self.values)}
        return super().get(name, default)

    @property
    def support(self) -> Finite:
        """The values, each once."""
        first = (value for i, value in enumerate(self.values) if self.positions(value)[0] == i)
        return Finite(tuple(first))


def _pairs(categories: Any) -> tuple[tuple[Any, Any], ...]:
    """(value, weight) pairs from a map or from a sequence of pairs."""
    if isinstance(categories, (MapLike, dict)):
        return tuple(categories.items())
    listed = elements(categories)
    pairs = [None] if listed is None else [elements(pair) for pair in listed]
    if any(pair is None or len(pair) != 2 for pair in pairs):
        raise parameter_error(
            "categorical", "categories", "a map or a sequence of [value weight] pairs", categories
        )
    return tuple((pair[0], pair[1]) for pair in pairs if pair is not None)
