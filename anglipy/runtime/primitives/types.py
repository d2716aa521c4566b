"""Functions behind `defprotocol`, `defrecord`, `reify` and `defmulti`. Methods of Java's are in
`java_methods`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from anglipy.diagnostics import ProgramError
from anglipy.runtime.maps import PersistentMap
from anglipy.runtime.primitives.checks import fail
from anglipy.runtime.primitives.registry import primitive
from anglipy.runtime.processes.base import UserProcess
from anglipy.runtime.protocols import Methods, Protocol, Record, Reified, is_of_type

__all__: list[str] = []


def _protocol(value: Any, name: str) -> Protocol:
    return value if isinstance(value, Protocol) else fail(name, "a protocol", value)


@primitive("make-protocol", arity=(1, 1), pure=False)
def make_protocol(name: str) -> Protocol:
    """A protocol that no type has yet."""
    return Protocol(name)


@primitive("extend-protocol!", arity=(3, 3), pure=False)
def extend_protocol(protocol: Any, type_name: str, methods: PersistentMap) -> None:
    """Give a type the methods of a protocol."""
    _protocol(protocol, type_name).extend(type_name, methods)


@primitive("protocol-method", arity=(3, 3))
def protocol_method(protocol: Any, name: str, value: Any) -> Any:
    """The function that a method of a protocol is for a value."""
    return _protocol(protocol, name).method(name, value)


@primitive("satisfies?", arity=(2, 2))
def satisfies(protocol: Any, value: Any) -> bool:
    """Whether a value has the methods of a protocol."""
    return _protocol(protocol, "satisfies?").has(value)


@primitive("make-record", arity=(2, 2))
def make_record(type_name: str, fields: Any) -> Record:
    """A record of a type."""
    if not isinstance(fields, PersistentMap):
        fail(type_name, "a map of fields", fields)
    return Record.made(type_name, fields.items())


@primitive("make-reified", arity=(1, 1))
def make_reified(methods: PersistentMap) -> Reified:
    """A value with these methods."""
    return Reified(methods)


@primitive("user-process", arity=(4, 4))
def user_process(
    name: str,
    record: PersistentMap,
    producing: Callable[..., Any] | None,
    absorbing: Callable[..., Any] | None,
) -> UserProcess:
    """The process that a `defproc` describes; its methods take the process first."""
    fields = {key.name: value for key, value in record.items()}
    made: UserProcess

    def produce() -> Any:
        if producing is None:
            raise ProgramError("AQ412", f"{name}: has no `produce` method")
        return producing(made)

    def absorb(value: Any) -> Any:
        if absorbing is None:
            raise ProgramError("AQ412", f"{name}: has no `absorb` method")
        return absorbing(made, value)

    made = UserProcess(name, fields, produce, absorb)
    return made


@primitive("instance-of?", arity=(2, 2))
def instance_of(type_name: str, value: Any) -> bool:
    """Whether a value is of a type."""
    return is_of_type(type_name, value)


@primitive("make-methods", arity=(2, 2), pure=False)
def make_methods(name: str, default: Any) -> Methods:
    """The table of a multimethod."""
    return Methods(name, default)


@primitive("add-method!", arity=(3, 3), pure=False)
def add_method(methods: Any, value: Any, function: Any) -> None:
    """Add a method to a multimethod."""
    if not isinstance(methods, Methods):
        fail("defmethod", "a multimethod", methods)
    methods.add(value, function)


@primitive("method-of", arity=(2, 2))
def method_of(methods: Methods, value: Any) -> Any:
    """The method of a multimethod for a value of its dispatch function."""
    return methods.method(value)
