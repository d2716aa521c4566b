"""The state of a group of runs: what `runtime.state.State` is for one, with lane values."""

from __future__ import annotations

from typing import Any

from immutables import Map

from anglipy.runtime.checkpoints import Site
from anglipy.runtime.lanes.groups import Group, using
from anglipy.runtime.lanes.merging import Merger
from anglipy.runtime.lanes.predicts import merged_predicts
from anglipy.runtime.lanes.scopes import Scope
from anglipy.runtime.lanes.values import Lane, row, rows_at

__all__ = ["Partial", "Sites", "State", "initial", "known_rows", "merge_states"]


class Partial:
    """Something that only some particles remember: `known` says which."""

    __slots__ = ("known", "value")

    def __init__(self, value: Any, known: Lane) -> None:
        self.value, self.known = value, known


class Sites:
    """The sites of a run by number, from 1."""

    __slots__ = ("numbers", "sites")

    def __init__(self) -> None:
        self.numbers: dict[str, int] = {}
        self.sites: list[Site] = []

    def number(self, site: Site) -> int:
        """The number of a site."""
        found = self.numbers.get(site.id)
        if found is None:
            self.sites.append(site)
            found = self.numbers[site.id] = len(self.sites)
        return found


class State:
    """What the particles of a group remember besides their variables. Never changed once made."""

    __slots__ = (
        "at", "extra", "group", "handlers", "log_weight", "memo", "predicts", "scope", "sites",
        "store", "visits",
    )  # fmt: skip

    group: Group
    scope: Scope
    visits: Map[str, Any]
    """Visits so far per site id: an integer or integer lanes."""
    memo: Map[Any, Any]
    """Results of memoised functions; a `Partial` if some particles have not got it."""
    predicts: Any
    """A list; see `predicts`."""
    log_weight: Any
    """Log weight: a float or lanes."""
    extra: Any
    """What the engine keeps per particle: any value."""
    at: Any
    """The number of the site visited last, 0 for none: an integer or integer lanes."""
    sites: Sites
    store: Any
    """What the program keeps under paths of keys."""
    handlers: Any
    """Where a non-local exit goes on; a list like that of the predicts."""

    def _copy(self) -> State:
        made = State.__new__(State)
        made.group, made.scope, made.visits, made.memo = (
            self.group, self.scope, self.visits, self.memo,
        )  # fmt: skip
        made.predicts, made.log_weight, made.extra = self.predicts, self.log_weight, self.extra
        made.at, made.sites = self.at, self.sites
        made.store, made.handlers = self.store, self.handlers
        return made

    def within(self, group: Group, scope: Scope) -> State:
        """The same for another group, a descendant of this one's."""
        made = self._copy()
        made.group, made.scope = group, scope
        return made

    def visited(self, site: Site, instance: Any) -> State:
        """This state after visit number `instance` to `site`."""
        made = self._copy()
        made.visits = self.visits.set(site.id, instance)
        made.at = self.sites.number(site)
        return made

    def predicted(self, label: Any, value: Any) -> State:
        """This state with one more predict."""
        made = self._copy()
        made.predicts = (label, value, self.predicts)
        return made

    def without_predicts(self) -> State:
        """This state with nothing predicted."""
        made = self._copy()
        made.predicts = ()
        return made

    def remembered(self, memo: Map[Any, Any]) -> State:
        """This state with another memory."""
        made = self._copy()
        made.memo = memo
        return made

    def stored(self, store: Any) -> State:
        """This state with another store."""
        made = self._copy()
        made.store = store
        return made

    def handling(self, handlers: Any) -> State:
        """This state with other handlers."""
        made = self._copy()
        made.handlers = handlers
        return made

    def weighted(self, log_weight: Any, extra: Any = None) -> State:
        """This state with another log weight, and with `extra` if given."""
        made = self._copy()
        made.log_weight = log_weight
        if extra is not None:
            made.extra = extra
        return made

    def address(self, place: int) -> tuple[Site, int] | None:
        """The site and instance of the last checkpoint of a particle; None before the first."""
        with using(self.group):
            number = row(self.at, place)
            if number == 0:
                return None
            site = self.sites.sites[number - 1]
            return site, row(self.visits[site.id], place)


def initial(group: Group, scope: Scope, extra: Any, sites: Sites) -> State:
    """The state at the start of a run; groups that may be united share their `sites`."""
    made = State.__new__(State)
    made.group, made.scope, made.extra = group, scope, extra
    made.visits, made.memo, made.predicts = Map(), Map(), ()
    made.log_weight, made.at, made.sites = 0.0, 0, sites
    made.store, made.handlers = None, ()
    return made


def merge_states(
    merger: Merger, states: list[State], group: Group, scope: Scope, before: Any = None
) -> State:
    """One state for the target group of the merger, from those of its parts. `before`: what was
    predicted when the target was split into these, if it was.
    """
    made = states[0].within(group, scope)
    made.visits = _merged_visits(merger, [state.visits for state in states])
    made.memo = _merged_memo(merger, [state.memo for state in states])
    made.predicts = merged_predicts(merger, [state.predicts for state in states], before)
    made.log_weight = merger.merge([state.log_weight for state in states])
    made.extra = merger.merge([state.extra for state in states])
    made.at = merger.merge([state.at for state in states])
    made.store = merger.merge([state.store for state in states])
    handlers = [state.handlers for state in states]
    if any(other is not handlers[0] for other in handlers):
        made.handlers = merged_predicts(merger, handlers, None)
    return made


def _merged_visits(merger: Merger, maps: list[Map[str, Any]]) -> Map[str, Any]:
    first = maps[0]
    if all(other is first for other in maps) and not merger.strict:
        return first
    changes = {}
    for site in {site for other in maps for site in other}:
        counts = [other.get(site, 0) for other in maps]
        if merger.strict or not all(count is counts[0] for count in counts):
            changes[site] = merger.merge(counts)
        elif site not in first:
            changes[site] = counts[0]
    return first.update(changes)


_ABSENT = object()


def _merged_memo(merger: Merger, maps: list[Map[Any, Any]]) -> Map[Any, Any]:
    first = maps[0]
    if all(other is first for other in maps) and not merger.strict:
        return first
    changes = {}
    for key in {key for other in maps for key in other}:
        found = [other.get(key, _ABSENT) for other in maps]
        if merger.strict or not all(value is found[0] for value in found):
            changes[key] = _merged_memory(merger, found)
    return first.update(changes)


def _merged_memory(merger: Merger, found: list[Any]) -> Any:
    there = [place for place, value in enumerate(found) if value is not _ABSENT]
    values: list[Any] = []
    known: list[Any] = []
    for place in there:
        value = found[place]
        values.append(value.value if value.__class__ is Partial else value)
    merged = merger.of(there).merge(values)
    for value in found:
        if value.__class__ is Partial:
            known.append(value.known)
        else:
            known.append(value is not _ABSENT)
    where = merger.merge(known)
    if where is True:
        return merged
    return Partial(merged, where)


def known_rows(partial: Partial, group: Group) -> Any:
    """For every particle of a group whether it remembers this."""
    return rows_at(partial.known, group)
