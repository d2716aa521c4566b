"""Several numbers of each result against one another."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from anglipy.inference.log_space import FloatArray
from anglipy.inference.parts import Part
from anglipy.inference.weighted import weighted_mean
from anglipy.plots.density import shown_range, surface
from anglipy.plots.marginals import draw_part, is_discrete
from anglipy.plots.style import ACCENT, GREY, INK, number_text, one_color_map, shortened

__all__ = ["MOST", "draw_pairs"]

MOST = 6
"""Parts in one picture."""
_LEVELS = (0.95, 0.8, 0.5, 0.2)
"""Probabilities that the contours hold."""


def draw_pairs(figure: Any, parts: Sequence[Part], size: float, count: int) -> None:
    """The parts on the diagonal, pairs below it, correlations above; `count` is the number of draws."""
    n = len(parts)
    grid = figure.subplots(n, n, squeeze=False)
    columns = [part.column(count) for part in parts]
    weights = np.zeros(count)
    for part in parts:
        weights[list(part.draws)] = part.weights
    for row in range(n):
        for column in range(n):
            axes = grid[row][column]
            if row == column:
                _draw_diagonal(axes, parts[row], size, n)
            elif row > column:
                _draw_pair(axes, (columns[column], columns[row]), weights, size)
                _share_limits(axes, grid, row, column)
            else:
                _draw_correlation(axes, columns[column], columns[row], weights)
            _label(axes, parts, row, column, n)


def _draw_diagonal(axes: Any, part: Part, size: float, n: int) -> None:
    draw_part(axes, part, size, titled=False, room=40 // n)
    axes.set_ylabel("")
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    for text in list(axes.texts):
        text.remove()
    axes.grid(visible=False)


def _draw_pair(
    axes: Any, numbers: tuple[FloatArray, FloatArray], weights: FloatArray, size: float
) -> None:
    x, y = numbers
    kept = np.isfinite(x) & np.isfinite(y) & (weights > 0)
    if not kept.any():
        return
    x, y, share = x[kept], y[kept], weights[kept]
    discrete = [_places(values) for values in (x, y)]
    if all(places is not None for places in discrete):
        _draw_bubbles(axes, x, y, share)
        return
    spans = shown_range(x, share), shown_range(y, share)
    xs, ys, mass = surface(x, y, share, spans, size)
    levels = _contours(mass)
    if len(levels) < 2:
        axes.plot(x, y, ".", color=ACCENT, alpha=0.3)
        return
    axes.contourf(xs, ys, mass, levels=[*levels, float(mass.max()) * 1.01],
                  colors=one_color_map()(np.linspace(0.25, 0.9, len(levels))))  # fmt: skip
    axes.contour(xs, ys, mass, levels=levels[:1], colors=[ACCENT], linewidths=0.8)


def _places(values: FloatArray) -> FloatArray | None:
    distinct = np.unique(values)
    return distinct if len(distinct) <= 12 else None


def _draw_bubbles(axes: Any, x: FloatArray, y: FloatArray, weights: FloatArray) -> None:
    """Circles whose area is the probability of a pair."""
    places, index = np.unique(np.stack([x, y], axis=1), axis=0, return_inverse=True)
    shares = np.bincount(np.ravel(index), weights)
    axes.scatter(
        places[:, 0], places[:, 1], s=420 * shares / shares.max(), color=ACCENT, alpha=0.75,
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


def _share_limits(axes: Any, grid: Any, row: int, column: int) -> None:
    axes.set_xlim(grid[column][column].get_xlim())


def _label(axes: Any, parts: Sequence[Part], row: int, column: int, n: int) -> None:
    if row == column:
        axes.set_title(shortened(parts[row].name, 60 // n), loc="left", fontsize=10.5,
                       fontweight="bold", color=INK)  # fmt: skip
    locator = "auto" if is_discrete(parts[column]) else None
    if row >= column and locator is None:
        axes.xaxis.set_major_locator(_few_ticks())
    if row > column and not is_discrete(parts[row]):
        axes.yaxis.set_major_locator(_few_ticks())
    axes.set_xlabel("")
    if row != n - 1 and row != column:
        axes.tick_params(labelbottom=False)
    if row == column and row != n - 1:
        axes.tick_params(labelbottom=False)
    if column != 0 and row != column:
        axes.tick_params(labelleft=False)
    if row == n - 1:
        axes.set_xlabel(shortened(parts[column].name, 60 // n))
    if column == 0 and row > 0:
        axes.set_ylabel(shortened(parts[row].name, 60 // n))
    axes.xaxis.set_major_formatter(lambda value, _: number_text(value))


def _few_ticks() -> Any:
    from anglipy.inference.frames import optional

    return optional("matplotlib.ticker", "matplotlib", "plots").MaxNLocator(3, prune="both")
