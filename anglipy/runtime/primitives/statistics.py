"""Statistics of nested vectors, with exact arithmetic: means of integers are ratios.

The functions work over dimension 0, or over the dimension given: `(mean [[1 2] [3 4]])` is `[2 3]`,
`(mean [[1 2] [3 4]] 1)` is `[3/2 7/2]`. Variances are population variances. Lists, sequences and
numpy arrays count as nested vectors.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from anglipy.diagnostics import ProgramError
from anglipy.runtime.access import values_of
from anglipy.runtime.equality import elements
from anglipy.runtime.foreign import is_array
from anglipy.runtime.numbers import add, div, mul, number, sub
from anglipy.runtime.primitives.checks import function, index
from anglipy.runtime.primitives.math import pow_, sqrt
from anglipy.runtime.primitives.registry import primitive
from anglipy.runtime.vectors import Vector

__all__ = ["both", "each", "mean", "std", "sum_", "variance"]

Binary = Callable[[Any, Any], Any]


def each(f: Callable[[Any], Any], x: Any) -> Any:
    """The values of f on every number in nested vectors of the same shape."""
    inside = elements(x) if not is_array(x) else None
    return f(x) if inside is None else Vector([each(f, part) for part in inside])


def both(f: Binary, x: Any, y: Any) -> Any:
    """The values of f on corresponding numbers; a number goes with every element of an array."""
    left = elements(x) if not is_array(x) else None
    right = elements(y) if not is_array(y) else None
    if left is None and right is None:
        return f(x, y)
    if left is None:
        return Vector([both(f, x, part) for part in right or ()])
    if right is None:
        return Vector([both(f, part, y) for part in left])
    parts, others = tuple(left), tuple(right)
    if len(parts) != len(others):
        raise ProgramError("AQ440", f"arrays of different sizes: {len(parts)} and {len(others)}")
    return Vector([both(f, a, b) for a, b in zip(parts, others, strict=True)])


def _over(name: str, reduce: Callable[[list[Any]], Any], x: Any, dimension: int) -> Any:
    """`reduce` of the slices of x along a dimension."""
    if elements(x) is None:
        raise ProgramError("AQ440", f"{name}: the array has too few dimensions")
    slices = list(values_of(x, name))
    if not slices:
        raise ProgramError("AQ440", f"{name}: there is nothing to take it of")
    if dimension == 0:
        return reduce(slices)
    return Vector([_over(name, reduce, part, dimension - 1) for part in slices])


def _total(slices: list[Any]) -> Any:
    total = slices[0]
    for part in slices[1:]:
        total = both(add, total, part)
    return total


def _mean(slices: list[Any]) -> Any:
    count = len(slices)
    return each(lambda v: div(v, count), _total(slices))


def _variance(slices: list[Any]) -> Any:
    centre = _mean(slices)
    deviations = [both(sub, part, centre) for part in slices]
    return _mean([both(mul, d, d) for d in deviations])


def _standardised(power: int) -> Callable[[list[Any]], Any]:
    def moments(slices: list[Any]) -> Vector:
        centre, spread = _mean(slices), each(sqrt, _variance(slices))
        scores = [both(div, both(sub, part, centre), spread) for part in slices]
        return Vector([each(lambda v: _power(v, power), score) for score in scores])

    return moments


def _power(value: Any, exponent: int) -> Any:
    result: Any = 1
    for _ in range(exponent):
        result = mul(result, value)
    return result


def _dimension(where: tuple[Any, ...], name: str) -> int:
    """The dimension that is given, or the first."""
    if len(where) > 1:
        raise ProgramError("AQ440", f"{name} of an array takes one dimension, got {len(where)}")
    return index(where[0], name) if where else 0


def _is_posterior(x: Any) -> bool:
    """Whether an object is the result of an inference, which this layer does not know."""
    return hasattr(x, "log_weights") and hasattr(x, "marginal")


def _part(posterior: Any, where: tuple[Any, ...]) -> Any:
    """What stands under a path in each result."""
    return posterior.marginal(*where) if where else posterior


@primitive("sum", arity=(1, 2))
def sum_(x: Any, dimension: Any = 0) -> Any:
    """The sum over a dimension."""
    inside = elements(x)
    if inside is None or not list(inside):
        return 0 if inside is not None else number(x, "sum")
    return _over("sum", _total, x, index(dimension, "sum"))


@primitive("mean", arity=(1, None))
def mean(x: Any, *where: Any) -> Any:
    """The mean over a dimension, `(mean [[1 2] [3 4]] 1)`, exact for integers and ratios; of a
    posterior or a part of it, `(mean posterior :a :b)`, the weighted mean.
    """
    if elements(x) is None:
        return _part(x, where).mean() if _is_posterior(x) else number(x, "mean")
    return _over("mean", _mean, x, _dimension(where, "mean"))


@primitive("variance", arity=(1, 2))
def variance(x: Any, dimension: Any = 0) -> Any:
    """The population variance over a dimension; exact for integers and ratios."""
    if elements(x) is None:
        return sub(number(x, "variance"), x)
    return _over("variance", _variance, x, index(dimension, "variance"))


@primitive("std", arity=(1, None))
def std(x: Any, *where: Any) -> Any:
    """The population standard deviation over a dimension; of a posterior or a part of it, `(std
    posterior :a :b)`, the weighted one.
    """
    if elements(x) is None and _is_posterior(x):
        return _part(x, where).sd()
    return each(sqrt, variance(x, _dimension(where, "std")))


@primitive("skew", arity=(1, 2))
def skew(x: Any, dimension: Any = 0) -> Any:
    """The third power of each standardised element, not averaged, as Anglican has it."""
    return _over("skew", _standardised(3), x, index(dimension, "skew"))


@primitive("kurtosis", arity=(1, 2))
def kurtosis(x: Any, dimension: Any = 0) -> Any:
    """The fourth power of each standardised element, not averaged, as Anglican has it."""
    return _over("kurtosis", _standardised(4), x, index(dimension, "kurtosis"))


@primitive("power", arity=(2, 2))
def power(x: Any, exponent: Any) -> Any:
    """Every element to a whole power, by multiplication; exact for integers and ratios."""
    times = index(exponent, "power")
    return each(lambda v: _power(v, times) if times >= 0 else pow_(v, times), x)


@primitive("l2-norm", arity=(2, 2))
def l2_norm(x: Any, y: Any) -> Any:
    """The sum of squared differences of two vectors, without a root, as Anglican has it."""
    difference = both(sub, x, y)
    return _total([mul(d, d) for d in values_of(difference, "l2-norm")])


@primitive("covariance", arity=(1, 2))
def covariance(x: Any, dimension: Any = 0) -> Any:
    """The matrix of population covariances of the columns of x (of its rows, for dimension 1)."""
    rows = [list(values_of(row, "covariance")) for row in values_of(x, "covariance")]
    columns = rows if index(dimension, "covariance") else [list(c) for c in zip(*rows, strict=True)]
    centred = [[sub(v, _mean(column)) for v in column] for column in columns]
    return Vector(
        [
            Vector([_mean([mul(a, b) for a, b in zip(p, q, strict=True)]) for q in centred])
            for p in centred
        ]
    )


@primitive("cov", arity=(3, 3), function_args=(0,))
def cov(kernel: Any, xs: Any, ys: Any) -> Vector:
    """The matrix of (kernel x y), a row for each of xs, a column for each of ys."""
    call, columns = function(kernel, "cov"), list(values_of(ys, "cov"))
    return Vector([Vector([call(x, y) for y in columns]) for x in values_of(xs, "cov")])


@primitive("gen-matrix", arity=(3, 3), function_args=(0,))
def gen_matrix(f: Any, rows: Any, columns: Any) -> Vector:
    """The matrix of (f row column), both from 0."""
    call, width = function(f, "gen-matrix"), index(columns, "gen-matrix")
    height = index(rows, "gen-matrix")
    return Vector([Vector([call(r, c) for c in range(width)]) for r in range(height)])
