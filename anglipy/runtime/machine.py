"""The trampoline: runs compiled code from one checkpoint to the next, on a flat Python stack.

Compiled code is a set of functions `code(frame, state, value)`. Each returns either a bounce
`(code, frame, state, value)`, which `run` follows, or a checkpoint, which `run` gives to its
caller. A frame is an immutable tuple `(code, captured values...)`, so a checkpoint may be resumed
any number of times.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from typing import Any

from anglipy.diagnostics import InternalError, ProgramError
from anglipy.runtime.checkpoints import Checkpoint, Frame, Observe, Result, Sample
from anglipy.runtime.composite import Composite
from anglipy.runtime.locate import explain
from anglipy.runtime.state import INITIAL, State

__all__ = [
    "FINALLY",
    "FINISH",
    "TRY",
    "Query",
    "deterministic",
    "drive",
    "finish",
    "handlers_of",
    "reached",
    "resume",
    "run",
]


def run(step: Any) -> Checkpoint:
    """Follow bounces until a checkpoint comes. Whatever goes wrong in user code is an AnglipyError
    with a span, which the innermost `try` around gets, if there is one.
    """
    while True:
        try:
            while step.__class__ is tuple:
                code, frame, state, value = step
                step = code(frame, state, value)
            return step  # type: ignore[no-any-return]
        except Exception as error:
            # The edge between user code and everything else: any error of the program becomes one
            # the user can read.
            explained = explain(error)
            handlers = handlers_of(state.handlers, TRY, FINALLY)
            if handlers and not isinstance(explained, InternalError):
                k = handlers[1]
                step = k[0], k, reached(error, code, state).handling(handlers[2]), explained
            elif explained is error:
                raise
            else:
                raise explained from error


def reached(error: Exception, code: Any, state: Any) -> Any:
    """The state when the code that was begun with `state` failed: what it predicted before stays
    predicted.
    """
    trace = error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code is code.__code__:
            return trace.tb_frame.f_locals.get("state", state)
        trace = trace.tb_next
    return state


TRY = "try"
"""The label of a handler that takes any error of the program."""
FINALLY = "finally"
"""The label of a handler that takes everybody who leaves early, and sends them on their way."""


def handlers_of(handlers: tuple[Any, ...], *labels: Any) -> tuple[Any, ...]:
    """The handlers from the innermost with one of these labels on; () if there is none."""
    while handlers and handlers[0] not in labels:
        handlers = handlers[2]
    return handlers


def resume(checkpoint: Sample | Observe, answer: Any) -> Checkpoint:
    """The next checkpoint after answering this one. The checkpoint itself stays usable."""
    k = checkpoint.k
    return run((k[0], k, checkpoint.state, answer))


def finish(frame: Frame, state: State, value: Any) -> Result:
    """The last continuation of every run."""
    return Result(value, state)


FINISH: Frame = (finish,)


def drive(checkpoint: Checkpoint) -> Generator[Sample | Observe, Any, Any]:
    """A run as a Python generator: yields checkpoints, takes answers, returns the result."""
    while checkpoint.__class__ is not Result:
        answer = yield checkpoint  # type: ignore[misc]
        checkpoint = resume(checkpoint, answer)  # type: ignore[arg-type]
    return checkpoint.value


class Query(Composite):
    """A compiled query.

    `query(value)` is a generator of checkpoints; `query.start(value)` is the first checkpoint
    itself, from which an engine may fork with `resume`. `value` is the one argument of a query (a
    vector if it has a parameter vector).
    """

    __slots__ = ("frame", "name", "params")

    def __init__(self, name: str, frame: Frame, params: str = "") -> None:
        self.name, self.frame, self.params = name, frame, params

    def start(self, value: Any = None) -> Checkpoint:
        """The first checkpoint of a run with this argument."""
        return run((self.frame[0], self.frame, INITIAL, (FINISH, value)))

    def __call__(self, value: Any = None) -> Generator[Sample | Observe, Any, Any]:
        """A run as a generator of checkpoints; see `drive`."""
        return drive(self.start(value))

    def parts(self) -> Sequence[Any]:
        """The variables it captured."""
        return self.frame[1:]

    def with_parts(self, parts: Sequence[Any]) -> Query:
        """The same query with other values of the variables it captured."""
        return Query(self.name, (self.frame[0], *parts), self.params)

    def kind(self) -> Any:
        """Its code."""
        return self.frame[0]

    def __repr__(self) -> str:
        return f"#query[{self.name}]"


def deterministic(checkpoint: Checkpoint, what: str) -> Any:
    """The value of code that must not sample or observe, such as a function called from Python."""
    if checkpoint.__class__ is Result:
        return checkpoint.value
    kind = "sample" if checkpoint.__class__ is Sample else "observe"
    raise ProgramError(
        "AQ402",
        f"`{kind}` outside a query, in a call of {what}",
        checkpoint.site.span,  # type: ignore[union-attr]
        help="sample and observe have a meaning only while an engine runs a query",
    )
