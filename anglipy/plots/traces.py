"""The draws of Markov chains in their order, and next to them how each chain is distributed.

Chains that have mixed look like one another, and like grass: no slow waves, no steps, no slope at
the beginning. Only draws that were kept are shown; where there are many chains, some of them,
evenly chosen, in shades of one colour.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from anglipy.diagnostics import OptionError
from anglipy.inference.cautions import SHORTEST, size_text
from anglipy.inference.log_space import FloatArray, IntArray
from anglipy.inference.mixing import by_chain, chain_ess, part_mixing
from anglipy.inference.parts import Part
from anglipy.inference.weighted import grouped
from anglipy.plots.density import curve
from anglipy.plots.marginals import is_discrete
from anglipy.plots.style import (
    ACCENT,
    CONTRAST,
    GREY,
    INK,
    PALE,
    axis_title,
    bare,
    count_text,
    number_text,
    one_color_map,
    shortened,
)
from anglipy.runtime.printing import pr_str

if TYPE_CHECKING:
    from anglipy.inference.results import Results

__all__ = ["MOST", "chains_of", "draw_traces", "lengths", "no_chains"]

MOST = 6
"""Parts in one picture."""
_COLORS = (ACCENT, CONTRAST, "#3a9d5d", "#8a5fb8", "#b99400", "#1c9aa0", "#b8446b", GREY)
_CHAINS = 20
"""Chains that are drawn."""
_POINTS = 2_000
"""Draws of a chain that are drawn."""
_DOTS = 40
"""Draws of a chain, fewer of which are dots on their line."""
_WORDS = 8
"""Values of what is no number that are told apart."""


@dataclass(frozen=True, slots=True)
class _Rows:
    """A part as heights in a panel: shape (chains, draws), nan where a draw lacks it."""

    heights: FloatArray
    labels: tuple[str, ...] | None
    """What the heights 0, 1, ... stand for, if they are no numbers."""
    is_discrete: bool


def chains_of(posterior: Results) -> IntArray:
    """The numbers of the draws of each chain, shape (chains, draws). Raises OptionError AQ303 for a
    posterior that is not of chains.
    """
    if posterior.chains is None:
        raise no_chains(posterior.algorithm)
    return by_chain(posterior.chains)


def no_chains(algorithm: str) -> OptionError:
    """AQ303 for the draws of this algorithm."""
    return OptionError(
        "AQ303",
        f"a trace shows the draws of Markov chains, and those of {algorithm or 'hand'} are none",
        help="lmh, rmh, almh, pimh, pgibbs and pgas make chains; of other draws the kind `weights`"
        " shows how the run went",
    )


def lengths(order: IntArray) -> str:
    """How many chains there are, and how long: a fact for the heading."""
    chains, draws = order.shape
    each = f"{draws:,} draw{'' if draws == 1 else 's'}"
    return f"a chain of {each}" if chains == 1 else f"{chains:,} chains of {each}"


def draw_traces(figure: Any, parts: Sequence[Part], order: IntArray, count: int) -> None:
    """A row for each part: its draws from left to right, a line per chain, and the density of each
    chain, on the same axis; `count` draws in all.
    """
    grid = figure.subplots(len(parts), 2, width_ratios=[4, 1], sharey="row", squeeze=False)
    shown = np.unique(np.linspace(0, len(order) - 1, min(len(order), _CHAINS)).round().astype(int))
    colors = _colors(len(shown))
    for (left, right), part in zip(grid, parts, strict=True):
        rows = _rows(part, order, count)
        gap = 0.6 / len(shown) if rows.is_discrete else 0.0
        for place, (chain, color) in enumerate(zip(shown, colors, strict=True)):
            lift = gap * (place - (len(shown) - 1) / 2) if len(shown) > 1 else 0.0
            _draw_line(left, rows.heights[chain] + lift, color, rows.is_discrete, len(shown))
        _draw_sides(right, rows, shown, colors)
        _label(left, rows, is_last=left is grid[-1][0])
        axis_title(left, part.name, _facts(part, order, count), 7.0)
        bare(right, keep_left=True)
        right.tick_params(left=False, bottom=False, labelbottom=False)
    grid[-1][0].set_xlabel(_below(order, len(shown)))
    several = len(order) > 1 and order.shape[1] >= SHORTEST
    right.set_xlabel("density of each chain" if several else "density")


def _colors(count: int) -> Sequence[Any]:
    if count <= len(_COLORS):
        return _COLORS[:count]
    return list(one_color_map()(np.linspace(0.35, 1.0, count)))


def _below(order: IntArray, shown: int) -> str:
    """What the axis of the draws shows."""
    text = "draw of each chain" if len(order) > 1 else "draw"
    stride = _stride(order.shape[1])
    if shown < len(order):
        text += f"; {shown} of {len(order):,} chains"
    return text + (f"; every {_ordinal(stride)} draw" if stride > 1 else "")


def _ordinal(number: int) -> str:
    """A number in an order.

    >>> _ordinal(2), _ordinal(3), _ordinal(11), _ordinal(50)
    ('2nd', '3rd', '11th', '50th')
    """
    ends = {1: "st", 2: "nd", 3: "rd"}
    return f"{number}{'th' if 10 < number % 100 < 14 else ends.get(number % 10, 'th')}"


def _stride(draws: int) -> int:
    return max(1, math.ceil(draws / _POINTS))


def _rows(part: Part, order: IntArray, count: int) -> _Rows:
    if part.numbers is not None:
        column = part.column(count)
        column[~np.isfinite(column)] = np.nan
        words = ("false", "true") if part.kind == "boolean" else None
        return _Rows(column[order], words, is_discrete(part))
    values = grouped(part.values, part.weights / part.probability) or []
    texts = [pr_str(value) for value, _ in values]
    known = {text: place for place, text in enumerate(texts[:_WORDS])}
    column = np.full(count, np.nan)
    for draw, value in zip(part.draws, part.values, strict=True):
        column[draw] = known.get(pr_str(value), _WORDS)
    others = (f"{len(texts) - _WORDS:,} others",) if len(texts) > _WORDS else ()
    labels = (*(shortened(text, 16) for text in texts[:_WORDS]), *others)
    return _Rows(column[order], labels, True)


def _draw_line(axes: Any, heights: FloatArray, color: Any, steps: bool, chains: int) -> None:
    stride = _stride(len(heights))
    places = np.arange(1, len(heights) + 1)[::stride]
    axes.plot(
        places, heights[::stride], color=color, alpha=0.85 if chains <= 4 else 0.6,
        linewidth=0.8 if len(places) > 200 else 1.1,
        drawstyle="steps-mid" if steps else "default",
        marker="o" if len(places) <= _DOTS else None, markersize=2.8, markeredgewidth=0,
    )  # fmt: skip


def _draw_sides(axes: Any, rows: _Rows, shown: Any, colors: Sequence[Any]) -> None:
    """How each chain is distributed, turned so that it has the axis of the trace; where there are
    more chains than colours, all together as well, and of short chains only that.
    """
    finite = rows.heights[np.isfinite(rows.heights)]
    if not finite.size:
        return
    margin = 0.08 * float(np.ptp(finite)) or 0.5
    low = float(finite.min())
    span = low - margin if low < 0 else max(low - margin, 0.0), float(finite.max()) + margin
    chains, draws = rows.heights.shape
    top = 0.0
    if chains == 1 or draws < SHORTEST or chains > len(_COLORS):
        top = 2.0 * _draw_side(axes, rows.heights, rows, span, INK if chains > 1 else ACCENT)
    if chains > 1 and draws >= SHORTEST:
        tops = [
            _draw_side(axes, rows.heights[chain], rows, span, color)
            for chain, color in zip(shown, colors, strict=True)
        ]
        # A chain that hardly moved has a spike, which is cut off where it would hide the others.
        top = max(top, 2.5 * float(np.median(tops)))
    axes.set_xlim(0, min(top, 1.05 * axes.dataLim.x1) or 1.0)


def _draw_side(
    axes: Any, heights: FloatArray, rows: _Rows, span: tuple[float, float], color: Any
) -> float:
    """The distribution of these draws; how far it reaches to the right."""
    numbers = heights[np.isfinite(heights)]
    if not numbers.size:
        return 0.0
    width = 2.0 if color is INK else 1.3
    if rows.is_discrete:
        places, counts = np.unique(numbers, return_counts=True)
        shares = counts / heights.size
        axes.plot(
            shares, places, "o" if rows.labels else "o-", color=color, alpha=0.8,
            linewidth=0.6 * width, markersize=3.5, markeredgewidth=0,
        )  # fmt: skip
        return float(shares.max())
    size = chain_ess(heights) if numbers.size == heights.size and heights.ndim > 1 else 0.0
    size = size or chain_ess(numbers[None, :])
    smooth = curve(
        numbers, np.full(numbers.size, 1.0 / numbers.size), span,
        max(1.0, min(size, float(np.unique(numbers).size))),
    )  # fmt: skip
    if smooth is None:
        axes.axhline(float(numbers[0]), color=color, linewidth=width)
        return 0.0
    axes.plot(smooth[1], smooth[0], color=color, linewidth=width, alpha=0.8)
    return float(smooth[1].max())


def _label(axes: Any, rows: _Rows, is_last: bool) -> None:
    draws = rows.heights.shape[1]
    pad = max(0.5, 0.01 * draws)
    axes.set_xlim(1 - pad, draws + pad)
    axes.tick_params(labelbottom=is_last)
    axes.grid(axis="y", color=PALE, linewidth=0.5)
    axes.xaxis.get_major_locator().set_params(integer=True, min_n_ticks=1)
    axes.xaxis.set_major_formatter(lambda value, _: count_text(value))
    if rows.labels is not None:
        axes.set_yticks(range(len(rows.labels)), rows.labels)
        axes.set_ylim(-0.6, len(rows.labels) - 0.4)
    else:
        axes.yaxis.get_major_locator().set_params(integer=rows.is_discrete, nbins=5)
        axes.yaxis.set_major_formatter(lambda value, _: number_text(value))


def _facts(part: Part, order: IntArray, count: int) -> str:
    found = part_mixing(part, order, count)
    if found is None:
        return "never changes"
    r_hat = "unknown" if math.isnan(found.r_hat) else f"{found.r_hat:.3f}"
    return f"R-hat {r_hat}, effective sample size {size_text(found.ess, ',.1f')}"
