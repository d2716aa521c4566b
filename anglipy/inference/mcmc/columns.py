"""The choices of many chains: for each address a column, with one place per chain.

Values are lane values of one group, the *root*, whose lanes are the chains. Every run of the chains
starts from it, so that what a run finds can be kept for the next ones, and what was kept can be
used in every group that a run splits into.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from anglipy.inference.log_space import FloatArray, IntArray
from anglipy.inference.mcmc.traces import Key
from anglipy.runtime.lanes.groups import Group
from anglipy.runtime.lanes.merging import Merger
from anglipy.runtime.lanes.values import Lane

__all__ = ["Column", "Columns", "Mixer", "Piece", "joined", "mixed_columns"]


class Column(NamedTuple):
    """The choices with one address. Where a chain has none, its value has no meaning."""

    value: Any
    """Of the root."""
    present: Any
    """Which chains have it: booleans, shape (chains,)."""
    log_prob: FloatArray
    """Shape (chains,); natural log."""


Columns = dict[Key, Column]


class Piece(NamedTuple):
    """What some chains have, as a run found it."""

    places: IntArray
    """Which chains."""
    value: Any
    group: Group
    """In which the value is; its lanes are these chains."""
    log_prob: Any = None
    """Shape (n,), of a choice."""


def joined(root: Group, pieces: Sequence[Piece]) -> Any:
    """The value for the root, from those that runs found for disjoint chains."""
    first = pieces[0]
    if len(pieces) == 1 and first.group is root:
        return first.value
    parts = [(piece.places, piece.group) for piece in pieces]
    return Merger(root, parts, strict=True).merge([piece.value for piece in pieces])


class Mixer:
    """Of two values of the root, one for the chains that accept and one for the others."""

    def __init__(self, root: Group, accepted: Any) -> None:
        self.root, self.accepted = root, accepted
        yes, no = np.nonzero(accepted)[0], np.nonzero(~accepted)[0]
        self.all, self.none = len(no) == 0, len(yes) == 0
        if not self.all and not self.none:
            parts = [(yes, root.subset(yes)), (no, root.subset(no))]
            self.merger = Merger(root, parts, strict=True)

    def mixed(self, new: Any, old: Any) -> Any:
        """The new value where it is accepted, else the old one."""
        if self.all or new is old:
            return new
        if self.none:
            return old
        stamp = self.root.stamp
        if (
            new.__class__ is Lane
            and old.__class__ is Lane
            and new.stamp is stamp
            and old.stamp is stamp
            and new.array.dtype == old.array.dtype
        ):
            return Lane(np.where(self.accepted, new.array, old.array), stamp)
        return self.merger.merge([new, old])


def mixed_columns(mixer: Mixer, new: Columns, old: Columns) -> Columns:
    """The columns after the chains have accepted or refused the new ones."""
    if mixer.all or mixer.none:
        return new if mixer.all else old
    accepted, found = mixer.accepted, {}
    for key in {**old, **new}:
        fresh, before = new.get(key), old.get(key)
        if before is None:
            assert fresh is not None
            column = fresh._replace(present=fresh.present & accepted)
        elif fresh is None:
            column = before._replace(present=before.present & ~accepted)
        else:
            column = Column(
                mixer.mixed(fresh.value, before.value),
                np.where(accepted, fresh.present, before.present),
                np.where(accepted, fresh.log_prob, before.log_prob),
            )
        if column.present.any():
            found[key] = column
    return found
