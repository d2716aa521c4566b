"""The core tree as groups of particles run it.

One particle goes one way at a choice; a group may go both, and its particles may leave a loop at
different turns. So for groups every choice and every loop is COMPOUND: it becomes continuations, at
which the ways come together again. So is every call that has an effect outside of the program: a
step that fails for some particles is taken again by the others, and then has no effect in it that
was had before. What contains such a thing is no longer simple either, functions included. `part`
makes the levels of a tree anew under these rules; names and sites stay.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import replace
from typing import Any

from anglipy.levels import call_node, is_direct, sequence_level
from anglipy.stackless import run_stackless
from anglipy.syntax import (
    COMPOUND,
    SIMPLE,
    Binding,
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
)

__all__ = ["part"]

Parting = Generator[Any, Any, Node]


def part(
    node: Node,
    stays_direct: Callable[[Binding], bool],
    either: Callable[[Binding], Binding],
    has_effect: Callable[[Binding], bool],
) -> Node:
    """The tree for groups. `stays_direct` tells of a function of the program without checkpoints
    whether it needs no continuation for groups either. `either` gives for a higher-order primitive
    the function that is used where single particles need no continuation and groups do.
    `has_effect` tells whether something happens when a function is called.
    """
    parted: Node = run_stackless(_Parting(stays_direct, either, has_effect).node(node))
    return parted


class _Parting:
    def __init__(
        self,
        stays_direct: Callable[[Binding], bool],
        either: Callable[[Binding], Binding],
        has_effect: Callable[[Binding], bool],
    ) -> None:
        self.stays_direct, self.either, self.has_effect = stays_direct, either, has_effect
        self.locals: dict[str, bool] = {}
        """Local variables known to hold functions, and whether these are direct."""
        self.made: set[str] = set()
        """Those of them that hold data, or functions made of others."""
        self.targets: dict[int, LoopTarget] = {}

    def is_direct(self, node: Node) -> bool:
        if isinstance(node, Global) and node.binding.kind == "direct":
            return self.stays_direct(node.binding)
        if isinstance(node, Global) and self.has_effect(node.binding):
            return False
        return is_direct(node)

    def is_made(self, node: Node) -> bool:
        """Whether a function is a collection, or made of others: what is inside of it may be for
        single particles.
        """
        if isinstance(node, Local):
            return node.name in self.made
        return isinstance(node, (Const, Call))

    def node(self, node: Node) -> Parting:
        match node:
            case Const() | Global():
                return node
            case Local(name):
                direct = node.direct and self.locals.get(name, False)
                return replace(node, direct=direct) if direct != node.direct else node
            case If(test, then, otherwise):
                test = yield self.node(test)
                then = yield self.node(then)
                otherwise = yield self.node(otherwise)
                return If(test, then, otherwise, node.span, COMPOUND, 0)
            case Let():
                return (yield self.let(node))
            case Do(first, rest):
                first = yield self.node(first)
                rest = yield self.node(rest)
                return Do(first, rest, node.span, *sequence_level(first, rest))
            case Fn():
                body = yield self.node(node.body)
                direct = body.level == SIMPLE and node.own is None
                return replace(node, body=body, direct=direct)
            case Call():
                return (yield self.call(node))
            case Loop():
                return (yield self.loop(node))
            case Recur(target, args):
                args = yield self.nodes(args)
                return Recur(self.targets[id(target)], args, node.span, COMPOUND)
            case Sample() | Observe():
                return (yield self.checkpoint(node))
            case Predict(label, value):
                label = yield self.node(label)
                value = yield self.node(value)
                return replace(node, label=label, value=value)
            case Query(body=body):
                return replace(node, body=(yield self.node(body)))
        raise AssertionError(node)

    def nodes(self, nodes: tuple[Node, ...]) -> Generator[Any, Any, tuple[Node, ...]]:
        done = []
        for node in nodes:
            done.append((yield self.node(node)))
        return tuple(done)

    def let(self, node: Let) -> Parting:
        value = yield self.node(node.value)
        self.locals[node.name] = self.is_direct(value) and not isinstance(value, Const)
        if self.is_made(value):
            self.made.add(node.name)
        body = yield self.node(node.body)
        return Let(node.name, value, body, node.span, *sequence_level(value, body))

    def call(self, node: Call) -> Parting:
        args = yield self.nodes(node.args)
        fn = yield self.node(node.fn)
        direct = node.direct
        if isinstance(fn, Global):
            binding = fn.binding
            if binding.kind == "direct":
                direct = self.stays_direct(binding)
            elif direct and binding.stochastic is not None and not self.all_direct(args, binding):
                fn, direct = Global(self.either(binding), fn.span), False
            direct = direct and not self.has_effect(binding)
        elif direct:
            direct = self.is_direct(fn) and not self.is_made(fn)
        return call_node(fn, args, node.span, direct)

    def all_direct(self, args: tuple[Node, ...], binding: Binding) -> bool:
        """Whether all function arguments of a higher-order function are direct."""
        positions = range(len(args)) if -1 in binding.function_args else binding.function_args
        return all(self.is_direct(args[place]) for place in positions if place < len(args))

    def loop(self, node: Loop) -> Parting:
        inits = yield self.nodes(node.inits)
        old = node.target
        target = LoopTarget(old.label, old.count, old.used, tail_only=False)
        self.targets[id(old)] = target
        body = yield self.node(node.body)
        return Loop(target, node.names, inits, body, node.span, COMPOUND, 0)

    def checkpoint(self, node: Sample | Observe) -> Parting:
        id_ = node.id
        if id_ is not None:
            id_ = yield self.node(id_)
        dist = yield self.node(node.dist)
        if isinstance(node, Sample):
            return replace(node, id=id_, dist=dist)
        return replace(node, id=id_, dist=dist, value=(yield self.node(node.value)))
