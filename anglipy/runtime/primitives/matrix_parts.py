"""core.matrix: parts of arrays, and arrays put together from others."""

from __future__ import annotations

from typing import Any

from anglipy.diagnostics import ProgramError
from anglipy.runtime.access import element_at, out_of_range, sequence, values_of
from anglipy.runtime.equality import elements
from anglipy.runtime.primitives.checks import fail, index
from anglipy.runtime.primitives.matrices import nested, shape_of, vector_of
from anglipy.runtime.primitives.registry import primitive
from anglipy.runtime.printing import pr_str
from anglipy.runtime.scalars import Keyword
from anglipy.runtime.seqs import Seq
from anglipy.runtime.vectors import Vector

__all__ = ["transpose"]


def _part(array: Any, place: Any, name: str) -> Any:
    inside = elements(array)
    if inside is None:
        fail(name, "an array of more dimensions", array)
    at = index(place, name)
    try:
        return element_at(inside, at)
    except IndexError as error:
        raise out_of_range(name, at, array) from error


@primitive("clojure.core.matrix/mget", arity=(1, None))
def mget(array: Any, *places: Any) -> Any:
    """The element at an index for each dimension."""
    for place in places:
        array = _part(array, place, "mget")
    return array


@primitive("clojure.core.matrix/mset", arity=(3, None))
def mset(array: Any, *places_and_value: Any) -> Any:
    """The array with one element replaced."""
    *places, value = places_and_value
    return _set(nested(array, "mset"), places, value)


def _set(array: Any, places: list[Any], value: Any) -> Any:
    if not places:
        return value
    part = _part(array, places[0], "mset")
    return array.assoc(index(places[0], "mset"), _set(part, places[1:], value))


@primitive("clojure.core.matrix/get-row", arity=(2, 2))
def get_row(array: Any, place: Any) -> Any:
    """A row of a matrix."""
    return nested(_part(array, place, "get-row"), "get-row")


@primitive("clojure.core.matrix/get-column", arity=(2, 2))
def get_column(array: Any, place: Any) -> Vector:
    """A column of a matrix."""
    rows = values_of(array, "get-column")
    return Vector([_part(row, place, "get-column") for row in rows])


@primitive("clojure.core.matrix/rows", arity=(1, 1))
def rows_of(array: Any) -> Seq:
    """The rows of a matrix."""
    return slices(array)


@primitive("clojure.core.matrix/columns", arity=(1, 1))
def columns_of(array: Any) -> Seq:
    """The columns of a matrix."""
    return slices(transpose(array))


@primitive("clojure.core.matrix/slices", arity=(1, 2))
def slices(array: Any, dimension: Any = 0) -> Seq:
    """The parts of an array along a dimension."""
    count = shape_of(array)
    axis = index(dimension, "slices")
    if not 0 <= axis < len(count):
        fail("slices", f"an array of at least {axis + 1} dimensions", array)
    return sequence([_slice(array, axis, i, "slices") for i in range(count[axis])])


@primitive("clojure.core.matrix/slice", arity=(2, 3))
def slice_(array: Any, *arguments: Any) -> Any:
    """`(slice array index)`, `(slice array dimension index)`: the part at an index."""
    axis = index(arguments[0], "slice") if len(arguments) == 2 else 0
    return _slice(array, axis, arguments[-1], "slice")


def _slice(array: Any, axis: int, place: Any, name: str) -> Any:
    if axis == 0:
        found = _part(array, place, name)
        return nested(found, name) if elements(found) is not None else found
    return Vector([_slice(part, axis - 1, place, name) for part in values_of(array, name)])


@primitive("clojure.core.matrix/select", arity=(2, None))
def select(array: Any, *wanted: Any) -> Any:
    """The part of an array that an index, a list of them or `:all` chooses along each dimension."""
    if not wanted:
        return nested(array, "select") if elements(array) is not None else array
    first, rest = wanted[0], wanted[1:]
    if isinstance(first, Keyword):
        inside = list(elements(array) or ())
        places = _named(first, len(inside))
    elif elements(first) is not None:
        places = list(values_of(first, "select"))
    else:
        return select(_part(array, first, "select"), *rest)
    return Vector([select(_part(array, place, "select"), *rest) for place in places])


def _named(which: Keyword, length: int) -> list[int]:
    named = {
        "all": list(range(length)),
        "first": [0],
        "last": [length - 1],
        "butlast": list(range(length - 1)),
        "rest": list(range(1, length)),
    }
    if which.name not in named:
        fail("select", f"one of {', '.join(f':{name}' for name in named)}", which)
    return named[which.name]


@primitive("clojure.core.matrix/submatrix", arity=(5, 5))
def submatrix(array: Any, row: Any, rows: Any, column: Any, columns: Any) -> Any:
    """So many rows and columns, from a row and column on."""
    first, start = index(row, "submatrix"), index(column, "submatrix")
    return select(
        array,
        Vector(range(first, first + index(rows, "submatrix"))),
        Vector(range(start, start + index(columns, "submatrix"))),
    )


