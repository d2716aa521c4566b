"""Vectors and matrices as parameters and as observed values, with messages in the users' words."""

from __future__ import annotations

from typing import Any

from anglipy.diagnostics import ProgramError
from anglipy.runtime.distributions.checks import (
    elements,
    finite,
    parameter_error,
    show,
    value_error,
    value_number,
)
from anglipy.runtime.values import Vector

__all__ = [
    "checked_square", "checked_vector", "lower_root", "nested_vectors", "observed_square",
    "observed_vector", "root_or_none",
]  # fmt: skip

_SYMMETRY_TOLERANCE = 1e-9
"""Largest difference across the diagonal, relative to the largest element, that counts as rounding.
"""


def checked_vector(name: str, parameter: str, given: Any) -> tuple[list[Any], list[float]]:
    """The elements of a vector of finite numbers, at least one, as given and as floats."""
    listed = elements(given)
    if not listed:
        raise parameter_error(name, parameter, "a vector of numbers", given)
    return listed, [finite(name, f"each element of {parameter}", x) for x in listed]


def checked_square(
    name: str, parameter: str, given: Any, size: int | None, reason: str = ""
) -> tuple[Vector, Any]:
    """A square matrix of finite numbers, as nested vectors and as an array. `size` (None: any) is
    the number of elements of the parameter `reason`.
    """
    import numpy as np

    rows = [elements(row) for row in elements(given) or []]
    wanted = len(rows) if size is None else size
    if not rows or len(rows) != wanted or any(r is None or len(r) != wanted for r in rows):
        requirement = "a square matrix"
        if size is not None:
            requirement = f"a {size} by {size} matrix, as the {reason} has {size} elements"
        raise parameter_error(name, parameter, requirement, given)
    complete = [row for row in rows if row is not None]
    each = f"each element of {parameter}"
    matrix = np.array([[finite(name, each, x) for x in row] for row in complete])
    return Vector([Vector(row) for row in complete]), matrix


def lower_root(name: str, parameter: str, matrix: Any, given: Any) -> Any:
    """The lower triangular root of a symmetric positive definite matrix."""
    if not _is_symmetric(matrix):
        raise parameter_error(name, parameter, "symmetric", given)
    root = _cholesky(matrix)
    if root is None:
        raise ProgramError(
            "AQ410",
            f"{name}: {parameter} must be positive definite, got {show(given)}",
            help="a covariance has variances > 0 on its diagonal and no direction without variance",
        )
    return root


def root_or_none(matrix: Any) -> Any:
    """The lower triangular root; None of a matrix that is not symmetric and positive definite."""
    return _cholesky(matrix) if _is_symmetric(matrix) else None


def _is_symmetric(matrix: Any) -> bool:
    import numpy as np

    if (matrix == matrix.T).all():
        return True
    return bool(np.abs(matrix - matrix.T).max() <= _SYMMETRY_TOLERANCE * np.abs(matrix).max())


def _cholesky(matrix: Any) -> Any:
    import numpy as np

    try:
        return np.linalg.cholesky(matrix)
    except np.linalg.LinAlgError:
        return None


def observed_vector(name: str, value: Any, size: int) -> list[float]:
    """An observed vector of so many numbers."""
    point = elements(value)
    if point is None or len(point) != size:
        raise value_error(name, f"a vector of {size} numbers", value)
    return [value_number(name, element) for element in point]


def observed_square(name: str, value: Any, size: int) -> Any:
    """An observed square matrix as an array; infinite elements are let through."""
    import numpy as np

    rows = [elements(row) for row in elements(value) or []]
    if len(rows) != size or any(row is None or len(row) != size for row in rows):
        raise value_error(name, f"a {size} by {size} matrix", value)
    return np.array([[value_number(name, x) for x in row or ()] for row in rows])


def nested_vectors(matrix: Any) -> Vector:
    """An array of two dimensions as a vector of its rows."""
    return Vector([Vector(row) for row in matrix.tolist()])
