"""Lane versions of functions that call functions.

The functions they are given are lane versions themselves, so elements that differ between
particles need no care. Where the Python code of a primitive depends on an answer (`filter` on its
truth, `sort-by` on its order) and particles disagree, the whole call goes particle by particle.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from anglipy.runtime.access import is_lazy, values_of
from anglipy.runtime.lanes.gathering import per_distinct
from anglipy.runtime.lanes.groups import CURRENT
from anglipy.runtime.lanes.primitives.callables import GUARDS, bound, lane_function
from anglipy.runtime.lanes.primitives.comparing import not_
from anglipy.runtime.lanes.primitives.signatures import DEEP, Signature
from anglipy.runtime.lanes.primitives.spread import Function, is_lane, one_by_one
from anglipy.runtime.lanes.primitives.structural import lanes_inside
from anglipy.runtime.lanes.values import Choice, Lane, NotLanes, has_lanes, lane, truth
from anglipy.runtime.primitives import functions, higher_order
from anglipy.runtime.primitives.checks import function

__all__ = ["LANES", "calling"]

_ON_DEMAND = (higher_order.iterate, higher_order.repeatedly)


def calling(scalar: Function, text: str) -> Function:
    """The lane version of a primitive with this signature, which calls functions."""
    signature = Signature(text)
    branches = signature.has("snvhr")

    def wrapped(*args: Any) -> Any:
        roles = signature.roles(len(args))
        active = [
            place
            for place, (role, arg) in enumerate(zip(roles, args, strict=True))
            if role != "." and is_lane(arg)
        ]
        if active:
            return per_distinct(wrapped, args, active)
        if CURRENT.group is None:
            return scalar(*args)
        if _needs_rows(roles, args, branches):
            return one_by_one(scalar, args)
        try:
            return scalar(*_prepared(roles, args, scalar in _ON_DEMAND))
        except NotLanes:
            return one_by_one(scalar, args)

    return wrapped


def _needs_rows(roles: str, args: tuple[Any, ...], branches: bool) -> bool:
    """Whether it is known beforehand that the call has to go particle by particle."""
    for role, arg in zip(roles, args, strict=True):
        if role in DEEP and lanes_inside(arg):
            return True
        if branches and role == "c" and is_lazy(arg):
            calls = [f for r, f in zip(roles, args, strict=True) if r in GUARDS]
            if lanes_inside(arg) or any(map(has_lanes, calls)):
                return True
    return False


def _prepared(roles: str, args: tuple[Any, ...], on_demand: bool) -> list[Any]:
    """The arguments, functions among them for groups."""
    group = CURRENT.group
    lazy = on_demand or any(
        role == "c" and is_lazy(arg) for role, arg in zip(roles, args, strict=True)
    )
    given = list(args)
    for place, role in enumerate(roles):
        if role in GUARDS:
            f = lane_function(args[place])
            if callable(f):
                f = bound(f, group) if lazy else f
                given[place] = f if role == "f" else GUARDS[role](f)
    return given


# ---- questions about all elements


def _every(name: str, predicate: Any, collection: Any, wanted: bool) -> Any:
    """For each particle whether the predicate's truth is as wanted for all elements."""
    call = function(lane_function(predicate), name)
    result: Any = True
    for value in values_of(collection, name):
        try:
            answer = truth(call(value))
        except Exception:
            if result is True:
                raise
            # It may have failed for a particle that needed no further answer.
            raise NotLanes from None
        result = result & (answer if wanted else ~answer if is_array(answer) else not answer)
        if result is False or (is_array(result) and not result.any()):
            return False
    return lane(result) if is_array(result) else result


def is_array(value: Any) -> bool:
    """Whether an answer differs between particles."""
    return value is not True and value is not False


def _asking(scalar: Function, name: str, wanted: bool, opposite: bool) -> Function:
    """The lane version of every?, not-every?, not-any?."""

    def wrapped(predicate: Any, collection: Any) -> Any:
        args = (predicate, collection)
        active = [place for place, arg in enumerate(args) if is_lane(arg)]
        if active:
            return per_distinct(wrapped, args, active)
        if CURRENT.group is None:
            return scalar(*args)
        try:
            answer = _every(name, predicate, collection, wanted)
        except NotLanes:
            return one_by_one(scalar, args)
        return not_(answer) if opposite else answer

    return wrapped


# ---- functions that give functions


