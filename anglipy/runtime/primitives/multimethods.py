"""Multimethods: tables of methods, which the functions that `defmulti` makes have captured."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from anglipy.runtime.equality import value_of_key
from anglipy.runtime.hierarchies import Methods
from anglipy.runtime.maps import PersistentMap
from anglipy.runtime.primitives.checks import fail
from anglipy.runtime.primitives.registry import primitive
from anglipy.runtime.sets import PersistentSet

__all__: list[str] = []


def _methods_of(function: Any, name: str) -> Methods:
    """The table of a multimethod."""
    function = getattr(function, "deref", lambda: function)()
    held = (part for part in getattr(function, "captures", ()) if isinstance(part, Methods))
    found = next(held, None)
    return found if found is not None else fail(name, "a multimethod", function)


@primitive("make-methods", arity=(3, 3), pure=False)
def make_methods(name: str, default: Any, hierarchy: Any) -> Methods:
    """The table of a multimethod; the hierarchy stands in a place."""
    read: Callable[[], Any] = getattr(hierarchy, "deref", lambda: hierarchy)
    return Methods(name, default, read)


@primitive("add-method!", arity=(3, 3), pure=False)
def add_method(multimethod: Any, value: Any, function: Any) -> Any:
    """Add a method to a multimethod."""
    _methods_of(multimethod, "defmethod").add(value, function)
    return multimethod


@primitive("method-of", arity=(2, 2), pure=False)
def method_of(methods: Methods, value: Any) -> Any:
    """The method of a multimethod for a value of its dispatch function."""
    return methods.method(value)


@primitive("methods", arity=(1, 1), pure=False)
def methods_(multimethod: Any) -> PersistentMap:
    """The methods of a multimethod, by dispatch value."""
    table = _methods_of(multimethod, "methods").table
    return PersistentMap.of((value_of_key(key), method) for key, method in table.items())


@primitive("get-method", arity=(2, 2), pure=False)
def get_method(multimethod: Any, value: Any) -> Any:
    """The method that a multimethod calls for a dispatch value, nil if there is none."""
    return _methods_of(multimethod, "get-method").found(value)


@primitive("remove-method", arity=(2, 2), pure=False)
def remove_method(multimethod: Any, value: Any) -> Any:
    """Take the method of a dispatch value from a multimethod."""
    _methods_of(multimethod, "remove-method").remove(value)
    return multimethod


@primitive("remove-all-methods", arity=(1, 1), pure=False)
def remove_all_methods(multimethod: Any) -> Any:
    """Take all its methods from a multimethod."""
    _methods_of(multimethod, "remove-all-methods").table.clear()
    return multimethod


@primitive("prefer-method", arity=(3, 3), pure=False)
def prefer_method(multimethod: Any, value: Any, other: Any) -> Any:
    """Let a multimethod call the method of one dispatch value where that of another also fits."""
    _methods_of(multimethod, "prefer-method").prefer(value, other)
    return multimethod


@primitive("prefers", arity=(1, 1), pure=False)
def prefers(multimethod: Any) -> PersistentMap:
    """For each dispatch value those that a multimethod prefers it to."""
    table = _methods_of(multimethod, "prefers").preferred
    return PersistentMap.of(
        (value_of_key(key), PersistentSet(others)) for key, others in table.items()
    )
