"""Atoms, refs, delays and promises for groups: each particle has its own. Variables for a while.

What a program made at the top level is one place for all particles: they change it one after the
other.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from anglipy.runtime.lanes.gathering import Begun, from_rows, per_distinct
from anglipy.runtime.lanes.groups import CURRENT, using
from anglipy.runtime.lanes.places import LaneDelay, LanePlace, ParticlePlace
from anglipy.runtime.lanes.primitives.callables import lane_function
from anglipy.runtime.lanes.primitives.spread import Function, is_lane
from anglipy.runtime.lanes.values import has_lanes, row, rows
from anglipy.runtime.locate import ORDINARY
from anglipy.runtime.primitives import exceptions, holders, promises, references

__all__ = ["LANES"]


def _making(scalar: Function) -> Function:
    """The lane version of what makes an atom."""

    def wrapped(value: Any, *options: Any) -> Any:
        group = CURRENT.group
        return scalar(value, *options) if group is None else LanePlace(group, value)

    return wrapped


def delayed(function: Any) -> Any:
    """`(delay body...)`."""
    group = CURRENT.group
    return exceptions.delayed(function) if group is None else LaneDelay(group, function)


def _changing(scalar: Function, calls: bool) -> Function:
    """The lane version of what changes an atom, with a function or without."""

    def wrapped(reference: Any, *args: Any) -> Any:
        if is_lane(reference):
            return per_distinct(wrapped, (reference, *args), (0,))
        if CURRENT.group is None:
            return scalar(reference, *args)
        if reference.__class__ is ParticlePlace:
            with using(reference.group):
                return scalar(reference, *args)
        if reference.__class__ is not LanePlace or reference.watched:
            return one_after_the_other(reference, *args)
        if not calls:
            return scalar(reference, *args)
        if args and is_lane(args[0]):
            return per_distinct(wrapped, (reference, *args), (1,))
        return scalar(reference, lane_function(args[0]) if args else None, *args[1:])

    one_after_the_other = _one_after_the_other(scalar, calls)
    return wrapped


def _one_after_the_other(scalar: Function, calls: bool = False) -> Function:
    """The lane version of what is done by each particle alone, in order."""

    def wrapped(*args: Any) -> Any:
        group = CURRENT.group
        if group is None:
            return scalar(*args)
        columns = [rows(arg) for arg in args]
        results: list[Any] = []
        for place, given in enumerate(zip(*columns, strict=True)):
            if calls and len(given) > 1:
                given = (given[0], lane_function(given[1]), *given[2:])
            try:
                with using(group.subset(np.array([place]))):
                    results.append(row(scalar(*given), 0))
            except Exception as error:
                error.lane = place  # type: ignore[attr-defined]
                error.begun = Begun(wrapped, results, np.arange(group.n))  # type: ignore[attr-defined]
                raise
        return from_rows(results)

    return wrapped


def bind_globals(names: Any, values: Any, function: Any) -> Any:
    """`(binding [name value ...] body...)`: for the code of groups, and for ordinary code where all
    particles have the same value.
    """
    linker = None if CURRENT.group is None else function.code.__globals__.get(ORDINARY)
    if linker is not None:
        linker.link(names)
    if linker is None or has_lanes(values):
        return exceptions.bind_globals(names, values, function)
    variables = linker.namespace.values
    before = {name: variables[name] for name in names}
    variables.update(zip(names, values, strict=True))
    try:
        return exceptions.bind_globals(names, values, function)
    finally:
        variables.update(before)


LANES: dict[Function, Function] = {
    references.atom: _making(references.atom),
    holders.ref: _making(holders.ref),
    exceptions.delayed: delayed,
    references.reset: _changing(references.reset, calls=False),
    holders.reset_vals: _changing(holders.reset_vals, calls=False),
    references.swap: _changing(references.swap, calls=True),
    holders.send: _changing(holders.send, calls=True),
    holders.swap_vals: _changing(holders.swap_vals, calls=True),
    references.compare_and_set: _one_after_the_other(references.compare_and_set),
    exceptions.bind_globals: bind_globals,
    promises.deliver: _one_after_the_other(promises.deliver),
}
"""Scalar function -> lane version."""
