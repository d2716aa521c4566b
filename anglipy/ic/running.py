"""Runs of a query in lockstep, as training and the engine need them: numbered, sample by sample.

A query that the compiler made runs in groups, any other (one written by hand in Python) in groups
of one particle each. Either way `Runs.waiting` says who the particles of a sample are and which
prior they draw from, and `Waiting` draws, encodes and decodes for all of them at once. This module
imports no torch.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np

from anglipy.diagnostics import OptionError
from anglipy.ic.composite_priors import element_dists
from anglipy.ic.priors import Floats, Prior, describe_lanes
from anglipy.ic.singles import Singles
from anglipy.inference.lockstep import for_groups
from anglipy.runtime.checkpoints import Observe, Result, Sample
from anglipy.runtime.distributions.checks import elements
from anglipy.runtime.equality import equal
from anglipy.runtime.lanes.distributions import draw, score
from anglipy.runtime.lanes.families.weighted import Weights
from anglipy.runtime.lanes.gathering import from_rows
from anglipy.runtime.lanes.groups import CURRENT, Group, Index, root, using
from anglipy.runtime.lanes.machine import Machine
from anglipy.runtime.lanes.merging import Merger
from anglipy.runtime.lanes.state import State
from anglipy.runtime.lanes.values import Choice, Lane, NotLanes, numbers, row, rows, rows_at
from anglipy.runtime.machine import FINISH, Query
from anglipy.runtime.vectors import Vector

__all__ = ["Runs", "Waiting", "encoded", "encoded_one", "instances_of"]


class Runs:
    """n runs of a query. `first` and `total`: which particle of how many the first one is, for
    messages. `apart`: one by one, which is faster for very few. With `codes`, (n,), run i has the
    argument `value[codes[i]]`. `generator`: a query that runs first and whose results, one for
    each run, are given to `begin`. Raises OptionError AQ303 for a generator of a query that the
    compiler did not make.
    """

    def __init__(
        self,
        query: Query,
        value: Any,
        n: int,
        first: int = 0,
        total: int = 0,
        *,
        apart: bool = False,
        codes: Index | None = None,
        generator: Query | None = None,
    ) -> None:
        self.n = n
        self.origin: Group | None = None
        self.machine: Any
        grouped = None if apart else for_groups(query)
        generator = None if generator is None else for_groups(generator)
        if grouped is None:
            if generator is not None:
                raise OptionError("AQ303", "arguments are generated for compiled queries only")
            self.machine = Singles(query, value, n, first, total or n, codes)
            return
        self.machine = Machine()
        self.frame = grouped.frame
        begin = self.frame if generator is None else generator.frame
        self.machine.start(begin, value, n, codes=codes)
        self.origin = self.machine.origins[0][0]
        self.machine.origins, self.machine.total = [(self.origin, first)], total or n

    def begin(self, generated: Result) -> None:
        """Let a group run the query on the argument that was generated for it."""
        state: State = generated.state  # type: ignore[assignment]
        self.machine.park(generated)
        self.machine.unpark(self.frame, state, (FINISH, generated.value))

    def numbers(self, state: State) -> Index:
        """Which of the n runs the particles of a group are, from 0."""
        if self.origin is None:
            return np.array([state.extra])
        if state.group is self.origin:
            return np.arange(self.n)
        return state.group.positions(self.origin.stamp)

    def waiting(self, sample: Sample) -> list[Waiting]:
        """Who waits at a sample: particles whose priors have one family and size together."""
        state: State = sample.state  # type: ignore[assignment]
        group, runs = state.group, self.numbers(state)
        with using(group):
            parts = describe_lanes(sample.dist)
        instances = instances_of(sample, group)
        found = []
        for places, prior in parts:
            if places is None:
                found.append(Waiting(sample.site.id, sample.dist, prior, group, runs, instances))
                continue
            child = group.child(places)
            at = runs[places], instances[places]
            found.append(Waiting(sample.site.id, sample.dist, prior, child, *at))
        return found

    def answer(self, sample: Sample, waiting: list[Waiting], values: list[Any]) -> Any:
        """The value of the sample's group, from those of the parts that it was taken apart in."""
        if len(waiting) == 1:
            return values[0]
        group: Group = sample.state.group  # type: ignore[attr-defined]
        origin = group.stamp
        places = [(part.group.positions(origin), part.group) for part in waiting]
        return Merger(group, places).merge(values)


