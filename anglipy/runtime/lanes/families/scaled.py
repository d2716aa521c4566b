"""Families by what their parameters must be; prepared, they are the parameters themselves."""

from __future__ import annotations

from typing import Any

import numpy as np

from anglipy.runtime.lanes.families.base import (
    Array,
    Family,
    all_finite,
    all_positive,
    is_positive,
    refuse,
)

__all__ = ["LocatedFamily", "ScaledFamily", "TwoPositiveFamily"]


class LocatedFamily(Family):
    """A location, which is finite, and a scale, which is above zero."""

    shapes = ("number", "number")

    def prepare(self, location: Array, scale: Array) -> Any:
        """Location finite, scale > 0."""
        if not (all_finite(location) and all_positive(scale)):
            refuse(np.isfinite(location), is_positive(scale))
        return location, scale


class ScaledFamily(Family):
    """One number above zero."""

    shapes = ("number",)

    def prepare(self, scale: Array) -> Any:
        """Above zero."""
        if not all_positive(scale):
            refuse(is_positive(scale))
        return (scale,)


class TwoPositiveFamily(Family):
    """Two numbers above zero."""

    shapes = ("number", "number")

    def prepare(self, first: Array, second: Array) -> Any:
        """Both above zero."""
        if not (all_positive(first) and all_positive(second)):
            refuse(is_positive(first), is_positive(second))
        return first, second
