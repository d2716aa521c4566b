"""`conditional`: the posterior of a query as a distribution, so that a query may draw from it.

    (sample ((conditional q :smc :number-of-particles 100) x))

The function of `(conditional q algorithm options...)` takes the arguments of the query, which get
to it as one vector, and gives a `Conditional`. That is a distribution like any other: the inference
behind it is decided by a seed, drawn when it is made, and done when it is first asked for. So each
particle that makes one has an approximation of its own, and copies of a particle share it.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any

from anglipy.diagnostics import ProgramError
from anglipy.host.algorithms import Request, request_of
from anglipy.runtime.composite import Composite
from anglipy.runtime.distributions.base import Distribution, Finite, Support, Unknown
from anglipy.runtime.distributions.checks import show
from anglipy.runtime.equality import key_of, value_of_key
from anglipy.runtime.machine import Query
from anglipy.runtime.primitives.checks import fail
from anglipy.runtime.randomness import current_rng
from anglipy.runtime.vectors import Vector

__all__ = ["FUNCTIONS", "Conditional", "conditional"]


class Conditional(Distribution):
    """What a query gives for an argument, by the weighted draws of an engine."""

    name = "conditional"
    fields = ("query", "value", "request", "seed")

    def __init__(self, query: Query, value: Any, request: Request, seed: int) -> None:
        self.query, self.value, self.request, self.seed = query, value, request, seed
        self.given = (query, value, request, seed)

    @cached_property
    def _table(self) -> tuple[tuple[Any, ...], list[float], bool]:
        """The distinct results, their cumulative probabilities, whether they are exact."""
        from anglipy.inference import infer
        from anglipy.runtime.lanes.groups import CURRENT

        request, group = self.request, CURRENT.group
        CURRENT.group = None
        try:
            posterior = infer(
                self.query, self.value, request.algorithm, seed=self.seed, **request.options
            )
        finally:
            CURRENT.group = group
        weights: dict[Any, float] = {}
        for result, weight in zip(posterior.values, posterior.weights.tolist(), strict=True):
            if weight > 0.0:
                key = key_of(result)
                weights[key] = weights.get(key, 0.0) + weight
        total, cumulative = 0.0, []
        for weight in weights.values():
            total += weight
            cumulative.append(total)
        return tuple(map(value_of_key, weights)), cumulative, posterior.exact

    def sample(self, rng: Any) -> Any:
        """One of the results, by their weights."""
        values, cumulative, _ = self._table
        place = bisect_right(cumulative, rng.random() * cumulative[-1])
        return values[min(place, len(values) - 1)]

    def log_prob(self, value: Any) -> float:
        """The log of the weight of a result. Raises AQ422 for doubles that were drawn: of them no
        mass can be taken.
        """
        values, cumulative, exact = self._table
        if not exact and any(isinstance(result, float) for result in values):
            raise ProgramError(
                "AQ422",
                f"observe: the results of `{self.query.name}` are continuous, so that the mass of "
                f"{show(value)} cannot be told from draws",
                help="let the query observe, and give it the value as an argument",
            )
        key = key_of(value)
        for place, result in enumerate(values):
            if key_of(result) == key:
                mass = cumulative[place] - (cumulative[place - 1] if place else 0.0)
                return math.log(mass / cumulative[-1])
        return -math.inf

    @property
    def support(self) -> Support:
        """The results, if they are exact."""
        if self.request.algorithm != "enumerate":
            return Unknown()
        return Finite(self._table[0])

    def __repr__(self) -> str:
        return f"#conditional[{self.query.name}]"


class _OfArguments(Composite):
    """The function that `conditional` gives."""

    __slots__ = ("query", "request")

    def __init__(self, query: Any, request: Request) -> None:
        self.query, self.request = query, request

    def parts(self) -> Sequence[Any]:
        """The query."""
        return (self.query,)

    def with_parts(self, parts: Sequence[Any]) -> _OfArguments:
        """The same of another query."""
        return _OfArguments(parts[0], self.request)

    def kind(self) -> Any:
        """What is asked for."""
        return id(self.request)

    def __call__(self, *args: Any) -> Conditional:
        """The distribution for these arguments of the query."""
        seed = 0 if self.request.algorithm == "enumerate" else _seed()
        return Conditional(self.query, Vector(args), self.request, seed)

    def for_groups(self, *args: Any) -> Any:
        """The same for the running group: a seed for every particle."""
        from anglipy.runtime.lanes.groups import CURRENT
        from anglipy.runtime.lanes.values import LaneDistribution, has_lanes, lane

        given = (self.query, Vector(args), self.request)
        if self.request.algorithm != "enumerate":
            import numpy as np

            seeds = np.array([_seed() for _ in range(CURRENT.group.n)], dtype=np.int64)
            return LaneDistribution(Conditional, (*given, lane(seeds)))
        if has_lanes(given[:2]):
            return LaneDistribution(Conditional, (*given, 0))
        return Conditional(*given, 0)

    def __repr__(self) -> str:
        return f"#function[conditional {self.query!r}]"


def _seed() -> int:
    return int.from_bytes(current_rng().bytes(7), "little")


def conditional(query: Any, algorithm: Any = None, *options: Any) -> Any:
    """The function from arguments of a query to the distribution of its results."""
    _check_query(query)
    return _OfArguments(query, _request(algorithm, options))


def _check_query(query: Any) -> None:
    if not isinstance(query, Query):
        fail("conditional", "a query", query, "((conditional my-query :importance) argument ...)")


def _for_groups(query: Any, algorithm: Any = None, *options: Any) -> Any:
    """The same for a group, whose particles may have queries of their own."""
    from anglipy.runtime.lanes.gathering import per_particle
    from anglipy.runtime.lanes.values import has_lanes, rows

    if has_lanes((algorithm, *options)):
        return per_particle(conditional, (query, algorithm, *options))
    if not isinstance(query, Query):
        for one in rows(query):
            _check_query(one)
    return _OfArguments(query, _request(algorithm, options))


conditional.for_groups = _for_groups  # type: ignore[attr-defined]


def _request(algorithm: Any, options: tuple[Any, ...]) -> Request:
    if algorithm is None:
        return Request("importance")
    request = request_of(algorithm, options)
    return replace(request, count=None)


FUNCTIONS: dict[str, Callable[..., Any]] = {"conditional": conditional}
"""Function by the name that programs call it by."""
