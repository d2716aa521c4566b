"""Groups of particles, and how the lanes of one group are found from another.

A group is n particles that take every step together. A value that differs between them is a lane
value: an array with the stamp of the group it was made in. When a group is split, resampled or
united with others, no value is copied: the new group has a link to the old ones, made of index
arrays, and a lane value is looked up through the links when it is used.

Links do not keep values alive, nor values links: a link refers to a stamp weakly, and a link whose
stamp nobody holds any more is taken out of the chain by composing its index arrays. So a particle
filter that runs for a million steps holds a few index arrays, and not a million.
"""

from __future__ import annotations

import threading
from heapq import heappop, heappush
from itertools import count
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias
from weakref import ref

import numpy as np
from numpy.typing import NDArray

from anglipy.diagnostics import InternalError

if TYPE_CHECKING:
    from collections.abc import Container, Sequence

__all__ = ["CURRENT", "QUIET", "Group", "Index", "Stamp", "Watch", "root", "unite", "using"]

Index: TypeAlias = NDArray[np.intp]

_SERIALS = count()
_REACH = 4
"""How far back a new group looks for links that nobody needs any more."""
_LENGTH = 32
"""How many links in a row are never too many."""
_NESTED = 8
"""How many groups split from one another are looked up through each other."""


class Stamp:
    """The identity of a group, held by the lane values made in it."""

    __slots__ = ("__weakref__",)


class Link:
    """Where the lanes of a group come from: for each part a link and positions in it (None: all, in
    order). The parts follow one another.
    """

    __slots__ = ("length", "limit", "n", "parts", "serial", "stamp")

    def __init__(
        self, stamp: Stamp, n: int, parts: tuple[tuple[Link, Index | None], ...] = ()
    ) -> None:
        self.stamp, self.n, self.parts = ref(stamp), n, parts
        self.serial = next(_SERIALS)
        self.length, self.limit = 0, _LENGTH
        """Links behind this one, at most, in a row; and how many there may be before all of them
        are looked at."""
        for link, _ in parts:
            if link.length >= self.length:
                self.length, self.limit = link.length + 1, link.limit
        if self.length > self.limit:
            self._shorten_all()

    def shorten(self, seen: set[int], reach: int = _REACH) -> None:
        """Leave out the links behind this one that no value refers to, as far as it looks."""
        if reach == 0 or not self.parts or self.serial in seen:
            return
        seen.add(self.serial)
        for link, _ in self.parts:
            link.shorten(seen, reach - 1)
        self._leave_out()

    def _shorten_all(self) -> None:
        """`shorten` without an end, done so seldom that it costs little for each link."""
        behind: dict[int, Link] = {}
        work = [self]
        while work:
            link = work.pop()
            if link.serial not in behind:
                behind[link.serial] = link
                work.extend(part for part, _ in link.parts)
        for _, link in sorted(behind.items()):
            link._leave_out()
            link.length = 1 + max((part.length for part, _ in link.parts), default=-1)
        self.limit = max(_LENGTH, 2 * self.length)

    def _leave_out(self) -> None:
        """Leave out what is just behind this one."""
        parts = []
        for link, index in self.parts:
            while link.stamp() is None and len(link.parts) == 1:
                ((link, inner),) = ((link.parts[0][0], _compose(link.parts[0][1], index)),)
                index = inner
            if link.parts or link.stamp() is not None or len(self.parts) > 1:
                parts.append((link, index))
        if len(parts) > 1 and all(link is parts[0][0] for link, _ in parts):
            joined = [np.arange(link.n) if index is None else index for link, index in parts]
            parts = [(parts[0][0], np.concatenate(joined))]
        if len(parts) > 1 and not any(link.parts or link.stamp() for link, _ in parts):
            parts = []
        self.parts = tuple(parts)


def _compose(inner: Index | None, outer: Index | None) -> Index | None:
    """First `outer`, then `inner`: positions of positions."""
    if inner is None or outer is None:
        return outer if inner is None else inner
    composed: Index = inner[outer]
    return composed


