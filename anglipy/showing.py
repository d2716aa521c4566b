"""Trees of the compiler as forms, for `anglipy emit`: the core language, and what is done last.

Trees may be deep: nothing here recurses. Every form has the span of the node that it shows.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import Any, TypeAlias

from anglipy.build import Build
from anglipy.forms import Form, Keyword, ListForm, Literal
from anglipy.stackless import run_stackless
from anglipy.syntax import (
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
    children,
)
from anglipy.tails import (
    Bind,
    Branch,
    Continue,
    Enter,
    FnK,
    Invoke,
    Jump,
    KName,
    LetK,
    QueryK,
    SetPredict,
    Tail,
    Take,
)  # fmt: skip

__all__ = ["core_form", "cps_form"]

Showing: TypeAlias = Generator[Any, Any, Form]


def core_form(node: Node) -> Form:
    """A tree of the core language, for `--stage core`."""
    return run_stackless(_node(node))


def cps_form(tail: Tail) -> Form:
    """A tail with its continuations written out, for `--stage cps`."""
    return run_stackless(_tail(tail))


# ---- nodes


def _node(node: Any) -> Showing:
    """A node; functions inside it may be those of a tail, which take a continuation."""
    build = Build(node.span)
    match node:
        case Const(value) if value is None or isinstance(value, bool | int | float | str):
            return Literal(value, node.span)
        case Const(value):
            return build.symbol(repr(value))
        case Local(name):
            return build.symbol(name)
        case Global(binding):
            return build.symbol(binding.name)
        case FnK():
            names = (node.k, *_parameters(node))
            return build.list("fm", _names(build, names), (yield _tail(node.body)))
        case QueryK():
            names = (node.k, node.param)
            body = yield _tail(node.body)
            return build.list("query", build.symbol(node.name), _names(build, names), body)
        case _:
            parts = []
            for child in children(node):
                parts.append((yield _node(child)))
            return _of_parts(node, parts, build)


def _of_parts(node: Node, parts: list[Form], build: Build) -> Form:
    """A node with others inside, which are forms by now."""
    match node:
        case If():
            return build.list("if", *parts)
        case Let(name):
            return build.list("let", build.vector(build.symbol(name), parts[0]), parts[1])
        case Do():
            return build.list("do", *parts)
        case Fn(own):
            named = (build.symbol(own),) if own else ()
            head = "fn" if node.direct else "fm"
            return build.list(head, *named, _names(build, _parameters(node)), *parts)
        case Call():
            return ListForm(tuple(parts), node.span) if node.direct else build.list("call", *parts)
        case Loop(target, names):
            label = build.symbol(target.label)
            return build.list("loop", label, _bound(build, names, parts), parts[-1])
        case Recur(target):
            return build.list("recur", build.symbol(target.label), *parts)
        case Sample(site):
            return build.list("sample", *_site(build, site), *parts)
        case Observe(site):
            return build.list("observe", *_site(build, site), *parts)
        case Predict():
            return build.list("predict", *parts)
        case Query(name, param=param):
            return build.list("query", build.symbol(name), _names(build, (param,)), *parts)
    raise AssertionError(node)


# ---- tails


def _tail(tail: Any) -> Showing:
    build = Build(tail.span)
    match tail:
        case Continue(k, value):
            return build.list("continue", (yield _continuation(k, build)), (yield _node(value)))
        case Invoke(fn, args, k):
            called = yield from _nodes(fn, *args)
            return build.list("invoke", *called, (yield _continuation(k, build)))
        case Take(site, id_, dist, value, k):
            kind = "sample" if value is None else "observe"
            given = yield from _nodes(*(node for node in (id_, dist, value) if node is not None))
            k = yield _continuation(k, build)
            return build.list(kind, *_site(build, site), *given, k)
        case Jump(target, args):
            return build.list("jump", build.symbol(target.label), *(yield from _nodes(*args)))
        case Enter(target, names, inits, body):
            starts = _bound(build, names, (yield from _nodes(*inits)))
            return build.list("enter", build.symbol(target.label), starts, (yield _tail(body)))
        case Branch(test, then, otherwise):
            ways = ((yield _tail(then)), (yield _tail(otherwise)))
            return build.list("branch", (yield _node(test)), *ways)
        case Bind(name, value, rest):
            bound = build.vector(build.symbol(name or "_"), (yield _node(value)))
            return build.list("bind", bound, (yield _tail(rest)))
        case SetPredict(label, value, rest):
            given = yield from _nodes(label, value)
            return build.list("predict", *given, (yield _tail(rest)))
        case LetK(name, k, rest):
            bound = build.vector(build.symbol(name), (yield _continuation(k, build)))
            return build.list("bind-k", bound, (yield _tail(rest)))
    raise AssertionError(tail)


def _continuation(k: Any, build: Build) -> Showing:
    if isinstance(k, KName):
        return build.symbol(k.name)
    params = () if k.param is None else (k.param,)
    return build.list("k", _names(build, params), (yield _tail(k.body)))


def _nodes(*nodes: Any) -> Generator[Any, Any, list[Form]]:
    found = []
    for node in nodes:
        found.append((yield _node(node)))
    return found


# ---- parts of both


def _names(build: Build, names: tuple[str, ...]) -> Form:
    return build.vector(*map(build.symbol, names))


def _parameters(function: Any) -> tuple[str, ...]:
    return (*function.params, *(("&", function.rest) if function.rest else ()))


def _bound(build: Build, names: tuple[str, ...], starts: list[Form]) -> Form:
    """Names and what they begin with; there may be more forms than names."""
    pairs = zip(names, starts, strict=False)
    return build.vector(*(form for name, start in pairs for form in (build.symbol(name), start)))


def _site(build: Build, site: str | None) -> tuple[Keyword, ...]:
    return () if site is None else (build.keyword(site),)