def instances_of(checkpoint: Sample | Observe, group: Group) -> Index:
    """Which visit to the site it is for each particle, (n,) int64."""
    instance: Any = checkpoint.instance
    if instance.__class__ is Lane:
        found: Index = rows_at(instance, group)
        return found
    return np.full(group.n, instance, dtype=np.int64)


class Waiting(NamedTuple):
    """Particles at a sample whose priors have one family and size."""

    site: str
    dist: Any
    prior: Prior
    group: Group
    runs: Index
    """Which runs they are."""
    instances: Index

    def at(self, places: Index) -> Waiting:
        """Some of the particles."""
        return self._replace(
            prior=self.prior.at(places),
            group=self.group.child(places),
            runs=self.runs[places],
            instances=self.instances[places],
        )

    def draw_index(self, masses: Floats, rng: Any, codes: Index | None = None) -> Index:
        """An index each from a table of masses, (n, K) or (1, K), or, with codes, by its rows. One
        uniform per particle, compared with cumulative probabilities and with nothing else.
        """
        if codes is not None:
            found: Index = Weights(masses).draw_at(codes, rng)
            return found
        found = Weights(masses[0] if len(masses) == 1 else masses).draw(rng, self.group.n)
        return found

    def log_mass(self, index: Index) -> Floats:
        """The prior's log probability of an index each, (n,)."""
        table = self.prior.numbers
        if len(table) == 1:
            return table[0][index]
        return table[np.arange(len(table)), index]

    def draw_prior(self, rng: Any) -> tuple[Any, Any, Any]:
        """A draw from the prior each: the value, as the proposal family takes it, and its log
        probability, (n,) or a float.
        """
        if self.prior.family == "categorical":
            index = self.draw_index(np.exp(self.prior.numbers), rng)
            return self.decode(index), index, self.log_mass(index)
        if self.prior.parts:
            drawn = [element.draw_prior(rng) for element in self.elements()]
            columns = np.column_stack([np.broadcast_to(d, self.group.n) for _, d, _ in drawn])
            total = sum((log_prior for *_, log_prior in drawn), 0.0)
            return Vector([value for value, *_ in drawn]), columns.astype(np.float64), total
        with using(self.group):
            value = draw(self.dist, rng, self.group.n)
            log_prior = score(self.dist, value)
        return value, self.encode(value), log_prior

    def elements(self) -> list[Waiting]:
        """Of a product: the same particles with each of its parts."""
        pairs = zip(element_dists(self.dist), self.prior.parts, strict=True)
        return [self._replace(dist=dist, prior=prior) for dist, prior in pairs]

    def encode(self, value: Any) -> Floats:
        """Values of the program as the proposal family takes them, (n,) or (n, D); not for tables
        and products, of which it is drawn.
        """
        with using(self.group):
            return encoded(self.prior.family, value, self.group.n)

    def decode(self, drawn: Any) -> Any:
        """The inverse, for tables too: what the program goes on with."""
        prior, stamp = self.prior, self.group.stamp
        if prior.family == "categorical":
            index = drawn + prior.first
            if prior.values is None:
                return Lane(index, stamp)
            with using(self.group):
                return from_rows(prior.values, index)
        if prior.family == "integers":
            if np.abs(drawn).max() < 2.0**62:
                return Lane(drawn.astype(np.int64), stamp)
            with using(self.group):
                return from_rows([int(x) for x in drawn.tolist()])
        if prior.family == "multinomial":
            return Vector([Lane(column, stamp) for column in drawn.T.astype(np.int64)])
        if prior.family in VECTORS:
            columns = np.ascontiguousarray(drawn.T)
            return Vector([Lane(column, stamp) for column in columns])
        if prior.family in MATRICES:
            return _matrix(drawn, prior.family == "wishart", stamp)
        if prior.parts:
            pairs = zip(prior.parts, drawn.T, strict=True)
            return Vector([self._element(part, column) for part, column in pairs])
        return Lane(drawn, stamp)

    def _element(self, part: Prior, column: Any) -> Any:
        """An element of a product."""
        table = part.family == "categorical"
        return self._replace(prior=part).decode(column.astype(np.int64) if table else column.copy())


