"""Several numbers of each result against one another."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from anglipy.inference.frames import optional
from anglipy.inference.log_space import FloatArray
from anglipy.inference.parts import Part
from anglipy.inference.resampling import systematic
from anglipy.inference.weighted import weighted_mean
from anglipy.plots.density import different, shown_range, surface
from anglipy.plots.marginals import draw_density, draw_number_bars, finite_numbers, is_discrete
from anglipy.plots.style import ACCENT, GREY, INK, bare, number_text, one_color_map, shortened

__all__ = ["MOST", "draw_pairs"]

MOST = 6
"""Parts in one picture."""
_POINTS = 1_000
"""Points where one of a pair is discrete."""
_LEVELS = (0.95, 0.8, 0.5, 0.2)
"""Probabilities that the contours hold."""


def draw_pairs(figure: Any, parts: Sequence[Part], size: float, count: int) -> None:
    """The parts on the diagonal, pairs below it, correlations above; `count` draws in all."""
    n = len(parts)
    grid = figure.subplots(n, n, squeeze=False)
    columns = [part.column(count) for part in parts]
    weights = np.zeros(count)
    for part in parts:
        weights[np.asarray(part.draws)] = part.weights
    spans = [_span(part, size) for part in parts]
    for row in range(n):
        for column in range(n):
            axes = grid[row][column]
            pair = columns[column], columns[row]
            if row == column:
                _draw_diagonal(axes, parts[row], size)
            elif row < column:
                _draw_correlation(axes, *pair, weights)
                continue
            else:
                discrete = is_discrete(parts[column]), is_discrete(parts[row])
                _draw_pair(axes, pair, weights, (spans[column], spans[row]), discrete, size)
                axes.set_ylim(*spans[row])
            axes.set_xlim(*spans[column])
            _label(axes, parts, row, column)


def _span(part: Part, size: float) -> tuple[float, float]:
    """What an axis of this part shows."""
    numbers, weights = finite_numbers(part)
    if not numbers.size:
        return 0.0, 1.0
    if not is_discrete(part):
        return shown_range(numbers, weights, different(numbers, size))
    gap = _gap(numbers)
    return float(numbers.min()) - 0.7 * gap, float(numbers.max()) + 0.7 * gap


def _gap(numbers: FloatArray) -> float:
    distinct = np.unique(numbers)
    return float(np.diff(distinct).min()) if len(distinct) > 1 else 1.0


def _draw_diagonal(axes: Any, part: Part, size: float) -> None:
    if is_discrete(part):
        draw_number_bars(axes, part)
        for text in list(axes.texts):
            text.remove()
    else:
        draw_density(axes, part, size)
    axes.grid(visible=False)
    axes.set_ylabel("")
    bare(axes)


def _draw_pair(
    axes: Any,
    pair: tuple[FloatArray, FloatArray],
    weights: FloatArray,
    spans: tuple[tuple[float, float], tuple[float, float]],
    discrete: tuple[bool, bool],
    size: float,
) -> None:
    kept = np.isfinite(pair[0]) & np.isfinite(pair[1]) & (weights > 0)
    if not kept.any():
        return
    x, y, share = pair[0][kept], pair[1][kept], weights[kept] / weights[kept].sum()
    if all(discrete):
        _draw_bubbles(axes, x, y, share)
    elif any(discrete):
        _draw_points(axes, (x, y), share, discrete)
    else:
        _draw_contours(axes, x, y, share, spans, size)


def _draw_contours(
    axes: Any,
    x: FloatArray,
    y: FloatArray,
    weights: FloatArray,
    spans: tuple[tuple[float, float], tuple[float, float]],
    size: float,
) -> None:
    size = min(different(x, size), different(y, size))
    xs, ys, mass = surface(x, y, weights, spans, size)
    levels = _contours(mass)
    if len(levels) < 2:
        axes.plot(x, y, ".", color=ACCENT, alpha=0.3)
        return
    colors = one_color_map()(np.linspace(0.25, 0.9, len(levels)))
    axes.contourf(xs, ys, mass, levels=[*levels, float(mass.max()) * 1.01], colors=colors)
    axes.contour(xs, ys, mass, levels=levels[:1], colors=[ACCENT], linewidths=0.8)


def _draw_points(
    axes: Any, pair: tuple[FloatArray, FloatArray], weights: FloatArray, discrete: tuple[bool, bool]
) -> None:
    """Points of equal weight, spread a little along the axis that is discrete."""
    rng = np.random.default_rng(0)
    chosen = systematic(rng, weights, _POINTS)
    shown = [
        numbers[chosen] + (rng.uniform(-0.3, 0.3, _POINTS) * _gap(numbers) if is_bars else 0.0)
        for numbers, is_bars in zip(pair, discrete, strict=True)
    ]
    axes.plot(*shown, "o", color=ACCENT, markersize=2.2, alpha=0.25, markeredgewidth=0)


def _draw_bubbles(axes: Any, x: FloatArray, y: FloatArray, weights: FloatArray) -> None:
    """Circles whose area is the probability of a pair."""
    places, index = np.unique(np.stack([x, y], axis=1), axis=0, return_inverse=True)
    shares = np.bincount(np.ravel(index), weights)
    axes.scatter(
        places[:, 0], places[:, 1], s=260 * shares / shares.max(), color=ACCENT, alpha=0.75,
        linewidths=0,
    )  # fmt: skip


def _contours(mass: FloatArray) -> list[float]:
    """The heights above which there is so much of the mass, ascending and different."""
    ordered = np.sort(mass, axis=None)[::-1]
    held = np.cumsum(ordered)
    heights = [
        float(ordered[min(int(np.searchsorted(held, p * held[-1])), held.size - 1)])
        for p in _LEVELS
    ]
    return sorted({height for height in heights if 0 < height < ordered[0]})


def _draw_correlation(axes: Any, x: FloatArray, y: FloatArray, weights: FloatArray) -> None:
    axes.axis("off")
    kept = np.isfinite(x) & np.isfinite(y) & (weights > 0)
    if not kept.any():
        return
    share = weights[kept] / weights[kept].sum()
    dx, dy = (v[kept] - weighted_mean(v[kept], share) for v in (x, y))
    scale = float(np.sqrt(np.dot(share, dx * dx) * np.dot(share, dy * dy)))
    if scale > 0:
        value = float(np.dot(share, dx * dy)) / scale
        axes.text(
            0.5, 0.5, f"{value:+.2f}", ha="center", va="center", transform=axes.transAxes,
            fontsize=10 + 8 * abs(value), color=INK if abs(value) > 0.1 else GREY,
        )  # fmt: skip


def _label(axes: Any, parts: Sequence[Part], row: int, column: int) -> None:
    """Names at the diagonal and the outer edges, few ticks, their numbers at the edges only."""
    n = len(parts)
    letters = 60 // n
    if row == column:
        axes.set_title(
            shortened(parts[row].name, letters),
            loc="left",
            fontsize=10.5,
            fontweight="bold",
            color=INK,
        )
    _ticks(axes.xaxis, parts[column])
    axes.set_xlabel(shortened(parts[column].name, letters) if row == n - 1 else "")
    axes.tick_params(labelbottom=row == n - 1)
    if row > column:
        _ticks(axes.yaxis, parts[row])
        axes.set_ylabel(shortened(parts[row].name, letters) if column == 0 else "")
        axes.tick_params(labelleft=column == 0)


def _ticks(axis: Any, part: Part) -> None:
    ticker = optional("matplotlib.ticker", "matplotlib", "plots")
    if part.kind == "boolean":
        axis.set_ticks([0, 1], ["false", "true"])
        return
    axis.set_major_locator(ticker.MaxNLocator(4, integer=is_discrete(part), prune="both"))
    axis.set_major_formatter(lambda value, _: number_text(value))
