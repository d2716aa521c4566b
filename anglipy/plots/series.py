"""A long vector in one panel: every element along the axis."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from anglipy.inference.parts import Part
from anglipy.plots.density import facts_of
from anglipy.plots.marginals import finite_numbers
from anglipy.plots.style import ACCENT, INK, PALE, axis_title, number_text, one_color_map

__all__ = ["LEAST", "draw_series"]

LEAST = 8
"""Vectors shorter than this get a panel for each element."""
_STATES = 10
"""As many different values are shown one by one."""


def draw_series(axes: Any, name: str, parts: Sequence[Part], inches: float = 8.0) -> None:
    """The elements of a vector of numbers: the probability of every value where these are few, else
    medians and intervals.
    """
    values = np.unique(np.concatenate([finite_numbers(part)[0] for part in parts]))
    if len(values) <= _STATES:
        _draw_states(axes, parts, values)
        note = "probability of each value"
    else:
        _draw_bands(axes, parts)
        note = "median, central 50 % and 95 %"
    axis_title(axes, name, f"{len(parts)} elements: {note}", inches)
    axes.set_xlabel("element")
    axes.xaxis.get_major_locator().set_params(integer=True)


def _draw_states(axes: Any, parts: Sequence[Part], values: Any) -> None:
    shares = np.zeros((len(values), len(parts)))
    for column, part in enumerate(parts):
        numbers, weights = finite_numbers(part)
        np.add.at(shares[:, column], np.searchsorted(values, numbers), weights)
    image = axes.imshow(
        shares, aspect="auto", origin="lower", cmap=one_color_map(), vmin=0, vmax=1,
        interpolation="nearest",
    )  # fmt: skip
    axes.set_yticks(range(len(values)), [number_text(value) for value in values])
    axes.tick_params(axis="y", length=0)
    axes.set_ylabel("value")
    for side in ("left", "bottom"):
        axes.spines[side].set_visible(False)
    bar = axes.figure.colorbar(image, ax=axes, fraction=0.03, pad=0.015, ticks=[0, 0.5, 1])
    bar.outline.set_visible(False)
    if len(parts) * len(values) <= 120:
        for row, column in np.argwhere(shares >= 0.005):
            share = shares[row, column]
            axes.text(
                column, row, f"{share:.2f}".removeprefix("0"), ha="center", va="center",
                fontsize=7.5,
                color="white" if share > 0.5 else INK,
            )  # fmt: skip


def _draw_bands(axes: Any, parts: Sequence[Part]) -> None:
    facts = []
    for part in parts:
        numbers, weights = finite_numbers(part)
        facts.append(facts_of(numbers, weights / weights.sum()))
    rows = np.array([[f.low, f.lower, f.median, f.upper, f.high] for f in facts]).T
    places = np.arange(len(parts))
    axes.fill_between(places, rows[0], rows[4], color=PALE, alpha=0.7, linewidth=0)
    axes.fill_between(places, rows[1], rows[3], color=ACCENT, alpha=0.35, linewidth=0)
    axes.plot(
        places, rows[2], color=ACCENT, linewidth=1.6, marker="o" if len(parts) <= 60 else None,
        markersize=3.5,
    )  # fmt: skip
    axes.grid(axis="y", color=PALE, linewidth=0.5)
    axes.margins(x=0.02)
