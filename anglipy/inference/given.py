"""What somebody gives by hand: weighted results, checked before they are a posterior, and functions
of results.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from anglipy.diagnostics import InferenceError
from anglipy.inference.log_space import FloatArray
from anglipy.runtime.printing import describe

__all__ = ["checked", "numbers_of_each"]


def checked(
    values: Iterable[Any],
    log_weights: ArrayLike,
    predicts: Iterable[Iterable[tuple[Any, Any]]] | None,
) -> tuple[list[Any], FloatArray, list[tuple[tuple[Any, Any], ...]]]:
    """The values, weights and predicts as a posterior keeps them. Raises InferenceError AQ501,
    AQ503, AQ506; see `Posterior.from_particles`.
    """
    kept = list(values)
    weights = np.array(log_weights, dtype=np.float64)
    runs = (
        []
        if predicts is None
        else [tuple((label, value) for label, value in run) for run in predicts]
    )
    if weights.shape != (len(kept),) or len(runs) not in (0, len(kept)):
        raise InferenceError(
            "AQ506",
            f"{len(kept)} values need as many log weights and predicts,"
            f" got {weights.size} and {len(runs)}",
        )
    bad = np.flatnonzero(~(weights < math.inf))
    if bad.size:
        raise InferenceError("AQ503", f"log weight {bad[0]} is {weights[bad[0]]}")
    if not np.any(weights > -math.inf):
        raise InferenceError("AQ501", f"all {len(kept)} draws have weight zero")
    return kept, weights, runs


def numbers_of_each(values: Sequence[Any], f: Callable[[Any], Any]) -> FloatArray:
    """What a function makes of each value, shape (N, shape of one...). Raises InferenceError AQ506
    if that is not numbers, or not all of one shape.
    """
    found = [f(value) for value in values]
    try:
        return np.asarray(found, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise InferenceError(
            "AQ506",
            f"the function must give numbers, or arrays of one shape; it gave {describe(found[0])}",
            help='e.g. lambda r: r["mu"] for results {:mu ...}; .marginal(path) for one element',
        ) from error
