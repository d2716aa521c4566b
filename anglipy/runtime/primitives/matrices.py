"""core.matrix over nested vectors: shapes, parts and elementwise arithmetic.

A matrix is a vector of vectors; lists and numpy arrays count as such. Elementwise functions keep
integers and ratios exact: `(m/div [1 2] 2)` is `[1/2 1]`. A number goes with every element; an
array
of fewer dimensions goes with every slice of the other. What needs floating point is in `linear`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from anglipy.diagnostics import ProgramError
from anglipy.runtime.access import values_of
from anglipy.runtime.equality import elements
from anglipy.runtime.numbers import absolute, add, div, maximum, minimum, mul, number, sub
from anglipy.runtime.primitives import math as elementary
from anglipy.runtime.primitives.checks import fail, function, index
from anglipy.runtime.primitives.math import exp, pow_
from anglipy.runtime.primitives.registry import primitive
from anglipy.runtime.primitives.statistics import each
from anglipy.runtime.vectors import Vector

__all__ = ["UNARY", "elementwise", "nested", "shape_of", "vector_of"]


def nested(value: Any, name: str) -> Any:
    """An array as nested vectors; a number as it is."""
    inside = elements(value)
    if inside is None:
        return number(value, name) if not hasattr(value, "__iter__") else _of_seq(value, name)
    return Vector([nested(part, name) for part in inside])


def _of_seq(value: Any, name: str) -> Vector:
    return Vector([nested(part, name) for part in values_of(value, name)])


def vector_of(value: Any, name: str) -> Vector:
    """The elements of an array in order of rows, as one vector."""
    found: list[Any] = []
    stack = [iter((value,))]
    while stack:
        for part in stack[-1]:
            inside = elements(part)
            if inside is not None:
                stack.append(iter(inside))
                break
            found.append(number(part, name))
        else:
            stack.pop()
    return Vector(found)


def shape_of(value: Any) -> tuple[int, ...]:
    """The lengths of an array along its dimensions, () for a number."""
    sizes = []
    inside = elements(value)
    while inside is not None:
        items = list(inside)
        sizes.append(len(items))
        inside = elements(items[0]) if items else None
    return tuple(sizes)


# --- making and measuring -------------------------------------------------------------------------


@primitive(
    "clojure.core.matrix/matrix", "clojure.core.matrix/array",
    "clojure.core.matrix/to-nested-vectors", "clojure.core.matrix/coerce",
    arity=(1, 2),
)  # fmt: skip
def matrix(*arguments: Any) -> Any:
    """An array of nested data; the name of an implementation before it means nothing."""
    return nested(arguments[-1], "matrix")


@primitive("clojure.core.matrix/set-current-implementation", arity=(1, 1))
def set_current_implementation(implementation: Any) -> None:
    """Nothing: there is one implementation."""


@primitive("clojure.core.matrix/shape", arity=(1, 1))
def shape(array: Any) -> Vector:
    """The vector of lengths along the dimensions, [] for a number."""
    return Vector(shape_of(array))


@primitive("clojure.core.matrix/dimensionality", arity=(1, 1))
def dimensionality(array: Any) -> int:
    """The number of dimensions, 0 for a number."""
    return len(shape_of(array))


@primitive("clojure.core.matrix/ecount", arity=(1, 1))
def ecount(array: Any) -> int:
    """The number of elements."""
    return len(vector_of(array, "ecount"))


@primitive("clojure.core.matrix/row-count", arity=(1, 1))
def row_count(array: Any) -> int:
    """The length along the first dimension."""
    return _length(array, 0, "row-count")


@primitive("clojure.core.matrix/column-count", arity=(1, 1))
def column_count(array: Any) -> int:
    """The length along the second dimension."""
    return _length(array, 1, "column-count")


@primitive("clojure.core.matrix/dimension-count", arity=(2, 2))
def dimension_count(array: Any, dimension: Any) -> int:
    """The length along a dimension."""
    return _length(array, index(dimension, "dimension-count"), "dimension-count")


def _length(array: Any, dimension: int, name: str) -> int:
    sizes = shape_of(array)
    if not 0 <= dimension < len(sizes):
        fail(name, f"an array of at least {dimension + 1} dimensions", array)
    return sizes[dimension]


@primitive("clojure.core.matrix/new-vector", "clojure.core.matrix/zero-vector", arity=(1, 2))
def zero_vector(*arguments: Any) -> Vector:
    """A vector of zeros."""
    return Vector([0.0] * index(arguments[-1], "zero-vector"))


@primitive("clojure.core.matrix/new-matrix", "clojure.core.matrix/zero-matrix", arity=(2, 3))
def zero_matrix(*arguments: Any) -> Vector:
    """A matrix of zeros."""
    rows, columns = (index(n, "zero-matrix") for n in arguments[-2:])
    return Vector([Vector([0.0] * columns) for _ in range(rows)])


@primitive("clojure.core.matrix/new-array", "clojure.core.matrix/zero-array", arity=(1, 2))
def zero_array(*arguments: Any) -> Any:
    """An array of zeros of a shape."""
    made: Any = 0.0
    for size in reversed([index(n, "zero-array") for n in values_of(arguments[-1], "zero-array")]):
        made = Vector([made] * size)
    return made


@primitive("clojure.core.matrix/fill", arity=(2, 2))
def fill(array: Any, value: Any) -> Any:
    """An array of this shape with one value everywhere."""
    return each(lambda _: value, array)


@primitive("clojure.core.matrix/identity-matrix", arity=(1, 2))
def identity_matrix(*arguments: Any) -> Vector:
    """The matrix with ones on the diagonal and zeros elsewhere."""
    size = index(arguments[-1], "identity-matrix")
    return diagonal_matrix([1.0] * size)


@primitive("clojure.core.matrix/diagonal-matrix", arity=(1, 2))
def diagonal_matrix(*arguments: Any) -> Vector:
    """The square matrix with these on the diagonal and zeros elsewhere."""
    values = list(values_of(arguments[-1], "diagonal-matrix"))
    size = range(len(values))
    return Vector([Vector([values[i] if i == j else 0.0 for j in size]) for i in size])


@primitive("clojure.core.matrix/compute-matrix", arity=(2, 3))
def compute_matrix(*arguments: Any) -> Any:
    """The array of (f i j ...) of a shape."""
    sizes = [index(n, "compute-matrix") for n in values_of(arguments[-2], "compute-matrix")]
    call = function(arguments[-1], "compute-matrix")

    def made(at: tuple[int, ...]) -> Any:
        if len(at) == len(sizes):
            return call(*at)
        return Vector([made((*at, i)) for i in range(sizes[len(at)])])

    return made(())


# --- elementwise ----------------------------------------------------------------------------------


def elementwise(name: str, f: Callable[[Any, Any], Any], a: Any, b: Any) -> Any:
    """The values of f on corresponding elements; the array of fewer dimensions is repeated."""
    left, right = len(shape_of(a)), len(shape_of(b))
    if not left and not right:
        return f(number(a, name), number(b, name))
    if left > right:
        return Vector([elementwise(name, f, part, b) for part in values_of(a, name)])
    if right > left:
        return Vector([elementwise(name, f, a, part) for part in values_of(b, name)])
    parts, others = list(values_of(a, name)), list(values_of(b, name))
    if len(parts) != len(others):
        raise ProgramError(
            "AQ440", f"{name}: arrays of different sizes, {len(parts)} and {len(others)}"
        )
    return Vector([elementwise(name, f, x, y) for x, y in zip(parts, others, strict=True)])


def _folded(name: str, f: Callable[[Any, Any], Any], arrays: tuple[Any, ...]) -> Any:
    result = arrays[0]
    for other in arrays[1:]:
        result = elementwise(name, f, result, other)
    return result if len(arrays) > 1 else nested(result, name)


@primitive("clojure.core.matrix/add", arity=(1, None))
def matrix_add(*arrays: Any) -> Any:
    """The sums of corresponding elements."""
    return _folded("add", add, arrays)


@primitive("clojure.core.matrix/sub", arity=(1, None))
def matrix_sub(*arrays: Any) -> Any:
    """The differences of corresponding elements; of one array, every element negated."""
    return _folded("sub", sub, arrays if len(arrays) > 1 else (0, *arrays))


@primitive("clojure.core.matrix/mul", "clojure.core.matrix/emul", arity=(1, None))
def matrix_mul(*arrays: Any) -> Any:
    """The products of corresponding elements."""
    return _folded("mul", mul, arrays)


@primitive("clojure.core.matrix/div", arity=(1, None))
def matrix_div(*arrays: Any) -> Any:
    """The quotients of corresponding elements; of one array, one over every element."""
    return _folded("div", div, arrays if len(arrays) > 1 else (1, *arrays))


@primitive("clojure.core.matrix/pow", arity=(2, None))
def matrix_pow(*arrays: Any) -> Any:
    """The powers of corresponding elements, as doubles."""
    return _folded("pow", pow_, arrays)


UNARY: dict[Callable[..., Any], Callable[[Any], Any]] = {}
"""Function of arrays -> the function of numbers that it applies to every element."""


def _unary(name: str, f: Callable[[Any], Any]) -> None:
    """Enter a function of every element of an array."""

    def applied(array: Any) -> Any:
        return each(f, array)

    applied.__name__ = f"matrix_{name}"
    applied.__doc__ = f"`{name}` of every element."
    primitive(f"clojure.core.matrix/{name}", arity=(1, 1))(applied)
    UNARY[applied] = f


for _name, _function in {
    "exp": elementary.exp, "log": elementary.log, "log10": elementary.log10,
    "sqrt": elementary.sqrt, "cbrt": elementary.cbrt, "sin": elementary.sin,
    "cos": elementary.cos, "tan": elementary.tan, "tanh": elementary.tanh,
    "floor": elementary.floor, "ceil": elementary.ceil, "round": elementary.round_,
    "asin": elementary.asin, "acos": elementary.acos, "atan": elementary.atan,
    "sinh": elementary.sinh, "cosh": elementary.cosh, "log1p": elementary.log1p,
    "abs": absolute, "signum": elementary.signum,
}.items():  # fmt: skip
    _unary(_name, _function)


@primitive("clojure.core.matrix/negate", arity=(1, 1))
def negate(array: Any) -> Any:
    """Every element negated."""
    return elementwise("negate", sub, 0, array)


@primitive("clojure.core.matrix/square", arity=(1, 1))
def square(array: Any) -> Any:
    """The square of every element."""
    return elementwise("square", mul, array, array)


@primitive("clojure.core.matrix/logistic", arity=(1, 1))
def logistic(array: Any) -> Any:
    """1 / (1 + exp(-x)) of every element x."""
    return elementwise("logistic", div, 1.0, matrix_add(1.0, each(exp, negate(array))))


@primitive("clojure.core.matrix/scale", arity=(2, 2))
def scale(array: Any, factor: Any) -> Any:
    """Every element times a number."""
    return elementwise("scale", mul, array, factor)


@primitive("clojure.core.matrix/add-product", arity=(3, 3))
def add_product(array: Any, a: Any, b: Any) -> Any:
    """The first array plus the elementwise product of the others."""
    return elementwise("add-product", add, array, elementwise("add-product", mul, a, b))


@primitive("clojure.core.matrix/emap", arity=(2, None), function_args=(0,))
def emap(f: Any, array: Any, *others: Any) -> Any:
    """The values of f on corresponding elements."""
    call = function(f, "emap")

    def mapped(*parts: Any) -> Any:
        inside = [elements(part) for part in parts]
        if all(found is None for found in inside):
            return call(*parts)
        if any(found is None for found in inside):
            raise ProgramError("AQ440", "emap: arrays of different shapes")
        return Vector([mapped(*below) for below in zip(*inside, strict=False)])

    return mapped(array, *others)


@primitive("clojure.core.matrix/ereduce", arity=(2, 3), function_args=(0,))
def ereduce(f: Any, *arguments: Any) -> Any:
    """`reduce` over all elements."""
    from anglipy.runtime.primitives.higher_order import reduce

    return reduce(f, *arguments[:-1], vector_of(arguments[-1], "ereduce"))


@primitive("clojure.core.matrix/esum", arity=(1, 1))
def esum(array: Any) -> Any:
    """The sum of all elements."""
    total: Any = 0
    for value in vector_of(array, "esum"):
        total = add(total, value)
    return total


@primitive("clojure.core.matrix/emax", "clojure.core.matrix/maximum", arity=(1, 1))
def emax(array: Any) -> Any:
    """The largest element."""
    return _best("emax", maximum, array)


@primitive("clojure.core.matrix/emin", "clojure.core.matrix/minimum", arity=(1, 1))
def emin(array: Any) -> Any:
    """The smallest element."""
    return _best("emin", minimum, array)


def _best(name: str, better: Callable[[Any, Any], Any], array: Any) -> Any:
    values = vector_of(array, name)
    if not len(values):
        fail(name, "an array with elements", array)
    best = values[0]
    for value in values:
        best = better(best, value)
    return best
