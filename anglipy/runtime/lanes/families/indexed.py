"""`discrete` and `categorical` for n particles at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from anglipy.runtime.distributions.base import Distribution
from anglipy.runtime.distributions.discrete import Categorical
from anglipy.runtime.lanes.families.base import Family, number_values
from anglipy.runtime.lanes.families.weighted import Weights, checked
from anglipy.runtime.lanes.groups import CURRENT
from anglipy.runtime.lanes.values import (
    Choice,
    Lane,
    NotLanes,
    codes_at,
    has_lanes,
    number_kind,
)

__all__ = ["CategoricalCrpFamily", "CategoricalFamily", "DiscreteFamily"]


class DiscreteFamily(Family):
    """`(discrete weights)`. Prepared: `Weights`."""

    shapes = ("vector",)
    value = "raw"
    sequence = tuple

    def plain(self, dist: Any) -> Weights:
        """The weights, (K,)."""
        return Weights(np.array(dist.weights))

    def prepare(self, weights: Any) -> Weights:
        """Finite, none negative, at least one above zero."""
        return checked(weights)

    def stack(self, parts: Sequence[Distribution]) -> Weights:
        """Shorter rows are filled with weights of zero."""
        return Weights(_padded([part.weights for part in parts]))  # type: ignore[attr-defined]

    def take(self, prepared: Weights, index: Any) -> Weights:
        """Rows of the table."""
        return prepared.take(index)

    def sample(self, prepared: Weights, rng: Any, n: int) -> Any:
        """Indices."""
        return prepared.draw(rng, n)

    def sample_at(self, table: Weights, codes: Any, rng: Any) -> Any:
        """Indices, by rows of the table."""
        return table.draw_at(codes, rng)

    def log_prob(self, prepared: Weights, value: Any) -> Any:
        """Log weights[value] - log sum(weights), -inf for a number that is not an index."""
        return prepared.log_mass_of(_index(prepared, value))

    def log_prob_at(self, table: Weights, codes: Any, value: Any) -> Any:
        """The same, by rows of the table."""
        return table.log_mass_at(codes, _index(table, value))


def _index(weights: Weights, value: Any) -> Any:
    whole = value.__class__ is np.ndarray and value.dtype.kind == "i"
    return weights.inside(value if whole else number_values(value))


def _padded(rows: Sequence[Sequence[float]]) -> Any:
    longest = max(map(len, rows))
    return np.array([[*row, *[0.0] * (longest - len(row))] for row in rows])


class Categories:
    """Weights over values. `values` may be drawn, and `first` is where those of a row of the table
    begin in it (None: at 0). `listed` finds the places of a value; None if the rows differ in their
    values.
    """

    __slots__ = ("array", "first", "listed", "merged", "places", "plain", "values", "weights")

    def __init__(self, weights: Weights, values: tuple[Any, ...], first: Any, listed: Any) -> None:
        self.weights, self.values, self.first, self.listed = weights, values, first, listed
        kinds = {number_kind(value) for value in values}
        alike = len(kinds) == 1 and None not in kinds
        self.plain = not any(map(has_lanes, values))
        self.array = np.array(values) if alike and self.plain else None
        self.merged: Weights | None = None
        self.places: Any = None


class CategoricalFamily(Family):
    """`(categorical pairs)`. Prepared: `Categories`."""

    shapes: tuple[str, ...] = ("table",)
    value = "any"

    def plain(self, dist: Any) -> Categories:
        """Values and weights."""
        return Categories(Weights(np.array(dist.weights)), dist.values, None, dist)

    def prepare(self, *parameters: Any) -> Categories:
        """The parameter is the tuple of values and their weights, (K,) or (n, K)."""
        ((values, weights),) = parameters
        listed = None
        if not any(map(has_lanes, values)):
            listed = Categorical([(value, 1.0) for value in values])
        return Categories(checked(weights), values, None, listed)

    def stack(self, parts: Sequence[Any]) -> Categories:
        """The values of all rows one after the other, unless they are the same in all."""
        rows = [part.values for part in parts]
        weights = Weights(_padded([part.weights for part in parts]))
        if all(len(row) == len(rows[0]) and all(map(_same, row, rows[0])) for row in rows):
            return Categories(weights, rows[0], None, parts[0])
        first = np.cumsum([0, *map(len, rows[:-1])])
        return Categories(weights, tuple(value for row in rows for value in row), first, None)

    def sample(self, prepared: Categories, rng: Any, n: int) -> Any:
        """Places in `values`."""
        return prepared.weights.draw(rng, n)

    def sample_at(self, table: Categories, codes: Any, rng: Any) -> Any:
        """Places in `values`, by rows of the table."""
        drawn = table.weights.draw_at(codes, rng)
        return drawn if table.first is None else drawn + table.first[codes]

    def box(self, prepared: Categories, drawn: Any, stamp: Any) -> Any:
        """A `Lane` of numbers of one kind, else a `Choice` of the values."""
        if prepared.array is not None:
            return Lane(prepared.array[drawn], stamp)
        return Choice(drawn, prepared.values, stamp, prepared.plain)

    def log_prob(self, prepared: Categories, value: Any) -> Any:
        """Log weight - log sum of weights, -inf for a value that is not listed."""
        return _merged(prepared).log_mass_of(_place(prepared, value))

    def log_prob_at(self, table: Categories, codes: Any, value: Any) -> Any:
        """The same, by rows of the table."""
        return _merged(table).log_mass_at(codes, _place(table, value))


class CategoricalCrpFamily(CategoricalFamily):
    """`(categorical-crp counts alpha)`. Prepared: `Categories`, a new table the last of them. Only
    draws are made at once.
    """

    shapes = ("any", "any")

    def plain(self, dist: Any) -> Categories:
        """Tables and weights."""
        values = (*dist.known, dist.new_table())
        return Categories(Weights(np.array(dist.weights)), values, None, None)

    def prepare(self, *parameters: Any) -> Categories:
        """The counts may have any shape."""
        raise NotLanes

    def stack(self, parts: Sequence[Any]) -> Categories:
        """The tables of all rows one after the other."""
        rows = [(*part.known, part.new_table()) for part in parts]
        weights = Weights(_padded([part.weights for part in parts]))
        first = np.cumsum([0, *map(len, rows[:-1])])
        return Categories(weights, tuple(value for row in rows for value in row), first, None)

    def log_prob(self, prepared: Categories, value: Any) -> Any:
        """One by one."""
        raise NotLanes

    def log_prob_at(self, table: Categories, codes: Any, value: Any) -> Any:
        """One by one."""
        raise NotLanes


def _same(value: Any, other: Any) -> bool:
    """Whether two values cannot be told apart, by a test that may miss some that cannot."""
    return value is other or (value.__class__ is other.__class__ and value == other)


def _merged(prepared: Categories) -> Weights:
    """The weights of the distinct values; sets `places`, from a value's first place in the list to
    its place among them.
    """
    if prepared.merged is None:
        if prepared.listed is None:
            raise NotLanes
        positions = [prepared.listed.positions(value) for value in prepared.values]
        # A value that is not equal to itself (nan) has no place, and cannot be observed.
        groups = list({places[0]: places for places in positions if places}.values())
        given = prepared.weights.weights
        columns = [given[..., places].sum(axis=-1) for places in groups]
        # What cannot be observed keeps its share of the total.
        lost = [place for place, found in enumerate(positions) if not found]
        columns += [given[..., place] for place in lost]
        prepared.places = {places[0]: place for place, places in enumerate(groups)}
        prepared.merged = Weights(np.stack(columns, axis=-1))
    return prepared.merged


def _place(prepared: Categories, value: Any) -> Any:
    """The place of a value among the distinct ones, the number of these if it is not there; for
    arrays and choices the place of each.
    """
    if value.__class__ is Choice:
        if not value.plain:
            raise NotLanes
        found = np.array([_place_of(prepared, part) for part in value.parts], dtype=np.intp)
        return found[codes_at(value, CURRENT.group)]
    if value.__class__ is not np.ndarray:
        return _place_of(prepared, value)
    kind = str(value.dtype.kind)
    found = np.full(len(value), prepared.merged.size, dtype=np.intp)  # type: ignore[union-attr]
    for first, place in prepared.places.items():
        listed = prepared.values[first]
        if number_kind(listed) == kind:
            found[value == listed] = place
    return found


def _place_of(prepared: Categories, value: Any) -> int:
    assert prepared.merged is not None
    place = prepared.listed.position(value)
    return prepared.merged.size if place is None else prepared.places[place]
