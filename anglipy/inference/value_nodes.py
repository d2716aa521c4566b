"""Values of the language as a flat list of JSON nodes, and back: data only, and exact.

A node is null, true, false, a number, a string, or a list that begins with a tag. Inside of it
other values stand as their places in the list, each before whoever refers to it, so that neither
way recurses, however deep a value is nested. Atoms that occur again are written once.

    f i N r n         a double that is not finite, a large integer, a bigint, a ratio, a scalar of
                      numpy
    k y c x           the text of a keyword, symbol, character, regex
    v l s q           the parts of a vector, list, set, sorted set
    m o               the keys and values of a map, of a sorted map
    R                 the type of a record, keys and values
    a                 an array: dtype, shape, base64 of its little-endian bytes
    pl pt pd ps pf    a list, tuple, dict, set, frozenset of Python

Lazy sequences come back as lists, tensors as arrays; metadata and the order of maps that are sorted
by a function of the program are not kept.
"""

from __future__ import annotations

import base64
import math
from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from itertools import islice
from typing import Any

import numpy as np

from anglipy.atoms import BigInt, Char, Regex
from anglipy.diagnostics import InferenceError
from anglipy.runtime.equality import MapLike, Sequential, SetLike
from anglipy.runtime.foreign import is_array, is_numpy_scalar
from anglipy.runtime.maps import PersistentMap, SortedMap
from anglipy.runtime.ordering import compare
from anglipy.runtime.printing import describe
from anglipy.runtime.protocols import Record
from anglipy.runtime.scalars import Keyword, Symbol
from anglipy.runtime.seqs import List
from anglipy.runtime.sets import PersistentSet, SortedSet
from anglipy.runtime.vectors import Vector

__all__ = ["Nodes", "array_of", "array_text", "values_of_nodes"]

_LONGEST = 1_000_000
"""Elements of a lazy sequence that are written before it is taken to be endless."""
_PLAIN = (bool, str, type(None))
_DATA_KINDS = "biufc"
"""Kinds of arrays that are numbers."""


class Nodes:
    """The nodes of some values; grows by `add`."""

    def __init__(self) -> None:
        self.nodes: list[Any] = []
        self._known: dict[Any, int] = {}

    def add(self, value: Any) -> int:
        """The place of a value, whose nodes are appended. Raises InferenceError AQ551 for what is
        not data: functions, distributions, objects of Python.
        """
        root: list[int] = []
        stack: list[tuple[Any, list[int], list[Any]]] = [(iter((value,)), root, [])]
        while stack:
            parts, places, node = stack[-1]
            for part in parts:
                opened = _opened(part)
                if opened is not None:
                    head, inside = opened
                    stack.append((iter(inside), [], head))
                    break
                places.append(self._atom(part))
            else:
                stack.pop()
                if stack:
                    stack[-1][1].append(self._append([*node, *places]))
        return root[0]

    def _append(self, node: Any) -> int:
        self.nodes.append(node)
        return len(self.nodes) - 1

    def _atom(self, value: Any) -> int:
        kind = value.__class__
        if kind is float and math.isfinite(value):
            return self._append(value)
        node = _atom_node(value)
        key = (kind, str(node) if isinstance(node, list) else node)
        if key not in self._known:
            self._known[key] = self._append(node)
        return self._known[key]


def _opened(value: Any) -> tuple[list[Any], Iterable[Any]] | None:
    """The head of a collection's node and its parts; None for an atom."""
    if isinstance(value, Sequential):
        if isinstance(value, Vector):
            return ["v"], value
        items = list(islice(iter(value), _LONGEST + 1))
        if len(items) > _LONGEST:
            raise InferenceError("AQ551", "a sequence without an end cannot be saved")
        return ["l"], items
    if isinstance(value, MapLike):
        return _map_head(value), _alternate(value.items())
    if isinstance(value, SetLike):
        is_sorted = isinstance(value, SortedSet) and value.compare is compare
        return ["q" if is_sorted else "s"], iter(value)
    tag = {list: "pl", tuple: "pt", set: "ps", frozenset: "pf"}.get(value.__class__)
    if tag is not None:
        return [tag], value
    return (["pd"], _alternate(value.items())) if value.__class__ is dict else None


def _map_head(value: MapLike) -> list[Any]:
    if isinstance(value, Record):
        return ["R", value.type_name]
    return ["o" if isinstance(value, SortedMap) and value.compare is compare else "m"]


def _alternate(pairs: Iterable[tuple[Any, Any]]) -> Iterable[Any]:
    return (part for pair in pairs for part in pair)


