"""Exceptions: making, throwing and asking them; what is put off: `delay`, `lazy-seq`; variables
with other values for a while.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from anglipy.diagnostics import ProgramError
from anglipy.runtime.access import seq_of
from anglipy.runtime.exceptions import Raised, data_of, is_of_class, message_of
from anglipy.runtime.maps import PersistentMap
from anglipy.runtime.primitives.checks import fail
from anglipy.runtime.primitives.registry import primitive
from anglipy.runtime.primitives.streams import redirected
from anglipy.runtime.printing import pr_str, to_str
from anglipy.runtime.seqs import LazySeq, ThunkSeq
from anglipy.runtime.vectors import Vector

__all__ = ["Delay", "computed"]


@primitive("ex-info", arity=(2, 3))
def ex_info(message: Any, data: Any, cause: Any = None) -> Raised:
    """An exception with a message and a map of data."""
    if not isinstance(data, PersistentMap):
        fail("ex-info", "a map of data", data)
    return Raised("ExceptionInfo", to_str(message), data, cause)


@primitive("make-exception", arity=(1, 3))
def make_exception(kind: str, message: Any = None, cause: Any = None) -> Raised:
    """`(Kind. message)`: an exception of a class of Java's."""
    if isinstance(message, BaseException):
        message, cause = message_of(message), message
    return Raised(kind, to_str(message), None, cause)


@primitive("throw-exception", arity=(1, 1))
def throw_exception(error: Any) -> Any:
    """Throw an exception."""
    if not isinstance(error, Exception):
        raise ProgramError(
            "AQ440",
            f"throw: expected an exception, got {pr_str(error)}",
            help='(throw (ex-info "message" {:key value})) or, to a `catch`, (throw tag value)',
        )
    raise error


@primitive("exception-is?", arity=(2, 2))
def exception_is(kind: str, error: Any) -> bool:
    """Whether an exception is of a class."""
    return is_of_class(kind, error)


@primitive("ex-message", arity=(1, 1))
def ex_message(error: Any) -> Any:
    """The message of an exception; nil for anything else."""
    return message_of(error) if isinstance(error, BaseException) else None


@primitive("ex-data", arity=(1, 1))
def ex_data(error: Any) -> Any:
    """The data of an exception made by `ex-info`; nil for anything else."""
    return data_of(error)


@primitive("ex-cause", arity=(1, 1))
def ex_cause(error: Any) -> Any:
    """The exception that an exception came of, or nil."""
    return getattr(error, "cause", None)


# ---- put off

_PENDING: Any = object()

_INSTEAD = {
    "delay": "(mem (fn [] ...)) makes a function that draws when it is first called",
    "lazy-seq": "a loop, `map` or `repeatedly` with a number make sequences that draw; the rest of"
    " an endless one can be a function: [x (fn [] ...)]",
    "repeatedly": "with a number it can draw: (repeatedly n f)",
    "iterate": "with a number of steps it can draw: (reductions (fn [x _] (f x)) start (range n))",
    "binding": "draw before, and give the body the value: (let [x (sample ...)] (binding ...))",
}
"""What to do for a form whose body cannot draw, or a function whose argument cannot."""
_ON_DEMAND = ("repeatedly", "iterate")


def computed(form: str, function: Callable[[], Any]) -> Any:
    """What a body, or a function, gives that no engine can run from one draw to the next.

    Raises:
        ProgramError: AQ402 for a `sample` or `observe` in the body.

    """
    try:
        return function()
    except ProgramError as error:
        if error.diagnostic.code == "AQ402" and error.diagnostic.help not in _INSTEAD.values():
            kind = error.diagnostic.message.split("`")[1]
            place = "a function given to" if form in _ON_DEMAND else "the body of"
            message = f"`{kind}` in {place} `{form}`, which runs without an engine"
            error.diagnostic = replace(error.diagnostic, message=message, help=_INSTEAD[form])
        raise


class Delay:
    """Something computed when it is first asked for."""

    __slots__ = ("_function", "_value")

    def __init__(self, function: Callable[[], Any] | None, value: Any = _PENDING) -> None:
        self._function, self._value = function, value

    def deref(self) -> Any:
        """The value, computed now if it has not been."""
        if self._value is _PENDING:
            assert self._function is not None
            self._value = computed("delay", self._function)
            self._function = None
        return self._value

    def is_realised(self) -> bool:
        """Whether it has been computed."""
        return self._value is not _PENDING

    def __repr__(self) -> str:
        return f"#delay[{pr_str(self._value) if self.is_realised() else '...'}]"


@primitive("delayed", arity=(1, 1), pure=False)
def delayed(function: Callable[[], Any]) -> Delay:
    """The delay that a function of nothing computes."""
    return Delay(function)


@primitive("delivered", arity=(1, 1), pure=False)
def delivered(value: Any) -> Delay:
    """A delay that has been computed."""
    return Delay(None, value)


@primitive("force", arity=(1, 1), pure=False)
def force(value: Any) -> Any:
    """The value of a delay; anything else is its own value."""
    return value.deref() if isinstance(value, Delay) else value


@primitive("delay?", arity=(1, 1))
def is_delay(value: Any) -> bool:
    """Whether it is a delay."""
    return isinstance(value, Delay)


@primitive("realized?", arity=(1, 1), pure=False)
def is_realised(value: Any) -> bool:
    """Whether a delay or a promise has its value, or a lazy sequence its beginning."""
    if isinstance(value, Delay):
        return value.is_realised()
    if isinstance(value, (LazySeq, ThunkSeq)):
        return value.is_realised()
    return bool(getattr(value, "is_realised", lambda: True)())


@primitive("lazy-sequence", arity=(1, 1), pure=False)
def lazy_sequence(function: Callable[[], Any]) -> ThunkSeq:
    """The sequence that a function of nothing gives, which is called when it is asked for."""
    return ThunkSeq(lambda: seq_of(computed("lazy-seq", function), "lazy-seq"))


# ---- variables


@primitive("bind-globals", arity=(3, 3), pure=False)
def bind_globals(names: Vector, values: Vector, function: Any) -> Any:
    """Call a function of nothing while these global names of its module have these values."""
    variables = function.code.__globals__
    before = {name: variables[name] for name in names}
    variables.update(zip(names, values, strict=True))
    try:
        with redirected(zip(names, values, strict=True)):
            return computed("binding", function)
    finally:
        variables.update(before)
