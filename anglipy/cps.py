"""Core tree to continuation-passing style, selectively: only COMPOUND nodes are transformed.

`cps(node, k)` gives the tail that computes `node` and hands its value to `k`. Simple nodes stay
direct expressions. A continuation that is needed twice (after a choice) is named first, so the tree
grows linearly. Arguments are evaluated from left to right.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass, replace
from typing import Any

from anglipy.diagnostics import Span
from anglipy.forms import Form, Keyword, ListForm, Symbol, VectorForm
from anglipy.names import Names
from anglipy.stackless import stackless
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
    LoopTarget,
    Node,
    Observe,
    Predict,
    Query,
    Recur,
    Sample,
    core_form,
)

__all__ = [
    "Bind", "Branch", "Continue", "Enter", "FnK", "Invoke", "Jump", "KName", "Kont", "LetK", "QueryK",
    "SetPredict", "Tail", "Take", "cps", "cps_form", "cps_program",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class KName:
    """A continuation held by a variable."""

    name: str


@dataclass(frozen=True, slots=True)
class Kont:
    """A continuation written out: takes a value as `param` (None: ignores it) and goes on with
    `body`.
    """

    param: str | None
    body: Tail


Continuation = KName | Kont


@dataclass(frozen=True, slots=True)
class Continue:
    """Hand a value to a continuation."""

    k: Continuation
    value: Node
    span: Span


@dataclass(frozen=True, slots=True)
class Invoke:
    """Call a function that may sample, or of which nothing is known."""

    fn: Node
    args: tuple[Node, ...]
    k: Continuation
    span: Span


@dataclass(frozen=True, slots=True)
class Take:
    """A checkpoint: a Sample, or an Observe if there is a value."""

    site: str | None
    id: Node | None
    dist: Node
    value: Node | None
    k: Continuation
    span: Span


@dataclass(frozen=True, slots=True)
class Jump:
    """The next turn of a loop."""

    target: LoopTarget
    args: tuple[Node, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Enter:
    """The first turn of a loop; its body ends in jumps or hands its value on."""

    target: LoopTarget
    names: tuple[str, ...]
    inits: tuple[Node, ...]
    body: Tail
    span: Span


@dataclass(frozen=True, slots=True)
class Branch:
    """Go one of two ways, by a simple test."""

    test: Node
    then: Tail
    otherwise: Tail
    span: Span


@dataclass(frozen=True, slots=True)
class Bind:
    """Give the value of a simple expression a name (None: evaluate for the effect)."""

    name: str | None
    value: Node
    rest: Tail
    span: Span


@dataclass(frozen=True, slots=True)
class SetPredict:
    """Add a predict to the state."""

    label: Node
    value: Node
    rest: Tail
    span: Span


@dataclass(frozen=True, slots=True)
class LetK:
    """Name a continuation."""

    name: str
    k: Kont
    rest: Tail
    span: Span


Tail = Continue | Invoke | Take | Jump | Enter | Branch | Bind | SetPredict | LetK


@dataclass(frozen=True, slots=True)
class FnK:
    """A function in continuation-passing style, as a value."""

    own: str | None
    name: str
    label: str
    params: tuple[str, ...]
    rest: str | None
    k: str
    body: Tail
    span: Span


@dataclass(frozen=True, slots=True)
class QueryK:
    """A query in continuation-passing style, as a value."""

    name: str
    label: str
    param: str
    params: str
    k: str
    body: Tail
    span: Span


Passing = Generator[Any, Any, Tail]


def cps_program(node: Node, names: Names, k: str) -> Tail:
    """The whole of an expression, ending in the continuation called `k`."""
    tail: Tail = _Pass(names).tail(node, KName(k))
    return tail


def cps(node: Node, k: Continuation, names: Names) -> Tail:
    """The tail that computes `node` for `k`."""
    tail: Tail = _Pass(names).tail(node, k)
    return tail


class _Pass:
    def __init__(self, names: Names) -> None:
        self.fresh = names

    def tail(self, node: Node, k: Continuation) -> Tail:
        return stackless(self.go)(node, k)

    def go(self, node: Node, k: Continuation) -> Passing:
        """The generator behind `tail`: yields itself for inner nodes."""
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
            case Sample(site, id_, dist):
                ids = () if id_ is None else (id_,)

                def take(values: tuple[Node, ...]) -> Tail:
                    return Take(site, values[0] if ids else None, values[-1], None, k, node.span)

                return (yield self.with_values((*ids, dist), take))
            case Observe(site, id_, dist, value):
                ids = () if id_ is None else (id_,)

                def watch(values: tuple[Node, ...]) -> Tail:
                    name = values[0] if ids else None
                    return Take(site, name, values[-2], values[-1], k, node.span)

                return (yield self.with_values((*ids, dist, value), watch))
            case Predict(label, value):
                rest = self.hand(k, Const(None, node.span), node.span)

                def predict(values: tuple[Node, ...]) -> Tail:
                    return SetPredict(values[0], values[1], rest, node.span)

                return (yield self.with_values((label, value), predict))
        raise AssertionError(node)

    def hand(self, k: Continuation, value: Node, span: Span) -> Tail:
        if isinstance(k, Kont):
            if k.param is None and isinstance(value, Const | Local | Global):
                return k.body
            return Bind(k.param, value, k.body, span)
        return Continue(k, value, span)

    def bind(self, name: str | None, value: Node, rest: Tail, span: Span) -> Passing:
        return (yield self.go(value, Kont(name, rest)))

    def with_values(self, nodes: tuple[Node, ...], make: Any) -> Passing:
        """Evaluate nodes from left to right, then go on with `make(their values)`."""
        last = max((i for i, node in enumerate(nodes) if node.level != SIMPLE), default=-1)
        values: list[Node] = []
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
        def finish(values: tuple[Node, ...]) -> Tail:
            fn, args = values[0], values[1:]
            if node.direct:
                return self.hand(k, Call(fn, args, node.span, True, SIMPLE, 1), node.span)
            return Invoke(fn, args, k, node.span)

        return (yield self.with_values((node.fn, *node.args), finish))

    def named(self, k: Continuation) -> tuple[KName, Any]:
        """A name for a continuation that is used more than once, and what wraps its definition
        around.
        """
        if isinstance(k, KName):
            return k, lambda tail, span: tail
        name = self.fresh("join")
        return KName(name), lambda tail, span: LetK(name, k, tail, span)

    def choice(self, node: If, k: Continuation) -> Passing:
        join, define = self.named(k)
        then = yield self.go(node.then, join)
        otherwise = yield self.go(node.otherwise, join)

        def branch(values: tuple[Node, ...]) -> Tail:
            return define(Branch(values[0], then, otherwise, node.span), node.span)  # type: ignore[no-any-return]

        return (yield self.with_values((node.test,), branch))

    def loop(self, node: Loop, k: Continuation) -> Passing:
        if not node.target.tail_only:
            k_name = self.fresh("k")
            body = yield self.go(node.body, KName(k_name))
            label = node.target.label
            fn = FnK(label, "loop", self.fresh(label), node.names, None, k_name, body, node.span)
            return (yield self.with_values(
                node.inits, lambda values: Invoke(fn, values, k, node.span)))  # type: ignore[arg-type]
        join, define = self.named(k)
        body = yield self.go(node.body, join)

        def enter(values: tuple[Node, ...]) -> Tail:
            return define(Enter(node.target, node.names, values, body, node.span), node.span)  # type: ignore[no-any-return]

        return (yield self.with_values(node.inits, enter))

    def simple(self, node: Node) -> Generator[Any, Any, Node]:
        """A simple node with the functions inside it transformed."""
        match node:
            case Const() | Local() | Global():
                return node
            case Fn(direct=False):
                k = self.fresh("k")
                body = yield self.go(node.body, KName(k))
                return FnK(node.own, node.name, node.label, node.params, node.rest, k, body, node.span)  # type: ignore[return-value]
            case Query():
                k = self.fresh("k")
                body = yield self.go(node.body, KName(k))
                return QueryK(node.name, node.label, node.param, node.params, k, body, node.span)  # type: ignore[return-value]
            case Fn(body=body):
                return replace(node, body=(yield self.simple(body)))
            case If(test, then, otherwise):
                return replace(node, test=(yield self.simple(test)), then=(yield self.simple(then)),
                               otherwise=(yield self.simple(otherwise)))
            case Let(_, value, body):
                return replace(node, value=(yield self.simple(value)), body=(yield self.simple(body)))
            case Do(first, rest):
                return replace(node, first=(yield self.simple(first)), rest=(yield self.simple(rest)))
            case Call(fn, args):
                fn = yield self.simple(fn)
                return replace(node, fn=fn, args=(yield self.simples(args)))
            case Recur(args=args):
                return replace(node, args=(yield self.simples(args)))
            case Loop(inits=inits, body=body):
                inits = yield self.simples(inits)
                return replace(node, inits=inits, body=(yield self.simple(body)))
        raise AssertionError(node)

    def simples(self, nodes: tuple[Node, ...]) -> Generator[Any, Any, tuple[Node, ...]]:
        found = []
        for node in nodes:
            found.append((yield self.simple(node)))
        return tuple(found)


# ---- printing


def cps_form(tail: Tail) -> Form:
    """The tree as a form, for `anglipy emit --stage cps`."""
    form: Form = stackless(_form)(tail)
    return form


def _form(tail: Any) -> Generator[Any, Any, Form]:
    span = tail.span

    def symbol(name: str) -> Symbol:
        return Symbol(name, span)

    def make(head: str, *items: Form) -> ListForm:
        return ListForm((symbol(head), *items), span)

    def vector(*items: Form) -> VectorForm:
        return VectorForm(items, span)

    def kont(k: Continuation) -> Generator[Any, Any, Form]:
        if isinstance(k, KName):
            return symbol(k.name)
        params = () if k.param is None else (symbol(k.param),)
        return make("k", vector(*params), (yield _form(k.body)))

    def values(*nodes: Node | None) -> Generator[Any, Any, list[Form]]:
        found = []
        for node in nodes:
            if node is not None:
                found.append((yield _value_form(node)))
        return found

    match tail:
        case Continue(k, value):
            return make("continue", (yield kont(k)), *(yield values(value)))
        case Invoke(fn, args, k):
            return make("invoke", *(yield values(fn, *args)), (yield kont(k)))
        case Take(site, id_, dist, value, k):
            named = () if site is None else (Keyword(site, span),)
            kind = "sample" if value is None else "observe"
            return make(kind, *named, *(yield values(id_, dist, value)), (yield kont(k)))
        case Jump(target, args):
            return make("jump", symbol(target.label), *(yield values(*args)))
        case Enter(target, names, inits, body):
            starts = yield values(*inits)
            pairs = [f for name, start in zip(names, starts, strict=True) for f in (symbol(name), start)]
            return make("enter", symbol(target.label), vector(*pairs), (yield _form(body)))
        case Branch(test, then, otherwise):
            tests = yield values(test)
            return make("branch", *tests, (yield _form(then)), (yield _form(otherwise)))
        case Bind(name, value, rest):
            shown = yield values(value)
            return make("bind", vector(symbol(name or "_"), *shown), (yield _form(rest)))
        case SetPredict(label, value, rest):
            return make("predict", *(yield values(label, value)), (yield _form(rest)))
        case LetK(name, k, rest):
            return make("bind-k", vector(symbol(name), (yield kont(k))), (yield _form(rest)))
    raise AssertionError(tail)


def _value_form(node: Any) -> Generator[Any, Any, Form]:
    """A simple node; functions inside it are shown transformed."""
    match node:
        case FnK():
            names = [Symbol(p, node.span) for p in node.params]
            if node.rest:
                names += [Symbol("&", node.span), Symbol(node.rest, node.span)]
            params = VectorForm((Symbol(node.k, node.span), *names), node.span)
            return ListForm((Symbol("fm", node.span), params, (yield _form(node.body))), node.span)
        case QueryK():
            params = VectorForm((Symbol(node.k, node.span), Symbol(node.param, node.span)), node.span)
            head = Symbol("query", node.span)
            return ListForm((head, Symbol(node.name, node.span), params, (yield _form(node.body))), node.span)
        case _:
            return (yield core_form.call(node, _value_form))
