"""What a profile holds: for every line of the program what happened there, and how long it took."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from anglipy.diagnostics import Source, Span
from anglipy.profiling.words import Reason, head_of

__all__ = ["ORDERS", "Calls", "Line", "Meeting", "Profile", "Splitting", "Stops"]

ORDERS = ("file", "time", "splits")
"""How the lines of a table may be ordered."""


@dataclass(slots=True)
class Splitting:
    """Groups that went different ways, for one reason, at one form."""

    form: str
    """The first word of the form, such as `if`."""
    why: Reason
    """What differed between the particles."""
    groups: int = 0
    """How many groups were split."""
    ways: int = 0
    """How many groups they became."""
    particles: int = 0
    """How many particles were in them, all together."""


@dataclass(slots=True)
class Meeting:
    """Groups that came together again behind a form, or at a function."""

    form: str
    times: int = 0
    groups: int = 0
    """How many groups came together, all times together; each time one is left."""
    particles: int = 0


@dataclass(slots=True)
class Calls:
    """What could not be done with arrays."""

    what: str
    times: int = 0
    """How often a group came to it."""
    calls: int = 0
    """How many calls that took: one for each particle, or for each distinct value."""
    particles: int = 0
    """How many particles there were, all times together."""


@dataclass(slots=True)
class Stops:
    """Groups that came to a checkpoint."""

    kind: str
    """`sample` or `observe`."""
    groups: int = 0
    particles: int = 0


@dataclass(slots=True)
class Line:
    """A line of a program. Forms count for the line in which they begin."""

    source: Source
    number: int
    """From 1."""
    seconds: float = 0.0
    """Time spent in it, and not in a function of the program that it calls."""
    splits: list[Splitting] = field(default_factory=list)
    merges: list[Meeting] = field(default_factory=list)
    one_by_one: list[Calls] = field(default_factory=list)
    checkpoints: list[Stops] = field(default_factory=list)

    @property
    def text(self) -> str:
        """The line as it stands in the file."""
        return self.source.line(self.number)

    @property
    def extra_groups(self) -> int:
        """How many more groups its splits left than came to them."""
        return sum(split.ways - split.groups for split in self.splits)

    def to_data(self, total: float) -> dict[str, Any]:
        """It as JSON has it; `total` is what `share` is a share of, in seconds."""
        return {
            "file": self.source.name,
            "line": self.number,
            "text": self.text,
            "seconds": self.seconds,
            "share": self.seconds / total if total else 0.0,
            "splits": [asdict(split) for split in self.splits],
            "merges": [asdict(merge) for merge in self.merges],
            "one_by_one": [asdict(calls) for calls in self.one_by_one],
            "checkpoints": [asdict(stops) for stops in self.checkpoints],
        }


@dataclass(slots=True)
class Profile:
    """What is known when the block has ended."""

    seconds: float = 0.0
    """How long the block took."""
    preparing: float = 0.0
    """Of that, what is done once: loading modules, making code for groups; in seconds."""
    elsewhere: float = 0.0
    """Of that, what belongs to no line: the engine, such as its resampling; in seconds."""
    samples: int = 0
    """How often it was asked where the program is."""
    _lines: dict[tuple[str, int], Line] = field(default_factory=dict, repr=False)

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

    def table(self, order: str = "file", top: int | None = None) -> str:
        """The lines as a table, each with its text and what happened there below."""
        from anglipy.profiling.table import table

        return table(self, self.ordered(order, top))

    def to_data(self, order: str = "file", top: int | None = None) -> dict[str, Any]:
        """It as JSON has it. Times are in seconds."""
        return {
            "seconds": self.seconds,
            "preparing": self.preparing,
            "elsewhere": self.elsewhere,
            "samples": self.samples,
            "lines": [line.to_data(self.running) for line in self.ordered(order, top)],
        }

    def to_json(self, order: str = "file", top: int | None = None) -> str:
        """The same as text."""
        return json.dumps(self.to_data(order, top), indent=2, ensure_ascii=False)

    def __str__(self) -> str:
        return self.table()

    # ---- counting

    def count_split(self, span: Span, why: Reason, ways: int, particles: int) -> None:
        """A group was split at this form."""
        form = head_of(span)
        known = self.at(span).splits
        split = next((s for s in known if (s.form, s.why) == (form, why)), None)
        if split is None:
            known.append(split := Splitting(form, why))
        split.groups += 1
        split.ways += ways
        split.particles += particles

    def count_merge(self, span: Span, sizes: Sequence[int]) -> None:
        """Groups of these sizes became one behind this form."""
        form = head_of(span)
        known = self.at(span).merges
        merge = next((m for m in known if m.form == form), None)
        if merge is None:
            known.append(merge := Meeting(form))
        merge.times += 1
        merge.groups += len(sizes)
        merge.particles += sum(sizes)

    def count_calls(self, span: Span, what: str, calls: int, particles: int) -> None:
        """Something took so many calls for so many particles."""
        known = self.at(span).one_by_one
        found = next((c for c in known if c.what == what), None)
        if found is None:
            known.append(found := Calls(what))
        found.times += 1
        found.calls += calls
        found.particles += particles

    def count_stop(self, span: Span, kind: str, particles: int) -> None:
        """A group came to a checkpoint."""
        known = self.at(span).checkpoints
        stops = next((s for s in known if s.kind == kind), None)
        if stops is None:
            known.append(stops := Stops(kind))
        stops.groups += 1
        stops.particles += particles


def _seconds(line: Line) -> tuple[float, int]:
    return line.seconds, line.extra_groups


def _extra_groups(line: Line) -> tuple[int, float]:
    return line.extra_groups, line.seconds
