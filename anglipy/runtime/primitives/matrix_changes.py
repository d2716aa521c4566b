"""core.matrix: arrays with rows, columns or slices replaced, turned, repeated or put in order."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from anglipy.diagnostics import ProgramError
from anglipy.runtime.access import values_of
from anglipy.runtime.equality import elements
from anglipy.runtime.numbers import number
from anglipy.runtime.primitives.checks import fail, function, index
from anglipy.runtime.primitives.matrices import (
    elementwise,
    matrix_add,
    matrix_mul,
    nested,
    shape_of,
)
from anglipy.runtime.primitives.matrix_parts import join_along, mget, mset, slices
from anglipy.runtime.primitives.registry import primitive
from anglipy.runtime.printing import pr_str
from anglipy.runtime.vectors import Vector

__all__: list[str] = []


def _rows(array: Any, name: str) -> list[Any]:
    """The rows of a matrix."""
    if len(shape_of(array)) < 2:
        fail(name, "a matrix", array)
    return list(nested(array, name))


def _row(rows: list[Any], place: Any, name: str) -> int:
    at = index(place, name)
    if not 0 <= at < len(rows):
        raise ProgramError("AQ441", f"{name}: there is no row {at} in {len(rows)} rows")
    return at


@primitive("clojure.core.matrix/set-row", arity=(3, 3))
def set_row(matrix: Any, place: Any, row: Any) -> Vector:
    """The matrix with a row replaced by a vector, or by one number everywhere."""
    rows = _rows(matrix, "set-row")
    at = _row(rows, place, "set-row")
    rows[at] = broadcast(row, Vector(shape_of(rows[at])))
    return Vector(rows)


@primitive("clojure.core.matrix/set-column", arity=(3, 3))
def set_column(matrix: Any, place: Any, column: Any) -> Vector:
    """The matrix with a column replaced by a vector, or by one number everywhere."""
    rows = _rows(matrix, "set-column")
    values = broadcast(column, Vector([len(rows)]))
    return Vector([mset(row, place, value) for row, value in zip(rows, values, strict=True)])


@primitive("clojure.core.matrix/swap-rows", arity=(3, 3))
def swap_rows(matrix: Any, a: Any, b: Any) -> Vector:
    """The matrix with two rows exchanged."""
    rows = _rows(matrix, "swap-rows")
    i, j = _row(rows, a, "swap-rows"), _row(rows, b, "swap-rows")
    rows[i], rows[j] = rows[j], rows[i]
    return Vector(rows)


@primitive("clojure.core.matrix/multiply-row", arity=(3, 3))
def multiply_row(matrix: Any, place: Any, factor: Any) -> Vector:
    """The matrix with a row times a number."""
    rows = _rows(matrix, "multiply-row")
    at = _row(rows, place, "multiply-row")
    rows[at] = matrix_mul(rows[at], factor)
    return Vector(rows)


@primitive("clojure.core.matrix/add-row", arity=(4, 4))
def add_row(matrix: Any, place: Any, other: Any, factor: Any) -> Vector:
    """The matrix with a number times another row added to a row."""
    rows = _rows(matrix, "add-row")
    i, j = _row(rows, place, "add-row"), _row(rows, other, "add-row")
    rows[i] = matrix_add(rows[i], matrix_mul(rows[j], factor))
    return Vector(rows)


# ---- shapes


@primitive("clojure.core.matrix/broadcast", arity=(2, 2))
def broadcast(array: Any, sizes: Any) -> Any:
    """The array repeated along dimensions in front until it has a shape."""
    wanted = tuple(index(n, "broadcast") for n in values_of(sizes, "broadcast"))
    have = shape_of(array)
    if len(have) > len(wanted) or have != wanted[len(wanted) - len(have) :]:
        raise ProgramError(
            "AQ440",
            f"broadcast: an array of shape {pr_str(Vector(have))} cannot have the shape "
            f"{pr_str(Vector(wanted))}",
        )
    made = nested(array, "broadcast")
    for size in reversed(wanted[: len(wanted) - len(have)]):
        made = Vector([made] * size)
    return made


@primitive("clojure.core.matrix/broadcast-like", "clojure.core.matrix/broadcast-coerce",
           arity=(2, 2))  # fmt: skip
def broadcast_like(like: Any, array: Any) -> Any:
    """The second array repeated until it has the shape of the first."""
    return broadcast(array, Vector(shape_of(like)))


@primitive("clojure.core.matrix/assign", arity=(2, 2))
def assign(array: Any, values: Any) -> Any:
    """An array of the shape of the first with the elements of the second."""
    return broadcast_like(array, values)


@primitive("clojure.core.matrix/new-scalar-array", arity=(0, 1))
def new_scalar_array(implementation: Any = None) -> float:
    """An array of no dimension: the number zero."""
    return 0.0


@primitive("clojure.core.matrix/scalar-array", "clojure.core.matrix/scalar",
           "clojure.core.matrix/unwrap-scalar", arity=(1, 1))  # fmt: skip
def scalar_array(value: Any) -> Any:
    """An array of no dimension: the number itself."""
    return number(value, "scalar-array")


# ---- along a dimension


def _along(name: str, dimension: Any, array: Any, change: Callable[[list[Any]], list[Any]]) -> Any:
    """The array with its slices along a dimension changed."""
    axis, sizes = index(dimension, name), shape_of(array)
    if not 0 <= axis < len(sizes):
        fail(name, f"an array of at least {axis + 1} dimensions", array)
    parts = list(nested(array, name))
    if axis == 0:
        return Vector(change(parts))
    return Vector([_along(name, axis - 1, part, change) for part in parts])


def _shifts(arguments: tuple[Any, ...], name: str) -> list[tuple[int, int]]:
    """(dimension, places) of the two ways to say how far."""
    if len(arguments) == 2:
        return [(index(arguments[0], name), index(arguments[1], name))]
    return [(d, index(n, name)) for d, n in enumerate(values_of(arguments[0], name))]


@primitive("clojure.core.matrix/rotate", arity=(2, 3))
def rotate(array: Any, *how_far: Any) -> Any:
    """`(rotate array dimension places)`, `(rotate array [places ...])`: the slices moved to the
    front; those that leave come in again at the end.
    """

    def turned(parts: list[Any], places: int) -> list[Any]:
        at = places % len(parts) if parts else 0
        return parts[at:] + parts[:at]

    for dimension, places in _shifts(how_far, "rotate"):
        array = _along("rotate", dimension, array, lambda parts, n=places: turned(parts, n))  # type: ignore[misc]
    return array


@primitive("clojure.core.matrix/shift", arity=(2, 3))
def shift(array: Any, *how_far: Any) -> Any:
    """`rotate` in which zeros come in."""

    def moved(parts: list[Any], places: int) -> list[Any]:
        gap = [elementwise("shift", lambda a, b: 0, part, 0) for part in parts[: abs(places)]]
        return parts[places:] + gap if places >= 0 else gap + parts[:places]

    for dimension, places in _shifts(how_far, "shift"):
        array = _along("shift", dimension, array, lambda parts, n=places: moved(parts, n))  # type: ignore[misc]
    return array


@primitive("clojure.core.matrix/order", arity=(2, 3))
def order(array: Any, *arguments: Any) -> Any:
    """`(order array indices)`, `(order array dimension indices)`: the slices in another order."""
    dimension = arguments[0] if len(arguments) == 2 else 0
    wanted = [index(n, "order") for n in values_of(arguments[-1], "order")]

    def chosen(parts: list[Any]) -> list[Any]:
        for place in wanted:
            if not 0 <= place < len(parts):
                raise ProgramError("AQ441", f"order: there is no slice {place} of {len(parts)}")
        return [parts[place] for place in wanted]

    return _along("order", dimension, array, chosen)


@primitive("clojure.core.matrix/conjoin", arity=(1, None))
def conjoin(*arrays: Any) -> Vector:
    """The arrays one after the other along the first dimension, those with fewer dimensions as
    slices.
    """
    most = max(len(shape_of(array)) for array in arrays)
    parts = [a if len(shape_of(a)) == most else Vector([nested(a, "conjoin")]) for a in arrays]
    return Vector([nested(part, "conjoin") for array in parts for part in array])


@primitive("clojure.core.matrix/conjoin-along", arity=(2, None))
def conjoin_along(dimension: Any, *arrays: Any) -> Any:
    """The arrays one after the other along a dimension."""
    return join_along(dimension, *arrays)


@primitive("clojure.core.matrix/slice-count", arity=(1, 1))
def slice_count(array: Any) -> int:
    """The number of slices along the first dimension."""
    return len(slices(array))


@primitive("clojure.core.matrix/slice-map", arity=(2, None), function_args=(0,))
def slice_map(f: Any, *arrays: Any) -> Vector:
    """The array of the values of f on corresponding slices."""
    call = function(f, "slice-map")
    return Vector([call(*parts) for parts in zip(*map(slices, arrays), strict=False)])


@primitive("clojure.core.matrix/filter-slices", arity=(2, 2), function_args=(0,))
def filter_slices(predicate: Any, array: Any) -> Vector:
    """The slices for which the predicate holds."""
    call = function(predicate, "filter-slices")
    return Vector([part for part in slices(array) if call(part) not in (None, False)])


# ---- by indices


@primitive("clojure.core.matrix/select-indices", arity=(2, 2))
def select_indices(array: Any, indices: Any) -> Vector:
    """The elements at these indices: numbers for a vector, vectors of numbers for other arrays."""
    found = []
    for place in values_of(indices, "select-indices"):
        inside = elements(place)
        found.append(mget(array, place) if inside is None else mget(array, *inside))
    return Vector(found)


@primitive("clojure.core.matrix/set-indices", arity=(3, 3))
def set_indices(array: Any, indices: Any, values: Any) -> Any:
    """The array with the elements at these indices replaced by the values, or by one number."""
    places = list(values_of(indices, "set-indices"))
    for place, value in zip(places, broadcast(values, Vector([len(places)])), strict=True):
        inside = elements(place)
        array = mset(array, place, value) if inside is None else mset(array, *inside, value)
    return array


@primitive("clojure.core.matrix/set-selection", arity=(3, None))
def set_selection(array: Any, *wanted_and_values: Any) -> Any:
    """The array in which what `select` gives for the same arguments is replaced."""
    *wanted, values = wanted_and_values
    lists = []
    for which, size in zip(wanted, shape_of(array), strict=False):
        all_of_them = getattr(which, "name", "") == "all"
        inside = range(size) if all_of_them else elements(which)
        lists.append([which] if inside is None else list(inside))
    places: list[tuple[Any, ...]] = [()]
    for choices in lists:
        places = [(*at, place) for at in places for place in choices]
    flat = nested(values, "set-selection") if shape_of(values) else None
    given = [values] * len(places) if flat is None else _flat(flat)
    if len(given) != len(places):
        fail("set-selection", f"{len(places)} elements", values)
    for at, value in zip(places, given, strict=True):
        array = mset(array, *at, value)
    return array


def _flat(array: Any) -> list[Any]:
    inside = elements(array)
    return [array] if inside is None else [x for part in inside for x in _flat(part)]


# ---- matrices of parts


@primitive("clojure.core.matrix/block-diagonal-matrix", arity=(1, 2))
def block_diagonal_matrix(*arguments: Any) -> Vector:
    """The matrix with square matrices along the diagonal and zeros elsewhere."""
    blocks = [_rows(b, "block-diagonal-matrix") for b in values_of(arguments[-1], "blocks")]
    total, start, made = sum(map(len, blocks)), 0, []
    for block in blocks:
        for row in block:
            after = total - start - len(block)
            made.append(Vector([*[0.0] * start, *row, *[0.0] * after]))
        start += len(block)
    return Vector(made)


@primitive("clojure.core.matrix/permutation-matrix", arity=(1, 2))
def permutation_matrix(*arguments: Any) -> Vector:
    """The matrix that moves element p of a vector to where p stands in a permutation."""
    order_of = [index(n, "permutation-matrix") for n in values_of(arguments[-1], "permutation")]
    if sorted(order_of) != list(range(len(order_of))):
        fail("permutation-matrix", "a permutation of the numbers from 0", Vector(order_of))
    size = range(len(order_of))
    return Vector([Vector([1.0 if p == j else 0.0 for j in size]) for p in order_of])
