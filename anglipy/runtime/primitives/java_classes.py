"""Objects of Java that programs make: random generators, string builders, files; and `instance?`.

Exceptions are made by the names that end in a dot, too: `(Exception. "message")`.
"""

from __future__ import annotations

from typing import Any

from anglipy.runtime.access import values_of
from anglipy.runtime.maps import PersistentMap
from anglipy.runtime.numbers import number, to_double
from anglipy.runtime.primitives.checks import index
from anglipy.runtime.primitives.collections import as_map
from anglipy.runtime.primitives.files import File
from anglipy.runtime.primitives.registry import primitive
from anglipy.runtime.primitives.strings import parse_float, parse_int
from anglipy.runtime.random_source import current_rng
from anglipy.runtime.vectors import Vector

__all__ = ["Random"]


class Random:
    """A random generator with a seed of its own, or without one: then the current generator."""

    __slots__ = ("_own",)

    def __init__(self, seed: Any = None) -> None:
        self._own: Any = None
        if seed is not None:
            self.set_seed(seed)

    def set_seed(self, seed: Any) -> None:
        """Start again from a seed."""
        from numpy.random import default_rng

        self._own = default_rng(index(seed, "Random.") % 2**64)

    def _rng(self) -> Any:
        return current_rng() if self._own is None else self._own

    def next_double(self) -> float:
        """Uniform on [0, 1)."""
        return float(self._rng().random())

    def next_int(self, bound: Any = None) -> int:
        """Uniform on 0 up to a bound, or on all integers of 32 bits."""
        if bound is None:
            return int(self.next_double() * 2**32) - 2**31
        return int(self.next_double() * index(bound, ".nextInt"))

    def next_long(self) -> int:
        """Uniform on all longs."""
        return int.from_bytes(self._rng().bytes(8), "little", signed=True)

    def next_boolean(self) -> bool:
        """True or false."""
        return self.next_double() < 0.5

    def next_gaussian(self) -> float:
        """Normal with mean 0 and standard deviation 1."""
        return float(self._rng().standard_normal())

    def __repr__(self) -> str:
        return "#random"


@primitive("->Random", "->SecureRandom", arity=(0, 1), pure=False)
def java_random(seed: Any = None) -> Random:
    """A random generator."""
    return Random(seed)


@primitive("->File", arity=(1, 2))
def java_file(*parts: Any) -> File:
    """The file of a path."""
    return File(*parts)


@primitive("->ArrayList", "->LinkedList", "->Vector", arity=(0, 1))
def java_array_list(values: Any = None) -> Vector:
    """A vector of these values."""
    return Vector() if isinstance(values, int) else Vector(values_of(values, "ArrayList."))


@primitive("->HashMap", "->TreeMap", "->LinkedHashMap", arity=(0, 1))
def java_hash_map(mapping: Any = None) -> PersistentMap:
    """A map with these entries."""
    return as_map(mapping, "HashMap.") or PersistentMap.of(())


@primitive("->Integer", "->Long", arity=(1, 1))
def java_integer(value: Any) -> int:
    """The integer of a string or number."""
    return index(parse_int(value) if isinstance(value, str) else value, "Integer.")


@primitive("->Double", "->Float", arity=(1, 1))
def java_double(value: Any) -> float:
    """The double of a string or number."""
    return parse_float(value) if isinstance(value, str) else to_double(number(value, "Double."))
