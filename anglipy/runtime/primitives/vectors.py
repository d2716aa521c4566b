"""Pieces of sequences as vectors, parts of sequences by others, and Java's arrays, which are
vectors
here: they cannot be changed in place.
"""

from __future__ import annotations

from typing import Any

from anglipy.runtime.access import element_at, values_of
from anglipy.runtime.equality import elements
from anglipy.runtime.numbers import number, to_double
from anglipy.runtime.primitives.checks import function, index
from anglipy.runtime.primitives.cutting import partition, partition_all, split_at
from anglipy.runtime.primitives.registry import primitive
from anglipy.runtime.primitives.sequences import finish, vec
from anglipy.runtime.seqs import Seq
from anglipy.runtime.vectors import Vector

__all__ = ["to_array"]


@primitive("partitionv", arity=(2, 4))
def partitionv(n: Any, *arguments: Any) -> Seq:
    """`partition` into vectors."""
    return finish(map(vec, partition(n, *arguments)), lazy=False)


@primitive("partitionv-all", arity=(2, 3))
def partitionv_all(n: Any, *arguments: Any) -> Seq:
    """`partition-all` into vectors."""
    return finish(map(vec, partition_all(n, *arguments)), lazy=False)


@primitive("splitv-at", arity=(2, 2))
def splitv_at(n: Any, collection: Any) -> Vector:
    """`split-at` with a vector before the place."""
    before, after = split_at(n, collection)
    return Vector((vec(before), after))


@primitive("iterator-seq", "enumeration-seq", "seque", arity=(1, 2))
def iterator_seq(*arguments: Any) -> Seq:
    """What an iterator gives, as a sequence."""
    return finish(iter(values_of(arguments[-1], "iterator-seq")), lazy=True)


# --- arrays ---------------------------------------------------------------------------------------


@primitive(
    "to-array", "int-array", "long-array", "short-array", "byte-array", "boolean-array",
    "object-array",
    arity=(1, 2),
)  # fmt: skip
def to_array(size_or_values: Any, initial: Any = 0) -> Vector:
    """An array of these values, or one of a size with one value, or the values that there are of a
    sequence, everywhere.
    """
    if elements(size_or_values) is None and isinstance(size_or_values, int):
        inside = elements(initial)
        if inside is None:
            return Vector([initial] * size_or_values)
        return Vector(list(inside)[:size_or_values])
    return Vector(values_of(size_or_values, "to-array"))


@primitive("double-array", "float-array", arity=(1, 2))
def double_array(size_or_values: Any, initial: Any = 0) -> Vector:
    """An array of doubles, as `to-array` makes it."""
    values = to_array(size_or_values, initial)
    return Vector([to_double(number(value, "double-array")) for value in values])


@primitive("into-array", arity=(1, 2))
def into_array(*arguments: Any) -> Vector:
    """An array of these values; a type before them means nothing."""
    return Vector(values_of(arguments[-1], "into-array"))


@primitive("to-array-2d", arity=(1, 1))
def to_array_2d(rows: Any) -> Vector:
    """An array of arrays."""
    return Vector([vec(row) for row in values_of(rows, "to-array-2d")])


@primitive("make-array", arity=(2, None))
def make_array(kind: Any, *sizes: Any) -> Any:
    """An array of nil of these sizes."""
    made: Any = None
    for size in reversed([index(n, "make-array") for n in sizes]):
        made = Vector([made] * size)
    return made


@primitive("aget", arity=(2, None))
def aget(array: Any, *places: Any) -> Any:
    """The element at an index for each dimension."""
    for place in places:
        array = element_at(vec(array), index(place, "aget"))
    return array


@primitive("alength", arity=(1, 1))
def alength(array: Any) -> int:
    """The length of an array."""
    return len(vec(array))


@primitive("aclone", "ints", "longs", "doubles", "floats", "chars", "bytes", "shorts", "booleans",
           arity=(1, 1))  # fmt: skip
def aclone(array: Any) -> Vector:
    """An array with the same elements."""
    return vec(array)


@primitive("vector-of", arity=(1, None))
def vector_of(kind: Any, *values: Any) -> Vector:
    """A vector of the values; the kind of number means nothing."""
    return Vector(values)


@primitive("pmap", arity=(2, None), function_args=(0,))
def pmap(f: Any, *collections: Any) -> Seq:
    """`map`: there is one thread."""
    from anglipy.runtime.primitives.higher_order import map_

    found: Seq = map_(f, *collections)
    return found


@primitive("pcalls", arity=(0, None), function_args=(-1,))
def pcalls(*functions: Any) -> Seq:
    """The values of functions of nothing, as a sequence."""
    return pmap(lambda f: function(f, "pcalls")(), Vector(functions))


@primitive("struct-map", arity=(1, None))
def struct_map(keys: Any, *keys_and_values: Any) -> Any:
    """The map of a basis of keys, with these set."""
    from anglipy.runtime.primitives.changes import assoc
    from anglipy.runtime.primitives.collections import zipmap

    basis: Any = zipmap(keys, [None] * len(list(values_of(keys, "struct-map"))))
    return assoc(basis, *keys_and_values) if keys_and_values else basis


@primitive("create-struct", arity=(1, None))
def create_struct(*keys: Any) -> Vector:
    """A basis of keys for `struct`."""
    return Vector(keys)


@primitive("struct", arity=(1, None))
def struct(keys: Any, *values: Any) -> Any:
    """The map from a basis of keys to these values; nil for those that are missing."""
    names = list(values_of(keys, "struct"))
    return struct_map(keys, *(part for pair in zip(names, values, strict=False) for part in pair))