class Group:
    """n particles that run together."""

    __slots__ = (
        "_depth",
        "_found",
        "_frontier",
        "_heap",
        "_index",
        "_parent",
        "link",
        "n",
        "stamp",
    )

    def __init__(
        self,
        n: int,
        parts: tuple[tuple[Link, Index | None], ...] = (),
        parent: Group | None = None,
    ) -> None:
        self.n = n
        self._depth: int = 0 if parent is None else parent._depth + 1
        self._parent = None if parent is None or self._depth > _NESTED else parent
        if self._parent is None:
            self._depth = 0
        else:
            self._index = parts[0][1]
        self.stamp = Stamp()
        if self._parent is None:
            seen: set[int] = set()
            for link, _ in parts:
                link.shorten(seen)
        self.link = Link(self.stamp, n, parts)
        self._found: dict[Stamp, Index] | None = None
        self._heap: list[tuple[int, Link]] = []
        self._frontier: dict[int, list[tuple[Index | None, Index | None]]] = {}

    def child(self, index: Index) -> Group:
        """The group of these lanes, each any number of times: survivors, offspring."""
        return Group(len(index), ((self.link, index),))

    def subset(self, index: Index) -> Group:
        """The group of these lanes, for as long as this one waits for it: a branch."""
        return Group(len(index), ((self.link, index),), self)

    def positions(self, stamp: Stamp) -> Index:
        """For every lane its position in the group of this stamp, an ancestor of this one.

        Where lanes came together, those of other descent have a position of no meaning.
        """
        found = None if self._found is None else self._found.get(stamp)
        if found is not None:
            return found
        if self._found is None:
            self._found = {}
            if self._parent is None:
                self._begin()
        parent = self._parent
        found = self._walk(stamp) if parent is None else self._of_parent(parent, stamp)
        if found is None:
            raise InternalError("AQ901", "a lane value was used outside of its group")
        return found

    def _begin(self) -> None:
        self._frontier = {self.link.serial: [(None, None)]}
        self._heap = [(-self.link.serial, self.link)]

    def _of_parent(self, parent: Group, stamp: Stamp) -> Index | None:
        """Positions found through the group that this one is a part of."""
        assert self._found is not None
        index = self._index
        if stamp is self.stamp:
            return np.arange(self.n)
        if stamp is parent.stamp:
            return index
        found: Index = parent.positions(stamp)[index]
        self._found[stamp] = found
        return found

    def knows(self, stamp: Stamp) -> bool:
        """Whether values of that stamp can be looked up from here."""
        if stamp is self.stamp:
            return True
        try:
            self.positions(stamp)
        except InternalError:
            return False
        return True

    def origin(self, place: int, ancestors: Container[Stamp]) -> tuple[Stamp, int]:
        """From which of these ancestors one lane comes, and its position there."""
        link = self.link
        while (stamp := link.stamp()) is None or stamp not in ancestors:
            for parent, index in link.parts:
                size = parent.n if index is None else len(index)
                if place < size:
                    link, place = parent, place if index is None else int(index[place])
                    break
                place -= size
            else:
                raise InternalError("AQ901", "a particle comes from none of these groups")
        return stamp, place

    def _walk(self, wanted: Stamp) -> Index | None:
        """Go back through the links, youngest first, until the wanted one is met. What is met on
        the way is kept for later.
        """
        assert self._found is not None
        while self._heap:
            _, link = heappop(self._heap)
            lanes, at = _gathered(self._frontier.pop(link.serial), self.n)
            self._further(link, lanes, at)
            stamp = link.stamp()
            if stamp is not None:
                self._found[stamp] = full = self._full(lanes, at)
                if stamp is wanted:
                    return full
        return None

    def _full(self, lanes: Index | None, at: Index | None) -> Index:
        if lanes is None:
            return np.arange(self.n) if at is None else at
        full = np.zeros(self.n, dtype=np.intp)
        full[lanes] = np.arange(len(lanes)) if at is None else at
        return full

    def _further(self, link: Link, lanes: Index | None, at: Index | None) -> None:
        """Note for the parts of a link which lanes lead to them."""
        start = 0
        for parent, index in link.parts:
            size = parent.n if index is None else len(index)
            if len(link.parts) == 1:
                inner, which = _compose(index, at), lanes
            else:
                places = np.arange(self.n) if at is None else at
                chosen = np.nonzero((places >= start) & (places < start + size))[0]
                inner = places[chosen] - start
                inner = inner if index is None else index[inner]
                which = chosen if lanes is None else lanes[chosen]
            start += size
            if parent.serial not in self._frontier:
                self._frontier[parent.serial] = []
                heappush(self._heap, (-parent.serial, parent))
            self._frontier[parent.serial].append((which, inner))


def _gathered(
    entries: list[tuple[Index | None, Index | None]], n: int
) -> tuple[Index | None, Index | None]:
    """Entries of disjoint lanes as one."""
    if len(entries) == 1:
        return entries[0]
    lanes = np.concatenate([_all(which, n) for which, _ in entries])
    at = np.concatenate([_all(inner, len(_all(which, n))) for which, inner in entries])
    if len(lanes) == n:
        full = np.empty(n, dtype=np.intp)
        full[lanes] = at
        return None, full
    return lanes, at


def _all(index: Index | None, n: int) -> Index:
    return np.arange(n) if index is None else index


def root(n: int) -> Group:
    """A group without ancestors."""
    return Group(n)


def unite(groups: Sequence[Group]) -> Group:
    """The lanes of several groups, one group after the other."""
    return Group(sum(group.n for group in groups), tuple((group.link, None) for group in groups))


class Watch(Protocol):
    """Who wants to be told what happens to groups; `anglipy.profiling` does."""

    machine: type
    """The class of machines to run groups with."""

    def split(self, why: Any, ways: int, group: Group, k: Any) -> None:
        """A group goes so many ways, which come together again at the continuation."""

    def one_by_one(self, f: Any, calls: int, particles: int) -> None:
        """A function, or what a name stands for, was called so many times for all particles of the
        running group.
        """


class _Current(threading.local):
    """The group that is running in this thread; None outside of lockstep."""

    group: Any = None
    watch: Watch | None = None
    """Who is told what happens to groups in this thread; nobody, mostly."""


CURRENT = _Current()


class _Quiet(threading.local):
    """`with QUIET:` numpy does not warn: what overflows or is not a number is a value like others.
    Cheap inside of another one.
    """

    depth = 0

    def __enter__(self) -> None:
        if self.depth == 0:
            self.state = np.errstate(all="ignore")
            self.state.__enter__()
        self.depth += 1

    def __exit__(self, *_: object) -> None:
        self.depth -= 1
        if self.depth == 0:
            self.state.__exit__(None, None, None)


QUIET = _Quiet()


class using:
    """`with using(group):` makes it the running group."""

    __slots__ = ("_before", "group")

    def __init__(self, group: Group) -> None:
        self.group = group

    def __enter__(self) -> Group:
        self._before = CURRENT.group
        CURRENT.group = self.group
        return self.group

    def __exit__(self, *_: object) -> None:
        CURRENT.group = self._before
