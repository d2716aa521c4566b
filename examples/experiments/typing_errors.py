"""Dates as texts, and texts with typing errors."""

from __future__ import annotations

import math
from typing import Any

from anglipy.runtime.distributions.base import Distribution, Unknown

__all__ = ["CHARACTERS", "ERRORS", "MONTHS", "Typed", "typed", "written"]

MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)
CHARACTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 ,-/"
ERRORS = 0.03
"""The probability that a character is a random one, perhaps itself."""


def written(style: int, year: int, month: int, day: int) -> str:
    """A date in one of five styles."""
    name = MONTHS[month - 1]
    return (
        f"{year}-{month:02d}-{day:02d}",
        f"{day:02d}/{month:02d}/{year}",
        f"{month:02d}/{day:02d}/{year}",
        f"{day} {name} {year}",
        f"{name[:3]} {day}, {year % 100:02d}",
    )[style]


class Typed(Distribution):
    """`(typed text)`: a text with typing errors, which have no other length."""

    __slots__ = ("text",)
    name = "typed"
    fields = ("text",)

    def __init__(self, text: str) -> None:
        self.given = (text,)
        self.text = text

    def sample(self, rng: Any) -> str:
        """The text, each character replaced with probability `ERRORS`."""
        wrong = rng.random(len(self.text)) < ERRORS
        if not wrong.any():
            return self.text
        random = rng.integers(0, len(CHARACTERS), len(self.text))
        return "".join(
            CHARACTERS[place] if is_wrong else character
            for character, is_wrong, place in zip(self.text, wrong, random, strict=True)
        )

    def log_prob(self, value: Any) -> float:
        """Minus infinity for a text of another length or with other characters."""
        if not isinstance(value, str) or len(value) != len(self.text):
            return -math.inf
        if any(character not in CHARACTERS for character in value):
            return -math.inf
        same = sum(a == b for a, b in zip(value, self.text, strict=True))
        stray = ERRORS / len(CHARACTERS)
        return same * math.log(1.0 - ERRORS + stray) + (len(value) - same) * math.log(stray)

    @property
    def support(self) -> Unknown:
        """Texts, of which the language has no description."""
        return Unknown()


def typed(text: str) -> Typed:
    """The distribution of this text with typing errors."""
    return Typed(text)
