"""Recognising values of numpy and torch without importing either."""

from __future__ import annotations

from typing import Any

__all__ = ["is_array", "is_numpy_scalar"]


def is_numpy_scalar(value: Any) -> bool:
    """True for numpy's own numbers and booleans, such as an element of an array. Needs no numpy."""
    kind = type(value)
    return kind.__module__ == "numpy" and hasattr(kind, "item") and not hasattr(kind, "__setitem__")


def is_array(value: Any) -> bool:
    """True for numpy arrays and torch tensors with at least one dimension. Needs neither."""
    return (
        hasattr(value, "__array__") and hasattr(value, "tolist") and bool(getattr(value, "ndim", 0))
    )
