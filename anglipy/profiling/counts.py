"""What is counted while a program is watched: for every line what happened, and how long it
took.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from anglipy.diagnostics import Span
from anglipy.profiling.lines import Calls, Line, Meeting, Splitting, Stops
from anglipy.profiling.words import Reason, head_of

__all__ = ["ORDERS", "Counts"]

ORDERS = ("file", "time", "splits")
"""How the lines of a table may be ordered."""

E = TypeVar("E")


@dataclass(slots=True)
class Counts:
    """The lines of all programs that ran, and the times that belong to none."""

    seconds: float = 0.0
    """How long the block took."""
    preparing: float = 0.0
    """Of that, what is done once: loading modules, making code for groups; in seconds."""
    elsewhere: float = 0.0
    """Of that, what belongs to no line: the engine, such as its resampling; in seconds."""
    samples: int = 0
    """How often it was asked where the program is."""
    _lines: dict[tuple[str, int], Line] = field(default_factory=dict, repr=False)
    _entries: dict[tuple[Any, ...], Any] = field(default_factory=dict, repr=False)
    """What counts something at a line, by the line, its class and what it counts."""

    @property
    def running(self) -> float:
        """The seconds without preparing, of which the shares of lines are shares."""
        return self.seconds - self.preparing

    @property
    def lines(self) -> list[Line]:
        """The lines where something happened, file by file in their order."""
        return [line for _, line in sorted(self._lines.items())]

    def line(self, number: int, file: str | None = None) -> Line:
        """The line of this number; KeyError if nothing happened there. `file` says of which file,
        where there are several.
        """
        for (name, at), line in self._lines.items():
            if at == number and file in (None, name):
                return line
        raise KeyError(number)

    def at(self, span: Span) -> Line:
        """The line in which a span begins."""
        key = (span.source.name, span.line)
        line = self._lines.get(key)
        if line is None:
            line = self._lines[key] = Line(span.source, span.line)
        return line

    def ordered(self, order: str = "file", top: int | None = None) -> list[Line]:
        """The lines in one of `ORDERS`: as they stand, by time, by how many groups their splits
        make. `top`: the first so many by time, or by splits if that is the order.
        """
        weight = _extra_groups if order == "splits" else _seconds
        ranked = sorted(self.lines, key=weight, reverse=True)[:top]
        if order != "file":
            return ranked
        return [line for line in self.lines if any(line is one for one in ranked)]

    # ---- counting

    def count_split(self, span: Span, why: Reason, ways: int, particles: int) -> None:
        """A group was split at this form."""
        split = self._entry(span, self.at(span).splits, Splitting, head_of(span), why)
        split.groups += 1
        split.ways += ways
        split.particles += particles

    def count_merge(self, span: Span, sizes: Sequence[int]) -> None:
        """Groups of these sizes became one behind this form."""
        merge = self._entry(span, self.at(span).merges, Meeting, head_of(span))
        merge.times += 1
        merge.groups += len(sizes)
        merge.particles += sum(sizes)

    def count_calls(self, span: Span, what: str, calls: int, particles: int) -> None:
        """Something took so many calls for so many particles."""
        found = self._entry(span, self.at(span).one_by_one, Calls, what)
        found.times += 1
        found.calls += calls
        found.particles += particles

    def count_stop(self, span: Span, kind: str, particles: int) -> None:
        """A group came to a checkpoint."""
        stops = self._entry(span, self.at(span).checkpoints, Stops, kind)
        stops.groups += 1
        stops.particles += particles

    def _entry(self, span: Span, known: list[E], kind: Callable[..., E], *what: str) -> E:
        """What counts this for a line, at the end of what is known there if it is new."""
        key = (span.source.name, span.line, kind, what)
        entry: E | None = self._entries.get(key)
        if entry is None:
            entry = self._entries[key] = kind(*what)
            known.append(entry)
        return entry


def _seconds(line: Line) -> tuple[float, int]:
    return line.seconds, line.extra_groups


def _extra_groups(line: Line) -> tuple[int, float]:
    return line.extra_groups, line.seconds
