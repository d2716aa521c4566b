"""Pieces of sequences as vectors, and what threads and structs of old are here."""

from __future__ import annotations

from typing import Any

from anglipy.runtime.access import values_of
from anglipy.runtime.primitives.checks import function
from anglipy.runtime.primitives.cutting import partition, partition_all, split_at
from anglipy.runtime.primitives.registry import primitive
from anglipy.runtime.primitives.sequences import finish, vec
from anglipy.runtime.seqs import Seq
from anglipy.runtime.vectors import Vector

__all__: list[str] = []


@primitive("partitionv", arity=(2, 4))
def partitionv(n: Any, *arguments: Any) -> Seq:
    """`partition` into vectors."""
    return finish(map(vec, partition(n, *arguments)), demand=False)


@primitive("partitionv-all", arity=(2, 3))
def partitionv_all(n: Any, *arguments: Any) -> Seq:
    """`partition-all` into vectors."""
    return finish(map(vec, partition_all(n, *arguments)), demand=False)


@primitive("splitv-at", arity=(2, 2))
def splitv_at(n: Any, collection: Any) -> Vector:
    """`split-at` with a vector before the place."""
    before, after = split_at(n, collection)
    return Vector((vec(before), after))


@primitive("iterator-seq", "enumeration-seq", "seque", arity=(1, 2))
def iterator_seq(*arguments: Any) -> Seq:
    """What an iterator gives, as a sequence."""
    return finish(iter(values_of(arguments[-1], "iterator-seq")), demand=True)


# --- other names -------------------------------------------------------------------------------


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
