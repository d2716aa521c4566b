"""A profile as a table for people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from anglipy.profiling.counts import Counts
from anglipy.profiling.lines import Calls, Line, Meeting, Splitting, Stops
from anglipy.profiling.words import PHRASES

__all__ = ["table"]

_WIDTH = 72
"""Longer lines of a program are cut."""
_LEAST_SHARE = 0.005
"""A line on which nothing happened is shown from this share of the time on."""


def table(profile: Counts, lines: Sequence[Line]) -> str:
    """The times that belong to no line, the lines, and the line that makes most groups."""
    shown = [line for line in lines if _is_shown(line, profile.running)]
    parts = [*_files(profile, shown), *_verdict(profile.lines)]
    return "\n".join([_head(profile), *parts]) + "\n"


def _is_shown(line: Line, total: float) -> bool:
    happened = line.splits or line.merges or line.one_by_one or line.checkpoints
    return bool(happened) or line.seconds >= _LEAST_SHARE * total


def _head(profile: Counts) -> str:
    times = (
        (profile.running - profile.elsewhere, "in the program"),
        (profile.preparing, "preparing"),
        (profile.elsewhere, "in the engine"),
    )
    told = ", ".join(f"{seconds:.3f} s {what}" for seconds, what in times)
    return f"{profile.seconds:.3f} s: {told}; {profile.samples:,} samples"


def _files(profile: Counts, lines: Sequence[Line]) -> Iterator[str]:
    width = max((len(str(line.number)) for line in lines), default=1)
    name = None
    for line in lines:
        if line.source.name != name:
            name = line.source.name
            yield f"\n{name}\n   time   share  {'line':>{width}}"
        share = 100 * line.seconds / profile.running if profile.running else 0.0
        text = line.text.rstrip()
        text = text if len(text) <= _WIDTH else f"{text[: _WIDTH - 3]}..."
        measured = f"{line.seconds:>7.3f}  {share:>5.1f}%" if line.seconds else " " * 15
        yield f"{measured}  {line.number:>{width}}  {text}".rstrip()
        margin = " " * (19 + width + len(text) - len(text.lstrip()))
        yield from (f"{margin}; {note}" for note in _notes(line))


def _notes(line: Line) -> Iterator[str]:
    yield from map(_stopped, line.checkpoints)
    yield from map(_split, line.splits)
    yield from map(_met, line.merges)
    yield from map(_called, line.one_by_one)


def _stopped(stops: Stops) -> str:
    each = stops.particles / stops.groups
    mean = "" if stops.groups == 1 else " on average"
    return f"{stops.kind}: {_count(stops.groups, 'group')} of {each:,.0f} particles{mean}"


def _split(split: Splitting) -> str:
    return (
        f"splits {_count(split.groups, 'group')} into {split.ways:,}: "
        f"`{split.form}`, {PHRASES[split.why]}"
    )


def _met(merge: Meeting) -> str:
    return f"merges {_count(merge.groups, 'group')} into {merge.times:,}: behind `{merge.form}`"


def _called(calls: Calls) -> str:
    how = "one by one" if calls.calls == calls.particles else "value by value"
    return (
        f"{how}: `{calls.what}`, {_count(calls.calls, 'call')} "
        f"for {_count(calls.particles, 'particle')}"
    )


def _verdict(lines: Sequence[Line]) -> Iterator[str]:
    """Where most groups come from."""
    if not any(line.splits or line.checkpoints for line in lines):
        yield "\nno groups were seen: particles ran one by one, so there is only time"
        return
    worst = max(lines, key=lambda line: line.extra_groups)
    if worst.extra_groups == 0:
        yield "\nno group was split"
        return
    split = max(worst.splits, key=lambda split: split.ways - split.groups)
    yield (
        f"\ngroups split most at {worst.source.name}:{worst.number}: "
        f"`{split.form}`, {PHRASES[split.why]}"
    )


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
