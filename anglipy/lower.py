"""Closure conversion: nested continuations and functions to flat code.

Every continuation, loop and function becomes a `Code` of its own with the list of variables it
captures; what stays in its place is a `Frame` (a tuple of the code and the captured values) or a
`Make` (a function value). Flat code is why nothing is limited by Python's nesting limits, and why a
continuation can be copied by reference.

Code that captures very many variables gets the older ones in packs of `PACK`, made once where the
youngest member of a pack is bound. So a chain of n draws that are all used at its end makes O(n)
captured values in all and not O(n^2).
"""

from __future__ import annotations

from collections.abc import Generator, Iterable
from dataclasses import dataclass, replace
from typing import Any

from anglipy.diagnostics import Span
from anglipy.names import Names
from anglipy.stackless import stackless
from anglipy.syntax import Call, Const, Do, Fn, Global, If, Let, Local, Loop, Node, Recur, children
from anglipy.tails import (
    Bind,
    Branch,
    Continuation,
    Continue,
    Enter,
    FnK,
    Frame,
    Goto,
    Invoke,
    Jump,
    KName,
    Kont,
    LetK,
    Make,
    Pack,
    QueryK,
    SetPredict,
    Tail,
    Take,
)  # fmt: skip

__all__ = ["Code", "lower"]

MAX_NESTING = 15
"""Branches nested deeper than this become code of their own."""
MOST_CAPTURED = 64
"""Variables that a code captures one by one at most, before the older ones are packed."""
PACK = 32
"""Variables in a pack."""


@dataclass(frozen=True, slots=True)
class Code:
    """One flat function of the generated program.

    kind: "k" (a continuation of one value), "way" (one way of a branch, for groups), "loop" (of
    several values), "closure", "query" or "direct" (plain Python). `own` is the variable that holds
    the running frame itself: a loop or a function that refers to itself. `packs` are captured
    tuples of variables, to be unpacked first.
    """

    name: str
    kind: str
    captured: tuple[str, ...]
    params: tuple[str, ...]
    rest: str | None
    k: str | None
    own: str | None
    body: Any
    span: Span
    packs: tuple[tuple[str, tuple[str, ...]], ...] = ()


Found = Generator[Any, Any, tuple[Any, frozenset[str], int]]
_NONE: frozenset[str] = frozenset()


def lower(
    tail: Tail, k: str, names: Names, label: str, span: Span, groups: bool = False
) -> tuple[list[Code], str]:
    """Flat code for a program that ends in the continuation `k`; the entry is the code named
    second. `groups`: for groups of particles, which may go both ways of a branch.
    """
    lowering = _Lowering(names, groups)
    body, free, _ = stackless(lowering.tail)(tail, label)
    assert free <= {k}, free
    entry = names(f"{label}_top")
    lowering.codes.append(Code(entry, "loop", (), (k,), None, None, None, body, span))
    return lowering.codes, entry


