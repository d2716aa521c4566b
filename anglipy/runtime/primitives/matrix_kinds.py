"""core.matrix: questions about arrays."""

from __future__ import annotations

from typing import Any

from anglipy.runtime.equality import elements
from anglipy.runtime.primitives.matrices import shape_of
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
