"""core.matrix for groups: arrays whose elements differ between particles.

What only rearranges and computes element by element is the scalar code over the arithmetic of lanes
(see `statistics`). Products and linear algebra are done by numpy for all particles at once.
"""

from __future__ import annotations

from collections.abc import Callable
from types import FunctionType, ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from anglipy.runtime import numbers
from anglipy.runtime.lanes.gathering import per_distinct
from anglipy.runtime.lanes.groups import CURRENT
from anglipy.runtime.lanes.primitives import arithmetic, mathematics
from anglipy.runtime.lanes.primitives.spread import Function, holds_choice, is_lane, one_by_one
from anglipy.runtime.lanes.primitives.structural import lanes_inside
from anglipy.runtime.lanes.values import Choice, Lane, NotLanes, lane, rows_at
from anglipy.runtime.numbers import to_double
from anglipy.runtime.primitives import linear, matrices, matrix_parts
from anglipy.runtime.primitives import math as scalar_math
from anglipy.runtime.vectors import Vector

__all__ = ["LANES"]

Array = NDArray[np.float64]


def _number(value: Any, name: str) -> Any:
    """`number`, for lanes too."""
    return arithmetic.num(value) if is_lane(value) else numbers.number(value, name)


def _remade(module: ModuleType, known: dict[str, Any]) -> dict[str, Any]:
    """The functions of a module, with other globals."""
    names = {**vars(module), **{name: f for name, f in known.items() if name in vars(module)}}
    for name, value in vars(module).items():
        if isinstance(value, FunctionType) and value.__module__ == module.__name__:
            made = FunctionType(value.__code__, names, name, value.__defaults__)
            made.__kwdefaults__ = value.__kwdefaults__
            names[name] = made
    return names


_ARITHMETIC: dict[str, Any] = {
    name: arithmetic.LANES[getattr(numbers, name)] for name in ("add", "sub", "mul", "div")
} | {
    "number": _number,
    "exp": mathematics.LANES[scalar_math.exp],
    "pow_": mathematics.LANES[scalar_math.pow_],
}
_ARRAYS = _remade(matrices, _ARITHMETIC)
_PARTS = _remade(matrix_parts, {**_ARITHMETIC, **_ARRAYS})


def _over_lanes(scalar: Function, over_lanes: Function) -> Function:
    """The version of a function of arrays whose elements may be lanes."""

    def wrapped(*args: Any) -> Any:
        if not any(map(lanes_inside, args)):
            return scalar(*args)
        active = [place for place, arg in enumerate(args) if arg.__class__ is Choice]
        if active:
            return per_distinct(wrapped, args, active)
        if any(map(holds_choice, args)):
            return one_by_one(scalar, args)
        try:
            with np.errstate(all="ignore"):
                return over_lanes(*args)
        except NotLanes:
            return one_by_one(scalar, args)

    return wrapped


def _looking(scalar: Function, over_lanes: Function) -> Function:
    """Of a function whose arguments after the first are looked at: counts and indices."""
    version = _over_lanes(scalar, over_lanes)

    def wrapped(*args: Any) -> Any:
        if any(map(lanes_inside, args[1:])):
            return one_by_one(scalar, args)
        return version(*args)

    return wrapped


# ---- products


def batch(value: Any) -> Array:
    """An array per particle: shape (n, ...)."""
    group = CURRENT.group
    shape = matrices.shape_of(value)
    leaves = []
    for leaf in _ARRAYS["vector_of"](value, "array"):
        if leaf.__class__ is Lane:
            leaves.append(np.asarray(rows_at(leaf, group), dtype=np.float64))
        else:
            leaves.append(np.full(group.n, to_double(leaf)))
    if not leaves or len(leaves) != int(np.prod(shape)):
        raise NotLanes
    return np.stack(leaves, axis=1).reshape((group.n, *shape))


def unbatched(found: Array) -> Any:
    """The value of the running group for an array per particle."""
    if found.ndim == 1:
        return lane(np.ascontiguousarray(found))
    return Vector([unbatched(found[:, place]) for place in range(found.shape[1])])


def _matmul(left: Array, right: Array) -> Array:
    """The matrix product for every particle; vectors are rows on the left, columns on the right."""
    if left.ndim == 1 or right.ndim == 1:
        return _scaled(left, right)
    a = left[:, None, :] if left.ndim == 2 else left
    b = right[:, :, None] if right.ndim == 2 else right
    if a.shape[-1] != b.shape[-2]:
        raise NotLanes
    found: Array = np.matmul(a, b)
    if right.ndim == 2:
        found = found[..., 0]
    return found[:, 0] if left.ndim == 2 else found


def _scaled(left: Array, right: Array) -> Array:
    low, high = sorted((left, right), key=lambda array: array.ndim)
    return low.reshape((-1, *[1] * (high.ndim - 1))) * high


def mmul(first: Any, *others: Any) -> Any:
    """`(mmul a b ...)`."""
    result = batch(first)
    for other in others:
        result = _matmul(result, batch(other))
    return unbatched(result)


def outer_product(a: Any, b: Any) -> Any:
    """`(outer-product a b)` of vectors."""
    left, right = batch(a), batch(b)
    if left.ndim != 2 or right.ndim != 2:
        raise NotLanes
    return unbatched(left[:, :, None] * right[:, None, :])


def _square(f: Callable[..., Any]) -> Function:
    """A function of square matrices; one by one where some particle's has no value."""

    def applied(matrix: Any) -> Any:
        array = batch(matrix)
        if array.ndim != 3 or array.shape[1] != array.shape[2]:
            raise NotLanes
        try:
            return unbatched(f(array))
        except np.linalg.LinAlgError:
            raise NotLanes from None

    return applied


_STRUCTURE = (
    "rows_of", "columns_of", "slices", "slice_", "select", "submatrix", "subvector", "to_vector",
    "eseq", "reshape", "transpose", "diagonal", "join_arrays", "stack", "row_matrix",
    "column_matrix", "mget", "get_row", "get_column",
)  # fmt: skip
_MEASURING = (
    "matrix", "shape", "dimensionality", "ecount", "row_count", "column_count", "dimension_count",
)  # fmt: skip
_ELEMENTWISE = (
    "matrix_add", "matrix_sub", "matrix_mul", "matrix_div", "matrix_pow", "negate", "square",
    "logistic", "scale", "add_product", "esum",
)  # fmt: skip

LANES: dict[Function, Function] = {
    **{getattr(matrix_parts, n): _looking(getattr(matrix_parts, n), _PARTS[n]) for n in _STRUCTURE},
    **{getattr(matrices, n): _looking(getattr(matrices, n), _ARRAYS[n]) for n in _MEASURING},
    **{getattr(matrices, n): _over_lanes(getattr(matrices, n), _ARRAYS[n]) for n in _ELEMENTWISE},
    linear.mmul: _over_lanes(linear.mmul, mmul),
    linear.dot: _over_lanes(linear.dot, mmul),
    linear.outer_product: _over_lanes(linear.outer_product, outer_product),
    linear.inverse: _over_lanes(linear.inverse, _square(np.linalg.inv)),
    linear.det: _over_lanes(linear.det, _square(linear.determinants)),
}
for _applied, _of_number in matrices.UNARY.items():
    _version = mathematics.LANES.get(_of_number) or arithmetic.LANES.get(_of_number)
    if _version is not None:
        LANES[_applied] = _over_lanes(
            _applied,
            lambda array, f=_version: _ARRAYS["each"](f, array),
        )
"""Scalar function -> lane version."""
