"""What happened at a line of a program: splits, merges, calls one by one, checkpoints."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from anglipy.diagnostics import Source
from anglipy.profiling.words import Reason

__all__ = ["Calls", "Line", "Meeting", "Splitting", "Stops"]


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
