"""Which parts of a result are shown as a list of values with their probabilities: those that are
discrete. Takes summaries (see `summary`), and never looks at draws.

Of draws that are doubles one cannot say for certain whether their distribution is continuous. It is
taken to be where most of them are written with many digits, and there are as many values as there
would be if each draw had its own: 1/3 and 2/3 are listed, and so is whatever is exact.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

__all__ = ["LISTED", "Listing"]

LISTED = 10
"""Values in a list."""
_MANY_DIGITS = 12
"""Digits of a number that nobody wrote down."""
_FEW_VALUES, _MANY_VALUES = 4, 2 * LISTED
"""Of fewer values than these nothing is said to be continuous; more are always enough for that."""
_NEGLIGIBLE = 5e-5
"""A probability that is 0.0000 with four digits."""
_NOT_DIGITS = re.compile(r"\D|E.*")


@dataclass(frozen=True, slots=True)
class Listing:
    """How the results were drawn, as far as that says what their values are."""

    own: float
    """How many values there are at least, if each draw has its own."""
    is_exact: bool

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> Listing:
        """For the parts of a report. Draws of one family have values in common, and those of a
        chain that were not accepted, but no two effective samples.
        """
        own = data["draws"] / 2
        if data["families"] is not None:
            own = data["families"]
        elif "chains" in data and data["ess"] is not None:
            own = data["ess"]
        return cls(min(_MANY_VALUES, max(_FEW_VALUES, own)), data["exact"])

    def has(self, part: Mapping[str, Any]) -> bool:
        """Whether ten values have at least half of the probability, and nothing in the part is
        continuous.
        """
        pairs = part.get("probabilities", [])
        few = sum(probability for _, probability in pairs[:LISTED]) >= 0.5
        return bool(few and not any(map(self._is_continuous, _numbers_in(part))))

    def values(self, part: Mapping[str, Any]) -> list[tuple[str, float]]:
        """The values in a list, most probable first."""
        pairs = part["probabilities"]
        if self.is_exact:
            return [tuple(pair) for pair in pairs[:LISTED]]
        return [(t, p) for i, (t, p) in enumerate(pairs[:LISTED]) if p >= _NEGLIGIBLE or not i]

    def _is_continuous(self, part: Mapping[str, Any]) -> bool:
        pairs = part.get("probabilities")
        if self.is_exact:
            return False
        if pairs is None:
            return True
        long = math.fsum(probability for text, probability in pairs if _is_long(text))
        return long > 0.5 and len(pairs) >= self.own


def _numbers_in(part: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The part and those inside of it that are of numbers."""
    work = [part]
    while work:
        part = work.pop()
        if "mean" in part:
            yield part
        work += part.get("elements", [])
        work += [*part.get("entries", {}).values(), *part.get("parts", {}).values()]


def _is_long(text: str) -> bool:
    return "." in text and len(_NOT_DIGITS.sub("", text).lstrip("0")) >= _MANY_DIGITS
