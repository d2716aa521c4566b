"""Chance for host code: rand, rand-int, shuffle and their kin.

They draw with the current generator, as `sample*` does: that of the host, which `set-seed!` sets,
and
inside a query that of the engine. No engine sees these draws.
"""

from __future__ import annotations

import uuid
from typing import Any

from anglipy.diagnostics import ProgramError
from anglipy.runtime.access import demand_of, element_at, values_of
from anglipy.runtime.numbers import number, to_double
from anglipy.runtime.primitives.checks import fail
from anglipy.runtime.primitives.registry import primitive
from anglipy.runtime.primitives.sequences import finish
from anglipy.runtime.random_source import current_rng
from anglipy.runtime.seqs import Seq
from anglipy.runtime.vectors import Vector

__all__ = ["rand", "rand_int", "shuffle"]


@primitive("rand", "Math/random", arity=(0, 1), pure=False)
def rand(bound: Any = 1) -> float:
    """A uniform double from 0 up to but not including a bound (1)."""
    return current_rng().random() * to_double(number(bound, "rand"))


@primitive("rand-int", arity=(1, 1), pure=False)
def rand_int(bound: Any) -> int:
    """A uniform integer from 0 up to but not including a bound."""
    return int(current_rng().random() * to_double(number(bound, "rand-int")))


@primitive("rand-nth", arity=(1, 1), pure=False)
def rand_nth(collection: Any) -> Any:
    """An element, each with the same probability."""
    values = list(values_of(collection, "rand-nth"))
    if not values:
        raise ProgramError("AQ441", "rand-nth: the collection is empty")
    return element_at(values, rand_int(len(values)))


@primitive("shuffle", arity=(1, 1), pure=False)
def shuffle(collection: Any) -> Vector:
    """The elements in random order, as a vector; Fisher and Yates 1938, as by Durstenfeld 1964."""
    values = list(values_of(collection, "shuffle"))
    for last in range(len(values) - 1, 0, -1):
        other = rand_int(last + 1)
        values[last], values[other] = values[other], values[last]
    return Vector(values)


@primitive("random-sample", arity=(2, 2), pure=False)
def random_sample(probability: Any, collection: Any) -> Seq:
    """The elements, each kept with a probability."""
    share = to_double(number(probability, "random-sample"))
    walk = values_of(collection, "random-sample")
    return finish((v for v in walk if current_rng().random() < share), demand_of(collection))


@primitive("rand-roulette", arity=(1, 1), pure=False)
def rand_roulette(weights: Any) -> int:
    """An index from 0, with probability proportional to its weight."""
    values = [to_double(number(w, "rand-roulette")) for w in values_of(weights, "rand-roulette")]
    total = sum(values)
    if not total > 0 or any(w < 0 for w in values):
        fail("rand-roulette", "weights, of which one is positive", weights)
    left = current_rng().random() * total
    for place, weight in enumerate(values):
        left -= weight
        if left < 0:
            return place
    return max(place for place, weight in enumerate(values) if weight > 0)


@primitive("random-uuid", "UUID/randomUUID", arity=(0, 0), pure=False)
def random_uuid() -> str:
    """A random identifier, as a string."""
    return str(uuid.UUID(bytes=current_rng().bytes(16), version=4))
