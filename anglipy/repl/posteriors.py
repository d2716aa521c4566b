"""A posterior as a table for the terminal: a line per part of the result, with a small histogram.

Numbers show mean, sd, quantiles and the histogram of their weighted draws; everything else its most
probable values. What is in the table is what `Posterior.summary` says, shorter.
"""

from __future__ import annotations

import math
import shutil
import sys
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from anglipy.repl.bars import Strokes, histogram

if TYPE_CHECKING:
    from anglipy.inference.log_space import FloatArray
    from anglipy.inference.posterior import Posterior

__all__ = ["headline", "picture", "table"]

ROWS = 24
"""Parts of a result that are shown."""
VALUES = 12
"""Distinct values that are shown with their probabilities."""
FEW = 4
"""Distinct values that are shown in one line, even if they are numbers."""
NEGLIGIBLE = 5e-4
"""A probability that is 0.000 with three digits."""
SPARK = 16
BAR = 30
_LEVELS = (0.025, 0.5, 0.975)
_TITLES = ("", "mean", "sd", "2.5%", "50%", "97.5%", "")
_LONGEST = 40
_WHOLE = "result"
"""What all of a result is called."""


@dataclass(frozen=True, slots=True)
class _Part:
    """A part of the result: its name, the values of the draws that have it, and their weights,
    which sum to the probability of having it.
    """

    name: str
    values: Sequence[Any]
    weights: FloatArray


def table(posterior: Posterior, strokes: Strokes) -> str:
    """The lines that a posterior is shown as."""
    lines = [*headline(posterior), ""]
    parts = list(_parts(posterior))
    if len(parts) == 1 and not _is_spread(parts[0]):
        return "\n".join([*lines, *_probabilities(parts[0], strokes)])
    rows = [_row(part, strokes) for part in parts[:ROWS]]
    if any(len(row) > 2 for row in rows):
        rows.insert(0, list(_TITLES))
    lines += _aligned(rows)
    if len(parts) > ROWS:
        lines.append(f"  ... {len(parts) - ROWS} more")
    return "\n".join(lines)


def headline(posterior: Posterior) -> list[str]:
    """What was run, how it went, and what there is to warn of."""
    from anglipy.inference.cautions import size_text

    ess = "exact" if posterior.exact else f"ess {size_text(posterior.ess, ',.1f')}"
    parts = [f"{posterior.draws:,} draws", ess]
    if posterior.chains is not None and not math.isnan(posterior.mixing.r_hat):
        parts.append(f"R-hat {posterior.mixing.r_hat:.3f}")
    if posterior.log_evidence is not None:
        error = posterior.log_evidence_standard_error
        parts.append(
            f"log evidence {posterior.log_evidence:.4f}"
            + ("" if error is None else f" (standard error {error:.4f})")
        )
    parts.append(f"{posterior.seconds:.2f} s")
    if posterior.stopped:
        parts.append("stopped early")
    title = f"{posterior.query or 'query'} by {posterior.algorithm or 'hand'}"
    return [
        title,
        ", ".join(parts),
        *(row for line in posterior.warnings for row in _wrapped(f"warning: {line}")),
    ]


def _wrapped(line: str) -> list[str]:
    """A sentence as lines that a terminal does not break inside of words."""
    if not sys.stdout.isatty():
        return [line]
    width = shutil.get_terminal_size().columns
    return textwrap.wrap(line, width, subsequent_indent="  ", break_long_words=False)


def picture(
    posterior: Posterior, strokes: Strokes, width: int, rows: int = 10, name: str = _WHOLE
) -> str:
    """Numbers as a histogram and anything else as bars, one part below another; `name` is that of
    the whole.
    """
    blocks = []
    # As many bars as the draws are worth: their number to the power 1/3, times three.
    size = len(posterior) if math.isnan(posterior.ess) else min(posterior.ess, len(posterior))
    bins = max(8, round(3 * size ** (1 / 3)))
    for part in list(_parts(posterior, name))[:ROWS]:
        if not _is_spread(part):
            lines = _probabilities(part, strokes)
        else:
            lines = _standing(part, strokes, min(72, width - 4), bins, rows)
        blocks.append("\n".join([part.name, *lines]))
    return "\n\n".join(blocks)


