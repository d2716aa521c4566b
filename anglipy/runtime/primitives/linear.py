"""core.matrix: products, and linear algebra in doubles by numpy, which is loaded on first use."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from anglipy.diagnostics import ProgramError
from anglipy.runtime.equality import equal
from anglipy.runtime.maps import PersistentMap
from anglipy.runtime.numbers import number, to_double
from anglipy.runtime.primitives.checks import fail
from anglipy.runtime.primitives.matrices import nested, shape_of, vector_of
from anglipy.runtime.primitives.registry import primitive
from anglipy.runtime.scalars import Keyword
from anglipy.runtime.vectors import Vector

__all__ = ["array_of", "determinants", "mmul"]


def array_of(value: Any, name: str) -> Any:
    """An array of doubles of numpy."""
    import numpy

    if isinstance(value, numpy.ndarray):
        return value.astype(float)
    try:
        flat = [to_double(x) for x in vector_of(value, name)]
        return numpy.array(flat, dtype=float).reshape(shape_of(value))
    except ValueError as error:
        raise ProgramError("AQ440", f"{name}: the rows of the array differ in length") from error


def _vectors(found: Any) -> Any:
    """Nested vectors of an array of numpy; a number as it is."""
    if getattr(found, "ndim", 0) == 0:
        return found.item() if hasattr(found, "item") else found
    return nested(found.tolist(), "matrix")


def _product(name: str, f: Callable[[Any, Any], Any], a: Any, b: Any) -> Any:
    import numpy

    left, right = array_of(a, name), array_of(b, name)
    try:
        with numpy.errstate(all="ignore"):
            return f(left, right)
    except ValueError as error:
        shapes = " and ".join("x".join(map(str, shape_of(x))) or "a number" for x in (a, b))
        raise ProgramError("AQ440", f"{name}: shapes do not fit: {shapes}") from error


@primitive("clojure.core.matrix/mmul", "clojure.core.matrix/inner-product", arity=(1, None))
def mmul(first: Any, *others: Any) -> Any:
    """The matrix product, from left to right; with a number, every element times it."""
    import numpy

    result = array_of(first, "mmul")
    for other in others:
        scaling = not getattr(result, "ndim", 0) or not shape_of(other)
        result = _product("mmul", numpy.multiply if scaling else numpy.matmul, result, other)
    return _vectors(result)


@primitive("clojure.core.matrix/dot", arity=(2, 2))
def dot(a: Any, b: Any) -> Any:
    """The inner product."""
    import numpy

    return _vectors(_product("dot", numpy.dot, a, b))


@primitive("clojure.core.matrix/outer-product", arity=(2, 2))
def outer_product(a: Any, b: Any) -> Any:
    """The products of every element of one with every element of the other."""
    import numpy

    return _vectors(_product("outer-product", numpy.multiply.outer, a, b))


@primitive("clojure.core.matrix/cross", arity=(2, 2))
def cross(a: Any, b: Any) -> Any:
    """The cross product of vectors of three."""
    x, y = array_of(a, "cross"), array_of(b, "cross")
    if x.shape != (3,) or y.shape != (3,):
        fail("cross", "vectors of three", a if x.shape != (3,) else b)
    turned = [(x[i - 2] * y[i - 1] - x[i - 1] * y[i - 2]).item() for i in range(3)]
    return Vector(turned)


def _square(value: Any, name: str) -> Any:
    array = array_of(value, name)
    if array.ndim != 2 or array.shape[0] != array.shape[1]:
        fail(name, "a square matrix", value)
    return array


@primitive("clojure.core.matrix/inverse", arity=(1, 1))
def inverse(matrix: Any) -> Any:
    """The inverse of a matrix; nil if there is none."""
    import numpy

    try:
        return _vectors(numpy.linalg.inv(_square(matrix, "inverse")))
    except numpy.linalg.LinAlgError:
        return None


def determinants(a: Any) -> Any:
    """The determinants of matrices, shape (..., n, n): by Leibniz' formula up to n = 3, which is
    exact
    where elements are small integers, else by numpy.
    """
    import numpy

    size = a.shape[-1]
    if size == 0 or size > 3:
        return numpy.linalg.det(a)
    if size == 1:
        return a[..., 0, 0]
    minor = a[..., -2, -2] * a[..., -1, -1] - a[..., -2, -1] * a[..., -1, -2]
    if size == 2:
        return minor
    second = a[..., 1, 0] * a[..., 2, 2] - a[..., 1, 2] * a[..., 2, 0]
    third = a[..., 1, 0] * a[..., 2, 1] - a[..., 1, 1] * a[..., 2, 0]
    return a[..., 0, 0] * minor - a[..., 0, 1] * second + a[..., 0, 2] * third


@primitive("clojure.core.matrix/det", arity=(1, 1))
def det(matrix: Any) -> float:
    """The determinant."""
    import numpy

    with numpy.errstate(all="ignore"):
        return float(determinants(_square(matrix, "det")))


@primitive("clojure.core.matrix/rank", "clojure.core.matrix.linear/rank", arity=(1, 1))
def rank(matrix: Any) -> int:
    """The rank of a matrix."""
    import numpy

    return int(numpy.linalg.matrix_rank(array_of(matrix, "rank")))


@primitive("clojure.core.matrix/magnitude", "clojure.core.matrix/length", arity=(1, 1))
def magnitude(vector: Any) -> float:
    """The square root of the sum of squares."""
    import numpy

    with numpy.errstate(all="ignore"):
        return float(numpy.linalg.norm(array_of(vector, "magnitude").ravel()))


@primitive("clojure.core.matrix/length-squared", arity=(1, 1))
def length_squared(vector: Any) -> float:
    """The sum of squares."""
    import numpy

    array = array_of(vector, "length-squared")
    with numpy.errstate(all="ignore"):
        return float((array * array).sum())


@primitive("clojure.core.matrix/distance", arity=(2, 2))
def distance(a: Any, b: Any) -> float:
    """The Euclidean distance of two points."""
    import numpy

    return magnitude(_product("distance", numpy.subtract, a, b))


@primitive("clojure.core.matrix/normalise", arity=(1, 1))
def normalise(vector: Any) -> Any:
    """The vector of length one in the same direction."""
    import numpy

    array = array_of(vector, "normalise")
    length = magnitude(vector)
    with numpy.errstate(all="ignore"):
        return _vectors(array / length if length else array)


@primitive("clojure.core.matrix.linear/norm", "clojure.core.matrix/norm", arity=(1, 2))
def norm(array: Any, order: Any = 2) -> float:
    """The p-norm of all elements: p is 2, or a number, or ##Inf."""
    import numpy

    p = to_double(number(order, "norm"))
    with numpy.errstate(all="ignore"):
        return float(numpy.linalg.norm(array_of(array, "norm").ravel(), p))


