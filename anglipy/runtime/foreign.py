"""What comes from Python: values of numpy and torch, recognised without importing either, and
functions.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial, update_wrapper
from types import BuiltinFunctionType, FunctionType, MethodType
from typing import Any, TypeVar

__all__ = [
    "is_array",
    "is_missing",
    "is_numeric_column",
    "is_numpy_scalar",
    "is_tabular",
    "is_tensor",
    "is_vectorised",
    "own_function",
    "plain",
    "vectorised",
]

Function = TypeVar("Function", bound=Callable[..., Any])


def is_numpy_scalar(value: Any) -> bool:
    """True for numpy's own numbers and booleans, such as an element of an array, and for arrays
    without dimensions. Needs no numpy.
    """
    kind = type(value)
    if kind.__module__ != "numpy" or not hasattr(kind, "item"):
        return False
    return not hasattr(kind, "__setitem__") or value.ndim == 0


_PLAIN = frozenset((float, int, bool, str, type(None)))
"""What is the same in both worlds."""


def plain(value: Any) -> Any:
    """A number of numpy or torch as a number of Python, `false` above all, which is the only one;
    anything else as it is. Needs neither.
    """
    if value.__class__ in _PLAIN:
        return value
    if is_numpy_scalar(value) or (is_tensor(value) and value.ndim == 0):
        return value.item()
    return value


def own_function(function: Any) -> Any:
    """A function of Python as the language calls it: what it gives is `plain`. Anything else, such
    as a class or an object that can be called, as it is.
    """
    ours = getattr(function, "__module__", None) or ""
    known = isinstance(function, (FunctionType, BuiltinFunctionType, MethodType, partial))
    numeric = type(function).__module__ == "numpy" and callable(function)
    if not (known or numeric) or isinstance(function, type) or ours.startswith("anglipy."):
        return function

    def called(*args: Any) -> Any:
        value = function(*args)
        return value if value.__class__ in _PLAIN else plain(value)

    return update_wrapper(called, function)


def is_array(value: Any) -> bool:
    """True for numpy arrays and torch tensors with at least one dimension. Needs neither."""
    return (
        hasattr(value, "__array__") and hasattr(value, "tolist") and bool(getattr(value, "ndim", 0))
    )


def is_tensor(value: Any) -> bool:
    """True for torch tensors. Needs no torch."""
    return type(value).__module__.partition(".")[0] == "torch" and hasattr(value, "detach")


def is_tabular(value: Any) -> bool:
    """True for columns and tables of pandas. Needs no pandas."""
    return type(value).__module__.partition(".")[0] == "pandas" and hasattr(value, "to_numpy")


def is_numeric_column(value: Any) -> bool:
    """True for a column of pandas that is an array of numbers or booleans."""
    return getattr(value.dtype, "kind", "O") in "biuf" and hasattr(value.dtype, "newbyteorder")


def is_missing(value: Any) -> bool:
    """True for what pandas writes where a value is missing, other than nan. Needs no pandas."""
    return type(value).__name__ in ("NAType", "NaTType") and "pandas" in type(value).__module__


def vectorised(function: Function) -> Function:
    """Mark a Python function as taking many particles in one call.

    For n particles that run together it is called once. An argument that differs between them is an
    array of shape (n,); a vector of numbers that differ is one of shape (n, K); anything else that
    differs is an array of n objects; what is the same for all is passed as it is. It gives an array
    whose first axis is the particles, or one value for all. Without particles, or if nothing
    differs, it is called with plain values, as any other function.

        @anglipy.vectorised
        def logistic(x, slope):
            return 1 / (1 + np.exp(-slope * x))
    """
    function.__vectorised__ = True  # type: ignore[attr-defined]
    return function


def is_vectorised(function: object) -> bool:
    """Whether `vectorised` marked it."""
    return bool(getattr(function, "__vectorised__", False))
