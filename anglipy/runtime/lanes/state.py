"""The state of a group of runs: what `runtime.state.State` is for one, with lane values."""

from __future__ import annotations

from typing import Any

import numpy as np
from immutables import Map

from anglipy.runtime.checkpoints import Site
from anglipy.runtime.lanes.groups import Group, using
from anglipy.runtime.lanes.merging import Merger
from anglipy.runtime.lanes.scopes import Scope
from anglipy.runtime.lanes.values import Choice, Lane, codes_at, row, rows, rows_at

__all__ = ["Partial", "State", "initial", "known_rows", "merge_states", "predicts_of"]


class Partial:
    """Something that only some particles remember: `known` says which."""

    __slots__ = ("known", "value")

    def __init__(self, value: Any, known: Lane) -> None:
        self.value, self.known = value, known


class State:
    """What the particles of a group remember besides their variables. Never changed once made."""

    __slots__ = ("extra", "group", "last", "log_weight", "memo", "predicts", "scope", "visits")

    def __init__(
        self,
        group: Group,
        scope: Scope,
        visits: Map[str, Any],
        memo: Map[Any, Any],
        predicts: Any,
        log_weight: Any,
        extra: Any,
        last: Any,
    ) -> None:
        self.group, self.scope = group, scope
        self.visits = visits
        """Visits so far per site id: an integer or integer lanes."""
        self.memo = memo
        """Results of memoised functions; a `Partial` if some particles have not got it."""
        self.predicts = predicts
        """(label, value, earlier predicts), or (), or a choice among these."""
        self.log_weight = log_weight
        """Log weight: a float or lanes."""
        self.extra = extra
        """What the engine keeps per particle: any value."""
        self.last = last
        """The site of the last checkpoint, or a choice of sites; None before the first."""

    def within(self, group: Group, scope: Scope) -> State:
        """The same for another group, a descendant of this one's."""
        visits, memo, predicts = self.visits, self.memo, self.predicts
        return State(
            group, scope, visits, memo, predicts, self.log_weight, self.extra, self.last
        )

    def visited(self, site: Site, instance: Any) -> State:
        """This state after visit number `instance` to `site`."""
        visits, memo, predicts = self.visits.set(site.id, instance), self.memo, self.predicts
        return State(
            self.group, self.scope, visits, memo, predicts, self.log_weight, self.extra, site
        )

    def predicted(self, label: Any, value: Any) -> State:
        """This state with one more predict."""
        visits, memo, predicts = self.visits, self.memo, (label, value, self.predicts)
        return State(
            self.group, self.scope, visits, memo, predicts, self.log_weight, self.extra, self.last
        )

    def remembered(self, memo: Map[Any, Any]) -> State:
        """This state with another memory."""
        visits, predicts = self.visits, self.predicts
        return State(
            self.group, self.scope, visits, memo, predicts, self.log_weight, self.extra, self.last
        )

    def weighted(self, log_weight: Any, extra: Any = None) -> State:
        """This state with another log weight, and with `extra` if given."""
        extra = self.extra if extra is None else extra
        visits, memo, predicts = self.visits, self.memo, self.predicts
        return State(self.group, self.scope, visits, memo, predicts, log_weight, extra, self.last)

    def address(self, place: int) -> tuple[Site, int] | None:
        """The last checkpoint of one particle: its site, and which visit to it."""
        site = self.last
        if site.__class__ is Choice:
            site = site.parts[codes_at(site, self.group)[place]]
        if site is None:
            return None
        with using(self.group):
            return site, row(self.visits[site.id], place)


def initial(group: Group, scope: Scope, extra: Any = None) -> State:
    """The state at the start of a run."""
    return State(group, scope, Map(), Map(), (), 0.0, extra, None)


def merge_states(merger: Merger, states: list[State], group: Group, scope: Scope) -> State:
    """One state for the target group of the merger, from those of its parts."""
    return State(
        group,
        scope,
        _merged_visits(merger, [state.visits for state in states]),
        _merged_memo(merger, [state.memo for state in states]),
        _merged_predicts(merger, [state.predicts for state in states]),
        merger.merge([state.log_weight for state in states]),
        merger.merge([state.extra for state in states]),
        _merged_last(merger, [state.last for state in states]),
    )


