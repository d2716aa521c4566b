"""Core tree to continuation-passing style, selectively: only COMPOUND nodes are transformed.

`cps_program(node, k)` gives the tail that computes `node` and hands its value to the continuation
called `k`. Simple nodes stay direct expressions. A continuation that is needed twice (after a
choice) is named first, so the tree grows linearly. Arguments are evaluated from left to right.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import replace
from typing import Any, TypeAlias

from anglipy.diagnostics import Span
from anglipy.names import Names
from anglipy.stackless import run_stackless
from anglipy.syntax import (
    SIMPLE,
    Call,
    Const,
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
    Query,
    Recur,
    Sample,
)  # fmt: skip
from anglipy.tails import (
    Bind,
    Branch,
    Continuation,
    Continue,
    Enter,
    FnK,
    Invoke,
    Jump,
    KName,
    Kont,
    LetK,
    QueryK,
    SetPredict,
    Simple,
    Tail,
    Take,
)  # fmt: skip

__all__ = ["cps_program"]

Passing: TypeAlias = Generator[Any, Any, Tail]
Simples: TypeAlias = tuple[Simple, ...]


def cps_program(node: Node, names: Names, k: str) -> Tail:
    """The whole of an expression, ending in the continuation called `k`."""
    return run_stackless(_Pass(names).go(node, KName(k)))


class _Pass:
    def __init__(self, names: Names) -> None:
        self.fresh = names

    def go(self, node: Node, k: Continuation) -> Passing:
        """The tail that computes `node` for `k`."""
        if node.level == SIMPLE:
            return self.hand(k, (yield self.simple(node)), node.span)
        match node:
            case If():
                return (yield self.choice(node, k))
            case Let(name, value, body):
                return (yield self.bind(name, value, (yield self.go(body, k)), node.span))
            case Do(first, rest):
                return (yield self.bind(None, first, (yield self.go(rest, k)), node.span))
            case Call():
                return (yield self.call(node, k))
            case Loop():
                return (yield self.loop(node, k))
            case Recur(target, args):
                if target.tail_only:
                    return (yield self.with_values(args, lambda v: Jump(target, v, node.span)))
                loop = Local(target.label, node.span)
                return (yield self.with_values(args, lambda v: Invoke(loop, v, k, node.span)))
            case Sample(dist=dist):
                return (yield self.checkpoint(node, (dist,), k))
            case Observe(dist=dist, value=value):
                return (yield self.checkpoint(node, (dist, value), k))
            case Predict(label, value):
                after = self.hand(k, Const(None, node.span), node.span)

                def predict(values: Simples) -> Tail:
                    return SetPredict(values[0], values[1], after, node.span)

                return (yield self.with_values((label, value), predict))
        raise AssertionError(node)

    def checkpoint(
        self, node: Sample | Observe, given: tuple[Node, ...], k: Continuation
    ) -> Passing:
        """A draw from a distribution, or an observation of a value under one."""
        ids = () if node.id is None else (node.id,)

        def take(values: Simples) -> Tail:
            name = values[0] if ids else None
            dist, *observed = values[len(ids) :]
            return Take(node.site, name, dist, observed[0] if observed else None, k, node.span)

        return (yield self.with_values((*ids, *given), take))

    def hand(self, k: Continuation, value: Simple, span: Span) -> Tail:
        if isinstance(k, Kont):
            if k.param is None and isinstance(value, Const | Local | Global):
                return k.body
            return Bind(k.param, value, k.body, span)
        return Continue(k, value, span)

    def bind(self, name: str | None, value: Node, rest: Tail, span: Span) -> Passing:
        return (yield self.go(value, Kont(name, rest)))

    def with_values(self, nodes: tuple[Node, ...], make: Callable[[Simples], Tail]) -> Passing:
        """Evaluate nodes from left to right, then go on with `make(their values)`."""
        last = max((i for i, node in enumerate(nodes) if node.level != SIMPLE), default=-1)
        values: list[Simple] = []
        held: list[str | None] = []
        for index, node in enumerate(nodes):
            atom = isinstance(node, Const | Local | Global)
            if node.level != SIMPLE or (index < last and not atom):
                name = self.fresh("value")
                held.append(name)
                values.append(Local(name, node.span))
            else:
                held.append(None)
                values.append((yield self.simple(node)))
        tail: Tail = make(tuple(values))
        for node, name_or_none in reversed(list(zip(nodes, held, strict=True))):
            if name_or_none is not None:
                tail = yield self.bind(name_or_none, node, tail, node.span)
        return tail

    def call(self, node: Call, k: Continuation) -> Passing:
        def finish(values: Simples) -> Tail:
            fn, args = values[0], values[1:]
            if node.direct:
                return self.hand(k, Call(fn, args, node.span, True, SIMPLE, 1), node.span)
            return Invoke(fn, args, self.returning(fn, k, node.span), node.span)

        return (yield self.with_values((node.fn, *node.args), finish))

    def returning(self, fn: Simple, k: Continuation, span: Span) -> Continuation:
        """Where a call returns to. A function of the standard library always returns to the user's
        code, even if called last: its errors are then found to come from this call.
        """
        if not (isinstance(k, KName) and isinstance(fn, Global) and fn.binding.is_library):
            return k
        name, result = self.fresh("value"), self.fresh("result")
        # Bound once more, or it would be the same as `k` itself and be left out.
        handed = Continue(k, Local(result, span), span)
        return Kont(name, Bind(result, Local(name, span), handed, span))

    def named(self, k: Continuation) -> tuple[KName, Callable[[Tail, Span], Tail]]:
        """A name for a continuation that is used more than once, and what wraps its definition
        around.
        """
        if isinstance(k, KName):
            return k, lambda tail, span: tail
        assert isinstance(k, Kont)
        name, written = self.fresh("join"), k
        return KName(name), lambda tail, span: LetK(name, written, tail, span)

    def choice(self, node: If, k: Continuation) -> Passing:
        join, define = self.named(k)
        then = yield self.go(node.then, join)
        otherwise = yield self.go(node.otherwise, join)

        def branch(values: Simples) -> Tail:
            return define(Branch(values[0], then, otherwise, node.span, join.name), node.span)

        return (yield self.with_values((node.test,), branch))

    def loop(self, node: Loop, k: Continuation) -> Passing:
        if not node.target.tail_only:
            k_name = self.fresh("k")
            body = yield self.go(node.body, KName(k_name))
            label = node.target.label
            fn = FnK(label, "loop", self.fresh(label), node.names, None, k_name, body, node.span)
            return (
                yield self.with_values(node.inits, lambda values: Invoke(fn, values, k, node.span))
            )
        join, define = self.named(k)
        body = yield self.go(node.body, join)

        def enter(values: Simples) -> Tail:
            return define(Enter(node.target, node.names, values, body, node.span), node.span)

        return (yield self.with_values(node.inits, enter))

    def simple(self, node: Node) -> Generator[Any, Any, Simple]:
        """A simple node with the functions inside it transformed."""
        match node:
            case Const() | Local() | Global():
                return node
            case Fn(direct=False):
                k = self.fresh("k")
                body = yield self.go(node.body, KName(k))
                return FnK(
                    node.own, node.name, node.label, node.params, node.rest, k, body, node.span
                )
            case Query():
                k = self.fresh("k")
                body = yield self.go(node.body, KName(k))
                return QueryK(node.name, node.label, node.param, node.params, k, body, node.span)
            case Fn(body=body):
                return replace(node, body=(yield self.simple(body)))
            case If(test, then, otherwise):
                return replace(
                    node,
                    test=(yield self.simple(test)),
                    then=(yield self.simple(then)),
                    otherwise=(yield self.simple(otherwise)),
                )
            case Let(_, value, body):
                return replace(
                    node, value=(yield self.simple(value)), body=(yield self.simple(body))
                )
            case Do(first, rest):
                return replace(
                    node, first=(yield self.simple(first)), rest=(yield self.simple(rest))
                )
            case Call(fn, args):
                fn = yield self.simple(fn)
                return replace(node, fn=fn, args=(yield self.simples(args)))
            case Recur(args=args):
                return replace(node, args=(yield self.simples(args)))
            case Loop(inits=inits, body=body):
                inits = yield self.simples(inits)
                return replace(node, inits=inits, body=(yield self.simple(body)))
        raise AssertionError(node)

    def simples(self, nodes: tuple[Node, ...]) -> Generator[Any, Any, Simples]:
        found = []
        for node in nodes:
            found.append((yield self.simple(node)))
        return tuple(found)
