"""Flat code to Python's `ast`: the only file that knows Python's syntax tree.

Every code becomes one module-level function

    def name(frame, state, value): ...      a continuation, loop, closure or query
    def name(captured..., params...): ...   a direct function

Every node carries the position of the user's source, so that Python's own tracebacks point into the
.aq file. Names of the runtime used by generated code are in RUNTIME_NAMES; a test resolves every
one.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from anglipy.diagnostics import Span
from anglipy.lower import Code
from anglipy.names import Names
from anglipy.syntax import Call, Const, Do, Global, If, Let, Local, Loop, Recur
from anglipy.tails import (
    Bind,
    Branch,
    Continue,
    Enter,
    Frame,
    Goto,
    Invoke,
    Jump,
    KName,
    Make,
    Pack,
    SetPredict,
    Take,
)  # fmt: skip

__all__ = ["GROUP_RUNTIME_NAMES", "RUNTIME_NAMES", "Emitted", "emit"]

RUNTIME_NAMES = {
    "Closure": "anglipy.runtime.functions:Closure",
    "Direct": "anglipy.runtime.functions:Direct",
    "Query": "anglipy.runtime.machine:Query",
    "call": "anglipy.runtime.functions:call",
    "dynamic_site": "anglipy.runtime.functions:dynamic_site",
    "observe": "anglipy.runtime.functions:observe",
    "sample": "anglipy.runtime.functions:sample",
}
"""What generated code may call besides primitives and its own functions: name -> module:attribute.
"""

GROUP_RUNTIME_NAMES = {
    "Closure": "anglipy.runtime.lanes.functions:LaneClosure",
    "Direct": "anglipy.runtime.lanes.functions:LaneDirect",
    "Query": "anglipy.runtime.machine:Query",
    "branch": "anglipy.runtime.lanes.functions:branch",
    "call": "anglipy.runtime.lanes.functions:call",
    "dynamic_site": "anglipy.runtime.lanes.functions:dynamic_site",
    "observe": "anglipy.runtime.lanes.functions:observe",
    "sample": "anglipy.runtime.lanes.functions:sample",
}
"""The same for code that runs groups of particles."""

_FIXED = ("frame", "state", "value")
_BOOLEAN = frozenset(
    [
        "<",
        "<=",
        ">",
        ">=",
        "=",
        "==",
        "not",
        "not=",
        "clojure.core/=",
        "clojure.core/<",
        "clojure.core/>=",
    ]
)

Block = list[ast.stmt]


@dataclass(slots=True)
class Emitted:
    """A module for Python's compiler, and the constants and sites its code refers to by name."""

    module: ast.Module
    constants: dict[str, Any] = field(default_factory=dict)
    sites: dict[str, tuple[str, Span]] = field(default_factory=dict)
    globals: set[str] = field(default_factory=set)
    """Global names the code refers to."""


def emit(codes: list[Code], names: Names, groups: bool = False) -> Emitted:
    """The Python module of some flat codes; `groups`: as `lower` made them for groups."""
    emitted = Emitted(ast.Module([], []))
    emitter = _Emitter(names, emitted, groups)
    emitted.module.body.extend(emitter.function(code) for code in codes)
    return emitted


