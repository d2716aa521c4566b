"""Printing, and values as text. What prints goes to `sys.stdout` and gives nil."""

from __future__ import annotations

import math
import re
import sys
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Any

from anglipy.diagnostics import ProgramError
from anglipy.runtime.numbers import is_number, number, to_double
from anglipy.runtime.primitives.checks import text
from anglipy.runtime.primitives.registry import primitive
from anglipy.runtime.printing import describe, pr_str, print_str, to_str

__all__ = ["format_", "println"]


def _joined(values: tuple[Any, ...], readable: bool) -> str:
    return " ".join(map(pr_str if readable else print_str, values))


@primitive("println", arity=(0, None), pure=False)
def println(*values: Any) -> None:
    """Print the values, a space between any two, and end the line."""
    sys.stdout.write(_joined(values, readable=False) + "\n")


@primitive("print", arity=(0, None), pure=False)
def print_(*values: Any) -> None:
    """Print the values, a space between any two."""
    sys.stdout.write(_joined(values, readable=False))


@primitive("prn", arity=(0, None), pure=False)
def prn(*values: Any) -> None:
    """Print the values readably and end the line."""
    sys.stdout.write(_joined(values, readable=True) + "\n")


@primitive("pr", arity=(0, None), pure=False)
def pr(*values: Any) -> None:
    """Print the values readably."""
    sys.stdout.write(_joined(values, readable=True))


@primitive("newline", arity=(0, 0), pure=False)
def newline() -> None:
    """End the line."""
    sys.stdout.write("\n")


@primitive("flush", arity=(0, 0), pure=False)
def flush() -> None:
    """See to it that everything printed so far is shown."""
    sys.stdout.flush()


@primitive("printf", arity=(1, None), pure=False)
def printf(template: Any, *values: Any) -> None:
    """Print what `format` gives."""
    sys.stdout.write(format_(template, *values))


@primitive("pr-str", arity=(0, None))
def pr_str_(*values: Any) -> str:
    """What `pr` prints."""
    return _joined(values, readable=True)


@primitive("prn-str", arity=(0, None))
def prn_str(*values: Any) -> str:
    """What `prn` prints."""
    return _joined(values, readable=True) + "\n"


@primitive("print-str", arity=(0, None))
def print_str_(*values: Any) -> str:
    """What `print` prints."""
    return _joined(values, readable=False)


@primitive("println-str", arity=(0, None))
def println_str(*values: Any) -> str:
    """What `println` prints."""
    return _joined(values, readable=False) + "\n"


_DIRECTIVE = re.compile(r"%(?:(\d+)\$)?([-+ 0,#(]*)(\d+)?(?:\.(\d+))?([a-zA-Z%])")


@primitive("format", arity=(1, None))
def format_(template: Any, *values: Any) -> str:
    """The template with its directives (`%d %s %.2f %5d %-5s %05d %,d %x %e %g %b %c %n %%`) filled
    by the values.
    """
    upcoming = iter(range(len(values)))

    def filled(match: re.Match[str]) -> str:
        place, flags, width, precision, kind = match.groups()
        if kind in "n%":
            return "\n" if kind == "n" else "%"
        at = int(place) - 1 if place else next(upcoming, len(values))
        if not 0 <= at < len(values):
            raise ProgramError("AQ440", f"format: {match[0]} has no value: {len(values)} given")
        body = _directive(match[0], kind, flags, precision, values[at], width)
        return body.ljust(int(width or 0)) if "-" in flags else body.rjust(int(width or 0))

    return _DIRECTIVE.sub(filled, text(template, "format"))


def _directive(
    directive: str, kind: str, flags: str, precision: str | None, value: Any, width: str | None
) -> str:
    """One value as a directive asks, without padding by spaces."""
    lower = kind.lower()
    if lower in "sbch":
        body = _as_text(lower, value)
        body = body if precision is None else body[: int(precision)]
    elif lower in "dxofeg":
        body = (
            "null"
            if value is None
            else _as_number(directive, lower, flags, precision, value, width)
        )
    else:
        raise ProgramError("AQ440", f"format: {directive} is no directive")
    return body.upper() if kind.isupper() else body


def _as_text(kind: str, value: Any) -> str:
    if kind == "b":
        return "false" if value is None or value is False else "true"
    return "null" if value is None else to_str(value)


def _as_number(
    directive: str, kind: str, flags: str, precision: str | None, value: Any, width: str | None
) -> str:
    whole = kind in "dxo"
    if not is_number(value) or (whole and not isinstance(number(value, "format"), int)):
        wanted = "an integer" if whole else "a number"
        raise ProgramError("AQ440", f"format: {directive} needs {wanted}, got {describe(value)}")
    exact = number(value, "format")
    spec = "".join(sign for sign in "+ " if sign in flags)[:1]
    if "0" in flags and "-" not in flags:
        spec += f"0{width or ''}"
    spec += "," if "," in flags else ""
    if whole:
        return format(int(exact), spec + kind)
    real = to_double(exact)
    if not math.isfinite(real):
        return to_str(real)
    places = int(precision or 6)
    if kind == "f":
        return format(_rounded(real, places), f"{spec}.{places}f")
    return format(real, f"{spec}.{places}{kind}")


def _rounded(value: float, places: int) -> Decimal:
    """A double rounded to so many decimal places, halves away from zero, as in Java."""
    unit = Decimal(1).scaleb(-places)
    return Decimal(repr(value)).quantize(unit, ROUND_HALF_UP, Context(prec=400 + places))
