"""A fifth-order band-pass filter of 1 kHz, for any number of faulty copies at once.

A ladder: R1, L1, C1 in series, L2 and C2 to ground, L3, C3 in series, L4 and C4 to ground, L5, C5
in series, and R2 to ground, over which the output is measured. (The example of the simulator
ahkab.)
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

import anglipy

__all__ = ["COMPONENTS", "FREQUENCIES", "OK", "OPEN", "SHORT", "WRONG", "response", "transfer"]

Array = NDArray[np.float64]
COMPONENTS = ("R1", "L1", "C1", "L2", "C2", "L3", "C3", "L4", "C4", "L5", "C5", "R2")
NOMINAL = np.array(
    [
        *(50.0, 0.245894, 1.03013e-7, 9.83652e-5, 2.57513e-4, 0.795775),
        *(3.1831e-8, 9.83652e-5, 2.57513e-4, 0.245894, 1.03013e-7, 50.0),
    ]
)
OK, OPEN, SHORT, WRONG = range(4)
TOLERANCE, FARTHEST = 0.002, 2.0
"""Sd of the logarithm of a value that is fine; how far off that of a wrong one may be."""
FREQUENCIES = np.linspace(970.0, 1030.0, 40)
SHORTED, OPENED = 1e-6, 1e15
"""Ohms."""


def transfer(
    states: Any, values: Any, probe: Any = np.inf, frequencies: Any = FREQUENCIES
) -> Array:
    """The size of the output for a source of one volt, (n, frequencies).

    `states` (n, 12) and `values` (n, 12) of the components; `probe` (n,) ohms.
    """
    omega = 2.0j * np.pi * np.asarray(frequencies)
    states, values = np.atleast_2d(states), np.atleast_2d(values)
    impedances = {}
    for place, name in enumerate(COMPONENTS):
        value = values[:, place, None]
        alone = {"R": value + 0.0 * omega, "L": value * omega, "C": 1.0 / (value * omega)}[name[0]]
        state = states[:, place, None]
        impedances[name] = np.where(state == OPEN, OPENED, np.where(state == SHORT, SHORTED, alone))
    z = impedances
    # From the output to the source: the admittance that is seen, and the share of the voltage.
    seen = 1.0 / z["R2"] + 1.0 / np.broadcast_to(probe, len(values))[:, None]
    share = np.ones_like(seen)
    for series, parallel in ((("L5", "C5"), ("L4", "C4")), (("L3", "C3"), ("L2", "C2"))):
        share, seen = _through(share, seen, sum(z[name] for name in series))
        seen = seen + sum(1.0 / z[name] for name in parallel)
    share, _ = _through(share, seen, z["R1"] + z["L1"] + z["C1"])
    found: Array = np.abs(share)
    return found


def _through(share: Any, seen: Any, impedance: Any) -> tuple[Any, Any]:
    """A voltage divider."""
    divided = 1.0 + impedance * seen
    return share / divided, seen / divided


@anglipy.vectorised
def response(
    states: Any, tolerances: Any, drifts: Any, gain: Any, probe: Any, offset: Any
) -> Array:
    """What is measured on average: gain |V| + offset, (n, 40) or (40,)."""
    one = np.ndim(states) == 1 and np.ndim(tolerances) == 1 and np.ndim(gain) == 0
    states, tolerances, drifts = (
        np.atleast_2d(np.asarray(x, float)) for x in (states, tolerances, drifts)
    )
    values = NOMINAL * np.exp(np.where(states == WRONG, FARTHEST * drifts, TOLERANCE * tolerances))
    size = transfer(*np.broadcast_arrays(states, values), 10.0 ** np.asarray(probe, float))
    curve = np.asarray(gain)[..., None] * size + np.asarray(offset)[..., None]
    return curve[0] if one else curve
