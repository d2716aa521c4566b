"""The parts of results: every number, boolean or other single value inside of vectors and maps,
with its name and path, over all draws.

This is what tables, data frames and plots are made of. A result that is a map gives parts named by
its keys (`mu`, `theta.scale`), a vector `result[0]`, `result[1]`, a vector in a map `xs[0]`; a
single value is `result`. What runs predict follows under the text of its labels.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

import numpy as np

from anglipy.inference.log_space import FloatArray
from anglipy.inference.weighted import is_boolean, numbers_of
from anglipy.runtime.distributions.checks import as_float
from anglipy.runtime.equality import MapLike, elements, key_of, value_of_key
from anglipy.runtime.printing import print_str
from anglipy.runtime.scalars import Keyword, Symbol

__all__ = [
    "DEPTH_LIMIT",
    "PART_LIMIT",
    "Part",
    "kind_of",
    "label_text",
    "parts_of",
    "predict_columns",
]

PART_LIMIT = 2_000
"""Parts that are told apart at most; what is beyond is left out."""
DEPTH_LIMIT = 20
"""Vectors and maps nested deeper than this are taken as a whole."""

Column = list[tuple[int, Any]]
"""(number of the draw, value) for the draws that have something."""


def kind_of(value: Any) -> str:
    """`number`, `boolean`, `vector`, `map` or `other`."""
    if is_boolean(value):
        return "boolean"
    if value.__class__ is float or as_float(value) is not None:
        return "number"
    if isinstance(value, (MapLike, Mapping)):
        return "map"
    return "vector" if elements(value) is not None else "other"


@dataclass(frozen=True, eq=False)
class Part:
    """One part of every result that has it."""

    name: str
    path: tuple[Any, ...]
    """The steps that lead to it, as `Posterior.marginal` takes them; for a predict, within it."""
    array: str
    """The name of the vector that it is an element of, or its own."""
    index: tuple[int, ...]
    """Its place in that vector; () if it is in none."""
    draws: Sequence[int]
    """The numbers of the draws that have it, ascending."""
    values: Sequence[Any]
    """One for each of those draws."""
    weights: FloatArray
    """Linear weights of those draws, which sum to `probability`."""
    kind: str
    """`number`, `boolean`, `other`, or `mixed`; vectors and maps only where they are empty or too
    deep."""

    @property
    def probability(self) -> float:
        """That a result has it."""
        return float(self.weights.sum())

    @cached_property
    def numbers(self) -> FloatArray | None:
        """The values as doubles, booleans as 0 and 1; None if they are something else."""
        return numbers_of(self.values) if self.kind in ("number", "boolean") else None

    def column(self, count: int) -> FloatArray:
        """The numbers of all `count` draws, nan for those that have none."""
        numbers = self.numbers
        found = np.full(count, np.nan)
        if numbers is not None:
            found[np.asarray(self.draws, dtype=np.intp)] = numbers
        return found


class Weighed(Protocol):
    """Results with weights, as `Results` are."""

    @property
    def values(self) -> Sequence[Any]:
        """One for each draw."""

    @property
    def weights(self) -> FloatArray:
        """Linear, shape (len(values),); they sum to one."""

    @property
    def predicts(self) -> Sequence[Iterable[tuple[Any, Any]]]:
        """(label, value) of each draw; or nothing at all."""


def parts_of(results: Weighed, limit: int = PART_LIMIT, regular: bool = False) -> list[Part]:
    """The parts of the results and then those of the predicts, in order. If `regular`, vectors and
    maps are opened only where all are of the same length, or have the same keys: others are a part
    as a whole.
    """
    weights = results.weights
    values = results.values
    if getattr(values, "numbers", None) is not None and (known := values.numbers()) is not None:  # type: ignore[attr-defined]
        # All are numbers: no need to look at each.
        kind = "boolean" if len(values) and is_boolean(values[0]) else "number"
        part = Part("result", (), "result", (), range(len(values)), values, weights, kind)
        part.__dict__["numbers"] = known
        found = [part]
    else:
        column = list(enumerate(values))
        found = list(_parts("", (), column, weights, limit, "result", regular))
    for label, column in predict_columns(results.predicts, label_text).items():
        room = limit - len(found)
        if room > 0:
            found += _parts(label, (), column, weights, room, label, regular)
    return _with_unique_names(found)


def predict_columns(
    predicts: Sequence[Iterable[tuple[Any, Any]]], text: Callable[[Any], str]
) -> dict[str, Column]:
    """What was predicted, by the text of its label; the second under one label in a run is
    `label #2`, and so on.
    """
    columns: dict[tuple[Any, int], Column] = {}
    for i, run in enumerate(predicts):
        seen: dict[Any, int] = {}
        for label, value in run:
            key = key_of(label)
            seen[key] = seen.get(key, 0) + 1
            columns.setdefault((key, seen[key]), []).append((i, value))
    return {
        text(value_of_key(key)) + (f" #{number}" if number > 1 else ""): column
        for (key, number), column in columns.items()
    }


def label_text(key: Any) -> str:
    """A key or label as a name: `:mu` is mu.

    >>> label_text(Keyword("mu")), label_text("mu"), label_text(3)
    ('mu', 'mu', '3')
    """
    return key.text if isinstance(key, (Keyword, Symbol)) else print_str(key)


def _parts(
    name: str,
    path: tuple[Any, ...],
    column: Column,
    weights: FloatArray,
    limit: int,
    whole: str,
    regular: bool,
) -> Iterator[Part]:
    """The parts of one column; `whole` is its name if it is not a map."""
    work: list[tuple[str, tuple[Any, ...], str, tuple[int, ...], Column]]
    work = [(whole, path, whole, (), column)]
    made = 0
    while work and made < limit:
        own, steps, array, index, column = work.pop()
        inner = _inner(column, regular) if len(steps) < DEPTH_LIMIT else None
        if inner is None:
            made += 1
            yield _leaf(own, steps, array, index, column, weights)
            continue
        is_map, columns = inner
        base = name if own == whole and not steps else own
        for step, part in reversed(columns.items()):
            key = value_of_key(step)
            if is_map:
                text = f"{base}.{label_text(key)}" if base else label_text(key)
                work.append((text, (*steps, key), text, (), part))
            else:
                work.append((f"{own}[{key}]", (*steps, key), array, (*index, key), part))


def _inner(column: Column, regular: bool) -> tuple[bool, dict[Any, Column]] | None:
    """The columns inside of one of vectors, or of maps, and whether they are maps; None for
    anything else, and if `regular` where some columns lack what others have.
    """
    kinds = {kind_of(value) for _, value in column}
    columns: dict[Any, Column] = {}
    if kinds == {"map"}:
        for i, value in column:
            for key, entry in value.items():
                columns.setdefault(key_of(key), []).append((i, entry))
    elif kinds == {"vector"}:
        for i, value in column:
            for place, entry in enumerate(elements(value) or ()):
                columns.setdefault(place, []).append((i, entry))
    if regular and any(len(inside) < len(column) for inside in columns.values()):
        return None
    return (kinds == {"map"}, columns) if columns else None


def _leaf(
    name: str,
    path: tuple[Any, ...],
    array: str,
    index: tuple[int, ...],
    column: Column,
    weights: FloatArray,
) -> Part:
    kinds = {kind_of(value) for _, value in column}
    draws = [i for i, _ in column]
    return Part(
        name,
        path,
        array,
        index,
        draws,
        [value for _, value in column],
        weights[draws],
        kinds.pop() if len(kinds) == 1 else "mixed",
    )


def _with_unique_names(parts: list[Part]) -> list[Part]:
    """Where a predict has the name of a part of the result it is called `predict NAME`."""
    seen: set[str] = set()
    found = []
    for part in parts:
        name, array = part.name, part.array
        while name in seen:
            name, array = f"predict {name}", f"predict {array}"
        seen.add(name)
        if name != part.name:
            part = Part(
                name,
                part.path,
                array,
                part.index,
                part.draws,
                part.values,
                part.weights,
                part.kind,
            )
        found.append(part)
    return found