# --- parts ---


def _parts(posterior: Posterior, name: str = _WHOLE) -> Iterator[_Part]:
    """The parts of the result, then what was predicted."""
    from anglipy.runtime.equality import key_of
    from anglipy.runtime.printing import pr_str

    yield from _inside(name, posterior.values, posterior.weights)
    labels: dict[Any, Any] = {}
    for run in posterior.predicts:
        for label, _ in run:
            labels.setdefault(key_of(label), label)
    for label in labels.values():
        part = posterior.predicted(label)
        share = posterior.weights.sum() if len(part) == len(posterior) else _share(posterior, label)
        yield from _inside(pr_str(label), part.values, part.weights * share)


def _share(posterior: Posterior, label: Any) -> float:
    """The probability that something was predicted under a label."""
    from anglipy.runtime.equality import equal

    has = [any(equal(name, label) for name, _ in run) for run in posterior.predicts]
    return float(posterior.weights[has].sum())


def _inside(name: str, values: Sequence[Any], weights: FloatArray) -> Iterator[_Part]:
    """The elements of vectors and the entries of maps, named by the path that leads to them; other
    values as they are. Below the first level what has few values is shown by these.
    """
    from anglipy.inference.parts import DEPTH_LIMIT
    from anglipy.inference.weighted import grouped, numbers_of

    work = [(_Part(name, values, weights), 0)]
    while work:
        part, depth = work.pop()
        is_few = depth > 0 and grouped(part.values, part.weights, FEW) is not None
        if depth < DEPTH_LIMIT and not is_few and numbers_of(part.values) is None:
            inside = _columns(part)
        else:
            inside = []
        if inside:
            work += [(inner, depth + 1) for inner in reversed(inside)]
        else:
            yield part


def _columns(part: _Part) -> list[_Part]:
    """The parts of what are all vectors or all maps; none of anything else."""
    from anglipy.inference.parts import kind_of
    from anglipy.runtime.equality import elements, key_of, value_of_key
    from anglipy.runtime.printing import pr_str

    kinds = {kind_of(value) for value in part.values}
    if len(kinds) != 1 or not kinds <= {"map", "vector"}:
        return []
    is_vector = kinds == {"vector"}
    columns: dict[Any, list[tuple[int, Any]]] = {}
    for place, value in enumerate(part.values):
        pairs = enumerate(elements(value) or ()) if is_vector else value.items()
        for key, item in pairs:
            columns.setdefault(key_of(key), []).append((place, item))
    prefix = "" if part.name == _WHOLE else part.name
    found = []
    for key, column in columns.items():
        places = [place for place, _ in column]
        title = f"{prefix}[{key}]" if is_vector else f"{prefix} {pr_str(value_of_key(key))}"
        found.append(_Part(title.strip(), [item for _, item in column], part.weights[places]))
    return found


def _is_spread(part: _Part) -> bool:
    """Whether a part is of numbers and has too many values to list them."""
    from anglipy.inference.weighted import grouped, is_boolean, numbers_of

    if numbers_of(part.values) is None or all(is_boolean(value) for value in part.values):
        return False
    return grouped(part.values, part.weights, VALUES) is None


# --- lines ---


