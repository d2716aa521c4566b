"""Random arguments for primitives in lockstep, and what the scalar functions give for them."""

from __future__ import annotations

import math
from fractions import Fraction
from itertools import islice
from typing import Any

import numpy as np

from anglipy.atoms import BigInt, Char
from anglipy.diagnostics import AnglipyError
from anglipy.runtime.equality import MapLike, Sequential, SetLike
from anglipy.runtime.lanes.gathering import from_rows
from anglipy.runtime.lanes.values import lane, rows
from anglipy.runtime.maps import PersistentMap
from anglipy.runtime.primitives import PRIMITIVES
from anglipy.runtime.scalars import Keyword
from anglipy.runtime.seqs import ArraySeq, Cons, LazySeq, List
from anglipy.runtime.sets import PersistentSet
from anglipy.runtime.vectors import Vector

INTEGERS = (0, 1, 2, -1, 3, -7, 5, 2**31, 2**53 + 1, 2**62, 2**63 - 1, -(2**63))
FLOATS = (0.0, -0.0, 0.5, 1.0, -1.5, 2.0, 3.75, 1e300, -710.0, math.inf, -math.inf, math.nan)
ATOMS = (None, True, False, "ab", Keyword("a"), Char("x"), Fraction(1, 2), BigInt(7))


class Arguments:
    """Draws arguments for a running group of n particles."""

    def __init__(self, seed: int, n: int) -> None:
        self.rng = np.random.default_rng(seed)
        self.n = n

    def one_of(self, *values: Any) -> Any:
        return values[self.rng.integers(len(values))]

    def number(self) -> Any:
        """A plain number, small ones more often."""
        if self.rng.random() < 0.6:
            return self.one_of(0, 1, 2, 3, -1, 0.5, 2.0, 1.5)
        return self.one_of(*INTEGERS, *FLOATS)

    def lanes(self) -> Any:
        """Numbers or booleans of one kind."""
        small = self.rng.random() < 0.6
        pool = self.one_of(
            (1, 2, 3, 0) if small else INTEGERS, (0.5, 1.0, 2.5) if small else FLOATS
        )
        if self.rng.random() < 0.1:
            pool = (True, False)
        dtype = {int: np.int64, float: np.float64, bool: np.bool_}[type(pool[0])]
        return lane(np.array([self.one_of(*pool) for _ in range(self.n)], dtype=dtype))

    def numeric(self) -> Any:
        """A number, or lanes; seldom something else."""
        chance = self.rng.random()
        if chance < 0.55:
            return self.lanes()
        if chance < 0.85:
            return self.number()
        if chance < 0.95:
            return self.choice(self.number)
        return self.one_of(*ATOMS)

    def choice(self, draw: Any) -> Any:
        """One of two or three plain things for each particle."""
        parts = [draw() for _ in range(self.rng.integers(2, 4))]
        return from_rows([parts[self.rng.integers(len(parts))] for _ in range(self.n)])

    def place(self) -> Any:
        """A count or index, mostly a sensible one."""
        chance = self.rng.random()
        if chance < 0.5:
            high = int(self.rng.integers(1, 4))
            return lane(self.rng.integers(0, high, self.n))
        if chance < 0.9:
            return int(self.rng.integers(0, 4))
        if chance < 0.95:
            return self.choice(lambda: self.one_of(0, 1, 2, 1.5))
        return self.one_of(-1, 1.5, None, "a", lane(np.full(self.n, 1.5)))

    def key(self) -> Any:
        """A key: atoms, lanes, choices, vectors of them."""
        chance = self.rng.random()
        if chance < 0.35:
            return self.place()
        if chance < 0.6:
            return self.choice(lambda: self.one_of(Keyword("a"), Keyword("b"), 1, "s"))
        if chance < 0.7:
            return Vector((1, self.place()))
        return self.one_of(Keyword("a"), Keyword("b"), 0, 1, None)

    def element(self) -> Any:
        """Anything that may be in a collection."""
        if self.rng.random() < 0.15:
            return self.collection(depth=1)
        return self.numeric() if self.rng.random() < 0.9 else self.one_of(*ATOMS)

    def plain_collection(self) -> Any:
        """A collection without lane values."""
        items = [int(v) for v in self.rng.integers(0, 4, self.rng.integers(0, 4))]
        return self.one_of(
            None,
            Vector(items),
            Vector([float(item) for item in items]),
            List.of(items),
            PersistentMap.of([(Keyword("a"), 1), (0, 2.0)]),
            PersistentSet(items),
            "abc",
        )

    def collection(self, depth: int = 0) -> Any:
        """A collection that mostly holds lane values, or a choice of plain ones."""
        chance = self.rng.random()
        if chance < 0.15:
            return self.plain_collection()
        if chance < 0.3:
            return self.choice(self.plain_collection)
        draw = self.numeric if depth else self.element
        if self.rng.random() < 0.3:
            draw = self.lanes
        items = [draw() for _ in range(self.rng.integers(0, 4))]
        if chance < 0.75:
            return Vector(items)
        if chance < 0.9:
            tail = ArraySeq(items) if items else List.of(())
            return self.one_of(List.of(items), tail, Cons(self.numeric(), List.of(items)))
        return PersistentMap.of([(Keyword("a"), draw()), (Keyword("b"), 1), (1, draw())])

    def function(self) -> Any:
        """A primitive."""
        names = "inc even? + identity pos? vector first compare = nil? count max str number?"
        return PRIMITIVES[self.one_of(*names.split())].fn

    def arguments(self, name: str, roles: str) -> list[Any]:
        """Arguments for a primitive with these roles."""
        draws = {
            ".": self.element,
            "c": self.looked_at,
            "k": self.key,
            "d": self.collection,
            "#": self.numeric,
        }
        if name in ("contains?", "find", "dissoc", "disj", "get", "assoc", "conj", "into"):
            draws["c"] = self.collection
        found = [draws.get(role, self.function)() for role in roles]
        if found and name in PLACES:
            found[PLACES[name]] = self.place()
        if name in COUNTED:
            found = [
                self.place() if role == "c" else arg for role, arg in zip(roles, found, strict=True)
            ]
        return found

    def looked_at(self) -> Any:
        return self.collection() if self.rng.random() < 0.9 else self.place()


