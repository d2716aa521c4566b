"""core.matrix: functions of corresponding elements besides arithmetic; sums of products."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from anglipy.runtime.numbers import add, ge, gt, le, lt, maximum, minimum, mul, num_eq, number, sub
from anglipy.runtime.numbers import to_double as double
from anglipy.runtime.primitives.arrays import Array
from anglipy.runtime.primitives.checks import fail
from anglipy.runtime.primitives.linear import mmul, outer_product
from anglipy.runtime.primitives.matrices import (
    elementwise,
    emap,
    matrix_add,
    matrix_div,
    matrix_mul,
    matrix_pow,
    matrix_sub,
    nested,
    shape_of,
    vector_of,
)
from anglipy.runtime.primitives.registry import primitive
from anglipy.runtime.primitives.statistics import each
from anglipy.runtime.vectors import Vector

__all__: list[str] = []


def _comparison(name: str, holds: Callable[[Any, Any], bool], words: str) -> None:
    def compared(a: Any, b: Any) -> Any:
        return elementwise(name, lambda x, y: int(holds(x, y)), a, b)

    compared.__name__ = f"matrix_{name}"
    compared.__doc__ = f"1 for each element of one array that is {words} that of the other, else 0."
    primitive(f"clojure.core.matrix/{name}", arity=(2, 2))(compared)


for _name, _holds, _words in (
    ("eq", num_eq, "equal to"), ("ne", lambda x, y: not num_eq(x, y), "different from"),
    ("lt", lt, "less than"), ("gt", gt, "greater than"),
    ("le", le, "at most"),
    ("ge", ge, "at least"),
):  # fmt: skip
    _comparison(_name, _holds, _words)


@primitive("clojure.core.matrix/e==", arity=(1, None))
def is_numerically_equal(first: Any, *others: Any) -> bool:
    """True for arrays of one shape with elements that are equal as numbers."""
    shapes = {shape_of(array) for array in (first, *others)}
    values = [list(vector_of(array, "e==")) for array in (first, *others)]
    return len(shapes) == 1 and all(
        num_eq(x, y) for other in values[1:] for x, y in zip(values[0], other, strict=True)
    )


@primitive("clojure.core.matrix/eif", arity=(3, 3))
def eif(test: Any, array: Any, other: Any) -> Any:
    """The elements of one array where those of the test are true or above zero, of the other array
    elsewhere.
    """

    def chosen(t: Any, x: Any, y: Any) -> Any:
        is_true = t is not None and t is not False and (t is True or gt(number(t, "eif"), 0))
        return x if is_true else y

    return emap(chosen, test, _like(array, test), _like(other, test))


def _like(array: Any, other: Any) -> Any:
    return each(lambda _: array, other) if not shape_of(array) else array


@primitive("clojure.core.matrix/clamp", arity=(3, 3))
def clamp(array: Any, low: Any, high: Any) -> Any:
    """Every element, but at least `low` and at most `high`."""
    return each(lambda x: minimum(maximum(number(x, "clamp"), low), high), array)


@primitive("clojure.core.matrix/lerp", arity=(3, 3))
def lerp(a: Any, b: Any, factor: Any) -> Any:
    """(1 - factor) a + factor b, element by element."""
    return matrix_add(matrix_mul(a, sub(1, factor)), matrix_mul(b, factor))


@primitive("clojure.core.matrix/relu", arity=(1, 1))
def relu(array: Any) -> Any:
    """Every element, or zero where that is larger."""
    return each(lambda x: maximum(0.0, double(number(x, "relu"))), array)


@primitive("clojure.core.matrix/softplus", arity=(1, 1))
def softplus(array: Any) -> Any:
    """log(1 + exp(x)) of every element x."""

    def applied(value: Any) -> float:
        x = double(number(value, "softplus"))
        return max(x, 0.0) + math.log1p(math.exp(-abs(x)))

    return each(applied, array)


@primitive("clojure.core.matrix/softmax", arity=(1, 1))
def softmax(vector: Any) -> Any:
    """exp(x) of every element x of a vector, divided by their sum."""
    values = [double(x) for x in vector_of(vector, "softmax")]
    if not values:
        fail("softmax", "a vector with elements", vector)
    top = max(values)
    raised = [math.exp(value - top) for value in values]
    return Vector([value / math.fsum(raised) for value in raised])


@primitive("clojure.core.matrix/linear", arity=(1, 1))
def linear(array: Any) -> Any:
    """Every element as it is."""
    return nested(array, "linear")


@primitive("clojure.core.matrix/reciprocal", arity=(1, 1))
def reciprocal(array: Any) -> Any:
    """One over every element."""
    return matrix_div(array)


@primitive("clojure.core.matrix/to-degrees", "clojure.core.matrix/toDegrees", arity=(1, 1))
def to_degrees(array: Any) -> Any:
    """Every angle in degrees."""
    return each(lambda x: math.degrees(double(number(x, "to-degrees"))), array)


@primitive("clojure.core.matrix/to-radians", "clojure.core.matrix/toRadians", arity=(1, 1))
def to_radians(array: Any) -> Any:
    """Every angle in radians."""
    return each(lambda x: math.radians(double(number(x, "to-radians"))), array)


# ---- sums of products


@primitive("clojure.core.matrix/add-scaled", arity=(3, 3))
def add_scaled(array: Any, other: Any, factor: Any) -> Any:
    """One array plus the other times a number."""
    return elementwise("add-scaled", add, array, elementwise("add-scaled", mul, other, factor))


@primitive("clojure.core.matrix/add-scaled-product", arity=(4, 4))
def add_scaled_product(array: Any, a: Any, b: Any, factor: Any) -> Any:
    """An array plus the elementwise product of two others times a number."""
    return add_scaled(array, matrix_mul(a, b), factor)


@primitive("clojure.core.matrix/add-inner-product", arity=(3, 4))
def add_inner_product(array: Any, a: Any, b: Any, factor: Any = 1) -> Any:
    """An array plus the matrix product of two others, times a number if one is given."""
    return add_scaled(array, mmul(a, b), factor)


@primitive("clojure.core.matrix/add-outer-product", arity=(3, 4))
def add_outer_product(array: Any, a: Any, b: Any, factor: Any = 1) -> Any:
    """An array plus the outer product of two others, times a number if one is given."""
    return add_scaled(array, outer_product(a, b), factor)


@primitive("clojure.core.matrix/magnitude-squared", arity=(1, 1))
def magnitude_squared(array: Any) -> float:
    """The sum of squares of all elements."""
    return double(sum(double(x) ** 2 for x in vector_of(array, "magnitude-squared")))


@primitive("clojure.core.matrix/density", arity=(1, 1))
def density(array: Any) -> float:
    """The fraction of elements that are not zero."""
    values = vector_of(array, "density")
    if not len(values):
        fail("density", "an array with elements", array)
    return non_zero_count(array) / len(values)


@primitive("clojure.core.matrix/non-zero-count", arity=(1, 1))
def non_zero_count(array: Any) -> int:
    """How many elements are not zero."""
    return sum(not num_eq(x, 0) for x in vector_of(array, "non-zero-count"))


@primitive("clojure.core.matrix/zero-count", arity=(1, 1))
def zero_count(array: Any) -> int:
    """How many elements are zero."""
    return sum(num_eq(x, 0) for x in vector_of(array, "zero-count"))


@primitive("clojure.core.matrix/non-zero-indices", arity=(1, 1))
def non_zero_indices(array: Any) -> Vector:
    """The indices of the elements of a vector that are not zero; of a matrix, those of each row."""
    if len(shape_of(array)) > 1:
        return Vector([non_zero_indices(row) for row in array])
    values = enumerate(vector_of(array, "non-zero-indices"))
    return Vector([place for place, x in values if not num_eq(x, 0)])


@primitive("clojure.core.matrix/to-double-array", arity=(1, 1), pure=False)
def to_double_array(array: Any) -> Array:
    """All elements in order of rows, as an array of doubles."""
    return Array("double", map(double, vector_of(array, "to-double-array")))


@primitive("clojure.core.matrix/to-object-array", arity=(1, 1), pure=False)
def to_object_array(array: Any) -> Array:
    """All elements in order of rows, as an array."""
    return Array("object", vector_of(array, "to-object-array"))


# ---- the operators


for _name, _function in {
    "+": matrix_add, "-": matrix_sub, "*": matrix_mul, "/": matrix_div, "**": matrix_pow,
}.items():  # fmt: skip
    primitive(f"clojure.core.matrix.operators/{_name}", arity=(1, None))(_function)


@primitive("clojure.core.matrix.operators/==", arity=(1, None))
def operator_equals(first: Any, *others: Any) -> bool:
    """True for arrays of one shape with elements that are equal as numbers."""
    return is_numerically_equal(first, *others)
