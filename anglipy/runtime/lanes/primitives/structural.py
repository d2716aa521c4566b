"""Lane versions made from signatures: of primitives that look at collections and not into them, and
of those that look at everything.

Lane values that are only passed on stay what they are, and the scalar function does the work. Where
what is looked at differs between particles, the function is called once for each thing it may be
(`per_distinct`), and where lanes inside a collection matter, for each particle (`per_particle`).
"""

from __future__ import annotations

from typing import Any

from anglipy.atoms import Char
from anglipy.runtime.access import is_lazy
from anglipy.runtime.lanes.gathering import per_distinct
from anglipy.runtime.lanes.groups import CURRENT
from anglipy.runtime.lanes.primitives.signatures import DEEP, Signature
from anglipy.runtime.lanes.primitives.spread import (
    Function,
    is_lane,
    one_by_one,
    spread,
)
from anglipy.runtime.lanes.values import Choice, Lane, has_lanes
from anglipy.runtime.scalars import Keyword, Symbol

__all__ = ["FLAT", "deep", "kind_of", "lanes_inside", "structural"]

FLAT = frozenset((int, float, str, bool, type(None), Keyword, Symbol, Char))
"""Kinds of values that are no lane values and hold none."""


def lanes_inside(value: Any) -> bool:
    """Whether lane values are in it. A sequence computed on demand is judged by how it begins."""
    if value.__class__ in FLAT:
        return False
    if not is_lazy(value):
        return has_lanes(value)
    walk = iter(value)
    return any(has_lanes(item) for item in (next(walk, None), next(walk, None)))


def structural(scalar: Function, text: str, arity: tuple[int, int | None]) -> Function:
    """The lane version of a primitive with this signature, which calls no functions."""
    signature = Signature(text)
    if not signature.has("c" + DEEP):
        return scalar

    def slow(*args: Any) -> Any:
        return _looking(slow, scalar, signature.roles(len(args)), args)

    if signature.has(DEEP):
        return _unless_flat(scalar, slow)
    return _unless_lanes_unary(scalar, slow) if arity == (1, 1) else _unless_lanes(scalar, slow)


def _unless_lanes_unary(scalar: Function, slow: Function) -> Function:
    def wrapped(value: Any) -> Any:
        kind = value.__class__
        return slow(value) if kind is Lane or kind is Choice else scalar(value)

    return wrapped


def _unless_lanes(scalar: Function, slow: Function) -> Function:
    def wrapped(*args: Any) -> Any:
        for arg in args:
            if arg.__class__ is Lane or arg.__class__ is Choice:
                return slow(*args)
        return scalar(*args)

    return wrapped


def _unless_flat(scalar: Function, slow: Function) -> Function:
    def wrapped(*args: Any) -> Any:
        for arg in args:
            if arg.__class__ not in FLAT:
                return slow(*args)
        return scalar(*args)

    return wrapped


def _looking(fn: Function, scalar: Function, roles: str, args: tuple[Any, ...]) -> Any:
    """The value for arguments of which some may differ between particles."""
    active = []
    for place, (role, arg) in enumerate(zip(roles, args, strict=True)):
        if role == ".":
            continue
        if is_lane(arg):
            if role == "d":
                return _all_deep(scalar, args)
            active.append(place)
        elif role in DEEP and lanes_inside(arg):
            return _all_deep(scalar, args)
    if not active:
        return scalar(*args)
    others = [arg for place, arg in enumerate(args) if place not in active]
    if not any(map(has_lanes, others)) and Lane not in [args[place].__class__ for place in active]:
        return spread(fn, scalar, args)
    return per_distinct(fn, args, active)


# ---- everything


def deep(scalar: Function, arity: tuple[int, int | None]) -> Function:
    """The lane version of a primitive that looks at everything: called for each particle if there
    are lane values anywhere in its arguments.
    """
    if arity == (1, 1):
        return _deep_unary(scalar)

    def wrapped(*args: Any) -> Any:
        for arg in args:
            if arg.__class__ not in FLAT and lanes_inside(arg):
                return _all_deep(scalar, args)
        return scalar(*args)

    return wrapped


def _deep_unary(scalar: Function) -> Function:
    def wrapped(value: Any) -> Any:
        if value.__class__ in FLAT or not lanes_inside(value):
            return scalar(value)
        return _all_deep(scalar, (value,))

    return wrapped


def _all_deep(scalar: Function, args: tuple[Any, ...]) -> Any:
    if any(arg.__class__ is Choice and arg.plain for arg in args):
        lanes = [arg for arg in args if has_lanes(arg)]
        if len(lanes) == 1:
            return spread(scalar, scalar, args)
    return one_by_one(scalar, args)


# ---- kinds


_SAMPLES = {"b": True, "i": 1, "f": 1.0}


def kind_of(scalar: Function) -> Function:
    """The lane version of a question about the kind of a value, which is the same for all numbers
    of one lane value and never fails.
    """

    def wrapped(value: Any) -> Any:
        if value.__class__ is Lane:
            return scalar(_SAMPLES[value.array.dtype.kind])
        if value.__class__ is Choice:
            return _of_choice(value)
        return scalar(value)

    def _of_choice(choice: Choice) -> Any:
        from anglipy.runtime.lanes.gathering import from_rows
        from anglipy.runtime.lanes.values import codes_at

        answers = [wrapped(part) for part in choice.parts]
        if all(answer is answers[0] for answer in answers):
            return answers[0]
        return from_rows(answers, codes_at(choice, CURRENT.group))

    return wrapped
