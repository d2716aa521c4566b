"""Lane versions of what makes distributions and processes of methods that the program defines. The
methods run for one particle at a time, so they are ordinary functions.
"""

from __future__ import annotations

from typing import Any

from anglipy.runtime.lanes.ordinary import ordinary
from anglipy.runtime.lanes.primitives.spread import Function
from anglipy.runtime.lanes.primitives.structural import deep
from anglipy.runtime.lanes.values import Choice, with_values
from anglipy.runtime.primitives import language, types

__all__ = ["LANES"]


def _of_methods(scalar: Function, most: int) -> Function:
    made = deep(scalar, (4, most))

    def wrapped(name: str, record: Any, first: Any, second: Any, *more: Any) -> Any:
        if record.__class__ is not Choice:
            record = with_values(record, map(ordinary, record.values()))
        return made(name, record, ordinary(first), ordinary(second), *more)

    return wrapped


LANES: dict[Function, Function] = {
    language.user_distribution: _of_methods(language.user_distribution, 5),
    types.user_process: _of_methods(types.user_process, 4),
}
"""Scalar function -> lane version."""
