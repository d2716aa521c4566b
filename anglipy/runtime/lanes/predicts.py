"""What the particles of a group predicted.

A list, newest first: `(label, value, earlier)`, or `()`; label and value may be lane values. Where
particles predicted different things, one link of the list is `(ALTERNATIVES, choice, earlier)`, a
choice among lists that stand in front of the earlier ones. So lists that share what is earlier go
on sharing it when branches join, and a join costs what was predicted in the branches.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from anglipy.runtime.lanes.groups import CURRENT, Group, Index, using
from anglipy.runtime.lanes.merging import Merger
from anglipy.runtime.lanes.values import Choice, codes_at, rows

__all__ = ["ALTERNATIVES", "links", "merged_predicts", "predicts_of"]

ALTERNATIVES = object()
"""Stands for a label in front of a choice of lists."""

Links = list[tuple[Any, Any]]
"""The links of a part of a list, newest first."""


def merged_predicts(merger: Merger, lists: list[Any], before: Any) -> Any:
    """One list for the target, from those of the parts. `before` is what all had predicted when
    they were last of the target's group; None where the target is a new group.
    """
    first = lists[0]
    if before is None:
        before = _shared(lists)
    elif all(node is before for node in lists):
        return first
    fronts = [links(node, before) for node in lists]
    together = 0
    while all(len(front) > together for front in fronts) and _alike(fronts, together):
        together += 1
    merged = before
    if any(len(front) > together for front in fronts):
        merged = (ALTERNATIVES, _choice(merger, [front[together:] for front in fronts]), merged)
    for place in reversed(range(together)):
        value = merger.merge([front[place][1] for front in fronts])
        merged = (fronts[0][place][0], value, merged)
    return merged


def _shared(lists: list[Any]) -> Any:
    """The longest list that all of these end with."""
    nodes = list(lists)
    met: dict[int, int] = {}
    while any(nodes):
        for place, node in enumerate(nodes):
            if node:
                met[id(node)] = met.get(id(node), 0) + 1
                if met[id(node)] == len(lists):
                    return node
                nodes[place] = node[2]
    return ()


def links(node: Any, end: Any) -> Links:
    """The links of a list down to `end`, newest first."""
    found = []
    while node is not end and node:
        label, value, node = node
        found.append((label, value))
    return found


def _alike(fronts: list[Links], place: int) -> bool:
    """Whether all have a predict of one plain label there."""
    label = fronts[0][place][0]
    return label is not ALTERNATIVES and all(
        front[place][0].__class__ is label.__class__ and front[place][0] == label
        for front in fronts
    )


def _choice(merger: Merger, fronts: list[Links]) -> Choice:
    codes = np.zeros(merger.target.n, dtype=np.intp)
    parts: list[Any] = []
    for part, front in zip(merger.parts, fronts, strict=True):
        codes[part[0]] = len(parts)
        parts.append(_lifted(Merger(merger.target, [part]), front))
    return Choice(codes, parts, merger.target.stamp, plain=False)


def _lifted(merger: Merger, front: Links) -> Any:
    """A list for the target of the merger, made of the links of its only part."""
    ((places, group),) = merger.parts
    made: Any = ()
    for label, value in reversed(front):
        if label is ALTERNATIVES:
            codes = np.zeros(merger.target.n, dtype=np.intp)
            codes[places] = codes_at(value, group)
            parts = [_lifted(merger, links(part, ())) for part in value.parts]
            choice = Choice(codes, parts, merger.target.stamp, plain=False)
            made = (ALTERNATIVES, choice, made)
        else:
            made = (merger.merge([label]), merger.merge([value]), made)
    return made


def predicts_of(predicts: Any, group: Group, places: Index | None = None) -> list[Any]:
    """For every particle, or for those at these places, its `State.predicts` as the scalar path
    has it.
    """
    asked = np.arange(group.n) if places is None else places
    with using(group):
        return _in_front(predicts, asked, [()] * len(asked))


def _in_front(node: Any, places: Index, earlier: list[Any]) -> list[Any]:
    """The predicts of these particles: those of the list in front of the earlier ones."""
    found = earlier
    for label, value in reversed(links(node, ())):
        if label is not ALTERNATIVES:
            found = list(zip(rows(label, places), rows(value, places), found, strict=True))
            continue
        codes = codes_at(value, CURRENT.group)[places]
        found = list(found)
        for code in np.unique(codes).tolist():
            chosen = np.nonzero(codes == code)[0]
            taken = [found[place] for place in chosen.tolist()]
            made = _in_front(value.parts[code], places[chosen], taken)
            for place, item in zip(chosen.tolist(), made, strict=True):
                found[place] = item
    return found
