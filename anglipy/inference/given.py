"""What somebody gives by hand: weighted results, checked before they are a posterior, and functions
of results.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from anglipy.diagnostics import InferenceError
from anglipy.inference.log_space import FloatArray
from anglipy.runtime.equality import MapLike
from anglipy.runtime.printing import describe
from anglipy.runtime.scalars import Keyword
from anglipy.runtime.values import PersistentMap, Vector

__all__ = ["checked", "levels", "numbers_of_each"]

_LOOKED_AT = 1_000
"""Results that are looked at for keywords that a function compares with strings."""


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
        numbers = np.asarray(found, dtype=np.float64)
        if numbers.size and np.all(numbers == numbers[0]):
            _warn_of_strings(values, f, numbers)
        return numbers
    except (TypeError, ValueError) as error:
        raise InferenceError(
            "AQ506",
            f"the function must give numbers, or arrays of one shape; it gave {describe(found[0])}",
            help='e.g. lambda r: r["mu"] for results {:mu ...}; .marginal(path) for one element',
        ) from error


class _Either:
    """Stands for a keyword, and equals its text too; remembers whether it was asked that."""

    def __init__(self, keyword: Keyword, asked: list[Keyword]) -> None:
        self.keyword = keyword
        self.asked = asked

    def __eq__(self, other: object) -> bool:
        if isinstance(other, str) and other.removeprefix(":") == self.keyword.text:
            self.asked.append(self.keyword)
            return True
        return (other.keyword if isinstance(other, _Either) else other) is self.keyword

    def __hash__(self) -> int:
        return hash(self.keyword)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.keyword, name)


def _warn_of_strings(values: Sequence[Any], f: Callable[[Any], Any], found: FloatArray) -> None:
    """A function that is the same of all results, but would not be if their keywords were strings,
    compares one with the other: `r["sign"] == "up"` never holds.
    """
    asked: list[Keyword] = []
    try:
        changed = [_with_either(value, asked) for value in values[:_LOOKED_AT]]
        other = np.asarray([f(value) for value in changed], dtype=np.float64)
    except Exception:  # the function is not made for what stands in
        return
    if asked and np.any(other != found[:_LOOKED_AT]):
        text = asked[0].text
        warnings.warn(
            f'the function compares the keyword :{text} with the string "{text}", and they are'
            " never equal: it is the same of every result; compare with"
            f' anglipy.Keyword("{text}")',
            stacklevel=4,
        )


def _with_either(value: Any, asked: list[Keyword]) -> Any:
    """With stand-ins in place of keywords, but for keys of maps."""
    if isinstance(value, Keyword):
        return _Either(value, asked)
    if isinstance(value, MapLike):
        pairs = ((key, _with_either(item, asked)) for key, item in value.items())
        return PersistentMap.of(pairs)
    if isinstance(value, Vector):
        return Vector(_with_either(item, asked) for item in value)
    return value


def levels(given: ArrayLike) -> FloatArray:
    """The levels of quantiles, linear, of any shape. Raises InferenceError AQ506 if they are no
    numbers from 0 to 1.
    """
    try:
        found = np.asarray(given, dtype=np.float64)
    except (TypeError, ValueError):
        found = np.array(math.nan)
    if not np.all((found >= 0.0) & (found <= 1.0)):
        raise InferenceError(
            "AQ506",
            f"a quantile's level must be between 0 and 1, got {given!r}",
            help="one such number, or a list of them",
        )
    return found
