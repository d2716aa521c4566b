"""Rejection loops that are plain to see: a turn draws, gives a value or is thrown away, and the
next turn begins like it.

    (loop [] (let [x (sample d)] (if (ok? x) x (recur))))
    (loop [x (sample d)] (if (ok? x) x (recur (sample d))))
    (defm f [a] (let [x (sample d)] (if (ok? x a) x (f a))))

`again` finds where such a loop goes on. A loop whose next turn depends on the one before (a
counter, a random walk, a collection that grows) is none, nor is one that observes, stores or
prints, that goes on from several places, or that calls what may do so. Trees may be deep: nothing
here recurses.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from anglipy.diagnostics import Diagnostic
from anglipy.syntax import (
    Call,
    Do,
    Fn,
    Global,
    If,
    Let,
    Local,
    Loop,
    Node,
    Observe,
    Predict,
    Recur,
    Sample,
    within,
)

__all__ = ["again", "rejection_notes"]

_LASTING = frozenset(["store", "print", "println", "pr", "prn", "printf", "newline"])
"""Functions whose effect outlives a turn, and those that end in an exclamation mark."""

OnlyDraws = Callable[[str], bool]
"""Whether a function of the program, by name, is known to draw at most."""


def rejection_notes(node: Node, only_draws: OnlyDraws) -> Iterator[Diagnostic]:
    """A note for each rejection loop that `repeat-until` could say more plainly."""
    for place in again(node, only_draws):
        yield Diagnostic(
            "AQ243",
            "this loop draws again until it accepts: a rejection loop",
            place.span,
            "(repeat-until (fn [] draw) (fn [x] accept?)) draws the same; inference compilation "
            "then learns and weighs the accepted turn only",
            severity="note",
        )


def again(node: Node, only_draws: OnlyDraws) -> Iterator[Recur | Call]:
    """Where the rejection loops in a tree go on."""
    nexts: list[Recur | Call]
    for inside in within(node):
        match inside:
            case Loop(target, names, body=body):
                nexts = [n for n in within(body) if isinstance(n, Recur) and n.target is target]
            case Fn(own=str(own), params=names, rest=None, body=body):
                uses = sum(_is(n, own) for n in within(body))
                nexts = [n for n in within(body) if isinstance(n, Call) and _is(n.fn, own)]
                if uses != 1:
                    continue
            case _:
                continue
        if len(nexts) == 1 and _is_rejection(names, body, nexts[0], only_draws):
            yield nexts[0]


def _is_rejection(
    names: Sequence[str], body: Node, after: Recur | Call, only_draws: OnlyDraws
) -> bool:
    """Whether a turn with these variables only draws, may end, and goes on in one place, from what
    does not depend on the turn before.
    """
    ends = list(_ends(body))
    if len(ends) < 2 or not any(end is after for end in ends) or len(after.args) != len(names):
        return False
    nodes = list(within(body))
    if not any(isinstance(node, Sample) for node in nodes):
        return False
    if not all(_only_draws(node, after, only_draws) for node in nodes):
        return False
    pairs = list(zip(names, after.args, strict=True))
    varying = {name for name, arg in pairs if not _is(arg, name)}
    changed = _dependent(nodes, varying)
    return not any(_mentions(arg, changed) for name, arg in pairs if name in varying)


def _only_draws(node: Node, after: Recur | Call, only_draws: OnlyDraws) -> bool:
    """Whether a node by itself leaves nothing behind but draws."""
    match node:
        case Observe() | Predict():
            return False
        case Global(binding):
            name = binding.name.rpartition("/")[2]
            if name in _LASTING or name.endswith("!"):
                return False
        case Call(fn=Global(binding), direct=False) if node is not after:
            return binding.is_library or only_draws(binding.name)
    return True


def _dependent(nodes: Sequence[Node], varying: set[str]) -> set[str]:
    """The variables that are set from these, and they themselves. `nodes` are in an order in which
    what is outside comes first.
    """
    found, before = set(varying), -1
    while len(found) > before:
        before = len(found)
        for node in nodes:
            match node:
                case Let(name, value) if name not in found and _mentions(value, found):
                    found.add(name)
                case Loop(names=names) if not found.issuperset(names) and _mentions(node, found):
                    found.update(names)
    return found


def _mentions(node: Node, names: set[str]) -> bool:
    return any(isinstance(inside, Local) and inside.name in names for inside in within(node))


def _is(node: Node, name: str) -> bool:
    return isinstance(node, Local) and node.name == name


def _ends(node: Node) -> Iterator[Node]:
    """The nodes that a body may end with."""
    work = [node]
    while work:
        match work.pop():
            case If(_, then, otherwise):
                work += [otherwise, then]
            case Let(_, _, body):
                work.append(body)
            case Do(_, rest):
                work.append(rest)
            case end:
                yield end