def _opposite(predicate: Any, *arguments: Any) -> Any:
    return not_(predicate(*arguments))


def _holds_all(predicates: tuple[Any, ...], *arguments: Any) -> Any:
    guarded = tuple(map(GUARDS["s"], map(lane_function, predicates)))
    try:
        return functions._holds_all(guarded, *arguments)
    except NotLanes:
        return one_by_one(functions._holds_all, (predicates, *arguments))


def _holds_some(predicates: tuple[Any, ...], *arguments: Any) -> Any:
    guarded = tuple(map(GUARDS["s"], map(lane_function, predicates)))
    try:
        return functions._holds_some(guarded, *arguments)
    except NotLanes:
        return one_by_one(functions._holds_some, (predicates, *arguments))


def _with_defaults(f: Any, defaults: tuple[Any, ...], *arguments: Any) -> Any:
    places = [p for p, arg in enumerate(arguments) if p < len(defaults) and _may_be_nil(arg)]
    if not places:
        return functions._with_defaults(lane_function(f), defaults, *arguments)
    return per_distinct(partial(_with_defaults, f, defaults), arguments, places)


def _may_be_nil(value: Any) -> bool:
    return value.__class__ is Choice and any(part is None for part in value.parts)


def _remembered(f: Any, table: dict[Any, Any], *arguments: Any) -> Any:
    if CURRENT.group is None:
        return functions._remembered(f, table, *arguments)
    if has_lanes(f) or any(map(lanes_inside, arguments)):
        return lane_function(f)(*arguments)
    return functions._remembered(lane_function(f), table, *arguments)


def _remembered_outside(f: Any, table: dict[Any, Any], *arguments: Any) -> Any:
    """What was memoized at the top level is remembered for all particles, except by doubles that
    differ between them: those hardly ever come again.
    """
    doubles = any(a.__class__ is Lane and a.array.dtype.kind == "f" for a in arguments)
    if CURRENT.group is None or doubles or has_lanes(f):
        return _remembered(f, table, *arguments)
    if not any(map(lanes_inside, arguments)):
        return functions._remembered(lane_function(f), table, *arguments)
    return one_by_one(partial(functions._remembered, f, table), arguments)


def complement(predicate: Any) -> Any:
    """`(complement predicate)`."""
    return partial(_opposite, function(lane_function(predicate), "complement"))


def every_pred(*predicates: Any) -> Any:
    """`(every-pred predicates...)`."""
    return partial(_holds_all, functions.every_pred(*map(lane_function, predicates)).args[0])


def some_fn(*predicates: Any) -> Any:
    """`(some-fn predicates...)`."""
    return partial(_holds_some, functions.some_fn(*map(lane_function, predicates)).args[0])


def fnil(f: Any, *defaults: Any) -> Any:
    """`(fnil f defaults...)`."""
    return partial(_with_defaults, function(lane_function(f), "fnil"), defaults)


def memoize(f: Any) -> Any:
    """`(memoize f)`: only what is the same for all particles is remembered."""
    return partial(_remembered, function(f, "memoize"), {})


def _scalar_outside(scalar: Function, lanes: Function) -> Function:
    """Outside of lockstep the scalar function."""

    def wrapped(*args: Any) -> Any:
        if CURRENT.group is None:
            return scalar(*args)
        active = [place for place, arg in enumerate(args) if is_lane(arg)]
        return per_distinct(wrapped, args, active) if active else lanes(*args)

    return wrapped


LANES: dict[Function, Function] = {
    higher_order.is_every: _asking(higher_order.is_every, "every?", True, False),
    higher_order.is_not_every: _asking(higher_order.is_not_every, "not-every?", True, True),
    higher_order.is_not_any: _asking(higher_order.is_not_any, "not-any?", False, False),
    functions.complement: _scalar_outside(functions.complement, complement),
    functions.every_pred: _scalar_outside(functions.every_pred, every_pred),
    functions.some_fn: _scalar_outside(functions.some_fn, some_fn),
    functions.fnil: _scalar_outside(functions.fnil, fnil),
    functions.memoize: _scalar_outside(functions.memoize, memoize),
}
"""Scalar function -> lane version."""

MAKERS: dict[Function, Function] = {
    functions._opposite: _opposite,
    functions._holds_all: _holds_all,
    functions._holds_some: _holds_some,
    functions._with_defaults: _with_defaults,
    functions._remembered: _remembered_outside,
}
"""What scalar code put into the functions that it made -> lane version."""
