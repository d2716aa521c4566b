"""Densities of weighted numbers: histograms and smooth curves."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np

from anglipy.inference.log_space import FloatArray
from anglipy.inference.weighted import quantiles, weighted_mean, weighted_sd

__all__ = [
    "MOST_BARS",
    "Facts",
    "are_whole",
    "curve",
    "different",
    "facts_of",
    "histogram",
    "shown_range",
    "surface",
]

_LEAST_STEPS = 24
"""Bins of whole numbers that no curve is drawn over."""
MOST_BARS = 60
"""Bins of a histogram, and so many whole numbers next to each other have a bin each."""

_FINE = 1_024
"""Bins that a smooth curve is computed on."""
_FALL = 3.0
"""Widths of a kernel within which a density falls to nothing."""
_EXACT = 2.0**53
"""From here on doubles do not tell whole numbers apart."""
_SOME = 5.0
"""Draws that say more of an end than chance does."""


class Facts(NamedTuple):
    """What a panel says of numbers."""

    mean: float
    sd: float
    low: float
    lower: float
    median: float
    upper: float
    high: float

    @property
    def interval(self) -> tuple[float, float]:
        """The central 95 % interval."""
        return self.low, self.high


def facts_of(numbers: FloatArray, weights: FloatArray) -> Facts:
    """Mean, standard deviation, and the quantiles of the central 95 % and 50 %."""
    levels = quantiles(numbers, weights, [0.025, 0.25, 0.5, 0.75, 0.975]).tolist()
    return Facts(weighted_mean(numbers, weights), weighted_sd(numbers, weights), *levels)


def are_whole(numbers: FloatArray) -> bool:
    """Whether all are whole numbers, which have no density between them."""
    return bool(np.all(numbers == np.round(numbers)) and np.abs(numbers).max(initial=0.0) < _EXACT)


def different(numbers: FloatArray, size: float) -> float:
    """How many of `size` draws differ in these numbers: what particles have from a common ancestor
    is drawn once.
    """
    return min(size, float(np.unique(numbers).size))


def shown_range(numbers: FloatArray, weights: FloatArray, size: float) -> tuple[float, float]:
    """The central 99.5 %, with a margin in which a density of `size` independent draws falls to
    nothing, but not further than six times the central half from it, nor beyond an end of the
    numbers where their density seems to end abruptly.
    """
    levels = [0.0025, 0.25, 0.75, 0.9975]
    low, lower, upper, high = quantiles(numbers, weights, levels).tolist()
    fall = _FALL * _width(facts_of(numbers, weights), size)
    margin, far = max(0.15 * (high - low), fall), 6.0 * (upper - lower)
    first, last = _ends(numbers, weights, fall, size)
    low, high = max(low - margin, first), min(high + margin, last)
    if far > 0:
        low, high = max(low, lower - far), min(high, upper + far)
    if low == high:
        return low - 0.5, high + 0.5
    return low, high


def _ends(
    numbers: FloatArray, weights: FloatArray, fall: float, size: float
) -> tuple[float, float]:
    """How far the numbers may reach: to the least and the greatest where they are as frequent as
    further inside, by more than a few draws, else a little further. Numbers without a sign have 0
    for an end, those up to 1 that too.
    """
    positive = weights > 0
    numbers, weights = numbers[positive], weights[positive] / weights.sum()
    least, greatest = float(numbers.min()), float(numbers.max())
    step = fall / _FALL

    def is_abrupt(inwards: FloatArray) -> bool:
        outer = weights[inwards <= step].sum()
        inner = weights[(inwards > step) & (inwards <= 2 * step)].sum()
        return bool(outer >= 0.75 * inner and outer * size >= _SOME)

    first, last = least - fall, greatest + fall
    if is_abrupt(numbers - least):
        first = least
    if is_abrupt(greatest - numbers):
        last = greatest
    if least >= 0:
        first = max(first, 0.0)
        last = min(last, 1.0) if greatest <= 1 else last
    return first, last


def _width(facts: Facts, size: float) -> float:
    """The standard deviation of a normal kernel for `size` independent draws; Silverman 1986, eq.
    3.31.
    """
    spread = min(facts.sd, (facts.upper - facts.lower) / 1.34) or facts.sd
    return float(0.9 * spread * max(size, 1.0) ** -0.2)


def histogram(
    numbers: FloatArray, weights: FloatArray, span: tuple[float, float], size: float
) -> tuple[FloatArray, FloatArray]:
    """Densities and edges; the number of bins is for `size` independent draws (Freedman & Diaconis
    1981, between 10 and 60). Bins of whole numbers hold equally many, except for the last one; up
    to 60 have a bin each.
    """
    facts = facts_of(numbers, weights)
    spread = facts.upper - facts.lower
    width = 2.0 * spread / max(size, 1.0) ** (1 / 3)
    bins = 40 if width <= 0 else int(np.clip((span[1] - span[0]) / width, 10, MOST_BARS))
    if are_whole(numbers):
        places: Any = _around_whole(numbers, span, max(bins, _LEAST_STEPS))
    else:
        places = max(1, min(bins, int((span[1] - span[0]) / _least_step(span))))
    mass, edges = np.histogram(numbers, bins=places, range=span, weights=weights)
    return mass / np.diff(edges) / weights.sum(), edges


def _around_whole(numbers: FloatArray, span: tuple[float, float], bins: int) -> FloatArray:
    """The edges of at most so many bins around the whole numbers in a span; of one for each, if
    these are not many.
    """
    low = max(math.ceil(span[0]), float(numbers.min()))
    high = min(math.floor(span[1]), float(numbers.max()))
    count = high - low + 1
    width = 1 if count <= MOST_BARS else math.ceil(count / bins)
    return np.append(np.arange(low - 0.5, high + 0.5, width), high + 0.5)


def _least_step(span: tuple[float, float]) -> float:
    """Between places that doubles tell apart: not nothing where numbers are very large."""
    return 2.0 * float(np.spacing(max(map(abs, span))))


def curve(
    numbers: FloatArray, weights: FloatArray, span: tuple[float, float], size: float
) -> tuple[FloatArray, FloatArray] | None:
    """Places and a kernel estimate of the density there, for `size` independent draws; None if the
    numbers are all but equal, or so large that doubles hardly tell them apart.

    A normal kernel (see `_width`), mass beyond either end reflected, so that a density that ends
    abruptly does not sink there.
    """
    facts = facts_of(numbers, weights)
    width = _width(facts, size)
    step = (span[1] - span[0]) / _FINE
    if not math.isfinite(width) or width < 2 * step:
        width = 2 * step
    if facts.sd == 0 or step < _least_step(span):
        return None
    mass, edges = np.histogram(numbers, bins=_FINE, range=span, weights=weights)
    smooth = _smoothed(mass / step / weights.sum(), width / step)
    return 0.5 * (edges[1:] + edges[:-1]), smooth


def _smoothed(mass: FloatArray, width: float) -> FloatArray:
    """A normal kernel of this standard deviation, in bins, along the first axis."""
    reach = min(int(4 * width) + 1, len(mass))
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) / width) ** 2)
    kernel /= kernel.sum()
    padded = np.concatenate([mass[:reach][::-1], mass, mass[-reach:][::-1]])
    smooth: FloatArray = np.convolve(padded, kernel, mode="same")[reach : reach + len(mass)]
    return smooth


def surface(
    x: FloatArray,
    y: FloatArray,
    weights: FloatArray,
    spans: tuple[tuple[float, float], tuple[float, float]],
    size: float,
    bins: int = 72,
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Places along both axes and the smoothed mass there, shape (len(y), len(x)); the ends of the
    spans are among them.
    """
    mass, x_edges, y_edges = np.histogram2d(x, y, bins=bins, range=spans, weights=weights)
    for axis, (numbers, span) in enumerate(((x, spans[0]), (y, spans[1]))):
        width = facts_of(numbers, weights).sd * max(size, 1.0) ** (-1 / 6)
        in_bins = max(width / (span[1] - span[0]) * bins, 0.8)
        mass = np.apply_along_axis(_smoothed, axis, mass, in_bins)
    return _centres(x_edges), _centres(y_edges), np.pad(mass, 1, mode="edge").T


def _centres(edges: FloatArray) -> FloatArray:
    """The middles of bins, between the ends of the first and the last."""
    return np.concatenate([edges[:1], 0.5 * (edges[1:] + edges[:-1]), edges[-1:]])