PLACES = {
    "nth": 1, "take": 0, "drop": 0, "take-last": 0, "take-nth": 0, "split-at": 0,
    "partition": 0, "partition-all": 0, "nthrest": 1, "nthnext": 1, "subvec": 1,
    "bit-shift-left": 1, "bit-shift-right": 1, "bit-test": 1, "power": 1, "expt": 1,
}  # fmt: skip
"""Where a count or index is expected."""
COUNTED = {"range", "replicate", "repeat", "repeatedly", "gen-matrix"}
"""All that these look at are counts."""


# ---- outcomes


def outcome(fn: Any, args: Any, caught: list[Exception] | None = None) -> tuple[str, Any]:
    """("value", what it gives) or ("error", (code, message)); the error is noted in `caught`."""
    try:
        return "value", realised(fn(*args))
    except (AnglipyError, TypeError, IndexError, ValueError) as error:
        if caught is not None:
            caught.append(error)
        if isinstance(error, AnglipyError):
            return "error", (error.diagnostic.code, error.diagnostic.message)
        return "error", (type(error).__name__, "")


def realised(value: Any) -> Any:
    """A lazy sequence as its first elements."""
    return List.of(list(islice(value, 30))) if isinstance(value, LazySeq) else value


def per_particle_outcomes(fn: Any, args: list[Any], n: int) -> list[tuple[str, Any]]:
    """What the scalar function does for each particle."""
    columns = [rows(arg) for arg in args]
    given = zip(*columns, strict=True) if columns else [()] * n
    return [outcome(fn, plain) for plain in given]


def same(a: Any, b: Any) -> bool:
    """Whether two plain values are the same, kinds included; doubles but for a rounding."""
    if isinstance(a, float) and isinstance(b, float):
        if math.isnan(a) or math.isnan(b):
            return math.isnan(a) and math.isnan(b)
        return a == b or math.isclose(a, b, rel_tol=4e-15, abs_tol=1e-300)
    if isinstance(a, Sequential) and isinstance(b, Sequential):
        alike = isinstance(a, Vector) == isinstance(b, Vector)
        return alike and len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, MapLike) and isinstance(b, MapLike):
        return len(a) == len(b) and all(
            same(k, m) and same(v, w) for (k, v), (m, w) in zip(a.items(), b.items(), strict=True)
        )
    if isinstance(a, SetLike) and isinstance(b, SetLike):
        return len(a) == len(b) and all(map(same, a, b))
    return type(a) is type(b) and (a == b or repr(a) == repr(b))
