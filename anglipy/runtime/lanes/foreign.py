"""Python functions and constructors of distributions, for groups."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

from anglipy.runtime.distributions.base import Distribution
from anglipy.runtime.lanes.merging import per_distinct, per_particle
from anglipy.runtime.lanes.values import Choice, NotLanes, has_lanes

__all__ = ["VECTORISED", "lane_constructor", "one_by_one", "vectorised"]

VECTORISED: dict[Any, Callable[..., Any]] = {}
"""Python functions registered as vectorised."""


def vectorised(function: Callable[..., Any]) -> Callable[..., Any]:
    """Mark a Python function as taking arrays: called once per group, with an array of shape (n,)
    for every argument that differs between the n particles (and numbers, collections and arrays
    for the others); it gives an array of shape (n, ...).
    """
    function.__vectorised__ = True  # type: ignore[attr-defined]
    return function


@cache
def one_by_one(f: Callable[..., Any]) -> Callable[..., Any]:
    """A Python function that is called for each particle where arguments differ between them."""
    if getattr(f, "__vectorised__", False):
        from anglipy.runtime.lanes.batches import batched

        return batched(f)

    def called(*args: Any) -> Any:
        return per_particle(f, args) if any(map(has_lanes, args)) else f(*args)

    return called


@cache
def lane_constructor(cls: type[Distribution]) -> Callable[..., Any]:
    """The constructor of a distribution that takes lane values as parameters."""
    from anglipy.runtime.lanes.distributions import construct

    def constructed(*args: Any) -> Any:
        if not any(map(has_lanes, args)):
            return cls(*args)
        try:
            return construct(cls, args)
        except NotLanes:
            pass
        choices = [place for place, arg in enumerate(args) if arg.__class__ is Choice]
        if any(not args[place].plain for place in choices):
            return per_distinct(constructed, args, choices)
        return per_particle(cls, args)

    return constructed
