"""Derivatives of the log of the gamma function, on floats and arrays alike."""

from __future__ import annotations

from typing import Any

import numpy as np

__all__ = ["digamma", "trigamma"]

_SHIFT = 8
"""From there on the series below are exact to about 1e-12 of their values."""


def digamma(x: Any) -> Any:
    """That of x > 0. Abramowitz and Stegun 1964, 6.3.5 and 6.3.18.

    >>> round(float(digamma(1.0)), 10)
    -0.5772156649
    """
    found = -sum(1.0 / (x + k) for k in range(_SHIFT))
    z = x + _SHIFT
    y = 1.0 / (z * z)
    series = y * (1.0 / 12.0 - y * (1.0 / 120.0 - y * (1.0 / 252.0 - y / 240.0)))
    return found + np.log(z) - 0.5 / z - series


def trigamma(x: Any) -> Any:
    """The derivative of `digamma`, x > 0. Abramowitz and Stegun 1964, 6.4.6 and 6.4.12.

    >>> round(float(trigamma(1.0)), 10)
    1.6449340668
    """
    found = sum(1.0 / ((x + k) * (x + k)) for k in range(_SHIFT))
    z = x + _SHIFT
    y = 1.0 / (z * z)
    series = y * (1.0 / 6.0 - y * (1.0 / 30.0 - y * (1.0 / 42.0 - y / 30.0)))
    return found + 1.0 / z + 0.5 * y + series / z
