"""Literal values that Python has no type of its own for.

The reader makes these values, the run-time system computes with them and the printers
write them back, so they live below both: this module imports the standard library only.

* `BigInt` is an integer written or computed with the `N` suffix; it is an `int`.
* `Char` is a single character, which is not a string of length one.
* `Regex` is a regular expression as it was written, in Java's notation.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["BigInt", "Char", "Regex"]


class BigInt(int):
    """An integer of arbitrary precision: equal to the plain `int`, printed with an `N`."""

    __slots__ = ()


@dataclass(frozen=True, slots=True, order=True)
class Char:
    r"""A character, as in `\a`; `value` is a string of exactly one code point."""

    value: str

    def __str__(self) -> str:
        return self.value


@dataclass(frozen=True, slots=True)
class Regex:
    r"""A regular expression, as in `#"\d+"`; `pattern` is the text between the quotes."""

    pattern: str

    def __str__(self) -> str:
        return self.pattern
