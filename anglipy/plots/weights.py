"""Whether the weights can be trusted: their spread, what the heaviest carry, how the run went."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from anglipy.inference.log_space import FloatArray
from anglipy.inference.pareto import trusted_up_to
from anglipy.plots.style import (
    ACCENT,
    CONTRAST,
    GREY,
    PALE,
    axis_title,
    bare,
    count_axis,
)

if TYPE_CHECKING:
    from anglipy.inference.results import Results

__all__ = ["draw_weights"]

_LEAST = -12.0
"""Weights below this power of ten of the largest count for nothing."""


def draw_weights(figure: Any, posterior: Results) -> None:
    """Four panels: how weights are spread, what share the heaviest have, and the run: step by step
    where the engine works in steps, else as more and more draws are added.
    """
    (spread, heaviest), (first, second) = figure.subplots(2, 2)
    _draw_spread(spread, posterior)
    _draw_heaviest(heaviest, posterior)
    if posterior.steps:
        _draw_step_sizes(first, posterior)
        _draw_step_evidence(second, posterior)
    else:
        _draw_growth(first, second, posterior)


def _draw_spread(axes: Any, posterior: Results) -> None:
    finite = posterior.log_weights[posterior.log_weights > -math.inf]
    scaled = (finite - finite.max()) / math.log(10)
    low = max(float(scaled.min()), _LEAST)
    if low > -0.01:
        axes.bar([0], [1], width=0.2, color=ACCENT)
        axes.set_xlim(-1, 1)
        note = "all are equal"
    else:
        bins = int(np.clip(len(scaled) ** 0.5, 10, 48))
        shares = np.full(len(scaled), 1 / len(scaled))
        axes.hist(scaled, bins=bins, range=(low, 0), color=PALE, weights=shares)
        weights = np.exp(finite - finite.max())
        axes.hist(
            scaled, bins=bins, range=(low, 0), weights=weights / weights.sum(),
            histtype="step", color=ACCENT, linewidth=1.6,
        )  # fmt: skip
        axes.legend(["share of the weight", "share of the draws"], loc="upper left")
        axes.margins(y=0.3)
        below = float(np.mean(scaled < low))
        beyond = f"{100 * below:.0f} % of the draws further left" if below > 0.005 else ""
        note = "; ".join(filter(None, (_tail(posterior), beyond)))
    axes.set_xlabel("weight relative to the largest, as a power of ten")
    axis_title(axes, "spread of the weights", note)
    bare(axes)


def _tail(posterior: Results) -> str:
    k = posterior.pareto_k
    if k is None:
        return ""
    limit = trusted_up_to(posterior.draws)
    verdict = "trust ends at" if k > limit else "fine up to"
    return f"Pareto k {k:.2f} ({verdict} {limit:.2f})"


def _draw_heaviest(axes: Any, posterior: Results) -> None:
    weights: FloatArray = posterior.weights
    noun = "draws"
    if posterior.families is not None:
        places = np.unique(posterior.families, return_inverse=True)[1]
        weights = np.bincount(places, weights).astype(np.float64)
        noun = "families"
    ordered = np.cumsum(np.sort(weights)[::-1])
    counts = np.arange(1, len(ordered) + 1)
    axes.plot(counts, ordered, color=ACCENT, linewidth=1.8)
    axes.fill_between(counts, ordered, color=PALE, alpha=0.5)
    count_axis(axes.xaxis, len(counts) > 20)
    axes.set_ylim(0, 1.04)
    axes.set_xlim(1, max(len(counts), 2))
    half = int(np.searchsorted(ordered, 0.5 - 1e-12)) + 1
    axes.plot([half], [ordered[half - 1]], "o", color=CONTRAST)
    axes.set_xlabel(f"heaviest {noun}")
    axes.set_ylabel("share of the weight")
    axes.grid(color=PALE, linewidth=0.5)
    title = "what the heaviest carry"
    word = noun if half > 1 else {"draws": "draw", "families": "family"}[noun]
    axis_title(axes, title, f"half of the weight is in {half:,} {word} of {len(counts):,}")


def _draw_step_sizes(axes: Any, posterior: Results) -> None:
    sizes = np.array([step.ess for step in posterior.steps])
    places = np.arange(1, len(sizes) + 1)
    axes.plot(places, sizes, color=ACCENT, linewidth=1.4, marker="o" if len(sizes) < 60 else None,
              markersize=3.5)  # fmt: skip
    resampled = np.array([step.resampled for step in posterior.steps])
    note = f"{int(resampled.sum()):,} of {len(sizes):,} steps resampled"
    kept = ~resampled
    if resampled.sum() > 0 and kept.sum() > 0 and len(sizes) < 60:
        axes.plot(places[kept], sizes[kept], "o", color="white", markeredgecolor=ACCENT)
    axes.set_ylim(0, 1.08 * float(max(sizes.max(), 1)))
    axes.set_xlabel("step")
    axes.set_ylabel("effective sample size")
    axes.grid(axis="y", color=PALE, linewidth=0.5)
    axes.xaxis.get_major_locator().set_params(integer=True)
    axis_title(axes, "effective sample size of each step", note)


def _draw_step_evidence(axes: Any, posterior: Results) -> None:
    found = [
        (place, step.log_evidence)
        for place, step in enumerate(posterior.steps, 1)
        if step.log_evidence is not None and math.isfinite(step.log_evidence)
    ]
    if found:
        axes.plot(*zip(*found, strict=True), color=ACCENT, linewidth=1.6)
    axes.set_xlabel("step")
    axes.grid(axis="y", color=PALE, linewidth=0.5)
    axes.xaxis.get_major_locator().set_params(integer=True)
    axis_title(axes, "log evidence so far", "estimate after each step")


def _draw_growth(first: Any, second: Any, posterior: Results) -> None:
    """The effective sample size and the log evidence of the first 1, 2, ... draws."""
    count, sizes, evidences = _growth(posterior)
    first.plot(count, count, color=GREY, linewidth=0.9, linestyle=(0, (4, 3)))
    first.plot(count, sizes, color=ACCENT, linewidth=1.8)
    first.set_ylabel("effective sample size")
    first.annotate("all weights equal", (0.84, 0.93), xycoords="axes fraction", ha="right",
                   color=GREY, fontsize=8.5)  # fmt: skip
    axis_title(first, "effective sample size as draws are added", "straight is good, jumps are not")
    count_axis(first.xaxis, len(count) > 20)
    count_axis(first.yaxis, len(count) > 20)
    count_axis(second.xaxis, logarithmic=False)
    second.plot(count, evidences, color=ACCENT, linewidth=1.8)
    settled = evidences[len(evidences) // 20 :]
    low, high = float(settled.min()), float(settled.max())
    second.set_ylim(low - 0.15 * (high - low) - 0.01, high + 0.15 * (high - low) + 0.01)
    axis_title(second, "log evidence as draws are added", "it should settle")
    for axes in (first, second):
        axes.set_xlabel("draws of positive weight")
        axes.grid(color=PALE, linewidth=0.5)


def _growth(posterior: Results) -> tuple[FloatArray, FloatArray, FloatArray]:
    log_weights = posterior.log_weights
    peak = float(log_weights.max())
    weights = np.exp(log_weights - peak)
    count = np.arange(1, len(weights) + 1, dtype=np.float64)
    sums, squares = np.cumsum(weights), np.cumsum(weights * weights)
    with np.errstate(divide="ignore", invalid="ignore"):
        sizes = np.nan_to_num(sums * sums / squares)
        total = len(weights) / max(posterior.draws, len(weights))
        evidences = np.log(sums / count * total) + peak
    good = np.isfinite(evidences)
    return count[good], sizes[good], evidences[good]