class _Emitter:
    def __init__(self, names: Names, emitted: Emitted, groups: bool) -> None:
        self.fresh, self.emitted, self.groups = names, emitted, groups
        self._loops: dict[Any, Callable[[Recur, Block], None]] = {}
        self.position: dict[str, Any] = {}
        self._constants: dict[tuple[type, Any], str] = {}

    # ---- small builders, all at the current position

    def at(self, span: Span) -> None:
        """Give the nodes made from now on the position of this span (columns in UTF-8 bytes)."""
        source = span.source
        line, column = source.position(span.start)
        end_line, end_column = source.position(max(span.end, span.start + 1))
        self.position = {
            "lineno": line,
            "col_offset": len(source.line(line)[: column - 1].encode()),
            "end_lineno": end_line,
            "end_col_offset": len(source.line(end_line)[: end_column - 1].encode()),
        }

    def load(self, name: str) -> ast.expr:
        return ast.Name(name, ast.Load(), **self.position)

    def constant(self, value: Any) -> ast.expr:
        return ast.Constant(value, **self.position)

    def tuple_of(self, *items: ast.expr) -> ast.expr:
        return ast.Tuple(list(items), ast.Load(), **self.position)

    def apply(self, name: str, *args: ast.expr) -> ast.expr:
        return ast.Call(self.load(name), list(args), [], **self.position)

    def assign(self, name: str, value: ast.expr) -> ast.stmt:
        return ast.Assign([ast.Name(name, ast.Store(), **self.position)], value, **self.position)

    def unpack(self, names: tuple[str, ...], value: ast.expr) -> ast.stmt:
        target = ast.Tuple(
            [ast.Name(n, ast.Store(), **self.position) for n in names], ast.Store(), **self.position
        )
        return ast.Assign([target], value, **self.position)

    def give(self, *items: ast.expr) -> ast.stmt:
        """Return a bounce."""
        return ast.Return(self.tuple_of(*items), **self.position)

    # ---- functions

    def function(self, code: Code) -> ast.stmt:
        self.at(code.span)
        block: Block = []
        if code.kind == "direct":
            params = (*code.captured, *code.params, *((code.rest,) if code.rest else ()))
            self.finish(
                code.body, block, lambda value, out: out.append(ast.Return(value, **self.position))
            )
        else:
            params = self.prologue(code, block)
            self.tail(code.body, block)
        self.at(code.span)
        args = ast.arguments(
            [], [ast.arg(p, **self.position) for p in params], None, [], [], None, []
        )
        return ast.FunctionDef(code.name, args, block, [], **self.position)

    def prologue(self, code: Code, block: Block) -> tuple[str, ...]:
        """Unpack captured values and arguments; the parameters of the function."""
        if code.captured:
            if code.kind == "closure":
                held: ast.expr = ast.Attribute(
                    self.load("frame"), "captures", ast.Load(), **self.position
                )
                block.append(self.unpack(code.captured, held))
            else:
                first = ("_", code.k or "_") if code.kind == "way" else ("_",)
                block.append(self.unpack((*first, *code.captured), self.load("frame")))
        elif code.kind == "way":
            block.append(self.unpack(("_", code.k or "_"), self.load("frame")))
        block.extend(self.unpack(members, self.load(pack)) for pack, members in code.packs)
        if code.own:
            block.append(self.assign(code.own, self.load("frame")))
        if code.kind == "way":
            return _FIXED
        if code.kind == "k":
            return ("frame", "state", code.params[0] if code.params else "value")
        given = (*((code.k,) if code.k else ()), *code.params, *((code.rest,) if code.rest else ()))
        if given:
            block.append(self.unpack(given, self.load("value")))
        return _FIXED

    # ---- tails

    def tail(self, tail: Any, block: Block) -> None:
        """Append the statements of a tail; all of them end by returning."""
        while True:
            self.at(tail.span)
            match tail:
                case Bind(name, value, rest):
                    if isinstance(value, Frame | KName):
                        block.append(self.assign(name or "_", self.continuation(value)))
                    elif isinstance(value, Pack):
                        block.append(self.assign(name or "_", self.pack(value)))
                    elif name is None:
                        self.effect(value, block)
                    else:
                        self.assigned(name, value, block)
                    tail = rest
                case SetPredict(label, value, rest):
                    predicted = ast.Attribute(
                        self.load("state"), "predicted", ast.Load(), **self.position
                    )
                    args = self.expressions((label, value), block)
                    made = ast.Call(predicted, args, [], **self.position)
                    block.append(self.assign("state", made))
                    tail = rest
                case Branch(test, Frame() as then, Frame() as otherwise, _, k):
                    chosen = self.expression(test, block)
                    self.at(tail.span)
                    ways = (self.frame(then), self.frame(otherwise))
                    step = self.apply("branch", chosen, self.load("state"), self.load(k), *ways)
                    block.append(ast.Return(step, **self.position))
                    return
                case Branch(test, then, otherwise):
                    condition = self.condition(test, block)
                    yes: Block = []
                    position = self.position
                    self.tail(then, yes)
                    self.position = position
                    block.append(ast.If(condition, yes, [], **position))
                    tail = otherwise
                case _:
                    self.last(tail, block)
                    return

    def pack(self, pack: Pack) -> ast.expr:
        """Variables in a tuple; for groups in a list, because there a tuple is a continuation."""
        members = [self.load(name) for name in pack.members]
        if self.groups:
            return ast.List(members, ast.Load(), **self.position)
        return self.tuple_of(*members)

    def last(self, tail: Any, block: Block) -> None:
        state = self.load("state")
        match tail:
            case Continue(KName(k), value):
                result = self.expression(value, block)
                self.at(tail.span)
                code = ast.Subscript(self.load(k), self.constant(0), ast.Load(), **self.position)
                block.append(self.give(code, self.load(k), state, result))
            case Continue(Frame(code=name) as frame, value):
                result = self.expression(value, block)
                block.append(self.give(self.load(name), self.frame(frame), state, result))
            case Goto(frame):
                block.append(
                    self.give(self.load(frame.code), self.frame(frame), state, self.constant(None))
                )
            case Invoke(fn, args, k):
                called, *given = self.expressions((fn, *args), block)
                self.at(tail.span)
                made = self.apply(
                    "call", called, state, self.continuation(k), self.tuple_of(*given)
                )
                block.append(ast.Return(made, **self.position))
            case Jump(target, args):
                given = self.expressions(args, block)
                self.at(tail.span)
                loop = self.load(target.label)
                code = ast.Subscript(loop, self.constant(0), ast.Load(), **self.position)
                block.append(self.give(code, loop, state, self.tuple_of(*given)))
            case Enter(inits=inits, body=Frame() as frame):
                given = self.expressions(inits, block)
                self.at(tail.span)
                block.append(
                    self.give(
                        self.load(frame.code), self.frame(frame), state, self.tuple_of(*given)
                    )
                )
            case Take():
                self.take(tail, block)
            case _:
                raise AssertionError(tail)

    def take(self, tail: Take, block: Block) -> None:
        nodes = [n for n in (tail.id, tail.dist, tail.value) if n is not None]
        given = self.expressions(tuple(nodes), block)
        self.at(tail.span)
        if tail.id is None:
            assert tail.site is not None
            site: ast.expr = self.load(self.site(tail.site, tail.span))
        else:
            kind = "sample" if tail.value is None else "observe"
            place = self.load(self.site(kind, tail.span))
            site = self.apply("dynamic_site", given.pop(0), place)
        name = "sample" if tail.value is None else "observe"
        made = self.apply(name, site, *given, self.load("state"), self.continuation(tail.k))
        block.append(ast.Return(made, **self.position))

    def site(self, site: str, span: Span) -> str:
        name = self.fresh("site")
        self.emitted.sites[name] = (site, span)
        return name

    def frame(self, frame: Frame) -> ast.expr:
        return self.tuple_of(self.load(frame.code), *map(self.load, frame.captured))

    def continuation(self, k: Any) -> ast.expr:
        return self.load(k.name) if isinstance(k, KName) else self.frame(k)

    # ---- simple nodes as expressions

    def expressions(self, nodes: tuple[Any, ...], block: Block) -> list[ast.expr]:
        """Expressions in order; one that needs statements makes those before it variables, to keep
        the order.
        """
        made: list[ast.expr] = []
        settled = 0
        for node in nodes:
            inner: Block = []
            value = self.expression(node, inner)
            if inner:
                for index in range(settled, len(made)):
                    if not isinstance(made[index], ast.Name | ast.Constant):
                        name = self.fresh("value")
                        block.append(self.assign(name, made[index]))
                        made[index] = self.load(name)
                settled = len(made)
                block.extend(inner)
            made.append(value)
        return made

    def expression(self, node: Any, block: Block) -> ast.expr:
        """A simple node as an expression, after the statements it needs."""
        match node:
            case Const(value):
                self.at(node.span)
                return self.constant(value) if _plain(value) else self.load(self.shared(value))
            case Local(name):
                self.at(node.span)
                return self.load(name)
            case Global(binding):
                self.at(node.span)
                self.emitted.globals.add(binding.python)
                return self.load(binding.python)
            case Call(fn, args):
                called, *given = self.expressions((fn, *args), block)
                self.at(node.span)
                return ast.Call(called, given, [], **self.position)
            case Make():
                self.at(node.span)
                return self.make(node)
            case If(test, then, otherwise):
                return self.conditional(node, test, then, otherwise, block)
            case Let() | Do() | Loop():
                name = self.fresh("value")
                self.assigned(name, node, block)
                self.at(node.span)
                return self.load(name)
        raise AssertionError(node)

    def conditional(self, node: If, test: Any, then: Any, otherwise: Any, block: Block) -> ast.expr:
        condition = self.condition(test, block)
        yes: Block = []
        no: Block = []
        chosen, other = self.expression(then, yes), self.expression(otherwise, no)
        self.at(node.span)
        if not yes and not no:
            return ast.IfExp(condition, chosen, other, **self.position)
        name = self.fresh("value")
        yes.append(self.assign(name, chosen))
        no.append(self.assign(name, other))
        block.append(ast.If(condition, yes, no, **self.position))
        return self.load(name)

    def condition(self, test: Any, block: Block) -> ast.expr:
        """The test as Python truth: everything but nil and false counts as true."""
        value = self.expression(test, block)
        self.at(test.span)
        if isinstance(test, Call) and isinstance(test.fn, Global):
            name = test.fn.binding.name
            if test.fn.binding.kind == "primitive" and (name in _BOOLEAN or name.endswith("?")):
                return value
        if not isinstance(value, ast.Name | ast.Constant):
            name = self.fresh("test")
            block.append(self.assign(name, value))
            value = self.load(name)
        tests: list[ast.expr] = [
            ast.Compare(value, [ast.IsNot()], [self.constant(constant)], **self.position)
            for constant in (None, False)
        ]
        if isinstance(value, ast.Constant):
            return self.constant(value.value is not None and value.value is not False)
        return ast.BoolOp(ast.And(), tests, **self.position)

    def make(self, node: Make) -> ast.expr:
        captured = self.tuple_of(*map(self.load, node.captured))
        code, name = self.load(node.code), self.constant(node.name)
        if node.kind == "query":
            frame = self.tuple_of(code, *map(self.load, node.captured))
            return self.apply("Query", name, frame, self.constant(node.params))
        maker = "Closure" if node.kind == "closure" else "Direct"
        return self.apply(
            maker, code, captured, name, self.constant(node.required), self.constant(node.variadic)
        )

    def shared(self, value: Any) -> str:
        try:
            key = (type(value), value)
            if key in self._constants:
                return self._constants[key]
        except TypeError:
            key = (type(value), id(value))
        kind, text = type(value).__name__.lower(), _short_name(value)
        name = self.fresh(f"{kind}-{text}" if text.replace("-", "").isalnum() else kind)
        self._constants[key] = name
        self.emitted.constants[name] = value
        return name

    # ---- simple nodes as statements

    def assigned(self, name: str, node: Any, block: Block) -> None:
        """Statements that give `name` the value of a node."""
        self.finish(node, block, lambda value, out: out.append(self.assign(name, value)))

    def effect(self, node: Any, block: Block) -> None:
        self.finish(node, block, lambda value, out: out.append(ast.Expr(value, **self.position)))

    def finish(self, node: Any, block: Block, done: Callable[[ast.expr, Block], None]) -> None:
        """Statements that compute a node and end by `done(value)` wherever a value is reached."""
        while True:
            match node:
                case Let(name, value, body):
                    self.assigned(name, value, block)
                    node = body
                case Do(first, rest):
                    self.effect(first, block)
                    node = rest
                case If(test, then, otherwise) if _has_statements(then) or _has_statements(
                    otherwise
                ):
                    condition = self.condition(test, block)
                    yes: Block = []
                    no: Block = []
                    self.finish(then, yes, done)
                    self.finish(otherwise, no, done)
                    self.at(node.span)
                    block.append(ast.If(condition, yes, no, **self.position))
                    return
                case Loop():
                    self.while_loop(node, block, done)
                    return
                case Recur(target):
                    self._loops[target](node, block)
                    return
                case _:
                    result = self.expression(node, block)
                    self.at(node.span)
                    done(result, block)
                    return

    def while_loop(self, node: Loop, block: Block, done: Callable[[ast.expr, Block], None]) -> None:
        inits = self.expressions(node.inits, block)
        self.at(node.span)
        self.set_all(node.names, inits, block)
        result = self.fresh("result")

        def again(recur: Recur, out: Block) -> None:
            given = self.expressions(recur.args, out)
            self.at(recur.span)
            self.set_all(node.names, given, out)
            out.append(ast.Continue(**self.position))

        def leave(value: ast.expr, out: Block) -> None:
            out += [self.assign(result, value), ast.Break(**self.position)]

        self._loops[node.target] = again
        body: Block = []
        self.finish(node.body, body, leave)
        self.at(node.span)
        block.append(ast.While(self.constant(True), body, [], **self.position))
        done(self.load(result), block)

    def set_all(self, names: tuple[str, ...], values: list[ast.expr], block: Block) -> None:
        if len(names) == 1:
            block.append(self.assign(names[0], values[0]))
        elif names:
            block.append(self.unpack(names, self.tuple_of(*values)))


def _has_statements(node: Any) -> bool:
    """Whether a node is better written as statements: it binds, loops or jumps."""
    while isinstance(node, If):
        if _has_statements(node.then):
            return True
        node = node.otherwise
    return isinstance(node, Let | Do | Loop | Recur)


def _short_name(value: Any) -> str:
    """A short atom as it is written, without its colon; nothing for a collection."""
    text = getattr(value, "name", None)
    return text if isinstance(text, str) and len(text) < 20 else ""


def _plain(value: Any) -> bool:
    """Whether Python can write the constant itself."""
    if isinstance(value, float):
        return value == value and value not in (float("inf"), float("-inf"))
    return value is None or type(value) in (bool, int, str)
