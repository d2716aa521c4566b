"""One part of the results in one panel: a density, or bars."""

from __future__ import annotations

from typing import Any

import numpy as np

from anglipy.inference.log_space import FloatArray
from anglipy.inference.parts import Part
from anglipy.inference.weighted import grouped
from anglipy.plots.density import (
    MOST_BARS,
    are_whole,
    curve,
    different,
    facts_of,
    histogram,
    shown_range,
)
from anglipy.plots.style import (
    ACCENT,
    GREY,
    INK,
    PALE,
    axis_title,
    bare,
    number_text,
    shortened,
)
from anglipy.runtime.printing import pr_str

__all__ = ["draw_density", "draw_number_bars", "draw_part", "finite_numbers", "is_discrete"]

_FEW = 12
"""So many different numbers are discrete."""
_LETTERS = 40
"""Of the numbers below bars that have one each."""
_THINNEST = 0.006
"""Of a bar, as a share of what the axis shows."""
_BARS = 12
"""Bars of a chart of words."""


def is_discrete(part: Part) -> bool:
    """Whether bars say more than a density: few values that occur again, whole numbers that are not
    far apart, or no numbers.
    """
    numbers = part.numbers
    if numbers is None or part.kind == "boolean":
        return True
    distinct = np.unique(numbers[part.weights > 0])
    if np.all(np.isfinite(distinct)) and are_whole(distinct):
        return len(distinct) <= _FEW or bool(np.ptp(distinct) < MOST_BARS)
    return len(distinct) <= min(_FEW, len(numbers) // 2)


def finite_numbers(part: Part) -> tuple[FloatArray, FloatArray]:
    """The finite numbers of a part and their weights."""
    numbers = part.numbers
    assert numbers is not None
    kept = np.isfinite(numbers) & (part.weights > 0)
    return numbers[kept], part.weights[kept]


def draw_part(axes: Any, part: Part, size: float, inches: float = 4.0) -> None:
    """The density or the bars of a part; `size` is the effective number of draws, `inches` the
    width there is.
    """
    present = part.probability
    note = "" if present > 0.9995 else f"in {100 * present:.3g} % of the results"
    facts = ""
    if not is_discrete(part):
        facts = draw_density(axes, part, size)
    elif part.kind == "number":
        facts = draw_number_bars(axes, part)
    else:
        _draw_word_bars(axes, part, int(5 * inches))
    axis_title(axes, part.name, "; ".join(filter(None, (facts, note))), inches)


def draw_density(axes: Any, part: Part, size: float) -> str:
    """Histogram, curve and intervals; says what they show. Of whole numbers, which have no density,
    a histogram alone.
    """
    numbers, weights = finite_numbers(part)
    if not numbers.size:
        axes.text(0.5, 0.5, "no finite numbers", ha="center", color=GREY, transform=axes.transAxes)
        bare(axes)
        return ""
    size = different(numbers, size)
    facts, span = facts_of(numbers, weights / weights.sum()), shown_range(numbers, weights, size)
    heights, edges = histogram(numbers, weights, span, size)
    axes.stairs(heights, edges, fill=True, color=PALE, alpha=0.75)
    top = float(heights.max())
    is_whole = are_whole(numbers)
    smooth = None if is_whole else curve(numbers, weights, span, size)
    if is_whole:
        span = min(span[0], float(edges[0])), max(span[1], float(edges[-1]))
        axes.stairs(heights, edges, color=ACCENT, linewidth=1.3)
        axes.xaxis.get_major_locator().set_params(nbins=6, integer=True)
    if smooth is not None:
        axes.plot(*smooth, color=ACCENT, linewidth=1.8)
        top = max(top, float(smooth[1].max()))
    _draw_interval(axes, facts, -0.055 * top)
    axes.set_xlim(*span)
    axes.set_ylim(-0.11 * top, 1.06 * top)
    bare(axes)
    low, high = map(number_text, facts.interval)
    text = f"mean {number_text(facts.mean)}, sd {number_text(facts.sd)}, 95 % [{low}, {high}]"
    outside = weights[(numbers < span[0]) | (numbers > span[1])].sum() / weights.sum()
    return text + (f"; {100 * outside:.1f} % not shown" if outside > 0.0015 else "")


def _draw_interval(axes: Any, facts: Any, height: float) -> None:
    """The central 95 % and 50 % as a thin and a thick line, the median as a dot."""
    axes.plot(facts.interval, (height, height), color=INK, linewidth=1.3, solid_capstyle="butt")
    inner = (facts.lower, facts.upper)
    axes.plot(inner, (height, height), color=INK, linewidth=4.5, solid_capstyle="butt")
    axes.plot(
        [facts.median], [height], "o", color="white", markeredgecolor=INK, markersize=5, zorder=5
    )


def draw_number_bars(axes: Any, part: Part) -> str:
    """A bar for each number; says what they show."""
    numbers, weights = finite_numbers(part)
    places, index = np.unique(numbers, return_inverse=True)
    heights = np.bincount(index, weights) / part.probability
    gap = float(np.diff(places).min()) if len(places) > 1 else 1.0
    width = max(0.82 * gap, _THINNEST * float(np.ptp(places)))
    axes.bar(places, heights, width=width, color=ACCENT)
    facts = facts_of(numbers, weights / weights.sum())
    margin = max(0.7 * gap, width)
    axes.set_xlim(places[0] - margin, places[-1] + margin)
    axes.set_ylim(0, max(1.1 * float(heights.max()), 1e-9))
    axes.set_ylabel("probability")
    axes.grid(axis="y", color=PALE, linewidth=0.5)
    labels = [number_text(place) for place in places]
    apart = _THINNEST * float(np.ptp(places)) < 0.1 * gap
    if len(places) <= 14 and apart and sum(map(len, labels)) <= _LETTERS:
        axes.set_xticks(places, labels)
    else:
        axes.xaxis.get_major_locator().set_params(integer=True)
        axes.xaxis.set_major_formatter(lambda value, _: number_text(value))
    if len(places) <= 10 and apart:
        for place, height in zip(places, heights, strict=True):
            axes.annotate(
                _share(height), (place, height), (0, 2), textcoords="offset points", ha="center",
                fontsize=8, color=GREY,
            )  # fmt: skip
    return f"mean {number_text(facts.mean)}, sd {number_text(facts.sd)}"


def _draw_word_bars(axes: Any, part: Part, limit: int) -> None:
    pairs = grouped(part.values, part.weights / part.probability) or []
    shown = [(_word(value, limit), share) for value, share in pairs[:_BARS]]
    if len(pairs) > _BARS:
        rest = max(0.0, 1.0 - sum(share for _, share in shown))
        shown.append((f"{len(pairs) - _BARS:,} others", rest))
    names = [name for name, _ in shown]
    shares = [share for _, share in shown]
    colors = [ACCENT if i < _BARS else GREY for i in range(len(names))]
    rows = list(range(len(shown)))
    axes.barh(rows, shares, height=0.72, color=colors)
    axes.set_yticks(rows, names, color=INK)
    axes.set_ylim(max(len(shown), 4) - 0.5, -0.5)
    axes.set_xlim(0, 1.16 * max(shares))
    axes.tick_params(axis="y", length=0)
    axes.set_xlabel("probability")
    axes.spines["left"].set_visible(False)
    for row, share in zip(rows, shares, strict=True):
        axes.annotate(
            _share(share), (share, row), (3, 0), textcoords="offset points", va="center",
            fontsize=8, color=GREY,
        )  # fmt: skip


def _word(value: Any, limit: int) -> str:
    return shortened(pr_str(value), max(limit, 8))


def _share(share: float) -> str:
    """A probability in few letters.

    >>> _share(0.25), _share(0.00004), _share(1.0), _share(0.999999)
    ('0.25', '4e-05', '1', '1.00')
    """
    if share == 0 or share >= 1 - 1e-12:
        return f"{share:.0f}"
    return f"{share:.2f}" if share >= 0.01 else f"{share:.1g}"
