"""core.matrix: questions about arrays."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from anglipy.runtime.equality import elements
from anglipy.runtime.numbers import is_number, num_eq
from anglipy.runtime.primitives.linear import array_of
from anglipy.runtime.primitives.matrices import nested, shape_of
from anglipy.runtime.primitives.registry import primitive

__all__: list[str] = []


@primitive("clojure.core.matrix/vec?", arity=(1, 1))
def is_vec(value: Any) -> bool:
    """True for arrays of one dimension."""
    return len(shape_of(value)) == 1


@primitive("clojure.core.matrix/matrix?", arity=(1, 1))
def is_matrix(value: Any) -> bool:
    """True for arrays of two dimensions."""
    return len(shape_of(value)) == 2


@primitive("clojure.core.matrix/array?", arity=(1, 1))
def is_array(value: Any) -> bool:
    """True for arrays."""
    return elements(value) is not None


@primitive("clojure.core.matrix/scalar?", arity=(1, 1))
def is_scalar(value: Any) -> bool:
    """True for what is no array."""
    return elements(value) is None


@primitive("clojure.core.matrix/square?", arity=(1, 1))
def is_square(value: Any) -> bool:
    """True for matrices with as many rows as columns."""
    sizes = shape_of(value)
    return len(sizes) == 2 and sizes[0] == sizes[1]


@primitive("clojure.core.matrix/same-shape?", arity=(2, 2))
def is_same_shape(a: Any, b: Any) -> bool:
    """True for arrays of equal shape."""
    return shape_of(a) == shape_of(b)


@primitive("clojure.core.matrix/zero-dimensional?", arity=(1, 1))
def is_zero_dimensional(value: Any) -> bool:
    """True for arrays of no dimension, numbers."""
    return not shape_of(value)


@primitive("clojure.core.matrix/row-matrix?", arity=(1, 1))
def is_row_matrix(value: Any) -> bool:
    """True for matrices of one row."""
    sizes = shape_of(value)
    return len(sizes) == 2 and sizes[0] == 1


@primitive("clojure.core.matrix/column-matrix?", arity=(1, 1))
def is_column_matrix(value: Any) -> bool:
    """True for matrices of one column."""
    sizes = shape_of(value)
    return len(sizes) == 2 and sizes[1] == 1


@primitive("clojure.core.matrix/conforming?", arity=(1, None))
def is_conforming(*arrays: Any) -> bool:
    """True for arrays of which those of fewer dimensions can be broadcast to the largest."""
    sizes = sorted(map(shape_of, arrays), key=len)
    return all(not s or s == sizes[-1][len(sizes[-1]) - len(s) :] for s in sizes)


@primitive("clojure.core.matrix/numerical?", arity=(1, 1))
def is_numerical(value: Any) -> bool:
    """True for arrays all of whose elements are numbers."""
    inside = elements(value)
    return is_number(value) if inside is None else all(map(is_numerical, inside))


def _all(name: str, holds: Callable[[int, int, Any, Callable[[int, int], Any]], bool],
         words: str) -> None:  # fmt: skip
    """Enter a question about every element of a matrix: row, column, element, the others."""

    def asked(matrix: Any) -> bool:
        if len(shape_of(matrix)) != 2:
            return False
        rows = nested(matrix, name)
        return all(
            holds(i, j, x, lambda a, b: rows[a][b])
            for i, row in enumerate(rows)
            for j, x in enumerate(row)
        )

    asked.__name__ = f"is_{name.rstrip('?').replace('-', '_')}"
    asked.__doc__ = f"True for matrices {words}."
    primitive(f"clojure.core.matrix/{name}", arity=(1, 1))(asked)


_all("zero-matrix?", lambda i, j, x, at: num_eq(x, 0), "of zeros")
_all("diagonal?", lambda i, j, x, at: i == j or num_eq(x, 0), "with zeros off the diagonal")
_all("upper-triangular?", lambda i, j, x, at: i <= j or num_eq(x, 0),
     "with zeros below the diagonal")  # fmt: skip
_all("lower-triangular?", lambda i, j, x, at: i >= j or num_eq(x, 0),
     "with zeros above the diagonal")  # fmt: skip


@primitive("clojure.core.matrix/symmetric?", "clojure.core.matrix/hermitian?", arity=(1, 1))
def is_symmetric(matrix: Any) -> bool:
    """True for square matrices that are their own transpose."""
    if not is_square(matrix):
        return False
    rows = nested(matrix, "symmetric?")
    size = range(len(rows))
    return all(num_eq(rows[i][j], rows[j][i]) for i in size for j in range(i))


@primitive("clojure.core.matrix/identity-matrix?", arity=(1, 1))
def is_identity_matrix(matrix: Any) -> bool:
    """True for square matrices with ones on the diagonal and zeros elsewhere."""
    if not is_square(matrix):
        return False
    rows = nested(matrix, "identity-matrix?")
    return all(num_eq(x, int(i == j)) for i, row in enumerate(rows) for j, x in enumerate(row))


@primitive("clojure.core.matrix/orthogonal?", arity=(1, 2))
def is_orthogonal(matrix: Any, tolerance: Any = 1e-12) -> bool:
    """True for square matrices whose transpose is their inverse, within a tolerance."""
    import numpy

    if not is_square(matrix):
        return False
    array = array_of(matrix, "orthogonal?")
    apart = numpy.abs(array.T @ array - numpy.eye(len(array))).max(initial=0.0)
    return bool(apart <= tolerance)
