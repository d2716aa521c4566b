"""Minibatches from tapes that are longer than a minibatch.

A group takes hardly more time for many runs than for few, so a program with many events is recorded
for several minibatches at once. How many is decided by the number of events alone, so that training
is reproducible; and where the spool is can be saved and found again.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from anglipy.ic.tapes import Tape, record
from anglipy.runtime.machine import Query

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
    """Runs of a query, recorded ahead and handed out in order."""

    def __init__(self, query: Query, value: Any, rng: np.random.Generator, ahead: int) -> None:
        self.query, self.value, self.rng, self.ahead = query, value, rng, ahead
        self.before = rng.bit_generator.state
        self.tape: Tape | None = None
        self.used = 0

    def take(self, count: int, left: int | None) -> Tape:
        """The next `count` runs; `left` is how many will be wanted in all from now on, if that is
        known.
        """
        if self.tape is None or self.tape.count - self.used < count:
            wanted = count * self.ahead
            self._record(wanted if left is None else min(wanted, left))
        assert self.tape is not None
        start, self.used = self.used, self.used + count
        return self.tape if self.tape.count == count else self.tape.part(start, self.used)

    def _record(self, count: int) -> None:
        self.before = self.rng.bit_generator.state
        self.tape, self.used = record(self.query, self.value, self.rng, count), 0

    def to_data(self) -> dict[str, Any]:
        """Where it is: the generator before the tape under way, its runs, and those handed out."""
        if self.tape is None or self.used == self.tape.count:
            return {"rng": self.rng.bit_generator.state, "runs": 0, "used": 0}
        return {"rng": self.before, "runs": self.tape.count, "used": self.used}

    def restore(self, data: dict[str, Any]) -> None:
        """Go to where `to_data` was: what was recorded ahead is recorded again."""
        self.rng.bit_generator.state = data["rng"]
        self.tape = None
        if data["runs"]:
            self._record(data["runs"])
        self.used = data["used"]
