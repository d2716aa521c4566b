"""What the lane versions of primitives share: operands as arrays, and what happens to arguments
that arrays cannot take.

A lane version gives for every particle what the scalar function gives for its plain arguments. An
error is that of the first particle that fails, and its `lane` says which one that is.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from inspect import CO_VARARGS
from typing import Any, NoReturn, TypeAlias

import numpy as np
from numpy.typing import NDArray

from anglipy.runtime.access import is_lazy
from anglipy.runtime.lanes.gathering import from_rows, per_distinct, per_particle
from anglipy.runtime.lanes.groups import CURRENT, Group
from anglipy.runtime.lanes.merging import Merger
from anglipy.runtime.lanes.values import (
    Choice,
    Lane,
    NotLanes,
    codes_at,
    has_lanes,
    inner,
    lane,
    number_kind,
    of_particle,
    row,
    rows,
    rows_at,
)
from anglipy.runtime.numbers import is_number, to_double

__all__ = [
    "EXACT",
    "Function",
    "fail_at",
    "floats_of",
    "holds_choice",
    "is_lane",
    "is_of_floats",
    "of_two",
    "one_by_one",
    "operand",
    "operands",
    "spread",
    "where",
    "with_first_failure",
]

Function: TypeAlias = Callable[..., Any]
Mask: TypeAlias = NDArray[np.bool_]

EXACT = 2**53
"""Integers up to this size are doubles."""

_LANES = frozenset({Lane, Choice})
_MANY = 32
"""A choice among more than this many things meets other lanes particle by particle."""


def is_lane(value: Any) -> bool:
    """Whether the value itself differs between particles, as opposed to something inside it."""
    return value.__class__ in _LANES


# ---- operands


def operand(value: Any, group: Group) -> Any:
    """A number, or an array of the numbers of a group; NotLanes for anything else."""
    kind = value.__class__
    if kind is Lane:
        array = value.array if value.stamp is group.stamp else rows_at(value, group)
        if array.dtype.kind != "b":
            return array
    elif kind is float or (kind is int and -(2**63) <= value < 2**63):
        return value
    raise NotLanes


def is_of_floats(value: Any) -> bool:
    """Whether it is a float, or floats of particles."""
    return value.__class__ is float or (value.__class__ is Lane and value.array.dtype.kind == "f")


def floats_of(value: Any, group: Group) -> Any:
    """Like `operand`, but as floats; numbers may be of several kinds, ratios among them."""
    if value.__class__ is not Choice:
        try:
            found = operand(value, group)
        except NotLanes:
            if has_lanes(value) or not is_number(value):
                raise
            return to_double(value)
        return found.astype(np.float64) if found.__class__ is np.ndarray else float(found)
    codes = codes_at(value, group)
    if not all(part.__class__ is Lane or is_number(part) for part in value.parts):
        raise NotLanes
    table = [0.0 if part.__class__ is Lane else to_double(part) for part in value.parts]
    found = np.array(table)[codes]
    for code, part in enumerate(value.parts):
        if part.__class__ is Lane:
            chosen = codes == code
            found[chosen] = operand(part, group)[chosen]
    return found


# ---- errors


def fail_at(scalar: Function, args: Sequence[Any], bad: Mask) -> Any:
    """What the scalar function does to the first of the bad particles, which is to fail; if it does
    not, all particles one by one.
    """
    place = int(np.argmax(bad))
    try:
        scalar(*[row(arg, place) for arg in args])
    except Exception as error:
        error.lane = place  # type: ignore[attr-defined]
        raise
    return one_by_one(scalar, args)


def _failure(scalar: Function, args: Sequence[Any], error: Exception, first: int) -> NoReturn:
    """Raise what the scalar function raises for the first particle that fails, from one on."""
    columns = [rows(arg)[first:] for arg in args]
    for place, given in enumerate(zip(*columns, strict=True), first):
        try:
            scalar(*given)
        except Exception as earlier:
            earlier.lane = place  # type: ignore[attr-defined]
            raise earlier from None
    raise error


def with_first_failure(scalar: Function, version: Function, calls: bool) -> Function:
    """The lane version, with the error of the first particle that fails, in the words of the scalar
    function. If it `calls` functions, it is that of the particle that failed, lest they be called
    again for others.
    """

    def failed(args: tuple[Any, ...], error: Exception) -> NoReturn:
        if not any(map(has_lanes, args)):
            if not calls:
                scalar(*args)
            raise error
        _failure(scalar, args, error, getattr(error, "lane", 0) if calls else 0)

    def wrapped(*args: Any) -> Any:
        try:
            return version(*args)
        except Exception as error:
            failed(args, error)

    def wrapped_1(a: Any) -> Any:
        try:
            return version(a)
        except Exception as error:
            failed((a,), error)

    def wrapped_2(a: Any, b: Any) -> Any:
        try:
            return version(a, b)
        except Exception as error:
            failed((a, b), error)

    code: Any = version.__code__
    made: Function = wrapped
    if not code.co_flags & CO_VARARGS and not version.__defaults__:
        shorter: dict[int, Function] = {1: wrapped_1, 2: wrapped_2}
        made = shorter.get(code.co_argcount, wrapped)
    made.__qualname__ = scalar.__qualname__
    return made


# ---- two operands


def operands(a: Any, b: Any, group: Group) -> tuple[Any, Any]:
    """Both as `operand` gives them."""
    return operand(a, group), operand(b, group)


def of_two(scalar: Function, both: Function, lanes: Function) -> Function:
    """The lane version of a function of two numbers: `lanes(x, y, a, b, group)` of what
    `both(a, b, group)` makes of them, arrays or numbers. Where that raises NotLanes, and for
    numbers that are the same for all particles, it is the scalar function that is asked.
    """

    def wrapped(a: Any, b: Any) -> Any:
        if (
            a.__class__ is Lane
            or b.__class__ is Lane
            or a.__class__ is Choice
            or b.__class__ is Choice
        ):
            group = CURRENT.group
            try:
                x, y = both(a, b, group)
            except NotLanes:
                return spread(wrapped, scalar, (a, b))
            return lanes(x, y, a, b, group)
        return scalar(a, b)

    return wrapped


# ---- what arrays do not take


def spread(fn: Function, scalar: Function, args: Sequence[Any]) -> Any:
    """The value for arguments of which some are choices, or lanes of a kind `fn` has no array
    operation for. `fn` is the lane version of `scalar`; it is asked again for each alternative.
    """
    choices = [place for place, arg in enumerate(args) if arg.__class__ is Choice]
    if not choices:
        return one_by_one(scalar, args)
    if not any(map(has_lanes, [arg for arg in args if not _is_plain_choice(arg)])):
        return _looked_up(scalar, args, choices)
    if max(len(args[place].parts) for place in choices) > _MANY:
        return one_by_one(scalar, args)
    return per_distinct(fn, args, choices)


def _is_plain_choice(value: Any) -> bool:
    return value.__class__ is Choice and value.plain


def _looked_up(scalar: Function, args: Sequence[Any], choices: list[int]) -> Any:
    """The value for choices among plain things: that of one choice is a table."""
    place = choices[0]
    choice, group = args[place], CURRENT.group
    if len(choices) > 1 or len(choice.parts) > group.n:
        return per_distinct(scalar, args, choices)
    before, after = args[:place], args[place + 1 :]
    try:
        table = [scalar(*before, part, *after) for part in choice.parts]
    except Exception:
        # It may be a part that nobody has.
        return per_distinct(scalar, args, choices)
    return from_rows(table, codes_at(choice, group))


def one_by_one(scalar: Function, args: Sequence[Any]) -> Any:
    """The scalar function for the plain arguments of every particle. Sequences that are computed on
    demand become one for each particle, also on demand.
    """
    if not any(map(is_lazy, args)):
        return per_particle(scalar, args)
    group = CURRENT.group
    if CURRENT.watch is not None:
        CURRENT.watch.one_by_one(scalar, group.n, group.n)
    columns = [
        [of_particle(arg, place, group) for place in range(group.n)] if is_lazy(arg) else rows(arg)
        for arg in args
    ]
    results = []
    for place, given in enumerate(zip(*columns, strict=True)):
        try:
            results.append(scalar(*given))
        except Exception as error:
            error.lane = place  # type: ignore[attr-defined]
            raise
    return from_rows(results)


# ---- putting together


def where(mask: Mask, value: Any, other: Any) -> Any:
    """For particles where the mask holds one value, for the rest the other."""
    group = CURRENT.group
    kind = number_kind(value)
    if kind is not None and kind == number_kind(other):
        x, y = (rows_at(v, group) if v.__class__ is Lane else v for v in (value, other))
        return lane(np.where(mask, x, y))
    chosen, rest = np.nonzero(mask)[0], np.nonzero(~mask)[0]
    if not len(rest):
        return value
    if not len(chosen):
        return other
    parts = [(chosen, group.child(chosen)), (rest, group.child(rest))]
    return Merger(group, parts).merge([value, other])


def holds_choice(value: Any) -> bool:
    """Whether a choice is somewhere in nested collections."""
    work = [value]
    while work:
        item = work.pop()
        if item.__class__ is Choice:
            return True
        inside = None if item.__class__ is Lane else inner(item)
        if inside is not None:
            work.extend(inside)
    return False
