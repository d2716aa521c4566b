"""The special forms that choose, bind and jump: `if`, `do`, `let`, `fn`, `loop`, `recur`."""

from __future__ import annotations

from dataclasses import replace

from anglipy.analyzer import Analyzer, Analyzing
from anglipy.build import is_quiet
from anglipy.datum import datum
from anglipy.diagnostics import ArityError, Diagnostic, ExpandError, Span
from anglipy.forms import ListForm, Symbol
from anglipy.levels import combined, known_function, locals_in, loop_node, sequence_level
from anglipy.names import counted
from anglipy.scopes import Context, LocalInfo
from anglipy.syntax import (
    COMPOUND,
    LOOPING,
    SIMPLE,
    Const,
    Do,
    Fn,
    If,
    Let,
    Local,
    Loop,
    LoopTarget,
    Node,
    Recur,
)

__all__ = ["do", "fn", "if_", "let", "loop", "quote", "recur", "thunk"]


def quote(to: Analyzer, form: ListForm, at: Context) -> Analyzing:
    """`(quote form)`."""
    yield from ()
    return Const(datum(form.items[1]), form.span)


def if_(to: Analyzer, form: ListForm, at: Context) -> Analyzing:
    """`(if test then else?)`."""
    test = yield to.node.call(to, form.items[1], at.inner())
    then = yield to.node.call(to, form.items[2], at)
    otherwise: Node = Const(None, form.span)
    if len(form.items) == 4:
        otherwise = yield to.node.call(to, form.items[3], at)
    level, depth = combined((test, then, otherwise), 1)
    return If(test, then, otherwise, form.span, level, depth)


def do(to: Analyzer, form: ListForm, at: Context) -> Analyzing:
    """`(do expression...)`."""
    if len(form.items) == 1:
        return Const(None, form.span)
    effects = yield to.items(form.items[1:-1], at)
    result = yield to.node.call(to, form.items[-1], at)
    for effect in reversed(effects):
        result = Do(effect, result, form.span, *sequence_level(effect, result))
    return result


def let(to: Analyzer, form: ListForm, at: Context) -> Analyzing:
    """`(let* [name value ...] body)`."""
    bindings = form.items[1].items  # type: ignore[union-attr]
    bound: list[tuple[str, Node, Span]] = []
    names: list[tuple[Symbol, str]] = []
    for name, value in zip(bindings[::2], bindings[1::2], strict=True):
        assert isinstance(name, Symbol)
        node = yield to.node.call(to, value, at.within(name.name))
        info = LocalInfo(to.fresh(name.name), *known_function(node))
        bound.append((info.python, node, name.span))
        names.append((name, info.python))
        at = at.bind(name.name, info)
    result = yield to.node.call(to, form.items[2], at)
    unused = [entry for entry in names if entry[1] not in to.used]
    to.warnings += [_unused(name) for name, _ in unused if _is_users(name)]
    for python, node, span in reversed(bound):
        result = Let(python, node, result, span, *sequence_level(node, result))
    return result


def fn(to: Analyzer, form: ListForm, at: Context) -> Analyzing:
    """`(fn* name? [parameter...] body)`."""
    rest = form.items[1:]
    name = rest[0].name if isinstance(rest[0], Symbol) else None
    params_form, body_form = rest[-2], rest[-1]
    symbols = [s.name for s in params_form.items]  # type: ignore[union-attr]
    variadic = "&" in symbols
    plain = [s for s in symbols if s != "&"]
    low = len(plain) - variadic
    defining = name is not None and at.path.rpartition("/")[2] == name
    path = at.path if defining else (f"{at.path}/{name or 'fn'}" if at.path else name or "fn")
    label = to.fresh(f"{name}-code" if defining else path.rpartition("/")[2])
    inner = Context(at.names, path, LoopTarget(label, len(plain)), tail=True, can_sample=True)
    own = None
    if name is not None:
        own = to.fresh(name)
        info = LocalInfo(own, low=low, high=None if variadic else low, is_self=True)
        inner = inner.bind(name, info)
    params = [to.fresh(p) for p in plain]
    for shown, python in zip(plain, params, strict=True):
        inner = inner.bind(shown, LocalInfo(python))
    body = yield to.node.call(to, body_form, inner)
    target = inner.target
    assert target is not None
    if target.used:
        body = _loop_of_fn(to, target, params, body, form.span)
    direct = body.level == SIMPLE and own not in to.selves
    self_name = own if own in to.selves else None
    rest_name = params.pop() if variadic else None
    return Fn(self_name, name or "fn", label, tuple(params), rest_name, body, form.span, direct)


