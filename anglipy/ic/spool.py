"""Minibatches from a stream of blocks of runs.

A group takes hardly more time for many runs than for few, so a program with many events is recorded
for several minibatches at once. Where the spool is, is a block and a number of runs; it can be
saved and found again.
"""

from __future__ import annotations

from typing import Any

from anglipy.ic.blocks import Blocks
from anglipy.ic.checked import whole
from anglipy.ic.tapes import Tape

__all__ = ["Spool", "batches_ahead"]

FEW_EVENTS = 12
"""So many events of a tape are no burden on one minibatch."""
MOST_AHEAD = 16
"""Minibatches that are recorded at once at most."""


def batches_ahead(tape: Tape) -> int:
    """How many minibatches to record at once of a program whose tapes are like this one."""
    events = len(tape.choices) + len(tape.observations)
    return min(MOST_AHEAD, -(-events // FEW_EVENTS))


class Spool:
    """Runs, in the order of the blocks they come in."""

    def __init__(self, blocks: Blocks) -> None:
        self.blocks = blocks
        self.block = 0
        self.used = 0
        self.tape: Tape | None = None

    def take(self, count: int) -> Tape:
        """The next `count` runs."""
        parts = []
        while count:
            if self.tape is None:
                self.tape = self.blocks.get(self.block)
            tape, start = self.tape, min(self.used, self.tape.count)
            self.used = min(tape.count, start + count)
            taken = self.used - start
            if taken:
                parts.append(tape if taken == tape.count else tape.part(start, self.used))
            count -= taken
            if self.used == tape.count:
                self.block, self.used, self.tape = self.block + 1, 0, None
        return parts[0] if len(parts) == 1 else _joined(parts)

    def to_data(self) -> dict[str, Any]:
        """Where it is: the block under way, and its runs that were handed out."""
        return {"block": self.block, "used": self.used}

    def restore(self, data: dict[str, Any]) -> None:
        """Go to where `to_data` was. Raises ValueError for what is no place."""
        self.block, self.used, self.tape = whole(data["block"]), whole(data["used"]), None


def _joined(parts: list[Tape]) -> Tape:
    """Tapes one after the other as one."""
    tape = Tape(0, [], [])
    for part in parts:
        first = tape.count
        choices = [event._replace(runs=event.runs + first) for event in part.choices]
        seen = [event._replace(runs=event.runs + first) for event in part.observations]
        tape = Tape(first + part.count, tape.choices + choices, tape.observations + seen)
    return tape
