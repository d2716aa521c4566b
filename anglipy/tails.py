"""The tree between `cps` and `emit`: what is done last in each piece of code, and with which
continuation.

A tail never returns a value; it hands one to a continuation, calls, jumps, or stops at a
checkpoint. `cps` makes tails with continuations written out inside; `lower` makes them flat.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias

from anglipy.diagnostics import Span
from anglipy.syntax import LoopTarget

__all__ = [
    "Bind", "Branch", "Continuation", "Continue", "Enter", "FnK", "Frame", "Goto", "Invoke", "Jump",
    "KName", "Kont", "LetK", "Make", "Pack", "QueryK", "SetPredict", "Simple", "Tail",
    "Take",
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