@primitive("clojure.core.matrix.linear/solve", "clojure.core.matrix/solve", arity=(2, 2))
def solve(matrix: Any, right: Any) -> Any:
    """The x with matrix x = right; nil if there is none."""
    import numpy

    left = _square(matrix, "solve")
    try:
        return _vectors(numpy.linalg.solve(left, array_of(right, "solve")))
    except numpy.linalg.LinAlgError:
        return None
    except ValueError as error:
        raise ProgramError("AQ440", "solve: the sizes do not fit") from error


@primitive("clojure.core.matrix.linear/least-squares", arity=(2, 2))
def least_squares(matrix: Any, right: Any) -> Any:
    """The x that makes the squared length of matrix x - right least."""
    import numpy

    left, wanted = array_of(matrix, "least-squares"), array_of(right, "least-squares")
    try:
        return _vectors(numpy.linalg.lstsq(left, wanted)[0])
    except (ValueError, numpy.linalg.LinAlgError) as error:
        raise ProgramError("AQ440", "least-squares: the sizes do not fit") from error


def _parts(**parts: Any) -> PersistentMap:
    return PersistentMap.of((Keyword(name), _vectors(part)) for name, part in parts.items())


@primitive("clojure.core.matrix.linear/cholesky", arity=(1, 2))
def cholesky(matrix: Any, options: Any = None) -> PersistentMap | None:
    """`{:L l :L* u}` with l lower triangular, u its transpose and matrix = l u; nil if it is not
    positive definite.
    """
    import numpy

    try:
        lower = numpy.linalg.cholesky(_square(matrix, "cholesky"))
    except numpy.linalg.LinAlgError:
        return None
    return _parts(**{"L": lower, "L*": lower.T})


