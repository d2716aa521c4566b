"""Futures and promises. A future is computed at once: there is one thread."""

from __future__ import annotations

from typing import Any

from anglipy.diagnostics import ProgramError
from anglipy.runtime.primitives.checks import function
from anglipy.runtime.primitives.exceptions import Delay
from anglipy.runtime.primitives.registry import primitive
from anglipy.runtime.printing import pr_str

__all__ = ["Promise"]

_PENDING: Any = object()


class Promise:
    """A value that somebody delivers."""

    __slots__ = ("value",)

    def __init__(self) -> None:
        self.value = _PENDING

    def is_realised(self) -> bool:
        """Whether it has been delivered."""
        return self.value is not _PENDING

    def is_pending(self) -> bool:
        """Whether it has not been delivered."""
        return self.value is _PENDING

    def deref(self) -> Any:
        """The value. ProgramError AQ440 if nobody has delivered it: nobody else could."""
        if self.value is _PENDING:
            raise ProgramError("AQ440", "deref: nothing was delivered to this promise")
        return self.value

    def __repr__(self) -> str:
        return f"#promise[{pr_str(self.value) if self.is_realised() else ':pending'}]"


@primitive("future-call", arity=(1, 1), function_args=(0,), pure=False)
def future_call(compute: Any) -> Delay:
    """A delay whose value has been computed."""
    return Delay(None, function(compute, "future-call")())


@primitive("future?", arity=(1, 1))
def is_future(value: Any) -> bool:
    """True for what `future` gives, and for delays."""
    return isinstance(value, Delay)


@primitive("promise", arity=(0, 0), pure=False)
def promise() -> Promise:
    """A new promise."""
    return Promise()


@primitive("deliver", arity=(2, 2), pure=False)
def deliver(target: Any, value: Any) -> Any:
    """Give a promise its value; nil if it has one."""
    if not isinstance(target, Promise) or target.is_realised():
        return None
    target.value = value
    return target
