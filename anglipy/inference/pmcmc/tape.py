"""What the particles of a sweep in lockstep chose, and whose offspring they are.

A tape has a part per block. A part lists, for each sample of each group, the particles of the group
and their values, as arrays; then who descends from whom. A path is read backwards from the last
part. What only particles without living offspring chose is dropped now and then, each time the tape
has doubled, so that the tape is not much longer than the tree of the living particles: O(T + n log
n) for n particles and T observes (Jacob, Murray & Rubenthaler 2015, "Path storage in the particle
filter").
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from anglipy.inference.log_space import IntArray
from anglipy.inference.pmcmc.paths import Block, Choice, Path
from anglipy.runtime.lanes.groups import Group, using
from anglipy.runtime.lanes.values import Choice as Alternatives
from anglipy.runtime.lanes.values import Lane, codes_at, has_lanes, rows, rows_at

__all__ = ["Tape"]

_FIRST_LIMIT = 1 << 16
"""Values on a tape before anything is dropped."""


@dataclass(frozen=True, slots=True)
class _Entry:
    """One sample of one group."""

    site: str
    slots: IntArray
    """The particles, shape (n,)."""
    values: Any
    """An array or a list of n values; or, with codes, some values."""
    codes: IntArray | None

    def of(self, place: int) -> Any:
        """The value of the particle at this place."""
        value = self.values[place if self.codes is None else self.codes[place]]
        return value.item() if isinstance(value, np.generic) else value

    def among(self, living: Any) -> _Entry | None:
        """The same for the particles that live (booleans by slot)."""
        kept = np.flatnonzero(living[self.slots])
        if len(kept) == len(self.slots):
            return self
        if len(kept) == 0:
            return None
        if self.codes is not None:
            return _Entry(self.site, self.slots[kept], self.values, self.codes[kept])
        some = isinstance(self.values, list)
        values = [self.values[i] for i in kept.tolist()] if some else self.values[kept]
        return _Entry(self.site, self.slots[kept], values, None)


@dataclass(slots=True)
class _Part:
    entries: list[_Entry] = field(default_factory=list)
    parents: IntArray | None = None
    """By slot of the next part the slot in this one; -1 for none."""


class Tape:
    """The tape of one sweep, made while it runs. Particles are known by slots 0..count-1, anew
    after each resampling.
    """

    def __init__(self, count: int) -> None:
        self.count = count
        self._parts = [_Part()]
        self._length, self._limit = 0, _FIRST_LIMIT

    def add(self, site: str, slots: IntArray, answer: Any, group: Group) -> None:
        """What the particles of a group were answered."""
        codes: IntArray | None = None
        if answer.__class__ is Lane:
            values: Any = rows_at(answer, group)
        elif answer.__class__ is Alternatives and answer.plain:
            values, codes = answer.parts, codes_at(answer, group)
        elif has_lanes(answer, or_open=True):
            with using(group):
                values = rows(answer)
        else:
            values, codes = [answer], np.zeros(group.n, dtype=np.intp)
        self._parts[-1].entries.append(_Entry(site, slots, values, codes))
        self._length += group.n

    def resampled(self, parents: IntArray) -> None:
        """A new block begins; `parents` gives the slots before by those after, -1 where a slot is
        empty.
        """
        self._parts[-1].parents = parents
        self._parts.append(_Part())
        if self._length > self._limit:
            self._shorten()
            self._limit = max(_FIRST_LIMIT, 2 * self._length)

    def _shorten(self) -> None:
        """Drop what no living particle descends from."""
        living = np.ones(self.count, dtype=bool)
        self._length = 0
        for part in reversed(self._parts):
            if part.parents is not None:
                parents = part.parents[living & (part.parents >= 0)]
                part.parents = np.where(living, part.parents, -1)
                living = np.zeros(self.count, dtype=bool)
                living[parents] = True
            kept = [entry.among(living) for entry in part.entries]
            part.entries = [entry for entry in kept if entry is not None]
            self._length += sum(len(entry.slots) for entry in part.entries)

    def path(self, slot: int) -> Path:
        """The choices of a particle of the last part."""
        blocks: list[Block] = []
        for part in reversed(self._parts):
            if part.parents is not None:
                slot = int(part.parents[slot])
            blocks.append(
                tuple(
                    Choice(entry.site, entry.of(int(place)))
                    for entry in part.entries
                    for place in np.flatnonzero(entry.slots == slot)
                )
            )
        blocks.reverse()
        return tuple(blocks)
