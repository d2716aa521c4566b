"""Points around means in the plane: drawing them, judging what was found, and the picture of it."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from examples.experiments.gaussians import Array

__all__ = ["MEANS", "distance", "draw_runs", "nearness", "points_around"]

MEANS = np.array([[-0.3, -0.2], [0.1, 0.1], [0.7, 0.0]])
KERNEL_SD = 0.08
"""Of the bump that stands for each mean that a run has found."""


def points_around(means: Array, variance: float, count: int, seed: int) -> Array:
    """Points (count, 2), each around one of the means."""
    rng = np.random.default_rng([seed, len(means), count])
    which = rng.integers(0, len(means), count)
    return means[which] + rng.normal(0.0, variance**0.5, (count, 2))


def distance(found: Array, true: Array) -> float:
    """Mean distance of the found means to the true ones, in the pairing that is closest."""
    between = np.linalg.norm(found[:, None] - true[None], axis=2)
    places = np.arange(len(true))
    return min(
        float(between[places, list(order)].mean())
        for order in itertools.permutations(range(len(true)))
    )


def nearness(found: Array, true: Array) -> float:
    """How far two sets of points are from each other, which may differ in number: the mean distance
    of a point to the nearest of the other set, averaged over both.
    """
    between = np.linalg.norm(found[:, None] - true[None], axis=2)
    return float(0.5 * (between.min(0).mean() + between.min(1).mean()))


def draw_runs(
    found: Mapping[str, Mapping[int, Sequence[Array]]], points: Array, path: Path
) -> None:
    """One row of panels per algorithm, one column per number of particles: the data as dots, and
    contours of where runs found the means.
    """
    from matplotlib.figure import Figure

    columns = len(next(iter(found.values())))
    figure = Figure(figsize=(2 * columns, 2 * len(found)), layout="constrained")
    axes = np.atleast_2d(figure.subplots(len(found), columns, sharex=True, sharey=True))
    line = np.arange(-1.0, 1.0 + 1e-9, 0.025)
    grid = np.stack(np.meshgrid(line, line), axis=2)
    for row, (algorithm, runs) in zip(axes, found.items(), strict=True):
        for panel, (particles, means) in zip(row, runs.items(), strict=True):
            squares = ((grid[:, :, None] - np.concatenate(means)) ** 2).sum(3)
            density = np.exp(-0.5 * squares / KERNEL_SD**2).sum(2)
            panel.contour(line, line, density, cmap="viridis", linewidths=0.8)
            panel.plot(*points.T, ".", color="black", markersize=1)
            panel.set_title(f"{algorithm}, {particles:,}", fontsize=8)
            panel.set(xticks=(-1, 0, 1), yticks=(-1, 0, 1), aspect="equal")
            panel.grid(linestyle=":", alpha=0.3)
            panel.tick_params(labelbottom=False, labelleft=False)
    figure.savefig(path, dpi=100)
