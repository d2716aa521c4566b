"""Conversion and checking of what users hand to distributions, with messages in the users' words.

Parameters and values may be any number: int, ratio, double, numpy scalar, zero-dimensional array or
tensor. Booleans are not numbers, as in Clojure. AQ410 is a bad parameter, AQ420 a value no density
can be taken of.
"""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

from anglipy.diagnostics import ProgramError
from anglipy.runtime import equality
from anglipy.runtime.printing import pr_str

__all__ = [
    "as_float",
    "elements",
    "exact_integer",
    "finite",
    "nonnegative",
    "nonnegative_integer",
    "parameter_error",
    "positive",
    "probability",
    "show",
    "value_error",
    "value_number",
]

_SHOWN = 100
"""Longest text of a value in a message."""


def show(value: Any) -> str:
    """A value as the user would write it, shortened if it is long."""
    scalar = hasattr(value, "item") and tuple(getattr(value, "shape", (0,))) == ()
    text = pr_str(value.item() if scalar else value)
    return text if len(text) <= _SHOWN else text[: _SHOWN - 3] + "..."


def parameter_error(name: str, parameter: str, requirement: str, value: Any) -> ProgramError:
    """AQ410: `normal: sd must be > 0, got -0.3`."""
    text = show(value)
    drawn = callable(getattr(value, "log_prob", None))
    return ProgramError(
        "AQ410",
        f"{name}: {parameter} must be {requirement}, got {text}",
        help=f"did you mean a draw from it, (sample {text})?" if drawn else None,
    )


def value_error(name: str, requirement: str, value: Any) -> ProgramError:
    """AQ420: `normal: the value must be a number, got "a"`."""
    return ProgramError("AQ420", f"{name}: the value must be {requirement}, got {show(value)}")


def as_float(value: Any) -> float | None:
    """The number as a float, infinite if it is out of range; None if it is not a number."""
    if isinstance(value, float):
        return float(value)
    if value.__class__ is bool:
        return None
    if isinstance(value, (int, Fraction)):
        try:
            return float(value)
        except OverflowError:
            return math.inf if value > 0 else -math.inf
    return _scalar_as_float(value)


def _scalar_as_float(value: Any) -> float | None:
    """A numpy or torch scalar, or what else converts itself, as a float; None for the rest."""
    if not hasattr(value, "__float__") or tuple(getattr(value, "shape", ())) != ():
        return None
    return None if "bool" in str(getattr(value, "dtype", "")) else float(value)


def finite(name: str, parameter: str, value: Any) -> float:
    """A finite number as a float."""
    number = as_float(value)
    if number is None:
        raise parameter_error(name, parameter, "a number", value)
    if not -math.inf < number < math.inf:
        raise parameter_error(name, parameter, "finite", value)
    return number


def positive(name: str, parameter: str, value: Any) -> float:
    """A finite number above zero as a float."""
    number = finite(name, parameter, value)
    if number <= 0.0:
        raise parameter_error(name, parameter, "> 0", value)
    return number


def nonnegative(name: str, parameter: str, value: Any) -> float:
    """A finite number, zero or above, as a float."""
    number = finite(name, parameter, value)
    if number < 0.0:
        raise parameter_error(name, parameter, ">= 0", value)
    return number


def probability(name: str, parameter: str, value: Any) -> float:
    """A number in [0, 1] as a float."""
    number = as_float(value)
    if number is None:
        raise parameter_error(name, parameter, "a number", value)
    if not 0.0 <= number <= 1.0:
        raise parameter_error(name, parameter, "between 0 and 1", value)
    return number


def exact_integer(name: str, parameter: str, value: Any) -> int:
    """An integer, however long; doubles and ratios are taken if they are whole."""
    if isinstance(value, int) and value.__class__ is not bool:
        return int(value)
    number = as_float(value)
    if number is None or not math.isfinite(number) or number != math.floor(number):
        raise parameter_error(name, parameter, "an integer", value)
    return int(number)


def nonnegative_integer(name: str, parameter: str, value: Any) -> int:
    """An integer, zero or above."""
    number = exact_integer(name, parameter, value)
    if number < 0:
        raise parameter_error(name, parameter, ">= 0", value)
    return number


def value_number(name: str, value: Any) -> float:
    """An observed value as a float; not a number, or nan, is AQ420."""
    number = value if value.__class__ is float else as_float(value)
    if number is None:
        raise value_error(name, "a number", value)
    if number != number:
        raise value_error(name, "a number other than nan", value)
    return float(number)


def elements(value: Any) -> list[Any] | None:
    """The elements of a vector, list, sequence, array or tensor; none for nil; None if it is
    something else.
    """
    if value is None:
        return []
    inside = equality.elements(value)
    return None if inside is None else list(inside)
