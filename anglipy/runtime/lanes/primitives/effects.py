"""Primitives with an effect, which is had once for every particle: printing, drawing, naming."""

from __future__ import annotations

from typing import Any

import numpy as np

from anglipy.runtime.lanes.gathering import Begun, from_rows
from anglipy.runtime.lanes.groups import CURRENT
from anglipy.runtime.lanes.primitives.spread import Function
from anglipy.runtime.lanes.values import rows
from anglipy.runtime.primitives import output, strings
from anglipy.runtime.randomness import sample_star

__all__ = ["LANES", "each_time"]


def each_time(scalar: Function) -> Function:
    """The lane version of a function that is called for every particle, in order, even if the
    arguments are the same for all.
    """

    def wrapped(*args: Any) -> Any:
        group = CURRENT.group
        if group is None:
            return scalar(*args)
        if CURRENT.watch is not None:
            CURRENT.watch.one_by_one(scalar, group.n, group.n)
        results = []
        columns = [rows(arg) for arg in args] if args else []
        given = zip(*columns, strict=True) if columns else [()] * group.n
        for place, plain in enumerate(given):
            try:
                results.append(scalar(*plain))
            except Exception as error:
                error.lane = place  # type: ignore[attr-defined]
                error.begun = Begun(wrapped, results, np.arange(group.n))  # type: ignore[attr-defined]
                raise
        return from_rows(results)

    return wrapped


_EFFECTS = (
    output.println,
    output.print_,
    output.prn,
    output.pr,
    output.newline,
    output.printf,
    strings.gensym,
    sample_star,
)

LANES: dict[Function, Function] = {fn: each_time(fn) for fn in _EFFECTS}
"""Scalar function -> lane version."""
