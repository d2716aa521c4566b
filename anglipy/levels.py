"""Makes nodes of the core tree with their level and depth, and says what is known of functions.

The level of a node is the highest of its parts; what would nest deeper than `MAX_DEPTH` becomes
COMPOUND, which the next pass flattens. A call is direct if the function needs no continuation: that
is seen here, from the node of the function alone.
"""

from __future__ import annotations

from collections.abc import Iterable

from anglipy.diagnostics import Span
from anglipy.syntax import (
    COMPOUND,
    MAX_DEPTH,
    SIMPLE,
    Binding,
    Call,
    Const,
    Fn,
    Global,
    Local,
    Loop,
    LoopTarget,
    Node,
    children,
)

__all__ = [
    "all_direct",
    "call_node",
    "combined",
    "is_direct",
    "known_function",
    "locals_in",
    "loop_node",
    "sequence_level",
]

_FUNCTION_MAKERS = frozenset(
    [
        "partial",
        "comp",
        "juxt",
        "complement",
        "constantly",
        "fnil",
        "every-pred",
        "some-fn",
        "memoize",
    ]
)


def combined(nodes: Iterable[Node], extra: int) -> tuple[int, int]:
    """Level and depth of a node with these parts, `extra` deeper than the deepest."""
    level, depth = SIMPLE, 0
    for node in nodes:
        level = max(level, node.level)
        depth = max(depth, node.depth)
    depth += extra
    return (COMPOUND, 0) if depth > MAX_DEPTH else (level, depth)


def sequence_level(first: Node, rest: Node) -> tuple[int, int]:
    """Level and depth of two nodes one after the other."""
    """(level, depth) of one after the other: only what comes first nests in Python."""
    depth = max(first.depth + 1, rest.depth)
    return (COMPOUND, 0) if depth > MAX_DEPTH else (max(first.level, rest.level), depth)


def call_node(fn: Node, args: tuple[Node, ...], span: Span, direct: bool) -> Node:
    """A call."""
    level, depth = combined((fn, *args), 1)
    return Call(fn, args, span, direct, level if direct else COMPOUND, depth)


def loop_node(
    target: LoopTarget, names: tuple[str, ...], inits: tuple[Node, ...], body: Node, span: Span
) -> Loop:
    """A loop; simple if it is made of simple parts and only jumps from tail positions."""
    level, depth = combined((*inits, body), 4)
    level = SIMPLE if level < COMPOUND and target.tail_only else COMPOUND
    return Loop(target, names, inits, body, span, level, depth)


def locals_in(node: Node) -> Iterable[Local]:
    """All uses of local variables in a node."""
    stack = [node]
    while stack:
        item = stack.pop()
        if isinstance(item, Local):
            yield item
        stack.extend(children(item))


def known_function(node: Node) -> tuple[bool, int, int | None]:
    """(direct, low, high) of the function a binding holds, if it is seen to hold one."""
    if isinstance(node, Fn):
        low = len(node.params)
        return node.direct, low, None if node.rest else low
    return is_direct(node) and not isinstance(node, Const), 0, None


def is_direct(node: Node) -> bool:
    """Whether a value is known to be callable without a continuation."""
    match node:
        case Const(value):
            return callable(value)
        case Fn(direct=direct) | Local(direct=direct):
            return direct
        case Global(binding):
            return binding.is_direct and not binding.function_args
        case Call(fn=Global(binding), direct=True):
            return binding.name in _FUNCTION_MAKERS or binding.name in (
                "vector",
                "hash-map",
                "hash-set",
            )
        case _:
            return False


def all_direct(args: tuple[Node, ...], binding: Binding) -> bool:
    """Whether all function arguments of a higher-order function are known to be direct."""
    positions = range(len(args)) if -1 in binding.function_args else binding.function_args
    return all(is_direct(args[position]) for position in positions if position < len(args))
