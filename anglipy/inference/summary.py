"""Weighted values as plain data, for `-f json` and for the text of a summary.

`summarise` turns weighted values into a dictionary, by what the values are:

* numbers: `mean`, `sd`, `quantiles`;
* vectors, lists, sequences, arrays: `elements`, a summary per element, and `length` where lengths
  differ;
* maps: `entries`, a summary per key, under the EDN text of the key;
* a mixture of kinds: `parts`, a summary per kind;
* and always `probabilities`, a list of [EDN text, probability], most probable first, if there are
  at most 1,000 distinct values.

A part that not every draw has carries `probability`, that of having it, and is summarised given
that it is there. Every number is finite or None, so that the data is JSON.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from typing import Any

from anglipy.inference.log_space import FloatArray
from anglipy.inference.parts import DEPTH_LIMIT, kind_of
from anglipy.inference.weighted import (
    grouped,
    numbers_of,
    quantiles,
    weighted_mean,
    weighted_sd,
)
from anglipy.runtime.equality import MapLike, elements, key_of, value_of_key
from anglipy.runtime.printing import pr_str
from anglipy.runtime.scalars import Keyword

__all__ = [
    "ABSENT",
    "DISTINCT_LIMIT",
    "also_keyword",
    "element_at",
    "finite",
    "part_summary",
    "summarise",
]

DISTINCT_LIMIT = 1_000
"""Probabilities of single values are listed up to this many distinct values."""
ELEMENT_LIMIT = 2_000
"""Elements of a vector or entries of a map that are summarised one by one."""
LEVELS = {"2.5%": 0.025, "25%": 0.25, "50%": 0.5, "75%": 0.75, "97.5%": 0.975}
"""The quantiles of a summary."""

ABSENT = object()
"""What `element_at` gives where there is no such element."""


# --- parts of values ---


def also_keyword(key: Any) -> tuple[Any, ...]:
    """The keyword of that name for a string, so that Python users may write "mu" for :mu."""
    return (Keyword(key.removeprefix(":")),) if isinstance(key, str) else ()


def element_at(value: Any, steps: Sequence[Any]) -> Any:
    """The element under a path of indices and keys, or ABSENT."""
    for step in steps:
        if isinstance(value, (MapLike, Mapping)):
            entries = {key_of(key): entry for key, entry in value.items()}
            keys = [key_of(key) for key in (step, *also_keyword(step))]
            value = next((entries[key] for key in keys if key in entries), ABSENT)
        else:
            inside = elements(value)
            if inside is None or not isinstance(step, int) or step < 0:
                return ABSENT
            value = next(islice(inside, step, None), ABSENT)
        if value is ABSENT:
            return ABSENT
    return value


# --- values -> data ---


def summarise(values: Sequence[Any], weights: FloatArray, depth: int = 0) -> dict[str, Any]:
    """The summary of weighted values; weights, shape (N,), sum to one. See the module's
    docstring.
    """
    kinds = [kind_of(value) for value in values]
    distinct = list(dict.fromkeys(kinds))
    kind = distinct[0] if len(distinct) == 1 else "mixed"
    data: dict[str, Any] = {"kind": kind}
    if kind == "number":
        data |= _number_summary(values, weights)
    elif kind == "vector" and depth < DEPTH_LIMIT:
        data |= _vector_summary(values, weights, depth)
    elif kind == "map" and depth < DEPTH_LIMIT:
        data |= _map_summary(values, weights, depth)
    elif kind == "mixed":
        data["parts"] = {
            part: part_summary(
                [(i, value) for i, value in enumerate(values) if kinds[i] == part], weights, depth
            )
            for part in distinct
        }
    pairs = grouped(values, weights, DISTINCT_LIMIT)
    if pairs is not None:
        data["probabilities"] = [[pr_str(value), probability] for value, probability in pairs]
    return data


def _number_summary(values: Sequence[Any], weights: FloatArray) -> dict[str, Any]:
    numbers = numbers_of(values)
    assert numbers is not None
    found = quantiles(numbers, weights, list(LEVELS.values())).tolist()
    return {
        "mean": finite(weighted_mean(numbers, weights)),
        "sd": finite(weighted_sd(numbers, weights)),
        "quantiles": {name: finite(x) for name, x in zip(LEVELS, found, strict=True)},
    }


def _vector_summary(values: Sequence[Any], weights: FloatArray, depth: int) -> dict[str, Any]:
    rows = [list(_elements(value)) for value in values]
    lengths = [len(row) for row in rows]
    longest = max(lengths)
    data: dict[str, Any] = {}
    if min(lengths) != longest:
        data["length"] = summarise(lengths, weights, depth + 1)
    data["elements"] = [
        part_summary(
            [(i, row[place]) for i, row in enumerate(rows) if place < len(row)], weights, depth
        )
        for place in range(min(longest, ELEMENT_LIMIT))
    ]
    if longest > ELEMENT_LIMIT:
        data["elements_left_out"] = longest - ELEMENT_LIMIT
    return data


def _map_summary(values: Sequence[Any], weights: FloatArray, depth: int) -> dict[str, Any]:
    columns: dict[Any, list[tuple[int, Any]]] = {}
    for i, value in enumerate(values):
        for key, entry in value.items():
            columns.setdefault(key_of(key), []).append((i, entry))
    data: dict[str, Any] = {
        "entries": {
            pr_str(value_of_key(key)): part_summary(column, weights, depth)
            for key, column in islice(columns.items(), ELEMENT_LIMIT)
        }
    }
    if len(columns) > ELEMENT_LIMIT:
        data["entries_left_out"] = len(columns) - ELEMENT_LIMIT
    return data


def part_summary(column: list[tuple[int, Any]], weights: FloatArray, depth: int) -> dict[str, Any]:
    """The summary of values that only these draws have, given that they have them."""
    share = weights[[i for i, _ in column]]
    probability = float(share.sum())
    values = [value for _, value in column]
    if len(column) == len(weights):
        return summarise(values, weights, depth + 1)
    if probability == 0.0:
        return {"probability": 0.0}
    return {"probability": probability} | summarise(values, share / probability, depth + 1)


def _elements(value: Any) -> Iterable[Any]:
    inside = elements(value)
    assert inside is not None
    return inside


def finite(number: float) -> float | None:
    """The number, or None for nan and the infinities, which JSON lacks."""
    return number if math.isfinite(number) else None
