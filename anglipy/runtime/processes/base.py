"""What a random process is: `produce()` gives the distribution of the next value, `absorb(value)`
the process after that value came.

A process is a value: absorbing gives a new one and changes nothing. Its state comes after its
parameters in `fields` and `given`, and may be handed to the constructor after them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from anglipy.diagnostics import InternalError, ProgramError
from anglipy.runtime.distributions.base import Record
from anglipy.runtime.distributions.checks import show

__all__ = ["Process", "UserProcess"]


class Process(Record):
    """The base class. A subclass sets `name` and `fields`, stores `given`, and defines produce and
    absorb.
    """

    __slots__ = ()

    def produce(self) -> Any:
        """The distribution of the next value, or a function that gives it."""
        raise InternalError("AQ901", f"{self.name}: nothing to produce")

    def absorb(self, value: Any) -> Process:
        """The process after this value."""
        raise InternalError("AQ901", f"{self.name}: no way to absorb a value")


class UserProcess(Process):
    """A process defined in the language by `defproc`.

    `produce_fn()` gives the distribution of the next value, `absorb_fn(value)` the process after
    that value. `parameters` are the parameters and then the state, by name. Raises AQ423 if
    `absorb_fn` gives something other than a process.
    """

    __slots__ = ("absorb_fn", "fields", "name", "produce_fn")

    def __init__(
        self,
        name: str,
        parameters: dict[str, Any],
        produce_fn: Callable[[], Any],
        absorb_fn: Callable[[Any], Any],
    ) -> None:
        self.name = name
        self.fields = tuple(parameters)
        self.given = tuple(parameters.values())
        self.produce_fn = produce_fn
        self.absorb_fn = absorb_fn

    def produce(self) -> Any:
        """What the user's `produce` gives."""
        return self.produce_fn()

    def absorb(self, value: Any) -> Process:
        """What the user's `absorb` gives."""
        process = self.absorb_fn(value)
        if not isinstance(process, Process):
            raise ProgramError(
                "AQ423",
                f"{self.name}: absorb must give a process, got {show(process)} for the value "
                f"{show(value)}",
                help="the last form of `absorb` is the new process, with the new state",
            )
        return process

    def __reduce__(self) -> tuple[Any, ...]:
        parameters = dict(zip(self.fields, self.given, strict=True))
        return self.__class__, (self.name, parameters, self.produce_fn, self.absorb_fn)