def thunk(to: Analyzer, form: ListForm, at: Context) -> Analyzing:
    """A function of nothing for a part of the code around it: no name in the path of the sites,
    and its `recur` is that of the loop around.
    """
    label = to.fresh(f"{at.path.rpartition('/')[2] or 'form'}-part")
    body = yield to.node.call(to, form.items[1], at.inner())
    direct = body.level == SIMPLE
    return Fn(None, "part", label, (), None, body, form.span, direct)


def _loop_of_fn(
    to: Analyzer, target: LoopTarget, params: list[str], body: Node, span: Span
) -> Node:
    """A function that recurs to itself is a loop over its parameters."""
    outer = tuple(to.fresh(p) for p in params)
    inits = tuple(Local(p, span) for p in outer)
    loop = loop_node(target, tuple(params), inits, body, span)
    params[:] = outer
    return loop


def loop(to: Analyzer, form: ListForm, at: Context) -> Analyzing:
    """`(loop* [name start ...] body)`."""
    bindings = form.items[1].items  # type: ignore[union-attr]
    names, inits = [], []
    scope = at
    for name, value in zip(bindings[::2], bindings[1::2], strict=True):
        inits.append((yield to.node.call(to, value, scope.within(name.name))))
        python = to.fresh(name.name)
        names.append(python)
        scope = scope.bind(name.name, LocalInfo(python))
    target = LoopTarget(to.fresh("loop"), len(names))
    path = f"{at.path}/loop" if at.path else "loop"
    inner = replace(scope, target=target, tail=True, path=path)
    body = yield to.node.call(to, form.items[2], inner)
    return _sequential(to, loop_node(target, tuple(names), tuple(inits), body, form.span))


def _sequential(to: Analyzer, loop: Loop) -> Node:
    """A later start value may use an earlier loop variable, as in Clojure."""
    used = {n.name for init in loop.inits for n in locals_in(init)}
    if not used & set(loop.names):
        return loop
    turns = tuple(to.fresh(name) for name in loop.names)
    body = loop.body
    for name, turn in zip(loop.names, turns, strict=True):
        body = Let(name, Local(turn, loop.span), body, loop.span, body.level, body.depth + 1)
    start = tuple(Local(name, loop.span) for name in loop.names)
    result: Node = loop_node(loop.target, turns, start, body, loop.span)
    for name, init in reversed(list(zip(loop.names, loop.inits, strict=True))):
        result = Let(name, init, result, loop.span, *sequence_level(init, result))
    return result


def recur(to: Analyzer, form: ListForm, at: Context) -> Analyzing:
    """`(recur value...)`, in tail position or not."""
    args = yield to.items(form.items[1:], at)
    target = at.target
    if target is None:
        error = ExpandError(
            "AQ223",
            "`recur` outside a loop or function",
            form.span,
            help="(loop [i 0] (if (< i 10) (recur (inc i)) i))",
        )
        return to.fail(error, form.span)
    if len(args) != target.count:
        message = f"`recur` needs {counted(target.count, target.count)} here, got {len(args)}"
        return to.fail(ArityError("AQ222", message, form.span), form.span)
    target.used = True
    if not at.tail:
        target.tail_only = False
    level = COMPOUND if not at.tail else max([LOOPING, *(a.level for a in args)])
    return Recur(target, args, form.span, level, max([0, *(a.depth for a in args)]))


def _is_users(symbol: Symbol) -> bool:
    """Whether the user wrote this name, and not to say that the value is not wanted."""
    name = symbol.name
    made = "|" in name or name.endswith("__auto__") or is_quiet(symbol)
    return not made and not name.startswith(("_", "%"))


def _unused(name: Symbol) -> Diagnostic:
    return Diagnostic(
        "AQ240",
        f"`{name.name}` is never used",
        name.span,
        help=f"if only the effect of its value is wanted, call it `_` or `_{name.name}`",
        severity="warning",
    )