def _atom_node(value: Any) -> Any:
    """The node of a value that is no collection."""
    if value.__class__ in _PLAIN:
        return value
    if isinstance(value, float) and not is_numpy_scalar(value):
        return float(value) if math.isfinite(value) else ["f", repr(float(value))]
    if isinstance(value, BigInt):
        return ["N", hex(value)]
    if value.__class__ is int:
        return value if abs(value) < 2**63 else ["i", hex(value)]
    if isinstance(value, Fraction):
        return ["r", hex(value.numerator), hex(value.denominator)]
    texts = {Keyword: "k", Symbol: "y", Char: "c", Regex: "x"}
    if value.__class__ in texts:
        return [texts[value.__class__], getattr(value, _TEXT[value.__class__])]
    if is_numpy_scalar(value):
        return ["n", *array_text(np.asarray(value))]
    if is_array(value):
        return ["a", *array_text(_array(value))]
    raise InferenceError(
        "AQ551",
        f"{describe(value)} cannot be saved",
        help="only data can: let the query return numbers, text, keywords, collections of them",
    )


_TEXT = {Keyword: "text", Symbol: "text", Char: "value", Regex: "pattern"}


def _array(value: Any) -> Any:
    made = value.detach().cpu().numpy() if hasattr(value, "detach") else np.asarray(value)
    if made.dtype.kind not in _DATA_KINDS:
        raise InferenceError("AQ551", f"an array of {made.dtype} cannot be saved")
    return made


def array_text(array: Any) -> list[Any]:
    """An array of numbers as dtype, shape and base64 text."""
    dtype = array.dtype.newbyteorder("<")
    data = np.ascontiguousarray(array, dtype).tobytes()
    return [dtype.str, list(array.shape), base64.b64encode(data).decode("ascii")]


def array_of(node: Sequence[Any]) -> Any:
    """The inverse of `array_text`. Raises ValueError or TypeError for anything else."""
    text, shape, data = node
    dtype = np.dtype(text)
    if dtype.kind not in _DATA_KINDS:
        raise ValueError(f"an array of {dtype}")
    flat = np.frombuffer(base64.b64decode(data, validate=True), dtype)
    return flat.astype(dtype.newbyteorder("=")).reshape(shape)


# --- nodes -> values ---


def values_of_nodes(nodes: Sequence[Any]) -> list[Any]:
    """The value of every node. Raises ValueError, TypeError, KeyError or IndexError for what was
    not written by `Nodes`.
    """
    values: list[Any] = []
    for node in nodes:
        values.append(_value(node, values) if isinstance(node, list) else node)
    return values


def _value(node: list[Any], values: list[Any]) -> Any:
    tag, *rest = node
    if tag in _ATOMS:
        return _ATOMS[tag](*rest)
    if tag == "R":
        parts = _parts(rest[1:], values)
        return Record.made(str(rest[0]), zip(parts[::2], parts[1::2], strict=True))
    return _COLLECTIONS[tag](_parts(rest, values))


def _parts(places: Sequence[Any], values: list[Any]) -> list[Any]:
    if any(not isinstance(place, int) or place < 0 for place in places):
        raise ValueError("a node refers to no place")
    return [values[place] for place in places]


def _pairs(parts: list[Any]) -> Iterable[tuple[Any, Any]]:
    return zip(parts[::2], parts[1::2], strict=True)


_ATOMS: dict[str, Callable[..., Any]] = {
    "f": lambda text: {"nan": math.nan, "inf": math.inf, "-inf": -math.inf}[text],
    "i": lambda text: int(text, 16),
    "N": lambda text: BigInt(int(text, 16)),
    "r": lambda above, below: Fraction(int(above, 16), int(below, 16)),
    "k": lambda text: Keyword(str(text)),
    "y": lambda text: Symbol(str(text)),
    "c": lambda text: Char(str(text)),
    "x": lambda text: Regex(str(text)),
    "n": lambda *node: array_of(node)[()],
    "a": lambda *node: array_of(node),
}
_COLLECTIONS: dict[str, Callable[[list[Any]], Any]] = {
    "v": Vector,
    "l": List.of,
    "s": PersistentSet,
    "q": lambda parts: SortedSet(compare, parts),
    "m": lambda parts: PersistentMap.of(_pairs(parts)),
    "o": lambda parts: SortedMap.sorted_by(compare, _pairs(parts)),
    "pl": list,
    "pt": tuple,
    "ps": set,
    "pf": frozenset,
    "pd": lambda parts: dict(_pairs(parts)),
}
