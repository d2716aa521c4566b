"""What the argument of a query holds, as inputs of the network.

Where a generator draws the argument, every number, array and text in it is read like an observation
that is made before the first choice. `nil` is not: it stands where data will be, which the network
gets where the program observes them; nor is what a network cannot read, such as a keyword or a
function. The site is `argument` and the way there:

    argument/0      the first of a vector of parameters; the elements of a vector of numbers are
                    told apart by their instance, 1, 2...
    argument/0/1    the second column of a vector of rows; the instance is the row
    argument/0/age  what a map, or each map of a vector of rows, has at :age or "age"

This module imports no torch.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

import numpy as np

from anglipy.ic.observing import Observations, UnreadableError, read_lanes
from anglipy.runtime.distributions.checks import elements
from anglipy.runtime.lanes.groups import Group, Index, root, using
from anglipy.runtime.lanes.values import Choice, Lane, codes_at
from anglipy.runtime.maps import PersistentMap
from anglipy.runtime.printing import pr_str
from anglipy.runtime.vectors import Vector

__all__ = ["ARGUMENT", "inputs_of", "known_inputs"]

ARGUMENT = "argument"
DEEPEST = 3
"""Parameter, row, column."""


def inputs_of(value: Any, group: Group, runs: Index) -> list[Observations]:
    """The inputs that the argument of a group of runs holds."""
    found: list[Observations] = []
    for site, instance, part, place in _leaves(value, group, ARGUMENT, 1, 0):
        at = runs if place is group else runs[place.positions(group.stamp)]
        instances = np.full(place.n, instance, dtype=np.int64)
        try:
            read = read_lanes(part, place)
        except UnreadableError:
            continue
        for kind, rows, values in read:
            chosen = slice(None) if rows is None else rows
            found.append(Observations(site, kind, at[chosen], instances[chosen], values))
    return found


def known_inputs(value: Any, sites: Collection[str]) -> list[Observations]:
    """Those that the argument of one run holds at these sites."""
    one = root(1)
    return [o for o in inputs_of(value, one, np.zeros(1, np.intp)) if o.site in sites]


def _leaves(
    value: Any, group: Group, site: str, instance: int, depth: int
) -> Iterator[tuple[str, int, Any, Group]]:
    """(site, instance, value, who has it) of everything in a value that can be read."""
    if value is None:
        return
    if value.__class__ is Choice:
        codes = codes_at(value, group)
        for code in np.unique(codes).tolist():
            places = np.flatnonzero(codes == code)
            child = group if len(places) == group.n else group.child(places)
            yield from _leaves(value.parts[code], child, site, instance, depth)
        return
    if isinstance(value, PersistentMap):
        if depth < DEEPEST:
            for key, part in value.items():
                yield from _leaves(part, group, f"{site}/{_name(key)}", instance, depth + 1)
        return
    with using(group):
        inside = None if value.__class__ is Lane or hasattr(value, "dtype") else _inside(value)
    if inside is None:
        yield site, instance, value, group
    elif depth < DEEPEST:
        for place, element in enumerate(inside):
            # Elements of a list are instances; parameters and columns have names.
            if depth == 1:
                yield from _leaves(element, group, site, place + 1, depth + 1)
            else:
                yield from _leaves(element, group, f"{site}/{place}", instance, depth + 1)


def _name(key: Any) -> str:
    """`:age` and "age" as age."""
    return key if isinstance(key, str) else pr_str(key).removeprefix(":")


def _inside(value: Any) -> list[Any] | None:
    if isinstance(value, str):
        return None
    return list(value.items) if value.__class__ is Vector else elements(value)
