"""The core language as a typed tree: what `analyze` makes of core forms and `cps` takes.

Each node knows its span, its level and its depth.

* level SIMPLE: evaluates without a checkpoint and without calling an unknown function, so it
  becomes plain Python; LOOPING: simple but for jumps to the loop around it; COMPOUND: must be
  transformed to continuation-passing style.
* depth: how deep the Python expression would nest. What would nest deeper than `MAX_DEPTH` is made
  COMPOUND, which flattens it; this is why no program is too deep for Python.

Names of locals are unique within one top-level form and are valid Python names.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from anglipy.diagnostics import Span

__all__ = [
    "COMPOUND",
    "LOOPING",
    "MAX_DEPTH",
    "SIMPLE",
    "Binding",
    "Call",
    "Const",
    "Do",
    "Fn",
    "Global",
    "If",
    "Let",
    "Local",
    "Loop",
    "LoopTarget",
    "Node",
    "Observe",
    "Predict",
    "Query",
    "Recur",
    "Sample",
    "children",
    "within",
]

SIMPLE, LOOPING, COMPOUND = 0, 1, 2
MAX_DEPTH = 40


@dataclass(frozen=True, slots=True)
class Binding:
    """What a global name means: how it is called in generated code, and what is known of it.

    kind: "primitive" (built in), "python" (imported), "direct" (a user function without
    checkpoints), "closure" (a user function in continuation-passing style), "library" (one of the
    standard library), "value" (anything else), "declared" (defined further on).
    """

    name: str
    python: str
    kind: str
    low: int = 0
    high: int | None = None
    function_args: tuple[int, ...] = ()
    """For a higher-order function: the positions of its arguments that are functions; (-1,) means
    all.
    """
    stochastic: Binding | None = None
    """The version of a higher-order function that takes functions with checkpoints inside."""
    binary: Binding | None = None
    """The version for exactly two arguments, which is faster."""

    @property
    def is_direct(self) -> bool:
        """Whether a call needs no continuation."""
        return self.kind in ("primitive", "python", "direct")

    @property
    def is_library(self) -> bool:
        """Whether it is a function of the standard library, which takes functions of any kind."""
        return self.kind == "library"


@dataclass(frozen=True, slots=True)
class Const:
    """A literal or quoted value."""

    value: Any
    span: Span
    level: int = SIMPLE
    depth: int = 0


@dataclass(frozen=True, slots=True)
class Local:
    """A local variable; `direct` if it is known to hold a function that needs no continuation."""

    name: str
    span: Span
    direct: bool = False
    level: int = SIMPLE
    depth: int = 0


@dataclass(frozen=True, slots=True)
class Global:
    """A global name."""

    binding: Binding
    span: Span
    level: int = SIMPLE
    depth: int = 0


@dataclass(frozen=True, slots=True)
class If:
    """A choice by Clojure truth."""

    test: Node
    then: Node
    otherwise: Node
    span: Span
    level: int
    depth: int


@dataclass(frozen=True, slots=True)
class Let:
    """One binding around a body."""

    name: str
    value: Node
    body: Node
    span: Span
    level: int
    depth: int


@dataclass(frozen=True, slots=True)
class Do:
    """Evaluate `first` for its effect, then `rest`."""

    first: Node
    rest: Node
    span: Span
    level: int
    depth: int


@dataclass(frozen=True, slots=True)
class Fn:
    """A function. `direct` if its body is simple: then it is a plain Python function.

    `own` is the variable by which it refers to itself, `name` what the user calls it, `label` its
    name in Python.
    """

    own: str | None
    name: str
    label: str
    params: tuple[str, ...]
    rest: str | None
    body: Node
    span: Span
    direct: bool
    level: int = SIMPLE
    depth: int = 0


@dataclass(frozen=True, slots=True)
class Call:
    """A call; `direct` if the function needs no continuation."""

    fn: Node
    args: tuple[Node, ...]
    span: Span
    direct: bool
    level: int
    depth: int


@dataclass(eq=False, slots=True)
class LoopTarget:
    """The identity of a loop, which becomes a function if some `recur` is no tail call."""

    label: str
    count: int
    used: bool = False
    tail_only: bool = True


@dataclass(frozen=True, slots=True)
class Loop:
    """A loop with its variables."""

    target: LoopTarget
    names: tuple[str, ...]
    inits: tuple[Node, ...]
    body: Node
    span: Span
    level: int
    depth: int


@dataclass(frozen=True, slots=True)
class Recur:
    """The next turn of a loop."""

    target: LoopTarget
    args: tuple[Node, ...]
    span: Span
    level: int
    depth: int = 0


@dataclass(frozen=True, slots=True)
class Sample:
    """A draw. The site is known here, or named at run time by `id`."""

    site: str | None
    id: Node | None
    dist: Node
    span: Span
    level: int = COMPOUND
    depth: int = 0


@dataclass(frozen=True, slots=True)
class Observe:
    """An observation."""

    site: str | None
    id: Node | None
    dist: Node
    value: Node
    span: Span
    level: int = COMPOUND
    depth: int = 0


@dataclass(frozen=True, slots=True)
class Predict:
    """A labelled value added to the predicts of the run."""

    label: Node
    value: Node
    span: Span
    level: int = COMPOUND
    depth: int = 0


@dataclass(frozen=True, slots=True)
class Query:
    """A query as a value."""

    name: str
    label: str
    param: str
    body: Node
    span: Span
    params: str = field(default="")
    level: int = SIMPLE
    depth: int = 0


Node = (
    Const
    | Local
    | Global
    | If
    | Let
    | Do
    | Fn
    | Call
    | Loop
    | Recur
    | Sample
    | Observe
    | Predict
    | Query
)


def children(node: Node) -> Iterator[Node]:
    """The nodes directly inside a node, in evaluation order."""
    match node:
        case Const() | Local() | Global():
            return
        case If(test, then, otherwise):
            yield from (test, then, otherwise)
        case Let(_, value, body):
            yield from (value, body)
        case Do(first, rest):
            yield from (first, rest)
        case Fn(body=body) | Query(body=body):
            yield body
        case Call(fn, args):
            yield fn
            yield from args
        case Loop(inits=inits, body=body):
            yield from inits
            yield body
        case Recur(args=args):
            yield from args
        case Sample(id=id_, dist=dist):
            yield from (dist,) if id_ is None else (id_, dist)
        case Observe(id=id_, dist=dist, value=value):
            yield from (dist, value) if id_ is None else (id_, dist, value)
        case Predict(label, value):
            yield from (label, value)


def within(node: Node) -> Iterator[Node]:
    """A node and all in it, what is outside first."""
    work = [node]
    while work:
        inside = work.pop()
        yield inside
        work.extend(reversed(list(children(inside))))
