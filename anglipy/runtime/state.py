"""The state of one run: threaded through the program, never mutated, copied by reference."""

from __future__ import annotations

from typing import Any, NamedTuple

from immutables import Map

__all__ = ["HOST", "INITIAL", "State", "is_host"]


class State(NamedTuple):
    """What a run remembers besides its variables."""

    visits: Map[str, int]
    """Visits so far per site id: the instance part of an address."""
    memo: Map[tuple[Any, Any], Any]
    """Results of memoised functions, by (memoised function, arguments)."""
    predicts: tuple[Any, ...]
    """(label, value, earlier predicts) or ()."""
    store: Any = None
    """What the program keeps under paths of keys."""
    handlers: tuple[Any, ...] = ()
    """Where a non-local exit goes on: (label, continuation, handlers around) or ()."""

    def visited(self, site: str, instance: int) -> State:
        """This state after visit number `instance` to `site`."""
        visits = self.visits.set(site, instance)
        return State(visits, self.memo, self.predicts, self.store, self.handlers)

    def remembered(self, memo: Map[tuple[Any, Any], Any]) -> State:
        """This state with another memory."""
        return State(self.visits, memo, self.predicts, self.store, self.handlers)

    def predicted(self, label: Any, value: Any) -> State:
        """This state with one more predict."""
        predicts = (label, value, self.predicts)
        return State(self.visits, self.memo, predicts, self.store, self.handlers)

    def without_predicts(self) -> State:
        """This state with nothing predicted."""
        return State(self.visits, self.memo, (), self.store, self.handlers)

    def stored(self, store: Any) -> State:
        """This state with another store."""
        return State(self.visits, self.memo, self.predicts, store, self.handlers)

    def handling(self, handlers: tuple[Any, ...]) -> State:
        """This state with other handlers."""
        return State(self.visits, self.memo, self.predicts, self.store, handlers)

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

_HOST_MARK = "host"
HOST = INITIAL._replace(visits=Map({_HOST_MARK: 0}))
"""The state of code outside of queries: nothing samples there, so sequences may be computed on
demand.
"""


def is_host(state: State) -> bool:
    """Whether the code that runs is outside of queries."""
    return _HOST_MARK in state.visits
