"""Values of Python to values of the language and back, as data files and Python callers need them.

Lists and tuples become vectors, dictionaries become maps (string keys become keywords), sets become
sets, numpy scalars and arrays without dimensions become Python numbers, torch tensors numpy arrays.
A column of pandas becomes an array, or a vector where it does not hold numbers; a table becomes a
vector of maps, one for each row. Everything else, numpy arrays included, passes untouched.
`to_python` goes the other way: sequences become lists, maps become dicts, keywords and symbols
become their text. `taken_over` makes vectors, maps and sets of what a Python function gave, where
keys stay what they are. None of them recurses.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from anglipy.atoms import BigInt, Char
from anglipy.runtime.equality import MapLike, Sequential, SetLike
from anglipy.runtime.foreign import (
    is_missing,
    is_numeric_column,
    is_numpy_scalar,
    is_tabular,
    is_tensor,
    plain,
)
from anglipy.runtime.maps import PersistentMap, PythonMap
from anglipy.runtime.scalars import Keyword, Symbol
from anglipy.runtime.sets import PersistentSet
from anglipy.runtime.vectors import Vector

__all__ = ["from_python", "taken_over", "to_python"]


class _Plan(NamedTuple):
    """How one collection is rebuilt: its parts in order, and what makes the new one from the
    converted parts.
    """

    parts: Iterable[Any]
    build: Callable[[list[Any]], Any]


_SAME = frozenset((float, int, bool, str, type(None)))
"""What is the same in both worlds."""


def from_python(value: Any) -> Any:
    """The value of the language for a value of Python."""
    return _rebuild(value, _plan_from_python, _scalar_from_python)


def taken_over(value: Any) -> Any:
    """The value of the language for a collection that a Python function gave, as `own` makes it,
    all that is inside included.
    """
    return _rebuild(value, _plan_taken_over, plain)


def to_python(value: Any) -> Any:
    """The value of Python for a value of the language. Members of sets and keys of maps become
    hashable: tuples.
    """
    return _rebuild(value, _plan_to_python, _scalar_to_python)


def _rebuild(value: Any, plan: Callable[[Any], _Plan | None], scalar: Callable[[Any], Any]) -> Any:
    """Convert bottom-up with a stack of (iterator over parts, converted parts, build)."""
    root: list[Any] = []
    stack: list[tuple[Any, list[Any], Callable[[list[Any]], Any]]] = [
        (iter((value,)), root, Vector)
    ]
    while stack:
        parts, done, build = stack[-1]
        for part in parts:
            if part.__class__ in _SAME:
                done.append(part)
                continue
            inner = plan(part)
            if inner is not None:
                stack.append((iter(inner.parts), [], inner.build))
                break
            done.append(scalar(part))
        else:
            stack.pop()
            if stack:
                stack[-1][1].append(build(done))
    return root[0]


def _plan_from_python(value: Any) -> _Plan | None:
    if isinstance(value, (list, tuple)):
        return _Plan(value, Vector)
    if isinstance(value, dict):
        keys = (Keyword(key) if isinstance(key, str) else key for key in value)
        return _Plan(_alternate(zip(keys, value.values(), strict=True)), _map_of_parts)
    if is_tabular(value):
        return _plan_of_pandas(value)
    return _Plan(value, PersistentSet) if isinstance(value, (set, frozenset)) else None


def _plan_taken_over(value: Any) -> _Plan | None:
    if isinstance(value, (list, tuple, range)):
        return _Plan(value, Vector)
    if isinstance(value, dict):
        return _Plan(_alternate(value.items()), _python_map_of_parts)
    return _Plan(value, PersistentSet) if isinstance(value, (set, frozenset)) else None


def _plan_of_pandas(value: Any) -> _Plan | None:
    if value.ndim > 1:
        return _Plan(value.to_dict("records"), Vector)
    return None if is_numeric_column(value) else _Plan(value.tolist(), Vector)


def _plan_to_python(value: Any) -> _Plan | None:
    if isinstance(value, (Sequential, list, tuple)):
        return _Plan(value, list)
    if isinstance(value, (MapLike, dict)):
        return _Plan(_alternate(value.items()), _dict_of_parts)
    return _Plan(value, _set_of_parts) if isinstance(value, (SetLike, set, frozenset)) else None


def _alternate(pairs: Iterable[tuple[Any, Any]]) -> Iterable[Any]:
    return (part for pair in pairs for part in pair)


def _map_of_parts(parts: list[Any]) -> PersistentMap:
    return PersistentMap.of(zip(parts[::2], parts[1::2], strict=True))


def _python_map_of_parts(parts: list[Any]) -> PersistentMap:
    return PythonMap.of(zip(parts[::2], parts[1::2], strict=True))


def _dict_of_parts(parts: list[Any]) -> dict[Any, Any]:
    return dict(zip(map(_hashable, parts[::2]), parts[1::2], strict=True))


def _set_of_parts(parts: list[Any]) -> set[Any]:
    return {_hashable(part) for part in parts}


def _hashable(value: Any) -> Any:
    """A converted value as a dictionary key: lists as tuples, sets as frozen sets, dicts as their
    pairs.
    """
    if isinstance(value, list):
        return tuple(_hashable(part) for part in value)
    if isinstance(value, dict):
        return tuple((key, _hashable(part)) for key, part in value.items())
    return frozenset(value) if isinstance(value, set) else value


def _scalar_from_python(value: Any) -> Any:
    if is_numpy_scalar(value):
        return value.item()
    if hasattr(value, "__array__"):
        if is_tabular(value):
            return value.to_numpy()
        if is_tensor(value):
            value = value.detach().cpu().numpy()
        return value.item() if getattr(value, "ndim", 1) == 0 else value
    return None if is_missing(value) else value


def _scalar_to_python(value: Any) -> Any:
    if isinstance(value, (Keyword, Symbol)):
        return value.text
    if isinstance(value, Char):
        return value.value
    if isinstance(value, BigInt):
        return int(value)
    return value.item() if is_numpy_scalar(value) else value
