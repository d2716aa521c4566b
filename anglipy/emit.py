"""Flat code to Python's `ast`: the only file that knows Python's syntax tree.

Every code becomes one module-level function

    def name(frame, state, value): ...      a continuation, loop, closure or query
    def name(captured..., params...): ...   a direct function

Every node carries the position of the user's source, so that Python's own tracebacks point into the
.aq file. Simple nodes are the affair of `emit_simple`. Names of the runtime used by generated code
are in RUNTIME_NAMES; a test resolves every one.
"""

from __future__ import annotations

import ast
from typing import Any

from anglipy.diagnostics import Span
from anglipy.emit_simple import Block, Emitted, SimpleEmitter
from anglipy.lower import Code
from anglipy.names import Names
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
    "Query": "anglipy.runtime.lanes.ordinary:query",
    "branch": "anglipy.runtime.lanes.functions:branch",
    "call": "anglipy.runtime.lanes.functions:call",
    "dynamic_site": "anglipy.runtime.lanes.functions:dynamic_site",
    "observe": "anglipy.runtime.lanes.functions:observe",
    "sample": "anglipy.runtime.lanes.functions:sample",
}
"""The same for code that runs groups of particles."""

_FIXED = ("frame", "state", "value")


def emit(codes: list[Code], names: Names, groups: bool = False) -> Emitted:
    """The Python module of some flat codes; `groups`: as `lower` made them for groups."""
    emitted = Emitted(ast.Module([], []), codes[0].span.source.name if codes else "")
    emitter = _Emitter(names, emitted, groups)
    emitted.module.body.extend(emitter.function(code) for code in codes)
    return emitted


class _Emitter(SimpleEmitter):
    """Makes Python of codes and tails."""

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
