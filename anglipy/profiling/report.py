"""A profile: what was counted, as a table for people and as data."""

from __future__ import annotations

import json
from typing import Any

from anglipy.profiling.counts import Counts
from anglipy.profiling.table import table

__all__ = ["Profile"]


class Profile(Counts):
    """What is known when the block has ended."""

    def table(self, order: str = "file", top: int | None = None) -> str:
        """The lines as a table, each with its text and what happened there below."""
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