VECTORS = ("mvn", "dirichlet", "multinomial")
MATRICES = ("wishart", "correlation")


def _matrix(factors: Floats, diagonal: bool, stamp: Any) -> Vector:
    """Rows of lanes of the matrices C C', from the lower triangles of the factors C, (n, size);
    without a diagonal their rows have length one.
    """
    rows_of = _rows_of_size(factors.shape[1], diagonal)
    place = np.tril_indices(rows_of, 0 if diagonal else -1)
    factor = np.zeros((len(factors), rows_of, rows_of))
    factor[:, place[0], place[1]] = factors
    if not diagonal:
        rest = np.sqrt(np.maximum(1.0 - (factor * factor).sum(axis=2), 0.0))
        factor[:, np.arange(rows_of), np.arange(rows_of)] = rest
    found = factor @ factor.transpose(0, 2, 1)
    if not diagonal:
        found[:, np.arange(rows_of), np.arange(rows_of)] = 1.0
    columns = np.ascontiguousarray(found.transpose(1, 2, 0))
    return Vector([Vector([Lane(entry, stamp) for entry in row]) for row in columns])


def _rows_of_size(size: int, diagonal: bool) -> int:
    """P, for a lower triangle of that many numbers."""
    found = (math.isqrt(1 + 8 * size) - 1) // 2
    return found if diagonal else found + 1


def _factors(value: Any, n: int, diagonal: bool) -> Floats:
    """The inverse of `_matrix`; a matrix that is not positive definite by rounding is moved."""
    if value.__class__ is Choice:
        each = [[[float(x) for x in elements(r) or ()] for r in elements(v) or ()]
                for v in rows(value)]  # fmt: skip
        matrix = np.array(each)
    else:
        lines = [elements(line) or () for line in elements(value) or ()]
        matrix = np.empty((n, len(lines), len(lines)))
        for i, line in enumerate(lines):
            for j, entry in enumerate(line):
                matrix[:, i, j] = numbers(entry)
    place = np.tril_indices(matrix.shape[1], 0 if diagonal else -1)
    found: Floats = _roots(matrix)[:, place[0], place[1]]
    return found


def _roots(matrix: Floats) -> Floats:
    try:
        found: Floats = np.asarray(np.linalg.cholesky(matrix), dtype=np.float64)
    except np.linalg.LinAlgError:
        sizes = np.abs(np.einsum("nii->ni", matrix)).max(axis=1)
        more = 1e-12 * sizes[:, None, None] * np.eye(matrix.shape[1])
        found = np.asarray(np.linalg.cholesky(matrix + more), dtype=np.float64)
    return found


def encoded_one(dist: Any, value: Any) -> tuple[Prior, Any]:
    """The prior of one draw from a plain distribution, and the draw as its proposal family takes
    it: a number, or an array (D,). Raises ValueError for a value that the prior does not have.
    """
    group = root(1)
    with using(group):
        ((_, prior),) = describe_lanes(dist)
        if prior.family != "categorical" and not prior.parts:
            return prior, encoded(prior.family, value, 1)[0]
    if prior.parts:
        pairs = zip(element_dists(dist), elements(value) or (), strict=True)
        return prior, np.array([float(encoded_one(*pair)[1]) for pair in pairs])
    part = Waiting("", dist, prior, group, np.zeros(1, np.intp), np.ones(1, np.int64))
    with using(group):
        for index in range(prior.numbers.shape[1]):
            if equal(row(part.decode(np.array([index])), 0), value):
                return prior, index
    raise ValueError("a value that the prior does not have")


def encoded(family: str, value: Any, n: int) -> Floats:
    """Values of the running group, of n particles, as the proposal family takes them."""
    if family in MATRICES:
        return _factors(value, n, family == "wishart")
    if family in VECTORS:
        if value.__class__ is Choice:
            return np.array([[float(x) for x in elements(v) or ()] for v in rows(value)])
        found = np.empty((n, len(value)))
        for place, element in enumerate(elements(value) or ()):
            found[:, place] = numbers(element)
        return found
    if value.__class__ is Lane:
        return rows_at(value, CURRENT.group).astype(np.float64)
    try:
        number = float(value) if value.__class__ is bool else numbers(value)
    except NotLanes:
        number = 0.0
    return np.broadcast_to(np.asarray(number, dtype=np.float64), n)
