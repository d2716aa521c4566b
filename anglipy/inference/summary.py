"""A posterior as plain data (for `-f json`) and as text.

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
from dataclasses import fields, is_dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

from anglipy.inference.log_space import FloatArray
from anglipy.inference.weighted import (
    grouped,
    is_boolean,
    numbers_of,
    quantiles,
    weighted_mean,
    weighted_sd,
)
from anglipy.runtime.distributions.checks import as_float
from anglipy.runtime.equality import MapLike, elements, key_of, value_of_key
from anglipy.runtime.printing import pr_str
from anglipy.runtime.scalars import Keyword

if TYPE_CHECKING:
    from anglipy.inference.posterior import Posterior

__all__ = [
    "ABSENT",
    "DISTINCT_LIMIT",
    "also_keyword",
    "as_text",
    "element_at",
    "report",
    "summarise",
]

DISTINCT_LIMIT = 1_000
"""Probabilities of single values are listed up to this many distinct values."""
ELEMENT_LIMIT = 2_000
"""Elements of a vector or entries of a map that are summarised one by one."""
DEPTH_LIMIT = 20
"""Vectors and maps nested deeper than this are summarised as a whole only."""
LEVELS = {"2.5%": 0.025, "25%": 0.25, "50%": 0.5, "75%": 0.75, "97.5%": 0.975}
"""The quantiles of a summary."""

ABSENT = object()
"""What `element_at` gives where there is no such element."""


# --- parts of values ---


def kind_of(value: Any) -> str:
    """`number`, `boolean`, `vector`, `map` or `other`."""
    if is_boolean(value):
        return "boolean"
    if as_float(value) is not None:
        return "number"
    if isinstance(value, (MapLike, Mapping)):
        return "map"
    return "vector" if elements(value) is not None else "other"


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
            part: _part_summary(
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
        "mean": _finite(weighted_mean(numbers, weights)),
        "sd": _finite(weighted_sd(numbers, weights)),
        "quantiles": {name: _finite(x) for name, x in zip(LEVELS, found, strict=True)},
    }


def _vector_summary(values: Sequence[Any], weights: FloatArray, depth: int) -> dict[str, Any]:
    rows = [list(_elements(value)) for value in values]
    lengths = [len(row) for row in rows]
    longest = max(lengths)
    data: dict[str, Any] = {}
    if min(lengths) != longest:
        data["length"] = summarise(lengths, weights, depth + 1)
    data["elements"] = [
        _part_summary(
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
            pr_str(value_of_key(key)): _part_summary(column, weights, depth)
            for key, column in islice(columns.items(), ELEMENT_LIMIT)
        }
    }
    if len(columns) > ELEMENT_LIMIT:
        data["entries_left_out"] = len(columns) - ELEMENT_LIMIT
    return data


def _part_summary(column: list[tuple[int, Any]], weights: FloatArray, depth: int) -> dict[str, Any]:
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


def _finite(number: float) -> float | None:
    return number if math.isfinite(number) else None


# --- posterior -> data ---


def report(posterior: Posterior) -> dict[str, Any]:
    """A posterior as one JSON object; `ess` is None where the weights are exact."""
    evidence, error = posterior.log_evidence, posterior.log_evidence_standard_error
    return {
        "query": posterior.query,
        "algorithm": posterior.algorithm,
        "options": _options(posterior.options),
        "draws": posterior.draws,
        "ess": _finite(posterior.ess),
        "log_evidence": None if evidence is None else _finite(evidence),
        "log_evidence_standard_error": None if error is None else _finite(error),
        "seconds": posterior.seconds,
        "stopped": posterior.stopped,
        "posterior": summarise(posterior.values, posterior.weights),
        "predicts": _predict_summaries(posterior),
    }


def _options(options: object) -> dict[str, Any]:
    """An options dataclass (or mapping) as plain data; what is not plain becomes text. Some fields
    are shown only where they differ from their default, and after the others.
    """
    if options is None:
        return {}
    if is_dataclass(options):
        shown = sorted(
            (field.metadata.get("only_if_changed", False), place, field)
            for place, field in enumerate(fields(options))
        )
        given = ((field, getattr(options, field.name)) for _, _, field in shown)
        pairs = [
            (field.name, value)
            for field, value in given
            if not field.metadata.get("only_if_changed") or value != field.default
        ]
    else:
        pairs = list(dict(options).items())  # type: ignore[call-overload]
    return {str(name): _plain(value) for name, value in pairs}


def _plain(value: Any) -> Any:
    if isinstance(value, float):
        return _finite(value)
    return value if value is None or isinstance(value, (bool, int, str)) else str(value)


def _predict_summaries(posterior: Posterior) -> dict[str, Any]:
    """A summary per label; the second predict of one run under the label :x is `:x #2`, and so
    on.
    """
    columns: dict[tuple[Any, int], list[tuple[int, Any]]] = {}
    for i, run in enumerate(posterior.predicts):
        seen: dict[Any, int] = {}
        for label, value in run:
            key = key_of(label)
            seen[key] = seen.get(key, 0) + 1
            columns.setdefault((key, seen[key]), []).append((i, value))
    return {
        pr_str(value_of_key(key)) + (f" #{number}" if number > 1 else ""): _part_summary(
            column, posterior.weights, 0
        )
        for (key, number), column in columns.items()
    }


# --- data -> text ---

_SHOWN = 10
"""Values and elements shown in the text."""


def as_text(data: Mapping[str, Any]) -> str:
    """The report as lines of text: what was run, then the results."""
    options = ", ".join(f"{name} {value}" for name, value in data["options"].items())
    lines = [
        f"{data['query'] or 'query'} by {data['algorithm']}" + (f" ({options})" if options else "")
    ]
    ess = "exact" if data["ess"] is None else f"ess {data['ess']:.1f}"
    line = f"{data['draws']} draws, {ess}"
    if data["log_evidence"] is not None:
        line += f", log evidence {data['log_evidence']:.5f}"
    if data["log_evidence_standard_error"] is not None:
        line += f" (standard error {data['log_evidence_standard_error']:.5f})"
    lines.append(
        f"{line}, {data['seconds']:.3f} s" + (", stopped early" if data["stopped"] else "")
    )
    lines += _summary_lines("result", data["posterior"])
    for label, part in data["predicts"].items():
        lines += _summary_lines(label, part)
    return "\n".join(lines)


def _summary_lines(name: str, data: Mapping[str, Any], indent: str = "") -> list[str]:
    head = f"{indent}{name}:"
    if "probability" in data:
        head += f" present with probability {data['probability']:.4f}"
    lines = [head]
    inner = indent + "  "
    if "mean" in data:
        lines.append(f"{inner}mean {_number_text(data['mean'])}, sd {_number_text(data['sd'])}")
        levels = ", ".join(f"{q}: {_number_text(x)}" for q, x in data["quantiles"].items())
        lines.append(f"{inner}quantiles {levels}")
    pairs = data.get("probabilities", [])
    if sum(probability for _, probability in pairs[:_SHOWN]) >= 0.5:
        lines += [f"{inner}{probability:.4f}  {text}" for text, probability in pairs[:_SHOWN]]
        if len(pairs) > _SHOWN:
            lines.append(f"{inner}... {len(pairs) - _SHOWN} more values")
    parts = [(f"[{i}]", part) for i, part in enumerate(data.get("elements", []))]
    if "length" in data:
        parts.insert(0, ("length", data["length"]))
    parts += [*data.get("entries", {}).items(), *data.get("parts", {}).items()]
    for part_name, part in parts[:_SHOWN]:
        lines += _summary_lines(part_name, part, inner)
    if len(parts) > _SHOWN:
        lines.append(f"{inner}... {len(parts) - _SHOWN} more")
    return lines


def _number_text(number: float | None) -> str:
    return "not finite" if number is None else f"{number:.6g}"
