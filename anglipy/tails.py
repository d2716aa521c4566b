"""The tree between `cps` and `emit`: what is done last in each piece of code, and with which
continuation.

A tail never returns a value; it hands one to a continuation, calls, jumps, or stops at a
checkpoint. `cps` makes tails with continuations written out inside; `lower` makes them flat.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import Any, TypeAlias

from anglipy.diagnostics import Span
from anglipy.forms import Form, Keyword, ListForm, Symbol, VectorForm
from anglipy.stackless import stackless
from anglipy.syntax import LoopTarget, core_form

__all__ = [
    "Bind", "Branch", "Continuation", "Continue", "Enter", "FnK", "Frame", "Goto", "Invoke", "Jump",
    "KName", "Kont", "LetK", "Make", "Pack", "QueryK", "SetPredict", "Simple", "Tail",
    "Take", "cps_form",
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


@dataclass(frozen=True, slots=True)
class Frame:
    """A continuation made flat: the name of its code and the variables it captured."""

    code: str
    captured: tuple[str, ...]


Continuation: TypeAlias = "KName | Kont | Frame"
"""`cps` gives names and continuations written out; `lower` leaves names and frames."""

Simple: TypeAlias = Any
"""A simple node of `syntax`, in which `cps` puts FnK and QueryK for functions, and `lower` then
Make.
"""


@dataclass(frozen=True, slots=True)
class Continue:
    """Hand a value to a continuation."""

    k: Continuation
    value: Simple
    span: Span


@dataclass(frozen=True, slots=True)
class Invoke:
    """Call a function that may sample, or of which nothing is known."""

    fn: Simple
    args: tuple[Simple, ...]
    k: Continuation
    span: Span


@dataclass(frozen=True, slots=True)
class Take:
    """A checkpoint: a Sample, or an Observe if there is a value."""

    site: str | None
    id: Simple | None
    dist: Simple
    value: Simple | None
    k: Continuation
    span: Span


@dataclass(frozen=True, slots=True)
class Jump:
    """The next turn of a loop."""

    target: LoopTarget
    args: tuple[Simple, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Enter:
    """The first turn of a loop; its body ends in jumps or hands its value on."""

    target: LoopTarget
    names: tuple[str, ...]
    inits: tuple[Simple, ...]
    body: Tail | Frame
    span: Span


@dataclass(frozen=True, slots=True)
class Branch:
    """Go one of two ways, by a simple test. Both end in the continuation called `k`. In code for
    groups `lower` makes each way code of its own, which takes that continuation first.
    """

    test: Simple
    then: Tail | Frame
    otherwise: Tail | Frame
    span: Span
    k: str


@dataclass(frozen=True, slots=True)
class Bind:
    """Give the value of a simple expression a name (None: evaluate for the effect)."""

    name: str | None
    value: Simple
    rest: Tail
    span: Span


@dataclass(frozen=True, slots=True)
class SetPredict:
    """Add a predict to the state."""

    label: Simple
    value: Simple
    rest: Tail
    span: Span


@dataclass(frozen=True, slots=True)
class LetK:
    """Name a continuation."""

    name: str
    k: Kont
    rest: Tail
    span: Span


@dataclass(frozen=True, slots=True)
class Goto:
    """Go on in other code: the rest of something nested too deep. Only `lower` makes it."""

    frame: Frame
    span: Span


Tail: TypeAlias = Continue | Invoke | Take | Jump | Enter | Branch | Bind | SetPredict | LetK | Goto


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


@dataclass(frozen=True, slots=True)
class Pack:
    """Variables put into one tuple, so that code far inside captures one thing and not many."""

    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Make:
    """A function value made flat: kind "closure", "direct" or "query"."""

    kind: str
    code: str
    captured: tuple[str, ...]
    name: str
    required: int
    variadic: bool
    span: Span
    params: str = ""


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

    def kont(k: Any) -> Generator[Any, Any, Form]:
        if isinstance(k, KName):
            return symbol(k.name)
        params = () if k.param is None else (symbol(k.param),)
        return make("k", vector(*params), (yield _form(k.body)))

    def values(*nodes: Simple | None) -> Generator[Any, Any, list[Form]]:
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
            pairs = [
                f for name, start in zip(names, starts, strict=True) for f in (symbol(name), start)
            ]
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
            params = VectorForm(
                (Symbol(node.k, node.span), Symbol(node.param, node.span)), node.span
            )
            head = Symbol("query", node.span)
            return ListForm(
                (head, Symbol(node.name, node.span), params, (yield _form(node.body))), node.span
            )
        case _:
            return (yield core_form.call(node, _value_form))