def _merged_last(merger: Merger, sites: list[Any]) -> Any:
    """The last sites of all particles; each is once in the table."""
    first = sites[0]
    if all(site is first for site in sites) and (first.__class__ is not Choice or not merger.strict):
        return first
    codes = np.zeros(merger.target.n, dtype=np.intp)
    table: dict[Site | None, int] = {}
    for (places, group), site in zip(merger.parts, sites, strict=True):
        if site.__class__ is Choice:
            used, inside = np.unique(codes_at(site, group), return_inverse=True)
            known = [table.setdefault(site.parts[code], len(table)) for code in used.tolist()]
            codes[places] = np.array(known)[inside]
        else:
            codes[places] = table.setdefault(site, len(table))
    if len(table) == 1:
        return next(iter(table))
    return Choice(codes, list(table), merger.target.stamp, plain=True)


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
    values, known = [], []
    for place in there:
        value = found[place]
        values.append(value.value if value.__class__ is Partial else value)
    some = Merger(merger.target, [merger.parts[place] for place in there], merger.strict)
    merged = some.merge(values)
    for value in found:
        if value.__class__ is Partial:
            known.append(value.known)
        else:
            known.append(value is not _ABSENT)
    where = merger.merge(known)
    if where is True:
        return merged
    return Partial(merged, where)


def _merged_predicts(merger: Merger, lists: list[Any]) -> Any:
    """Predicts made by all are merged one by one back to where the lists are the same again."""
    nodes, front = lists, []
    while merger.strict or not all(node is nodes[0] for node in nodes):
        if nodes[0] == ():
            break
        alike = all(node.__class__ is tuple and node and node[0] == nodes[0][0] for node in nodes)
        if not alike:
            break
        front.append((nodes[0][0], merger.merge([node[1] for node in nodes])))
        nodes = [node[2] for node in nodes]
    if all(node is nodes[0] for node in nodes) and nodes[0].__class__ is tuple:
        result = nodes[0]
    else:
        result = _choice_of_lists(merger, nodes)
    for label, value in reversed(front):
        result = (label, value, result)
    return result


def _choice_of_lists(merger: Merger, nodes: list[Any]) -> Choice:
    """Lists of predicts that differ, each made readable from the target."""
    codes, parts = np.zeros(merger.target.n, dtype=np.intp), []
    for part, node in zip(merger.parts, nodes, strict=True):
        codes[part[0]] = len(parts)
        parts.append(_lifted(Merger(merger.target, [part]), node))
    return Choice(codes, parts, merger.target.stamp, plain=False)


def _lifted(merger: Merger, node: Any) -> Any:
    front = []
    while node.__class__ is tuple and node:
        label, value, node = node
        front.append((merger.merge([label]), merger.merge([value])))
    if node.__class__ is Choice:
        (places, group) = merger.parts[0]
        codes = np.zeros(merger.target.n, dtype=np.intp)
        codes[places] = codes_at(node, group)
        parts = [_lifted(merger, part) for part in node.parts]
        node = Choice(codes, parts, merger.target.stamp, plain=False)
    for label, value in reversed(front):
        node = (label, value, node)
    return node


def predicts_of(predicts: Any, group: Group) -> list[Any]:
    """For every particle its `State.predicts` as the scalar path has it."""
    if not predicts:
        return [()] * group.n
    front = []
    node = predicts
    while node.__class__ is tuple and node:
        label, value, node = node
        with using(group):
            front.append((rows(label), rows(value)))
    found: list[Any] = [()] * group.n
    if node.__class__ is Choice:
        lists = [predicts_of(part, group) for part in node.parts]
        found = [lists[code][place] for place, code in enumerate(codes_at(node, group).tolist())]
    for labels, values in reversed(front):
        found = list(zip(labels, values, found, strict=True))
    return found


def known_rows(partial: Partial, group: Group) -> Any:
    """For every particle of a group whether it remembers this."""
    return rows_at(partial.known, group)