class _Lowering:
    def __init__(self, names: Names, groups: bool) -> None:
        self.fresh, self.groups = names, groups
        self.codes: list[Code] = []
        self._age: dict[str, int] = {}
        """The order in which variables are bound, outer before inner."""
        self._packs: dict[tuple[str, ...], str] = {}
        self._made_at: dict[str, list[tuple[str, tuple[str, ...]]]] = {}
        """Packs by their youngest member."""

    def bear(self, *names: str | None) -> None:
        """Note that these variables are bound here, before what is inside is looked at."""
        for name in names:
            if name is not None:
                self._age[name] = len(self._age)

    def within(
        self, names: Iterable[str | None], body: Any, free: frozenset[str], span: Span
    ) -> tuple[Any, frozenset[str]]:
        """A body in which these names are bound: packs whose youngest member they are get made."""
        for name in names:
            for pack, members in self._made_at.get(name, ()) if name is not None else ():
                if pack in free:
                    body = Bind(pack, Pack(members), body, span)
                    free = (free - {pack}) | set(members)
        return body, free

    def pack_up(self, captured: frozenset[str]) -> tuple[frozenset[str], list[Any]]:
        """What to capture instead of very many variables, and the packs to take apart again."""
        single = sorted((n for n in captured if n in self._age), key=self._age.__getitem__)
        packs: list[Any] = []
        if len(single) > MOST_CAPTURED:
            for start in range(0, len(single) - 2 * PACK + 1, PACK):
                members = tuple(single[start : start + PACK])
                if members not in self._packs:
                    self._packs[members] = self.fresh("pack")
                    made = (self._packs[members], members)
                    self._made_at.setdefault(members[-1], []).append(made)
                packs.append((self._packs[members], members))
                captured = (captured - set(members)) | {self._packs[members]}
        return captured, packs

    def tail(self, tail: Any, label: str) -> Found:
        """(the flat tail, its free variables, how deep its branches nest). `label` names code after
        its function.
        """
        match tail:
            case Continue(k, value):
                value, free = yield self.value(value, label)
                k, more = yield self.continuation(k, label, tail.span)
                return replace(tail, k=k, value=value), free | more, 0
            case Invoke(fn, args, k):
                fn, free = yield self.value(fn, label)
                args, in_args = yield self.values(args, label)
                k, more = yield self.continuation(k, label, tail.span)
                return replace(tail, fn=fn, args=args, k=k), free | in_args | more, 0
            case Take():
                return (yield self.take(tail, label))
            case Jump(target, args):
                args, free = yield self.values(args, label)
                return replace(tail, args=args), free | {target.label}, 0
            case Enter():
                return (yield self.enter(tail, label))
            case Branch():
                return (yield self.branch(tail, label))
            case Bind(name, value, rest):
                value, free = yield self.value(value, label)
                self.bear(name)
                rest, more, nesting = yield self.tail(rest, label)
                rest, more = self.within((name,), rest, more, tail.span)
                return replace(tail, value=value, rest=rest), free | (more - {name}), nesting
            case SetPredict(shown, value, rest):
                (shown, value), free = yield self.values((shown, value), label)
                rest, more, nesting = yield self.tail(rest, label)
                return replace(tail, label=shown, value=value, rest=rest), free | more, nesting
            case LetK(name, k, rest):
                frame, free = yield self.continuation(k, label, tail.span)
                self.bear(name)
                rest, more, nesting = yield self.tail(rest, label)
                rest, more = self.within((name,), rest, more, tail.span)
                return Bind(name, frame, rest, tail.span), free | (more - {name}), nesting
        raise AssertionError(tail)

    def add(
        self, name: str, kind: str, body: Any, free: frozenset[str], span: Span, **more: Any
    ) -> tuple[str, ...]:
        """Record a code; the variables it captures."""
        params, rest = more.get("params", ()), more.get("rest")
        k, own = more.get("k"), more.get("own")
        body, free = self.within((*params, rest, k, own), body, free, span)
        kept = own if own in free else None
        free -= {*params, rest, k, own}
        free, packs = (free, []) if kind == "direct" else self.pack_up(free)
        captured = tuple(sorted(free))
        self.codes.append(
            Code(name, kind, captured, params, rest, k, kept, body, span, tuple(packs))
        )
        return captured

    def continuation(
        self, k: Continuation, label: str, span: Span
    ) -> Generator[Any, Any, tuple[Any, frozenset[str]]]:
        if isinstance(k, KName):
            return k, frozenset((k.name,))
        assert isinstance(k, Kont)
        self.bear(k.param)
        body, free, _ = yield self.tail(k.body, label)
        if (
            isinstance(body, Continue)
            and isinstance(body.k, KName)
            and isinstance(body.value, Local)
            and body.value.name == k.param
        ):
            return body.k, frozenset((body.k.name,))
        name = self.fresh(f"{label}_k_{k.param}" if k.param else f"{label}_k")
        captured = self.add(name, "k", body, free, span, params=(k.param,) if k.param else ())
        return Frame(name, captured), frozenset(captured)

    def take(self, tail: Take, label: str) -> Found:
        parts = {name: getattr(tail, name) for name in ("id", "dist", "value")}
        there = {name: node for name, node in parts.items() if node is not None}
        done, free = yield self.values(tuple(there.values()), label)
        k, more = yield self.continuation(tail.k, label, tail.span)
        return replace(tail, k=k, **dict(zip(there, done, strict=True))), free | more, 0

    def enter(self, tail: Enter, label: str) -> Found:
        inits, free = yield self.values(tail.inits, label)
        self.bear(tail.target.label, *tail.names)
        body, in_body, _ = yield self.tail(tail.body, label)
        name = self.fresh(f"{label}_{tail.target.label}")
        captured = self.add(
            name, "loop", body, in_body, tail.span, params=tail.names, own=tail.target.label
        )
        entered = replace(tail, inits=inits, body=Frame(name, captured))
        return entered, free | frozenset(captured), 0

    def branch(self, tail: Branch, label: str) -> Found:
        test, free = yield self.value(tail.test, label)
        if self.groups:
            return (yield self.ways(tail, test, free | {tail.k}, label))
        sides: list[Any] = []
        deepest = 0
        ways: tuple[Any, Any] = (tail.then, tail.otherwise)
        for side in ways:
            body, more, nesting = yield self.tail(side, label)
            if nesting >= MAX_NESTING:
                name = self.fresh(f"{label}_part")
                captured = self.add(name, "k", body, more, side.span)
                body, more = Goto(Frame(name, captured), side.span), frozenset(captured)
                nesting = 0
            sides.append(body)
            free |= more
            deepest = max(deepest, nesting + 1)
        return replace(tail, test=test, then=sides[0], otherwise=sides[1]), free, deepest

    def ways(self, tail: Branch, test: Any, free: frozenset[str], label: str) -> Found:
        """A branch whose ways are code of their own."""
        frames = []
        sides: tuple[Any, Any] = (tail.then, tail.otherwise)
        for side in sides:
            body, more, _ = yield self.tail(side, label)
            name = self.fresh(f"{label}_way")
            captured = self.add(name, "way", body, more, side.span, k=tail.k)
            frames.append(Frame(name, captured))
            free |= frozenset(captured)
        return replace(tail, test=test, then=frames[0], otherwise=frames[1]), free, 0

    def values(
        self, nodes: tuple[Node, ...], label: str
    ) -> Generator[Any, Any, tuple[tuple[Any, ...], frozenset[str]]]:
        done, free = [], _NONE
        for node in nodes:
            value, more = yield self.value(node, label)
            done.append(value)
            free |= more
        return tuple(done), free

    def value(self, node: Any, label: str) -> Generator[Any, Any, tuple[Any, frozenset[str]]]:
        """A simple node with its functions made flat, and its free variables."""
        match node:
            case Const() | Global():
                return node, _NONE
            case Local(name):
                return node, frozenset((name,))
            case FnK() | QueryK():
                return (yield self.function(node))
            case Fn():
                return (yield self.direct(node))
            case Let(name, value, body):
                value, free = yield self.value(value, label)
                body, more = yield self.value(body, label)
                return replace(node, value=value, body=body), free | (more - {name})
            case If() | Do() | Call() | Recur():
                done, free = yield self.values(tuple(children(node)), label)
                return _rebuilt(node, done), free
            case Loop(names=names):
                inits, free = yield self.values(node.inits, label)
                body, more = yield self.value(node.body, label)
                return replace(node, inits=inits, body=body), free | (more - set(names))
        raise AssertionError(node)

    def function(self, node: FnK | QueryK) -> Generator[Any, Any, tuple[Make, frozenset[str]]]:
        if isinstance(node, QueryK):
            return (yield self.query(node))
        label, span, k, own = node.label, node.span, node.k, node.own
        self.bear(own, k, *node.params, node.rest)
        body, free, _ = yield self.tail(node.body, label)
        captured = self.add(
            label, "closure", body, free, span, params=node.params, rest=node.rest, k=k, own=own
        )
        return _made("closure", node, captured), frozenset(captured)

    def query(self, node: QueryK) -> Generator[Any, Any, tuple[Make, frozenset[str]]]:
        label, span, k = node.label, node.span, node.k
        self.bear(k, node.param)
        body, free, _ = yield self.tail(node.body, label)
        captured = self.add(label, "query", body, free, span, params=(node.param,), k=k)
        made = Make("query", label, captured, node.name, 1, False, span, node.params)
        return made, frozenset(captured)

    def direct(self, node: Fn) -> Generator[Any, Any, tuple[Make, frozenset[str]]]:
        label, span = node.label, node.span
        body, free = yield self.value(node.body, label)
        captured = self.add(label, "direct", body, free, span, params=node.params, rest=node.rest)
        return _made("direct", node, captured), frozenset(captured)


def _made(kind: str, node: FnK | Fn, captured: tuple[str, ...]) -> Make:
    required, variadic = len(node.params), node.rest is not None
    return Make(kind, node.label, captured, node.name, required, variadic, node.span)


def _rebuilt(node: If | Do | Call | Recur, parts: tuple[Any, ...]) -> Node:
    match node:
        case If():
            return replace(node, test=parts[0], then=parts[1], otherwise=parts[2])
        case Do():
            return replace(node, first=parts[0], rest=parts[1])
        case Call():
            return replace(node, fn=parts[0], args=parts[1:])
        case Recur():
            return replace(node, args=parts)
