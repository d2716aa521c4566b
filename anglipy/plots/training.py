"""How the training of an artifact went."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from anglipy.durations import clock
from anglipy.plots.style import (
    ACCENT,
    CONTRAST,
    GREY,
    INK,
    PALE,
    axis_title,
    count_axis,
    drawing,
    new_figure,
    shortened,
    write,
)

__all__ = ["draw_sites", "plot_training"]

_SITES = 16
"""Sites in one picture: those with the most to learn."""


def plot_training(record: Any, name: str, path: str | Path | None = None) -> Any:
    """A figure of a `TrainingRecord`: losses along the training, and what was learned at each site.

    Losses are in nats per trace, of the validation traces; the prior's is that without a network.
    """
    with drawing():
        subtitle = (
            f"{record.traces:,} traces in {clock(record.seconds)}, best loss "
            f"{record.best_loss:.3f} nats, prior {record.prior_loss:.3f}"
        )
        sites = sorted(record.sites, key=lambda site: site.loss - site.prior_loss)[:_SITES]
        figure = new_figure(12.0 if sites else 8.0, 4.8, f"training of {name}", subtitle)
        grid = figure.add_gridspec(1, 2 if sites else 1, width_ratios=[3, 2] if sites else [1])
        _draw_losses(figure.add_subplot(grid[0]), record)
        if sites:
            draw_sites(figure.add_subplot(grid[1]), sites, len(record.sites))
        write(figure, path)
    return figure


def _draw_losses(axes: Any, record: Any) -> None:
    traces = [progress.traces for progress in record.history]
    marker = "o" if len(traces) < 15 else None
    training = [progress.training_loss for progress in record.history]
    validation = [progress.validation_loss for progress in record.history]
    axes.plot(traces, training, color=GREY, linewidth=1, alpha=0.7, label="training")
    axes.plot(
        traces, validation, color=ACCENT, linewidth=2, marker=marker, markersize=3.5,
        label="validation",
    )  # fmt: skip
    axes.axhline(record.prior_loss, color=INK, linewidth=1, linestyle=(0, (4, 3)), label="prior")
    if traces:
        axes.plot([record.best_at], [record.best_loss], "o", color=CONTRAST, label="best", zorder=5)
        low, high = min(validation), max(record.prior_loss, *validation)
        margin = 0.08 * (high - low) + 1e-6
        axes.set_ylim(low - margin, high + margin)
    axes.set_xlabel("traces")
    axes.set_ylabel("nats per trace")
    count_axis(axes.xaxis, logarithmic=False)
    axes.grid(axis="y", color=PALE, linewidth=0.5)
    axes.legend(loc="best")
    axis_title(axes, "loss", "lower is better; the training loss is that of single batches", 6.0)


def draw_sites(axes: Any, sites: Sequence[Any], count: int) -> None:
    """A line from the prior's loss to that of the network, per site."""
    rows = range(len(sites))
    for row, site in zip(rows, sites, strict=True):
        axes.plot((site.prior_loss, site.loss), (row, row), color=PALE, linewidth=4, zorder=1)
    axes.plot([site.prior_loss for site in sites], rows, "o", color="white", markeredgecolor=INK,
              label="prior", zorder=2)  # fmt: skip
    axes.plot([site.loss for site in sites], rows, "o", color=ACCENT, label="network", zorder=3)
    axes.set_yticks(rows, [shortened(site.site, 34) for site in sites], color=INK)
    axes.set_ylim(max(len(sites), 4) - 0.5, -0.5)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    axes.set_xlabel("nats per trace")
    axes.grid(axis="x", color=PALE, linewidth=0.5)
    axes.legend(loc="lower right")
    if count == len(sites):
        axis_title(axes, "sites", "what the network knows beyond the prior")
    else:
        axis_title(axes, "sites", f"the {len(sites)} of {count} that gained most over the prior")
