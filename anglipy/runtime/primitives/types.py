"""Functions behind `defprotocol`, `defrecord` and `reify`, and classes. Methods of Java's are in
`java_methods`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from anglipy.diagnostics import ProgramError
from anglipy.runtime.access import sequence
from anglipy.runtime.classes import FULL_NAMES, JavaClass, supers_of
from anglipy.runtime.maps import PersistentMap
from anglipy.runtime.primitives.checks import fail
from anglipy.runtime.primitives.registry import constant, primitive
from anglipy.runtime.printing import describe
from anglipy.runtime.processes.base import UserProcess
from anglipy.runtime.protocols import Protocol, Record, Reified, is_of_type
from anglipy.runtime.sets import PersistentSet

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


@primitive("instance-of?", "instance?", arity=(2, 2))
def instance_of(kind: Any, value: Any) -> bool:
    """Whether a value is of a type, a class or the name of one."""
    if not isinstance(kind, (str, JavaClass)):
        fail("instance?", "a class", kind)
    return is_of_type(kind if isinstance(kind, str) else kind.short, value)


@primitive("class-named", arity=(1, 1))
def class_named(name: str) -> JavaClass:
    """The class of a name."""
    return JavaClass(name)


@primitive("cast", arity=(2, 2))
def cast(kind: Any, value: Any) -> Any:
    """The value itself, if it is nil or of a class."""
    if value is None or instance_of(kind, value):
        return value
    name = getattr(kind, "name", kind)
    raise ProgramError("AQ442", f"cast: {describe(value)} is not of the class {name}")


@primitive("bases", arity=(1, 1))
def bases(kind: Any) -> Any:
    """The class or interface directly above a class, in a list; nil for `Object`."""
    if not isinstance(kind, JavaClass):
        fail("bases", "a class", kind)
    found = supers_of(kind.short)[:1]
    return sequence([JavaClass(name) for name in found]) if found else None


@primitive("supers", arity=(1, 1))
def supers(kind: Any) -> Any:
    """The set of all classes and interfaces above a class; nil for `Object`."""
    if not isinstance(kind, JavaClass):
        fail("supers", "a class", kind)
    found = supers_of(kind.short)
    return PersistentSet([JavaClass(name) for name in found]) if found else None


@primitive("class?", arity=(1, 1))
def is_class(value: Any) -> bool:
    """True for classes."""
    return isinstance(value, JavaClass)


for _short, _full in FULL_NAMES.items():
    constant(_short, JavaClass(_short))
    constant(_full, JavaClass(_short))
