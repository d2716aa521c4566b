"""A posterior as one JSON object, and as a text for people."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass
from typing import Any

from anglipy.inference.cautions import size_text
from anglipy.inference.listing import Listing
from anglipy.inference.parts import predict_columns
from anglipy.inference.results import Results
from anglipy.inference.summary import LEVELS, finite, part_summary, summarise
from anglipy.runtime.printing import pr_str

__all__ = ["as_text", "plain_options", "report"]


# --- posterior -> data ---


def report(posterior: Results) -> dict[str, Any]:
    """A posterior as one JSON object; `ess` is None where the weights are `exact`, and where chains
    are so short that it is unknown. `weight_ess` is None for chains, whose weights tell nothing.

    `families` is how many particles of the first generation have offspring among the draws, None
    where draws have no ancestors in common; `pareto_k` is None where there is no tail to fit.
    """
    evidence, error = posterior.log_evidence, posterior.log_evidence_standard_error
    k = posterior.pareto_k
    return {
        "query": posterior.query,
        "algorithm": posterior.algorithm,
        "options": plain_options(posterior.options),
        "draws": posterior.draws,
        "exact": posterior.exact,
        "ess": finite(posterior.ess),
        **_mixing(posterior),
        "weight_ess": None if posterior.chains is not None else finite(posterior.weight_ess),
        "families": posterior.family_count,
        "pareto_k": None if k is None else finite(k),
        "log_evidence": None if evidence is None else finite(evidence),
        "log_evidence_standard_error": None if error is None else finite(error),
        "seconds": posterior.seconds,
        "stopped": posterior.stopped,
        "warnings": list(posterior.warnings),
        "checks": {name: finite(number) for name, number in posterior.checks.items()},
        "posterior": summarise(posterior.values, posterior.weights),
        "predicts": {
            label: part_summary(column, posterior.weights, 0)
            for label, column in predict_columns(posterior.predicts, pr_str).items()
        },
    }


def _mixing(posterior: Results) -> dict[str, Any]:
    """What only chains have."""
    if posterior.chains is None:
        return {}
    found, acceptance = posterior.mixing, posterior.acceptance
    return {
        "chains": found.chains,
        "r_hat": finite(found.r_hat),
        "acceptance": None if acceptance is None else finite(acceptance),
    }


def plain_options(options: object) -> dict[str, Any]:
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
        return finite(value)
    return value if value is None or isinstance(value, (bool, int, str)) else str(value)


# --- data -> text ---

_ROWS = 30
"""Rows of the table of numbers."""
_WIDTH = 100
"""Of a line."""
_LISTS = 10
"""Lists of probabilities."""


def as_text(data: Mapping[str, Any]) -> str:
    """The report as text: what was run, a table of the numbers in the results, and lists of the
    probabilities of what is discrete.
    """
    listing = Listing.of(data)
    parts = list(_named_parts("result", data["posterior"], listing))
    for label, part in data["predicts"].items():
        parts += _named_parts(label, part, listing)
    lines = list(_heading(data))
    rows = [(name, part) for name, part in parts if "mean" in part]
    if rows:
        lines += ["", *_table(rows[:_ROWS])]
        if len(rows) > _ROWS:
            lines.append(f"  ... {len(rows) - _ROWS} more")
    lists = [(name, part) for name, part in parts if listing.has(part)]
    lines += _lists(lists, listing)
    if not rows and not lists:
        lines += ["", "  no table: the results are no numbers, and hardly two of them are alike"]
    return "\n".join(lines)


def _lists(lists: Sequence[tuple[str, Mapping[str, Any]]], listing: Listing) -> Iterator[str]:
    """Probabilities of values: a line for each value, or for each part where there are many parts
    with few values.
    """
    width = max((len(name) for name, _ in lists), default=0)
    lines = [_line(name.ljust(width), part) for name, part in lists]
    if len(lists) > 3 and all(len(line) <= _WIDTH for line in lines):
        yield ""
        yield from lines[:_ROWS]
        left_out = len(lines) - _ROWS
    else:
        for name, part in lists[:_LISTS]:
            yield ""
            yield from _probabilities(name, part, listing)
        left_out = len(lists) - _LISTS
    if left_out > 0:
        yield f"  ... {left_out} more"


def _line(name: str, part: Mapping[str, Any]) -> str:
    pairs = [f"{text}: {probability:.4f}" for text, probability in part["probabilities"]]
    present = [f"present: {part['probability']:.4f}"] if "probability" in part else []
    return f"  {name}  {', '.join([*pairs, *present])}"


def _heading(data: Mapping[str, Any]) -> Iterator[str]:
    options = ", ".join(f"{name} {value}" for name, value in data["options"].items())
    yield f"{data['query'] or 'query'} by {data['algorithm']}" + (
        f" ({options})" if options else ""
    )
    pieces = [f"{data['draws']} draws", "exact" if data["exact"] else _ess(data)]
    if data["log_evidence"] is not None:
        evidence = f"log evidence {data['log_evidence']:.5f}"
        if data["log_evidence_standard_error"] is not None:
            evidence += f" (standard error {data['log_evidence_standard_error']:.5f})"
        pieces.append(evidence)
    pieces.append(f"{data['seconds']:.3f} s")
    yield ", ".join(pieces) + (", stopped early" if data["stopped"] else "")
    yield from (f"warning: {warning}" for warning in data["warnings"])


def _ess(data: Mapping[str, Any]) -> str:
    text = "ess " + size_text(math.nan if data["ess"] is None else data["ess"])
    if data["families"] is not None:
        count = data["families"]
        noun = "family" if count == 1 else "families"
        text += f" ({count} {noun}; of the weights alone {data['weight_ess']:.1f})"
    elif data["pareto_k"] is not None:
        text += f", Pareto k {data['pareto_k']:.2f}"
    if data.get("r_hat") is not None:
        text += f", R-hat {data['r_hat']:.3f}"
    if data.get("acceptance") is not None:
        text += f", {data['acceptance']:.1%} accepted"
    return text


def _named_parts(
    name: str, data: Mapping[str, Any], listing: Listing
) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """A summary and those inside of it, with the names they are shown under."""
    work = [(name, data)]
    while work:
        own, part = work.pop()
        yield own, part
        inside = [(f"{own}[{i}]", element) for i, element in enumerate(part.get("elements", []))]
        inside += [(f"{own} {key}", entry) for key, entry in part.get("entries", {}).items()]
        if "length" in part:
            inside.insert(0, (f"{own} length", part["length"]))
        if not listing.has(part):
            # A mixture whose values are few is shown by them.
            inside += [(f"{own} if {_noun(kind)}", p) for kind, p in part.get("parts", {}).items()]
        work += reversed(inside)


def _noun(kind: str) -> str:
    return "something else" if kind == "other" else f"a {kind}"


def _table(rows: Sequence[tuple[str, Mapping[str, Any]]]) -> list[str]:
    """Mean, standard deviation and quantiles of numbers, one row each."""
    partial = any("probability" in part for _, part in rows)
    names = ["mean", "sd", *LEVELS, *(["present"] if partial else [])]
    cells = [["", *names]]
    for name, part in rows:
        numbers = [part["mean"], part["sd"], *part["quantiles"].values()]
        present = [f"{part.get('probability', 1.0):.4f}"] if partial else []
        cells.append([name, *map(_number_text, numbers), *present])
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    return [
        "  ".join(
            ["", row[0].ljust(widths[0])]
            + [cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True)]
        )
        for row in cells
    ]


def _probabilities(name: str, part: Mapping[str, Any], listing: Listing) -> Iterator[str]:
    present = part.get("probability")
    yield f"  {name}" + ("" if present is None else f" (present with probability {present:.4f})")
    pairs, shown = part["probabilities"], listing.values(part)
    for text, probability in shown:
        yield f"    {probability:.4f}  {text}"
    left = len(pairs) - len(shown)
    if left:
        rest = math.fsum(probability for _, probability in pairs[len(shown) :])
        yield f"    {rest:.4f}  {left} more value{'' if left == 1 else 's'}"


def _number_text(number: float | None) -> str:
    return "not finite" if number is None else f"{number:.6g}"
