"""Simple nodes to Python's `ast`: expressions where they fit, statements where they bind or loop.

Every node made carries the position of the user's source. This file and `emit` are the only ones
that know Python's syntax tree.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from anglipy.diagnostics import Span
from anglipy.names import Names
from anglipy.syntax import Call, Const, Do, Global, If, Let, Local, Loop, Recur
from anglipy.tails import Make

__all__ = ["Block", "Emitted", "SimpleEmitter"]

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
    source: str = ""
    """The name of the text that it was made from."""
    constants: dict[str, Any] = field(default_factory=dict)
    sites: dict[str, tuple[str, Span]] = field(default_factory=dict)
    globals: set[str] = field(default_factory=set)
    """Global names the code refers to."""


class SimpleEmitter:
    """Makes Python of simple nodes."""

    def __init__(self, names: Names, emitted: Emitted, groups: bool) -> None:
        self.fresh, self.emitted, self.groups = names, emitted, groups
        self._loops: dict[Any, Callable[[Recur, Block], None]] = {}
        self.position: dict[str, Any] = {}
        self._constants: dict[tuple[type, Any], str] = {}

    # ---- small builders, all at the current position

    def at(self, span: Span) -> None:
        """Give the nodes made from now on the position of this span (columns in UTF-8 bytes)."""
        line, column = span.source.place(span.start)
        end_line, end_column = span.source.place(max(span.end, span.start + 1))
        self.position = {
            "lineno": line,
            "col_offset": column,
            "end_lineno": end_line,
            "end_col_offset": end_column,
        }

    def load(self, name: str) -> ast.expr:
        """A variable."""
        return ast.Name(name, ast.Load(), **self.position)

    def constant(self, value: Any) -> ast.expr:
        """A constant that Python can write."""
        return ast.Constant(value, **self.position)

    def tuple_of(self, *items: ast.expr) -> ast.expr:
        """A tuple."""
        return ast.Tuple(list(items), ast.Load(), **self.position)

    def apply(self, name: str, *args: ast.expr) -> ast.expr:
        """A call of a function by its name."""
        return ast.Call(self.load(name), list(args), [], **self.position)

    def assign(self, name: str, value: ast.expr) -> ast.stmt:
        """`name = value`."""
        return ast.Assign([ast.Name(name, ast.Store(), **self.position)], value, **self.position)

    def unpack(self, names: tuple[str, ...], value: ast.expr) -> ast.stmt:
        """`(names...) = value`."""
        target = ast.Tuple(
            [ast.Name(n, ast.Store(), **self.position) for n in names], ast.Store(), **self.position
        )
        return ast.Assign([target], value, **self.position)

    def give(self, *items: ast.expr) -> ast.stmt:
        """Return a bounce."""
        return ast.Return(self.tuple_of(*items), **self.position)

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
        """A choice as an expression if both ways are expressions."""
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
        """A function value."""
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
        """The name under which the module has a constant."""
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
        """Statements that compute a node for its effect."""
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
        """A loop as Python's own."""
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
        """Give all of these names their values at once."""
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