@primitive("clojure.core.matrix.linear/qr", arity=(1, 2))
def qr(matrix: Any, options: Any = None) -> PersistentMap:
    """`{:Q q :R r}` with q orthogonal, r upper triangular and matrix = q r."""
    import numpy

    q, r = numpy.linalg.qr(array_of(matrix, "qr"))
    return _parts(Q=q, R=r)


@primitive("clojure.core.matrix.linear/pinv", "clojure.core.matrix/pinv", arity=(1, 1))
def pseudo_inverse(matrix: Any) -> Any:
    """The pseudo-inverse of Moore and Penrose."""
    import numpy

    return _vectors(numpy.linalg.pinv(array_of(matrix, "pinv")))


@primitive("clojure.core.matrix.linear/lu", arity=(1, 2))
def lu(matrix: Any, options: Any = None) -> PersistentMap:
    """`{:L l :U u :P p}` with l lower triangular, u upper triangular, p a permutation and matrix =
    p l u (elimination with partial pivoting).
    """
    import numpy

    upper = _square(matrix, "lu").copy()
    size = len(upper)
    lower, moved = numpy.eye(size), numpy.arange(size)
    for k in range(size):
        pivot = k + int(numpy.argmax(numpy.abs(upper[k:, k])))
        upper[[k, pivot]] = upper[[pivot, k]]
        moved[[k, pivot]] = moved[[pivot, k]]
        lower[[k, pivot], :k] = lower[[pivot, k], :k]
        if upper[k, k]:
            lower[k + 1 :, k] = upper[k + 1 :, k] / upper[k, k]
            upper[k + 1 :] -= numpy.outer(lower[k + 1 :, k], upper[k])
            upper[k + 1 :, k] = 0.0
    return _parts(L=lower, U=upper, P=numpy.eye(size)[:, moved])


@primitive("clojure.core.matrix.linear/svd", arity=(1, 2))
def svd(matrix: Any, options: Any = None) -> PersistentMap:
    """`{:U u :S s :V* v}` with matrix = u diag(s) v."""
    import numpy

    u, s, v = numpy.linalg.svd(array_of(matrix, "svd"))
    return _parts(**{"U": u, "S": s, "V*": v})


@primitive("clojure.core.matrix.linear/eigen", arity=(1, 2))
def eigen(matrix: Any, options: Any = None) -> PersistentMap:
    """`{:Q q :A a}` of a symmetric matrix: the columns of q are eigenvectors, the diagonal of a the
    eigenvalues.
    """
    import numpy

    values, vectors = numpy.linalg.eigh(_square(matrix, "eigen"))
    return _parts(Q=vectors, A=numpy.diag(values))


@primitive("clojure.core.matrix/e=", arity=(1, None))
def is_equal(first: Any, *others: Any) -> bool:
    """True for arrays with equal elements."""
    plain = nested(first, "e=")
    return all(equal(plain, nested(other, "e=")) for other in others)


@primitive("clojure.core.matrix/equals", arity=(2, 3))
def is_close(a: Any, b: Any, tolerance: Any = 0.0) -> bool:
    """True for arrays of one shape whose elements are equal as numbers, within a tolerance."""
    if shape_of(a) != shape_of(b):
        return False
    limit = to_double(tolerance)
    pairs = zip(vector_of(a, "equals"), vector_of(b, "equals"), strict=True)
    return all(x == y or abs(to_double(x) - to_double(y)) <= limit for x, y in pairs)


@primitive("clojure.core.matrix/mutable", "clojure.core.matrix/immutable", arity=(1, 1))
def as_it_is(array: Any) -> Vector:
    """The array."""
    found: Vector = nested(array, "matrix")
    return found
