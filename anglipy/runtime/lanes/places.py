"""Atoms and delays that a group made: every particle has one of its own.

A place knows the group that made it, its base; what it holds is a value of that group. A group that
changes it, which descends from the base, changes it for its own particles only. Where groups join
that have a place of their own, its base becomes the group they join in. Copies of one particle, as
resampling makes them, share its place, as they do on the scalar path.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from anglipy.runtime.lanes.groups import CURRENT, Group, Index, using
from anglipy.runtime.lanes.merging import Merger
from anglipy.runtime.lanes.placed import Place
from anglipy.runtime.lanes.values import row, rows_at
from anglipy.runtime.primitives.exceptions import Delay, computed
from anglipy.runtime.primitives.references import Atom

__all__ = ["LaneDelay", "LanePlace", "ParticlePlace"]


class LanePlace(Atom, Place):
    """An atom of each particle. `value` is what those of the running group hold."""

    __slots__ = ("_held", "_own", "base", "watched")

    def __init__(self, base: Group, value: Any) -> None:
        self.base = base
        self._held = value
        self._watchers = {}
        self._own: dict[int, ParticlePlace] = {}
        self.watched = False
        """Whether somebody watches the atom of one of the particles."""

    @property
    def value(self) -> Any:
        """What the particles of the running group hold."""
        return self._held

    @value.setter
    def value(self, value: Any) -> None:
        group, base = CURRENT.group, self.base
        if group.stamp is base.stamp:
            self._held = value
            return
        places = group.positions(base.stamp)
        parts, values = [(places, group)], [value]
        others = np.ones(base.n, dtype=bool)
        others[places] = False
        if others.any():
            rest: Index = np.nonzero(others)[0]
            parts.append((rest, base.subset(rest)))
            values.append(self._held)
        self._held = Merger(base, parts, strict=True).merge(values)

    def rebase(self, target: Group, parts: Sequence[tuple[Any, Group]]) -> None:
        """Let particles that come together in the target find their atoms there. `parts`: groups
        that join in it, and the places that they have.
        """
        if target.knows(self.base.stamp):
            return
        own = [part for part in parts if part[1].knows(self.base.stamp)]
        self._held = Merger(target, own, strict=True).merge([self._held] * len(own))
        self.base = target
        self._own = {}

    def rows(self, group: Group, places: Index) -> list[Any]:
        """The atoms of these particles of a group."""
        return [self.of(place) for place in group.positions(self.base.stamp)[places].tolist()]

    def of(self, place: int) -> ParticlePlace:
        """The atom of one particle of the base."""
        if place not in self._own:
            self._own[place] = ParticlePlace(self, place)
        return self._own[place]


class ParticlePlace(Atom):
    """The atom of one particle, for what goes particle by particle."""

    __slots__ = ("group", "shared")

    def __init__(self, shared: LanePlace, place: int) -> None:
        self.shared = shared
        self.group = shared.base.subset(np.array([place]))
        self._watchers = {}

    @property
    def value(self) -> Any:
        """What the particle holds."""
        with using(self.group):
            return row(self.shared.value, 0)

    @value.setter
    def value(self, value: Any) -> None:
        with using(self.group):
            self.shared.value = value

    def watch(self, key: Any, f: Any) -> None:
        """Let f be told of changes of this particle's atom; nobody, if it is None."""
        super().watch(key, f)
        self.shared.watched = True


class LaneDelay(Delay, Place):
    """A delay of each particle: computed for those that ask, when they first ask."""

    __slots__ = ("_known", "_place")

    def __init__(self, base: Group, function: Callable[[], Any]) -> None:
        super().__init__(function)
        self._place, self._known = LanePlace(base, None), LanePlace(base, False)

    @property
    def base(self) -> Group:  # type: ignore[override]
        """The group that made it."""
        return self._place.base

    def rebase(self, target: Group, parts: Sequence[tuple[Any, Group]]) -> None:
        """As for an atom."""
        self._known.rebase(target, parts)
        self._place.rebase(target, parts)

    def deref(self) -> Any:
        """The values for the running group, computed for those that have none."""
        group = CURRENT.group
        known = self.is_realised()
        if known is not True:
            missing = np.arange(group.n) if known is False else np.nonzero(~_at(known, group))[0]
            self._compute(group if known is False else group.subset(missing), missing)
        return self._place.value

    def _compute(self, asking: Group, missing: Index) -> None:
        assert self._function is not None
        try:
            with using(asking):
                self._place.value = computed("delay", self._function)
                self._known.value = True
        except Exception as error:
            error.lane = int(missing[getattr(error, "lane", 0)])  # type: ignore[attr-defined]
            raise

    def is_realised(self) -> Any:
        """Whether it has been computed: for all, or for each particle of the running group."""
        known = self._known.value
        if known is True or known is False:
            return known
        found = _at(known, CURRENT.group)
        return bool(found[0]) if (found == found[0]).all() else known

    def rows(self, group: Group, places: Index) -> list[Any]:
        """The delays of these particles of a group."""
        return [Delay(self._function_of(group.subset(np.array([place])))) for place in places]

    def _function_of(self, group: Group) -> Callable[[], Any]:
        def compute() -> Any:
            with using(group):
                return row(self.deref(), 0)

        return compute


def _at(known: Any, group: Group) -> Any:
    """The truth of a lane value for the particles of a group."""
    return rows_at(known, group)
