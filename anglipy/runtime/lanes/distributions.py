"""Building distributions, drawing from them and taking densities, for the running group at once.

What arrays cannot do is done for one particle after the other by the scalar distribution, and what
is wrong is asked again of the scalar distribution, so that the error is the same; `error.lane` is
then the particle it belongs to.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Any, NoReturn, TypeAlias

import numpy as np

from anglipy.diagnostics import UserError
from anglipy.runtime.distributions.base import Distribution
from anglipy.runtime.lanes.families import FAMILIES, BadLane, Family
from anglipy.runtime.lanes.families.parameters import number, observed, parameter
from anglipy.runtime.lanes.groups import CURRENT, QUIET, Group, Index, root, using
from anglipy.runtime.lanes.values import (
    Choice,
    LaneDistribution,
    NotLanes,
    codes_at,
    has_lanes,
    row,
    rows,
)

__all__ = ["construct", "draw", "lanes_of", "score"]

Constructor: TypeAlias = Callable[..., Distribution]
"""The class of a distribution, called with its parameters by position."""
_FEW = 32
"""Up to this many parts of a table are asked for a density one after the other."""

_KEPT = 1024
"""Larger tables are not kept."""


class _Recent(threading.local):
    """What was computed of the tables used last, by the identity of what it was computed of."""

    size = 64

    def __init__(self) -> None:
        self._known: dict[Any, tuple[Any, Any]] = {}

    def get(self, key: Any, held: Any, make: Callable[[], Any]) -> Any:
        """What is known under a key made of the ids of `held`; computed if it is not known."""
        known = self._known.get(key)
        if known is None:
            if len(self._known) >= self.size:
                del self._known[next(iter(self._known))]
            self._known[key] = known = (held, make())
        return known[1]


_RECENT = _Recent()


# ---- building


def construct(cls: Constructor, args: Sequence[Any]) -> Any:
    """`cls(*args)` where lane values are in the arguments: a `LaneDistribution`, or a `Choice` of
    plain distributions. NotLanes if arrays cannot hold the parameters.
    """
    family = FAMILIES.get(cls)  # type: ignore[call-overload]
    if family is None or len(args) != len(family.shapes):
        raise NotLanes
    place = None if family.numeric else _table_among(family, args)
    if place is not None:
        return _construct_by_part(cls, tuple(args), place)
    with QUIET:
        given, prepared = _prepare(cls, family, args)
    made = LaneDistribution(cls, given)  # type: ignore[arg-type]
    made.prepared = (CURRENT.group.stamp, prepared)
    return made


def _prepare(cls: Constructor, family: Family, args: Sequence[Any]) -> tuple[Any, Any]:
    """The parameters as distributions keep them, and what the family prepares of them."""
    try:
        if family.numeric:
            return tuple(args), family.prepare(*map(number, args))
        pairs = [parameter(family, *each) for each in zip(family.shapes, args, strict=True)]
        return tuple([kept for _, kept in pairs]), family.prepare(*[array for array, _ in pairs])
    except BadLane as bad:
        lane = bad.lane
    _raise_for(lane, lambda: cls(*[row(arg, lane) for arg in args]))


def _table_among(family: Family, args: Sequence[Any]) -> int | None:
    """The place of the argument that is a choice among plain collections, if no other differs."""
    found = None
    for place, (shape, arg) in enumerate(zip(family.shapes, args, strict=True)):
        if arg.__class__ is Choice and arg.plain and shape in ("vector", "matrix", "table"):
            if found is not None:
                return None
            found = place
        elif has_lanes(arg):
            return None
    return found


def _construct_by_part(cls: Constructor, args: tuple[Any, ...], place: int) -> Choice:
    choice = args[place]
    before, after = args[:place], args[place + 1 :]
    held = (*before, choice.parts, *after)

    def make() -> Any:
        built: list[Any] = []
        for part in choice.parts:
            try:
                built.append(cls(*before, part, *after))
            except UserError:
                built.append(None)
        good = tuple([dist for dist in built if dist is not None])
        if len(good) == len(built):
            return good, None
        return good, np.cumsum([dist is not None for dist in built]) - 1, [*map(bool, built)]

    good, *moved = _RECENT.get((cls, place, *map(id, held)), held, make)
    codes = codes_at(choice, CURRENT.group)
    if moved[0] is not None:
        fine = np.array(moved[1])[codes]
        if not fine.all():
            lane = int(np.argmin(fine))
            _raise_for(lane, lambda: cls(*before, row(choice, lane), *after))
        codes = moved[0][codes]
    return Choice(codes, good, CURRENT.group.stamp, plain=True)


def _prepared(dist: LaneDistribution, family: Family) -> Any:
    """What the family prepared of the parameters, for the running group."""
    stamp, known = CURRENT.group.stamp, dist.prepared
    if known is not None and known[0] is stamp:
        return known[1]
    prepared = _prepare(dist.family, family, dist.given)[1]
    dist.prepared = (stamp, prepared)
    return prepared


def _table(parts: Sequence[Any]) -> tuple[Family | None, Any]:
    """The family that plain distributions share, and their table; None if there is none."""

    def make() -> tuple[Family | None, Any]:
        cls = parts[0].__class__
        family = FAMILIES.get(cls)
        if family is None or any(part.__class__ is not cls for part in parts):
            return None, None
        try:
            return family, family.stack(parts)
        except (NotLanes, ValueError):
            return None, None

    if len(parts) > _KEPT:
        return make()
    found: tuple[Family | None, Any] = _RECENT.get(id(parts), parts, make)
    return found


def _raise_for(lane: int, action: Callable[[], Any]) -> NoReturn:
    """Raise the error of a scalar action, marked with the particle; NotLanes if it has none."""
    try:
        action()
    except UserError as error:
        error.lane = lane  # type: ignore[attr-defined]
        raise
    raise NotLanes


# ---- drawing


def draw(dist: Any, rng: Any, n: int) -> Any:
    """One draw per particle of the running group, which has n."""
    group: Group = CURRENT.group
    kind = dist.__class__
    with QUIET:
        if kind is Choice:
            return _draw_choice(dist, rng, group)
        lanes = kind is LaneDistribution
        family = FAMILIES.get(dist.family if lanes else kind)
        if family is not None:
            try:
                prepared = _prepared(dist, family) if lanes else family.plain(dist)
                return family.box(prepared, family.sample(prepared, rng, n), group.stamp)
            except NotLanes:
                pass
    return _draw_one_by_one(dist, rng)


def _draw_choice(dist: Choice, rng: Any, group: Group) -> Any:
    family, table = _table(dist.parts) if dist.plain else (None, None)
    codes = codes_at(dist, group)
    if family is not None:
        try:
            return family.box(table, family.sample_at(table, codes, rng), group.stamp)
        except NotLanes:
            pass
    drawn = []
    for code, places in _by_code(codes):
        part = dist.parts[code]
        if not isinstance(part, Distribution):
            raise NotLanes
        with using(group.child(places)), lanes_of(places):
            drawn.append((places, rows(draw(part, rng, len(places)))))
    return _from_rows(_in_order(drawn, group.n))


def _draw_one_by_one(dist: Distribution, rng: Any) -> Any:
    each = rows(dist) if has_lanes(dist) else [dist] * CURRENT.group.n
    if CURRENT.watch is not None:
        CURRENT.watch.one_by_one(f"drawing from {dist.name}", len(each), len(each))
    drawn = []
    # What a user's `sample*` does, it does for one particle.
    with using(root(1)):
        for lane, one in enumerate(each):
            with _lane(lane):
                drawn.append(one.sample(rng))
    return _from_rows(drawn)


def _from_rows(values: list[Any]) -> Any:
    from anglipy.runtime.lanes.gathering import from_rows

    return from_rows(values)


# ---- densities


def score(dist: Any, value: Any) -> Any:
    """The log density at the value for every particle of the running group: (n,), or a float where
    neither the distribution nor the value differs between them.
    """
    kind = dist.__class__
    with QUIET:
        if kind is Choice:
            return _score_choice(dist, value)
        lanes = kind is LaneDistribution
        if not lanes:
            if not has_lanes(dist):
                if not has_lanes(value):
                    return dist.log_prob(value)
                if value.__class__ is Choice and value.plain:
                    return _score_each(value, dist.log_prob)
            elif kind not in FAMILIES:
                return _score_one_by_one(dist, value)
        family = FAMILIES.get(dist.family if lanes else kind)
        if family is None:
            return _score_one_by_one(dist, value)
        try:
            prepared = _prepared(dist, family) if lanes else family.plain(dist)
            return family.log_prob(prepared, observed(family, value))
        except BadLane as bad:
            return _score_refused(bad.lane, dist, value)
        except NotLanes:
            return _score_one_by_one(dist, value)


def _score_choice(dist: Choice, value: Any) -> Any:
    family, table = _table(dist.parts) if dist.plain else (None, None)
    group = CURRENT.group
    if dist.plain and not has_lanes(value):
        if family is None or len(dist.parts) <= _FEW:
            return _score_each(dist, lambda part: part.log_prob(value))
        try:
            return family.log_prob(table, observed(family, value))[codes_at(dist, group)]
        except (BadLane, NotLanes):
            return _score_each(dist, lambda part: part.log_prob(value))
    codes = codes_at(dist, group)
    if family is not None:
        try:
            return family.log_prob_at(table, codes, observed(family, value))
        except BadLane as bad:
            return _score_refused(bad.lane, dist, value)
        except NotLanes:
            pass
    found = np.empty(group.n)
    for code, places in _by_code(codes):
        with using(group.child(places)), lanes_of(places):
            found[places] = score(dist.parts[code], value)
    return found


def _score_each(choice: Choice, log_prob: Callable[[Any], float]) -> Any:
    """Log densities that depend on nothing but the part that was chosen."""
    codes, parts = codes_at(choice, CURRENT.group), choice.parts
    if len(parts) <= min(_FEW, len(codes)):
        try:
            return np.array([log_prob(part) for part in parts])[codes]
        except UserError:
            pass  # Perhaps of a part that no particle chose.
    if CURRENT.watch is not None:
        CURRENT.watch.one_by_one("density", len(parts), len(codes))
    found = np.zeros(len(parts))
    for code in np.flatnonzero(np.bincount(codes, minlength=len(parts))).tolist():
        try:
            found[code] = log_prob(parts[code])
        except UserError as error:
            error.lane = int(np.argmax(codes == code))  # type: ignore[attr-defined]
            raise
    return found[codes]


def _score_refused(lane: int, dist: Any, value: Any) -> Any:
    """What the scalar path says of the particle whose value was refused; if it has nothing to say,
    all go one by one.
    """
    try:
        _raise_for(lane, lambda: row(dist, lane).log_prob(row(value, lane)))
    except NotLanes:
        return _score_one_by_one(dist, value)


def _score_one_by_one(dist: Any, value: Any) -> Any:
    n = CURRENT.group.n
    found = np.empty(n)
    each = rows(dist) if has_lanes(dist) else [dist] * n
    values = rows(value)
    if CURRENT.watch is not None:
        CURRENT.watch.one_by_one(f"density of {dist.name}", n, n)
    with using(root(1)):
        for lane, (one, at) in enumerate(zip(each, values, strict=True)):
            with _lane(lane):
                found[lane] = one.log_prob(at)
    return found


# ---- particles apart


def _by_code(codes: Index) -> list[tuple[int, Index]]:
    """The codes that occur, each with the particles that have it."""
    order = np.argsort(codes, kind="stable")
    bounds = np.flatnonzero(np.diff(codes[order])) + 1
    return [(int(codes[places[0]]), places) for places in np.split(order, bounds)]


def _in_order(parts: list[tuple[Index, list[Any]]], n: int) -> list[Any]:
    found: list[Any] = [None] * n
    for places, values in parts:
        for place, value in zip(places.tolist(), values, strict=True):
            found[place] = value
    return found


class lanes_of:
    """Errors of a group of some particles say which particle of the whole group they belong to."""

    def __init__(self, places: Index) -> None:
        self.places = places

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: Any, error: Any, trace: Any) -> None:
        if isinstance(error, UserError):
            error.lane = int(self.places[getattr(error, "lane", 0)])  # type: ignore[attr-defined]


class _lane:
    """Errors within belong to this particle."""

    __slots__ = ("lane",)

    def __init__(self, lane: int) -> None:
        self.lane = lane

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: Any, error: Any, trace: Any) -> None:
        if isinstance(error, UserError):
            error.lane = self.lane  # type: ignore[attr-defined]
