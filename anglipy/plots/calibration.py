"""What a calibration found: ranks against uniform ones, coverage, losses by site."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from anglipy.inference.ranks import ALPHA, band, coverage
from anglipy.plots.style import (
    ACCENT,
    CONTRAST,
    GREY,
    PALE,
    axis_title,
    drawing,
    new_figure,
    write,
)
from anglipy.plots.training import draw_sites

__all__ = ["plot_coverage", "plot_losses", "plot_ranks"]

_PANELS = 12
_COLORS = {"alone": CONTRAST, "weighted": ACCENT}
_WORDS = {"alone": "network alone", "weighted": "weighted"}


def plot_ranks(calibration: Any, name: str, path: str | Path | None = None) -> Any:
    """For each address how far the distribution function of the truth's ranks is from that of
    uniform numbers. Those with the smallest p-values are shown, if there are many.
    """
    shown = [q for q in calibration.quantities if q.kind == "address"]
    left_out = len(shown) - _PANELS
    kept = sorted(shown, key=lambda q: min(q.alone_p, q.weighted_p))[:_PANELS]
    shown = [quantity for quantity in shown if quantity in kept]
    columns = min(3, max(1, len(shown)))
    rows = max(1, math.ceil(len(shown) / columns))
    subtitle = (
        f"{calibration.simulations} simulated data sets, {calibration.particles} draws each; the "
        f"band holds all of a calibrated line with probability {1 - ALPHA:.0%}"
    )
    with drawing():
        figure = new_figure(max(4.2 * columns, 7.0), 2.7 * rows, f"ranks of {name}", subtitle)
        for place, quantity in enumerate(shown):
            axes = figure.add_subplot(rows, columns, place + 1)
            _draw_ranks(axes, quantity, legend=place == 0)
        if left_out > 0:
            figure.supxlabel(f"{left_out} more are not shown", fontsize=9, color=GREY)
        write(figure, path)
    return figure


def _draw_ranks(axes: Any, quantity: Any, legend: bool) -> None:
    around = band(len(quantity.alone))
    points, low, high = around.points, around.low, around.high
    axes.fill_between(points, low - points, high - points, color=PALE, alpha=0.6, linewidth=0)
    axes.axhline(0.0, color=GREY, linewidth=0.8)
    most = float(max((high - points).max(), (points - low).max()))
    for kind, color in _COLORS.items():
        u = np.sort(getattr(quantity, kind))
        if len(u) == 0:
            continue
        edges = np.concatenate([[0.0], u, [1.0]])
        apart = np.concatenate([[0.0], np.arange(1, len(u) + 1) / len(u), [1.0]]) - edges
        axes.plot(edges, apart, color=color, linewidth=1.6, label=_WORDS[kind])
        most = max(most, float(np.abs(apart).max()))
    axes.set_xlim(0, 1)
    axes.set_ylim(-1.15 * most, 1.15 * most)
    axes.set_xlabel("rank of the truth")
    axes.set_ylabel("share below - rank")
    if legend:
        axes.legend(loc="best")
    note = f"p: network alone {quantity.alone_p:.2g}, weighted {quantity.weighted_p:.2g}"
    axis_title(axes, quantity.name, note)


def plot_coverage(calibration: Any, name: str, path: str | Path | None = None) -> Any:
    """Coverage of highest-density regions, and of balls around points (TARP), by level."""
    panels = [q for q in calibration.quantities if q.kind in ("density", "points")]
    titles = {
        "density": ("highest-density regions", "how often they hold the truth"),
        "points": ("balls around points (TARP)", "the truth of the data most alike is the point"),
    }
    with drawing():
        figure = new_figure(
            4.3 * len(panels) + 0.6,
            4.0,
            f"expected coverage of {name}",
            "above the diagonal: wider than need be; below: too sure of itself",
        )
        for place, quantity in enumerate(panels):
            axes = figure.add_subplot(1, len(panels), place + 1)
            _draw_coverage(axes, quantity)
            title, note = titles[quantity.kind]
            axis_title(axes, title, note)
        write(figure, path)
    return figure


def _draw_coverage(axes: Any, quantity: Any) -> None:
    around = band(len(quantity.alone))
    axes.fill_between(
        around.points, around.low, around.high, color=PALE, alpha=0.6, linewidth=0, step=None
    )
    axes.plot((0, 1), (0, 1), color=GREY, linewidth=0.8)
    levels = np.linspace(0.0, 1.0, 101)
    for kind, color in _COLORS.items():
        u = getattr(quantity, kind)
        if len(u):
            # Small distances are inside of a ball, large densities inside of a region.
            inside = u if quantity.kind == "density" else 1.0 - u
            axes.plot(levels, coverage(inside, levels), color=color, label=_WORDS[kind])
    axes.set_xlim(0, 1)
    axes.set_ylim(0, 1)
    axes.set_aspect("equal")
    axes.set_xlabel("probability of the region")
    axes.set_ylabel("share of truths inside")
    axes.legend(loc="best")


def plot_losses(calibration: Any, name: str, path: str | Path | None = None) -> Any:
    """The loss of each site, from that of its prior to that of the network, in nats per trace."""
    sites: Sequence[Any] = sorted(calibration.sites, key=lambda s: s.loss - s.prior_loss)
    with drawing():
        subtitle = (
            f"{calibration.loss:.3f} nats per trace in all, the prior has "
            f"{calibration.prior_loss:.3f}"
        )
        height = min(9.0, max(2.6, 0.42 * len(sites[:16]) + 1.6))
        figure = new_figure(8.0, height, f"losses of {name}", subtitle)
        draw_sites(figure.add_subplot(), sites[:16], len(sites))
        write(figure, path)
    return figure
