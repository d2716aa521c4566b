"""Python functions and constructors of distributions, for groups."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

from anglipy.runtime.convert import taken_over
from anglipy.runtime.foreign import is_vectorised
from anglipy.runtime.lanes.gathering import per_distinct, per_particle
from anglipy.runtime.lanes.values import Choice, NotLanes, has_lanes

__all__ = ["lane_constructor", "one_by_one"]


@cache
def one_by_one(f: Callable[..., Any]) -> Callable[..., Any]:
    """A Python function that is called for each particle where arguments differ between them."""
    if is_vectorised(f):
        from anglipy.runtime.lanes.batches import batched

        return batched(f)

    def called(*args: Any) -> Any:
        if not any(map(has_lanes, args)):
            return f(*args)
        return per_particle(f, args, called, _taken_over)

    return _for_groups(called)


def _taken_over(results: list[Any]) -> list[Any]:
    """What a function gave, collections as those of the language, which hold lanes inside."""
    collections = isinstance(results[0], (list, tuple, dict))
    return list(map(taken_over, results)) if collections else results


@cache
def lane_constructor(cls: Any) -> Callable[..., Any]:
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

    return _for_groups(constructed)


def _for_groups(made: Any) -> Callable[..., Any]:
    """A function that is its own version for groups."""
    made.for_groups = made
    return made  # type: ignore[no-any-return]
