"""Java's arrays: collections of a fixed length whose elements are replaced in place.

An array is a list of Python with a kind, so every function that takes a collection takes it. It
equals whatever holds equal elements in the same order. A particle that makes an array in a query
has it for itself, as long as its run is not copied.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from anglipy.atoms import Char
from anglipy.runtime.access import count_of, out_of_range, values_of
from anglipy.runtime.equality import elements
from anglipy.runtime.numbers import number, to_double, to_long
from anglipy.runtime.primitives.arithmetic import char
from anglipy.runtime.primitives.checks import fail, index
from anglipy.runtime.primitives.registry import constant, primitive
from anglipy.runtime.scalars import Keyword

__all__ = ["Array"]

Setter = Callable[..., Any]


class Array(list[Any]):
    """An array; `kind` says what its elements are converted to."""

    __slots__ = ("kind",)

    def __init__(self, kind: str, values: Iterable[Any]) -> None:
        super().__init__(values)
        self.kind = kind


def _boolean(value: Any) -> bool:
    return value if isinstance(value, bool) else fail("aset", "a boolean", value)


def _byte(value: Any) -> int:
    whole = to_long(value, "byte")
    return whole if -128 <= whole < 128 else fail("byte-array", "a byte, -128 to 127", value)


def _double(value: Any) -> float:
    return to_double(number(value, "double-array"))


_KINDS: dict[str, tuple[Callable[[Any], Any], Any]] = {
    "int": (partial(to_long, name="int-array"), 0),
    "long": (partial(to_long, name="long-array"), 0),
    "short": (partial(to_long, name="short-array"), 0), "byte": (_byte, 0),
    "double": (_double, 0.0), "float": (_double, 0.0), "boolean": (_boolean, False),
    "char": (char, Char("\0")), "object": (lambda value: value, None),
}  # fmt: skip
"""What the elements of an array of a kind are converted by, and what they are at first."""


def _made(kind: str, size_or_values: Any, *initial: Any) -> Array:
    convert, start = _KINDS[kind]
    if elements(size_or_values) is None and isinstance(size_or_values, (int, float)):
        size = index(size_or_values, f"{kind}-array")
        if size < 0:
            fail(f"{kind}-array", "a size of at least 0", size)
        first = initial[0] if initial else start
        given = elements(first)
        values = [] if given is None else list(given)[:size]
        rest = start if given is not None else convert(first)
        return Array(kind, [*map(convert, values), *[rest] * (size - len(values))])
    return Array(kind, [convert(v) for v in values_of(size_or_values, f"{kind}-array")])


def _enter(kind: str) -> None:
    def make(size_or_values: Any, initial: Any = _KINDS[kind][1]) -> Array:
        return _made(kind, size_or_values, initial)

    article = "an" if kind in ("int", "object") else "a"
    make.__name__ = f"{kind}_array"
    make.__doc__ = (
        f"`({kind}-array size)`, `({kind}-array size value)`, `({kind}-array values)`: an array "
        f"each of whose elements is {article} {kind}."
    )
    primitive(f"{kind}-array", arity=(1, 2), pure=False)(make)


for _kind in ("int", "long", "short", "byte", "double", "float", "boolean", "object"):
    _enter(_kind)


@primitive("char-array", arity=(1, 2), pure=False)
def char_array(size_or_values: Any, initial: Any = _KINDS["char"][1]) -> Array:
    """`(char-array size)`, `(char-array string)`: an array of characters."""
    return _made("char", size_or_values, initial)


@primitive("to-array", arity=(1, 1), pure=False)
def to_array(values: Any) -> Array:
    """An array of the elements of a collection."""
    return Array("object", values_of(values, "to-array"))


@primitive("into-array", arity=(1, 2), pure=False)
def into_array(*arguments: Any) -> Array:
    """`(into-array values)`, `(into-array type values)`: an array of these values."""
    kind = _kind_of(arguments[0]) if len(arguments) == 2 else "object"
    return _made(kind, list(values_of(arguments[-1], "into-array")))


@primitive("to-array-2d", arity=(1, 1), pure=False)
def to_array_2d(rows: Any) -> Array:
    """An array of arrays."""
    return Array("object", [to_array(row) for row in values_of(rows, "to-array-2d")])


@primitive("make-array", arity=(2, None), pure=False)
def make_array(kind: Any, *sizes: Any) -> Array:
    """`(make-array type size ...)`: an array of zeros of a type such as `Integer/TYPE`, of nil for
    other types; of several sizes, an array of arrays.
    """
    size = index(sizes[0], "make-array")
    if len(sizes) == 1:
        return _made(_kind_of(kind), size)
    return Array("object", [make_array(kind, *sizes[1:]) for _ in range(size)])


def _kind_of(kind: Any) -> str:
    """The kind of array that a type asks for."""
    name = kind.name if isinstance(kind, Keyword) else str(kind)
    return name if name in _KINDS else "object"


for _name, _kind in (
    ("Integer", "int"), ("Long", "long"), ("Short", "short"), ("Byte", "byte"),
    ("Double", "double"), ("Float", "float"), ("Boolean", "boolean"), ("Character", "char"),
):  # fmt: skip
    constant(f"{_name}/TYPE", Keyword(_kind))


# ---- elements


def _place(array: Any, place: Any, name: str) -> tuple[Any, int]:
    """An array, and an index that it has."""
    inside = elements(array)
    at = index(place, name)
    if inside is None:
        fail(name, "an array", array)
    if not 0 <= at < count_of(array, name):
        raise out_of_range(name, at, array)
    return inside, at


@primitive("aget", arity=(2, None), pure=False)
def aget(array: Any, *places: Any) -> Any:
    """The element at an index for each dimension."""
    for place in places:
        inside, at = _place(array, place, "aget")
        array = inside[at]
    return array


def _setter(name: str, convert: Callable[[Any], Any] | None) -> Setter:
    def put(array: Any, *places_and_value: Any) -> Any:
        *places, value = places_and_value
        for place in places[:-1]:
            array = aget(array, place)
        inside, at = _place(array, places[-1], name)
        if not isinstance(inside, list):
            fail(name, "an array, which can be changed", array)
        kind = inside.kind if isinstance(inside, Array) else "object"
        inside[at] = _KINDS[kind][0](value if convert is None else convert(value))
        return inside[at]

    put.__name__ = name.replace("-", "_")
    what = "a value" if convert is None else f"a {name.removeprefix('aset-')}"
    put.__doc__ = f"`({name} array index... value)`: replace an element by {what}; gives the value."
    primitive(name, arity=(3, None), pure=False)(put)
    return put


_setter("aset", None)
for _kind in ("int", "long", "short", "byte", "double", "float", "boolean", "char"):
    _setter(f"aset-{_kind}", _KINDS[_kind][0])


@primitive("alength", arity=(1, 1))
def alength(array: Any) -> int:
    """The length of an array."""
    return count_of(array, "alength")


@primitive("aclone", arity=(1, 1), pure=False)
def aclone(array: Any) -> Array:
    """Another array with the same elements."""
    return Array(getattr(array, "kind", "object"), values_of(array, "aclone"))


@primitive("ints", "longs", "doubles", "floats", "chars", "bytes", "shorts", "booleans",
           arity=(1, 1))  # fmt: skip
def same_array(array: Any) -> Any:
    """The array itself: what kind it is said to be means nothing."""
    return array


@primitive("bytes?", arity=(1, 1))
def is_bytes(value: Any) -> bool:
    """True for arrays of bytes."""
    return isinstance(value, Array) and value.kind == "byte"
