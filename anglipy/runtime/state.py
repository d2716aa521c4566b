"""The state of one run: threaded through the program, never mutated, copied by reference."""

from __future__ import annotations

from typing import Any, NamedTuple

from immutables import Map

__all__ = ["INITIAL", "State"]


class State(NamedTuple):
    """What a run remembers besides its variables."""

    visits: Map[str, int]
    """Visits so far per site id: the instance part of an address."""
    memo: Map[tuple[Any, Any], Any]
    """Results of memoised functions, by (memoised function, arguments)."""
    predicts: tuple[Any, ...]
    """(label, value, earlier predicts) or ()."""

    def visited(self, site: str, instance: int) -> State:
        """This state after visit number `instance` to `site`."""
        return State(self.visits.set(site, instance), self.memo, self.predicts)

    def predicted(self, label: Any, value: Any) -> State:
        """This state with one more predict."""
        return State(self.visits, self.memo, (label, value, self.predicts))

    def predict_list(self) -> list[tuple[Any, Any]]:
        """The predicts as (label, value), first to last."""
        pairs = []
        node = self.predicts
        while node:
            label, value, node = node
            pairs.append((label, value))
        pairs.reverse()
        return pairs


INITIAL = State(Map(), Map(), ())