@primitive("clojure.core.matrix/subvector", arity=(3, 3))
def subvector(array: Any, start: Any, length: Any) -> Any:
    """So many elements of a vector, from one on."""
    first = index(start, "subvector")
    return select(array, Vector(range(first, first + index(length, "subvector"))))


@primitive("clojure.core.matrix/to-vector", "clojure.core.matrix/as-vector", arity=(1, 1))
def to_vector(array: Any) -> Vector:
    """All elements in order of rows, as one vector."""
    return vector_of(array, "to-vector")


@primitive("clojure.core.matrix/eseq", arity=(1, 1))
def eseq(array: Any) -> Seq:
    """All elements in order of rows, as a sequence."""
    return sequence(tuple(vector_of(array, "eseq")))


@primitive("clojure.core.matrix/reshape", arity=(2, 2))
def reshape(array: Any, sizes: Any) -> Any:
    """The elements in order of rows as an array of another shape."""
    wanted = [index(n, "reshape") for n in values_of(sizes, "reshape")]
    values: Any = list(vector_of(array, "reshape"))
    count = 1
    for size in wanted:
        count *= size
    if count > len(values):
        raise ProgramError(
            "AQ440", f"reshape: {len(values)} elements are too few for {pr_str(Vector(wanted))}"
        )
    values = values[:count]
    for size in reversed(wanted[1:]):
        values = [Vector(values[i : i + size]) for i in range(0, len(values), max(size, 1))]
    return Vector(values) if wanted else values[0]


@primitive("clojure.core.matrix/transpose", arity=(1, 1))
def transpose(array: Any) -> Any:
    """Rows as columns; a vector as it is."""
    if len(shape_of(array)) < 2:
        return nested(array, "transpose")
    rows = [list(values_of(row, "transpose")) for row in values_of(array, "transpose")]
    if len({len(row) for row in rows}) > 1:
        fail("transpose", "rows of equal length", array)
    return Vector([Vector(column) for column in zip(*rows, strict=True)])


@primitive("clojure.core.matrix/diagonal", "clojure.core.matrix/main-diagonal", arity=(1, 1))
def diagonal(array: Any) -> Vector:
    """The elements on the diagonal of a matrix."""
    rows = [list(values_of(row, "diagonal")) for row in values_of(array, "diagonal")]
    return Vector([row[i] for i, row in enumerate(rows) if i < len(row)])


@primitive("clojure.core.matrix/trace", arity=(1, 1))
def trace(array: Any) -> float:
    """The sum of the diagonal, as a double."""
    return float(sum(diagonal(array)))


@primitive("clojure.core.matrix/join", arity=(1, None))
def join_arrays(*arrays: Any) -> Vector:
    """The arrays one after the other along the first dimension."""
    return Vector([nested(p, "join") for a in arrays for p in values_of(a, "join")])


@primitive("clojure.core.matrix/join-along", arity=(2, None))
def join_along(dimension: Any, *arrays: Any) -> Any:
    """The arrays one after the other along a dimension."""
    if index(dimension, "join-along") == 0:
        return join_arrays(*arrays)
    rows = zip(*[values_of(array, "join-along") for array in arrays], strict=True)
    return Vector([join_along(index(dimension, "join-along") - 1, *row) for row in rows])


@primitive("clojure.core.matrix/stack", arity=(1, None))
def stack(*arrays: Any) -> Vector:
    """The arrays as the parts of one with a dimension more."""
    return Vector([nested(array, "stack") for array in arrays])


@primitive("clojure.core.matrix/row-matrix", arity=(1, 1))
def row_matrix(values: Any) -> Vector:
    """The matrix of one row."""
    return Vector([nested(values, "row-matrix")])


@primitive("clojure.core.matrix/column-matrix", arity=(1, 1))
def column_matrix(values: Any) -> Vector:
    """The matrix of one column."""
    return Vector([Vector((value,)) for value in values_of(values, "column-matrix")])


@primitive("clojure.core.matrix/emap-indexed", arity=(2, 2), function_args=(0,))
def emap_indexed(f: Any, array: Any) -> Any:
    """The values of (f index element), the index a vector."""

    def mapped(part: Any, at: tuple[int, ...]) -> Any:
        inside = elements(part)
        if inside is None:
            return f(Vector(at), part)
        return Vector([mapped(below, (*at, i)) for i, below in enumerate(inside)])

    return mapped(array, ())


@primitive("clojure.core.matrix/index-seq", arity=(1, 1))
def index_seq(array: Any) -> Seq:
    """The indices of all elements, as vectors."""
    found: list[Vector] = []
    work: list[tuple[int, ...]] = [()]
    for size in shape_of(array):
        work = [(*at, i) for at in work for i in range(size)]
    found.extend(Vector(at) for at in work)
    return sequence(found)
