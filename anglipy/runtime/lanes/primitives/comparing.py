"""Comparison, equality and truth on lanes."""

from __future__ import annotations

import operator
from itertools import pairwise
from typing import Any

import numpy as np

from anglipy.runtime import equality, ordering
from anglipy.runtime import numbers as scalar
from anglipy.runtime.lanes.groups import CURRENT, Group
from anglipy.runtime.lanes.primitives.arithmetic import is_float
from anglipy.runtime.lanes.primitives.spread import (
    EXACT,
    Function,
    floats_of,
    is_lane,
    is_of_floats,
    of_two,
    one_by_one,
    operand,
    spread,
)
from anglipy.runtime.lanes.primitives.structural import FLAT
from anglipy.runtime.lanes.values import (
    Choice,
    Lane,
    NotLanes,
    has_lanes,
    lane,
    number_kind,
    rows_at,
    truth,
)
from anglipy.runtime.primitives import arithmetic as primitives
from anglipy.runtime.primitives import predicates
from anglipy.runtime.seqs import Seq
from anglipy.runtime.vectors import Vector

__all__ = ["LANES", "equal", "not_"]


# ---- numbers


def _compared(scalar_fn: Function, compare: Function) -> Function:
    """The lane version of a comparison of two numbers."""

    def lanes(x: Any, y: Any, a: Any, b: Any, group: Group) -> Any:
        return Lane(compare(x, y), group.stamp)

    return of_two(scalar_fn, _comparable, lanes)


def _comparable(a: Any, b: Any, group: Group) -> tuple[Any, Any]:
    """Both operands of one kind; NotLanes if an integer is too large to be compared as a double."""
    if a.__class__ is not Choice and b.__class__ is not Choice:
        x, y = operand(a, group), operand(b, group)
        if is_float(x) == is_float(y):
            return x, y
    elif not (_is_ordinary(a) and _is_ordinary(b)):
        raise NotLanes
    x, y = floats_of(a, group), floats_of(b, group)
    for value, given in ((x, a), (y, b)):
        if not is_of_floats(given) and np.any(np.abs(value) > EXACT):
            raise NotLanes
    return x, y


def _is_ordinary(value: Any) -> bool:
    """Whether it is made of longs and doubles."""
    if value.__class__ is Choice:
        return len(value.parts) < 1000 and all(map(_is_ordinary, value.parts))
    return number_kind(value) in ("i", "f")


lt = _compared(scalar.lt, operator.lt)
le = _compared(scalar.le, operator.le)
gt = _compared(scalar.gt, operator.gt)
ge = _compared(scalar.ge, operator.ge)
num_eq = _compared(scalar.num_eq, operator.eq)


def _chained(scalar_all: Function, pair: Function) -> Function:
    """The lane version of a comparison of neighbours."""

    def wrapped(*values: Any) -> Any:
        if len(values) == 2:
            return pair(values[0], values[1])
        if len(values) == 1 or not any(map(is_lane, values)):
            return scalar_all(*values)
        answers = [pair(a, b) for a, b in pairwise(values)]
        return _all(answers)

    return wrapped


def _all(answers: list[Any]) -> Any:
    """Whether all answers are true, for each particle."""
    result: Any = True
    for answer in answers:
        result = truth(answer) & result
    return lane(result) if result.__class__ is np.ndarray else bool(result)


def _order(x: Any, y: Any) -> Any:
    return np.where(np.less(x, y), -1, np.less(y, x).astype(np.int64))


_compare = _compared(ordering.compare, _order)


def compare(a: Any, b: Any) -> Any:
    """`(compare a b)`: vectors element by element."""
    if isinstance(a, Vector) and isinstance(b, Vector) and (has_lanes(a) or has_lanes(b)):
        return one_by_one(ordering.compare, (a, b))
    return _compare(a, b)


# ---- equality


def equal(a: Any, b: Any) -> Any:
    """`(= a b)`."""
    kind, other = a.__class__, b.__class__
    if kind is Lane or other is Lane:
        return _equal_lanes(a, b)
    if kind is Choice or other is Choice:
        return spread(equal, equality.equal, (a, b))
    if kind in FLAT or other in FLAT:
        return equality.equal(a, b)
    if not has_lanes(a) and not has_lanes(b):
        return equality.equal(a, b)
    if isinstance(a, (Vector, Seq)) and isinstance(b, (Vector, Seq)):
        return _equal_elements(a, b)
    return one_by_one(equality.equal, (a, b))


def _equal_lanes(a: Any, b: Any) -> Any:
    """Equality of numbers or booleans of which one differs between particles."""
    if a.__class__ is Choice or b.__class__ is Choice:
        return spread(equal, equality.equal, (a, b))
    kind, other = number_kind(a), number_kind(b)
    if kind is None or other is None:
        plain = b if a.__class__ is Lane else a
        if plain.__class__ in FLAT and plain.__class__ is not int:
            return False
        return one_by_one(equality.equal, (a, b))
    if kind != other:
        return False
    group = CURRENT.group
    x = rows_at(a, group) if a.__class__ is Lane else a
    y = rows_at(b, group) if b.__class__ is Lane else b
    return Lane(np.equal(x, y), group.stamp)


def _equal_elements(a: Any, b: Any) -> Any:
    """Equality of two sequential values, element by element."""
    size = a.known_length() if isinstance(a, Seq) else len(a)
    other = b.known_length() if isinstance(b, Seq) else len(b)
    if size is None or other is None:
        return one_by_one(equality.equal, (a, b))
    if size != other:
        return False
    answers = []
    for x, y in zip(a, b, strict=True):
        answer = equal(x, y)
        if answer is False:
            return False
        answers.append(answer)
    return _all(answers)


def equal_all(first: Any, *others: Any) -> Any:
    """`(= a b c ...)`."""
    if len(others) == 1:
        return equal(first, others[0])
    return _all([equal(first, other) for other in others])


def not_equal(a: Any, b: Any) -> Any:
    """`(not= a b)`."""
    return not_(equal(a, b))


def not_equal_all(first: Any, *others: Any) -> Any:
    """`(not= a b c ...)`."""
    return not_(equal_all(first, *others))


# ---- truth


def not_(value: Any) -> Any:
    """`(not value)`."""
    if value.__class__ is not Lane and value.__class__ is not Choice:
        return value is None or value is False
    answer = truth(value)
    return lane(~answer) if answer.__class__ is np.ndarray else not answer


def boolean(value: Any) -> Any:
    """`(boolean value)`."""
    if value.__class__ is not Lane and value.__class__ is not Choice:
        return value is not None and value is not False
    answer = truth(value)
    return lane(answer) if answer.__class__ is np.ndarray else bool(answer)


LANES: dict[Function, Function] = {
    scalar.lt: lt,
    scalar.le: le,
    scalar.gt: gt,
    scalar.ge: ge,
    scalar.num_eq: num_eq,
    primitives.lt_all: _chained(primitives.lt_all, lt),
    primitives.le_all: _chained(primitives.le_all, le),
    primitives.gt_all: _chained(primitives.gt_all, gt),
    primitives.ge_all: _chained(primitives.ge_all, ge),
    primitives.num_eq_all: _chained(primitives.num_eq_all, num_eq),
    ordering.compare: compare,
    equality.equal: equal,
    predicates.equal_all: equal_all,
    predicates.not_equal: not_equal,
    predicates.not_equal_all: not_equal_all,
    predicates.not_: not_,
    predicates.boolean: boolean,
}
"""Scalar function -> lane version."""