def _row(part: _Part, strokes: Strokes) -> list[str]:
    """The cells of a part's line."""
    from anglipy.inference.weighted import (
        grouped,
        numbers_of,
        quantiles,
        weighted_mean,
        weighted_sd,
    )

    share = float(part.weights.sum())
    name = part.name if share > 1.0 - 1e-9 else f"{part.name} ({share:.3f})"
    numbers = numbers_of(part.values)
    few = grouped(part.values, part.weights, FEW) is not None
    if numbers is None or few or share <= 0.0:
        return [name, _most_probable(part)]
    weights = part.weights / share
    found = [weighted_mean(numbers, weights), weighted_sd(numbers, weights)]
    found += quantiles(numbers, weights, list(_LEVELS)).tolist()
    heights, _, _ = histogram(numbers, weights, SPARK)
    return [name, *(_number(x) for x in found), strokes.spark(heights)]


def _most_probable(part: _Part) -> str:
    """The first few values of a part that is not of numbers."""
    from anglipy.inference.weighted import grouped
    from anglipy.runtime.printing import pr_str

    pairs = grouped(part.values, part.weights) or []
    likely = [pair for pair in pairs[:FEW] if pair[1] >= NEGLIGIBLE] or pairs[:1]
    shown = [f"{_short(pr_str(value))} {weight:.3f}" for value, weight in likely]
    left = len(pairs) - len(shown)
    return ", ".join(shown) + (f", {left:,} more" if left else "")


def _probabilities(part: _Part, strokes: Strokes) -> list[str]:
    """Distinct values, most probable first (numbers in their order), with bars."""
    from anglipy.inference.weighted import grouped, numbers_of
    from anglipy.runtime.printing import pr_str

    pairs = grouped(part.values, part.weights) or []
    shown = pairs[:VALUES]
    if numbers_of([value for value, _ in shown]) is not None:
        shown = sorted(shown, key=lambda pair: pair[0])
    texts = [_short(pr_str(value)) for value, _ in shown]
    width, most = max(map(len, texts), default=0), max((p for _, p in shown), default=1.0)
    lines = [
        f"  {text.ljust(width)}  {weight:.4f}  {strokes.bar(weight / (most or 1.0), BAR)}".rstrip()
        for text, (_, weight) in zip(texts, shown, strict=True)
    ]
    if len(pairs) > VALUES:
        lines.append(f"  ... {len(pairs) - VALUES:,} more values")
    return lines


def _standing(part: _Part, strokes: Strokes, width: int, bins: int, rows: int) -> list[str]:
    """A histogram of standing bars above an axis with its ends and its middle."""
    from anglipy.inference.weighted import numbers_of

    numbers = numbers_of(part.values)
    assert numbers is not None
    heights, low, high = histogram(numbers, part.weights, max(1, min(bins, width)))
    if not heights:
        return ["  no finite values"]
    repeat = max(1, min(8, width // len(heights)))
    wide = [height for height in heights for _ in range(repeat)]
    lines = [f"  {line}".rstrip() for line in strokes.columns(wide, rows)]
    left, middle, right = _number(low), _number((low + high) / 2), _number(high)
    space = len(wide) - len(left) - len(right)
    axis = f"{left}{middle.center(space) if space > len(middle) + 1 else ' '}{right}"
    return [*lines, f"  {'-' * len(wide)}", f"  {axis}"]


def _number(number: float) -> str:
    if not math.isfinite(number):
        return str(number)
    return f"{number:.0f}" if number == round(number) and abs(number) < 1e6 else f"{number:.4g}"


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 3]}..."


def _aligned(rows: list[list[str]]) -> list[str]:
    """Rows as lines: names to the left, numbers to the right, the last column as it is. A row of
    two cells has no columns of numbers.
    """
    names = max(len(row[0]) for row in rows)
    widths = [max((len(row[i]) for row in rows if len(row) > 2), default=0) for i in range(1, 6)]
    lines = []
    for row in rows:
        cells = [row[0].ljust(names)]
        if len(row) > 2:
            cells += [cell.rjust(width) for cell, width in zip(row[1:6], widths, strict=True)]
        cells.append(row[-1])
        lines.append("  " + "  ".join(cells).rstrip())
    return lines
