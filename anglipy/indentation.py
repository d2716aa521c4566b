"""What the indentation of a text says of a bracket that is missing or too many.

Programs are indented by what they mean, so a line tells which brackets its author took to be open:
those that begin further to the left. Where a line and the brackets before it contradict each other
is where a bracket was most probably forgotten. `repairs` gives such places in the order of the
text; whoever asks must see for himself whether the text is better with one, since indentation can
be wrong too.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

__all__ = ["Repair", "repairs"]

_PARTNERS = {"(": ")", "[": "]", "{": "}", "#{": "}", "#(": ")"}
_CLOSING = frozenset(")]}")


class Repair(NamedTuple):
    """Brackets to add at a place, or the bracket at the place to take away."""

    place: int
    """An offset in the text: behind the last token of a line."""
    added: str
    """The closing brackets to add; nothing if the one before the place is to be removed."""
    opened: int | None
    """Where the innermost bracket begins that they close."""
    line: int
    """Where the line begins, without its spaces, that speaks for it."""

    def applied(self, text: str, begins: int) -> str:
        """The part of the text that begins at an offset, with the mistake repaired."""
        place = self.place - begins
        kept = place if self.added else place - 1
        return text[:kept] + self.added + text[place:]


@dataclass(slots=True)
class _Open:
    """A bracket that is open: where, in which column, and in which the first line inside begins."""

    start: int
    column: int
    partner: str
    inside: int | None = None


def repairs(text: str, tokens: Iterable[tuple[int, int]], surplus: bool) -> Iterator[Repair]:
    """The probable mistakes of a text of which the tokens are given, each by its start and end.

    If `surplus`, closing brackets that are too many, or else those that are missing.
    """
    stack = [_Open(-1, -1, "", 0)]
    behind = -1
    for start, end in tokens:
        word = text[start:end]
        if word not in _CLOSING and behind >= 0 and "\n" in text[behind:start]:
            column = start - text.rfind("\n", 0, start) - 1
            if surplus:
                inside = stack[-1].inside
                if inside is not None and column > inside and text[behind - 1] in _CLOSING:
                    yield Repair(behind, "", None, start)
            elif stack[-1].column >= column:
                opened, added, inside = stack[-1].start, "", None
                while stack[-1].column >= column:
                    added += stack[-1].partner
                    inside = stack.pop().inside
                if column or inside:  # A text without indentation says nothing.
                    yield Repair(behind, added, opened, start)
            if stack[-1].inside is None:
                stack[-1].inside = column
        if word in _PARTNERS:
            column = start - text.rfind("\n", 0, start) - 1
            stack.append(_Open(start, column, _PARTNERS[word]))
        elif word in _CLOSING and len(stack) > 1:
            stack.pop()
        behind = end
