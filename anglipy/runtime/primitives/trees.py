"""Nested data: clojure.walk, tree-seq, and the rest of clojure.set."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from anglipy.runtime.access import get, values_of
from anglipy.runtime.equality import MapLike, Sequential, SetLike, elements
from anglipy.runtime.maps import PersistentMap
from anglipy.runtime.primitives.checks import function
from anglipy.runtime.primitives.collections import as_map, own, select_keys
from anglipy.runtime.primitives.registry import primitive
from anglipy.runtime.primitives.sequences import finish
from anglipy.runtime.scalars import Keyword
from anglipy.runtime.seqs import ArraySeq, List, Seq
from anglipy.runtime.sets import PersistentSet
from anglipy.runtime.vectors import Vector

__all__ = ["postwalk", "prewalk"]


@primitive("tree-seq", arity=(3, 3), function_args=(0, 1))
def tree_seq(is_branch: Any, children: Any, root: Any) -> Seq:
    """The nodes of a tree, each before its children."""
    branch, below = function(is_branch, "tree-seq"), function(children, "tree-seq")

    def nodes() -> Iterator[Any]:
        stack = [iter((root,))]
        while stack:
            for node in stack[-1]:
                yield node
                if branch(node) not in (None, False):
                    stack.append(iter(values_of(below(node), "tree-seq")))
                    break
            else:
                stack.pop()

    return finish(nodes(), demand=True)


# --- clojure.walk ---------------------------------------------------------------------------------


def _rebuilt(form: Any, change: Callable[[Any], Any]) -> Any:
    """A collection with every element changed; anything else as it is."""
    held = own(form)
    if isinstance(held, MapLike):
        pairs = [change(Vector(entry)) for entry in held.items()]
        result = held.emptied() if hasattr(held, "emptied") else PersistentMap.of(())
        return result.with_pairs((pair[0], pair[1]) for pair in pairs)
    if isinstance(held, SetLike):
        result = held.emptied() if hasattr(held, "emptied") else PersistentSet()
        return result.union(map(change, held))
    if isinstance(held, Vector):
        return Vector([change(value) for value in held])
    if isinstance(held, List):
        return List.of([change(value) for value in held])
    if isinstance(held, Sequential):
        found = [change(value) for value in held]
        return ArraySeq(found) if found else List.of(())
    return form


@primitive("clojure.walk/walk", arity=(3, 3), function_args=(0, 1))
def set_walk(inner: Any, outer: Any, form: Any) -> Any:
    """(outer f), f the form with `inner` applied to its elements."""
    return function(outer, "walk")(_rebuilt(form, function(inner, "walk")))


@primitive("clojure.walk/postwalk", arity=(2, 2), function_args=(0,))
def postwalk(f: Any, form: Any) -> Any:
    """The form with f applied to every part, innermost first."""
    call = function(f, "postwalk")
    return call(_rebuilt(form, lambda part: postwalk(call, part)))


@primitive("clojure.walk/prewalk", arity=(2, 2), function_args=(0,))
def prewalk(f: Any, form: Any) -> Any:
    """The form with f applied to every part, outermost first."""
    call = function(f, "prewalk")
    return _rebuilt(call(form), lambda part: prewalk(call, part))


@primitive("clojure.walk/postwalk-replace", arity=(2, 2))
def postwalk_replace(replacements: Any, form: Any) -> Any:
    """The form with parts that are keys of a map replaced by their values, innermost first."""
    return postwalk(lambda part: get(replacements, part, part), form)


@primitive("clojure.walk/prewalk-replace", arity=(2, 2))
def prewalk_replace(replacements: Any, form: Any) -> Any:
    """The form with parts that are keys of a map replaced by their values, outermost first."""
    return prewalk(lambda part: get(replacements, part, part), form)


def _keys_changed(form: Any, change: Callable[[Any], Any]) -> Any:
    def changed(part: Any) -> Any:
        if isinstance(part, MapLike):
            return PersistentMap.of((change(key), value) for key, value in part.items())
        return part

    return postwalk(changed, form)


@primitive("clojure.walk/keywordize-keys", arity=(1, 1))
def keywordize_keys(form: Any) -> Any:
    """Every map in the form with keywords for keys that are strings."""
    return _keys_changed(form, lambda key: Keyword(key) if isinstance(key, str) else key)


@primitive("clojure.walk/stringify-keys", arity=(1, 1))
def stringify_keys(form: Any) -> Any:
    """Every map in the form with strings for keys that are keywords."""
    return _keys_changed(form, lambda key: key.name if isinstance(key, Keyword) else key)


# --- clojure.set ----------------------------------------------------------------------------------


@primitive("clojure.set/subset?", arity=(2, 2))
def is_subset(a: Any, b: Any) -> bool:
    """True if all members of a are in b."""
    whole = PersistentSet(values_of(b, "subset?"))
    return all(value in whole for value in values_of(a, "subset?"))


@primitive("clojure.set/superset?", arity=(2, 2))
def is_superset(a: Any, b: Any) -> bool:
    """True if all members of b are in a."""
    return is_subset(b, a)


@primitive("clojure.set/select", arity=(2, 2), function_args=(0,))
def set_select(predicate: Any, members: Any) -> PersistentSet:
    """The members for which a predicate holds."""
    test = function(predicate, "select")
    walk_ = values_of(members, "select")
    return PersistentSet(value for value in walk_ if test(value) not in (None, False))


@primitive("clojure.set/map-invert", arity=(1, 1))
def map_invert(mapping: Any) -> PersistentMap:
    """The map from values to keys."""
    whole = as_map(mapping, "map-invert")
    return PersistentMap.of((value, key) for key, value in (whole.items() if whole else ()))


@primitive("clojure.set/rename-keys", arity=(2, 2))
def rename_keys(mapping: Any, names: Any) -> Any:
    """The map with keys replaced by the values that another map has for them."""
    whole = as_map(mapping, "rename-keys")
    if whole is None:
        return None
    renamed = as_map(names, "rename-keys") or PersistentMap.of(())
    kept = [(k, v) for k, v in whole.items() if get(renamed, k, renamed) is renamed]
    moved = [(new, whole.lookup(old)) for old, new in renamed.items()
             if whole.lookup(old, renamed) is not renamed]  # fmt: skip
    return PersistentMap.of([*kept, *moved])


@primitive("clojure.set/rename", arity=(2, 2))
def set_rename(relation: Any, names: Any) -> PersistentSet:
    """A set of maps with keys renamed."""
    return PersistentSet(rename_keys(row, names) for row in values_of(relation, "rename"))


@primitive("clojure.set/project", arity=(2, 2))
def set_project(relation: Any, keys: Any) -> PersistentSet:
    """A set of maps with only these keys."""
    return PersistentSet(select_keys(row, keys) for row in values_of(relation, "project"))


@primitive("clojure.set/index", arity=(2, 2))
def index_by(relation: Any, keys: Any) -> PersistentMap:
    """The maps of a set by what they have under some keys."""
    found: PersistentMap = PersistentMap.of(())
    for row in values_of(relation, "index"):
        key = select_keys(row, keys)
        found = found.assoc(key, found.lookup(key, PersistentSet()).conj(row))
    return found


@primitive("clojure.set/join", arity=(2, 3))
def set_join(left: Any, right: Any, mapping: Any = None) -> PersistentSet:
    """The merged pairs of maps of two sets that agree on the keys they share, or on those that a
    map
    relates.
    """
    rows, others = (
        [as_map(row, "join") or PersistentMap.of(()) for row in values_of(relation, "join")]
        for relation in (left, right)
    )
    if mapping is not None:
        pairs = list(as_map(mapping, "join").items())  # type: ignore[union-attr]
    elif rows and others:
        shared = [k for k in rows[0].keys() if others[0].lookup(k, rows) is not rows]  # noqa: SIM118
        pairs = [(k, k) for k in shared]
    else:
        pairs = []
    merged = []
    for row in rows:
        for other in others:
            if all(get(row, a) == get(other, b) for a, b in pairs):
                merged.append(row.with_pairs(other.items()))
    return PersistentSet(merged)


@primitive("clojure.data/diff", arity=(2, 2))
def set_diff(a: Any, b: Any) -> Vector:
    """[only in a, only in b, in both], for maps and sets; for other values as wholes."""
    if isinstance(a, SetLike) and isinstance(b, SetLike):
        parts = (
            PersistentSet(v for v in a if v not in b),
            PersistentSet(v for v in b if v not in a),
            PersistentSet(v for v in a if v in b),
        )
        return Vector([part if len(part) else None for part in parts])
    if not (isinstance(a, PersistentMap) and isinstance(b, PersistentMap)):
        same = a == b and elements(a) == elements(b)
        return Vector((None, None, a)) if same else Vector((a, b, None))
    sides: list[list[tuple[Any, Any]]] = [[], [], []]
    for key in dict.fromkeys([*a.keys(), *b.keys()]):
        inside = [m.lookup(key, sides) for m in (a, b)]
        if sides in inside:
            side = 0 if inside[1] is sides else 1
            sides[side].append((key, inside[side]))
            continue
        for place, part in enumerate(set_diff(*inside)):
            if part is not None:
                sides[place].append((key, part))
    return Vector([PersistentMap.of(side) if side else None for side in sides])
