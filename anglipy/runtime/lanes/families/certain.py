"""`dirac` for n particles at once. Prepared: the value in a tuple; a table is the list of them."""

from __future__ import annotations

from collections.abc import Sequence
from math import inf
from typing import Any

import numpy as np

from anglipy.runtime.lanes.families.base import Family
from anglipy.runtime.lanes.groups import CURRENT
from anglipy.runtime.lanes.values import Choice, Lane, NotLanes, number_kind, rows_at

__all__ = ["DiracFamily"]


class DiracFamily(Family):
    """`(dirac x)`."""

    shapes = ("any",)
    value = "raw"

    def plain(self, dist: Any) -> Any:
        """The value."""
        return (dist.x,)

    def prepare(self, x: Any) -> Any:
        """Any value, with lanes inside or not."""
        return (x,)

    def stack(self, parts: Sequence[Any]) -> Any:
        """The values."""
        return [part.x for part in parts]

    def sample(self, prepared: Any, rng: Any, n: int) -> Any:
        """Nothing is drawn."""
        return None

    def sample_at(self, table: Any, codes: Any, rng: Any) -> Any:
        """Which of the values it is."""
        return codes

    def box(self, prepared: Any, drawn: Any, stamp: Any) -> Any:
        """The value itself; of a table, the one that was chosen."""
        if drawn is None:
            return prepared[0]
        kinds = {number_kind(value) for value in prepared}
        if len(kinds) == 1 and None not in kinds:
            return Lane(np.array(prepared)[drawn], stamp)
        return Choice(drawn, prepared, stamp, plain=True)

    def log_prob(self, prepared: Any, value: Any) -> Any:
        """0 at x, else -inf. NotLanes for what is not a number or a boolean."""
        (x,) = prepared
        array = value.__class__ is np.ndarray
        kind, other = number_kind(x), str(value.dtype.kind) if array else number_kind(value)
        if kind is None or other is None:
            raise NotLanes
        if kind != other:
            return np.full(CURRENT.group.n, -inf)
        at = rows_at(x, CURRENT.group) if x.__class__ is Lane else x
        return np.where(at == value, 0.0, -inf)

    def log_prob_at(self, table: Any, codes: Any, value: Any) -> Any:
        """One part after the other."""
        raise NotLanes
