"""Numbers drawn with characters: bars, sparklines, histograms.

Where the terminal's encoding has no block characters, ASCII stands for them.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from anglipy.inference.log_space import FloatArray

__all__ = ["Strokes", "histogram", "strokes"]

_ROUNDING = 1e-9
_EXACT = 2.0**53
"""From here on doubles do not tell whole numbers apart."""
_TAIL = 0.002
"""Probability on each side that a histogram leaves out: one far value does not flatten it."""


class Strokes:
    """The characters to draw with: `levels` from empty to full upwards, `parts` to the right."""

    def __init__(self, levels: str, parts: str) -> None:
        self.levels, self.parts = levels, parts

    def spark(self, heights: Sequence[float]) -> str:
        """One character per height; the highest is full, and only a zero is empty.

        >>> BLOCKS.spark([0, 1, 2, 8])
        ' ▁▂█'
        """
        most, top = max(heights, default=0.0), len(self.levels) - 1
        if most <= 0.0:
            return self.levels[0] * len(heights)
        return "".join(
            self.levels[0 if height <= 0.0 else max(1, round(top * height / most))]
            for height in heights
        )

    def bar(self, share: float, width: int) -> str:
        """A bar for a number from 0 to 1.

        >>> BLOCKS.bar(0.5, 4), ASCII.bar(0.5, 4)
        ('██', '##')
        """
        steps = len(self.parts) - 1
        filled = round(max(0.0, min(1.0, share)) * width * steps)
        whole, rest = divmod(filled, steps)
        return self.parts[-1] * whole + (self.parts[rest] if rest else "")

    def columns(self, heights: Sequence[float], rows: int) -> list[str]:
        """Bars that stand beside each other, as lines from the top.

        >>> ASCII.columns([1, 2], 2)
        [' @', '@@']
        """
        most, steps = max(heights, default=0.0) or 1.0, len(self.levels) - 1
        filled = [round(rows * steps * height / most + _ROUNDING) for height in heights]
        return [
            "".join(self.levels[max(0, min(steps, fill - row * steps))] for fill in filled)
            for row in range(rows - 1, -1, -1)
        ]


BLOCKS = Strokes(" ▁▂▃▄▅▆▇█", " ▏▎▍▌▋▊▉█")
ASCII = Strokes(" .:-=+*#@", " #")


def strokes() -> Strokes:
    """The characters that standard output can show."""
    try:
        BLOCKS.levels.encode(getattr(sys.stdout, "encoding", None) or "ascii")
    except UnicodeEncodeError:
        return ASCII
    return BLOCKS


def histogram(
    numbers: FloatArray, weights: FloatArray, bins: int
) -> tuple[list[float], float, float]:
    """Weights of at most so many equal intervals, and where the first begins and the last ends.

    Whole numbers, and others at equal distances, get an interval each or equally many each, around
    them; where the last interval has fewer, its weight is raised in proportion, so that a flat
    distribution is flat. What is not finite is left out.
    """
    import numpy as np

    from anglipy.inference.weighted import quantiles

    kept = np.isfinite(numbers) & (weights > 0.0)
    if not kept.any():
        return [], math.nan, math.nan
    x, w = numbers[kept], weights[kept]
    low, high, unit = float(x.min()), float(x.max()), _distance(x)
    is_few = low == high or (unit > 0.0 and round((high - low) / unit) < bins)
    if not is_few:
        low, high = (float(q) for q in quantiles(x, w / w.sum(), [_TAIL, 1.0 - _TAIL]))
    if unit > 0.0:
        return _counted(x, w, (low, high), unit, bins)
    if not low < high:
        low, high = low - 0.5, low + 0.5
    heights, _ = np.histogram(x, bins, (low, high), weights=w)
    return [float(height) for height in heights], low, high


def _distance(x: FloatArray) -> float:
    """The greatest number that all distances between finite numbers are multiples of; 0 if there
    is none to be seen. Numbers that are not whole must have most of such places.
    """
    import numpy as np

    gaps = np.diff(np.unique(x))
    if not len(gaps) or np.abs(x).max() >= _EXACT:
        return 0.0
    if np.all(x == np.round(x)):
        return float(np.gcd.reduce(gaps.astype(np.int64)))
    unit = float(gaps.min())
    steps = gaps / unit
    is_even = steps.sum() < 2 * len(steps) and np.abs(steps - np.round(steps)).max() < 1e-6
    return unit if is_even else 0.0


def _counted(
    x: FloatArray, w: FloatArray, span: tuple[float, float], unit: float, bins: int
) -> tuple[list[float], float, float]:
    """As `histogram`, of numbers at multiples of a distance from each other."""
    import numpy as np

    low, high = span
    places = np.round((x - low) / unit).astype(np.int64)
    count = round((high - low) / unit) + 1
    each = -(-count // bins)
    inside = (places >= 0) & (places < count)
    heights = np.bincount(places[inside] // each, w[inside], minlength=-(-count // each))
    heights[-1] *= each / (count - each * (len(heights) - 1))
    low -= 0.5 * unit
    return [float(height) for height in heights], low, low + len(heights) * each * unit
